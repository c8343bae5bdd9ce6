package desk_test

import (
	"bytes"
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/ledger"
)

// TestNoteProved: what a note said is kept once, in the log for its peer, and the
// ledger shows it from there, bound to the entry of who wrote it.
func TestNoteProved(t *testing.T) {
	engines(t, func(t *testing.T, target func() string) {
		ctx, now := t.Context(), exchangeDay
		a, b := newNation(t, target(), "KAZ", &now), newNation(t, target(), "UZB", &now)
		a.pair(b)
		b.pair(a)
		note, err := a.d.SendNote(ctx, paiza.Operator("T"), paiza.NewDeskNote{Peer: b.id.String(), Title: "On the parcel", Text: "It was weighed twice."})
		if err != nil {
			t.Fatal(err)
		}
		a.carry(b)
		now = now.Add(time.Hour)
		p, err := a.d.Prove(ctx, paiza.Operator("T"), desk.ProofOf{Subject: "note/" + note.ID, Show: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := p.Verify(ledger.Trust{Key: p.Key}); err != nil {
			t.Error(err)
		}
		if shown := p.Entries[0].Shown; shown == nil || !bytes.Contains(shown.Content, []byte("It was weighed twice.")) {
			t.Errorf("shown: %+v", shown)
		}
	})
}
