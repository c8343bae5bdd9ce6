package desk

import (
	"context"
	"fmt"
	"strings"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// Limits of one look at what was stopped.
const (
	stoppedStep  = 500    // messages that are looked at with one question
	stoppedMost  = 100    // that are given
	stoppedReach = 10_000 // messages that are looked at in all
)

// Stopped lists messages in the log for a peer that he set aside, or that the
// guard at the exit stopped here: the newest before a place, the zero place being
// the end. next is where to go on, zero when the log's beginning was reached; a
// page may be empty and have a next one, when nothing was stopped for long.
func (d *Desk) Stopped(ctx context.Context, who paiza.Actor, peer string, before wire.Cursor) (out []paiza.Delivery, next wire.Cursor, err error) {
	for range stoppedReach / stoppedStep {
		list, err := d.Outbox(ctx, who, peer, before, stoppedStep)
		if err != nil {
			return nil, next, err
		}
		for _, one := range list {
			before = wire.Cursor{Epoch: one.Epoch, Seq: one.Seq}
			if one.Refused != "" || one.Withheld != "" {
				out = append(out, one)
			}
			if len(out) == stoppedMost {
				return out, before, nil
			}
		}
		if len(list) < stoppedStep {
			return out, wire.Cursor{}, nil
		}
	}
	return out, before, nil
}

// MayReconsider reports whether looking at a message in quarantine again can lead
// to another answer: what was missing may have come, or a newer program knows
// more. What its sender withheld is not here, and what is forged stays so.
func MayReconsider(why wire.Reason) bool {
	switch why {
	case wire.ReasonGroup, wire.ReasonNotMember, wire.ReasonType, wire.ReasonUnreadable, wire.ReasonHandling, wire.ReasonTrust, wire.ReasonExercise:
		return true
	}
	return false
}

// Reconsider asks for a message in quarantine once more, by the same rules as
// when it came: nothing is let through that the rules stop. When it is taken up
// now, its sender gets a receipt that says so. A conflict names why it stays.
func (d *Desk) Reconsider(ctx context.Context, who paiza.Actor, peer string, epoch, seq uint64, reason string) error {
	k, p, _, err := d.peerFor(ctx, who, peer)
	if err != nil {
		return err
	}
	if err := needReason(reason); err != nil {
		return err
	}
	if p.Status != paiza.PeerActive && p.Status != paiza.PeerPaused {
		return paiza.Conflict("peer.status", nil)
	}
	x := d.Exchange()
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		in := x.intake(ctx, t, k, p)
		if _, err := t.LockInlog(p.Num); err != nil {
			return entry{}, err
		}
		w, err := t.WaitingAt(p.Num, epoch, seq)
		if err != nil {
			return entry{}, err
		}
		why, err := in.reconsider(w)
		if err != nil {
			return entry{}, err
		}
		if why != "" {
			return entry{}, paiza.Conflict("exchange.stays_aside", paiza.Args{"reason": strings.TrimPrefix(why.Key(), "reason.")})
		}
		return entry{action: "exchange.reconsider", subject: "peer/" + p.Node, reason: reason, detail: fmt.Sprintf("%x/%d %s", epoch, seq, w.Hash)}, in.finish()
	})
}

// reconsider takes a message in quarantine up, or says why it stays there.
func (in *intake) reconsider(w store.Waiting) (wire.Reason, error) {
	if len(w.Raw) == 0 {
		return wire.ReasonWithheld, nil
	}
	m, err := wire.ParseMessage(w.Raw)
	if err != nil {
		return wire.ReasonUnreadable, nil
	}
	if m.From != in.node() || m.To != in.k.self || m.Epoch != w.Epoch || m.Seq != w.Seq {
		return wire.ReasonPosition, nil
	}
	item, why, err := in.takeUp(m)
	if err != nil || why != "" {
		return why, err
	}
	if err := in.settle(w, m.From, item); err != nil {
		return "", err
	}
	if in.groups {
		return "", in.release()
	}
	return "", nil
}

// settle keeps that a message in quarantine is taken up now, and tells its sender.
func (in *intake) settle(w store.Waiting, from wire.NodeID, item int64) error {
	if err := in.t.Settle(w.Num, item, ""); err != nil {
		return err
	}
	at, err := in.t.Stating(w.Peer, in.now)
	if err != nil {
		return err
	}
	x, err := in.sign(wire.Receipt{Event: wire.EventContentConsignment, Issuer: in.k.self, From: from, To: in.k.self,
		Epoch: w.Epoch, First: w.Seq, Last: w.Seq, Hash: w.Hash, At: at})
	if err != nil {
		return err
	}
	in.say(in.k.peers[from], wire.TypeReceipt, x.Bytes())
	return nil
}
