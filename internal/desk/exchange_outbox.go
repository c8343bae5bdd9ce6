package desk

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"paiza"
	"paiza/internal/egress"
	"paiza/internal/store"
	"paiza/wire"
)

// State implements exchange.Outbox.
func (x *Exchange) State(ctx context.Context, peer wire.NodeID) (wire.LogState, error) {
	_, p, err := x.peer(ctx, peer)
	if err != nil {
		return wire.LogState{}, err
	}
	return x.d.store.LogState(ctx, p.Num)
}

// Read implements exchange.Outbox. Every message passes the guard at the exit
// before it is handed out; one that does not pass goes without its content, and
// its log shows why.
func (x *Exchange) Read(ctx context.Context, peer wire.NodeID, after wire.Cursor, n, bytes int) ([]wire.Row, error) {
	k, p, err := x.peer(ctx, peer)
	if err != nil {
		return nil, err
	}
	rows, err := x.d.store.OutRows(ctx, p.Num, after, n, bytes)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	guard, err := x.guard(ctx, k)
	if err != nil {
		return nil, err
	}
	out := make([]wire.Row, len(rows))
	for i := range rows {
		r := &rows[i]
		if r.Raw != nil && x.guarded {
			if why := guard.Check(r.Raw, peer); why != "" {
				if err := x.Withhold(ctx, peer, r.Cursor, why); err != nil {
					return nil, err
				}
				x.d.log.Warn("a message was stopped at the exit", "peer", peer, "epoch", r.Epoch, "number", r.Seq, "refused", why)
				r.Item = wire.Item{Digest: wire.Digest(r.Raw), Withheld: why}
			}
		}
		out[i] = r.Row
	}
	return out, nil
}

func (x *Exchange) guard(ctx context.Context, k *community) (*egress.Guard, error) {
	demo, err := x.d.Demo(ctx)
	if err != nil {
		return nil, err
	}
	return &egress.Guard{Self: k.self, Exercise: demo, Group: func(ref wire.GroupRef) *wire.Group {
		g, err := x.d.store.Group(ctx, ref)
		if err != nil {
			return nil // what cannot be looked up is not known, and so nobody's
		}
		return g
	}}, nil
}

// Confirm implements exchange.Outbox.
func (x *Exchange) Confirm(ctx context.Context, peer wire.NodeID, have wire.Cursor, receipts []*wire.Receipt) error {
	_, p, err := x.peer(ctx, peer)
	if err != nil {
		return err
	}
	if len(receipts) == 0 {
		st, err := x.d.store.LogState(ctx, p.Num)
		if err != nil || st.Have == have {
			return err
		}
		return x.d.store.Write(ctx, func(t *store.Tx) error {
			_, err := t.Confirm(p.Num, have, nil)
			return err
		})
	}
	err = x.d.act(ctx, machine(peer), func(t *store.Tx) (entry, error) {
		c, err := t.Confirm(p.Num, have, receipts)
		last := receipts[len(receipts)-1]
		action := "exchange.receipt"
		if slices.ContainsFunc(receipts, func(r *wire.Receipt) bool { return r.Event == wire.EventContentConsignmentFailure }) {
			action = "exchange.refusal" // somebody is told
		}
		return entry{action: action, subject: "peer/" + p.Node,
			detail: fmt.Sprintf("%d receipts, %d new, %d denials, to %x/%d %s", len(receipts), c.Fresh, c.Denials, last.Epoch, last.Last, last.Hash)}, err
	})
	return err
}

// Withhold implements exchange.Withholder.
func (x *Exchange) Withhold(ctx context.Context, peer wire.NodeID, at wire.Cursor, reason wire.Reason) error {
	_, p, err := x.peer(ctx, peer)
	if err != nil {
		return err
	}
	return x.d.act(ctx, machine(peer), func(t *store.Tx) (entry, error) {
		return entry{action: "exchange.withhold", subject: "peer/" + p.Node, detail: fmt.Sprintf("%x/%d %s: %s", at.Epoch, at.Seq, at.Hash, reason)},
			t.Withhold(p.Num, at, reason)
	})
}

// Epochs implements exchange.Past.
func (x *Exchange) Epochs(ctx context.Context, peer wire.NodeID) ([]wire.Epoch, error) {
	_, p, err := x.peer(ctx, peer)
	if err != nil {
		return nil, err
	}
	return x.d.store.Epochs(ctx, p.Num)
}

