package exchange

import (
	"time"

	"paiza/wire"
)

// Sign signs a receipt of this node.
type Sign func(wire.Receipt) (*wire.Receipt, error)

// Fresh gives the messages of a batch that are not here yet.
func Fresh(o *wire.Opened, have wire.Cursor) []wire.OpenedItem {
	if o.Epoch != have.Epoch || o.First > have.Seq {
		return o.Items
	}
	return o.Items[have.Seq+1-o.First:]
}

// Consign makes the receipts that messages of a peer's log are durable here: one
// for as many as follow each other in one epoch. items are all messages of a
// commit in order, each with why it was set aside.
func Consign(self, peer wire.NodeID, items []wire.OpenedItem, at time.Time, sign Sign) ([]*wire.Receipt, error) {
	var out []*wire.Receipt
	for len(items) > 0 {
		r := wire.Receipt{Event: wire.EventContentConsignment, Issuer: self, From: peer, To: self, Epoch: items[0].Epoch, First: items[0].Seq, At: at}
		n := 0
		for ; n < len(items) && items[n].Epoch == r.Epoch && len(r.Refused) < wire.MaxBatchItems; n++ {
			r.Last, r.Hash = items[n].Seq, items[n].Hash
			if items[n].Refused != "" {
				r.Refused = append(r.Refused, wire.RefusedMessage{Seq: items[n].Seq, Reason: items[n].Refused})
			}
		}
		signed, err := sign(r)
		if err != nil {
			return nil, err
		}
		out, items = append(out, signed), items[n:]
	}
	return out, nil
}
