package exchangetest

import (
	"context"
	"errors"
	"sync"
	"time"

	"paiza/internal/exchange"
	"paiza/wire"
)

// ErrDown is what a caller sees when a request or its answer was lost.
var ErrDown = errors.New("the peer does not answer")

// Fault is what happens to one request.
type Fault struct {
	Lost     bool          // before it arrives
	Unheard  bool          // its answer is lost
	Doubled  bool          // it arrives twice
	Delay    time.Duration // on the way there
	Tampered func(body []byte) []byte
}

// Network carries requests between nodes in memory, as badly as it is told.
type Network struct {
	mu    sync.Mutex
	nodes map[wire.NodeID]*exchange.Node
	calls map[exchange.Verb]int
	fault func(from, to wire.NodeID, verb exchange.Verb) Fault
	heard func(from, to wire.NodeID, verb exchange.Verb, body []byte)
	ended func(from, to wire.NodeID, verb exchange.Verb, err error)
}

// NewNetwork makes a network without nodes.
func NewNetwork() *Network {
	return &Network{nodes: map[wire.NodeID]*exchange.Node{}, calls: map[exchange.Verb]int{}}
}

// Add puts a node, or the same one after a restart, into the network.
func (n *Network) Add(id wire.NodeID, node *exchange.Node) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.nodes[id] = node
}

// Fault sets what happens to requests from now on; nil for nothing bad.
func (n *Network) Fault(f func(from, to wire.NodeID, verb exchange.Verb) Fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fault = f
}

// Overhear has every request told to f as it leaves.
func (n *Network) Overhear(f func(from, to wire.NodeID, verb exchange.Verb, body []byte)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.heard = f
}

// Answered has the outcome of every request that arrived told to f.
func (n *Network) Answered(f func(from, to wire.NodeID, verb exchange.Verb, err error)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ended = f
}

// Deliver gives a node a request as one of a peer's, whoever wrote it and
// whenever.
func (n *Network) Deliver(ctx context.Context, from, to wire.NodeID, verb exchange.Verb, body []byte) ([]byte, error) {
	n.mu.Lock()
	node := n.nodes[to]
	n.mu.Unlock()
	if node == nil {
		return nil, ErrDown
	}
	return node.Serve(ctx, from, verb, body)
}

// Calls is how many requests of the kind were made.
func (n *Network) Calls(verb exchange.Verb) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.calls[verb]
}

// From is the network as a node sees it.
func (n *Network) From(id wire.NodeID) exchange.Transport { return link{n, id} }

type link struct {
	net  *Network
	from wire.NodeID
}

// Call implements exchange.Transport.
func (l link) Call(ctx context.Context, to wire.NodeID, verb exchange.Verb, body []byte) ([]byte, error) {
	l.net.mu.Lock()
	node := l.net.nodes[to]
	l.net.calls[verb]++
	var f Fault
	if l.net.fault != nil {
		f = l.net.fault(l.from, to, verb)
	}
	if l.net.heard != nil {
		l.net.heard(l.from, to, verb, body)
	}
	ended := l.net.ended
	l.net.mu.Unlock()
	select {
	case <-time.After(f.Delay):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if node == nil || f.Lost {
		return nil, ErrDown
	}
	if f.Tampered != nil {
		body = f.Tampered(append([]byte(nil), body...))
	}
	if f.Doubled {
		go func() { _, _ = node.Serve(ctx, l.from, verb, body) }()
	}
	out, err := node.Serve(ctx, l.from, verb, body)
	if ended != nil {
		ended(l.from, to, verb, err)
	}
	if f.Unheard {
		return nil, ErrDown
	}
	return out, err
}
