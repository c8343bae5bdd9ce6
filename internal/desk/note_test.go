package desk_test

import (
	"bytes"
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/ledger"
)

// noted is a note of one nation that has come to the other.
func noted(t *testing.T, target func() string, now *time.Time) (a, b *nation, note paiza.DeskNote) {
	t.Helper()
	a, b = newNation(t, target(), "KAZ", now), newNation(t, target(), "UZB", now)
	a.pair(b)
	b.pair(a)
	note, err := a.d.SendNote(t.Context(), paiza.Operator("T"), paiza.NewDeskNote{Peer: b.id.String(), Title: "On the parcel", Text: "It was weighed twice."})
	if err != nil {
		t.Fatal(err)
	}
	a.carry(b)
	return a, b, note
}

// TestNoteProved: what a note said is kept once, in the log for its peer, and the
// ledger shows it from there, bound to the entry of who wrote it.
func TestNoteProved(t *testing.T) {
	engines(t, func(t *testing.T, target func() string) {
		ctx, now := t.Context(), exchangeDay
		a, _, note := noted(t, target, &now)
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

// TestClockPutBack: a receipt is never of a moment before an earlier one for the
// same log, even when the clock of its node was put back in between.
func TestClockPutBack(t *testing.T) {
	engines(t, func(t *testing.T, target func() string) {
		ctx, now := t.Context(), exchangeDay
		a, b, note := noted(t, target, &now)
		now = now.Add(-2 * time.Hour)
		reader := official("p", paiza.HomeAgency, paiza.RoleAnalyst)
		list, err := b.d.Notes(ctx, reader, desk.NoteFilter{Size: 10})
		if err == nil && len(list) == 1 {
			_, err = b.d.Note(ctx, reader, list[0].ID)
		}
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		b.carry(a)
		line, err := a.d.ItemTimeline(ctx, paiza.Operator("T"), "note/"+note.ID)
		if err != nil || len(line.Deliveries) != 1 || len(line.Deliveries[0].Opened) != 1 {
			t.Fatalf("%+v, %v", line, err)
		}
		if d := line.Deliveries[0]; d.Opened[0].At.Before(d.Durable) {
			t.Errorf("opened at %v and durable at %v", d.Opened[0].At, d.Durable)
		}
	})
}
