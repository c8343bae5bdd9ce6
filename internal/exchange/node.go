package exchange

import (
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"paiza/wire"
)

// Config is what a node's exchange needs.
type Config struct {
	Identity    func() *wire.Identity // as it is now
	Trust       Trust
	Outbox      Outbox
	Withholder  Withholder
	Past        Past
	Inbox       Inbox
	Archive     Archive
	Attachments Attachments // nil: nothing to fetch
	// Wanted is where the chunks of a file of the peer's messages are put that a
	// courier brings; no Chunks when it is not wanted. nil: no file is.
	Wanted func(ctx context.Context, peer wire.NodeID, id wire.Hash) (wire.Attachment, Chunks, error)
	Ways   Ways  // nil: every peer is reached directly
	Relay  Relay // nil: nothing is carried for others
	// Contradictions is told of a peer's second history; nil: nobody is.
	Contradictions Contradictions
	Transport      Transport
	// Guard looks at every message once more before it leaves, by rules of its own,
	// and says why it must not; nil lets everything pass.
	Guard  func(peer wire.NodeID, message []byte) wire.Reason
	Now    func() time.Time
	Log    *slog.Logger
	Limits Limits
}

// Node is this node's side of all exchange.
type Node struct {
	Config
	limits Limits
	open   chan struct{} // as many batches are opened at once as there are processors
	load   load
	mu     sync.Mutex
	peers  map[wire.NodeID]*peer
	lanes  map[wire.NodeID]*lane
	posts  map[wire.NodeID]*post         // by relay
	bells  map[wire.NodeID]chan struct{} // of nodes for which parcels are kept
	asking map[wire.NodeID]int           // questions for parcels that are held back
}

// New makes a node. It sends nothing before Run, and answers at once.
func New(c Config) *Node {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Node{Config: c, limits: c.Limits.withDefaults(), open: make(chan struct{}, runtime.GOMAXPROCS(0)),
		peers: map[wire.NodeID]*peer{}, lanes: map[wire.NodeID]*lane{}, posts: map[wire.NodeID]*post{}, bells: map[wire.NodeID]chan struct{}{},
		asking: map[wire.NodeID]int{}}
}

// Run sends to the peer until the context ends.
func (n *Node) Run(ctx context.Context, to wire.NodeID) { n.peer(to).run(ctx) }

// Wake tells that the log for the peer has grown.
func (n *Node) Wake(to wire.NodeID) { signal(n.peer(to).fresh) }

// Knock tells that the peer can be reached again: what waits after a failure
// waits no longer.
func (n *Node) Knock(to wire.NodeID) { signal(n.peer(to).knock) }

// State is what is known of the traffic with a peer, for people.
func (n *Node) State(of wire.NodeID) State { return n.peer(of).snapshot() }

func (n *Node) peer(id wire.NodeID) *peer {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.peers[id]
	if p == nil {
		p = &peer{node: n, id: id, fresh: make(chan struct{}, 1), knock: make(chan struct{}, 1), items: n.limits.BatchItems}
		n.peers[id] = p
	}
	return p
}

func (n *Node) lane(id wire.NodeID) *lane {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.lanes[id]
	if l == nil {
		l = &lane{node: n, id: id}
		n.lanes[id] = l
	}
	return l
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// signer is who may have signed what comes from a peer.
func (n *Node) signer(ctx context.Context) func(wire.NodeID, wire.KeyID, time.Time) (ed25519.PublicKey, error) {
	return func(node wire.NodeID, key wire.KeyID, at time.Time) (ed25519.PublicKey, error) {
		h, err := n.Trust.History(ctx, node)
		if err != nil {
			return nil, err
		}
		return h.Signer(key, at)
	}
}

// unseal opens a batch of the peer.
func (n *Node) unseal(ctx context.Context, from wire.NodeID, raw []byte) (*wire.Opened, error) {
	select {
	case n.open <- struct{}{}:
		defer func() { <-n.open }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	me := n.Identity()
	card := me.Card()
	o := &wire.Opener{Self: card.Node, Suites: card.Suites, Keys: me.Open, Signer: n.signer(ctx)}
	opened, err := o.Open(raw, n.Now())
	if err != nil {
		return nil, err
	}
	if opened.From != from {
		return nil, &wire.Refusal{Reason: wire.ReasonSender, Detail: "the batch is not of who sent it"}
	}
	return opened, nil
}

// receipts reads and verifies receipts that the peer signed for our log. One whose
// key was revoked before it states nothing and is left out: it must not stop the
// traffic, and its issuer makes it anew.
func (n *Node) receipts(ctx context.Context, peer wire.NodeID, raws [][]byte) ([]*wire.Receipt, error) {
	if len(raws) == 0 {
		return nil, nil
	}
	h, err := n.Trust.History(ctx, peer)
	if err != nil {
		return nil, err
	}
	self := n.Identity().Card().Node
	var out []*wire.Receipt
	for _, raw := range raws {
		r, err := wire.ParseReceipt(raw)
		if err != nil {
			return nil, err
		}
		if r.Issuer != peer || r.From != self || r.To != peer {
			return nil, &wire.Refusal{Reason: wire.ReasonConflict, Detail: "a receipt for another log"}
		}
		err = r.Verify(h)
		if wire.ReasonOf(err) == wire.ReasonKeyRevoked {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func (n *Node) sign(r wire.Receipt) (*wire.Receipt, error) {
	return wire.NewReceipt(r, n.Identity().Sign)
}

// refusal is what a peer is told of an error: a refusal as it is, anything else
// without its cause.
func refusal(err error) *wire.Refusal {
	var r *wire.Refusal
	if errors.As(err, &r) {
		return r
	}
	return &wire.Refusal{Reason: wire.ReasonBusy, Detail: "the node cannot answer now", After: 5 * time.Second}
}

func encodeAll[T interface{ Bytes() []byte }](list []T) [][]byte {
	var out [][]byte
	for _, v := range list {
		out = append(out, v.Bytes())
	}
	return out
}
