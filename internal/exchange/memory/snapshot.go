package memory

import (
	"maps"
	"slices"
	"time"

	"paiza/wire"
)

// Backup makes a backup and gives what puts it back. What the node did since is
// lost then.
func (n *Node) Backup() (restore func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	kept := n.s.clone()
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.s = kept.clone()
		n.s.restored = n.Now()
	}
}

// Stated is the latest time on a receipt of this node for a peer's log.
func (n *Node) Stated() (at time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	at = n.s.restored
	for _, l := range n.s.in {
		if l.stated.After(at) {
			at = l.stated
		}
	}
	return at
}

func (s *state) clone() *state {
	out := &state{out: map[wire.NodeID]*outLog{}, in: map[wire.NodeID]*inLog{}, subjects: map[subjectKey]*subject{},
		groups: maps.Clone(s.groups), cards: map[wire.NodeID][]*wire.Card{}, revoked: map[wire.NodeID][]*wire.Revocation{}, restored: s.restored}
	for k, l := range s.out {
		c := *l
		c.rows, c.epochs = slices.Clone(l.rows), slices.Clone(l.epochs)
		c.receipts, c.denials = slices.Clone(l.receipts), slices.Clone(l.denials)
		c.early = slices.Clone(l.early)
		out.out[k] = &c
	}
	for k, l := range s.in {
		c := *l
		c.rows, c.kept, c.receipts = slices.Clone(l.rows), slices.Clone(l.kept), slices.Clone(l.receipts)
		c.forks = slices.Clone(l.forks)
		out.in[k] = &c
	}
	for k, x := range s.subjects {
		c := *x
		c.versions, c.readers = map[uint64][]wire.Hash{}, slices.Clone(x.readers)
		for v, h := range x.versions {
			c.versions[v] = slices.Clone(h)
		}
		out.subjects[k] = &c
	}
	for k, c := range s.cards {
		out.cards[k] = slices.Clone(c)
	}
	for k, v := range s.revoked {
		out.revoked[k] = slices.Clone(v)
	}
	return out
}
