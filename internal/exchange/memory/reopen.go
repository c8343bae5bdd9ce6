package memory

import (
	"bytes"
	"context"
	"slices"

	"paiza/wire"
)

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
	var woken []wire.NodeID
	for _, o := range back {
		l.adopt(o)
		for _, it := range o.Items {
			told, err := n.remember(peer, it)
			if err != nil {
				return nil, err
			}
			woken = append(woken, told...)
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
	early := append(l.early, l.strange()...)
	l.early = nil
	for _, r := range early {
		l.confirm(r)
	}
	n.disputed(peer, back, own)
	n.outdated(peer, l)
	woken = append(woken, n.release()...)
	if err := n.retract(peer, back); err != nil {
		return woken, err
	}
	told, err := n.republish()
	return append(woken, told...), err
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
				l := n.from(peer)
				if l.stated.Before(r.At) {
					l.stated = r.At // forgotten too
				}
				x, err := wire.NewReceipt(wire.Receipt{Event: wire.EventContentConsignmentFailure, Issuer: r.Issuer, From: r.From, To: r.To,
					Epoch: r.Epoch, First: r.Last, Last: r.Last, Hash: row.Hash, At: n.stamp(l), Reason: row.refused}, n.Identity().Sign)
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

// disputed settles what is said last of a subject in what the peer gave back and
// in what was written since the restore. When one of them takes it back from him,
// it stays taken back, and he is told anew: which of the two came later nobody can
// say, and to show what was taken back is the worse mistake.
func (n *Node) disputed(peer wire.NodeID, back []*wire.Opened, own [][]byte) {
	then, since := map[string]bool{}, map[string]bool{}
	for _, o := range back {
		for _, it := range o.Items {
			if m := it.Message; m != nil && m.Version > 0 {
				then[m.Subject] = m.Type == wire.TypeTombstone
			}
		}
	}
	for _, content := range own {
		if m, err := wire.ParseMessage(wire.Place(content, n.ID(), peer, 1, 1, wire.Hash{})); err == nil && m.Version > 0 {
			since[m.Subject] = m.Type == wire.TypeTombstone
		}
	}
	for name, gone := range since {
		before, both := then[name]
		if !both || !gone && !before {
			continue
		}
		s := n.s.subject(subjectKey{n.ID(), name})
		*s.reader(peer) = reader{peer: peer, gone: true, again: true}
		if !s.gone && s.deserted() {
			s.again = true
		}
	}
}

// outdated marks the subjects of which the peer would be left with an older
// version than the others have.
func (n *Node) outdated(peer wire.NodeID, l *outLog) {
	latest := map[string]uint64{}
	for _, r := range l.rows {
		if m, err := wire.ParseMessage(r.raw); err == nil && m.Version > 0 {
			latest[m.Subject] = max(latest[m.Subject], m.Version)
		}
	}
	for name, version := range latest {
		if s := n.s.subject(subjectKey{n.ID(), name}); version < s.said && (s.gone || !s.reader(peer).gone) {
			s.again = true
		}
	}
}

// republish gives the subjects of which a backup had forgotten something a new
// version, which everybody gets who has the subject. Of what is taken back it is
// a tombstone.
func (n *Node) republish() (woken []wire.NodeID, err error) {
	for k, s := range n.s.subjects {
		has := s.which(func(r reader) bool { return s.again && !s.gone && !r.gone })
		lost := s.which(func(r reader) bool { return s.again && s.gone || r.again })
		s.again = false
		if len(lost) > 0 {
			err = n.recall(lost, k.name, s)
		}
		if err == nil && len(has) > 0 {
			err = n.send(has, k.name, s.body, s.groups)
		}
		if err != nil {
			return woken, err
		}
		woken = append(append(woken, lost...), has...)
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

// strange takes out the receipts that were of another chain than the log: what came
// back may be what they speak of.
func (l *outLog) strange() (out []*wire.Receipt) {
	var left []*wire.Receipt
	for _, r := range l.denials {
		if slices.Contains(l.receipts, r) {
			left = append(left, r)
		} else {
			out = append(out, r)
		}
	}
	l.denials = left
	return out
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

// remember takes up what a recovered message says of our own subjects and keys.
// When it is not what we know, everybody who has the subject gets a new version of
// it. It gives who has to be told at once.
func (n *Node) remember(peer wire.NodeID, it wire.OpenedItem) ([]wire.NodeID, error) {
	m := it.Message
	switch {
	case m == nil:
		return nil, nil
	case m.Type == wire.TypeRevocation:
		return n.rememberRevocation(peer, m)
	case m.Type == wire.TypeGroup:
		if g, err := wire.ParseGroup(m.Body); err == nil {
			n.s.groups[g.Ref()] = g
		}
		return nil, nil
	case m.Version == 0:
		return nil, nil
	}
	gone := m.Type == wire.TypeTombstone
	s := n.s.subject(subjectKey{n.ID(), m.Subject})
	s.reader(peer).gone = gone
	if slices.Contains(s.versions[m.Version], m.ContentHash()) {
		return nil, nil
	}
	fresh := m.Version > s.latest
	s.take(m.Version, m.ContentHash(), m.Body, m.Groups, gone)
	s.again = s.again || !fresh || len(s.readers) > 1
	return nil, nil
}
