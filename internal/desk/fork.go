package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// Forked implements exchange.Contradictions: it keeps the signed header of the
// batch that is here beside that of the one which contradicts it. Both are the
// peer's own word.
func (x *Exchange) Forked(ctx context.Context, peer wire.NodeID, o *wire.Opened) error {
	_, p, err := x.peer(ctx, peer)
	if err != nil {
		return err
	}
	have, err := x.d.store.Have(ctx, p.Num)
	if err != nil || o.Epoch != have.Epoch {
		return err // of another epoch nothing here says that it cannot be
	}
	ours, err := x.d.store.EvidenceOf(ctx, p.Num, o.Epoch, min(o.First, have.Seq))
	if errors.Is(err, paiza.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	err = x.d.act(ctx, machine(peer), func(t *store.Tx) (entry, error) {
		kept, err := t.KeepFork(store.Fork{Peer: p.Num, At: x.d.now(), Epoch: o.Epoch, Seq: o.First, Ours: ours, Theirs: o.Evidence.Bytes()})
		if err == nil && !kept {
			err = errNothing
		}
		return entry{action: "exchange.fork", subject: "peer/" + p.Node, detail: fmt.Sprintf("%x/%d, another history ends with %s", o.Epoch, o.First, o.Head)}, err
	})
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}

// Fork is two histories of one log that a peer signed both.
type Fork struct {
	At       time.Time // when the second one came
	Epoch    uint64
	Seq      uint64    // of the first message of the second one
	Ours     wire.Hash // chain hash at the end of the batch that is here
	Last     uint64    // its last message
	Theirs   wire.Hash // chain hash at the end of the batch that contradicts it
	Other    uint64    // its last message
	Evidence [2][]byte // the signed headers (docs/PROTOCOL.md §6)
}

func (d *Desk) forks(ctx context.Context, peer int64) ([]Fork, error) {
	list, err := d.store.Forks(ctx, peer)
	if err != nil {
		return nil, err
	}
	var out []Fork
	for _, f := range list {
		ours, err := wire.ParseEvidence(f.Ours)
		if err != nil {
			return nil, err
		}
		theirs, err := wire.ParseEvidence(f.Theirs)
		if err != nil {
			return nil, err
		}
		out = append(out, Fork{At: f.At, Epoch: f.Epoch, Seq: f.Seq, Ours: ours.Head, Last: ours.Last(), Theirs: theirs.Head, Other: theirs.Last(), Evidence: [2][]byte{f.Ours, f.Theirs}})
	}
	return out, nil
}
