package desk

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// letter is what goes out of a subject: the same for everybody who has it.
type letter struct {
	Type        string
	Body        []byte
	TLP         paiza.TLP
	Purpose     paiza.Purpose
	Owner       string // agency
	Exercise    bool
	Causes      []wire.Cause
	Attachments []wire.Attachment
}

// statement is the content of a message that says something of nodes.
func statement(self wire.NodeID, typ string, body []byte, at time.Time) ([]byte, error) {
	c := wire.Content{Salt: wire.NewSalt(), Type: typ, Created: at, Body: body,
		Handling: wire.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeIntelligence, Owner: paiza.HomeAgency, Origin: self}}
	return c.Encode()
}

// tell writes a statement into the logs for peers, in the order of their
// numbers.
func (d *Desk) tell(t *store.Tx, k *community, typ string, body []byte, to ...store.Peer) error {
	slices.SortFunc(to, func(a, b store.Peer) int { return int(a.Num - b.Num) })
	for _, p := range to {
		node, err := wire.ParseNodeID(p.Node)
		if err != nil {
			return err
		}
		content, err := statement(k.self, typ, body, d.now())
		if err != nil {
			return err
		}
		if _, err := t.Enqueue(k.self, p.Num, node, []store.Outgoing{{Type: typ, Content: content, At: d.now()}}); err != nil {
			return err
		}
	}
	return nil
}

// reached are the peers for whom a message may be written now: those that are
// active, and those that are only paused, for whom it waits.
func (k *community) reached() []store.Peer {
	return slices.DeleteFunc(k.inOrder(), func(p store.Peer) bool { return p.Status != paiza.PeerActive && p.Status != paiza.PeerPaused })
}

// inOrder are all peers in the order of their numbers, in which logs are locked.
func (k *community) inOrder() []store.Peer {
	return slices.SortedFunc(maps.Values(k.peers), func(a, b store.Peer) int { return int(a.Num - b.Num) })
}

// audience is who a release names: one node, the node of a state, or the members
// of a group.
type audience struct {
	peers []store.Audience
	group *wire.Group
}

// audienceOf reads the audience of a release. file is true for a state of which
// no node is known here: its release is a file.
func (d *Desk) audienceOf(ctx context.Context, k *community, name string) (a audience, file bool, err error) {
	node, desk, _ := strings.Cut(strings.TrimPrefix(name, "node:"), "/")
	switch {
	case strings.HasPrefix(name, "node:"):
		id, err := wire.ParseNodeID(node)
		if err != nil {
			return a, false, fieldFault("audience", "error.choice_unknown")
		}
		p, ok := k.peers[id]
		if !ok || p.Status != paiza.PeerActive && p.Status != paiza.PeerPaused {
			return a, false, fieldFault("audience", "exchange.no_peer")
		}
		if desk != "" && !slices.ContainsFunc(k.histories[id].Latest().Authorities, func(x wire.Authority) bool { return x.Key == desk }) {
			return a, false, fieldFault("audience", "exchange.no_desk")
		}
		a.peers = []store.Audience{{Peer: p.Num, Node: p.Node, Desk: desk}}
		return a, false, nil
	case strings.HasPrefix(name, "group:"):
		return d.groupAudience(ctx, k, strings.TrimPrefix(name, "group:"))
	}
	for _, p := range k.reached() {
		if p.Body == name {
			a.peers = append(a.peers, store.Audience{Peer: p.Num, Node: p.Node})
		}
	}
	return a, len(a.peers) == 0, nil
}

func (d *Desk) groupAudience(ctx context.Context, k *community, id string) (a audience, file bool, err error) {
	g, err := d.store.LatestGroup(ctx, id)
	if errors.Is(err, paiza.ErrNotFound) {
		return a, false, fieldFault("audience", "error.choice_unknown")
	}
	if err != nil {
		return a, false, err
	}
	a.group = g
	for _, p := range k.reached() {
		if node, err := wire.ParseNodeID(p.Node); err == nil && g.Has(node) {
			a.peers = append(a.peers, store.Audience{Peer: p.Num, Node: p.Node, Party: id})
		}
	}
	if len(a.peers) == 0 {
		return a, false, paiza.Conflict("exchange.nobody", nil)
	}
	return a, false, nil
}

// travels says why a record with the handling may not leave the node.
func travels(h paiza.Handling) error {
	if h.TLP == paiza.TLPRed || h.TLP == paiza.TLPAmberStrict {
		return fieldFault("audience", "exchange.label_stays")
	}
	return nil
}

