package exchangetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"paiza"
	"paiza/internal/exchange"
	"paiza/wire"
)

// Make makes the empty store of a node. It is called inside a synctest bubble.
type Make func(t *testing.T, ident *wire.Identity, now func() time.Time) Store

// Run holds a store to the contract.
func Run(t *testing.T, mk Make) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Make)
	}{
		{"carries everything once and in order", carries},
		{"nothing new is one round trip", quiet},
		{"a commit that fails, and one whose answer is lost", commits},
		{"the sender comes back from a backup", senderRestored},
		{"the receiver comes back from a backup", receiverRestored},
		{"both come back from backups", bothRestored},
		{"a backup from between two restores", restoredBetween},
		{"two peers have parts of what the sender lost", partsLost},
		{"a bad message does not stop the log", poison},
		{"a message that the peer cannot take is withheld", withheld},
		{"what came by courier is not taken again", couriers},
		{"a receipt of another chain proves nothing", denial},
		{"a receipt for what was replaced proves nothing", replaced},
		{"a claim without our signature moves nothing", claim},
	} {
		t.Run(c.name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { c.test(t, mk) }) })
	}
}

// pair is two nodes that trust each other.
type pair struct {
	net  *Network
	a, b *Party
}

func newPair(t *testing.T, mk Make, wrap func(exchange.Inbox) exchange.Inbox) *pair {
	t.Helper()
	a, b := mk(t, NewIdentity(t, "a", time.Now()), time.Now), mk(t, NewIdentity(t, "b", time.Now()), time.Now)
	a.Pair(b.Identity().Card())
	b.Pair(a.Identity().Card())
	p := &pair{net: NewNetwork()}
	limits := exchange.Limits{BatchItems: 64} // so that a few hundred messages are several batches
	p.a = Join(p.net, a, nil, time.Now, limits, b.Identity().Card().Node)
	p.b = Join(p.net, b, wrap, time.Now, limits, a.Identity().Card().Node)
	t.Cleanup(func() { p.a.Leave(); p.b.Leave() })
	return p
}

func (p *pair) send(t *testing.T, from, to *Party, first, n int) {
	t.Helper()
	for i := first; i < first+n; i++ {
		if err := from.Send([]wire.NodeID{to.ID}, fmt.Sprintf("seizure/%d", i), []byte(fmt.Sprintf("%s says %d", from.ID, i))); err != nil {
			t.Fatal(err)
		}
	}
	from.Node.Wake(to.ID)
}

// settle waits until all is quiet. In a bubble an hour passes at once.
func settle() { time.Sleep(time.Hour); synctest.Wait() }

// check holds that the receiver has what stands in the sender's log, each message
// once, and that his receipts say so.
func (p *pair) check(t *testing.T, from, to *Party, atLeast int) {
	t.Helper()
	ctx := context.Background()
	state, err := from.State(ctx, to.ID)
	if err != nil {
		t.Fatal(err)
	}
	have, err := to.Have(ctx, from.ID)
	if err != nil {
		t.Fatal(err)
	}
	if state.Head != have || state.Have != have || state.Proven != have {
		t.Errorf("the log ends at %v, the peer is known at %v and proven at %v; he has it to %v; he says %+v",
			place(state.Head), place(state.Have), place(state.Proven), place(have), from.Node.State(to.ID))
	}
	written, received := from.Written(to.ID), to.Received(from.ID)
	if len(received) != len(written) || len(received) < atLeast {
		t.Fatalf("%d messages written, %d received, want %d", len(written), len(received), atLeast)
	}
	taken := map[wire.Hash]bool{}
	for i, r := range received {
		w := written[i]
		if r.Cursor != w.Cursor || !bytes.Equal(r.Raw, w.Raw) && r.Raw != nil {
			t.Fatalf("message %v arrived as %v", place(w.Cursor), place(r.Cursor))
		}
		if r.Refused != w.Refused {
			t.Errorf("message %v was set aside because %q, and its sender reads %q", place(r.Cursor), r.Refused, w.Refused)
		}
		if r.Refused == "" && taken[r.Content] {
			t.Errorf("message %v was taken up twice", place(r.Cursor))
		}
		taken[r.Content] = taken[r.Content] || r.Refused == ""
	}
}

func place(c wire.Cursor) string { return fmt.Sprintf("%x/%d/%x", c.Epoch, c.Seq, c.Hash[:4]) }

func carries(t *testing.T, mk Make) {
	p := newPair(t, mk, nil)
	p.send(t, p.a, p.b, 0, 1000)
	p.send(t, p.b, p.a, 0, 10)
	settle()
	p.check(t, p.a, p.b, 1000)
	p.check(t, p.b, p.a, 10)
	if v, body := p.b.Subject(p.a.ID, "seizure/999"); v != 1 || !bytes.HasSuffix(body, []byte("says 999")) {
		t.Errorf("the last subject arrived as version %d: %q", v, body)
	}
}

