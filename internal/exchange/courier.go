package exchange

import (
	"context"
	"errors"
	"io"

	"paiza/wire"
)

// Export writes what follows a place in the log for the peer into a courier
// file, sealed for him as over the network. It gives the place where the file
// ends. The log itself does not move: only the peer's receipts move it.
func (n *Node) Export(ctx context.Context, peer wire.NodeID, after wire.Cursor, w io.Writer) (wire.Cursor, error) {
	file, err := wire.NewCourierWriter(w, wire.CourierHead{From: n.Identity().Card().Node, To: peer, Made: n.Now()})
	if err != nil {
		return after, err
	}
	for {
		rows, err := n.Outbox.Read(ctx, peer, after, n.limits.BatchItems, n.limits.BatchBytes)
		if err != nil {
			return after, err
		}
		if len(rows) == 0 {
			return after, file.Close()
		}
		batch, err := n.peer(peer).seal(ctx, rows)
		if err != nil {
			return after, err
		}
		if err := file.Batch(batch); err != nil {
			return after, err
		}
		after = rows[len(rows)-1].Cursor
	}
}

// Import takes a courier file in, batch by batch, by the same way as batches from
// the network: what is here already is not taken twice, whichever way it came
// first. It gives how far the sender's log is here afterwards. The receipts
// travel with the next hello.
func (n *Node) Import(ctx context.Context, r io.Reader) (wire.Cursor, error) {
	file, err := wire.NewCourierReader(r)
	if err != nil {
		return wire.Cursor{}, err
	}
	if self := n.Identity().Card().Node; file.To != self {
		return wire.Cursor{}, &wire.Refusal{Reason: wire.ReasonRecipient, Detail: "the courier file is for " + file.To.String()}
	}
	for {
		part, err := file.Next()
		if errors.Is(err, io.EOF) {
			return n.Inbox.Have(ctx, file.From)
		}
		if err == nil && part.Batch != nil {
			_, err = n.answerBatch(ctx, file.From, part.Batch)
		}
		if err != nil {
			have, _ := n.Inbox.Have(ctx, file.From)
			return have, err
		}
	}
}
