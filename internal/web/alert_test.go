package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// warning is the form of an alert with the block of handling.
func warning(title, tlp string, more ...string) url.Values {
	q := url.Values{"title": {title}, "kind": {"adulterant"}, "urgency": {"priority"}, "handling": {"own"}, "tlp": {tlp}, "purpose": {"intelligence"}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Add(more[i], more[i+1])
	}
	return q
}

// raises an alert by the page and gives its address.
func (n *node) raises(t *testing.T, b *browser, form url.Values) string {
	t.Helper()
	r := b.post("/alerts", form)
	to := r.Header.Get("Location")
	if r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/alerts/") {
		t.Fatalf("raising: %s\n%s", r.Status, r.text(".bad"))
	}
	return to
}

// TestAlerts: an alert is raised, found by its filters, corrected against a second
// person who comes late, and withdrawn.
func TestAlerts(t *testing.T) {
	h := shared(t)
	root, customs := h.as(t, "root"), h.as(t, "customs")
	if r := root.post("/alerts", warning("", "green", "structure", "C(C")); r.StatusCode != http.StatusUnprocessableEntity || r.text("#h-title") == "" || r.text("#h-structure") == "" {
		t.Fatalf("an alert without a title and with a broken structure: %s, %q", r.Status, r.text(".bad"))
	}
	at := h.raises(t, root, warning("Dangerous admixture in tablets", "green", "structure", "CCO", "country", "Kazakhstan", "date", "2026-02", "text", "Blue, round.\nScored on one side."))
	drill := h.raises(t, root, warning("Practice", "amber", "exercise", "1"))
	page := customs.page(at)
	if got := page.text("main"); !strings.Contains(got, "C2H6O") || !strings.Contains(got, "46.07") || !strings.Contains(got, "CCO") || !strings.Contains(got, "All Roles, Central Police") {
		t.Errorf("the page of the alert says %q", got)
	}
	for _, act := range []string{"correct", "relabel", "withdraw", "release"} {
		if page.doc.Find("a[href='"+at+"/"+act+"']").Length() != 0 {
			t.Errorf("%s is offered to who does not own the alert", act)
		}
	}
	if r := customs.get(drill); r.StatusCode != http.StatusNotFound {
		t.Errorf("an alert that is not shared: %s", r.Status)
	}
	if got := root.page(drill).text("[role=note]"); !strings.Contains(got, h.words("alert.exercise_text")) {
		t.Errorf("an exercise says %q", got)
	}
	for path, want := range map[string]int{"/alerts": 2, "/alerts?urgency=priority&label=green": 1, "/alerts?kind=route": 0, "/": 2} {
		if got := root.page(path).doc.Find("main a[href='" + at + "'], main a[href='" + drill + "']").Length(); got != want {
			t.Errorf("%s shows %d alerts, want %d", path, got, want)
		}
	}
	if r := root.get("/alerts?kind=nothing"); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a filter that is none: %s", r.Status)
	}
	late, form := root.page(at+"/correct").fields("main form"), root.page(at+"/correct").fields("main form")
	if form.Get("country") != "Kazakhstan" || form.Get("urgency") != "priority" || !strings.Contains(form.Get("text"), "Scored") {
		t.Fatalf("the form is filled in as %v", form)
	}
	form.Set("title", "Nitazene in tablets")
	form.Set("reason", "the laboratory answered")
	if r := root.post(at+"/correct", form); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("correct: %s %s", r.Status, r.text(".bad"))
	}
	late.Set("reason", "late")
	if r := root.post(at+"/correct", late); r.StatusCode != http.StatusConflict || !strings.Contains(r.text("main table"), "Nitazene in tablets") || r.fields("main form").Get("expect") != "2" {
		t.Errorf("who comes late: %s, %q", r.Status, r.text("main table"))
	}
	if got := root.page(at + "/versions/1").text("main table"); !strings.Contains(got, "Dangerous admixture in tabletsNitazene in tablets") {
		t.Errorf("the earlier version does not say what changed: %q", got)
	}
	if got := string(root.get(at + "/proof").body); !strings.Contains(got, "alert.correct") {
		t.Error("the proof does not show the correction")
	}
	colleague := h.as(t, "colleague")
	if form := root.page(at + "/release"); !strings.Contains(form.text("main"), "Nitazene in tablets") {
		t.Errorf("the proposal says %q", form.text("main"))
	}
	to := root.post(at+"/release", url.Values{"audience": {"state"}, "state": {"KGZ"}, "reason": {"to warn"}}).Header.Get("Location")
	if colleague.page("/").text("nav .count") != "1" {
		t.Error("the release of an alert waits for nobody")
	}
	if got := colleague.page(to); !strings.Contains(got.text("main"), "Nitazene in tablets") || got.doc.Find("main a[href='"+at+"']").Length() != 1 {
		t.Errorf("the release of an alert says %q", got.text("main"))
	}
	if r := colleague.post(to+"/confirm", nil); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != to {
		t.Errorf("confirmed: %s %s", r.Status, r.text(".bad"))
	}
	if r := colleague.get(to + "/file"); !strings.Contains(string(r.body), "Nitazene in tablets") {
		t.Errorf("the file of an alert: %s", r.Status)
	}
	if r := root.post(at+"/withdraw", url.Values{"reason": {"not confirmed"}, "expect": {"2"}}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("withdraw: %s %s", r.Status, r.text(".bad"))
	}
	link := "main td a[href='" + at + "']"
	if root.page("/alerts").doc.Find(link).Length() != 0 || root.page("/alerts?withdrawn=only").doc.Find(link).Length() != 1 || customs.page("/alerts?withdrawn=only").doc.Find(link).Length() != 0 {
		t.Error("what was withdrawn stands in the wrong lists")
	}
	if r := customs.get(at); r.StatusCode != http.StatusNotFound {
		t.Errorf("another agency reads what was withdrawn: %s", r.Status)
	}
}
