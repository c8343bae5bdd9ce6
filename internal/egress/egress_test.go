package egress_test

import (
	"crypto/ed25519"
	"testing"
	"time"

	"paiza"
	"paiza/internal/egress"
	"paiza/wire"
)

var (
	self  = wire.NodeID{1}
	peer  = wire.NodeID{2}
	other = wire.NodeID{3}
	noon  = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
)

func group(t *testing.T, owner wire.NodeID, members ...wire.NodeID) *wire.Group {
	t.Helper()
	g, err := wire.NewGroup(wire.GroupBody{Group: wire.UUID{7}, Version: 1, Owner: owner, Name: "task force", Members: members, At: noon}, ed25519.NewKeyFromSeed(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestCheck: whatever was decided elsewhere, a message that the rules of handling
// keep here does not leave, and neither does one that the guard cannot read.
func TestCheck(t *testing.T) {
	seizure, err := wire.NewSeizureItem(paiza.Seizure{Date: paiza.NewDate(2024, 3, 5), Country: "KAZ", Routing: paiza.RoutingInland, Substance: "heroin", Count: 1, Recorded: noon}).Encode()
	if err != nil {
		t.Fatal(err)
	}
	drill, err := wire.NewAlertItem(paiza.Alert{Kind: paiza.AlertRoute, Urgency: paiza.UrgencyRoutine, Title: "A drill", Exercise: true, Recorded: noon}).Encode()
	if err != nil {
		t.Fatal(err)
	}
	task := group(t, self, self, peer)
	guard := egress.Guard{Self: self, Group: func(r wire.GroupRef) *wire.Group {
		if r == task.Ref() {
			return task
		}
		return nil
	}}
	good := wire.Content{Type: wire.TypeSeizure, Subject: "seizure/a", Version: 1, Created: noon, Body: seizure,
		Handling: wire.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeStatistics, Owner: "home", Origin: self}}
	for what, c := range map[string]struct {
		change func(*wire.Content)
		to     wire.NodeID
		want   wire.Reason
	}{
		"a seizure":                      {func(*wire.Content) {}, peer, ""},
		"TLP:RED":                        {func(c *wire.Content) { c.TLP = paiza.TLPRed }, peer, wire.ReasonHandling},
		"TLP:AMBER+STRICT":               {func(c *wire.Content) { c.TLP = paiza.TLPAmberStrict }, peer, wire.ReasonHandling},
		"no label":                       {func(c *wire.Content) { c.TLP = "" }, peer, wire.ReasonHandling},
		"a purpose that nobody knows":    {func(c *wire.Content) { c.Purpose = "all" }, peer, wire.ReasonHandling},
		"no owner":                       {func(c *wire.Content) { c.Owner = "" }, peer, wire.ReasonHandling},
		"what another state gave":        {func(c *wire.Content) { c.Origin = other }, peer, wire.ReasonOwner},
		"a log of another peer":          {func(*wire.Content) {}, other, wire.ReasonRecipient},
		"a type that nobody knows":       {func(c *wire.Content) { c.Type = "dossier" }, peer, wire.ReasonType},
		"no version":                     {func(c *wire.Content) { c.Version = 0 }, peer, wire.ReasonUnreadable},
		"a body of another kind":         {func(c *wire.Content) { c.Type = wire.TypeNote }, peer, wire.ReasonUnreadable},
		"to a group with the peer":       {func(c *wire.Content) { c.Groups = []wire.GroupRef{task.Ref()} }, peer, ""},
		"to a group that is not known":   {func(c *wire.Content) { c.Groups = []wire.GroupRef{{Group: wire.UUID{8}, Version: 1}} }, peer, wire.ReasonGroup},
		"an exercise as if it were real": {func(c *wire.Content) { c.Type, c.Body = wire.TypeAlert, drill }, peer, wire.ReasonExercise},
		"an exercise that says so":       {func(c *wire.Content) { c.Type, c.Body, c.Exercise = wire.TypeAlert, drill, true }, peer, ""},
		"a seizure of an exercise, from a node with real ones": {func(c *wire.Content) { c.Exercise = true }, peer, wire.ReasonExercise},
		"a group that the peer is not in": {func(c *wire.Content) {
			c.Type, c.Subject, c.Version, c.Body = wire.TypeGroup, "", 0, group(t, self, self, other).Bytes()
		}, peer, wire.ReasonNotMember},
		"a content under the cloak of a statement": {func(c *wire.Content) { c.Type, c.Subject, c.Version = wire.TypeReceipt, "", 0 }, peer, wire.ReasonUnreadable},
	} {
		content := good
		c.change(&content)
		raw, err := content.Encode()
		if err != nil {
			t.Fatal(what, err)
		}
		if got := guard.Check(wire.Place(raw, self, peer, 1, 1, wire.Hash{}), c.to); got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
	if got := guard.Check([]byte("nothing that decodes"), peer); got == "" {
		t.Error("what cannot be read leaves")
	}
	guard.Exercise = true
	raw, err := good.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if got := guard.Check(wire.Place(raw, self, peer, 1, 1, wire.Hash{}), peer); got != wire.ReasonExercise {
		t.Errorf("data of a demonstration leaves as real: %q", got)
	}
}
