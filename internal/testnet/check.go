package testnet

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// Check holds both ends of every log against each other and each store against
// itself: what was written is there, once, at the same place and with the same
// bytes; the receipts at the writer say of each message what became of it; the
// figures and the ledger are sound. The network must be at rest (Quiet); logs of
// nodes that are cut off from each other are passed over.
func (n *Net) Check(ctx context.Context) error {
	var errs []error
	for _, a := range n.nodes {
		if !a.up() {
			continue
		}
		report, err := a.desk.Fsck(ctx, operator)
		if err != nil {
			return err
		}
		for _, p := range report.Proofs {
			if p.Fault != "" {
				errs = append(errs, fmt.Errorf("node %s, %s: %s", a.plan.Name, p.What, p.Fault))
			}
		}
		for _, b := range n.nodes {
			if a == b || !b.up() || !a.knows(ctx, b) || !b.knows(ctx, a) || n.line.isCut(a.id, b.id) {
				continue
			}
			if err := SameLog(ctx, a.store, b.store, a.id, b.id); err != nil {
				errs = append(errs, fmt.Errorf("the log of %s for %s: %w", a.plan.Name, b.plan.Name, err))
			}
			if err := a.told(ctx, b); err != nil {
				errs = append(errs, fmt.Errorf("what %s knows of its log for %s: %w", a.plan.Name, b.plan.Name, err))
			}
		}
	}
	return errors.Join(errs...)
}

// SameLog says where the log of a node for another differs from what the other
// has of it.
func SameLog(ctx context.Context, from, at *store.Store, a, b wire.NodeID) error {
	pb, err := from.Peer(ctx, b.String())
	if err != nil {
		return err
	}
	pa, err := at.Peer(ctx, a.String())
	if err != nil {
		return err
	}
	var place wire.Cursor
	for {
		out, err := from.OutRows(ctx, pb.Num, place, 1000, 64<<20)
		if err != nil {
			return err
		}
		in, err := at.InMessages(ctx, pa.Num, place, max(1, len(out)))
		if err != nil {
			return err
		}
		if len(out) == 0 {
			if len(in) > 0 {
				return fmt.Errorf("%d messages too many after %x/%d", len(in), place.Epoch, place.Seq)
			}
			return nil
		}
		if len(in) != len(out) {
			return fmt.Errorf("%d messages instead of %d after %x/%d", len(in), len(out), place.Epoch, place.Seq)
		}
		for i := range out {
			if in[i].Cursor != out[i].Cursor {
				return fmt.Errorf("another message stands at %x/%d", out[i].Epoch, out[i].Seq)
			}
			if out[i].Withheld == "" && in[i].Raw != nil && !bytes.Equal(in[i].Raw, out[i].Raw) {
				return fmt.Errorf("the message at %x/%d has other bytes", out[i].Epoch, out[i].Seq)
			}
		}
		place = out[len(out)-1].Cursor
	}
}

// told checks that a node knows of each message for a peer what really became of
// it there.
func (n *Node) told(ctx context.Context, peer *Node) error {
	aside := map[[2]uint64]string{}
	for before := int64(0); ; {
		list, next, err := peer.desk.Quarantine(ctx, operator, n.id.String(), before, 500)
		if err != nil {
			return err
		}
		for _, q := range list {
			aside[[2]uint64{q.Epoch, q.Seq}] = q.Refused
		}
		if next == 0 {
			break
		}
		before = next
	}
	var at wire.Cursor
	for {
		list, err := n.desk.Outbox(ctx, operator, peer.id.String(), at, 500)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, d := range list {
			if err := agrees(d, aside); err != nil {
				return err
			}
		}
		last := list[len(list)-1]
		at = wire.Cursor{Epoch: last.Epoch, Seq: last.Seq}
	}
}

func agrees(d paiza.Delivery, aside map[[2]uint64]string) error {
	why := aside[[2]uint64{d.Epoch, d.Seq}]
	switch {
	case !d.Taken || d.Durable.IsZero():
		return fmt.Errorf("no receipt speaks of %x/%d", d.Epoch, d.Seq)
	case d.Refused != why:
		return fmt.Errorf("%x/%d is set aside because %q there and %q here", d.Epoch, d.Seq, why, d.Refused)
	}
	return nil
}
