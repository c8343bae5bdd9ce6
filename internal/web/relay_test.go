package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"paiza"
	"paiza/internal/locale"
	"paiza/wire"
)

// TestRelayPages: the page of a partner sets the way to it and for whom parcels
// are carried, says what is wrong in the field, and shows both; the entries stand
// in the ledger. Beside the way of a message stand the words of the relay.
func TestRelayPages(t *testing.T) {
	a, b, c := inhabited(t), inhabited(t), inhabited(t)
	ba := a.as(t, "root")
	a.keyed(t, ba, "KAZ")
	ids := map[*node]string{}
	for one, state := range map[*node]string{b: "UZB", c: "KGZ"} {
		card := one.keyed(t, one.as(t, "root"), state)
		p, err := a.desk.Pair(t.Context(), paiza.Operator("test"), card)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.desk.ConfirmPair(t.Context(), paiza.Operator("test"), p.Peer.Node, "test"); err != nil {
			t.Fatal(err)
		}
		ids[one] = p.Peer.Node
	}
	page := "/partners/" + ids[b]
	if r := ba.post(page+"/via", url.Values{"via": {ids[b]}, "reason": {"no line"}}); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.text("main"), a.words("relay.same")) {
		t.Errorf("by way of itself: %s", r.Status)
	}
	if r := ba.post(page+"/via", url.Values{"via": {ids[c]}, "reason": {""}}); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %s", r.Status)
	}
	if r := ba.post(page+"/via", url.Values{"via": {ids[c]}, "reason": {"no line"}}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("via: %s %s", r.Status, r.text(".bad"))
	}
	if got := ba.page(page); !strings.Contains(got.text("main"), "Coordination Office of KGZ, which sees only sealed parcels") || got.doc.Find("#f-via option[selected]").AttrOr("value", "") != ids[c] {
		t.Error("the page does not say by way of whom")
	}
	if r := ba.post("/partners/"+ids[c]+"/via", url.Values{"via": {ids[b]}, "reason": {"x"}}); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.text("main"), a.words("relay.far")) {
		t.Errorf("a ring of relays: %s", r.Status)
	}
	if r := ba.post(page+"/relay", url.Values{"other": {""}, "reason": {"x"}}); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("carrying for nobody: %s", r.Status)
	}
	if r := ba.post(page+"/relay", url.Values{"other": {ids[c]}, "reason": {"asked by both"}}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("relay: %s %s", r.Status, r.text(".bad"))
	}
	if got := ba.page("/partners/" + ids[c]).text("main"); !strings.Contains(got, "carries parcels between it and Coordination Office of UZB") {
		t.Error("the page of the other partner does not say that parcels are carried")
	}
	if r := ba.post(page+"/relay/end", url.Values{"other": {ids[c]}, "reason": {"they have a line"}}); r.StatusCode != http.StatusSeeOther {
		t.Errorf("end: %s %s", r.Status, r.text(".bad"))
	}
	if r := ba.post(page+"/relay/end", url.Values{"other": {ids[c]}, "reason": {"again"}}); r.StatusCode != http.StatusConflict {
		t.Errorf("ended twice: %s", r.Status)
	}
	if r := ba.post(page+"/via", url.Values{"via": {""}, "reason": {"a line is there"}}); r.StatusCode != http.StatusSeeOther || !strings.Contains(ba.page(page).text("main"), a.words("relay.by_none")) {
		t.Errorf("directly again: %s", r.Status)
	}
	a.wantActs(t, "peer.via", "relay.allow", "relay.end", "peer.via")

	d := paiza.Delivery{Relayed: []paiza.Relayed{{Node: "r", Event: string(wire.EventRelayFailure), Reason: string(wire.ReasonReturned)}, {Node: "r", Event: string(wire.EventRelayAcceptance)}}}
	p := locale.For("en")
	if got := relayedEvents(p, community{print: p}, d); len(got) != 2 || !got[0].Bad || !strings.Contains(got[0].Text, "not collected in time") || got[1].Bad || got[1].Who != "r" {
		t.Errorf("the words of the relay are %+v", got)
	}
	if got := deliveryView(p, d, "").State; got != "relayed" {
		t.Errorf("a message at the relay is %q", got)
	}
}
