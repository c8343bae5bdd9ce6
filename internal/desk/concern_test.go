package desk_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
)

// TestConcerns: a partner that falls silent, keys that end and messages that were
// set aside are of concern once each, are events for who looks after partners, and
// are over when they are.
func TestConcerns(t *testing.T) {
	ctx, now := t.Context(), exchangeDay
	a, b := newNation(t, filepath.Join(t.TempDir(), "a"), "KAZ", &now), newNation(t, filepath.Join(t.TempDir(), "b"), "UZB", &now)
	a.pair(b)
	b.pair(a)
	admin := official("admin", paiza.HomeAgency, paiza.RoleAdministrator)
	analyst := official("analyst", paiza.HomeAgency, paiza.RoleAnalyst)
	last, err := a.d.LastEvent(ctx, paiza.Operator("T"))
	if err != nil {
		t.Fatal(err)
	}
	look := func() (kinds []string) {
		t.Helper()
		if _, err := a.d.NoteConcerns(ctx); err != nil {
			t.Fatal(err)
		}
		list, err := a.d.Concerns(ctx, paiza.Operator("T"))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			kinds = append(kinds, c.Kind)
		}
		return kinds
	}
	told := func(who paiza.Actor) (types []string) {
		t.Helper()
		page, err := a.d.Events(ctx, who, last, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			types = append(types, e.Type)
		}
		return types
	}
	note := func(p paiza.Peer) {
		t.Helper()
		p.Node = b.id.String()
		if err := a.d.Exchange().Note(ctx, p); err != nil {
			t.Fatal(err)
		}
	}
	note(paiza.Peer{Contact: now})
	if got := look(); got != nil {
		t.Fatalf("of concern from the beginning: %v", got)
	}
	now = now.Add(desk.LongSilent + time.Minute)
	note(paiza.Peer{Contact: exchangeDay, Failed: 9, Refused: "fork"})
	for range 2 {
		if got := look(); !slices.Equal(got, []string{"fork", "silent"}) {
			t.Errorf("a silent partner with another history: %v", got)
		}
	}
	note(paiza.Peer{Contact: now, Failed: 3, Refused: "key revoked"})
	if got := look(); !slices.Equal(got, []string{"refused"}) {
		t.Errorf("a partner that refuses: %v", got)
	}
	note(paiza.Peer{Contact: now})
	if got := look(); got != nil {
		t.Errorf("after the contact: %v", got)
	}
	if got := told(admin); !slices.Equal(got, []string{"notice.fork", "notice.silent", "notice.refused", "notice.over", "notice.over", "notice.over"}) {
		t.Errorf("who looks after partners is told %v", got)
	}
	if got := told(analyst); got != nil {
		t.Errorf("an analyst is told %v", got)
	}
	now = a.d.Exchange().Identity().Card().NotAfter.Add(-time.Hour)
	note(paiza.Peer{Contact: now})
	if got := look(); !slices.Equal(got, []string{"key_ends", "card_ends"}) {
		t.Errorf("an hour before keys end: %v", got)
	}
}
