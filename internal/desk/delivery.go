package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/store"
	"paiza/wire"
)

// ItemTimeline says what became of a record at everybody who has it: queued,
// taken, durable there, notified, opened by whom, or refused and why. Of a record
// of another node it says when its versions came.
type ItemTimeline struct {
	Subject    string
	Name       string // for ever, at its owner
	Origin     string // node; empty for this one
	Version    uint64
	Gone       bool // taken back from everybody
	Deliveries []paiza.Delivery
	Arrivals   []paiza.Arrival
}

// ItemTimeline reads it for a seizure, an alert or a note that the actor may
// read.
func (d *Desk) ItemTimeline(ctx context.Context, who paiza.Actor, subject string) (ItemTimeline, error) {
	i, err := d.itemFor(ctx, who, subject)
	out := ItemTimeline{Subject: subject, Name: i.Name, Origin: i.Origin, Version: i.Version, Gone: i.Gone}
	if err != nil {
		return out, err
	}
	sendings, err := d.store.Sendings(ctx, i.Num)
	if err != nil {
		return out, err
	}
	for _, s := range sendings {
		if err := d.became(ctx, &s); err != nil {
			return out, err
		}
		out.Deliveries = append(out.Deliveries, s.Delivery)
	}
	arrivals, err := d.store.Arrivals(ctx, store.ArrivalFilter{Item: i.Num, Limit: 500})
	if err != nil || i.Origin == "" {
		return out, err
	}
	opened, err := d.store.OpeningsOf(ctx, i.Num)
	for _, a := range arrivals {
		a.Opened = opened[a.Version]
		out.Arrivals = append(out.Arrivals, a.Arrival)
	}
	return out, err
}

// itemFor reads the item that a record is; not found when it never travelled.
func (d *Desk) itemFor(ctx context.Context, who paiza.Actor, subject string) (i store.Item, err error) {
	kind, id, _ := strings.Cut(subject, "/")
	if kind == "note" {
		_, err = d.noteFor(ctx, who, id)
	} else {
		var rec record
		if rec, err = d.record(ctx, subject); err == nil {
			right := reading[rec.object.Kind]
			if err = allow(who, right); err == nil {
				err = d.decide(who, right, rec.object, d.when(), kind, id)
			}
		}
	}
	if err != nil {
		return i, err
	}
	num, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return i, paiza.NotFound(kind, id)
	}
	i, found, err := d.store.ItemOf(ctx, kind, num)
	if err == nil && !found {
		err = &paiza.Error{Kind: paiza.ErrNotFound, Key: "exchange.never_sent"}
	}
	return i, err
}

// became reads what the receipts say of a message that was sent.
func (d *Desk) became(ctx context.Context, s *store.Sending) error {
	good, _, err := d.store.ReceiptsOf(ctx, s.Peer, true, s.Epoch, s.Seq)
	if err != nil {
		return err
	}
	relayed, err := d.store.RelayedIn(ctx, s.Delivery.Peer, s.Epoch, s.Seq, s.Seq)
	tell(s, good, relayed)
	return err
}

// becameAll is became for a part of the log for a peer, newest first, with one
// look at the receipts of each epoch.
func (d *Desk) becameAll(ctx context.Context, list []store.Sending) error {
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].Epoch == list[0].Epoch {
			n++
		}
		good, _, err := d.store.ReceiptsIn(ctx, list[0].Peer, true, list[0].Epoch, list[n-1].Seq, list[0].Seq)
		if err != nil {
			return err
		}
		relayed, err := d.store.RelayedIn(ctx, list[0].Delivery.Peer, list[0].Epoch, list[n-1].Seq, list[0].Seq)
		if err != nil {
			return err
		}
		for i := range list[:n] {
			tell(&list[i], good, relayed)
		}
		list = list[n:]
	}
	return nil
}