// send gives a record to peers, in the transaction of the act that decided it.
// When they get what others have, it keeps its version; when it has changed,
// everybody who has it gets the new one.
func (d *Desk) send(t *store.Tx, k *community, kind string, record int64, l letter, to []store.Audience) (store.Item, error) {
	i, found, err := t.ItemOf(kind, record)
	if err != nil {
		return i, err
	}
	if !found {
		return d.sendFirst(t, k, kind, record, l, to)
	}
	if to, err = d.widen(t, i.Num, to); err != nil {
		return i, err
	}
	if !i.Gone {
		if m, err := lastContent(t, &i); err == nil && m.Type == l.Type && bytes.Equal(m.Body, l.Body) && m.TLP == l.TLP && m.Purpose == l.Purpose {
			return i, d.sendAt(t, k, &i, i.Version, l, func(a store.Audience) bool {
				return slices.ContainsFunc(to, func(b store.Audience) bool { return b.Peer == a.Peer })
			})
		}
	}
	return i, d.sendVersion(t, k, &i, l, func(a store.Audience) bool { return !a.Gone })
}

// sendFirst gives a record to peers that nobody has yet.
func (d *Desk) sendFirst(t *store.Tx, k *community, kind string, record int64, l letter, to []store.Audience) (store.Item, error) {
	i := store.Item{Name: kind + "/" + subjectName(d.now()), Kind: kind, Record: record}
	if err := t.NumberItem(&i); err != nil {
		return i, err
	}
	for _, a := range to {
		if err := t.AddAudience(i.Num, a); err != nil {
			return i, err
		}
	}
	return i, d.deliver(t, k, &i, 1, l, slices.SortedFunc(slices.Values(to), func(a, b store.Audience) int { return int(a.Peer - b.Peer) }))
}

