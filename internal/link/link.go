// Package link puts the protocol of package exchange and the desk of a node
// together: a listener for other nodes, a loop for each peer to which this
// process sends, and the fetching of files. Several processes of a node share the
// peers by leases in the store.
//
// It decides nothing and keeps nothing. Read Open first, then share.
package link

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/exchange"
	"paiza/internal/obs"
	"paiza/wire"
)

// Options are how a process talks to other nodes. The zero value takes the
// defaults.
type Options struct {
	Log    *slog.Logger     // nil: silent
	Now    func() time.Time // nil: the clock
	Limits exchange.Limits  // a window of 4 batches of 512 messages, and package exchange's own
	Look   time.Duration    // between two looks for what other processes wrote and for files; 1 s
	Share  time.Duration    // between two sharings out of the peers; 10 s
	Lease  time.Duration    // how long a peer is this process's without being kept; 30 s
	// Between puts something between the protocol and the network; nil: nothing. It
	// is for tests.
	Between func(exchange.Transport) exchange.Transport
}

// Link is the traffic of this process with other nodes.
type Link struct {
	x         *desk.Exchange
	node      *exchange.Node
	transport *exchange.HTTP
	opt       Options
	log       *slog.Logger
	mu        sync.Mutex
	loops     map[wire.NodeID]loop
	posts     map[wire.NodeID]context.CancelFunc // by relay
	work      sync.WaitGroup
}

// loop is the sending to one peer, and by way of whom; zero for a direct link.
type loop struct {
	stop context.CancelFunc
	via  wire.NodeID
}

// New puts the protocol and the desk together. It neither listens nor sends. A
// node without keys is refused as a conflict.
func New(d *desk.Desk, o Options) (*Link, error) {
	headroom()
	x := d.Exchange()
	if x.Identity() == nil {
		return nil, paiza.Conflict("peer.no_identity", nil)
	}
	after := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	after(&o.Look, time.Second)
	after(&o.Share, 10*time.Second)
	after(&o.Lease, 30*time.Second)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Limits.BatchItems == 0 {
		o.Limits.BatchItems = 512
	}
	if o.Limits.Window == 0 {
		o.Limits.Window = 4
	}
	l := &Link{x: x, transport: exchange.NewHTTP(x.Certificate, x), opt: o, log: o.Log, loops: map[wire.NodeID]loop{}, posts: map[wire.NodeID]context.CancelFunc{}}
	var transport exchange.Transport = l.transport
	if o.Between != nil {
		transport = o.Between(transport)
	}
	l.node = exchange.New(exchange.Config{Identity: x.Identity, Trust: x, Outbox: x, Withholder: x, Past: x, Inbox: x, Archive: x, Attachments: x, Ways: x, Relay: x, Wanted: wanted(x), Contradictions: x,
		Transport: transport, Now: o.Now, Log: o.Log, Limits: o.Limits})
	return l, nil
}

// Node is the protocol's side: for a courier's files, and for what is known of
// the traffic with a peer.
func (l *Link) Node() *exchange.Node { return l.node }

// Open listens for peers and sends to them until the context ends; wait waits
// until all of it has stopped. An address that is taken is unavailable.
func Open(ctx context.Context, d *desk.Desk, address string, o Options) (l *Link, at string, wait func(), err error) {
	if l, err = New(d, o); err != nil {
		return nil, "", nil, err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, "", nil, paiza.Unavailable("exchange.address", err)
	}
	return l, listener.Addr().String(), l.Serve(ctx, listener), nil
}

// Serve does the same with a listener that is open already.
func (l *Link) Serve(ctx context.Context, listener net.Listener) (wait func()) {
	l.x.OnGrown(l.node.Wake)
	l.work.Go(func() {
		if err := l.node.Listen(ctx, listener, &http.Server{TLSConfig: exchange.ServerTLS(l.x.Certificate, l.x), ErrorLog: obs.ServerLog(l.log, time.Now)}); err != nil {
			l.log.Error("the listener for other nodes has stopped", "error", err)
		}
	})
	l.work.Go(func() { l.share(ctx) })
	l.work.Go(func() { l.look(ctx) })
	return func() { l.work.Wait(); l.transport.Close() }
}

