package web

import (
	"net/http"
	"strings"
	"testing"

	"paiza"
	"paiza/internal/ledger"
)

// TestProofs: the files that prove a history verify without the node, and hide
// what their reader may not read.
func TestProofs(t *testing.T) {
	h := shared(t)
	root, customs := h.as(t, "root"), h.as(t, "customs")
	at := h.records(t, root, typed("amber+strict", "place", "Depot 9"))
	if r := customs.get(at + "/proof"); r.StatusCode != http.StatusNotFound {
		t.Fatalf("the proof of a record that one may not read: %s", r.Status)
	}
	form := root.page(at + "/relabel").fields("main form")
	form.Set("tlp", "amber")
	form.Add("agencies", h.customs.ID)
	form.Set("reason", "joint operation")
	if r := root.post(at+"/relabel", form); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("relabel: %s %s", r.Status, r.text(".bad"))
	}
	key := root.page("/ledger").text("main p.section .mono")
	check := func(b *browser, whole bool) {
		t.Helper()
		r := b.get(at + "/proof")
		p, err := ledger.ParseProof(r.body)
		if err != nil {
			t.Fatalf("%s: %v", r.Status, err)
		}
		if _, _, err := p.Verify(ledger.Trust{Key: key}); err != nil {
			t.Error(err)
		}
		if got := strings.Contains(string(r.body), "Depot 9"); got != whole {
			t.Errorf("the proof shows the record: %v, want %v", got, whole)
		}
	}
	check(root, true)
	// The first version was not for the customs: nothing of the record is shown.
	check(customs, false)
	auditor := h.account(t, paiza.RoleAuditor)
	b := h.as(t, auditor.Login)
	if r := b.page("/ledger?subject=seizure/1&action=seizure.relabel"); r.doc.Find("tbody tr").Length() != 1 || !strings.Contains(r.text("tbody"), "Central Police") {
		t.Errorf("the filtered ledger shows %q", r.text("tbody"))
	}
	entry := b.page("/ledger?subject=seizure/1").doc.Find("tbody .rowlink").Last().AttrOr("href", "")
	if r := b.page(entry); !strings.Contains(r.text("main"), h.words("ledger.hides")) {
		t.Error("the page of an entry does not say what its proof hides")
	}
	if r := b.get(entry + "/proof"); r.StatusCode != http.StatusOK || strings.Contains(string(r.body), "Depot 9") {
		t.Errorf("the auditor's proof: %s", r.Status)
	}
	if r := b.get(at); r.StatusCode != http.StatusForbidden {
		t.Errorf("the auditor reads the record: %s", r.Status)
	}
}
