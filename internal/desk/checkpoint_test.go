package desk_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/ledger"
	"paiza/internal/store"
	"paiza/internal/store/pgtest"
	"paiza/wire"
)

// show has a node show its ledger to the other, and carries both logs until
// nothing is left.
func (n *nation) show(to *nation) {
	n.t.Helper()
	if _, err := n.d.SendCheckpoint(n.t.Context(), paiza.Operator("T")); err != nil {
		n.t.Fatal(err)
	}
	n.carry(to)
	to.carry(n)
	n.carry(to)
}

// works enters something into the ledger.
func (n *nation) works() {
	n.t.Helper()
	if _, err := n.d.CreateAgency(n.t.Context(), paiza.Operator("T"), paiza.NewAgency{Name: "Agency " + time.Now().String(), Kind: paiza.AgencyCustoms}); err != nil {
		n.t.Fatal(err)
	}
}

func (n *nation) partner(of *nation) desk.PeerDetail {
	n.t.Helper()
	p, err := n.d.Partner(n.t.Context(), paiza.Operator("T"), of.id.String())
	if err != nil {
		n.t.Fatal(err)
	}
	return p
}

func (n *nation) cosigned() desk.Cosigned {
	n.t.Helper()
	c, err := n.d.Cosigned(n.t.Context(), paiza.Operator("T"))
	if err != nil {
		n.t.Fatal(err)
	}
	return c
}

// contradicted is how often the ledger of a node says that another contradicted
// himself.
func (n *nation) contradicted() int {
	n.t.Helper()
	list, err := n.d.LedgerWhere(n.t.Context(), paiza.Operator("T"), paiza.ActFilter{Action: "ledger.contradict"}, 0, 100)
	if err != nil {
		n.t.Fatal(err)
	}
	return len(list)
}

func engines(t *testing.T, run func(t *testing.T, target func() string)) {
	for name, target := range map[string]func() string{
		"sqlite":   func() string { return filepath.Join(t.TempDir(), "n.paiza") },
		"postgres": func() string { return pgtest.New(t) },
	} {
		t.Run(name, func(t *testing.T) { run(t, target) })
	}
}

// TestCosigned: a peer cosigns the head that he is shown and each that continues
// it. Whoever rewrites the ledger with the node's own key is found by the node's
// own check, because the peer's signatures do not fit, and by the peer, who sets
// the next head aside with both as evidence. What else is exchanged goes on.
func TestCosigned(t *testing.T) {
	engines(t, func(t *testing.T, target func() string) {
		ctx, now := t.Context(), exchangeDay
		at := target()
		a, b := newNation(t, at, "KAZ", &now), newNation(t, target(), "UZB", &now)
		a.pair(b)
		b.pair(a)
		a.works()
		a.show(b)
		first := a.cosigned()
		if len(first.By) != 1 || first.By[0].Node != b.id.String() || first.Upto < 3 || !first.By[0].At.Equal(now) {
			t.Fatalf("after the first head: %+v", first)
		}
		now = now.Add(time.Hour)
		a.works()
		a.show(b)
		second := a.cosigned()
		if second.Upto <= first.Upto {
			t.Errorf("after the second head: %+v, before %+v", second, first)
		}
		shown := b.partner(a).Ledger
		if shown.Entries != second.Upto || shown.Aside != nil || b.partner(a).Cosigned != nil {
			t.Errorf("the peer knows %+v", shown)
		}
		a.sound()
		b.sound()
		if n, err := a.s.VerifyLedger(ctx); err != nil || n < second.Upto {
			t.Fatalf("verify: %d, %v", n, err)
		}

		a.rewrite(at)
		_, err := a.s.VerifyLedger(ctx)
		var fault *ledger.Fault
		if !errors.As(err, &fault) || fault.Kind != ledger.FaultCosigned || fault.At != first.Upto || !strings.Contains(fault.By, "UZB") {
			t.Errorf("a ledger rewritten with the real key: %v", err)
		}
		now = now.Add(time.Hour)
		a.works()
		a.show(b)
		after := b.partner(a)
		if aside := after.Ledger.Aside; aside == nil || aside.Why != string(wire.ReasonLedger) || after.Ledger.Entries != second.Upto || aside.Shown == "" || aside.Other == "" {
			t.Fatalf("the peer holds %+v", after.Ledger)
		}
		for _, text := range []string{after.Ledger.Aside.Shown, after.Ledger.Aside.Other} {
			if node, his := ledger.Owner(text, map[wire.NodeID]*wire.History{a.id: historyOf(t, a)}); !his || node != a.id {
				t.Errorf("the evidence is not signed by the node: %q", text)
			}
		}
		if len(after.Aside) != 1 || after.Aside[0].Refused != string(wire.ReasonLedger) || b.contradicted() != 1 {
			t.Errorf("in quarantine %+v, %d entries", after.Aside, b.contradicted())
		}
		if stopped, next, err := a.d.Stopped(ctx, paiza.Operator("T"), b.id.String(), wire.Cursor{}); err != nil || len(stopped) != 1 || stopped[0].Refused != string(wire.ReasonLedger) || next.Epoch != 0 {
			t.Errorf("the origin sees %+v, %v", stopped, err)
		}
		if a.cosigned().Upto != second.Upto {
			t.Error("a rewritten ledger was cosigned")
		}
		if _, err := a.d.SendNote(ctx, paiza.Operator("T"), paiza.NewDeskNote{Peer: b.id.String(), Title: "after", Text: "x"}); err != nil {
			t.Fatal(err)
		}
		a.carry(b)
		if notes, err := b.d.Notes(ctx, paiza.Operator("T"), desk.NoteFilter{}); err != nil || len(notes) != 1 {
			t.Errorf("the traffic stopped: %+v, %v", notes, err)
		}
	})
}

