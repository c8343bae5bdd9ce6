package desk

import (
	"context"
	"errors"
	"fmt"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// SetVia has everything for a peer go by way of another node, to which both have
// a line; with an empty name, directly again. Both sides set it. Who decides it
// has just proved that it is he.
func (d *Desk) SetVia(ctx context.Context, who paiza.Actor, node, relay, reason string) error {
	k, p, _, err := d.peerFor(ctx, who, node)
	if err != nil {
		return err
	}
	if err := d.decided(who, reason); err != nil {
		return err
	}
	detail := "directly"
	if relay != "" {
		id, err := wire.ParseNodeID(relay)
		r, ok := k.peers[id]
		switch {
		case err != nil || !ok:
			return fieldFault("via", "relay.unknown")
		case r.Node == p.Node:
			return fieldFault("via", "relay.same")
		case r.Status != paiza.PeerActive:
			return fieldFault("via", "relay.not_active")
		case k.Ways[r.Node] != "":
			return fieldFault("via", "relay.far")
		}
		for far, by := range k.Ways {
			if by == p.Node && far != p.Node {
				return fieldFault("via", "relay.used")
			}
		}
		detail = "by way of " + r.Node
	}
	defer d.nodes.changed()
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "peer.via", subject: "peer/" + p.Node, reason: reason, detail: detail}, t.SetWay(p.Node, relay)
	})
}

// Via implements exchange.Ways.
func (x *Exchange) Via(ctx context.Context, peer wire.NodeID) (relay wire.NodeID, ok bool, err error) {
	k, err := x.d.who(ctx)
	if err != nil {
		return relay, false, err
	}
	by := k.Ways[peer.String()]
	if by == "" {
		return relay, false, nil
	}
	relay, err = wire.ParseNodeID(by)
	return relay, err == nil, err
}

// Number implements exchange.Ways.
func (x *Exchange) Number(ctx context.Context, peer, relay wire.NodeID) (n uint64, err error) {
	err = x.d.store.Write(ctx, func(t *store.Tx) error {
		n, err = t.NextParcel(peer.String(), relay.String(), x.d.now())
		return err
	})
	return n, err
}

// Seen implements exchange.Ways.
func (x *Exchange) Seen(ctx context.Context, peer, relay wire.NodeID) (uint64, error) {
	return x.d.store.SeenParcel(ctx, peer.String(), relay.String())
}

// See implements exchange.Ways.
func (x *Exchange) See(ctx context.Context, peer, relay wire.NodeID, number uint64) error {
	return x.d.store.Write(ctx, func(t *store.Tx) error { return t.SeeParcel(peer.String(), relay.String(), number) })
}

// Sending implements exchange.Ways.
func (x *Exchange) Sending(ctx context.Context, c wire.Sending) error {
	return x.d.store.Write(ctx, func(t *store.Tx) error { return t.KeepSending(c) })
}

// Said implements exchange.Ways. What a relay states of a part of a log has an
// entry in the ledger.
func (x *Exchange) Said(ctx context.Context, relay wire.NodeID, receipts []*wire.Receipt) error {
	_, p, err := x.peer(ctx, relay)
	if err != nil {
		return err
	}
	err = x.d.act(ctx, machine(relay), func(t *store.Tx) (entry, error) {
		n := 0
		var last *wire.Receipt
		for _, r := range receipts {
			fresh, err := t.KeepSaid(p.Node, r)
			if err != nil {
				return entry{}, err
			}
			if fresh {
				n, last = n+1, r
			}
		}
		if n == 0 {
			return entry{}, errNothing
		}
		return entry{action: "relay.receipt", subject: "peer/" + last.To.String(),
			detail: fmt.Sprintf("%d receipts of %s, the last %s %s of parcel %s", n, p.Node, last.Event, last.Reason, last.Hash)}, nil
	})
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}
