package memory

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"paiza"
	"paiza/internal/exchange/exchangetest"
	"paiza/wire"
)

// Node is the store of one node.
type Node struct {
	Now func() time.Time

	ident atomic.Pointer[wire.Identity]
	grown atomic.Pointer[func(wire.NodeID)]
	mu    sync.Mutex
	s     *state
}

// New makes an empty node with the identity.
func New(ident *wire.Identity, now func() time.Time) *Node {
	n := &Node{Now: now, s: &state{out: map[wire.NodeID]*outLog{}, in: map[wire.NodeID]*inLog{},
		subjects: map[subjectKey]*subject{}, groups: map[wire.GroupRef]*wire.Group{}, cards: map[wire.NodeID][]*wire.Card{},
		revoked: map[wire.NodeID][]*wire.Revocation{}}}
	n.ident.Store(ident)
	return n
}

// Identity is the node's cards and keys as they are now.
func (n *Node) Identity() *wire.Identity { return n.ident.Load() }

// SetIdentity changes the node's keys.
func (n *Node) SetIdentity(i *wire.Identity) { n.ident.Store(i) }

// OnGrown sets what is called after the log for a peer has grown.
func (n *Node) OnGrown(f func(peer wire.NodeID)) { n.grown.Store(&f) }

// ID is the node's name.
func (n *Node) ID() wire.NodeID { return n.Identity().Card().Node }

// Pair takes a peer's card as it is: two people have compared its fingerprint.
func (n *Node) Pair(c *wire.Card) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.s.cards[c.Node] = append(n.s.cards[c.Node], c)
}

func (n *Node) log(to wire.NodeID) *outLog {
	l := n.s.out[to]
	if l == nil {
		l = &outLog{}
		n.s.out[to] = l
	}
	return l
}

// SendContent writes a content of whatever form for a peer: what a node of
// another version might send.
func (n *Node) SendContent(to wire.NodeID, content []byte) {
	n.mu.Lock()
	n.append(to, content)
	n.mu.Unlock()
	n.wake([]wire.NodeID{to})
}

// SendGroup makes a group known to its members.
func (n *Node) SendGroup(g *wire.Group) error {
	n.mu.Lock()
	n.s.groups[g.Ref()] = g
	var to []wire.NodeID
	for _, m := range g.Members {
		if m != n.ID() {
			to = append(to, m)
		}
	}
	err := n.statement(to, wire.TypeGroup, g.Bytes())
	n.mu.Unlock()
	n.wake(to)
	return err
}

func (n *Node) wake(to []wire.NodeID) {
	if f := n.grown.Load(); f != nil {
		for _, p := range to {
			(*f)(p)
		}
	}
}

// statement writes a signed statement, which has no subject, for the peers.
func (n *Node) statement(to []wire.NodeID, typ string, body []byte) error {
	c := wire.Content{Salt: wire.NewSalt(), Type: typ, Created: n.Now(), Body: body,
		Handling: wire.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeIntelligence, Owner: paiza.HomeAgency, Origin: n.ID()}}
	raw, err := c.Encode()
	if err != nil {
		return err
	}
	for _, p := range to {
		n.append(p, raw)
	}
	return nil
}

// append puts a content at the end of the log for a peer.
func (n *Node) append(to wire.NodeID, content []byte) {
	l := n.log(to)
	if len(l.epochs) == 0 {
		l.open(n.ID(), to, wire.NewEpoch(0, 0))
	}
	l.add(n.ID(), to, content)
}

// Received lists what came from a peer, in the order of his log.
func (n *Node) Received(from wire.NodeID) []exchangetest.Item {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.s.in[from]
	if l == nil {
		return nil
	}
	out := make([]exchangetest.Item, len(l.rows))
	for i, r := range l.rows {
		out[i] = exchangetest.Item{Cursor: r.Cursor, Raw: r.raw, Refused: r.refused}
		if m, err := wire.ParseMessage(r.raw); err == nil {
			out[i].Content, out[i].Type = m.ContentHash(), m.Type
		}
	}
	return out
}

// Written lists what stands in the log for a peer. Refused is why the peer set it
// aside, by his receipts.
func (n *Node) Written(peer wire.NodeID) []exchangetest.Item {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.log(peer)
	out := make([]exchangetest.Item, len(l.rows))
	for i, r := range l.rows {
		out[i] = exchangetest.Item{Cursor: r.Cursor, Raw: r.raw, Refused: l.refused(r.Cursor)}
		if m, err := wire.ParseMessage(r.raw); err == nil {
			out[i].Content, out[i].Type = m.ContentHash(), m.Type
		}
	}
	return out
}

// Receipts lists what the peer signed for the log to him, and what he signed
// that denies it.
func (n *Node) Receipts(peer wire.NodeID) (good, bad []*wire.Receipt) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.log(peer)
	return slices.Clone(l.receipts), slices.Clone(l.denials)
}
