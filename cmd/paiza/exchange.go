package main

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

// How often a process looks for what others have done.
const (
	lookEvery  = time.Second      // whether another process has written for a peer, and whether files are to be fetched
	leaseEvery = 10 * time.Second // who sends to which peer
	leaseFor   = 30 * time.Second
)

// exchanging is the traffic of this process with other nodes: the listener for
// them, and a loop for each peer to which this process sends. Several processes
// of a node share the peers by leases in the store.
type exchanging struct {
	x         *desk.Exchange
	node      *exchange.Node
	transport *exchange.HTTP
	log       *slog.Logger
	mu        sync.Mutex
	loops     map[wire.NodeID]context.CancelFunc
	work      sync.WaitGroup
}

// newExchange puts the protocol and the desk together.
func newExchange(d *desk.Desk, log *slog.Logger) (*exchanging, error) {
	x := d.Exchange()
	if x.Identity() == nil {
		return nil, paiza.Conflict("peer.no_identity", nil)
	}
	e := &exchanging{x: x, transport: exchange.NewHTTP(x.Certificate, x), log: log, loops: map[wire.NodeID]context.CancelFunc{}}
	e.node = exchange.New(exchange.Config{Identity: x.Identity, Trust: x, Outbox: x, Withholder: x, Past: x, Inbox: x, Archive: x, Attachments: x,
		Transport: e.transport, Log: log, Limits: exchange.Limits{BatchItems: 512, Window: 8}})
	return e, nil
}

// startExchange listens for peers and sends to them until the context ends; wait
// waits until all of it has stopped.
func startExchange(ctx context.Context, d *desk.Desk, address string, log *slog.Logger) (at string, wait func(), err error) {
	e, err := newExchange(d, log)
	if err != nil {
		return "", nil, err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "", nil, paiza.Unavailable("exchange.address", err)
	}
	e.x.OnGrown(e.node.Wake)
	e.work.Go(func() {
		if err := e.node.Listen(ctx, l, &http.Server{TLSConfig: exchange.ServerTLS(e.x.Certificate, e.x)}); err != nil {
			log.Error("the listener for other nodes has stopped", "error", err)
		}
	})
	e.work.Go(func() { e.share(ctx) })
	e.work.Go(func() { e.look(ctx) })
	return l.Addr().String(), func() { e.work.Wait(); e.transport.Close() }, nil
}

// share takes the sending to peers for this process, keeps it, and gives it back
// at the end.
func (e *exchanging) share(ctx context.Context) {
	tick := time.NewTicker(leaseEvery)
	defer tick.Stop()
	wake := make(chan struct{}, 1)
	e.x.OnTrust(func() {
		select {
		case wake <- struct{}{}:
		default:
		}
	})
	for {
		if err := e.lease(ctx); err != nil && ctx.Err() == nil {
			e.log.Error("peers cannot be shared out", "error", err)
		}
		select {
		case <-tick.C:
		case <-wake:
		case <-ctx.Done():
			e.giveBack(context.WithoutCancel(ctx))
			return
		}
	}
}

func (e *exchanging) lease(ctx context.Context) error {
	active, err := e.x.Active(ctx)
	if err != nil {
		return err
	}
	mine := map[wire.NodeID]bool{}
	for _, peer := range active {
		ok, err := e.x.Lease(ctx, peer, leaseFor)
		if err != nil {
			return err
		}
		mine[peer] = ok
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for peer, stop := range e.loops {
		if !mine[peer] {
			stop()
			delete(e.loops, peer)
		}
	}
	for peer, ok := range mine {
		if _, runs := e.loops[peer]; ok && !runs {
			loop, stop := context.WithCancel(ctx)
			e.loops[peer] = stop
			e.work.Go(func() { e.node.Run(loop, peer) })
			e.work.Go(func() { e.fetch(loop, peer) })
		}
		if ok {
			if err := e.note(ctx, peer); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *exchanging) giveBack(ctx context.Context) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for peer, stop := range e.loops {
		stop()
		if err := e.note(ctx, peer); err != nil {
			e.log.Error("what was seen of a peer is not kept", "peer", peer, "error", err)
		}
		if err := e.x.Release(ctx, peer); err != nil {
			e.log.Error("a lease is not given back", "peer", peer, "error", err)
		}
	}
}

// note keeps what is known of the traffic, for the pages of all processes.
func (e *exchanging) note(ctx context.Context, peer wire.NodeID) error {
	s := e.node.State(peer)
	if s.Tried.IsZero() && s.Contact.IsZero() {
		return nil
	}
	return e.x.Note(ctx, paiza.Peer{Node: peer.String(), Contact: s.Contact, Tried: s.Tried, Skew: s.Skew, Version: int64(s.Version), Failed: int64(s.Failed),
		Refused: string(s.Refused), Detail: s.Detail, Round: s.Round})
}

// look wakes the sending to peers for whom another process has written.
func (e *exchanging) look(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	seen := map[string]wire.Cursor{}
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		heads, err := e.x.Heads(ctx)
		if err != nil {
			continue // the next look tells
		}
		for node, head := range heads {
			if head == seen[node] {
				continue
			}
			seen[node] = head
			if id, err := wire.ParseNodeID(node); err == nil && e.runs(id) {
				e.node.Wake(id)
			}
		}
	}
}

func (e *exchanging) runs(peer wire.NodeID) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, ok := e.loops[peer]
	return ok
}

// fetch gets the files of a peer's messages, one after the other, in the
// background. After a failure it waits longer each time.
func (e *exchanging) fetch(ctx context.Context, peer wire.NodeID) {
	wait := lookEvery
	for ctx.Err() == nil {
		list, err := e.x.Wanted(ctx, peer, 1)
		if err == nil && len(list) > 0 {
			if err = e.node.Fetch(ctx, peer, list[0].Attachment, list[0]); err != nil {
				err = list[0].GiveUp(ctx, err)
			}
		}
		switch {
		case err != nil:
			wait = min(2*wait, 2*time.Minute)
		case len(list) > 0:
			wait = lookEvery
			continue
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}
