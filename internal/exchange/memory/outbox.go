package memory

import (
	"bytes"
	"context"
	"slices"

	"paiza/wire"
)

// State implements exchange.Outbox.
func (n *Node) State(_ context.Context, peer wire.NodeID) (wire.LogState, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.log(peer)
	return wire.LogState{Head: l.head(), Have: l.have, Proven: l.proven}, nil
}

// Read implements exchange.Outbox.
func (n *Node) Read(_ context.Context, peer wire.NodeID, after wire.Cursor, most, size int) ([]wire.Row, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.log(peer)
	i := 0
	if after != (wire.Cursor{}) {
		at, ok := l.at(after)
		if !ok || l.rows[at].Hash != after.Hash {
			return nil, &wire.Refusal{Reason: wire.ReasonFork, Detail: "the place is not in the log"}
		}
		i = at + 1
	}
	var out []wire.Row
	for ; i < len(l.rows) && len(out) < most && size > 0; i++ {
		r := l.rows[i]
		if len(out) > 0 && out[0].Epoch != r.Epoch {
			break
		}
		it := wire.Item{Raw: r.raw}
		if r.withheld != "" {
			it = wire.Item{Digest: r.digest, Withheld: r.withheld}
		}
		out = append(out, wire.Row{Cursor: r.Cursor, Prev: r.prev, Item: it})
		size -= len(r.raw)
	}
	return out, nil
}

// Confirm implements exchange.Outbox.
func (n *Node) Confirm(_ context.Context, peer wire.NodeID, have wire.Cursor, receipts []*wire.Receipt) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.log(peer)
	l.have = have
	if have.Compare(l.proven) < 0 { // he was put back to before: what he states of the rest he will state anew
		l.proven, l.stale = have, len(l.receipts)
	}
	for _, r := range receipts {
		l.confirm(r)
	}
	return nil
}

func (l *outLog) confirm(r *wire.Receipt) {
	same := func(o *wire.Receipt) bool { return bytes.Equal(o.Bytes(), r.Bytes()) }
	if i := slices.IndexFunc(l.receipts, same); i >= 0 {
		l.receipts = append(slices.Delete(l.receipts, i, i+1), r)
		if i < l.stale {
			l.stale--
		}
		l.advance()
		return
	}
	if slices.ContainsFunc(l.denials, same) {
		return
	}
	i, ok := l.at(r.End())
	if !ok {
		l.early = append(l.early, r)
		return
	}
	if l.rows[i].Hash != r.Hash {
		l.denials = append(l.denials, r)
		return
	}
	if slices.ContainsFunc(l.receipts, func(old *wire.Receipt) bool { return r.Contradicts(old) != nil }) {
		l.denials = append(l.denials, r)
	}
	l.receipts = append(l.receipts, r)
	l.advance()
}

// advance moves the proven place as far as receipts lead.
func (l *outLog) advance() {
	for again := true; again; {
		again = false
		for _, x := range l.receipts[l.stale:] {
			if x.Event == wire.EventContentConsignment && x.End().Compare(l.proven) > 0 && l.reaches(x) {
				l.proven, again = x.End(), true
			}
		}
	}
}

// reaches reports whether the receipt begins where the proven part ends.
func (l *outLog) reaches(r *wire.Receipt) bool {
	if r.Epoch == l.proven.Epoch {
		return r.First <= l.proven.Seq+1
	}
	for _, e := range l.epochs {
		if e.Epoch == r.Epoch {
			return r.First == 1 && e.Base == l.proven
		}
	}
	return false
}

// Withhold implements exchange.Withholder.
func (n *Node) Withhold(_ context.Context, peer wire.NodeID, at wire.Cursor, reason wire.Reason) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if i, ok := n.log(peer).at(at); ok {
		n.log(peer).rows[i].withheld = reason
	}
	return nil
}

// Epochs implements exchange.Past.
func (n *Node) Epochs(_ context.Context, peer wire.NodeID) ([]wire.Epoch, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.log(peer).epochs), nil
}

// Sent implements exchange.Past.
func (n *Node) Sent(_ context.Context, peer wire.NodeID, places []wire.Cursor) ([]wire.Cursor, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.log(peer)
	out := make([]wire.Cursor, len(places))
	for i, p := range places {
		out[i] = wire.Cursor{Epoch: p.Epoch, Seq: p.Seq}
		if at, ok := l.at(p); ok {
			out[i].Hash = l.rows[at].Hash
		}
	}
	return out, nil
}
