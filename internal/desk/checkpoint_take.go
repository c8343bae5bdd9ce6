package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"paiza"
	"paiza/internal/ledger"
	"paiza/internal/store"
	"paiza/wire"
)

// takeCheckpoint looks at the head of the peer's ledger that he shows: it is his,
// and it continues what he showed before. Then it is kept and goes back to him
// cosigned. One that does not continue is kept too, as evidence, and stops
// nothing else.
func (in *intake) takeCheckpoint(m *wire.Message) (wire.Reason, error) {
	c, err := wire.ParseCheckpoint(m.Body)
	if err != nil {
		return wire.ReasonUnreadable, nil
	}
	if c.Kind != wire.CheckpointHead {
		return in.takeCosignature(c)
	}
	head, err := ledger.OpenCheckpoint(string(c.Note), c.Verifier)
	if err != nil || head.Size < 1 {
		return wire.ReasonSignature, nil
	}
	h, err := in.k.history(in.node())
	if err != nil {
		return "", err
	}
	if _, his := ledger.Owner(string(c.Note), map[wire.NodeID]*wire.History{in.node(): h}); !his {
		return wire.ReasonSignature, nil
	}
	last, any, err := in.t.LastHead(in.p.Num)
	if err != nil {
		return "", err
	}
	shown := store.LedgerHead{Peer: in.p.Num, Head: head, Verifier: c.Verifier, Note: string(c.Note), At: in.now, Restored: c.Restored, Epoch: m.Epoch, Seq: m.Seq}
	if !any {
		return "", in.hold(shown)
	}
	why, err := in.judge(last, head, c)
	if err != nil {
		return "", err
	}
	if why == wire.ReasonGap {
		again, err := in.t.HeadGap(in.p.Num, last.Num)
		if err != nil {
			return "", err
		}
		if !again { // this node may have forgotten what it held: the peer learns from where to prove
			shown.Refused, shown.Against = why, last.Num
			if err := in.t.InsertHead(&shown); err != nil {
				return "", err
			}
			return "", in.cosign(last, wire.CheckpointHeld)
		}
		why = wire.ReasonLedger
	}
	switch {
	case why != "":
		shown.Refused, shown.Against = why, last.Num
		in.contradicted = fmt.Sprintf("%s, shown %s, before %s", why, headText(head), headText(last.Head))
		return why, in.t.InsertHead(&shown)
	case head.Size == last.Head.Size:
		return "", in.cosign(last, wire.CheckpointCosigned) // his answer was lost
	}
	return "", in.hold(shown)
}

// judge holds a head against the last one that counts. A gap is that it continues
// one that is not here, later than the last one that is.
func (in *intake) judge(last store.LedgerHead, head ledger.Checkpoint, c *wire.Checkpoint) (wire.Reason, error) {
	if !sameLedger(last, c, head) {
		return wire.ReasonLedgerKey, nil
	}
	path := make([]ledger.Hash, len(c.Proof))
	for i, h := range c.Proof {
		path[i] = ledger.Hash(h)
	}
	since := int64(c.Since)
	switch {
	case head.Size == last.Head.Size && head.Root == last.Head.Root,
		since == last.Head.Size && head.Continues(last.Head, path):
		return "", nil
	case since > last.Head.Size && head.Size >= since:
		return wire.ReasonGap, nil
	case c.Restored.IsZero():
		return wire.ReasonLedger, nil
	case since == 0: // his backup is from before he first showed it
		return wire.ReasonLedgerBack, nil
	}
	base, found, err := in.t.HeadAt(in.p.Num, since)
	if err != nil {
		return "", err
	}
	if found && head.Continues(base.Head, path) {
		return wire.ReasonLedgerBack, nil
	}
	return wire.ReasonLedger, nil
}

// sameLedger reports whether a ledger whose last head counts may show one under
// the key offered: the same, or one to which changes of the key lead, each signed
// by both keys and none of them before the last head, since a key signs nothing
// after it was changed.
func sameLedger(last store.LedgerHead, c *wire.Checkpoint, head ledger.Checkpoint) bool {
	if last.Verifier == c.Verifier {
		return true
	}
	turns := make([]ledger.Turn, len(c.Turns))
	for i, t := range c.Turns {
		turns[i] = ledger.Turn{Key: t.Former, Signed: string(t.Signed)}
	}
	turned, err := ledger.Follow(turns, c.Verifier, head.Size)
	return err == nil && slices.ContainsFunc(turned, func(t ledger.Turned) bool { return t.Former == last.Verifier && t.Size > last.Head.Size })
}

