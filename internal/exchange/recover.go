package exchange

import (
	"context"

	"paiza/wire"
)

const probes = 32 // places asked for at once: a million messages take four rounds

// recover is for when the peer has another history of our log than we: this
// node was restored from a backup and has lost what it sent since. It finds the
// last place that both have, takes back from the peer what follows there, and
// goes on after it.
//
// The peer is believed only what our own signature proves. What he cannot show
// costs him the traffic with this node and nobody else anything.
func (p *peer) recover(ctx context.Context, have wire.Cursor) error {
	fork, err := p.fork(ctx)
	if err != nil {
		return err
	}
	return p.node.Past.Reopen(ctx, p.id, fork, func(yield func(*wire.Opened, error) bool) {
		for at := fork; at.Compare(have) < 0; {
			o, err := p.takeBack(ctx, at)
			if !yield(o, err) || err != nil {
				return
			}
			if at = o.End(); at.Compare(have) >= 0 && at != have {
				yield(nil, &wire.Refusal{Reason: wire.ReasonConflict, Detail: "what the peer gave back does not lead to where he says he is"})
			}
		}
	})
}

// fork is the last place of our log that the peer has too: the zero place when
// there is none.
func (p *peer) fork(ctx context.Context) (wire.Cursor, error) {
	epochs, err := p.node.Past.Epochs(ctx, p.id)
	if err != nil {
		return wire.Cursor{}, err
	}
	lo := -1
	for from := 0; from < len(epochs); from += probes {
		var ask []wire.Cursor
		for _, e := range epochs[from:min(len(epochs), from+probes)] {
			ask = append(ask, wire.Cursor{Epoch: e.Epoch, Seq: 1})
		}
		same, _, err := p.agree(ctx, ask)
		if err != nil {
			return wire.Cursor{}, err
		}
		if same > 0 {
			lo = from + same - 1
		}
		if same < len(ask) {
			break
		}
	}
	if lo < 0 {
		return wire.Cursor{}, nil
	}
	return p.bisect(ctx, epochs[lo])
}

// bisect finds the last common place of an epoch whose first message both have.
func (p *peer) bisect(ctx context.Context, e wire.Epoch) (wire.Cursor, error) {
	low, high := uint64(1), e.Last+1 // both have low; they do not both have high
	var at wire.Cursor
	for first := true; first || high-low > 1; first = false {
		step := max(1, (high-low)/probes)
		var ask []wire.Cursor
		for seq := low; seq < high && len(ask) <= probes; seq += step {
			ask = append(ask, wire.Cursor{Epoch: e.Epoch, Seq: seq})
		}
		same, places, err := p.agree(ctx, ask)
		if err != nil {
			return wire.Cursor{}, err
		}
		if same == 0 {
			return wire.Cursor{}, &wire.Refusal{Reason: wire.ReasonConflict, Detail: "the peer says one thing of his history and then another"}
		}
		at, low = places[same-1], ask[same-1].Seq
		if same < len(ask) {
			high = ask[same].Seq
		}
	}
	return at, nil
}

// agree asks the peer for places of our log and says how many of them, from the
// first on, he has with the same hash.
func (p *peer) agree(ctx context.Context, ask []wire.Cursor) (int, []wire.Cursor, error) {
	ours, err := p.node.Past.Sent(ctx, p.id, ask)
	if err != nil {
		return 0, nil, err
	}
	raw, err := p.call(ctx, VerbPlaces, (&wire.Query{Places: ask}).Encode())
	if err != nil {
		return 0, nil, err
	}
	theirs, err := wire.ParsePlaces(raw)
	if err != nil {
		return 0, nil, err
	}
	if len(theirs.Places) != len(ask) {
		return 0, nil, &wire.Refusal{Reason: wire.ReasonMalformed, Detail: "an answer to another question"}
	}
	for i := range ask {
		if theirs.Places[i].Hash != ours[i].Hash || ours[i].Hash == (wire.Hash{}) {
			return i, ours, nil
		}
	}
	return len(ask), ours, nil
}

// takeBack asks the peer for the batch of ours with the message after the place,
// and checks that we signed it: its header then, its messages by their chain.
func (p *peer) takeBack(ctx context.Context, after wire.Cursor) (*wire.Opened, error) {
	raw, err := p.call(ctx, VerbReturn, (&wire.Query{Places: []wire.Cursor{after}}).Encode())
	if err != nil {
		return nil, err
	}
	back, err := wire.ParseReturn(raw)
	if err != nil {
		return nil, err
	}
	o, err := p.node.unseal(ctx, p.id, back.Batch)
	if err != nil {
		return nil, err
	}
	e, err := wire.ParseEvidence(back.Evidence)
	if err != nil {
		return nil, err
	}
	me := p.node.Identity()
	unproven := &wire.Refusal{Reason: wire.ReasonConflict, Detail: "the peer claims messages of ours that we did not sign"}
	if o.Kind != wire.BatchReturn || e.Kind != wire.BatchLog || e.From != me.Card().Node || e.To != p.id ||
		e.Epoch != o.Epoch || e.First != o.First || e.Count != o.Count || e.Prev != o.Prev || e.Head != o.Head {
		return nil, unproven
	}
	if err := follows(o, after); err != nil {
		return nil, &wire.Refusal{Reason: wire.ReasonConflict, Detail: "what the peer gave back does not continue the log: " + err.Error()}
	}
	for _, c := range me.Cards {
		if c.Signing() == e.Signer && e.Verify(c.SigningKey) == nil {
			return o, nil
		}
	}
	return nil, unproven
}