// Sent implements exchange.Past.
func (x *Exchange) Sent(ctx context.Context, peer wire.NodeID, places []wire.Cursor) ([]wire.Cursor, error) {
	_, p, err := x.peer(ctx, peer)
	if err != nil {
		return nil, err
	}
	return x.d.store.Sent(ctx, p.Num, places)
}

// Reopen implements exchange.Past. What the peer gives back is laid aside batch
// by batch and takes its place in one transaction, with what this node had
// forgotten of its own subjects.
func (x *Exchange) Reopen(ctx context.Context, peer wire.NodeID, fork wire.Cursor, recovered func(func(*wire.Opened, error) bool)) error {
	k, p, err := x.peer(ctx, peer)
	if err != nil {
		return err
	}
	err = x.d.store.Write(ctx, func(t *store.Tx) error { return t.ClearReturned(p.Num) })
	n := 0
	if err == nil {
		recovered(func(o *wire.Opened, fault error) bool {
			if err = fault; err == nil {
				n += len(o.Items)
				err = x.d.store.Write(ctx, func(t *store.Tx) error { return t.LayAside(p.Num, o) })
			}
			return err == nil
		})
	}
	if err != nil {
		return err
	}
	return x.d.act(ctx, machine(peer), func(t *store.Tx) (entry, error) {
		in := x.intake(ctx, t, k, p)
		if err := t.Counters("handling", wire.TypeSeizure, wire.TypeAlert, wire.TypeNote, "item", "inbox", "receipt"); err != nil {
			return entry{}, err
		}
		then := map[int64]bool{}
		since, err := t.Reopen(k.self, p.Num, peer, fork, func(m *wire.Message) (int64, error) {
			item, err := in.remember(m)
			if item != 0 {
				then[item] = m.Type == wire.TypeTombstone
			}
			return item, err
		})
		if err != nil {
			return entry{}, err
		}
		if err := errors.Join(in.release(), in.retract(), in.finish(), x.d.again(t, k), x.d.disputed(t, k, p, then, since)); err != nil {
			return entry{}, err
		}
		return entry{action: "exchange.reopen", subject: "peer/" + p.Node, detail: fmt.Sprintf("after %x/%d, %d messages came back", fork.Epoch, fork.Seq, n)}, nil
	})
}

// disputed settles what was said last of a subject to a peer before a restore,
// and what was written for him since. When one of them takes it back from him, it
// is taken back, and he is told anew: which of the two came later nobody can say,
// and to show what was taken back is the worse mistake.
func (d *Desk) disputed(t *store.Tx, k *community, p store.Peer, then, since map[int64]bool) error {
	for _, num := range slices.Sorted(maps.Keys(since)) {
		before, both := then[num]
		if !both || !before && !since[num] {
			continue
		}
		i, err := t.Item(num)
		if err != nil {
			return err
		}
		m, err := lastContent(t, &i)
		if err != nil {
			return err
		}
		if err := d.recall(t, k, &i, paiza.Handling{Purpose: m.Purpose, Owner: m.Owner}, "taken back before or after a restore",
			func(a store.Audience) bool { return a.Peer == p.Num }); err != nil {
			return err
		}
	}
	return nil
}