func quiet(t *testing.T, mk Make) {
	p := newPair(t, mk, nil)
	p.send(t, p.a, p.b, 0, 3)
	settle()
	p.b.stop()
	synctest.Wait()
	before := p.net.Calls(exchange.VerbHello)
	others := p.net.Calls(exchange.VerbBatch) + p.net.Calls(exchange.VerbPlaces)
	p.a.Node.Wake(p.b.ID)
	synctest.Wait()
	if n := p.net.Calls(exchange.VerbHello) - before; n != 1 || p.net.Calls(exchange.VerbBatch)+p.net.Calls(exchange.VerbPlaces) != others {
		t.Errorf("to learn that nothing is new took %d hellos", n)
	}
}

// faulty fails some commits, before they take place or after.
type faulty struct {
	exchange.Inbox
	n int
}

func (f *faulty) Commit(ctx context.Context, peer wire.NodeID, batches []*wire.Opened, sign wire.Sign) ([]*wire.Receipt, error) {
	f.n++
	switch f.n % 3 {
	case 0:
		return nil, errors.New("the disk is full")
	case 1:
		if _, err := f.Inbox.Commit(ctx, peer, batches, sign); err != nil {
			return nil, err
		}
		return nil, errors.New("the power fell after the commit")
	}
	return f.Inbox.Commit(ctx, peer, batches, sign)
}

func commits(t *testing.T, mk Make) {
	p := newPair(t, mk, func(i exchange.Inbox) exchange.Inbox { return &faulty{Inbox: i} })
	p.send(t, p.a, p.b, 0, 500)
	settle()
	p.check(t, p.a, p.b, 500)
}

func senderRestored(t *testing.T, mk Make) {
	p := newPair(t, mk, nil)
	p.send(t, p.a, p.b, 0, 300)
	settle()
	restore := p.a.Backup()
	p.send(t, p.a, p.b, 300, 200)
	if err := p.a.Send([]wire.NodeID{p.b.ID}, "seizure/7", []byte("second version, lost with the disk")); err != nil {
		t.Fatal(err)
	}
	settle()
	p.check(t, p.a, p.b, 501)
	restore()
	p.send(t, p.a, p.b, 1000, 50)
	if err := p.a.Send([]wire.NodeID{p.b.ID}, "seizure/7", []byte("another second version")); err != nil {
		t.Fatal(err)
	}
	settle()
	p.check(t, p.a, p.b, 552)
	av, ab := p.a.Subject(p.a.ID, "seizure/7")
	bv, bb := p.b.Subject(p.a.ID, "seizure/7")
	if av != bv || !bytes.Equal(ab, bb) {
		t.Errorf("the subject is version %d %q at its owner and %d %q at the peer", av, ab, bv, bb)
	}
	if v, _ := p.a.Subject(p.a.ID, "seizure/499"); v == 0 {
		t.Error("the owner did not get back what the backup had forgotten")
	}
}

func receiverRestored(t *testing.T, mk Make) {
	p := newPair(t, mk, nil)
	p.send(t, p.a, p.b, 0, 100)
	settle()
	restore := p.b.Backup()
	p.send(t, p.a, p.b, 100, 200)
	settle()
	p.b.Leave()
	restore()
	restored := time.Now()
	p.net.Fault(func(_, _ wire.NodeID, verb exchange.Verb) Fault { return Fault{Unheard: verb == exchange.VerbBatch} })
	p.net.Add(p.b.ID, p.b.Node)
	settle()
	good, _ := p.a.Receipts(p.b.ID)
	anew := uint64(0)
	for _, r := range good {
		if r.At.After(restored) {
			anew += r.Last - r.First + 1
		}
	}
	if anew != 200 {
		t.Errorf("the sender holds receipts from after the restore for %d messages, want 200", anew)
	}
	p.net.Fault(nil)
	p.send(t, p.a, p.b, 300, 5)
	settle()
	p.check(t, p.a, p.b, 305)
	if _, denials := p.a.Receipts(p.b.ID); len(denials) > 0 {
		t.Errorf("%d receipts deny others", len(denials))
	}
}

func bothRestored(t *testing.T, mk Make) {
	p := newPair(t, mk, nil)
	p.send(t, p.a, p.b, 0, 100)
	settle()
	restoreB := p.b.Backup()
	p.send(t, p.a, p.b, 100, 100)
	settle()
	restoreA := p.a.Backup()
	p.send(t, p.a, p.b, 200, 100)
	settle()
	restoreA()
	restoreB()
	p.send(t, p.a, p.b, 1000, 30)
	p.send(t, p.b, p.a, 0, 30)
	settle()
	p.check(t, p.a, p.b, 230)
	p.check(t, p.b, p.a, 30)
	restoreA()
	p.send(t, p.a, p.b, 2000, 30)
	settle()
	p.check(t, p.a, p.b, 260)
}

