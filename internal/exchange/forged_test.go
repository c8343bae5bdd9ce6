package exchange_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"paiza/internal/exchange"
	"paiza/internal/exchange/exchangetest"
	"paiza/internal/exchange/memory"
	"paiza/wire"
)

// forger has made up a continuation of a's log and offers to give it back.
type forger struct {
	*memory.Node
	have wire.Cursor
	kept *wire.Kept
}

func (f *forger) Have(context.Context, wire.NodeID) (wire.Cursor, error) { return f.have, nil }

func (f *forger) Taken(ctx context.Context, peer wire.NodeID, places []wire.Cursor) ([]wire.Cursor, error) {
	return f.Node.Taken(ctx, peer, places)
}

func (f *forger) Batch(context.Context, wire.NodeID, wire.Cursor) (*wire.Kept, error) {
	return f.kept, nil
}

// TestForged is a peer who claims that a wrote more than a did, with a header
// that he signed himself, with one that a signed for another place, and with what
// a has already.
func TestForged(t *testing.T) {
	for _, way := range []string{"signed by the forger", "another header of ours", "what we have"} {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := memory.New(exchangetest.NewIdentity(t, "a", time.Now()), time.Now), memory.New(exchangetest.NewIdentity(t, "b", time.Now()), time.Now)
				a.Pair(b.Identity().Card())
				b.Pair(a.Identity().Card())
				net := exchangetest.NewNetwork()
				party := exchangetest.Join(net, b, nil, time.Now, exchange.Limits{})
				node := exchange.New(exchange.Config{Identity: a.Identity, Trust: a, Outbox: a, Withholder: a, Past: a, Inbox: a, Archive: a, Transport: net.From(a.ID())})
				if err := a.Send([]wire.NodeID{b.ID()}, "seizure/1", []byte("mine")); err != nil {
					t.Fatal(err)
				}
				go node.Run(t.Context(), b.ID())
				time.Sleep(time.Minute)
				synctest.Wait()
				party.Leave()
				before := a.Written(b.ID())
				net.Add(b.ID(), exchange.New(exchange.Config{Identity: b.Identity, Trust: b, Outbox: b, Past: b, Inbox: forge(t, a, b, way), Archive: forge(t, a, b, way), Transport: net.From(b.ID())}))
				time.Sleep(time.Hour)
				synctest.Wait()
				after := a.Written(b.ID())
				if len(after) != len(before) || after[0].Cursor != before[0].Cursor {
					t.Errorf("the log has %d messages and had %d", len(after), len(before))
				}
				if why := node.State(b.ID()).Refused; why != wire.ReasonConflict {
					t.Errorf("people read %q", why)
				}
			})
		})
	}
}

func forge(t *testing.T, a, b *memory.Node, way string) *forger {
	t.Helper()
	end := b.Received(a.ID())[0].Cursor
	c := wire.Content{Type: "seizure", Subject: "seizure/1", Version: 2, Body: []byte("never said")}
	content, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	items := []wire.Item{{Raw: wire.Place(content, a.ID(), b.ID(), end.Epoch, end.Seq+1, end.Hash)}}
	batch, err := wire.Seal(wire.Header{From: a.ID(), Epoch: end.Epoch, First: end.Seq + 1, Prev: end.Hash}, items, b.Identity().Sign, b.Identity().Card(), wire.SuiteAES)
	if err != nil {
		t.Fatal(err)
	}
	e, err := wire.ParseEvidence(batch)
	if err != nil {
		t.Fatal(err)
	}
	f := &forger{b, e.End(), &wire.Kept{Evidence: e, Items: items}}
	first, err := b.Batch(context.Background(), a.ID(), wire.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	switch way {
	case "what we have":
		f.kept = first
	case "another header of ours":
		real := *first.Evidence
		real.First, real.Prev, real.Head = e.First, e.Prev, e.Head // what the answer is sealed by; the bytes stay a's
		f.kept.Evidence = &real
	}
	return f
}
