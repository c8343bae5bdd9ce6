package memory

import (
	"maps"
	"slices"

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
	}
}

func (s *state) clone() *state {
	out := &state{out: map[wire.NodeID]*outLog{}, in: map[wire.NodeID]*inLog{}, subjects: map[subjectKey]*subject{},
		groups: maps.Clone(s.groups), cards: map[wire.NodeID][]*wire.Card{}}
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
		out.in[k] = &c
	}
	for k, x := range s.subjects {
		c := *x
		c.versions, c.audience = map[uint64][]wire.Hash{}, slices.Clone(x.audience)
		for v, h := range x.versions {
			c.versions[v] = slices.Clone(h)
		}
		out.subjects[k] = &c
	}
	for k, c := range s.cards {
		out.cards[k] = slices.Clone(c)
	}
	return out
}
