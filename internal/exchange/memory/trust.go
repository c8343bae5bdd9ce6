package memory

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"paiza/wire"
)

// History implements exchange.Trust.
func (n *Node) History(_ context.Context, node wire.NodeID) (*wire.History, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.history(node)
}

func (n *Node) history(node wire.NodeID) (*wire.History, error) {
	cards := n.s.cards[node]
	if node == n.ID() {
		cards = n.Identity().Cards
	}
	if len(cards) == 0 {
		return nil, &wire.Refusal{Reason: wire.ReasonSender, Detail: fmt.Sprintf("no card of %s", node)}
	}
	h := &wire.History{}
	for _, c := range cards {
		if err := h.Add(c); err != nil {
			return nil, err
		}
	}
	for _, v := range n.s.revoked[node] {
		_ = h.Revoke(v) // one that does not hold limits nothing
	}
	return h, nil
}

// Learn implements exchange.Trust.
func (n *Node) Learn(_ context.Context, node wire.NodeID, cards []*wire.Card) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	h, err := n.history(node)
	if err != nil {
		return err
	}
	for _, c := range cards {
		if err := h.Add(c); err != nil {
			return err
		}
	}
	n.s.cards[node] = h.Cards()
	return nil
}

// Pinned implements exchange.Trust.
func (n *Node) Pinned(_ context.Context, pin wire.Hash) (wire.NodeID, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for node := range n.s.cards {
		if h, err := n.history(node); err == nil && h.Pinned(pin) {
			return node, nil
		}
	}
	return wire.NodeID{}, &wire.Refusal{Reason: wire.ReasonSender, Detail: "the TLS key is on no card"}
}

// Revoke says that signatures of a former key of this node count no more from a
// moment on, and tells every peer. What it stated with that key since then it
// states anew.
func (n *Node) Revoke(key wire.KeyID, at time.Time, reason string) (*wire.Revocation, error) {
	v, err := wire.NewRevocation(wire.Revocation{Node: n.ID(), Key: key, At: at, Reason: reason}, n.Identity().Sign)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	to, err := n.revoke(v)
	n.mu.Unlock()
	n.wake(to)
	return v, err
}

func (n *Node) revoke(v *wire.Revocation) (to []wire.NodeID, err error) {
	self := n.ID()
	h, err := n.history(self)
	if err != nil {
		return nil, err
	}
	if err := h.Revoke(v); err != nil {
		return nil, err
	}
	n.s.revoked[self] = append(n.s.revoked[self], v)
	to = n.peers()
	if err := n.statement(to, wire.TypeRevocation, v.Bytes()); err != nil {
		return to, err
	}
	return to, n.restate(h)
}

// restate makes the receipts anew whose key counts no more.
func (n *Node) restate(h *wire.History) error {
	for _, peer := range n.peers() {
		if err := n.reconsign(h, peer); err != nil {
			return err
		}
		if err := n.resend(h, peer); err != nil {
			return err
		}
	}
	return nil
}

// reconsign makes receipts for the peer's log anew, of what is so now: a message
// that was set aside may have been taken up since.
func (n *Node) reconsign(h *wire.History, peer wire.NodeID) error {
	l := n.from(peer)
	var out []*wire.Receipt
	for _, r := range l.receipts {
		if wire.ReasonOf(r.Verify(h)) != wire.ReasonKeyRevoked {
			out = append(out, r)
			continue
		}
		var items []wire.OpenedItem
		for _, row := range l.rows {
			if covers, _ := r.Covers(row.Epoch, row.Seq); covers {
				items = append(items, wire.OpenedItem{Cursor: row.Cursor, Refused: row.refused})
			}
		}
		again, err := wire.Consign(n.ID(), peer, items, n.stamp(l), func(r wire.Receipt) (*wire.Receipt, error) { return wire.NewReceipt(r, n.Identity().Sign) })
		if err != nil {
			return err
		}
		out = append(out, again...)
	}
	l.receipts = out
	return nil
}

