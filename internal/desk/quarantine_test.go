package desk_test

import (
	"errors"
	"path/filepath"
	"testing"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/store/pgtest"
	"paiza/wire"
)

// TestReconsider: a message in quarantine is looked at again by the same rules,
// on both engines. It stays while they stop it, and when they do not any more it
// is taken up, read, and its sender learns of it.
func TestReconsider(t *testing.T) {
	for name, target := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "node.paiza") },
		"postgres": func(t *testing.T) string { return pgtest.New(t) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, now, operator := t.Context(), exchangeDay, paiza.Operator("T")
			a, b := newNation(t, filepath.Join(t.TempDir(), "a"), "KAZ", &now), newNation(t, target(t), "UZB", &now)
			a.pair(b)
			b.pair(a)
			body, err := wire.NewSeizureItem(paiza.Seizure{Date: paiza.NewDate(2024, 3, 5), Country: "KAZ", Routing: paiza.RoutingInland, RoutingBasis: paiza.BasisStated, Substance: "heroin",
				SubstanceText: "drill", Amount: paiza.Amount{Dim: paiza.DimMass, Base: 1e6}, Equivalent: 1e6, Factor: "measured", Count: 1, Recorded: exchangeDay}).Encode()
			if err != nil {
				t.Fatal(err)
			}
			raw, err := (&wire.Content{Salt: wire.NewSalt(), Type: wire.TypeSeizure, Subject: "seizure/drill", Version: 1, Created: exchangeDay, Body: body, Exercise: true,
				Handling: wire.Handling{TLP: paiza.TLPGreen, Purpose: paiza.PurposeStatistics, Owner: "home", Origin: a.id}}).Encode()
			if err != nil {
				t.Fatal(err)
			}
			if err := a.d.EnqueueForTest(ctx, b.id, wire.TypeSeizure, raw); err != nil {
				t.Fatal(err)
			}
			free := a.d.Exchange()
			free.UnguardedForTest()
			a.carryBy(free, b)
			reader := official("p", paiza.HomeAgency, paiza.RoleRegistrar)
			received := func() []desk.Message {
				list, _, err := b.d.Received(ctx, reader, desk.MessageFilter{Size: 10})
				if err != nil {
					t.Fatal(err)
				}
				return list
			}
			aside, _, err := b.d.Quarantine(ctx, operator, a.id.String(), 0, 10)
			if err != nil || len(aside) != 1 || len(received()) != 0 {
				t.Fatalf("in quarantine: %+v, %v", aside, err)
			}
			if stopped, _, err := a.d.Stopped(ctx, operator, b.id.String(), wire.Cursor{}); err != nil || len(stopped) != 1 || stopped[0].Refused != string(wire.ReasonExercise) {
				t.Errorf("the sender sees %+v, %v", stopped, err)
			}
			again := func() error {
				return b.d.Reconsider(ctx, operator, a.id.String(), aside[0].Epoch, aside[0].Seq, "we take part")
			}
			if err := again(); !errors.Is(err, paiza.ErrConflict) {
				t.Errorf("what the rules stop is let through: %v", err)
			}
			if err := b.d.MarkDemo(ctx, operator); err != nil {
				t.Fatal(err)
			}
			if err := again(); err != nil {
				t.Fatal(err)
			}
			if got := received(); len(got) != 1 || got[0].Seizure.SubstanceText != "drill" || got[0].Peer != a.id.String() {
				t.Errorf("received: %+v", got)
			}
			for origin, want := range map[string]int{"": 1, paiza.OriginOwn: 0, paiza.OriginOthers: 1, a.id.String(): 1, b.id.String(): 0} {
				list, err := b.d.Seizures(ctx, reader, paiza.SeizureFilter{Origin: origin}, paiza.Page{Size: 10})
				if err != nil || len(list.Seizures) != want {
					t.Errorf("from %q: %d seizures, want %d, %v", origin, len(list.Seizures), want, err)
				}
			}
			if err := again(); !errors.Is(err, paiza.ErrNotFound) {
				t.Errorf("it is released twice: %v", err)
			}
			b.carry(a)
			if stopped, _, err := a.d.Stopped(ctx, operator, b.id.String(), wire.Cursor{}); err != nil || len(stopped) != 0 {
				t.Errorf("the sender still sees %+v, %v", stopped, err)
			}
			b.sound()
		})
	}
}