// widen adds peers to those who have a subject. Who had it for himself keeps it
// for himself: leaving a group does not take that back.
func (d *Desk) widen(t *store.Tx, item int64, to []store.Audience) ([]store.Audience, error) {
	list, err := t.AudienceOf(item)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(to)
	for i := range out {
		if at := slices.IndexFunc(list, func(a store.Audience) bool { return a.Peer == out[i].Peer }); at >= 0 && list[at].Party == "" && !list[at].Gone {
			out[i].Party = ""
		}
		if err := t.AddAudience(item, out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// subjectName is an id that no restore gives a second time, unlike the number of
// a record. Its first 48 bits are the time in milliseconds and the other 72 are
// random, as in a UUID of version 7 (RFC 9562 section 5.7): names of one time
// lie side by side in the index of every node that has them.
func subjectName(at time.Time) string {
	var b [15]byte
	binary.BigEndian.PutUint64(b[:], uint64(at.UnixMilli())<<16)
	rand.Read(b[6:])
	return strings.ToLower(base32.HexEncoding.EncodeToString(b[:])) // which keeps the order
}

// sendVersion writes the next version of a subject for those of its audience
// that which names.
func (d *Desk) sendVersion(t *store.Tx, k *community, i *store.Item, l letter, which func(store.Audience) bool) error {
	return d.sendAt(t, k, i, i.Version+1, l, which)
}

func (d *Desk) sendAt(t *store.Tx, k *community, i *store.Item, version uint64, l letter, which func(store.Audience) bool) error {
	list, err := t.AudienceOf(i.Num)
	if err != nil {
		return err
	}
	return d.deliver(t, k, i, version, l, slices.DeleteFunc(list, func(a store.Audience) bool { return !which(a) }))
}

// deliver writes a version of a subject into the logs for peers, in the order of
// their numbers.
func (d *Desk) deliver(t *store.Tx, k *community, i *store.Item, version uint64, l letter, to []store.Audience) error {
	now := d.now()
	first := true
	for _, a := range to {
		c := wire.Content{Salt: wire.NewSalt(), Type: l.Type, Desk: a.Desk, Subject: i.Name, Version: version, Causes: l.Causes, Created: now, Exercise: l.Exercise,
			Attachments: l.Attachments, Body: l.Body, Handling: wire.Handling{TLP: l.TLP, Purpose: l.Purpose, Owner: l.Owner, Origin: k.self}}
		if a.Party != "" {
			g, err := t.LatestGroup(a.Party)
			if err != nil {
				return err
			}
			c.Groups = []wire.GroupRef{g.Ref()}
		}
		raw, err := c.Encode()
		if err != nil {
			return paiza.Invalid("exchange.cannot_travel", nil)
		}
		if err := t.AddVersion(i.Num, version, wire.HashContent(raw)); err != nil {
			return err
		}
		to, err := wire.ParseNodeID(a.Node)
		if err != nil {
			return err
		}
		if _, err := t.Enqueue(k.self, a.Peer, to, []store.Outgoing{{Type: l.Type, Item: i.Num, Version: version, Content: raw, At: now}}); err != nil {
			return err
		}
		first, i.Content = false, nil // it lies in the log
		if gone := l.Type == wire.TypeTombstone; gone != a.Gone {
			a.Gone = gone
			if err := t.AddAudience(i.Num, a); err != nil {
				return err
			}
		}
	}
	if first && version == i.Version {
		return nil
	}
	if first { // nobody got it: what was said last stays
		content, err := t.ContentOf(i)
		if err != nil {
			return err
		}
		i.Content = content
	}
	i.Version = max(i.Version, version)
	return t.KeepItem(i)
}

// passOn gives everybody who has a record of this node what it is now. A record
// that was withdrawn, or that may not leave any more, is taken back from them.
func (d *Desk) passOn(ctx context.Context, t *store.Tx, kind, id string, l func() (letter, error), h paiza.Handling, withdrawn bool, reason string) error {
	record, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return err
	}
	i, found, err := t.ItemOf(kind, record)
	if err != nil || !found || i.Origin != "" || i.Gone {
		return err
	}
	k, err := d.node(ctx)
	if err != nil {
		return err
	}
	if withdrawn || travels(h) != nil {
		return d.recall(t, k, &i, h, reason, func(a store.Audience) bool { return !a.Gone })
	}
	out, err := l()
	if err != nil {
		return paiza.Invalid("exchange.cannot_travel", nil)
	}
	return d.sendVersion(t, k, &i, out, func(a store.Audience) bool { return !a.Gone })
}

// recall takes a subject back from those of its audience that which names. When
// nobody is left who has it, it is gone.
func (d *Desk) recall(t *store.Tx, k *community, i *store.Item, h paiza.Handling, reason string, which func(store.Audience) bool) error {
	body, err := (&wire.Tombstone{Reason: wire.OneLine(reason, 500)}).Encode()
	if err != nil {
		return err
	}
	kept, err := t.ContentOf(i)
	if err != nil {
		return err
	}
	demo := false
	if m, err := messageIn(kept); err == nil {
		demo = m.Exercise
	}
	l := letter{Type: wire.TypeTombstone, Body: body, TLP: paiza.TLPAmber, Purpose: h.Purpose, Owner: h.Owner, Exercise: demo}
	if err := d.sendVersion(t, k, i, l, which); err != nil {
		return err
	}
	list, err := t.AudienceOf(i.Num)
	if err != nil {
		return err
	}
	if i.Gone = !slices.ContainsFunc(list, func(a store.Audience) bool { return !a.Gone }); !i.Gone {
		i.Content = kept // the others still have what they had
	}
	return t.KeepItem(i)
}

// recallReplaced takes back from peers the rows that a later edition of their
// source has replaced. The row that stands in their place is released anew by
// whoever decides so.
func (d *Desk) recallReplaced(ctx context.Context, t *store.Tx) error {
	items, err := t.ItemsReplaced()
	if err != nil || len(items) == 0 {
		return err
	}
	k, err := d.node(ctx)
	if err != nil {
		return err
	}
	for _, i := range items {
		m, err := lastContent(t, &i)
		if err != nil {
			return err
		}
		h := paiza.Handling{Purpose: m.Purpose, Owner: m.Owner}
		if err := d.recall(t, k, &i, h, "replaced by a later edition", func(a store.Audience) bool { return !a.Gone }); err != nil {
			return err
		}
	}
	return nil
}

// letterOf is a seizure as it leaves.
func (d *Desk) letterOf(ctx context.Context, z paiza.Seizure) (letter, error) {
	body, err := wire.NewSeizureItem(z).Encode()
	if err != nil {
		return letter{}, err
	}
	demo, err := d.Demo(ctx)
	return letter{Type: wire.TypeSeizure, Body: body, TLP: z.Handling.TLP, Purpose: z.Handling.Purpose, Owner: z.Handling.Owner, Exercise: demo}, err
}

// letterOfAlert is an alert as it leaves.
func (d *Desk) letterOfAlert(ctx context.Context, a paiza.Alert) (letter, error) {
	demo, err := d.Demo(ctx)
	if err != nil {
		return letter{}, err
	}
	a.Exercise = a.Exercise || demo
	body, err := wire.NewAlertItem(a).Encode()
	if err != nil {
		return letter{}, err
	}
	return letter{Type: wire.TypeAlert, Body: body, TLP: a.Handling.TLP, Purpose: a.Handling.Purpose, Owner: a.Handling.Owner, Exercise: a.Exercise}, nil
}
