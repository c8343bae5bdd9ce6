package desk

import (
	"context"
	"slices"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// Proof makes a file that shows, without a node and without a network, that a
// record was given to a peer or came from him, and what became of it. It proves
// the latest version that both sides have. The file holds the content: it leaves
// only with who may read the record and take exports out.
func (d *Desk) Proof(ctx context.Context, who paiza.Actor, subject, peer string) (*wire.Proof, error) {
	if err := allow(who, paiza.RightExport); err != nil {
		return nil, err
	}
	i, err := d.itemFor(ctx, who, subject)
	if err != nil {
		return nil, err
	}
	k, err := d.node(ctx)
	if err != nil {
		return nil, err
	}
	if i.Origin != "" {
		peer = i.Origin
	}
	p, err := d.store.Peer(ctx, peer)
	if err != nil {
		return nil, err
	}
	id, err := wire.ParseNodeID(p.Node)
	if err != nil {
		return nil, err
	}
	out := &wire.Proof{}
	if i.Origin == "" {
		err = d.proveSent(ctx, k, p, id, i, out)
	} else {
		err = d.proveTaken(ctx, p, i, out)
	}
	if err != nil {
		return nil, err
	}
	relays, err := relaysOf(out)
	if err != nil {
		return nil, err
	}
	for _, node := range append([]wire.NodeID{k.self, id}, relays...) {
		h, err := k.history(node)
		if err != nil {
			return nil, err
		}
		for _, c := range h.Cards() {
			out.Cards = append(out.Cards, c.Bytes())
		}
		for _, v := range h.Revocations() {
			out.Revocations = append(out.Revocations, v.Bytes())
		}
	}
	if entries, err := d.store.Prove(ctx, store.ProofOf{Subject: subject, Show: true}); err == nil {
		if raw := entries.Bytes(); len(raw) <= wire.MaxNote {
			out.Ledger = append(out.Ledger, raw)
		}
	}
	if _, err := out.Verify(); err != nil {
		return nil, &paiza.Error{Kind: paiza.ErrUnavailable, Key: "exchange.unproved", Err: err}
	}
	return out, d.act(ctx, who, func(*store.Tx) (entry, error) {
		return entry{action: "exchange.proof", subject: subject, detail: "with " + p.Node + ", " + i.Name}, nil
	})
}

// proveSent proves a record of this node: the latest version in the log for the
// peer that is not withheld. The node signs the head anew; the receipts are the
// peer's.
func (d *Desk) proveSent(ctx context.Context, k *community, p store.Peer, to wire.NodeID, i store.Item, out *wire.Proof) error {
	list, err := d.store.Sendings(ctx, i.Num)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(s store.Sending) bool { return s.Peer != p.Num || s.Withheld != "" })
	if len(list) == 0 {
		return &paiza.Error{Kind: paiza.ErrNotFound, Key: "exchange.never_sent"}
	}
	s := list[len(list)-1]
	raw, _, err := d.store.OutMessage(ctx, p.Num, wire.Cursor{Epoch: s.Epoch, Seq: s.Seq})
	if err != nil {
		return err
	}
	m, err := wire.ParseMessage(raw)
	if err != nil {
		return err
	}
	h, err := k.history(to)
	if err != nil {
		return err
	}
	suite, err := h.Latest().BestSuite()
	if err != nil {
		return err
	}
	batch, err := wire.Seal(wire.Header{From: k.self, Epoch: s.Epoch, First: s.Seq, Prev: m.Prev}, []wire.Item{{Raw: raw}}, k.identity.Sign, h.Latest(), suite)
	if err != nil {
		return err
	}
	e, err := wire.ParseEvidence(batch)
	if err != nil {
		return err
	}
	out.Message, out.Evidence = raw, e.Bytes()
	return d.proveReceipts(ctx, p, true, s.Epoch, s.Seq, s.Seq, out)
}

// proveTaken proves a record of the peer, by the header that he signed then.
func (d *Desk) proveTaken(ctx context.Context, p store.Peer, i store.Item, out *wire.Proof) error {
	list, err := d.store.Arrivals(ctx, store.ArrivalFilter{Item: i.Num, Limit: 1})
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return &paiza.Error{Kind: paiza.ErrNotFound, Key: "exchange.never_sent"}
	}
	a := list[0]
	msgs, err := d.store.InMessages(ctx, p.Num, wire.Cursor{Epoch: a.Epoch, Seq: a.Seq - 1}, 1)
	if err != nil {
		return err
	}
	if out.Evidence, err = d.store.EvidenceOf(ctx, p.Num, a.Epoch, a.Seq); err != nil {
		return err
	}
	e, err := wire.ParseEvidence(out.Evidence)
	if err != nil {
		return err
	}
	out.Message = msgs[0].Raw
	return d.proveReceipts(ctx, p, false, a.Epoch, a.Seq, e.Last(), out)
}

// proveReceipts adds the receipts that speak of a message, and the digests on the
// way from it to the last place that they or the signed head name.
func (d *Desk) proveReceipts(ctx context.Context, p store.Peer, ours bool, epoch, seq, last uint64, out *wire.Proof) error {
	good, _, err := d.store.ReceiptsOf(ctx, p.Num, ours, epoch, seq)
	if err != nil {
		return err
	}
	for _, r := range good {
		if len(out.Receipts) == 64 || r.Last-seq > 60_000 {
			continue
		}
		// Of a receipt that denies another the later one counts.
		if denied := slices.IndexFunc(good, func(o *wire.Receipt) bool { return o.Contradicts(r) != nil }); denied >= 0 {
			continue
		}
		last = max(last, r.Last)
		out.Receipts = append(out.Receipts, r.Bytes())
	}
	if ours {
		carried, err := d.store.Carriages(ctx, p.Node, epoch, seq, 8)
		if err != nil {
			return err
		}
		for _, c := range carried {
			if len(out.Receipts) < 64 && c.End.Seq-seq <= 60_000 {
				last = max(last, c.End.Seq)
				out.Receipts = append(out.Receipts, c.Encode())
			}
		}
	}
	out.Path, err = d.store.Digests(ctx, p.Num, ours, epoch, seq, last)
	return err
}

// relaysOf names the nodes that relayed the message, whose cards belong into
// the proof.
func relaysOf(out *wire.Proof) (relays []wire.NodeID, err error) {
	for _, raw := range out.Receipts {
		c, err := wire.ParseCarriage(raw)
		if err != nil {
			continue // a receipt of one of the two
		}
		h, err := c.Header()
		if err != nil {
			return nil, err
		}
		if !slices.Contains(relays, h.Relay) {
			relays = append(relays, h.Relay)
		}
	}
	return relays, nil
}
