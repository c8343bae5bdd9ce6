package desk

import (
	"context"
	"crypto/tls"
	"errors"
	"sync"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// Exchange is the desk as package exchange sees it: it answers that package's
// interfaces over the node's store. What it takes in passes the same rules as
// every act, and each commit writes one entry into the ledger.
type Exchange struct {
	d *Desk
	// guarded is whether what leaves passes package egress. It is false in no
	// program, only where a test sends what the guard would stop.
	guarded   bool
	takers    map[string]taker
	manifests manifests
}

// Exchange gives it. The node must have an identity (InitNode).
func (d *Desk) Exchange() *Exchange { return &Exchange{d: d, guarded: true, takers: takers} }

// nodes is what a process remembers of who the nodes are, as of a revision of
// the store.
type nodes struct {
	mu    sync.Mutex
	now   *community
	hooks []func(wire.NodeID)
	trust []func() // called after this process has changed who the nodes are
}

// wake tells who listens that the logs for the peers have grown.
func (n *nodes) wake(peers []wire.NodeID) {
	if len(peers) == 0 {
		return
	}
	n.mu.Lock()
	hooks := n.hooks
	n.mu.Unlock()
	for _, p := range peers {
		for _, h := range hooks {
			h(p)
		}
	}
}

// OnGrown has fn called after the log for a peer has grown by an act of this
// process.
func (x *Exchange) OnGrown(fn func(peer wire.NodeID)) {
	n := &x.d.nodes
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hooks = append(n.hooks, fn)
}

// OnTrust has fn called after an act of this process has changed with whom
// something is exchanged.
func (x *Exchange) OnTrust(fn func()) {
	n := &x.d.nodes
	n.mu.Lock()
	defer n.mu.Unlock()
	n.trust = append(n.trust, fn)
}

// changed tells who listens that a peer's status is another one.
func (n *nodes) changed() {
	n.mu.Lock()
	hooks := n.trust
	n.mu.Unlock()
	for _, h := range hooks {
		h()
	}
}

// community is who the nodes are, this one too. It is read only.
type community struct {
	*store.Trust
	self      wire.NodeID // zero while this node has no identity
	identity  *wire.Identity
	cert      *tls.Certificate
	histories map[wire.NodeID]*wire.History
	peers     map[wire.NodeID]store.Peer
}

// who reads who the nodes are, from the store when anything has changed.
func (d *Desk) who(ctx context.Context) (*community, error) {
	rev, err := d.store.TrustRevision(ctx)
	if err != nil {
		return nil, err
	}
	d.nodes.mu.Lock()
	k := d.nodes.now
	d.nodes.mu.Unlock()
	if k != nil && k.Rev == rev {
		return k, nil
	}
	trust, err := d.store.Trust(ctx)
	if err != nil {
		return nil, err
	}
	k = &community{Trust: trust, histories: map[wire.NodeID]*wire.History{}, peers: map[wire.NodeID]store.Peer{}}
	for node, cards := range trust.Cards {
		h := &wire.History{}
		for _, c := range cards {
			if err := h.Add(c); err != nil {
				if err := h.Readmit(c); err != nil { // it came in by the trust directory
					return nil, err
				}
			}
		}
		for _, v := range trust.Revocations[node] {
			if err := h.Revoke(v); err != nil {
				d.log.Warn("a kept revocation does not hold", "peer", node, "error", err)
			}
		}
		k.histories[node] = h
	}
	for _, p := range trust.Peers {
		if id, err := wire.ParseNodeID(p.Node); err == nil {
			k.peers[id] = p
		}
	}
	if err := d.loadIdentity(ctx, k); err != nil {
		return nil, err
	}
	d.nodes.mu.Lock()
	d.nodes.now = k
	d.nodes.mu.Unlock()
	return k, nil
}

// node is who the nodes are for an act that needs this one's identity.
func (d *Desk) node(ctx context.Context) (*community, error) {
	k, err := d.who(ctx)
	if err == nil && k.identity == nil {
		return nil, paiza.Conflict("peer.no_identity", nil)
	}
	return k, err
}

// history is the cards of a node.
func (k *community) history(node wire.NodeID) (*wire.History, error) {
	if h := k.histories[node]; h != nil {
		return h, nil
	}
	return nil, &wire.Refusal{Reason: wire.ReasonSender, Detail: "no card of " + node.String()}
}

// peer is a peer with which something may be exchanged now.
func (x *Exchange) peer(ctx context.Context, node wire.NodeID) (*community, store.Peer, error) {
	k, err := x.d.node(ctx)
	if err != nil {
		return nil, store.Peer{}, err
	}
	p, ok := k.peers[node]
	if !ok {
		return k, p, &wire.Refusal{Reason: wire.ReasonSender, Detail: "no card of " + node.String()}
	}
	return k, p, nil
}

// Identity is this node's cards and keys as they are now; nil when it has none
// or the store does not answer and never did.
func (x *Exchange) Identity() *wire.Identity {
	if k := x.known(); k != nil {
		return k.identity
	}
	return nil
}

// Certificate is the certificate with which this node speaks TLS to peers; nil
// when it has none or the store does not answer and never did.
func (x *Exchange) Certificate() *tls.Certificate {
	if k := x.known(); k != nil {
		return k.cert
	}
	return nil
}

// known is who the nodes are, or were when the store last answered.
func (x *Exchange) known() *community {
	k, err := x.d.who(context.Background())
	if err == nil {
		return k
	}
	x.d.log.Error("the node's identity cannot be read", "error", err)
	x.d.nodes.mu.Lock()
	defer x.d.nodes.mu.Unlock()
	return x.d.nodes.now
}

// History implements exchange.Trust: the cards of a peer with which something
// may be exchanged now.
func (x *Exchange) History(ctx context.Context, node wire.NodeID) (*wire.History, error) {
	k, err := x.d.who(ctx)
	if err != nil {
		return nil, err
	}
	h, err := k.history(node)
	if err != nil || node == k.self {
		return h, err
	}
	p, ok := k.peers[node]
	switch {
	case !ok:
		return nil, &wire.Refusal{Reason: wire.ReasonSender, Detail: "no card of " + node.String()}
	case p.Status != paiza.PeerActive:
		return nil, &wire.Refusal{Reason: wire.ReasonTrust, Detail: "the peer is " + string(p.Status) + " here"}
	case k.Directory != nil && !k.Directory.Admits(node, x.d.now(), !p.Contact.IsZero()):
		return nil, &wire.Refusal{Reason: wire.ReasonTrust, Detail: "the trust directory does not admit the node now"}
	}
	return h, nil
}

// Pinned implements exchange.Trust.
func (x *Exchange) Pinned(ctx context.Context, pin wire.Hash) (wire.NodeID, error) {
	k, err := x.d.who(ctx)
	if err != nil {
		return wire.NodeID{}, err
	}
	for node := range k.peers {
		if h := k.histories[node]; h != nil && h.Pinned(pin) {
			return node, nil
		}
	}
	return wire.NodeID{}, &wire.Refusal{Reason: wire.ReasonSender, Detail: "the TLS key is on no card"}
}

// Learn implements exchange.Trust: it keeps later cards that a peer presented
// himself.
func (x *Exchange) Learn(ctx context.Context, node wire.NodeID, cards []*wire.Card) error {
	_, p, err := x.peer(ctx, node)
	if err != nil {
		return err
	}
	err = x.d.act(ctx, machine(node), func(t *store.Tx) (entry, error) {
		n, err := learn(ctx, x.d, t, node, cards)
		if err == nil && n == 0 {
			err = errNothing
		}
		return entry{action: "peer.card", subject: "peer/" + p.Node, detail: cardText(cards[len(cards)-1])}, err
	})
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}

// learn adds cards to those of a node and says how many were new.
func learn(ctx context.Context, d *Desk, t *store.Tx, node wire.NodeID, cards []*wire.Card) (n int, err error) {
	trust, err := d.store.Trust(ctx)
	if err != nil {
		return 0, err
	}
	h := &wire.History{}
	for _, c := range trust.Cards[node] {
		if err := h.Add(c); err != nil {
			if err := h.Readmit(c); err != nil {
				return 0, err
			}
		}
	}
	for _, v := range trust.Revocations[node] {
		_ = h.Revoke(v) // one that does not hold limits nothing
	}
	if h.Latest() == nil {
		return 0, &wire.Refusal{Reason: wire.ReasonSender, Detail: "no card of " + node.String()}
	}
	for _, c := range cards {
		before := len(h.Cards())
		if err := h.Add(c); err != nil {
			return n, err
		}
		if len(h.Cards()) == before {
			continue
		}
		n++
		if err := t.InsertCard(c); err != nil {
			return n, err
		}
	}
	return n, nil
}

// errNothing takes an act back in which there was nothing to do.
var errNothing = errors.New("desk: nothing to do")

// machine is who acts when the exchange itself does, for a peer.
func machine(peer wire.NodeID) paiza.Actor {
	return paiza.Actor{ID: "exchange", Name: "exchange", From: peer.String(), Agency: paiza.HomeAgency}
}
