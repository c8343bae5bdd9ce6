package exchange

import (
	"context"
	"fmt"
	"time"

	"paiza/wire"
)

// Ways is by which other node a peer is reached that has no direct link, and
// what has to be kept of that.
type Ways interface {
	// Via is the relay by which the peer is reached; false for a direct link.
	Via(ctx context.Context, peer wire.NodeID) (relay wire.NodeID, ok bool, err error)
	// Number gives the number of the next parcel to the peer by the relay. They
	// ascend for ever, after a restore from a backup too.
	Number(ctx context.Context, peer, relay wire.NodeID) (uint64, error)
	// Seen is the highest number that was taken from the peer by the relay.
	Seen(ctx context.Context, peer, relay wire.NodeID) (uint64, error)
	See(ctx context.Context, peer, relay wire.NodeID, number uint64) error
	// Sending keeps, before it is given away, which part of the log for the peer a
	// parcel carries.
	Sending(ctx context.Context, c wire.Sending) error
	// Said keeps what a relay stated of parcels. The receipts are verified; of a
	// parcel that carried no part of a log they are not needed.
	Said(ctx context.Context, relay wire.NodeID, receipts []*wire.Receipt) error
}

// Relay is what a node does that carries parcels of others. It sees from whom to
// whom, when, and how large.
type Relay interface {
	// Post takes parcels of a node over, in one transaction, and gives a signed
	// receipt for each: RelayAcceptance when it is durable, else RelayRejection.
	Post(ctx context.Context, from wire.NodeID, parcels [][]byte, sign wire.Sign) ([]*wire.Receipt, error)
	// Acked lets go of parcels that their receiver has taken or refused, and of
	// receipts that were heard. The sender of one that was refused is told.
	Acked(ctx context.Context, by wire.NodeID, acks []wire.Ack, sign wire.Sign) error
	// Waiting is what waits for a node, at most so many bytes of parcels, and which
	// of its own parcels that it asks for still wait for others.
	Waiting(ctx context.Context, node wire.NodeID, asked []wire.Hash, bytes int) (*wire.Collected, error)
}

// longest is how long an answer is held back while nothing is there.
const longest = 25 * time.Second

// answerPost takes parcels over for their receivers.
func (n *Node) answerPost(ctx context.Context, from wire.NodeID, body []byte) ([]byte, error) {
	post, err := wire.ParsePost(body)
	if err != nil {
		return nil, err
	}
	receipts, err := n.Relay.Post(ctx, from, post.Parcels, n.sign)
	if err != nil {
		return nil, err
	}
	for i, r := range receipts {
		if p, err := wire.ParseParcel(post.Parcels[i]); err == nil && r.Event == wire.EventRelayAcceptance {
			signal(n.bell(p.To))
		}
	}
	return (&wire.Posted{Receipts: encodeAll(receipts)}).Encode(), nil
}

// answerCollect gives a node what waits for it. When that is nothing it waits
// some time for it, so that a parcel arrives as soon as it is here.
func (n *Node) answerCollect(ctx context.Context, from wire.NodeID, body []byte) ([]byte, error) {
	ask, err := wire.ParseCollect(body)
	if err != nil {
		return nil, err
	}
	if !n.queue(from, 1) {
		return nil, &wire.Refusal{Reason: wire.ReasonBusy, Detail: "too many questions for parcels at once", After: time.Second}
	}
	defer n.queue(from, -1)
	if len(ask.Acks) > 0 {
		if err := n.Relay.Acked(ctx, from, ask.Acks, n.sign); err != nil {
			return nil, err
		}
		for _, a := range ask.Acks {
			if a.Reason != "" {
				n.ringAll()
				break
			}
		}
	}
	over := time.NewTimer(min(time.Duration(ask.Wait)*time.Millisecond, longest))
	defer over.Stop()
	look := time.NewTicker(time.Second) // another process of this node may have taken it over
	defer look.Stop()
	for last := false; ; {
		got, err := n.Relay.Waiting(ctx, from, ask.Asked, wire.MaxParcel)
		if err != nil {
			return nil, err
		}
		if last || len(got.Parcels) > 0 || len(got.Receipts) > 0 {
			return got.Encode(), nil
		}
		select {
		case <-n.bell(from):
		case <-look.C:
		case <-over.C:
			last = true
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// queue counts the questions of a node that wait for parcels; false when there
// are too many. One is needed, and an old one may not have noticed yet that its
// line is gone.
func (n *Node) queue(from wire.NodeID, by int) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if by > 0 && n.asking[from] >= 4 {
		return false
	}
	if n.asking[from] += by; n.asking[from] == 0 {
		delete(n.asking, from)
	}
	return true
}

// bell tells who waits for parcels that there may be some.
func (n *Node) bell(to wire.NodeID) chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	b := n.bells[to]
	if b == nil {
		b = make(chan struct{}, 1)
		n.bells[to] = b
	}
	return b
}

func (n *Node) ringAll() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, b := range n.bells {
		signal(b)
	}
}

// Undelivered says that a relay did not carry a request to the peer, and why. It
// is not the peer's own refusal, from which more would follow.
type Undelivered struct {
	Relay  wire.NodeID
	Reason wire.Reason // the relay's; empty when the parcel or its answer was lost
}

// Error gives the reason.
func (u *Undelivered) Error() string {
	if u.Reason == "" {
		return fmt.Sprintf("no answer came by way of %s", u.Relay)
	}
	return fmt.Sprintf("not carried by way of %s: %s", u.Relay, u.Reason)
}

// via is the relay by which a peer is reached.
func (n *Node) via(ctx context.Context, peer wire.NodeID) (wire.NodeID, bool, error) {
	if n.Ways == nil {
		return wire.NodeID{}, false, nil
	}
	return n.Ways.Via(ctx, peer)
}

// ordered marks requests that came in the order in which they were sent.
type ordered struct{}

func inOrder(ctx context.Context) context.Context {
	return context.WithValue(ctx, ordered{}, true)
}

// patience is how long a batch waits for those before it. Over a line they may
// still come; in a parcel they came with it or before it.
func (n *Node) patience(ctx context.Context) time.Duration {
	if ctx.Value(ordered{}) != nil {
		return min(n.limits.Wait, 200*time.Millisecond)
	}
	return n.limits.Wait
}

// late takes up an answer for which nobody waits any more: this process has
// started anew since, or had given up. What it says of our log is signed all the
// same.
func (n *Node) late(ctx context.Context, from wire.NodeID, l wire.Letter) error {
	p := n.peer(from)
	switch Verb(l.Verb) {
	case VerbHello:
		h, err := wire.ParseHello(l.Body)
		if err != nil {
			return err
		}
		state, err := n.Outbox.State(ctx, from)
		if err != nil {
			return err
		}
		if h.Have.Compare(state.Have) < 0 {
			// He was put back, or this was written before what he said since: a hello
			// that somebody waits for tells.
			p.ask()
			return nil
		}
		_, _, err = n.met(ctx, p, h)
		return err
	case VerbBatch:
		a, err := wire.ParseAnswer(l.Body)
		if err != nil {
			return err
		}
		receipts, err := n.receipts(ctx, from, a.Receipts)
		if err != nil {
			return err
		}
		ours, err := n.Past.Sent(ctx, from, []wire.Cursor{a.Have})
		if err != nil || ours[0] != a.Have {
			return err
		}
		if err := n.Outbox.Confirm(ctx, from, a.Have, receipts); err != nil {
			return err
		}
		p.update(func(s *State) { s.Have = a.Have })
	}
	return nil
}
