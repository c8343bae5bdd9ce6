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

// Reopen implements exchange.Past.
func (n *Node) Reopen(_ context.Context, peer wire.NodeID, fork wire.Cursor, recovered func(func(*wire.Opened, error) bool)) error {
	var back []*wire.Opened
	var fault error
	recovered(func(o *wire.Opened, err error) bool {
		if fault = err; err == nil {
			back = append(back, o)
		}
		return err == nil
	})
	if fault != nil {
		return fault
	}
	n.mu.Lock()
	woken, err := n.reopen(peer, fork, back)
	n.mu.Unlock()
	n.wake(woken)
	return err
}

func (n *Node) reopen(peer wire.NodeID, fork wire.Cursor, back []*wire.Opened) ([]wire.NodeID, error) {
	l := n.log(peer)
	end := 0
	if fork != (wire.Cursor{}) {
		i, ok := l.at(fork)
		if !ok || l.rows[i].Hash != fork.Hash {
			return nil, &wire.Refusal{Reason: wire.ReasonFork, Detail: "the place is not in the log any more"}
		}
		end = i + 1
	}
	own, last := l.contents(end)
	l.cut(end)
	l.outlive(fork)
	for _, o := range back {
		l.adopt(o)
		for _, it := range o.Items {
			n.remember(peer, it)
			if it.Message != nil {
				own = slices.DeleteFunc(own, func(c []byte) bool { return bytes.Equal(c, it.Message.ContentBytes()) })
			}
		}
	}
	self := n.ID()
	if len(own) > 0 {
		l.open(self, peer, wire.NewEpoch(last, l.head().Epoch))
	}
	for _, content := range own {
		l.add(self, peer, content)
	}
	early := l.early
	l.early = nil
	for _, r := range early {
		l.confirm(r)
	}
	n.outdated(l)
	released := n.release()
	if err := n.retract(peer, back); err != nil {
		return released, err
	}
	woken, err := n.republish()
	return append(woken, released...), err
}

// retract takes back what this node stated in messages that a backup had
// forgotten and that is true no more: the backup has the message in quarantine.
func (n *Node) retract(peer wire.NodeID, back []*wire.Opened) error {
	for _, o := range back {
		for _, it := range o.Items {
			if it.Message == nil || it.Message.Type != wire.TypeReceipt {
				continue
			}
			r, err := wire.ParseReceipt(it.Message.Body)
			if err != nil || r.Reason != "" {
				continue
			}
			for _, row := range n.from(peer).rows {
				if row.Epoch != r.Epoch || row.Seq != r.Last || row.refused == "" {
					continue
				}
				x, err := wire.NewReceipt(wire.Receipt{Event: wire.EventContentConsignmentFailure, Issuer: r.Issuer, From: r.From, To: r.To,
					Epoch: r.Epoch, First: r.Last, Last: r.Last, Hash: row.Hash, At: n.Now(), Reason: row.refused}, n.Identity().Sign)
				if err != nil {
					return err
				}
				if err := n.statement([]wire.NodeID{peer}, wire.TypeReceipt, x.Bytes()); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// outdated marks the subjects of which the peer would be left with an older
// version than this node has.
func (n *Node) outdated(l *outLog) {
	latest := map[string]uint64{}
	for _, r := range l.rows {
		if m, err := wire.ParseMessage(r.raw); err == nil && m.Version > 0 {
			latest[m.Subject] = max(latest[m.Subject], m.Version)
		}
	}
	for name, version := range latest {
		if s := n.s.subject(subjectKey{n.ID(), name}); version < s.latest {
			s.again = true
		}
	}
}

// republish gives the subjects of which a backup had forgotten something a new
// version, which everybody gets who has the subject.
func (n *Node) republish() (woken []wire.NodeID, err error) {
	for k, s := range n.s.subjects {
		if !s.again {
			continue
		}
		s.again = false
		if err := n.send(s.audience, "seizure", k.name, s.body, s.groups); err != nil {
			return woken, err
		}
		woken = append(woken, s.audience...)
	}
	return woken, nil
}

// contents gives what is said in the rows from the nth on, and the last epoch.
func (l *outLog) contents(n int) (out [][]byte, last uint64) {
	for _, r := range l.rows[n:] {
		content, err := wire.ContentOf(r.raw)
		if err == nil {
			out = append(out, content)
		}
		last = r.Epoch
	}
	return out, last
}

// cut leaves the first n rows.
func (l *outLog) cut(n int) {
	l.rows = l.rows[:n]
	head := l.head()
	l.epochs = slices.DeleteFunc(l.epochs, func(e wire.Epoch) bool { return e.Epoch > head.Epoch })
	if i := len(l.epochs) - 1; i >= 0 {
		l.epochs[i].Last = head.Seq
	}
	if l.proven.Compare(head) > 0 {
		l.proven = head
	}
}

// outlive forgets receipts that speak of what followed a place and was replaced.
func (l *outLog) outlive(fork wire.Cursor) {
	var left []*wire.Receipt
	stale := l.stale
	for i, r := range l.receipts {
		switch {
		case r.End().Compare(fork) <= 0:
			left = append(left, r)
		case i < l.stale:
			stale--
		}
	}
	l.receipts, l.stale = left, stale
}

// adopt appends messages that the peer gave back.
func (l *outLog) adopt(o *wire.Opened) {
	prev := o.Prev
	for _, it := range o.Items {
		c := it.Cursor
		if c.Compare(l.head()) > 0 {
			if len(l.epochs) == 0 || l.epochs[len(l.epochs)-1].Epoch != c.Epoch {
				l.epochs = append(l.epochs, wire.Epoch{Epoch: c.Epoch, Base: l.head()})
			}
			l.epochs[len(l.epochs)-1].Last = c.Seq
			row := outRow{Cursor: c, prev: prev, raw: it.Raw, digest: it.Digest}
			if row.raw == nil {
				row.withheld = it.Refused
			}
			l.rows = append(l.rows, row)
		}
		prev = c.Hash
	}
}

// remember takes up what a recovered message says of our own subjects. When it
// is not what we know, everybody who has the subject gets a new version of it.
func (n *Node) remember(peer wire.NodeID, it wire.OpenedItem) {
	m := it.Message
	if m == nil || m.Version == 0 {
		if m != nil && m.Type == wire.TypeGroup {
			if g, err := wire.ParseGroup(m.Body); err == nil {
				n.s.groups[g.Ref()] = g
			}
		}
		return
	}
	s := n.s.subject(subjectKey{n.ID(), m.Subject})
	if !slices.Contains(s.audience, peer) {
		s.audience = append(s.audience, peer)
	}
	if slices.Contains(s.versions[m.Version], m.ContentHash()) {
		return
	}
	fresh := m.Version > s.latest
	s.take(m.Version, m.ContentHash(), m.Body, m.Groups)
	if fresh && len(s.audience) == 1 {
		return
	}
	s.again = true
}