// hold keeps a head as the one that counts, and cosigns it.
func (in *intake) hold(h store.LedgerHead) error {
	if err := in.t.InsertHead(&h); err != nil {
		return err
	}
	return in.cosign(h, wire.CheckpointCosigned)
}

// cosign gives a head that counts back to the peer with this node's signature.
func (in *intake) cosign(h store.LedgerHead, kind wire.CheckpointKind) (err error) {
	if h.Note, err = ledger.Cosign(h.Note, in.k.self, in.k.identity.Sign, in.now); err != nil {
		return err
	}
	if err := in.t.UpdateHead(h); err != nil {
		return err
	}
	in.say(in.p, wire.TypeCheckpoint, (&wire.Checkpoint{Kind: kind, Verifier: h.Verifier, Note: []byte(h.Note)}).Encode())
	return nil
}

// AcceptLedger lets the ledger of a peer go on from the head that was set aside:
// after he came back from a backup, or after what was found out of his having
// rewritten it. Both heads stay as evidence. Who decides it has just proved that
// it is he.
func (d *Desk) AcceptLedger(ctx context.Context, who paiza.Actor, node, reason string) error {
	k, p, _, err := d.peerFor(ctx, who, node)
	if err != nil {
		return err
	}
	if err := d.decided(who, reason); err != nil {
		return err
	}
	x := d.Exchange()
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		in := x.intake(ctx, t, k, p)
		if _, err := t.LockInlog(p.Num); err != nil {
			return entry{}, err
		}
		h, found, err := t.AsideHead(p.Num)
		if err != nil {
			return entry{}, err
		}
		if !found {
			return entry{}, paiza.Conflict("shown.nothing_aside", nil)
		}
		why := h.Refused
		accepted := store.LedgerHead{Peer: h.Peer, Head: h.Head, Verifier: h.Verifier, Note: h.Note, At: d.now(), Against: h.Against, Restored: h.Restored, Epoch: h.Epoch, Seq: h.Seq}
		if err := in.hold(accepted); err != nil {
			return entry{}, err
		}
		if w, err := t.WaitingAt(p.Num, h.Epoch, h.Seq); err == nil {
			if err := in.settle(w, in.node(), 0); err != nil {
				return entry{}, err
			}
		}
		return entry{action: "ledger.accept", subject: "peer/" + p.Node, reason: reason, detail: fmt.Sprintf("%s, goes on from %s", why, headText(h.Head))}, in.finish()
	})
}

// ShownLedger is the ledger of a peer as he shows it here.
type ShownLedger struct {
	Log     string // its name; empty while he has shown none
	Entries int64
	Root    string
	At      time.Time // when that head came
	Aside   *AsideLedger
}

// AsideLedger is a head that contradicts what its node showed before.
type AsideLedger struct {
	Entries  int64
	Root     string
	At       time.Time
	Why      string    // wire.Reason
	Restored time.Time // when the node says that it was put back from a backup
	Shown    string    // the signed note of the head that counted then
	Other    string    // the signed note of the one that contradicts it
}

// PeerLedger is the ledger of a peer with whose it is.
type PeerLedger struct {
	Node, Name string
	ShownLedger
}

// ShownLedgers lists the ledgers that peers have shown here.
func (d *Desk) ShownLedgers(ctx context.Context, who paiza.Actor) ([]PeerLedger, error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return nil, err
	}
	list, err := d.store.Peers(ctx)
	if err != nil {
		return nil, err
	}
	var out []PeerLedger
	for _, p := range list {
		l, err := d.shownLedger(ctx, p.Num)
		if err != nil {
			return nil, err
		}
		if l.Log != "" {
			out = append(out, PeerLedger{p.Node, p.Name, l})
		}
	}
	return out, nil
}

func (d *Desk) shownLedger(ctx context.Context, peer int64) (out ShownLedger, err error) {
	h, err := d.store.ShownHeads(ctx, peer)
	if err != nil || h.Last.Num == 0 {
		return out, err
	}
	out = ShownLedger{Log: logText(h.Last.Verifier), Entries: h.Last.Head.Size, Root: h.Last.Head.Root.String(), At: h.Last.At}
	if a := h.Aside; a.Num != 0 {
		out.Aside = &AsideLedger{Entries: a.Head.Size, Root: a.Head.Root.String(), At: a.At, Why: string(a.Refused), Restored: a.Restored, Shown: h.Against.Note, Other: a.Note}
	}
	return out, nil
}
