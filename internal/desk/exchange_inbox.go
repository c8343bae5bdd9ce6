package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// Have implements exchange.Inbox.
func (x *Exchange) Have(ctx context.Context, peer wire.NodeID) (wire.Cursor, error) {
	_, p, err := x.peer(ctx, peer)
	if err != nil {
		return wire.Cursor{}, err
	}
	return x.d.store.Have(ctx, p.Num)
}

// Commit implements exchange.Inbox. Each message is taken up or set aside with
// its reason in the one transaction. The ledger gets one entry for all of them:
// it names the range and the chain hash at its end, which binds every message
// in it; an entry for each message would say no more and would make the ledger,
// and not the disk, the bound of the traffic.
func (x *Exchange) Commit(ctx context.Context, peer wire.NodeID, batches []*wire.Opened, sign wire.Sign) (receipts []*wire.Receipt, err error) {
	k, p, err := x.peer(ctx, peer)
	if err == nil {
		err = x.d.roomLeft()
	}
	if err != nil {
		return nil, err
	}
	err = x.d.act(ctx, machine(peer), func(t *store.Tx) (entry, error) {
		in := x.intake(ctx, t, k, p)
		in.sign = sign
		have, err := t.LockInlog(p.Num)
		if err != nil {
			return entry{}, err
		}
		if err := in.withinQuota(); err != nil {
			return entry{}, err
		}
		first := have
		var all []store.Incoming
		most := 0
		for _, o := range batches {
			most += len(o.Items)
		}
		t.Expect(most)
		if err := t.Counters(countersOf(batches)...); err != nil {
			return entry{}, err
		}
		for _, o := range batches {
			if o.End().Compare(have) <= 0 {
				continue // another process was faster
			}
			if err := continues(o, have); err != nil {
				return entry{}, err
			}
			if err := t.KeepEvidence(p.Num, &o.Evidence); err != nil {
				return entry{}, err
			}
			if all, err = in.take(all, wire.Fresh(o, have)); err != nil {
				return entry{}, err
			}
			have = o.End()
		}
		if len(all) == 0 {
			return entry{}, errNothing
		}
		if err := errors.Join(t.KeepInbox(p.Num, all, have, in.now), in.used(all)); err != nil {
			return entry{}, err
		}
		if in.groups {
			if err := in.release(); err != nil {
				return entry{}, err
			}
		}
		receipts, err = in.consign(all)
		if err != nil {
			return entry{}, err
		}
		return in.entry(fmt.Sprintf("after %x/%d to %x/%d %s: %d taken up, %d set aside", first.Epoch, first.Seq, have.Epoch, have.Seq, have.Hash, len(all)-in.aside, in.aside), all), in.finish()
	})
	if errors.Is(err, errNothing) {
		return x.d.store.Issued(ctx, p.Num, wire.Cursor{Epoch: batches[0].Epoch, Seq: batches[0].First - 1}, 16)
	}
	if err == nil {
		if err := x.d.tellNear(ctx, p); err != nil { // what was taken in is taken in
			x.d.log.Error("the operator is not told of a quota", "peer", peer, "error", err)
		}
	}
	return receipts, err
}

// countersOf are the counters that a commit needs. A group lets messages of every
// type out of quarantine.
func countersOf(batches []*wire.Opened) []string {
	needs := map[string]bool{}
	for _, o := range batches {
		for _, m := range o.Items {
			if m.Message != nil {
				needs[m.Message.Type] = true
			}
		}
	}
	if needs[wire.TypeGroup] {
		needs = map[string]bool{wire.TypeSeizure: true, wire.TypeAlert: true, wire.TypeNote: true}
	}
	var out []string
	for _, kind := range []string{wire.TypeSeizure, wire.TypeAlert, wire.TypeNote} {
		if needs[kind] {
			out = append(out, kind)
		}
	}
	if len(out) > 0 {
		out = append(append([]string{"handling"}, out...), "item")
	}
	return append(out, "inbox", "receipt")
}

// entry is the commit in the ledger. One that brought nothing but heads of ledgers
// is called so: it is no reason to show one's own head again. One that brought a
// head which contradicts an earlier one is an event of its own.
func (in *intake) entry(detail string, all []store.Incoming) entry {
	e := entry{action: "exchange.take", subject: "peer/" + in.p.Node, detail: detail}
	switch {
	case in.contradicted != "":
		e.action, e.detail = "ledger.contradict", detail+"; "+in.contradicted
	case !slices.ContainsFunc(all, func(m store.Incoming) bool { return m.Message == nil || m.Message.Type != wire.TypeCheckpoint }):
		e.action = "ledger.witness"
	case in.aside > 0:
		e.action = "exchange.quarantine" // somebody is told
	}
	return e
}

// continues checks that a batch goes on where the log ends here. Package
// exchange has put batches in order; another process may have taken some since.
func continues(o *wire.Opened, have wire.Cursor) error {
	fork := &wire.Refusal{Reason: wire.ReasonFork, Detail: "the batch continues another history than the one that is here"}
	if o.Epoch > 1<<62 {
		return &wire.Refusal{Reason: wire.ReasonLimit, Detail: "an epoch of such a number is none"}
	}
	switch {
	case o.Epoch != have.Epoch:
		if o.First != 1 {
			return &wire.Refusal{Reason: wire.ReasonGap, Detail: "the beginning of the epoch is missing"}
		}
		if o.Prev != wire.Start(o.From, o.To, o.Epoch, have) {
			return fork
		}
	case o.First > have.Seq+1:
		return &wire.Refusal{Reason: wire.ReasonGap, Detail: "messages before the batch are missing"}
	case o.First == have.Seq+1 && o.Prev != have.Hash, o.First <= have.Seq && o.Items[have.Seq-o.First].Hash != have.Hash:
		return fork
	}
	return nil
}