func restoredBetween(t *testing.T, mk Make) {
	p := newPair(t, mk, nil)
	p.send(t, p.a, p.b, 0, 10)
	settle()
	first := p.a.Backup()
	p.send(t, p.a, p.b, 10, 10)
	settle()
	p.net.Fault(func(wire.NodeID, wire.NodeID, exchange.Verb) Fault { return Fault{Lost: true} })
	first()
	p.send(t, p.a, p.b, 100, 5) // at places that the peer knows otherwise
	second := p.a.Backup()
	p.net.Fault(nil)
	settle()
	p.check(t, p.a, p.b, 25)
	second()
	p.send(t, p.a, p.b, 200, 5)
	settle()
	p.check(t, p.a, p.b, 30)
	if n := len(p.b.Received(p.a.ID)); n != 30 {
		t.Errorf("%d messages arrived, want 30", n)
	}
}

// partsLost is the sender's loss of both versions of a subject, of which one peer
// has the first and the other has both.
func partsLost(t *testing.T, mk Make) {
	idents := []*wire.Identity{NewIdentity(t, "a", time.Now()), NewIdentity(t, "b", time.Now()), NewIdentity(t, "c", time.Now())}
	net := NewNetwork()
	var ids []wire.NodeID
	var stores []Store
	for _, i := range idents {
		ids, stores = append(ids, i.Card().Node), append(stores, mk(t, i, time.Now))
	}
	var parties []*Party
	for i, s := range stores {
		for j, o := range idents {
			if i != j {
				s.Pair(o.Card())
			}
		}
		p := Join(net, s, nil, time.Now, exchange.Limits{}, append(append([]wire.NodeID{}, ids[:i]...), ids[i+1:]...)...)
		parties = append(parties, p)
		t.Cleanup(p.Leave)
	}
	a := parties[0]
	var apart atomic.Bool
	net.Fault(func(from, to wire.NodeID, _ exchange.Verb) Fault {
		return Fault{Lost: apart.Load() && (from == ids[2] || to == ids[2])}
	})
	say := func(text string) {
		if err := a.Send(ids[1:], "seizure/1", []byte(text)); err != nil {
			t.Fatal(err)
		}
		settle()
	}
	restore := a.Backup()
	say("first")
	apart.Store(true)
	say("second")
	restore()
	settle()
	apart.Store(false)
	settle()
	for i, s := range stores {
		if _, body := s.Subject(ids[0], "seizure/1"); string(body) != "second" {
			t.Errorf("node %d has %q", i, body)
		}
	}
}

func poison(t *testing.T, mk Make) {
	p := newPair(t, mk, nil)
	p.send(t, p.a, p.b, 0, 3)
	h := wire.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeIntelligence, Owner: paiza.HomeAgency, Origin: p.a.ID}
	bad := func(change func(*wire.Content)) {
		c := wire.Content{Salt: wire.NewSalt(), Type: "seizure", Subject: "seizure/900", Version: 1, Created: time.Now(), Handling: h}
		change(&c)
		raw, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		p.a.SendContent(p.b.ID, raw)
	}
	p.a.SendContent(p.b.ID, []byte("no content of any version"))
	bad(func(c *wire.Content) { c.Type = "of a later version" })
	bad(func(c *wire.Content) { c.TLP = "ultraviolet" })
	bad(func(c *wire.Content) { c.Origin = p.b.ID })
	bad(func(c *wire.Content) { c.Groups = []wire.GroupRef{{Group: wire.UUID{9}, Version: 1}} })
	bad(func(c *wire.Content) { c.Subject, c.Body = "seizure/1", []byte("another first version") })
	p.send(t, p.a, p.b, 3, 3)
	settle()
	p.check(t, p.a, p.b, 12)
	want := []wire.Reason{"", "", "", wire.ReasonUnreadable, wire.ReasonType, wire.ReasonHandling, wire.ReasonOwner, wire.ReasonGroup, wire.ReasonVersionTaken, "", "", ""}
	for i, it := range p.b.Received(p.a.ID) {
		if i < len(want) && it.Refused != want[i] {
			t.Errorf("message %d: %q, want %q", i+1, it.Refused, want[i])
		}
	}
}

