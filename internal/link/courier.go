package link

import (
	"context"

	"paiza/internal/desk"
	"paiza/internal/exchange"
	"paiza/wire"
)

// arriving is a file that a courier brings: it counts the chunks that it was
// given, because the store says only what was there when the file was looked up.
type arriving struct {
	*desk.Wanted
	have int
}

// Has implements exchange.Chunks.
func (a *arriving) Has(ctx context.Context, i int) (bool, error) {
	if i < a.have {
		return true, nil
	}
	return a.Wanted.Has(ctx, i)
}

// Put implements exchange.Chunks.
func (a *arriving) Put(ctx context.Context, i int, chunks ...[]byte) error {
	err := a.Wanted.Put(ctx, i, chunks...)
	if err == nil {
		a.have = i + len(chunks)
	}
	return err
}

func wanted(x *desk.Exchange) func(context.Context, wire.NodeID, wire.Hash) (wire.Attachment, exchange.Chunks, error) {
	return func(ctx context.Context, peer wire.NodeID, id wire.Hash) (wire.Attachment, exchange.Chunks, error) {
		w, err := x.WantedFile(ctx, peer, id)
		if err != nil || w == nil {
			return wire.Attachment{}, nil, err
		}
		return w.Attachment, &arriving{Wanted: w}, nil
	}
}