// remember takes up what a message says of a subject of this node that a backup
// had forgotten. When it is not what this node knows, everybody who has the
// subject gets a new version of it.
func (in *intake) remember(m *wire.Message) (int64, error) {
	switch m.Type {
	case wire.TypeGroup:
		if g, err := wire.ParseGroup(m.Body); err == nil {
			return 0, in.t.InsertGroup(g)
		}
	case wire.TypeRevocation:
		return 0, in.rememberRevocation(m)
	case wire.TypeReceipt:
		if r, err := wire.ParseReceipt(m.Body); err == nil && r.Reason == "" {
			in.stated = append(in.stated, r)
			return 0, in.t.KeepIssued(in.p.Num, []*wire.Receipt{r})
		}
	}
	if m.Version == 0 || m.Subject == "" {
		return 0, nil
	}
	i, found, err := in.t.ItemNamed("", m.Subject)
	if err != nil {
		return 0, err
	}
	if !found {
		i = store.Item{Name: m.Subject, Kind: subjectKind(m)}
		if err := in.t.NumberItem(&i); err != nil {
			return 0, err
		}
	}
	list, err := in.t.AudienceOf(i.Num)
	if err != nil {
		return 0, err
	}
	party := ""
	if len(m.Groups) > 0 {
		party = m.Groups[0].Group.String()
	}
	if err := in.t.AddAudience(i.Num, store.Audience{Peer: in.p.Num, Party: party, Desk: m.Desk, Gone: m.Type == wire.TypeTombstone}); err != nil {
		return 0, err
	}
	_, same, err := in.t.HasVersion(i.Num, m.Version, m.ContentHash())
	if err != nil || same {
		return i.Num, err
	}
	if err := in.t.AddVersion(i.Num, m.Version, m.ContentHash()); err != nil {
		return 0, err
	}
	alone := true
	for _, a := range list {
		alone = alone && a.Peer == in.p.Num
	}
	fresh := m.Version > i.Version
	if fresh {
		i.Version, i.Gone, i.Content = m.Version, m.Type == wire.TypeTombstone, m.ContentBytes()
		if t := in.x.taker(m); t != nil {
			if why, err := t(in, m, &i, true); err != nil || why != "" {
				in.x.d.log.Warn("a record of this node came back and cannot be read", "epoch", m.Epoch, "number", m.Seq, "refused", why)
				if err != nil {
					return 0, err
				}
			}
		}
		if err := in.t.KeepItem(&i); err != nil {
			return 0, err
		}
	}
	if fresh && alone {
		return i.Num, nil
	}
	return i.Num, in.t.MarkAgain(i.Num, true)
}

// rememberRevocation takes up that this node revoked a key of its own, which a
// backup had forgotten.
func (in *intake) rememberRevocation(m *wire.Message) error {
	v, err := wire.ParseRevocation(m.Body)
	if err != nil || v.Node != in.k.self {
		return nil
	}
	h, err := in.k.history(in.k.self)
	if err != nil || copyOf(h).Revoke(v) != nil {
		return nil // known, or not signed by this node
	}
	for _, p := range in.k.reached() {
		if p.Num != in.p.Num {
			in.say(p, wire.TypeRevocation, v.Bytes())
		}
	}
	return in.t.InsertRevocation(v)
}

// retract takes back what this node stated in messages that a backup had
// forgotten and that is true no more: the backup has the message in quarantine.
func (in *intake) retract() error {
	for _, r := range in.stated {
		why, hash, err := in.t.SetAside(in.p.Num, r.Epoch, r.Last)
		if err != nil {
			return err
		}
		if why == "" {
			continue
		}
		at, err := in.t.Stating(in.p.Num, in.now)
		if err != nil {
			return err
		}
		x, err := in.sign(wire.Receipt{Event: wire.EventContentConsignmentFailure, Issuer: r.Issuer, From: r.From, To: r.To,
			Epoch: r.Epoch, First: r.Last, Last: r.Last, Hash: hash, At: at, Reason: why})
		if err != nil {
			return err
		}
		in.say(in.p, wire.TypeReceipt, x.Bytes())
	}
	return nil
}

// again gives the subjects of which a backup had forgotten something a new
// version, which everybody gets who has the subject.
func (d *Desk) again(t *store.Tx, k *community) error {
	for {
		list, err := t.Again(100)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, i := range list {
			if err := t.MarkAgain(i.Num, false); err != nil {
				return err
			}
			m, err := lastContent(t, &i)
			if err != nil {
				return err
			}
			gone := i.Gone
			if err := d.sendVersion(t, k, &i, letter{Type: m.Type, Body: m.Body, TLP: m.TLP, Purpose: m.Purpose, Owner: m.Owner, Exercise: m.Exercise,
				Causes: m.Causes, Attachments: m.Attachments}, func(a store.Audience) bool { return gone || !a.Gone }); err != nil {
				return err
			}
		}
	}
}

// lastContent reads the content of the latest version of a subject of this node.
func lastContent(t *store.Tx, i *store.Item) (*wire.Message, error) {
	raw, err := t.ContentOf(i)
	if err != nil {
		return nil, err
	}
	return messageIn(raw)
}

// messageIn reads the bytes of a content that is kept without its place.
func messageIn(raw []byte) (*wire.Message, error) {
	return wire.ParseMessage(wire.Place(raw, wire.NodeID{}, wire.NodeID{}, 1, 1, wire.Hash{}))
}

// subjectKind is what a message's subject is: what its name begins with, for a
// tombstone, which says no more.
func subjectKind(m *wire.Message) string {
	if m.Type != wire.TypeTombstone {
		return m.Type
	}
	kind, _, _ := strings.Cut(m.Subject, "/")
	return kind
}
