package web

import (
	"net/http"
	"strings"
	"testing"
)

// TestCorrection: a correction makes a version, both can be read, and who comes
// late is shown what changed.
func TestCorrection(t *testing.T) {
	h := shared(t)
	root := h.as(t, "root")
	at := h.records(t, root, typed("green", "place", "Khorgos"))
	late := root.page(at + "/correct").fields("main form")
	form := root.page(at + "/correct").fields("main form")
	if form.Get("amount") != "2.5" || form.Get("country") != "Kazakhstan" || form.Get("expect") != "1" {
		t.Fatalf("the form is filled in as %v", form)
	}
	form.Set("amount", "2.75")
	if r := root.post(at+"/correct", form); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a correction without a reason: %s", r.Status)
	}
	form.Set("reason", "weighed again")
	if r := root.post(at+"/correct", form); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("correct: %s %s", r.Status, r.text(".bad"))
	}
	if got := root.page(at).text("h1"); !strings.Contains(got, "2.75") {
		t.Errorf("the corrected record is headed %q", got)
	}
	old := root.page(at + "/versions/1")
	if got := old.text("main table"); !strings.Contains(got, "2.52.75") {
		t.Errorf("the earlier version does not say what changed: %q", got)
	}
	if got := root.page(at).text(".history"); !strings.Contains(got, "weighed again") || !strings.Contains(got, "version 2") {
		t.Errorf("the history says %q", got)
	}
	late.Set("reason", "place")
	late.Set("place", "Dostyk")
	r := root.post(at+"/correct", late)
	if r.StatusCode != http.StatusConflict || !strings.Contains(r.text("main table"), "2.52.75") {
		t.Fatalf("who comes late: %s, %q", r.Status, r.text("main table"))
	}
	again := r.fields("main form")
	if again.Get("place") != "Dostyk" || again.Get("expect") != "2" {
		t.Errorf("the refused form comes back as %v", again)
	}
	if r := root.post(at+"/correct", again); r.StatusCode != http.StatusSeeOther {
		t.Errorf("after having seen the change: %s", r.Status)
	}
}

// TestWithdrawn: a withdrawn record leaves the lists and is read by its agency.
func TestWithdrawn(t *testing.T) {
	h := shared(t)
	root, customs := h.as(t, "root"), h.as(t, "customs")
	at := h.records(t, root, typed("green"))
	form := root.page(at + "/withdraw").fields("main form")
	form.Set("reason", "entered twice")
	if r := root.post(at+"/withdraw", form); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("withdraw: %s %s", r.Status, r.text(".bad"))
	}
	if got := root.page(at).text("[role=note]"); !strings.Contains(got, h.words("seizure.withdrawn_title")) {
		t.Errorf("the page does not say that the record is withdrawn: %q", got)
	}
	if r := customs.get(at); r.StatusCode != http.StatusNotFound {
		t.Errorf("another agency reads what was withdrawn: %s", r.Status)
	}
	link := "main td a[href='" + at + "']"
	if root.page("/seizures").doc.Find(link).Length() != 0 || root.page("/seizures?withdrawn=only").doc.Find(link).Length() != 1 ||
		customs.page("/seizures?withdrawn=only").doc.Find(link).Length() != 0 {
		t.Error("what was withdrawn stands in the wrong lists")
	}
	for _, act := range []string{"correct", "relabel", "withdraw", "release"} {
		if r := root.get(at + "/" + act); r.StatusCode != http.StatusForbidden || r.text(".reason") != h.words("error.rule.withdrawn") {
			t.Errorf("%s of a withdrawn record: %s, %q", act, r.Status, r.text(".reason"))
		}
	}
}
