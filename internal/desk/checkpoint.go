package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"paiza"
	"paiza/internal/ledger"
	"paiza/internal/store"
	"paiza/wire"
)

// A node shows the head of its ledger to its peers, who cosign it: then nobody
// who holds a node can rewrite what was done there, not even with its keys. This
// file sends and takes back; checkpoint_take.go looks at what peers show.

// Pace of showing the ledger.
const (
	// showAgain is after what time a head that a peer has not cosigned is followed
	// by another one.
	showAgain = 24 * time.Hour
	// showRefused is the same for one that he set aside: a person has to decide
	// there.
	showRefused = 7 * 24 * time.Hour
)

// ShowLedger sends the head of the ledger to every peer who lacks what was
// entered since, and says to how many. It is the job: what only the exchange of
// heads itself has entered is no reason, so that nodes without work are quiet.
func (d *Desk) ShowLedger(ctx context.Context) (int, error) {
	return d.showLedger(ctx, node(), false)
}

// SendCheckpoint sends the head of the ledger to every peer now, also to those
// who have not answered the last one, and says to how many.
func (d *Desk) SendCheckpoint(ctx context.Context, who paiza.Actor) (int, error) {
	if err := allow(who, paiza.RightOperate); err != nil {
		return 0, err
	}
	return d.showLedger(ctx, who, true)
}

// showing is a head on its way to a peer.
type showing struct {
	peer store.Peer
	to   wire.NodeID
	body wire.Checkpoint
}

func (d *Desk) showLedger(ctx context.Context, who paiza.Actor, now bool) (int, error) {
	k, err := d.who(ctx)
	if err != nil || k.identity == nil {
		return 0, err
	}
	signed, verifier, err := d.store.Checkpoint(ctx)
	if err != nil || signed == "" {
		return 0, err
	}
	head, err := ledger.OpenCheckpoint(signed, verifier)
	if err != nil {
		return 0, &paiza.Error{Kind: paiza.ErrUnavailable, Key: "cli.ledger.damaged." + ledger.FaultCheckpoint, Err: err}
	}
	// The node signs that it is its own: the head then says so offline too.
	if signed, err = ledger.Own(signed, k.self, k.identity.Sign); err != nil {
		return 0, err
	}
	var list []showing
	for _, p := range k.reached() {
		one, due, err := d.dueHead(ctx, p, head, now)
		if err != nil {
			return 0, err
		}
		if due {
			one.body.Verifier, one.body.Note = verifier, []byte(signed)
			list = append(list, one)
		}
	}
	if len(list) == 0 {
		return 0, nil
	}
	return len(list), d.act(ctx, who, func(t *store.Tx) (entry, error) {
		own, found, err := t.OwnHead(head)
		if err != nil {
			return entry{}, err
		}
		if !found {
			own = store.LedgerHead{Head: head, Verifier: verifier, Note: signed, At: d.now()}
			if err := t.InsertHead(&own); err != nil {
				return entry{}, err
			}
		}
		for _, s := range list { // in the order of the peers' numbers, as Enqueue asks
			content, err := statement(k.self, wire.TypeCheckpoint, s.body.Encode(), d.now())
			if err != nil {
				return entry{}, err
			}
			at, err := t.Enqueue(k.self, s.peer.Num, s.to, []store.Outgoing{{Type: wire.TypeCheckpoint, Content: content, At: d.now()}})
			if err != nil {
				return entry{}, err
			}
			if err := t.SendHead(own.Num, s.peer.Num, d.now(), at); err != nil {
				return entry{}, err
			}
		}
		return entry{action: "ledger.send", subject: "node/" + k.self.String(), detail: fmt.Sprintf("%d entries %s, to %d nodes", head.Size, head.Root, len(list))}, nil
	})
}

// dueHead says whether a peer is to be sent the head, and with which proof.
func (d *Desk) dueHead(ctx context.Context, p store.Peer, head ledger.Checkpoint, now bool) (one showing, due bool, err error) {
	one.peer = p
	if one.to, err = wire.ParseNodeID(p.Node); err != nil {
		return one, false, err
	}
	base, any, err := d.store.BaseFor(ctx, p.Num)
	if err != nil {
		return one, false, err
	}
	if any && base.Signed.IsZero() {
		refused, taken, err := d.answered(ctx, p, base)
		if err != nil {
			return one, false, err
		}
		age := d.now().Sub(base.Sent)
		switch {
		case refused && !now && age < showRefused, !refused && !now && (age < showAgain || !taken):
			return one, false, nil
		case refused: // he holds what he cosigned before
			if base, any, err = d.lastCosigned(ctx, p); err != nil {
				return one, false, err
			}
		}
	}
	if any {
		if base.Size >= head.Size {
			return one, false, nil
		}
		if !now {
			if grown, err := d.store.GrownSince(ctx, base.Size); err != nil || !grown {
				return one, false, err
			}
		}
		path, err := d.store.Extend(ctx, head.Size, base.Size)
		if err != nil {
			return one, false, err
		}
		one.body.Since = uint64(base.Size)
		for _, h := range path {
			one.body.Proof = append(one.body.Proof, wire.Hash(h))
		}
		turns, err := d.store.Turns(ctx, base.Size, head.Size)
		if err != nil {
			return one, false, err
		}
		for _, t := range turns {
			one.body.Turns = append(one.body.Turns, wire.LedgerTurn{Former: t.Key, Signed: []byte(t.Signed)})
		}
	}
	one.body.Restored, err = d.store.RestoredSince(ctx, base.Size)
	return one, err == nil, err
}

