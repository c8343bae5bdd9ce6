package exchange_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"paiza/internal/exchange"
	"paiza/internal/exchange/exchangetest"
	"paiza/internal/exchange/memory"
	"paiza/wire"
)

// pen writes a log by hand, as a hostile or broken sender would.
type pen struct {
	ident *wire.Identity
	to    *wire.Card
	epoch uint64
	items []wire.Item
	at    []wire.Cursor // at[i] is before item i+1
}

func newPen(ident *wire.Identity, to *wire.Card, epoch uint64, base wire.Cursor) *pen {
	return &pen{ident: ident, to: to, epoch: epoch, at: []wire.Cursor{{Epoch: epoch, Hash: wire.Start(ident.Card().Node, to.Node, epoch, base)}}}
}

func (p *pen) write(t *testing.T, texts ...string) {
	t.Helper()
	for _, s := range texts {
		last := p.at[len(p.at)-1]
		c := wire.Content{Type: "seizure", Subject: "seizure/" + s, Version: 1, Created: time.Now(), Body: []byte(s),
			Handling: wire.Handling{TLP: "amber", Purpose: "intelligence", Origin: p.ident.Card().Node}}
		raw, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		m := wire.Place(raw, p.ident.Card().Node, p.to.Node, p.epoch, last.Seq+1, last.Hash)
		p.items = append(p.items, wire.Item{Raw: m})
		p.at = append(p.at, wire.Cursor{Epoch: p.epoch, Seq: last.Seq + 1, Hash: wire.Next(last.Hash, p.epoch, last.Seq+1, wire.Digest(m))})
	}
}

// batch seals the messages from first to last.
func (p *pen) batch(t *testing.T, first, last int) []byte {
	t.Helper()
	raw, err := wire.Seal(wire.Header{From: p.ident.Card().Node, Epoch: p.epoch, First: uint64(first), Prev: p.at[first-1].Hash},
		p.items[first-1:last], p.ident.Sign, p.to, wire.SuiteAES)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// waiting is an inbox that takes its time, so that what arrives meanwhile is
// decided together.
type waiting struct{ exchange.Inbox }

func (w waiting) Commit(ctx context.Context, peer wire.NodeID, b []*wire.Opened, sign wire.Sign) ([]*wire.Receipt, error) {
	time.Sleep(time.Second)
	return w.Inbox.Commit(ctx, peer, b, sign)
}

func (w waiting) Have(ctx context.Context, peer wire.NodeID) (wire.Cursor, error) {
	time.Sleep(time.Second)
	return w.Inbox.Have(ctx, peer)
}

// TestLane brings batches to a node in every order and form.
func TestLane(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ident := exchangetest.NewIdentity(t, "a", time.Now())
		a, b := ident.Card().Node, memory.New(exchangetest.NewIdentity(t, "b", time.Now()), time.Now)
		c := exchangetest.NewIdentity(t, "c", time.Now())
		b.Pair(ident.Card())
		b.Pair(c.Card())
		node := exchange.New(exchange.Config{Identity: b.Identity, Trust: b, Outbox: b, Past: b, Inbox: waiting{b}, Archive: b})
		serve := func(from wire.NodeID, raw []byte) (*wire.Answer, error) {
			out, err := node.Serve(t.Context(), from, exchange.VerbBatch, raw)
			if err != nil {
				return nil, err
			}
			return wire.ParseAnswer(out)
		}
		good, other := newPen(ident, b.Identity().Card(), 1, wire.Cursor{}), newPen(ident, b.Identity().Card(), 1, wire.Cursor{})
		good.write(t, "1", "2", "3", "4", "5", "6", "7", "8")
		other.write(t, "1", "2", "x", "y", "z")
		next := newPen(ident, b.Identity().Card(), 2, good.at[6])
		next.write(t, "9")
		astray := newPen(ident, b.Identity().Card(), 2, good.at[5])
		astray.write(t, "10")

		twice := make(chan *wire.Answer)
		for range 2 {
			go func() {
				x, err := serve(a, good.batch(t, 1, 3))
				if err != nil {
					t.Errorf("one of two equal batches: %v", err)
				}
				twice <- x
			}()
		}
		if x, y := <-twice, <-twice; x == nil || y == nil || x.Have != good.at[3] || !slices.EqualFunc(x.Receipts, y.Receipts, bytes.Equal) {
			t.Fatalf("two equal batches were answered by %+v and %+v", x, y)
		}
		for _, s := range []struct {
			name string
			from wire.NodeID
			raw  []byte
			want wire.Reason
			have wire.Cursor
		}{
			{"what is there already", a, good.batch(t, 2, 3), "", good.at[3]},
			{"others at a place that is there", a, other.batch(t, 2, 3), wire.ReasonFork, good.at[3]},
			{"a gap", a, good.batch(t, 5, 6), wire.ReasonGap, good.at[3]},
			{"another history that follows", a, other.batch(t, 4, 5), wire.ReasonFork, good.at[3]},
			{"another history that overlaps", a, other.batch(t, 2, 5), wire.ReasonFork, good.at[3]},
			{"by another sender", c.Card().Node, good.batch(t, 4, 5), wire.ReasonSender, good.at[3]},
			{"half there", a, good.batch(t, 2, 6), "", good.at[6]},
			{"an epoch that begins elsewhere", a, astray.batch(t, 1, 1), wire.ReasonFork, good.at[6]},
			{"the next epoch", a, next.batch(t, 1, 1), "", next.at[1]},
			{"the epoch before, further", a, good.batch(t, 7, 8), wire.ReasonFork, next.at[1]},
		} {
			answer, err := serve(s.from, s.raw)
			if wire.ReasonOf(err) != s.want || (err == nil) != (s.want == "") {
				t.Errorf("%s: %v, want %q", s.name, err, s.want)
			}
			if have, _ := b.Have(t.Context(), a); have != s.have || (answer != nil && answer.Have != have) {
				t.Errorf("%s: the log is here to %d/%d, want %d/%d", s.name, have.Epoch, have.Seq, s.have.Epoch, s.have.Seq)
			}
		}
		var got []string
		for _, it := range b.Received(a) {
			got = append(got, fmt.Sprintf("%d/%d", it.Epoch, it.Seq))
		}
		if want := []string{"1/1", "1/2", "1/3", "1/4", "1/5", "1/6", "2/1"}; !slices.Equal(got, want) {
			t.Errorf("received %v, want %v", got, want)
		}
		time.Sleep(time.Minute) // the lane looks once more before it rests
	})
}