func withheld(t *testing.T, mk Make) {
	p := newPair(t, mk, nil)
	// A node of another make refuses every batch that it finds too large.
	p.net.Fault(func(from, to wire.NodeID, verb exchange.Verb) (f Fault) {
		if verb == exchange.VerbBatch && from == p.a.ID {
			f.Tampered = func(b []byte) []byte {
				if len(b) > 20000 {
					return make([]byte, wire.MaxBatch+1)
				}
				return b
			}
		}
		return f
	})
	emptyA, emptyB := p.a.Backup(), p.b.Backup()
	p.send(t, p.a, p.b, 0, 20)
	if err := p.a.Send([]wire.NodeID{p.b.ID}, "seizure/500", make([]byte, 50000)); err != nil {
		t.Fatal(err)
	}
	p.send(t, p.a, p.b, 20, 20)
	settle()
	p.check(t, p.a, p.b, 41)
	if got := p.b.Received(p.a.ID)[20]; got.Refused != wire.ReasonWithheld || got.Raw != nil {
		t.Errorf("the message arrived: %q", got.Refused)
	}
	emptyA()
	settle() // the sender gets back all but what never left
	emptyB()
	settle()
	p.check(t, p.a, p.b, 41)
}

func couriers(t *testing.T, mk Make) {
	p := newPair(t, mk, nil)
	p.net.Fault(func(wire.NodeID, wire.NodeID, exchange.Verb) Fault { return Fault{Lost: true} })
	p.send(t, p.a, p.b, 0, 200)
	settle()
	var file bytes.Buffer
	end, err := p.a.Node.Export(context.Background(), p.b.ID, wire.Cursor{}, &file)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got, err := p.b.Node.Import(context.Background(), bytes.NewReader(file.Bytes()))
		if err != nil || got.Have != end {
			t.Fatalf("imported to %v, the file ends at %v: %v", place(got.Have), place(end), err)
		}
	}
	p.net.Fault(nil)
	batches := p.net.Calls(exchange.VerbBatch)
	settle()
	p.check(t, p.a, p.b, 200)
	if n := p.net.Calls(exchange.VerbBatch) - batches; n != 0 {
		t.Errorf("%d batches went over the network again", n)
	}
	p.send(t, p.a, p.b, 200, 10)
	settle()
	p.check(t, p.a, p.b, 210)
}

func denial(t *testing.T, mk Make) {
	p := newPair(t, mk, nil)
	p.send(t, p.a, p.b, 0, 5)
	settle()
	written := p.a.Written(p.b.ID)
	last := written[4].Cursor
	other := last
	other.Hash[0]++
	good, _ := p.a.Receipts(p.b.ID)
	for _, r := range []wire.Receipt{
		{Hash: other.Hash, First: 1, Last: 5},
		{Hash: last.Hash, First: 1, Last: 5, Refused: []wire.RefusedMessage{{Seq: 2, Reason: wire.ReasonGroup}}},
	} {
		r.Event, r.Issuer, r.From, r.To, r.Epoch, r.At = wire.EventContentConsignment, p.b.ID, p.a.ID, p.b.ID, last.Epoch, time.Now()
		signed, err := wire.NewReceipt(r, p.b.Identity().Sign)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.a.Confirm(context.Background(), p.b.ID, last, []*wire.Receipt{signed}); err != nil {
			t.Fatal(err)
		}
	}
	after, denials := p.a.Receipts(p.b.ID)
	if len(after) != len(good)+1 || len(denials) != 2 {
		t.Errorf("%d receipts where %d were, and %d that deny them", len(after), len(good), len(denials))
	}
	if why := p.a.Written(p.b.ID)[1].Refused; why != wire.ReasonGroup {
		t.Errorf("the message that the peer now sets aside shows %q", why)
	}
	if state, err := p.a.State(context.Background(), p.b.ID); err != nil || state.Proven != last {
		t.Errorf("proven to %v, %v", place(state.Proven), err)
	}
}

// liar is an inbox that says it is further than it is.
type liar struct {
	exchange.Inbox
	at atomic.Pointer[wire.Cursor]
}

func (l *liar) Have(ctx context.Context, peer wire.NodeID) (wire.Cursor, error) {
	if at := l.at.Load(); at != nil {
		return *at, nil
	}
	return l.Inbox.Have(ctx, peer)
}

func claim(t *testing.T, mk Make) {
	var l *liar
	p := newPair(t, mk, func(i exchange.Inbox) exchange.Inbox { l = &liar{Inbox: i}; return l })
	p.send(t, p.a, p.b, 0, 5)
	settle()
	before := p.a.Written(p.b.ID)
	l.at.Store(&wire.Cursor{Epoch: before[4].Epoch, Seq: 50, Hash: wire.Hash{1}})
	p.send(t, p.a, p.b, 5, 5)
	settle()
	after := p.a.Written(p.b.ID)
	if len(after) != 10 || after[4].Cursor != before[4].Cursor {
		t.Errorf("a claim changed the log: %d messages", len(after))
	}
	if s := p.a.Node.State(p.b.ID); s.Refused == "" || s.Failed == 0 {
		t.Errorf("nobody can see why nothing arrives: %+v", s)
	}
	l.at.Store(nil)
	settle()
	p.check(t, p.a, p.b, 10)
}