// intake is one commit of messages of a peer.
type intake struct {
	x    *Exchange
	ctx  context.Context
	t    *store.Tx
	k    *community
	p    store.Peer
	now  time.Time
	sign wire.Sign
	sum  *store.Rollup
	sums bool // something was added to sum

	groups   bool // a group became known
	aside    int
	receipts []*wire.Receipt // that came as messages, for our log to the peer
	stated   []*wire.Receipt // that this node signed once and had forgotten
	letters  map[int64][]store.Outgoing
	agencies []paiza.Agency
	people   []paiza.Person
	demo     *bool

	contradicted string // what is wrong with the head of the peer's ledger that came
}

func (x *Exchange) intake(ctx context.Context, t *store.Tx, k *community, p store.Peer) *intake {
	return &intake{x: x, ctx: ctx, t: t, k: k, p: p, now: x.d.now(), sum: store.NewRollup(), letters: map[int64][]store.Outgoing{},
		sign: func(r wire.Receipt) (*wire.Receipt, error) { return wire.NewReceipt(r, k.identity.Sign) }}
}

// take takes messages up, or sets them aside.
func (in *intake) take(all []store.Incoming, items []wire.OpenedItem) ([]store.Incoming, error) {
	for _, it := range items {
		m := store.Incoming{OpenedItem: it}
		if it.Refused == "" {
			item, why, err := in.takeUp(it.Message)
			if err != nil {
				return nil, err
			}
			m.Item, m.Refused = item, why
		}
		if m.Refused != "" {
			m.Item = 0
			in.aside++
		}
		all = append(all, m)
	}
	return all, in.addUp()
}

// addUp writes the sums of what was taken up so far.
func (in *intake) addUp() error {
	if !in.sums {
		return nil
	}
	err := in.t.AddRollup(0, in.sum)
	in.sum, in.sums = store.NewRollup(), false
	return err
}

// consign makes and keeps the receipts.
func (in *intake) consign(all []store.Incoming) ([]*wire.Receipt, error) {
	items := make([]wire.OpenedItem, len(all))
	for i := range all {
		items[i] = all[i].OpenedItem
	}
	at, err := in.t.Stating(in.p.Num, in.now)
	if err != nil {
		return nil, err
	}
	receipts, err := wire.Consign(in.k.self, in.node(), items, at, in.sign)
	if err != nil {
		return nil, err
	}
	return receipts, in.t.KeepIssued(in.p.Num, receipts)
}

// say writes a statement for a peer at the end of the commit.
func (in *intake) say(p store.Peer, typ string, body []byte) {
	content, err := statement(in.k.self, typ, body, in.now)
	if err != nil {
		in.x.d.log.Error("a statement cannot be written", "type", typ, "error", err)
		return
	}
	in.letters[p.Num] = append(in.letters[p.Num], store.Outgoing{Type: typ, Content: content, At: in.now})
}

// finish writes what belongs to the logs to peers: after all else, because
// whoever appends waits for who appended before him.
func (in *intake) finish() error {
	if err := in.addUp(); err != nil {
		return err
	}
	for _, p := range in.k.inOrder() {
		if list := in.letters[p.Num]; len(list) > 0 {
			node, err := wire.ParseNodeID(p.Node)
			if err != nil {
				return err
			}
			if _, err := in.t.Enqueue(in.k.self, p.Num, node, list); err != nil {
				return err
			}
		}
	}
	for _, r := range in.receipts {
		if err := in.t.ConfirmReceipt(in.p.Num, r); err != nil {
			return err
		}
	}
	return nil
}

// release takes up what waited in quarantine for a group that is known now, and
// tells the senders.
func (in *intake) release() error {
	after := int64(0)
	for {
		list, err := in.t.WaitingFor(wire.ReasonGroup, after, 100)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, w := range list {
			after = w.Num
			if err := in.releaseOne(w); err != nil {
				return err
			}
		}
	}
}

func (in *intake) releaseOne(w store.Waiting) error {
	m, err := wire.ParseMessage(w.Raw)
	if err != nil {
		return nil
	}
	from := in.k.peers[m.From]
	other := *in
	other.p = from
	item, why, err := other.takeUp(m)
	in.sums = in.sums || other.sums
	if err != nil || why == wire.ReasonGroup {
		return err
	}
	if why != "" {
		return in.t.Settle(w.Num, 0, why)
	}
	return in.settle(w, m.From, item)
}

// Taken implements exchange.Archive.
func (x *Exchange) Taken(ctx context.Context, peer wire.NodeID, places []wire.Cursor) ([]wire.Cursor, error) {
	_, p, err := x.peer(ctx, peer)
	if err != nil {
		return nil, err
	}
	return x.d.store.Taken(ctx, p.Num, places)
}

// Batch implements exchange.Archive.
func (x *Exchange) Batch(ctx context.Context, peer wire.NodeID, after wire.Cursor) (*wire.Kept, error) {
	_, p, err := x.peer(ctx, peer)
	if err != nil {
		return nil, err
	}
	return x.d.store.KeptBatch(ctx, p.Num, after)
}

// Issued implements exchange.Archive.
func (x *Exchange) Issued(ctx context.Context, peer wire.NodeID, after wire.Cursor, n int) ([]*wire.Receipt, error) {
	_, p, err := x.peer(ctx, peer)
	if err != nil {
		return nil, err
	}
	return x.d.store.Issued(ctx, p.Num, after, n)
}
