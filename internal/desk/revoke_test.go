package desk_test

import (
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/wire"
)

// TestRevokedFromBefore: a key is revoked from a moment before now, and what it
// stated since then is signed anew: a partner who had not heard it yet can still
// prove that his messages were taken up and opened.
func TestRevokedFromBefore(t *testing.T) {
	engines(t, func(t *testing.T, target func() string) {
		ctx, now, op := t.Context(), exchangeDay, paiza.Operator("T")
		a, b, note := noted(t, target, &now)
		reader := official("p", paiza.HomeAgency, paiza.RoleAnalyst)
		list, err := b.d.Notes(ctx, reader, desk.NoteFilter{Size: 10})
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		if _, err := b.d.Note(ctx, reader, list[0].ID); err != nil {
			t.Fatal(err)
		}
		stolen := b.d.Exchange().Identity().Card().Signing().String()
		since := now.Add(-time.Minute)
		now = now.Add(time.Hour)
		if _, err := b.d.RotateKeys(ctx, op, paiza.NewNode{Reason: "exercise"}); err != nil {
			t.Fatal(err)
		}
		if err := b.d.Revoke(ctx, op, stolen, since, "exercise"); err != nil {
			t.Fatal(err)
		}
		if err := a.d.Exchange().Learn(ctx, b.id, b.d.Exchange().Identity().Cards); err != nil { // as when they meet
			t.Fatal(err)
		}
		b.carry(a)
		h, err := a.d.Exchange().History(ctx, b.id)
		if err != nil {
			t.Fatal(err)
		}
		issued, err := b.d.Exchange().Issued(ctx, a.id, wire.Cursor{}, 16)
		if err != nil || len(issued) == 0 {
			t.Fatalf("nothing says that the note was taken up: %v", err)
		}
		for _, r := range issued {
			if err := r.Verify(h); err != nil {
				t.Errorf("%s %d to %d: %v", r.Event, r.First, r.Last, err)
			}
		}
		line, err := a.d.ItemTimeline(ctx, op, "note/"+note.ID)
		if err != nil {
			t.Fatal(err)
		}
		opened := 0
		for _, s := range line.Deliveries {
			opened += len(s.Opened)
		}
		if opened != 1 {
			t.Errorf("the timeline knows of %d openings: %+v", opened, line.Deliveries)
		}
	})
}
