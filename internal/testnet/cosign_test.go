package testnet_test

import (
	"context"
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/exchange"
	"paiza/internal/testnet"
	"paiza/wire"
)

// ledgers is how many entries each node's ledger has.
func ledgers(t *testing.T, n *testnet.Net) (out []int64) {
	t.Helper()
	for _, node := range n.Nodes() {
		list, err := node.Desk().Ledger(t.Context(), paiza.Operator("T"), 0, 1)
		if err != nil || len(list) == 0 {
			t.Fatalf("%v, %v", list, err)
		}
		out = append(out, list[0].Seq)
	}
	return out
}

// TestQuietLedgers: every node cosigns the others' ledgers; when nobody does
// anything, showing them again enters nothing and sends nothing, however often.
func TestQuietLedgers(t *testing.T) {
	n := open(t, testnet.Plan{Nodes: []testnet.NodePlan{{Name: "a", Body: "XAA"}, {Name: "b", Body: "XBB"}, {Name: "c", Body: "XCC"}}})
	show := func() (sent int) {
		t.Helper()
		for _, node := range n.Nodes() {
			one, err := node.Desk().ShowLedger(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			sent += one
		}
		quiet(t, n)
		return sent
	}
	quiet(t, n)
	if sent := show(); sent != 6 {
		t.Fatalf("the first showing went to %d of 6", sent)
	}
	for _, node := range n.Nodes() {
		c, err := node.Desk().Cosigned(t.Context(), paiza.Operator("T"))
		if err != nil || len(c.By) != 2 || c.Upto == 0 {
			t.Errorf("%s is cosigned by %+v, %v", node.Name(), c, err)
		}
	}
	before := ledgers(t, n)
	for range 3 {
		if sent := show(); sent != 0 {
			t.Errorf("idle nodes showed their ledgers to %d others", sent)
		}
	}
	if after := ledgers(t, n); after[0] != before[0] || after[1] != before[1] || after[2] != before[2] {
		t.Errorf("the ledgers of idle nodes grew from %v to %v", before, after)
	}
	live(t, n.Traffic(3), 6)
	quiet(t, n)
	if sent := show(); sent == 0 {
		t.Error("after traffic nobody shows his ledger")
	}
	show()
	if sent := show(); sent != 0 {
		t.Errorf("the nodes do not come to rest: %d", sent)
	}
}

// forge seals a batch as a node does that holds the keys of another's machine.
func forge(t *testing.T, from, to *testnet.Node, h wire.Header, items ...wire.Item) []byte {
	t.Helper()
	me, him := from.Desk().Exchange().Identity(), to.Desk().Exchange().Identity()
	h.From = me.Card().Node
	raw, err := wire.Seal(h, items, me.Sign, him.Card(), wire.SuiteAES)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestForkedLog: a node that signs two histories of its log is refused with the
// second one; both of its signed headers are kept and shown, and what it sends
// of the first one goes on.
func TestForkedLog(t *testing.T) {
	n := open(t, testnet.Plan{Nodes: []testnet.NodePlan{{Name: "a", Body: "XAA"}, {Name: "b", Body: "XBB"}}})
	a, b := n.Node("a"), n.Node("b")
	note := func(text string) {
		t.Helper()
		if _, err := a.Desk().SendNote(t.Context(), a.As(paiza.RoleAnalyst), paiza.NewDeskNote{Peer: b.ID().String(), Title: text, Text: text, Exercise: true}); err != nil {
			t.Fatal(err)
		}
	}
	note("first")
	quiet(t, n)
	have, err := b.Desk().Exchange().Have(t.Context(), a.ID())
	if err != nil {
		t.Fatal(err)
	}
	// Another message for the place that is taken, and one that follows it.
	other := wire.Cursor{Epoch: have.Epoch, Seq: have.Seq - 1}
	if got, err := b.Desk().Exchange().Taken(t.Context(), a.ID(), []wire.Cursor{other}); err == nil {
		other = got[0]
	}
	if other.Seq == 0 {
		other.Hash = wire.Start(a.ID(), b.ID(), have.Epoch, wire.Cursor{})
	}
	raw := wire.Place(salted(t, a), a.ID(), b.ID(), have.Epoch, have.Seq, other.Hash)
	fork := forge(t, a, b, wire.Header{Epoch: have.Epoch, First: have.Seq, Prev: other.Hash}, wire.Item{Raw: raw})
	sent := make(chan error, 1)
	n.Meddle(func(ctx context.Context, r testnet.Request) ([]byte, error) {
		if r.Verb == exchange.VerbBatch && r.From == a.ID() {
			_, err := r.Send(fork)
			select {
			case sent <- err:
			default:
			}
		}
		return r.Send(r.Body)
	})
	note("second")
	quiet(t, n)
	n.Meddle(nil)
	if err := <-sent; wire.ReasonOf(err) != wire.ReasonFork {
		t.Errorf("the second history is answered with %v", err)
	}
	p, err := b.Desk().Partner(t.Context(), paiza.Operator("T"), a.ID().String())
	if err != nil || len(p.Forks) != 1 || !p.Contradicts {
		t.Fatalf("the evidence: %+v, contradicts %v, %v", p.Forks, p.Contradicts, err)
	}
	f := p.Forks[0]
	key := a.Desk().Exchange().Identity().Card().SigningKey
	for i, raw := range f.Evidence {
		e, err := wire.ParseEvidence(raw)
		if err != nil || e.Verify(key) != nil || e.From != a.ID() {
			t.Errorf("header %d proves nothing: %v", i, err)
		}
	}
	if f.Ours == f.Theirs || f.Seq != have.Seq {
		t.Errorf("the two are one: %+v", f)
	}
	notes, err := b.Desk().Notes(t.Context(), paiza.Operator("T"), desk.NoteFilter{Size: 10})
	if err != nil || len(notes) != 2 {
		t.Errorf("%d of 2 notes, %v", len(notes), err)
	}
}

// salted is a content that the node could have written.
func salted(t *testing.T, of *testnet.Node) []byte {
	t.Helper()
	body, err := (&wire.NoteItem{Title: "another", Author: "Duty analyst"}).Encode()
	if err != nil {
		t.Fatal(err)
	}
	c := wire.Content{Salt: wire.NewSalt(), Type: wire.TypeNote, Subject: "note/another", Version: 1, Created: time.Now(), Exercise: true, Body: body,
		Handling: wire.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeIntelligence, Owner: paiza.HomeAgency, Origin: of.ID()}}
	raw, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestResealed: a node that seals anew what another gave to it, as its own
// message, as the other's, or in the other's batch, gets it taken by nobody, and
// each refusal has its reason.
func TestResealed(t *testing.T) {
	n := open(t, testnet.Plan{Nodes: []testnet.NodePlan{{Name: "a", Body: "XAA"}, {Name: "b", Body: "XBB"}, {Name: "thief", Body: "XCC"}}})
	a, b, thief := n.Node("a"), n.Node("b"), n.Node("thief")
	if _, err := a.Desk().SendNote(t.Context(), a.As(paiza.RoleAnalyst), paiza.NewDeskNote{Peer: thief.ID().String(), Title: "for the thief alone", Text: "x", Exercise: true}); err != nil {
		t.Fatal(err)
	}
	quiet(t, n)
	peer, err := thief.Store().Peer(t.Context(), a.ID().String())
	if err != nil {
		t.Fatal(err)
	}
	got, err := thief.Store().InMessages(t.Context(), peer.Num, wire.Cursor{}, 1)
	if err != nil || len(got) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	taken := got[0].Raw
	m, err := wire.ParseMessage(taken)
	if err != nil {
		t.Fatal(err)
	}
	have, err := b.Desk().Exchange().Have(t.Context(), thief.ID())
	if err != nil {
		t.Fatal(err)
	}
	at := wire.Cursor{Epoch: wire.NewEpoch(0, 0)}
	if have.Epoch != 0 {
		at = have
	} else {
		at.Hash = wire.Start(thief.ID(), b.ID(), at.Epoch, wire.Cursor{})
	}
	call := func(body []byte) error {
		_, err := thief.Call(t.Context(), b, exchange.VerbBatch, body)
		return err
	}
	// In the other's name: the header says that a sent it, and the thief signs.
	in := forge(t, thief, b, wire.Header{Epoch: m.Epoch, First: m.Seq, Prev: m.Prev}, wire.Item{Raw: taken})
	id := a.ID()
	copy(in[7:23], id[:]) // docs/PROTOCOL.md §6: the sender
	if err := call(in); wire.ReasonOf(err) != wire.ReasonSignature && wire.ReasonOf(err) != wire.ReasonKey && wire.ReasonOf(err) != wire.ReasonSender {
		t.Errorf("in the other's name: %v", err)
	}
	// As the other's message in the thief's own log.
	if err := call(forge(t, thief, b, wire.Header{Epoch: at.Epoch, First: at.Seq + 1, Prev: at.Hash}, wire.Item{Raw: taken})); err != nil {
		t.Errorf("the log does not go on: %v", err)
	}
	// As the thief's own message about the other's subject.
	place, err := b.Desk().Exchange().Have(t.Context(), thief.ID())
	if err != nil {
		t.Fatal(err)
	}
	own := wire.Place(m.ContentBytes(), thief.ID(), b.ID(), place.Epoch, place.Seq+1, place.Hash)
	if err := call(forge(t, thief, b, wire.Header{Epoch: place.Epoch, First: place.Seq + 1, Prev: place.Hash}, wire.Item{Raw: own})); err != nil {
		t.Errorf("the log does not go on: %v", err)
	}
	list, _, err := b.Desk().Quarantine(t.Context(), paiza.Operator("T"), thief.ID().String(), 0, 10)
	if err != nil || len(list) != 2 || list[1].Refused != string(wire.ReasonPosition) || list[0].Refused != string(wire.ReasonOwner) {
		t.Errorf("in quarantine: %+v, %v", list, err)
	}
	if notes, err := b.Desk().Notes(t.Context(), paiza.Operator("T"), desk.NoteFilter{Size: 10}); err != nil || len(notes) != 0 {
		t.Errorf("what was given to the thief alone is read: %+v, %v", notes, err)
	}
}
