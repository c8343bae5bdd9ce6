package testnet

import (
	"context"
	"errors"
	"sync"

	"paiza/internal/exchange"
	"paiza/wire"
)

// errCut is what a node sees of a line that is cut.
var errCut = errors.New("testnet: the line is cut")

// Request is one request on its way from a node to another, inside of what the
// connection protects: whoever changes it has one of the two machines.
type Request struct {
	From, To wire.NodeID
	Verb     exchange.Verb
	Body     []byte
	// Send brings a body to the other node over the real connection, as often as
	// it is called.
	Send func(body []byte) ([]byte, error)
}

// Meddle is called for a request instead of bringing it there.
type Meddle func(ctx context.Context, r Request) ([]byte, error)

// lines is what lies between nodes.
type lines struct {
	mu     sync.Mutex
	cut    map[[2]wire.NodeID]bool
	meddle Meddle
}

func pairOf(a, b wire.NodeID) [2]wire.NodeID {
	if a.String() > b.String() {
		a, b = b, a
	}
	return [2]wire.NodeID{a, b}
}

func (l *lines) isCut(a, b wire.NodeID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cut[pairOf(a, b)]
}

// Cut parts two nodes in both directions, or joins them again.
func (n *Net) Cut(a, b *Node, cut bool) {
	n.line.mu.Lock()
	if n.line.cut == nil {
		n.line.cut = map[[2]wire.NodeID]bool{}
	}
	n.line.cut[pairOf(a.id, b.id)] = cut
	n.line.mu.Unlock()
	if !cut {
		a.wake(b)
		b.wake(a)
	}
}

// Meddle has every request pass through f from now on; nil for nobody.
func (n *Net) Meddle(f Meddle) {
	n.line.mu.Lock()
	defer n.line.mu.Unlock()
	n.line.meddle = f
}

// line is the transport of one node with what lies before it.
type line struct {
	net  *Net
	from *Node
	real exchange.Transport
}

// Call implements exchange.Transport.
func (l line) Call(ctx context.Context, to wire.NodeID, verb exchange.Verb, body []byte) ([]byte, error) {
	if l.net.line.isCut(l.from.id, to) {
		return nil, errCut
	}
	l.net.line.mu.Lock()
	meddle := l.net.line.meddle
	l.net.line.mu.Unlock()
	if meddle == nil {
		return l.real.Call(ctx, to, verb, body)
	}
	return meddle(ctx, Request{From: l.from.id, To: to, Verb: verb, Body: body,
		Send: func(b []byte) ([]byte, error) { return l.real.Call(ctx, to, verb, b) }})
}

// Call brings a request of the node to another over a real connection with the
// node's own certificate, whatever stands in it: what somebody can do who has
// this machine.
func (n *Node) Call(ctx context.Context, to *Node, verb exchange.Verb, body []byte) ([]byte, error) {
	x := n.desk.Exchange()
	real := exchange.NewHTTP(x.Certificate, x)
	defer real.Close()
	return real.Call(ctx, to.id, verb, body)
}
