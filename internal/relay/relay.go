// Package relay puts the protocol of package exchange and the desk of a node
// together: a listener for other nodes, a loop for each peer to which this
// process sends, and the fetching of files. Several processes of a node share the
// peers by leases in the store.
//
// It decides nothing and keeps nothing. Read Open first, then share.
package relay

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
	"paiza/wire"
)

// Options are how a process talks to other nodes. The zero value takes the
// defaults.
type Options struct {
	Log    *slog.Logger     // nil: silent
	Now    func() time.Time // nil: the clock
	Limits exchange.Limits  // a window of 8 batches of 512 messages, and package exchange's own
	Look   time.Duration    // between two looks for what other processes wrote and for files; 1 s
	Share  time.Duration    // between two sharings out of the peers; 10 s
	Lease  time.Duration    // how long a peer is this process's without being kept; 30 s
	// Between puts something between the protocol and the network; nil: nothing. It
	// is for tests.
	Between func(exchange.Transport) exchange.Transport
}

// Relay is the traffic of this process with other nodes.
type Relay struct {
	x         *desk.Exchange
	node      *exchange.Node
	transport *exchange.HTTP
	opt       Options
	log       *slog.Logger
	mu        sync.Mutex
	loops     map[wire.NodeID]context.CancelFunc
	work      sync.WaitGroup
}

// New puts the protocol and the desk together. It neither listens nor sends. A
// node without keys is refused as a conflict.
func New(d *desk.Desk, o Options) (*Relay, error) {
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
		o.Limits.Window = 8
	}
	r := &Relay{x: x, transport: exchange.NewHTTP(x.Certificate, x), opt: o, log: o.Log, loops: map[wire.NodeID]context.CancelFunc{}}
	var transport exchange.Transport = r.transport
	if o.Between != nil {
		transport = o.Between(transport)
	}
	r.node = exchange.New(exchange.Config{Identity: x.Identity, Trust: x, Outbox: x, Withholder: x, Past: x, Inbox: x, Archive: x, Attachments: x,
		Transport: transport, Now: o.Now, Log: o.Log, Limits: o.Limits})
	return r, nil
}

// Node is the protocol's side: for a courier's files, and for what is known of
// the traffic with a peer.
func (r *Relay) Node() *exchange.Node { return r.node }

// Open listens for peers and sends to them until the context ends; wait waits
// until all of it has stopped. An address that is taken is unavailable.
func Open(ctx context.Context, d *desk.Desk, address string, o Options) (r *Relay, at string, wait func(), err error) {
	if r, err = New(d, o); err != nil {
		return nil, "", nil, err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, "", nil, paiza.Unavailable("exchange.address", err)
	}
	return r, l.Addr().String(), r.Serve(ctx, l), nil
}

// Serve does the same with a listener that is open already.
func (r *Relay) Serve(ctx context.Context, l net.Listener) (wait func()) {
	r.x.OnGrown(r.node.Wake)
	r.work.Go(func() {
		if err := r.node.Listen(ctx, l, &http.Server{TLSConfig: exchange.ServerTLS(r.x.Certificate, r.x)}); err != nil {
			r.log.Error("the listener for other nodes has stopped", "error", err)
		}
	})
	r.work.Go(func() { r.share(ctx) })
	r.work.Go(func() { r.look(ctx) })
	return func() { r.work.Wait(); r.transport.Close() }
}

// share takes the sending to peers for this process, keeps it, and gives it back
// at the end.
func (r *Relay) share(ctx context.Context) {
	tick := time.NewTicker(r.opt.Share)
	defer tick.Stop()
	wake := make(chan struct{}, 1)
	r.x.OnTrust(func() {
		select {
		case wake <- struct{}{}:
		default:
		}
	})
	for {
		if err := r.lease(ctx); err != nil && ctx.Err() == nil {
			r.log.Error("peers cannot be shared out", "error", err)
		}
		select {
		case <-tick.C:
		case <-wake:
		case <-ctx.Done():
			r.giveBack(context.WithoutCancel(ctx))
			return
		}
	}
}

func (r *Relay) lease(ctx context.Context) error {
	active, err := r.x.Active(ctx)
	if err != nil {
		return err
	}
	mine := map[wire.NodeID]bool{}
	for _, peer := range active {
		ok, err := r.x.Lease(ctx, peer, r.opt.Lease)
		if err != nil {
			return err
		}
		mine[peer] = ok
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for peer, stop := range r.loops {
		if !mine[peer] {
			stop()
			delete(r.loops, peer)
		}
	}
	for peer, ok := range mine {
		if _, runs := r.loops[peer]; ok && !runs {
			loop, stop := context.WithCancel(ctx)
			r.loops[peer] = stop
			r.work.Go(func() { r.node.Run(loop, peer) })
			r.work.Go(func() { r.fetch(loop, peer) })
		}
		if ok {
			if err := r.note(ctx, peer); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Relay) giveBack(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for peer, stop := range r.loops {
		stop()
		if err := r.note(ctx, peer); err != nil {
			r.log.Error("what was seen of a peer is not kept", "peer", peer, "error", err)
		}
		if err := r.x.Release(ctx, peer); err != nil {
			r.log.Error("a lease is not given back", "peer", peer, "error", err)
		}
	}
}

// note keeps what is known of the traffic, for the pages of all processes.
func (r *Relay) note(ctx context.Context, peer wire.NodeID) error {
	s := r.node.State(peer)
	if s.Tried.IsZero() && s.Contact.IsZero() {
		return nil
	}
	return r.x.Note(ctx, paiza.Peer{Node: peer.String(), Contact: s.Contact, Tried: s.Tried, Skew: s.Skew, Version: int64(s.Version), Failed: int64(s.Failed),
		Refused: string(s.Refused), Detail: s.Detail, Round: s.Round})
}

// look wakes the sending to peers for whom another process has written.
func (r *Relay) look(ctx context.Context) {
	tick := time.NewTicker(r.opt.Look)
	defer tick.Stop()
	seen := map[string]wire.Cursor{}
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		heads, err := r.x.Heads(ctx)
		if err != nil {
			continue // the next look tells
		}
		for node, head := range heads {
			if head == seen[node] {
				continue
			}
			seen[node] = head
			if id, err := wire.ParseNodeID(node); err == nil && r.runs(id) {
				r.node.Wake(id)
			}
		}
	}
}

func (r *Relay) runs(peer wire.NodeID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.loops[peer]
	return ok
}

// fetch gets the files of a peer's messages, one after the other, in the
// background. After a failure it waits longer each time.
func (r *Relay) fetch(ctx context.Context, peer wire.NodeID) {
	wait := r.opt.Look
	for ctx.Err() == nil {
		list, err := r.x.Wanted(ctx, peer, 1)
		if err == nil && len(list) > 0 {
			if err = r.node.Fetch(ctx, peer, list[0].Attachment, list[0]); err != nil {
				err = list[0].GiveUp(ctx, err)
			}
		}
		switch {
		case err != nil:
			wait = min(2*wait, 2*time.Minute)
		case len(list) > 0:
			wait = r.opt.Look
			continue
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}