// resend makes receipts anew that went to the peer as messages.
func (n *Node) resend(h *wire.History, peer wire.NodeID) error {
	for _, row := range slices.Clone(n.log(peer).rows) {
		m, err := wire.ParseMessage(row.raw)
		if err != nil || m.Type != wire.TypeReceipt {
			continue
		}
		r, err := wire.ParseReceipt(m.Body)
		if err != nil || wire.ReasonOf(r.Verify(h)) != wire.ReasonKeyRevoked {
			continue
		}
		again := *r
		again.At = n.stamp(n.from(peer))
		x, err := wire.NewReceipt(again, n.Identity().Sign)
		if err != nil {
			return err
		}
		if err := n.statement([]wire.NodeID{peer}, wire.TypeReceipt, x.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// peers lists the nodes whose cards are here.
func (n *Node) peers() (out []wire.NodeID) {
	for id := range n.s.cards {
		out = append(out, id)
	}
	slices.SortFunc(out, func(a, b wire.NodeID) int { return bytes.Compare(a[:], b[:]) })
	return out
}

// Admit takes what a trust directory says of a node: its cards and what it
// revoked. A restore may have made this node forget what it revoked itself.
func (n *Node) Admit(ctx context.Context, node wire.NodeID, cards []*wire.Card, v *wire.Revocation) error {
	if node != n.ID() {
		if err := n.Learn(ctx, node, cards); err != nil {
			return err
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	h, err := n.history(node)
	if err == nil {
		err = h.Revoke(v)
	}
	if err != nil {
		return err
	}
	n.s.revoked[node] = append(n.s.revoked[node], v)
	if node != n.ID() {
		return nil
	}
	return n.restate(h)
}

func (n *Node) applyRevocation(from wire.NodeID, m *wire.Message) wire.Reason {
	v, err := wire.ParseRevocation(m.Body)
	if err != nil {
		return wire.ReasonUnreadable
	}
	h, err := n.history(from)
	if err != nil || v.Node != from || h.Revoke(v) != nil {
		return wire.ReasonSignature
	}
	n.s.revoked[from] = append(n.s.revoked[from], v)
	return ""
}

// rememberRevocation keeps a revocation of this node that a backup had forgotten,
// and tells those who may not have it.
func (n *Node) rememberRevocation(peer wire.NodeID, m *wire.Message) ([]wire.NodeID, error) {
	self := n.ID()
	v, err := wire.ParseRevocation(m.Body)
	if err != nil || slices.ContainsFunc(n.s.revoked[self], func(o *wire.Revocation) bool { return bytes.Equal(o.Bytes(), v.Bytes()) }) {
		return nil, nil
	}
	h, err := n.history(self)
	if err != nil || h.Revoke(v) != nil {
		return nil, err
	}
	n.s.revoked[self] = append(n.s.revoked[self], v)
	others := slices.DeleteFunc(n.peers(), func(id wire.NodeID) bool { return id == peer })
	if err := n.statement(others, wire.TypeRevocation, v.Bytes()); err != nil {
		return others, err
	}
	return n.peers(), n.restate(h)
}

// Fork is two histories of one log that a peer signed both.
type Fork struct{ Ours, Theirs *wire.Evidence }

// Forked implements exchange.Contradictions.
func (n *Node) Forked(_ context.Context, peer wire.NodeID, o *wire.Opened) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.from(peer)
	if o.Epoch != l.have.Epoch { // of another epoch nothing here says that it cannot be
		return nil
	}
	at := min(o.First, l.have.Seq)
	i := slices.IndexFunc(l.kept, func(k *wire.Kept) bool {
		return k.Evidence.Epoch == o.Epoch && k.Evidence.First <= at && at <= k.Evidence.Last()
	})
	known := slices.ContainsFunc(l.forks, func(f Fork) bool { return f.Theirs.Epoch == o.Epoch && f.Theirs.First == o.First })
	if i >= 0 && !known {
		l.forks = append(l.forks, Fork{l.kept[i].Evidence, &o.Evidence})
	}
	return nil
}

// Forks lists the contradictions of a peer.
func (n *Node) Forks(peer wire.NodeID) []Fork {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.from(peer).forks)
}
