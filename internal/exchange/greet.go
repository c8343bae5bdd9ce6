package exchange

import (
	"context"

	"paiza/wire"
)

// greet makes our hello for the peer.
func (n *Node) greet(ctx context.Context, peer wire.NodeID) (*wire.Hello, error) {
	state, err := n.Outbox.State(ctx, peer)
	if err != nil {
		return nil, err
	}
	have, err := n.Inbox.Have(ctx, peer)
	if err != nil {
		return nil, err
	}
	return &wire.Hello{Versions: []uint16{wire.Protocol}, Clock: n.Now(), Serial: n.Identity().Card().Serial,
		Head: state.Head, Have: have, Proven: state.Proven, Window: uint16(n.limits.Serve)}, nil
}

// met takes in what the peer said in his hello, whoever asked and whoever
// answered. It gives the serial from which on we need his cards, 0 for none, and
// the cards of ours that he asked for.
func (n *Node) met(ctx context.Context, p *peer, h *wire.Hello) (need uint64, cards [][]byte, err error) {
	version, err := wire.Speak([]uint16{wire.Protocol}, h.Versions)
	if err != nil {
		return 0, nil, err
	}
	now := n.Now()
	p.update(func(s *State) {
		s.Version, s.Skew, s.Contact, s.Theirs, s.Have, s.Window = version, h.Clock.Sub(now), now, h.Head, h.Have, int(h.Window)
	})
	if need, err = n.learn(ctx, p.id, h); err != nil {
		return 0, nil, err
	}
	if h.NeedCards > 0 {
		for _, c := range n.Identity().Cards {
			if c.Serial >= h.NeedCards && len(cards) < 32 {
				cards = append(cards, c.Bytes())
			}
		}
	}
	if need > 0 {
		return need, cards, nil // his receipts may be signed with a key that is not known yet
	}
	receipts, err := n.receipts(ctx, p.id, h.Receipts)
	if err != nil {
		return 0, nil, err
	}
	ours, err := n.Past.Sent(ctx, p.id, []wire.Cursor{h.Have})
	if err != nil {
		return 0, nil, err
	}
	if ours[0].Hash != h.Have.Hash {
		return need, cards, nil // another history of our log: recover will say
	}
	if err := n.Outbox.Confirm(ctx, p.id, h.Have, receipts); err != nil {
		return 0, nil, err
	}
	state, err := n.Outbox.State(ctx, p.id)
	if err != nil {
		return 0, nil, err
	}
	p.update(func(s *State) { s.Head = state.Head })
	return need, cards, nil
}

// learn takes the cards of a hello and says which are missing.
func (n *Node) learn(ctx context.Context, peer wire.NodeID, h *wire.Hello) (uint64, error) {
	if len(h.Cards) > 0 {
		var cards []*wire.Card
		for _, raw := range h.Cards {
			c, err := wire.ParseCard(raw)
			if err != nil {
				return 0, err
			}
			cards = append(cards, c)
		}
		if err := n.Trust.Learn(ctx, peer, cards); err != nil {
			return 0, err
		}
	}
	known, err := n.Trust.History(ctx, peer)
	if err != nil {
		return 0, err
	}
	if last := known.Latest().Serial; h.Serial > last {
		return last + 1, nil
	}
	return 0, nil
}

// answerHello answers a peer's hello, and wakes our own sending when he lacks
// something of ours.
func (n *Node) answerHello(ctx context.Context, from wire.NodeID, body []byte) ([]byte, error) {
	theirs, err := wire.ParseHello(body)
	if err != nil {
		return nil, err
	}
	p := n.peer(from)
	need, cards, err := n.met(ctx, p, theirs)
	if err != nil {
		return nil, err
	}
	ours, err := n.greet(ctx, from)
	if err != nil {
		return nil, err
	}
	ours.NeedCards, ours.Cards = need, cards
	issued, err := n.Archive.Issued(ctx, from, theirs.Proven, 16)
	if err != nil {
		return nil, err
	}
	ours.Receipts = encodeAll(issued)
	if theirs.Have != ours.Head || p.snapshot().Failed > 0 {
		signal(p.knock)
	}
	return ours.Encode(), nil
}
