package desk_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/wire"
)

// TestDirectoryDraft: two bodies make a version together. Nobody publishes it
// alone, a change takes the signatures away, the signatures of both copies are put
// together, and the next version reaches a partner by itself.
func TestDirectoryDraft(t *testing.T) {
	ctx, now, who := t.Context(), exchangeDay, paiza.Operator("T")
	a, b, c := newNation(t, filepath.Join(t.TempDir(), "a"), "KAZ", &now), newNation(t, filepath.Join(t.TempDir(), "b"), "UZB", &now), newNation(t, filepath.Join(t.TempDir(), "c"), "KGZ", &now)
	a.pair(b)
	b.pair(a)
	a.pair(c)
	see := func(n *nation) desk.DirectoryDraft {
		t.Helper()
		d, err := n.d.DirectoryDraft(ctx, who)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	hash := func(n *nation) string { return see(n).Hash().String() }
	key := func(n *nation) string { return n.d.Exchange().Identity().Card().Signing().String() }
	must(a.d.BeginDirectory(ctx, who, "agreed at the meeting"))
	if err := a.d.BeginDirectory(ctx, who, "again"); !errors.Is(err, paiza.ErrConflict) {
		t.Errorf("a second one is begun over it: %v", err)
	}
	must(a.d.ChangeDirectory(ctx, who, hash(a), desk.DirectoryChange{Peer: b.id.String()}))
	must(a.d.SignDirectory(ctx, who, hash(a), "checked"))
	if d := see(a); !d.Complete() || !d.Signed || len(d.Left) != 1 || d.Left[0].Node != c.id.String() {
		t.Errorf("signed by one of one: %+v", d)
	}
	rule := desk.DirectoryRule{Expires: "2026-12-31", Warn: "6", Known: "60", Threshold: "3", Bodies: []string{key(a), key(b)}}
	var refused *paiza.Error
	if err := a.d.ChangeDirectory(ctx, who, hash(a), desk.DirectoryChange{Rule: &rule}); !errors.As(err, &refused) || len(refused.Fields) != 2 {
		t.Errorf("six days of warning and three of two bodies: %v", err)
	}
	rule.Warn, rule.Threshold = "14", "2"
	rule.Expires = now.AddDate(0, 6, 0).Format(time.DateOnly)
	old := hash(a)
	must(a.d.ChangeDirectory(ctx, who, old, desk.DirectoryChange{Rule: &rule}))
	if d := see(a); d.Signed || d.Missing != 2 {
		t.Errorf("the signature outlives the change: %+v", d)
	}
	if err := a.d.SignDirectory(ctx, who, old, "late"); !errors.Is(err, paiza.ErrConflict) {
		t.Errorf("what was changed meanwhile is signed: %v", err)
	}
	if err := a.d.ChangeDirectory(ctx, who, hash(a), desk.DirectoryChange{Remove: b.id.String()}); !errors.Is(err, paiza.ErrConflict) {
		t.Errorf("a body is taken off: %v", err)
	}
	must(a.d.SignDirectory(ctx, who, hash(a), "checked"))
	if err := a.d.PublishDirectory(ctx, who, hash(a), "alone"); !errors.Is(err, paiza.ErrInvalid) {
		t.Errorf("published by one of two: %v", err)
	}
	must(b.d.TakeDraft(ctx, who, see(a).Bytes(), "for signing"))
	if da, db := see(a), see(b); db.Words != da.Words || db.Missing != 1 || !db.Body || db.Signed {
		t.Errorf("the other body sees %+v", db)
	}
	must(b.d.SignDirectory(ctx, who, hash(b), "checked"))
	must(b.d.PublishDirectory(ctx, who, hash(b), "agreed"))
	both, err := b.d.TrustDirectory(ctx, who)
	must(err)
	must(a.d.TakeDraft(ctx, who, both.Bytes(), "signed by both"))
	must(a.d.PublishDirectory(ctx, who, hash(a), "agreed"))
	if see(a).Directory != nil {
		t.Error("the version is still being made")
	}
	if err := a.d.TakeDraft(ctx, who, both.Bytes(), "once more"); !errors.Is(err, paiza.ErrConflict) {
		t.Errorf("a version that is in use is taken to be signed: %v", err)
	}

	// The next one, with the third node; partners get it by themselves.
	now = now.AddDate(0, 1, 0)
	must(b.d.BeginDirectory(ctx, who, "a third state"))
	must(b.d.ChangeDirectory(ctx, who, hash(b), desk.DirectoryChange{Card: wire.Armour(desk.CardTitle, c.d.Exchange().Identity().Card().Bytes())}))
	must(b.d.SignDirectory(ctx, who, hash(b), "checked"))
	must(a.d.TakeDraft(ctx, who, see(b).Bytes(), "for signing"))
	if d := see(a); len(d.Added) != 1 || d.Added[0].Node != c.id || d.Before != 1 || d.Missing != 1 {
		t.Errorf("the next version is seen as %+v", d)
	}
	must(a.d.SignDirectory(ctx, who, hash(a), "checked"))
	must(b.d.TakeDraft(ctx, who, see(a).Bytes(), "signed by both"))
	must(b.d.PublishDirectory(ctx, who, hash(b), "agreed"))
	b.carry(a)
	got, err := a.d.TrustDirectory(ctx, who)
	must(err)
	if got.Version != 2 || !slices.Equal(got.Signed, []string{"KAZ", "UZB"}) {
		t.Errorf("the partner has version %d, signed by %v", got.Version, got.Signed)
	}
	if d := see(a); d.Directory != nil {
		t.Errorf("what came into use is still being made: %+v", d)
	}
}