// tell writes to a message what receipts say of it, the relays' too.
func tell(s *store.Sending, receipts []*wire.Receipt, relayed []store.RelayedPart) {
	for _, x := range relayed {
		if x.First <= s.Seq && s.Seq <= x.Last {
			s.Relayed = append(s.Relayed, x.Relayed)
		}
	}
	for _, r := range receipts {
		covers, refused := r.Covers(s.Epoch, s.Seq)
		if !covers {
			continue
		}
		switch r.Event {
		case wire.EventContentConsignment:
			s.Taken, s.Durable, s.Refused = true, r.At, string(refused)
		case wire.EventContentConsignmentFailure:
			s.Refused = string(refused)
		case wire.EventContentConsignmentNotification:
			s.Notified = r.At
		case wire.EventContentHandover:
			// Whoever has revoked a key states anew what it had stated.
			if !slices.ContainsFunc(s.Opened, func(o paiza.Opening) bool { return o.Official == r.Official }) {
				s.Opened = append(s.Opened, paiza.Opening{Official: r.Official, At: r.At})
			}
		}
	}
}

// Outbox lists the newest messages in the log for a peer before a place; the zero
// place begins at the end. It shows what messages are and not what they say.
func (d *Desk) Outbox(ctx context.Context, who paiza.Actor, peer string, before wire.Cursor, n int) ([]paiza.Delivery, error) {
	p, err := d.peerToSee(ctx, who, peer)
	if err != nil {
		return nil, err
	}
	list, err := d.store.SendingsTo(ctx, p.Num, before, min(max(n, 1), 500))
	if err == nil {
		err = d.becameAll(ctx, list)
	}
	if err != nil {
		return nil, err
	}
	var out []paiza.Delivery
	for _, s := range list {
		out = append(out, s.Delivery)
	}
	return out, nil
}

func (d *Desk) peerToSee(ctx context.Context, who paiza.Actor, peer string) (store.Peer, error) {
	if allow(who, paiza.RightManagePeers) != nil && allow(who, paiza.RightReadMessage) != nil {
		return store.Peer{}, paiza.Forbidden(paiza.RightManagePeers)
	}
	return d.store.Peer(ctx, peer)
}

// Inbox lists the newest messages of a peer as they lie here, before a number; 0
// begins at the newest. next is the number for the page after, 0 when there is
// none. It shows what messages are and not what they say; the record that one
// became is named only to who may read it.
func (d *Desk) Inbox(ctx context.Context, who paiza.Actor, peer string, before int64, n int) (list []paiza.Arrival, next int64, err error) {
	return d.arrivals(ctx, who, peer, before, n, false)
}

// Quarantine lists the messages of a peer that were set aside, with the reason
// that he sees too.
func (d *Desk) Quarantine(ctx context.Context, who paiza.Actor, peer string, before int64, n int) (list []paiza.Arrival, next int64, err error) {
	return d.arrivals(ctx, who, peer, before, n, true)
}

func (d *Desk) arrivals(ctx context.Context, who paiza.Actor, peer string, before int64, n int, refused bool) (list []paiza.Arrival, next int64, err error) {
	p, err := d.peerToSee(ctx, who, peer)
	if err != nil {
		return nil, 0, err
	}
	n = min(max(n, 1), 500)
	rows, err := d.store.Arrivals(ctx, store.ArrivalFilter{Peer: p.Num, Refused: refused, Before: before, Limit: n})
	for _, a := range rows {
		if a.Subject != "" && !d.mayName(ctx, who, a.Subject) {
			a.Subject = ""
		}
		list = append(list, a.Arrival)
		next = a.Num
	}
	if len(rows) < n {
		next = 0
	}
	return list, next, err
}

// mayName reports whether the actor may read the record with the name.
func (d *Desk) mayName(ctx context.Context, who paiza.Actor, subject string) bool {
	if id, ok := strings.CutPrefix(subject, "note/"); ok {
		_, err := d.noteFor(ctx, who, id)
		return err == nil
	}
	rec, err := d.record(ctx, subject)
	return err == nil && access.Decide(who, reading[rec.object.Kind], rec.object, d.when()).Allow
}
