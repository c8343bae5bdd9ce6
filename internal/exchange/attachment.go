package exchange

import (
	"context"

	"paiza/wire"
)

// Chunks is where the chunks of an attachment are put as they arrive. What is
// there already is not fetched again, after whatever interruption.
type Chunks interface {
	Has(ctx context.Context, i int) (bool, error)
	Put(ctx context.Context, i int, chunk []byte) error
}

// Fetch gets an attachment from the peer who sent a message with it: first the
// list of its chunks, then each chunk that is not there yet, verified by itself.
func (n *Node) Fetch(ctx context.Context, from wire.NodeID, a wire.Attachment, to Chunks) error {
	p := n.peer(from)
	raw, err := p.call(ctx, VerbAttachment, (&wire.AttachmentQuery{ID: a.ID, Index: wire.ManifestIndex}).Encode())
	if err != nil {
		return err
	}
	m, err := wire.ParseManifest(raw, a.ID)
	if err != nil {
		return err
	}
	if m.Size != a.Size {
		return &wire.Refusal{Reason: wire.ReasonAltered, Detail: "the attachment has another size than its message says"}
	}
	for i := range m.Chunks {
		there, err := to.Has(ctx, i)
		if err != nil {
			return err
		}
		if there {
			continue
		}
		sealed, err := p.call(ctx, VerbAttachment, (&wire.AttachmentQuery{ID: a.ID, Index: uint32(i)}).Encode())
		if err != nil {
			return err
		}
		chunk, err := m.OpenChunk(a.Key, i, sealed)
		if err != nil {
			return err
		}
		if err := to.Put(ctx, i, chunk); err != nil {
			return err
		}
	}
	return nil
}