// answering is a transport whose peer answers every batch in his own way.
type answering struct {
	exchange.Transport
	answer func(*wire.Answer) *wire.Answer
}

func (s answering) Call(ctx context.Context, to wire.NodeID, verb exchange.Verb, body []byte) ([]byte, error) {
	out, err := s.Transport.Call(ctx, to, verb, body)
	if err != nil || verb != exchange.VerbBatch {
		return out, err
	}
	a, err := wire.ParseAnswer(out)
	if err != nil {
		return nil, err
	}
	return s.answer(a).Encode(), nil
}

// TestAnswer holds that a sender believes in no place that the peer did not
// state and in no receipt that the peer did not sign.
func TestAnswer(t *testing.T) {
	c := exchangetest.NewIdentity(t, "c", time.Now())
	for _, x := range []struct {
		name   string
		want   wire.Reason
		answer func(*wire.Answer) *wire.Answer
	}{
		{"a batch was taken and nothing is there", wire.ReasonConflict, func(*wire.Answer) *wire.Answer { return &wire.Answer{Window: 1} }},
		{"a receipt that another signed", wire.ReasonKey, func(a *wire.Answer) *wire.Answer {
			r, err := wire.ParseReceipt(a.Receipts[0])
			if err == nil {
				r, err = wire.NewReceipt(*r, c.Sign)
			}
			if err != nil {
				t.Error(err)
				return a
			}
			return &wire.Answer{Have: a.Have, Receipts: [][]byte{r.Bytes()}, Window: 1}
		}},
		{"a receipt for another log", wire.ReasonConflict, func(a *wire.Answer) *wire.Answer {
			r, err := wire.NewReceipt(wire.Receipt{Event: wire.EventContentConsignment, Issuer: c.Card().Node, Epoch: 1, First: 1, Last: 1, At: time.Now()}, c.Sign)
			if err != nil {
				t.Error(err)
				return a
			}
			return &wire.Answer{Have: a.Have, Receipts: [][]byte{r.Bytes()}, Window: 1}
		}},
	} {
		t.Run(x.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := memory.New(exchangetest.NewIdentity(t, "a", time.Now()), time.Now), memory.New(exchangetest.NewIdentity(t, "b", time.Now()), time.Now)
				a.Pair(b.Identity().Card())
				b.Pair(a.Identity().Card())
				net := exchangetest.NewNetwork()
				defer exchangetest.Join(net, b, nil, time.Now, exchange.Limits{}).Leave()
				node := exchange.New(exchange.Config{Identity: a.Identity, Trust: a, Outbox: a, Withholder: a, Past: a, Inbox: a, Archive: a,
					Transport: answering{net.From(a.ID()), x.answer}})
				if err := a.Send([]wire.NodeID{b.ID()}, "seizure/1", []byte("mine")); err != nil {
					t.Fatal(err)
				}
				go node.Run(t.Context(), b.ID())
				time.Sleep(100 * time.Millisecond)
				synctest.Wait()
				if state, _ := a.State(t.Context(), b.ID()); state.Have != (wire.Cursor{}) || state.Proven != (wire.Cursor{}) || node.State(b.ID()).Refused != x.want {
					t.Errorf("%+v; %+v", state, node.State(b.ID()))
				}
			})
		})
	}
}
