package web

import (
	"net/http"
	"strings"
	"testing"
)

// TestAgencies: an agency is added, gets people, is closed, and its people are out.
func TestAgencies(t *testing.T) {
	h := shared(t)
	root := h.as(t, "root")
	form := root.page("/agencies/new").fields("main form")
	form.Set("name", "Border Guard")
	if r := root.post("/agencies", form); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an agency without a kind: %s", r.Status)
	}
	form.Set("kind", "border_guard")
	if r := root.post("/agencies", form); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("add: %s %s", r.Status, r.text(".bad"))
	}
	if got := root.page("/people?agency=" + h.customs.ID).text("tbody"); !strings.Contains(got, "Officer customs") || strings.Contains(got, "Officer colleague") {
		t.Errorf("the people of the customs: %q", got)
	}
	customs := h.as(t, "customs")
	if got := customs.page("/").text(".me .house"); got != "State Customs" {
		t.Errorf("the frame names the agency %q", got)
	}
	close := root.page("/agencies/" + h.customs.ID).fields("main form")
	close.Set("closed", "1")
	if r := root.post("/agencies/"+h.customs.ID, close); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("close: %s %s", r.Status, r.text(".bad"))
	}
	if r := customs.get("/seizures"); r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(r.Header.Get("Location"), "/sign-in") {
		t.Errorf("the people of a closed agency still read: %s", r.Status)
	}
}