// answered says what the receipts tell of a head that was sent: that it was set
// aside, or at least taken.
func (d *Desk) answered(ctx context.Context, p store.Peer, c store.Cosigning) (refused, taken bool, err error) {
	good, _, err := d.store.ReceiptsOf(ctx, p.Num, true, c.Epoch, c.Seq)
	for _, r := range good {
		if r.Event == wire.EventContentConsignment || r.Event == wire.EventContentConsignmentFailure {
			_, why := r.Covers(c.Epoch, c.Seq)
			refused, taken = why != "", true
		}
	}
	return refused, taken, err
}

// lastCosigned is the newest head that a peer cosigned.
func (d *Desk) lastCosigned(ctx context.Context, p store.Peer) (store.Cosigning, bool, error) {
	list, err := d.store.Cosigned(ctx)
	for _, c := range list {
		if c.Peer == p.Num {
			return c, true, err
		}
	}
	return store.Cosigning{}, false, err
}

// takeCosignature takes a head of this node's own ledger back that the peer
// cosigned.
func (in *intake) takeCosignature(c *wire.Checkpoint) (wire.Reason, error) {
	head, err := ledger.OpenCheckpoint(string(c.Note), c.Verifier)
	if err != nil {
		return wire.ReasonSignature, nil
	}
	own, found, err := in.t.OwnHead(head)
	if err != nil {
		return "", err
	}
	if !found || own.Verifier != c.Verifier {
		return wire.ReasonLedgerHead, nil
	}
	h, err := in.k.history(in.node())
	if err != nil {
		return "", err
	}
	by := ledger.Witnesses(string(c.Note), map[wire.NodeID]*wire.History{in.node(): h})
	if len(by) == 0 || by[0].At.After(in.now.Add(wire.Slack)) {
		return wire.ReasonSignature, nil
	}
	if own.Note, err = ledger.Merge(own.Note, string(c.Note), in.node()); err != nil {
		return wire.ReasonSignature, nil
	}
	if err := errors.Join(in.t.UpdateHead(own), in.t.KeepCosignature(own.Num, in.p.Num, by[0].At)); err != nil {
		return "", err
	}
	if c.Kind == wire.CheckpointHeld {
		return "", in.t.SetBase(own.Num, in.p.Num)
	}
	return "", nil
}

// Cosigner is a peer and how far he has cosigned this node's ledger.
type Cosigner struct {
	Node, Name string
	Entries    int64     // of the newest head that he cosigned
	At         time.Time // when, as he says
}

// Cosigned is how far the ledger is cosigned.
type Cosigned struct {
	Entries int64 // of the ledger now
	Upto    int64 // entries that at least one peer cosigned; 0 for none
	By      []Cosigner
}

// Cosigned reads it, for whom may read the ledger or look after peers.
func (d *Desk) Cosigned(ctx context.Context, who paiza.Actor) (Cosigned, error) {
	if allow(who, paiza.RightReadLedger) != nil && allow(who, paiza.RightManagePeers) != nil {
		return Cosigned{}, paiza.Forbidden(paiza.RightReadLedger)
	}
	last, err := d.store.LastAct(ctx)
	if err != nil {
		return Cosigned{}, err
	}
	list, err := d.store.Cosigned(ctx)
	out := Cosigned{Entries: last}
	for _, c := range list {
		out.Upto = max(out.Upto, c.Size)
		out.By = append(out.By, Cosigner{c.Node, c.Name, c.Size, c.Signed})
	}
	return out, err
}

// headText says of a head what the ledger keeps.
func headText(c ledger.Checkpoint) string { return fmt.Sprintf("%d entries %s", c.Size, c.Root) }

// logText is the name of a log as it may be shown.
func logText(verifier string) string { name, _, _ := strings.Cut(verifier, "+"); return name }