// TestReaders: the list of what came, the count of what is unread and the list
// of what went are answered by both engines, and each person sees his own.
func TestReaders(t *testing.T) {
	for name, target := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "node.paiza") },
		"postgres": func(t *testing.T) string { return pgtest.New(t) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, now := t.Context(), exchangeDay
			a, b := newNation(t, filepath.Join(t.TempDir(), "a"), "KAZ", &now), newNation(t, target(t), "UZB", &now)
			a.pair(b)
			b.pair(a)
			writer := official("w", paiza.HomeAgency, paiza.RoleAnalyst)
			send := func(from, to *nation, in paiza.NewDeskNote) paiza.DeskNote {
				in.Peer = to.id.String()
				n, err := from.d.SendNote(ctx, writer, in)
				if err != nil {
					t.Fatal(err)
				}
				from.carry(to)
				return n
			}
			send(a, b, paiza.NewDeskNote{Title: "first"})
			one, two := official("p", paiza.HomeAgency, paiza.RoleAnalyst), official("q", paiza.HomeAgency, paiza.RoleDutyOfficer)
			list, _, err := b.d.Received(ctx, one, desk.MessageFilter{Kind: "note", Unread: true, Size: 10})
			if err != nil || len(list) != 1 || list[0].Title != "first" || list[0].Opened {
				t.Fatalf("received: %+v, %v", list, err)
			}
			if _, err := b.d.Note(ctx, one, list[0].ID); err != nil {
				t.Fatal(err)
			}
			for who, want := range map[*paiza.Actor]int{&one: 0, &two: 1} {
				if n, err := b.d.Unread(ctx, *who); err != nil || n != want {
					t.Errorf("%s has %d unread, want %d, %v", who.ID, n, want, err)
				}
			}
			answer := send(b, a, paiza.NewDeskNote{Title: "second", Answers: list[0].ID})
			if thread, err := b.d.Thread(ctx, one, answer); err != nil || len(thread) != 2 || thread[0].Title != "first" {
				t.Errorf("the conversation: %+v, %v", thread, err)
			}
			went, _, err := b.d.Dispatched(ctx, two, desk.MessageFilter{Size: 10})
			if err != nil || len(went) != 1 || went[0].Title != "second" || len(went[0].Sent) != 1 || went[0].Sent[0].Durable.IsZero() {
				t.Errorf("sent: %+v, %v", went, err)
			}
			if _, _, err := b.d.Received(ctx, official("v", paiza.HomeAgency, paiza.RoleViewer), desk.MessageFilter{Size: 10}); !errors.Is(err, paiza.ErrForbidden) {
				t.Errorf("a viewer reads messages: %v", err)
			}
		})
	}
}

// TestStoppedPages: what was not taken up there is found however much went since,
// page by page, each once.
func TestStoppedPages(t *testing.T) {
	ctx, now := t.Context(), exchangeDay
	a, b := newNation(t, filepath.Join(t.TempDir(), "a"), "KAZ", &now), newNation(t, filepath.Join(t.TempDir(), "b"), "UZB", &now)
	a.pair(b)
	b.pair(a)
	const bad = 130
	for range bad {
		c := wire.Content{Salt: wire.NewSalt(), Type: "dossier", Subject: "dossier/x", Version: 1, Created: now, Body: []byte("{}"),
			Handling: wire.Handling{TLP: paiza.TLPGreen, Purpose: paiza.PurposeStatistics, Owner: "home", Origin: a.id}}
		raw, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if err := a.d.EnqueueForTest(ctx, b.id, c.Type, raw); err != nil {
			t.Fatal(err)
		}
	}
	a.write(b, 520)
	a.carry(b)
	seen := map[uint64]bool{}
	var at wire.Cursor
	for pages := 1; ; pages++ {
		list, next, err := a.d.Stopped(ctx, paiza.Operator("T"), b.id.String(), at)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range list {
			if seen[one.Seq] || one.Withheld == "" && one.Refused == "" {
				t.Errorf("message %d stands twice or was not stopped: %+v", one.Seq, one)
			}
			seen[one.Seq] = true
		}
		if next == (wire.Cursor{}) {
			if len(seen) != bad || pages != 2 {
				t.Errorf("%d of %d on %d pages", len(seen), bad, pages)
			}
			return
		}
		at = next
	}
}
