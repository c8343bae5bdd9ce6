package memory

import (
	"context"
	"fmt"
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
		subjects: map[subjectKey]*subject{}, groups: map[wire.GroupRef]*wire.Group{}, cards: map[wire.NodeID][]*wire.Card{}}}
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

// Send writes the next version of a subject of this node for the peers.
func (n *Node) Send(to []wire.NodeID, name string, body []byte, groups ...wire.GroupRef) error {
	n.mu.Lock()
	err := n.send(to, "seizure", name, body, groups)
	n.mu.Unlock()
	n.wake(to)
	return err
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

// send writes a new version of a subject into the logs for the peers. n.mu is
// held.
func (n *Node) send(to []wire.NodeID, typ, name string, body []byte, groups []wire.GroupRef) error {
	self := n.ID()
	key := subjectKey{self, name}
	s := n.s.subject(key)
	version := s.latest + 1
	c := wire.Content{Salt: wire.NewSalt(), Type: typ, Subject: name, Version: version, Created: n.Now(), Body: body,
		Handling: wire.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeIntelligence, Owner: paiza.HomeAgency, Origin: self, Groups: groups}}
	raw, err := c.Encode()
	if err != nil {
		return err
	}
	s.take(version, wire.HashContent(raw), body, groups)
	for _, p := range to {
		if !slices.Contains(s.audience, p) {
			s.audience = append(s.audience, p)
		}
		n.append(p, raw)
	}
	return nil
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

// Subject is the latest version of a subject and its content, as it is here.
func (n *Node) Subject(owner wire.NodeID, name string) (version uint64, body []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.s.subjects[subjectKey{owner, name}]
	if s == nil {
		return 0, nil
	}
	return s.latest, s.body
}

// Subjects lists the subjects of an owner that are here.
func (n *Node) Subjects(owner wire.NodeID) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []string
	for k := range n.s.subjects {
		if k.owner == owner {
			out = append(out, k.name)
		}
	}
	slices.Sort(out)
	return out
}

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