// TestCosignedTurn: a peer goes on cosigning a ledger whose key was changed, once
// or more since the last head, and nobody has to decide it. Proofs under a head
// that he cosigned before the change hold after it.
func TestCosignedTurn(t *testing.T) {
	engines(t, func(t *testing.T, target func() string) {
		ctx, now := t.Context(), exchangeDay
		a, b := newNation(t, target(), "KAZ", &now), newNation(t, target(), "UZB", &now)
		a.pair(b)
		b.pair(a)
		a.show(b)
		last := a.cosigned().Upto
		note, err := a.d.SendNote(ctx, paiza.Operator("T"), paiza.NewDeskNote{Peer: b.id.String(), Title: "before", Text: "x"})
		if err != nil {
			t.Fatal(err)
		}
		a.carry(b)
		for changes := range 3 {
			for range changes {
				if _, err := a.d.RotateLedger(ctx, paiza.Operator("T"), "exercise"); err != nil {
					t.Fatal(err)
				}
			}
			now = now.Add(time.Hour)
			a.works()
			a.show(b)
			upto := a.cosigned().Upto
			if upto <= last || b.partner(a).Ledger.Aside != nil || b.contradicted() != 0 {
				t.Fatalf("after %d changes of the key: cosigned %d, before %d, aside %+v", changes, upto, last, b.partner(a).Ledger.Aside)
			}
			last = upto
			a.sound()
			if _, err := a.s.VerifyLedger(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := a.d.RotateLedger(ctx, paiza.Operator("T"), "exercise"); err != nil {
			t.Fatal(err)
		}
		proof, err := a.d.Proof(ctx, paiza.Operator("T"), "note/"+note.ID, b.id.String())
		if err != nil {
			t.Fatal(err)
		}
		rep, err := proof.Verify()
		if err != nil {
			t.Fatal(err)
		}
		if len(rep.Ledger) == 0 {
			t.Fatal("the proof has no entry of the ledger")
		}
		p, err := ledger.ParseProof(rep.Ledger[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := p.Verify(ledger.Trust{Key: p.Key}); err != nil || len(ledger.Witnesses(p.Checkpoint, rep.Nodes)) == 0 {
			t.Errorf("a proof under a head of a former key: %v", err)
		}
	})
}

func historyOf(t *testing.T, n *nation) *wire.History {
	t.Helper()
	h, err := n.d.Exchange().History(t.Context(), n.id)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestPutBack: a node that comes back from a backup says so; its ledger is set
// aside until an administrator of the peer accepts it, and later heads continue
// from there. A peer that comes back himself asks for a proof from what he has.
func TestPutBack(t *testing.T) {
	ctx, now := t.Context(), exchangeDay
	at := filepath.Join(t.TempDir(), "a.paiza")
	a, b := newNation(t, at, "KAZ", &now), newNation(t, filepath.Join(t.TempDir(), "b.paiza"), "UZB", &now)
	a.pair(b)
	b.pair(a)
	a.show(b)
	saved := filepath.Join(t.TempDir(), "saved")
	if err := a.s.Backup(ctx, saved); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	for range 5 {
		a.works()
	}
	a.show(b)
	before := b.partner(a).Ledger
	a.reopen(at, saved, &now)
	if err := a.d.Restored(ctx, paiza.Operator("T")); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	// What the peer has of the log that the backup has not is taken back first, as
	// over the network.
	a.takeBack(b)
	a.show(b)
	got := b.partner(a).Ledger
	if got.Aside == nil || got.Aside.Why != string(wire.ReasonLedgerBack) || got.Aside.Restored.IsZero() || got.Entries != before.Entries {
		t.Fatalf("after the restore: %+v", got)
	}
	if n, err := a.s.VerifyLedger(ctx); err != nil {
		t.Errorf("the ledger that was put back: %d, %v", n, err)
	}
	stranger := official("x", paiza.HomeAgency, paiza.RoleAnalyst)
	if err := b.d.AcceptLedger(ctx, stranger, a.id.String(), "x"); !errors.Is(err, paiza.ErrForbidden) {
		t.Errorf("accepted by an analyst: %v", err)
	}
	if err := b.d.AcceptLedger(ctx, paiza.Operator("T"), a.id.String(), ""); !errors.Is(err, paiza.ErrInvalid) {
		t.Errorf("accepted without a reason: %v", err)
	}
	if err := b.d.AcceptLedger(ctx, paiza.Operator("T"), a.id.String(), "told by telephone"); err != nil {
		t.Fatal(err)
	}
	if err := b.d.AcceptLedger(ctx, paiza.Operator("T"), a.id.String(), "twice"); !errors.Is(err, paiza.ErrConflict) {
		t.Errorf("accepted twice: %v", err)
	}
	b.carry(a)
	a.carry(b)
	p := b.partner(a)
	if p.Ledger.Aside != nil || p.Ledger.Entries != got.Aside.Entries || len(p.Aside) != 0 || a.cosigned().Upto != got.Aside.Entries {
		t.Errorf("after it was accepted: %+v, cosigned %+v", p.Ledger, a.cosigned())
	}
	now = now.Add(time.Hour)
	a.works()
	a.show(b)
	if p := b.partner(a); p.Ledger.Aside != nil || p.Ledger.Entries <= got.Aside.Entries || a.cosigned().Upto != p.Ledger.Entries {
		t.Errorf("the next head: %+v, cosigned %+v", p.Ledger, a.cosigned())
	}
	a.sound()
	b.sound()
}

// TestForgottenHead: a peer that has forgotten the newest head which it cosigned
// tells from where the next one is to be proved, and nothing is set aside.
func TestForgottenHead(t *testing.T) {
	now := exchangeDay
	at := filepath.Join(t.TempDir(), "b.paiza")
	a, b := newNation(t, filepath.Join(t.TempDir(), "a.paiza"), "KAZ", &now), newNation(t, at, "UZB", &now)
	a.pair(b)
	b.pair(a)
	a.show(b)
	have := a.cosigned().Upto
	a.works()
	a.show(b)
	later := a.cosigned().Upto
	b.forgetHeads(at, have)
	if b.partner(a).Ledger.Entries != have {
		t.Fatalf("the peer still has %+v", b.partner(a).Ledger)
	}
	a.works()
	a.show(b)
	if got := b.partner(a); got.Ledger.Entries != have || got.Ledger.Aside != nil || len(got.Aside) != 0 {
		t.Errorf("a head that continues a forgotten one: %+v", got.Ledger)
	}
	a.works()
	a.show(b)
	if got := b.partner(a); got.Ledger.Entries <= later || got.Ledger.Aside != nil || a.cosigned().Upto != got.Ledger.Entries {
		t.Errorf("the next head: %+v, cosigned %+v", got.Ledger, a.cosigned())
	}
	b.sound()

	// Whoever says again and again that his head continues something unknown shows
	// nothing, and that is seen.
	b.forgetHeads(at, have)
	a.works()
	for range 2 {
		if _, err := a.d.SendCheckpoint(t.Context(), paiza.Operator("T")); err != nil {
			t.Fatal(err)
		}
		a.works()
	}
	a.carry(b)
	if got := b.partner(a).Ledger.Aside; got == nil || got.Why != string(wire.ReasonLedger) {
		t.Errorf("two heads that continue nothing known: %+v", got)
	}
}

// TestForgedHead: a head that is not signed by the node, or of another ledger
// than the one that it showed, or a cosignature of what was never sent, are set
// aside each with its reason.
func TestForgedHead(t *testing.T) {
	ctx, now := t.Context(), exchangeDay
	a, b := newNation(t, filepath.Join(t.TempDir(), "a"), "KAZ", &now), newNation(t, filepath.Join(t.TempDir(), "b"), "UZB", &now)
	a.pair(b)
	b.pair(a)
	a.show(b)
	secret, err := ledger.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := ledger.ParseKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	var tree ledger.Tree
	for range 50 {
		tree.Append([]byte("x"))
	}
	plain, err := key.Sign(&tree)
	if err != nil {
		t.Fatal(err)
	}
	bound, err := ledger.Own(plain, a.id, a.d.Exchange().Identity().Sign)
	if err != nil {
		t.Fatal(err)
	}
	send := func(c wire.Checkpoint, want wire.Reason) {
		t.Helper()
		c.Verifier = key.Verifier()
		body := wire.Content{Salt: wire.NewSalt(), Type: wire.TypeCheckpoint, Created: now, Body: c.Encode(),
			Handling: wire.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeIntelligence, Owner: paiza.HomeAgency, Origin: a.id}}
		raw, err := body.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if err := a.d.EnqueueForTest(ctx, b.id, body.Type, raw); err != nil {
			t.Fatal(err)
		}
		a.carry(b)
		list, _, err := b.d.Quarantine(ctx, paiza.Operator("T"), a.id.String(), 0, 1)
		if err != nil || len(list) != 1 || list[0].Refused != string(want) {
			t.Errorf("in quarantine %+v, %v, want %s", list, err, want)
		}
	}
	other, err := ledger.Own(plain, b.id, b.d.Exchange().Identity().Sign)
	if err != nil {
		t.Fatal(err)
	}
	send(wire.Checkpoint{Note: []byte(plain)}, wire.ReasonSignature)
	send(wire.Checkpoint{Note: []byte(other)}, wire.ReasonSignature)
	send(wire.Checkpoint{Note: []byte(strings.Replace(bound, "\n50\n", "\n51\n", 1))}, wire.ReasonSignature)
	send(wire.Checkpoint{Note: []byte(bound)}, wire.ReasonLedgerKey)
	send(wire.Checkpoint{Kind: wire.CheckpointCosigned, Note: []byte(bound)}, wire.ReasonLedgerHead)
	if got := b.partner(a).Ledger; got.Entries != a.cosigned().Upto || got.Aside == nil || got.Aside.Why != string(wire.ReasonLedgerKey) {
		t.Errorf("the peer holds %+v", got)
	}
}

// reopen puts a copy in the place of the node's store.
func (n *nation) reopen(target, saved string, now *time.Time) {
	n.t.Helper()
	n.d.Close()
	if err := errors.Join(n.s.Close(), store.Restore(n.t.Context(), saved, target, true)); err != nil {
		n.t.Fatal(err)
	}
	var err error
	if n.s, err = store.Open(n.t.Context(), target); err != nil {
		n.t.Fatal(err)
	}
	if n.d, err = desk.Open(n.t.Context(), desk.Options{Store: n.s, Now: func() time.Time { return *now }}); err != nil {
		n.t.Fatal(err)
	}
	s, d := n.s, n.d
	n.t.Cleanup(func() { d.Close(); s.Close() })
}

// takeBack gives a node what the other has of its log and it has forgotten, after
// nothing was written to it since.
func (n *nation) takeBack(from *nation) {
	n.t.Helper()
	n.takeBackAfter(from, n.end(from))
}

// end is the end of the log for a peer.
func (n *nation) end(peer *nation) wire.Cursor {
	n.t.Helper()
	state, err := n.d.Exchange().State(n.t.Context(), peer.id)
	if err != nil {
		n.t.Fatal(err)
	}
	return state.Head
}

// takeBackAfter does the same from the place on after which the log was
// forgotten.
func (n *nation) takeBackAfter(from *nation, at wire.Cursor) {
	n.t.Helper()
	ctx, x, y := n.t.Context(), n.d.Exchange(), from.d.Exchange()
	err := x.Reopen(ctx, from.id, at, func(yield func(*wire.Opened, error) bool) {
		for {
			kept, err := y.Batch(ctx, n.id, at)
			if wire.ReasonOf(err) == wire.ReasonAbsent {
				return
			}
			o := &wire.Opened{Evidence: *kept.Evidence}
			for i, it := range kept.Items {
				seq := kept.Evidence.First + uint64(i)
				m, merr := wire.ParseMessage(it.Raw)
				if merr != nil {
					n.t.Fatal(merr)
				}
				o.Items = append(o.Items, wire.OpenedItem{Cursor: wire.Cursor{Epoch: o.Epoch, Seq: seq, Hash: wire.Next(m.Prev, o.Epoch, seq, wire.Digest(it.Raw))},
					Digest: wire.Digest(it.Raw), Raw: it.Raw, Message: m})
			}
			if !yield(o, err) {
				return
			}
			at = o.End()
		}
	})
	if err != nil {
		n.t.Fatal(err)
	}
}

// forgetHeads takes from a node's file what it knows of the heads of more
// entries that others showed.
func (n *nation) forgetHeads(file string, entries int64) {
	n.t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		n.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(n.t.Context(), "DELETE FROM checkpoint WHERE peer <> 0 AND size > $1", entries); err != nil {
		n.t.Fatal(err)
	}
}
