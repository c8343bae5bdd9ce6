package memory

import (
	"context"
	"slices"

	"paiza"
	"paiza/wire"
)

func (n *Node) from(peer wire.NodeID) *inLog {
	l := n.s.in[peer]
	if l == nil {
		l = &inLog{}
		n.s.in[peer] = l
	}
	return l
}

// Have implements exchange.Inbox.
func (n *Node) Have(_ context.Context, peer wire.NodeID) (wire.Cursor, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.from(peer).have, nil
}

// Commit implements exchange.Inbox.
func (n *Node) Commit(_ context.Context, peer wire.NodeID, batches []*wire.Opened, sign wire.Sign) ([]*wire.Receipt, error) {
	self := n.ID()
	n.mu.Lock()
	l := n.from(peer)
	var all []wire.OpenedItem
	for _, o := range batches {
		items := wire.Fresh(o, l.have)
		kept := &wire.Kept{Evidence: &o.Evidence}
		for _, it := range o.Items {
			kept.Items = append(kept.Items, keptItem(it))
		}
		l.kept = append(l.kept, kept)
		for _, it := range items {
			if it.Refused == "" {
				it.Refused = n.apply(peer, it.Message)
			}
			l.rows = append(l.rows, inRow{it.Cursor, it.Raw, it.Refused})
			all = append(all, it)
		}
		l.have = o.End()
	}
	receipts, err := wire.Consign(self, peer, all, n.stamp(l), sign)
	l.receipts = append(l.receipts, receipts...)
	woken := n.release()
	n.mu.Unlock()
	n.wake(woken)
	return receipts, err
}

func keptItem(it wire.OpenedItem) wire.Item {
	if it.Raw == nil {
		return wire.Item{Digest: it.Digest, Withheld: wire.ReasonWithheld}
	}
	return wire.Item{Raw: it.Raw}
}

// apply takes a message up, or says why not.
func (n *Node) apply(from wire.NodeID, m *wire.Message) wire.Reason {
	if !slices.Contains(paiza.TLPs(), m.TLP) || !slices.Contains(paiza.Purposes(), m.Purpose) {
		return wire.ReasonHandling
	}
	switch m.Type {
	case wire.TypeReceipt:
		return n.applyReceipt(from, m)
	case wire.TypeGroup:
		return n.applyGroup(from, m)
	case wire.TypeRevocation:
		return n.applyRevocation(from, m)
	case "seizure", wire.TypeTombstone:
		return n.applySubject(from, m)
	}
	return wire.ReasonType
}

func (n *Node) applySubject(from wire.NodeID, m *wire.Message) wire.Reason {
	if m.Origin != from || m.Version == 0 {
		return wire.ReasonOwner
	}
	gone := m.Type == wire.TypeTombstone
	if gone {
		if _, err := wire.ParseTombstone(m.Body); err != nil {
			return wire.ReasonUnreadable
		}
	}
	why := wire.Audience(m.Handling, n.ID(), func(r wire.GroupRef) *wire.Group { return n.s.groups[r] })
	if why != "" && !gone {
		return why
	}
	s := n.s.subject(subjectKey{from, m.Subject})
	if known := s.versions[m.Version]; len(known) > 0 {
		if slices.Contains(known, m.ContentHash()) {
			return "" // came by another way
		}
		return wire.ReasonVersionTaken
	}
	s.take(m.Version, m.ContentHash(), m.Body, m.Groups, gone)
	return ""
}

func (n *Node) applyGroup(from wire.NodeID, m *wire.Message) wire.Reason {
	g, err := wire.ParseGroup(m.Body)
	if err != nil {
		return wire.ReasonUnreadable
	}
	h, err := n.history(from)
	if err != nil || g.Owner != from || g.Verify(h) != nil {
		return wire.ReasonOwner
	}
	for _, old := range n.s.groups {
		if old.Group == g.Group && g.Follows(old) != nil {
			return wire.ReasonConflict
		}
	}
	n.s.groups[g.Ref()] = g
	return ""
}

func (n *Node) applyReceipt(from wire.NodeID, m *wire.Message) wire.Reason {
	r, err := wire.ParseReceipt(m.Body)
	if err != nil {
		return wire.ReasonUnreadable
	}
	h, err := n.history(from)
	if err != nil || r.Issuer != from || r.From != n.ID() || r.To != from || r.Verify(h) != nil {
		return wire.ReasonSignature
	}
	n.log(from).confirm(r)
	return ""
}

// release takes up what waited in quarantine for a group that is known now, and
// tells the senders. n.mu is held.
func (n *Node) release() (woken []wire.NodeID) {
	self := n.ID()
	for peer, l := range n.s.in {
		for i := range l.rows {
			r := &l.rows[i]
			if r.refused != wire.ReasonGroup {
				continue
			}
			m, err := wire.ParseMessage(r.raw)
			if err != nil {
				continue
			}
			why := n.applySubject(peer, m)
			if why == wire.ReasonGroup {
				continue
			}
			r.refused = why
			if why != "" {
				continue
			}
			x, err := wire.NewReceipt(wire.Receipt{Event: wire.EventContentConsignment, Issuer: self, From: peer, To: self,
				Epoch: r.Epoch, First: r.Seq, Last: r.Seq, Hash: r.Hash, At: n.stamp(l)}, n.Identity().Sign)
			if err == nil && n.statement([]wire.NodeID{peer}, wire.TypeReceipt, x.Bytes()) == nil {
				woken = append(woken, peer)
			}
		}
	}
	return woken
}

// Taken implements exchange.Archive.
func (n *Node) Taken(_ context.Context, peer wire.NodeID, places []wire.Cursor) ([]wire.Cursor, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.from(peer)
	out := make([]wire.Cursor, len(places))
	for i, p := range places {
		out[i] = wire.Cursor{Epoch: p.Epoch, Seq: p.Seq}
		at, ok := slices.BinarySearchFunc(l.rows, p, func(r inRow, p wire.Cursor) int { return r.Compare(p) })
		if ok {
			out[i].Hash = l.rows[at].Hash
		}
	}
	return out, nil
}

// Batch implements exchange.Archive.
func (n *Node) Batch(_ context.Context, peer wire.NodeID, after wire.Cursor) (*wire.Kept, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, k := range n.from(peer).kept {
		if k.Evidence.End().Compare(after) > 0 {
			return k, nil
		}
	}
	return nil, &wire.Refusal{Reason: wire.ReasonAbsent, Detail: "nothing follows the place"}
}

// Issued implements exchange.Archive.
func (n *Node) Issued(_ context.Context, peer wire.NodeID, after wire.Cursor, most int) ([]*wire.Receipt, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []*wire.Receipt
	for _, r := range n.from(peer).receipts {
		if r.End().Compare(after) > 0 && len(out) < most {
			out = append(out, r)
		}
	}
	return out, nil
}
