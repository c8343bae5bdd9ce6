package desk_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/store"
	"paiza/wire"
)

// limited opens the node's desk anew with limits.
func (n *nation) limited(now *time.Time, q paiza.Quota, reserve int64) {
	n.t.Helper()
	n.d.Close()
	var err error
	if n.d, err = desk.Open(n.t.Context(), desk.Options{Store: n.s, Now: func() time.Time { return *now }, Quota: q, Reserve: reserve}); err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(n.d.Close)
}

// bring carries the log to another node a message at a time and gives the first
// refusal.
func (n *nation) bring(to *nation) error {
	n.t.Helper()
	ctx, x, y := n.t.Context(), n.d.Exchange(), to.d.Exchange()
	for {
		have, err := y.Have(ctx, n.id)
		if err != nil {
			n.t.Fatal(err)
		}
		rows, err := x.Read(ctx, to.id, have, 1, 1<<20)
		if err != nil {
			n.t.Fatal(err)
		}
		if len(rows) == 0 {
			return nil
		}
		if err := n.deliver(to, wire.Header{From: n.id, Epoch: rows[0].Epoch, First: rows[0].Seq, Prev: rows[0].Prev}, []wire.Item{rows[0].Item}); err != nil {
			return err
		}
	}
}

func (n *nation) write(to *nation, notes int) {
	n.t.Helper()
	for i := range notes {
		if _, err := n.d.SendNote(n.t.Context(), paiza.Operator("T"), paiza.NewDeskNote{Peer: to.id.String(), Title: fmt.Sprint("note ", i), Text: "x"}); err != nil {
			n.t.Fatal(err)
		}
	}
}

// TestQuota: above the quota of the day a peer waits and learns why and how long;
// nothing is lost, whichever process counted; the operator is told once before;
// another quota is an act.
func TestQuota(t *testing.T) {
	engines(t, func(t *testing.T, target func() string) {
		ctx, now := t.Context(), exchangeDay
		a, b := newNation(t, target(), "KAZ", &now), newNation(t, target(), "UZB", &now)
		a.pair(b)
		b.pair(a)
		b.limited(&now, paiza.Quota{Messages: 10}, 0)
		told := func() int {
			list, err := b.d.LedgerWhere(ctx, paiza.Operator("T"), paiza.ActFilter{Action: "peer.quota_near"}, 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		a.write(b, 7)
		if err := a.bring(b); err != nil || told() != 0 {
			t.Fatalf("%v, told %d times", err, told())
		}
		a.write(b, 18)
		err := a.bring(b)
		var r *wire.Refusal
		if !errors.As(err, &r) || r.Reason != wire.ReasonQuota || r.After != 12*time.Hour || !errors.Is(err, paiza.ErrUnavailable) {
			t.Fatalf("above the quota: %v", err)
		}
		q := b.partner(a).Quota
		if q.Used.Messages != 10 || q.Used.Bytes == 0 || !q.Near || told() != 1 {
			t.Errorf("used %+v, told %d times", q, told())
		}
		b.limited(&now, paiza.Quota{Messages: 10}, 0) // another process of the node
		if err := a.bring(b); wire.ReasonOf(err) != wire.ReasonQuota {
			t.Errorf("another process takes more: %v", err)
		}
		if err := b.d.SetQuota(ctx, official("x", paiza.HomeAgency, paiza.RoleAnalyst), a.id.String(), paiza.Quota{Messages: 99}, "x"); !errors.Is(err, paiza.ErrForbidden) {
			t.Errorf("an analyst decides: %v", err)
		}
		if err := b.d.SetQuota(ctx, paiza.Operator("T"), a.id.String(), paiza.Quota{Messages: 15}, "a large operation"); err != nil {
			t.Fatal(err)
		}
		if err := a.bring(b); wire.ReasonOf(err) != wire.ReasonQuota || b.partner(a).Quota.Used.Messages != 15 {
			t.Errorf("above his own quota: %v, %+v", err, b.partner(a).Quota)
		}
		now = now.Add(12 * time.Hour)
		if err := a.bring(b); err != nil {
			t.Errorf("the next day: %v", err)
		}
		notes, err := b.d.Notes(ctx, paiza.Operator("T"), desk.NoteFilter{Size: 100})
		if err != nil || len(notes) != 25 || told() != 1 {
			t.Errorf("%d of 25 notes, told %d times, %v", len(notes), told(), err)
		}
	})
}

// TestReserve: while the disk has less room than the reserve nothing is taken in.
func TestReserve(t *testing.T) {
	now := exchangeDay
	at := t.TempDir() + "/b"
	a, b := newNation(t, t.TempDir()+"/a", "KAZ", &now), newNation(t, at, "UZB", &now)
	a.pair(b)
	b.pair(a)
	a.write(b, 1)
	free, _ := store.Room(t.TempDir())
	if free < 0 {
		t.Skip("this machine does not say how much room there is")
	}
	b.limited(&now, paiza.Quota{}, free*2)
	if err := a.bring(b); wire.ReasonOf(err) != wire.ReasonRoom {
		t.Errorf("without room: %v", err)
	}
	b.limited(&now, paiza.Quota{}, 1)
	if err := a.bring(b); err != nil {
		t.Errorf("with room: %v", err)
	}
}
