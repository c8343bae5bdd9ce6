package link

import (
	"context"

	"paiza/wire"
)

// mine takes or keeps the peers of this process, each with the node by way of
// which it is reached. A peer behind a relay goes with the relay: the answers
// come to the process that collects there.
func (l *Link) mine(ctx context.Context) (map[wire.NodeID]wire.NodeID, error) {
	active, err := l.x.Active(ctx)
	if err != nil {
		return nil, err
	}
	out := map[wire.NodeID]wire.NodeID{}
	far := map[wire.NodeID]wire.NodeID{}
	for _, peer := range active {
		via, behind, err := l.x.Via(ctx, peer)
		if err != nil {
			return nil, err
		}
		if behind {
			far[peer] = via
			continue
		}
		ok, err := l.x.Lease(ctx, peer, l.opt.Lease)
		if err != nil {
			return nil, err
		}
		if ok {
			out[peer] = wire.NodeID{}
		}
	}
	for peer, via := range far {
		if _, ok := out[via]; !ok {
			if err := l.x.Release(ctx, peer); err != nil {
				return nil, err
			}
			continue
		}
		ok, err := l.x.Lease(ctx, peer, l.opt.Lease)
		if err != nil {
			return nil, err
		}
		if ok {
			out[peer] = via
		}
	}
	return out, nil
}

// relay exchanges parcels with the relays of the peers, and with no other node.
func (l *Link) relay(ctx context.Context, mine map[wire.NodeID]wire.NodeID) {
	used := map[wire.NodeID]bool{}
	for _, via := range mine {
		used[via] = via != wire.NodeID{}
	}
	for relay, stop := range l.posts {
		if !used[relay] {
			stop()
			delete(l.posts, relay)
		}
	}
	for relay, yes := range used {
		if _, runs := l.posts[relay]; yes && !runs {
			inner, stop := context.WithCancel(ctx)
			l.posts[relay] = stop
			l.work.Go(func() { l.node.RunRelay(inner, relay) })
		}
	}
}
