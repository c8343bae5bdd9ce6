package exchange

import (
	"context"

	"paiza/wire"
)

// Chunks is where the chunks of an attachment are put as they arrive. What is
// there already is not fetched again, after whatever interruption.
type Chunks interface {
	Has(ctx context.Context, i int) (bool, error)
	// Put keeps chunks from number i on. They are durable when it returns.
	Put(ctx context.Context, i int, chunks ...[]byte) error
}

// Chunks that are under way at once, so that distance does not bound a transfer,
// and that wait at most to be kept together.
const (
	chunkWindow = 4
	chunkBatch  = 8
)

// Fetch gets an attachment from the peer who sent a message with it: first the
// list of its chunks, then the chunks that are not there yet, some at once, each
// verified by itself and kept in their order.
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
	var missing []int
	for i := range m.Chunks {
		there, err := to.Has(ctx, i)
		if err != nil {
			return err
		}
		if !there {
			missing = append(missing, i)
		}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	return keepChunks(ctx, to, p.chunks(ctx, a, m, missing))
}

// fetched is a chunk that is on its way.
type fetched struct {
	index int
	chunk []byte
	err   error
}

// chunks fetches chunks and gives them in their order, until the context ends.
func (p *peer) chunks(ctx context.Context, a wire.Attachment, m *wire.Manifest, missing []int) <-chan chan fetched {
	out := make(chan chan fetched, chunkWindow-1)
	go func() {
		defer close(out)
		for _, i := range missing {
			one := make(chan fetched, 1)
			select {
			case out <- one:
			case <-ctx.Done():
				return
			}
			go func() {
				f := fetched{index: i}
				var sealed []byte
				if sealed, f.err = p.call(ctx, VerbAttachment, (&wire.AttachmentQuery{ID: a.ID, Index: uint32(i)}).Encode()); f.err == nil {
					f.chunk, f.err = m.OpenChunk(a.Key, i, sealed)
				}
				one <- f
			}()
		}
	}()
	return out
}

// keepChunks keeps chunks that follow each other and are there at once by one
// act: a disk is synced once for them.
func keepChunks(ctx context.Context, to Chunks, from <-chan chan fetched) error {
	var first int
	var ready [][]byte
	keep := func() error {
		if len(ready) == 0 {
			return nil
		}
		err := to.Put(ctx, first, ready...)
		ready = nil
		return err
	}
	for one := range from {
		var f fetched
		select {
		case f = <-one:
		default: // what is here need not wait for the next one
			if err := keep(); err != nil {
				return err
			}
			f = <-one
		}
		if f.err != nil {
			if err := keep(); err != nil {
				return err
			}
			return f.err
		}
		if len(ready) == chunkBatch || len(ready) > 0 && f.index != first+len(ready) {
			if err := keep(); err != nil {
				return err
			}
		}
		if len(ready) == 0 {
			first = f.index
		}
		ready = append(ready, f.chunk)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return keep()
}
