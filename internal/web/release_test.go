package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestFourEyes: who proposes a release does not confirm it; who confirms proves
// that it is he; the released record leaves with its limits.
func TestFourEyes(t *testing.T) {
	h := shared(t)
	root, colleague := h.as(t, "root"), h.as(t, "colleague")
	at := h.records(t, root, typed("amber", "purpose", "", "caveat", "for the prosecutor alone"))
	r := root.post(at+"/release", url.Values{"audience": {"state"}, "state": {"KGZ"}, "reason": {"request 118"}})
	to := r.Header.Get("Location")
	if r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/releases/") {
		t.Fatalf("propose: %s %s", r.Status, r.text(".bad"))
	}
	if root.page("/").doc.Find("nav .count").Length() != 0 || colleague.page("/").text("nav .count") != "1" {
		t.Error("the release waits for the wrong person")
	}
	if got := colleague.page("/").text("#attention ~ ul"); !strings.Contains(got, "1 release waits for a second person") {
		t.Errorf("the first page says %q", got)
	}
	if own := root.page(to); own.doc.Find("form[action$='/confirm']").Length() != 0 || !strings.Contains(own.text("main"), h.words("error.rule.four-eyes")) {
		t.Error("who proposed is offered to confirm")
	}
	if r := root.post(to+"/confirm", nil); r.StatusCode != http.StatusForbidden || r.text(".reason") != h.words("error.rule.four-eyes") {
		t.Errorf("who proposed confirms: %s, %q", r.Status, r.text(".reason"))
	}
	h.later(10 * time.Minute) // since he signed in, which proved that it was he
	r = colleague.post(to+"/confirm", nil)
	if link := r.Header.Get("Location"); r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(link, "/step-up?") {
		t.Errorf("without a step-up: %s, to %q", r.Status, link)
	}
	if r := h.as(t, "customs").get(to); r.StatusCode != http.StatusNotFound {
		t.Errorf("another agency sees the release: %s", r.Status)
	}
	if r := colleague.get(to + "/file"); r.StatusCode != http.StatusConflict {
		t.Errorf("a file before it is confirmed: %s", r.Status)
	}
	if _, err := h.desk.ConfirmRelease(t.Context(), h.actor(t, "colleague"), strings.TrimPrefix(to, "/releases/"), "seen"); err != nil {
		t.Fatal(err)
	}
	r = colleague.get(to + "/file")
	var file struct {
		Handling struct{ TLP, Purpose, Caveat string }
		Release  struct{ Audience, Owner string }
	}
	if err := json.Unmarshal(r.body, &file); err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("the file: %s %v", r.Status, err)
	}
	if file.Handling.TLP != "amber" || file.Handling.Purpose != "statistics" || file.Handling.Caveat == "" || file.Release.Audience != "KGZ" || file.Release.Owner != "Central Police" {
		t.Errorf("the file says %+v", file)
	}
}

// TestOvertaken: a record that changes after the proposal is not released, and
// the page says so before and after.
func TestOvertaken(t *testing.T) {
	h := shared(t)
	root, colleague := h.as(t, "root"), h.as(t, "colleague")
	at := h.records(t, root, typed("green"))
	to := root.post(at+"/release", url.Values{"audience": {"public"}, "reason": {"briefing"}}).Header.Get("Location")
	form := root.page(at + "/correct").fields("main form")
	form.Set("amount", "3")
	form.Set("reason", "weighed again")
	root.post(at+"/correct", form)
	if got := colleague.page(to).text("[role=note]"); !strings.Contains(got, h.words("release.will_overtake")) {
		t.Errorf("the page does not warn: %q", got)
	}
	if _, err := h.desk.ConfirmRelease(t.Context(), h.actor(t, "colleague"), strings.TrimPrefix(to, "/releases/"), ""); err == nil {
		t.Error("a changed record is released")
	}
	if got := colleague.page(to).text("[role=note]"); !strings.Contains(got, h.words("release.overtaken_text")) {
		t.Errorf("the page does not explain: %q", got)
	}
	if got := root.page(at).text(".tlp"); strings.Contains(got, "CLEAR") {
		t.Error("the record became TLP:CLEAR")
	}
	// What is not for statistics is not published, and the page says why.
	evidence := typed("amber")
	evidence.Set("purpose", "evidence")
	other := h.records(t, root, evidence)
	page := root.page(other + "/release")
	if _, off := page.doc.Find("input[value=public]").Attr("disabled"); !off || !strings.Contains(page.text("form"), h.words("error.rule.purpose")) {
		t.Error("evidence is offered for publication")
	}
	if r := root.post(other+"/release", url.Values{"audience": {"public"}, "reason": {"x"}}); r.StatusCode != http.StatusForbidden {
		t.Errorf("evidence is proposed for publication: %s", r.Status)
	}
}
