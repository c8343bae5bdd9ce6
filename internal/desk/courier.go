package desk

import (
	"context"
	"fmt"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// MayCourier asks whether the actor may carry traffic by a medium.
func (d *Desk) MayCourier(who paiza.Actor) error { return allow(who, paiza.RightManagePeers) }

// CourierFrom is the place in the log for a peer from which a courier's file
// should begin: after what the peer's receipts speak of, or at the beginning.
func (d *Desk) CourierFrom(ctx context.Context, who paiza.Actor, peer string, all bool) (wire.NodeID, wire.Cursor, error) {
	_, p, id, err := d.peerFor(ctx, who, peer)
	if err != nil || all {
		return id, wire.Cursor{}, err
	}
	st, err := d.store.LogState(ctx, p.Num)
	return id, st.Proven, err
}

// WantedFile is a file of the peer's messages that is not whole here; nil when it
// is, or when no message has it.
func (x *Exchange) WantedFile(ctx context.Context, peer wire.NodeID, id wire.Hash) (*Wanted, error) {
	_, p, err := x.peer(ctx, peer)
	if err != nil {
		return nil, err
	}
	u, found, err := x.d.store.FileToFetch(ctx, p.Num, id)
	if err != nil || !found {
		return nil, err
	}
	return &Wanted{Attachment: wire.Attachment{ID: u.ID, Size: u.Size, Name: u.Name, Type: u.Media, Key: u.Key}, x: x, u: u}, nil
}

// CourierSent writes into the ledger what was given to a courier.
func (d *Desk) CourierSent(ctx context.Context, who paiza.Actor, peer string, after, end wire.Cursor, files int) error {
	return d.act(ctx, who, func(*store.Tx) (entry, error) {
		return entry{action: "exchange.courier", subject: "peer/" + peer, detail: fmt.Sprintf("after %x/%d to %x/%d %s, %d files", after.Epoch, after.Seq, end.Epoch, end.Seq, end.Hash, files)}, nil
	})
}

// CourierTaken writes into the ledger who took a courier's file in, and how far
// the log of who sent it is here now.
func (d *Desk) CourierTaken(ctx context.Context, who paiza.Actor, from string, have wire.Cursor, chunks int) error {
	return d.act(ctx, who, func(*store.Tx) (entry, error) {
		return entry{action: "exchange.courier_taken", subject: "peer/" + from, detail: fmt.Sprintf("to %x/%d %s, %d chunks of files", have.Epoch, have.Seq, have.Hash, chunks)}, nil
	})
}