// share takes the sending to peers for this process, keeps it, and gives it back
// at the end.
func (l *Link) share(ctx context.Context) {
	tick := time.NewTicker(l.opt.Share)
	defer tick.Stop()
	wake := make(chan struct{}, 1)
	l.x.OnTrust(func() {
		select {
		case wake <- struct{}{}:
		default:
		}
	})
	for {
		if err := l.lease(ctx); err != nil && ctx.Err() == nil {
			l.log.Error("peers cannot be shared out", "error", err)
		}
		if err := l.x.ReturnParcels(ctx); err != nil && ctx.Err() == nil {
			l.log.Error("parcels that nobody collected cannot be returned", "error", err)
		}
		select {
		case <-tick.C:
		case <-wake:
		case <-ctx.Done():
			l.giveBack(context.WithoutCancel(ctx))
			return
		}
	}
}

func (l *Link) lease(ctx context.Context) error {
	mine, err := l.mine(ctx)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for peer, one := range l.loops {
		if via, ok := mine[peer]; !ok || via != one.via {
			one.stop()
			delete(l.loops, peer)
		}
	}
	l.relay(ctx, mine)
	for peer, via := range mine {
		if _, runs := l.loops[peer]; !runs {
			inner, stop := context.WithCancel(ctx)
			l.loops[peer] = loop{stop, via}
			l.work.Go(func() { l.node.Run(inner, peer) })
			l.work.Go(func() { l.fetch(inner, peer) })
		}
		if err := l.note(ctx, peer); err != nil {
			return err
		}
	}
	return nil
}

func (l *Link) giveBack(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for peer, one := range l.loops {
		one.stop()
		if err := l.note(ctx, peer); err != nil {
			l.log.Error("what was seen of a peer is not kept", "peer", peer, "error", err)
		}
		if err := l.x.Release(ctx, peer); err != nil {
			l.log.Error("a lease is not given back", "peer", peer, "error", err)
		}
	}
}

// note keeps what is known of the traffic, for the pages of all processes.
func (l *Link) note(ctx context.Context, peer wire.NodeID) error {
	s := l.node.State(peer)
	if s.Tried.IsZero() && s.Contact.IsZero() {
		return nil
	}
	return l.x.Note(ctx, paiza.Peer{Node: peer.String(), Contact: s.Contact, Tried: s.Tried, Skew: s.Skew, Version: int64(s.Version), Failed: int64(s.Failed),
		Refused: string(s.Refused), Detail: s.Detail, Round: s.Round})
}

// look wakes the sending to peers for whom another process has written.
func (l *Link) look(ctx context.Context) {
	tick := time.NewTicker(l.opt.Look)
	defer tick.Stop()
	seen := map[string]wire.Cursor{}
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		heads, err := l.x.Heads(ctx)
		if err != nil {
			continue // the next look tells
		}
		for node, head := range heads {
			if head == seen[node] {
				continue
			}
			seen[node] = head
			if id, err := wire.ParseNodeID(node); err == nil && l.runs(id) {
				l.node.Wake(id)
			}
		}
	}
}

func (l *Link) runs(peer wire.NodeID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.loops[peer]
	return ok
}

// fetch gets the files of a peer's messages, one after the other, in the
// background. After a failure it waits longer each time.
func (l *Link) fetch(ctx context.Context, peer wire.NodeID) {
	wait := l.opt.Look
	for ctx.Err() == nil {
		list, err := l.x.Wanted(ctx, peer, 1)
		if err == nil && len(list) > 0 {
			if err = l.node.Fetch(ctx, peer, list[0].Attachment, list[0]); err != nil {
				err = list[0].GiveUp(ctx, err)
			}
		}
		switch {
		case err != nil:
			wait = min(2*wait, 2*time.Minute)
		case len(list) > 0:
			wait = l.opt.Look
			continue
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}
