package exchange

import (
	"context"
	"fmt"

	"paiza/wire"
)

// Serve answers a request of a peer whom the transport knows. Its errors are
// *wire.Refusal.
func (n *Node) Serve(ctx context.Context, from wire.NodeID, verb Verb, body []byte) ([]byte, error) {
	out, err := n.serve(ctx, from, verb, body)
	if err != nil {
		r := refusal(err)
		n.Log.Info("a request of a peer was refused", "peer", from, "verb", verb, why(err))
		return nil, r
	}
	return out, nil
}

func (n *Node) serve(ctx context.Context, from wire.NodeID, verb Verb, body []byte) ([]byte, error) {
	most, known := limits[verb]
	if !known {
		return nil, &wire.Refusal{Reason: wire.ReasonAbsent, Detail: "no such request"}
	}
	if int64(len(body)) > most[0] {
		return nil, &wire.Refusal{Reason: wire.ReasonLimit, Detail: fmt.Sprintf("a request of %d bytes", len(body))}
	}
	if _, err := n.Trust.History(ctx, from); err != nil {
		return nil, err
	}
	switch verb {
	case VerbHello:
		return n.answerHello(ctx, from, body)
	case VerbBatch:
		return n.answerBatch(ctx, from, body)
	case VerbPlaces:
		q, err := wire.ParseQuery(body)
		if err != nil {
			return nil, err
		}
		places, err := n.Archive.Taken(ctx, from, q.Places)
		if err != nil {
			return nil, err
		}
		return (&wire.Places{Places: places}).Encode(), nil
	case VerbReturn:
		return n.answerReturn(ctx, from, body)
	case VerbAttachment:
		return n.answerAttachment(ctx, from, body)
	}
	if n.Relay == nil {
		return nil, &wire.Refusal{Reason: wire.ReasonAbsent, Detail: "nothing is relayed here"}
	}
	if verb == VerbPost {
		return n.answerPost(ctx, from, body)
	}
	return n.answerCollect(ctx, from, body)
}

// answerReturn seals a batch of the peer's own log for him.
func (n *Node) answerReturn(ctx context.Context, from wire.NodeID, body []byte) ([]byte, error) {
	q, err := wire.ParseQuery(body)
	if err != nil {
		return nil, err
	}
	if len(q.Places) != 1 {
		return nil, &wire.Refusal{Reason: wire.ReasonMalformed, Detail: "one place is asked for"}
	}
	kept, err := n.Archive.Batch(ctx, from, q.Places[0])
	if err != nil {
		return nil, err
	}
	h, err := n.Trust.History(ctx, from)
	if err != nil {
		return nil, err
	}
	suite, err := h.Latest().BestSuite()
	if err != nil {
		return nil, err
	}
	me, e := n.Identity(), kept.Evidence
	batch, err := wire.Seal(wire.Header{Kind: wire.BatchReturn, From: me.Card().Node, Epoch: e.Epoch, First: e.First, Prev: e.Prev},
		kept.Items, me.Sign, h.Latest(), suite)
	if err != nil {
		return nil, err
	}
	return (&wire.Return{Evidence: e.Bytes(), Batch: batch}).Encode(), nil
}

func (n *Node) answerAttachment(ctx context.Context, from wire.NodeID, body []byte) ([]byte, error) {
	q, err := wire.ParseAttachmentQuery(body)
	if err != nil {
		return nil, err
	}
	if n.Attachments == nil {
		return nil, &wire.Refusal{Reason: wire.ReasonAbsent, Detail: "no attachments here"}
	}
	return n.Attachments.Chunk(ctx, from, *q)
}
