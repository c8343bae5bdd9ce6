package desk

import (
	"context"
	"time"

	"paiza"
	"paiza/internal/store"
)

// MessageFilter narrows what came or went; empty fields do not.
type MessageFilter struct {
	Kind   string // seizure, alert, note
	Peer   string
	Desk   string // agency to which it is addressed; only for what came
	Unread bool   // only what the reader has not opened; without Kind, alerts and notes
	Before int64  // Num of the last one of the page before
	Size   int
}

// Message is a record that came from another node, or one of this node that went
// to others, with what a list shows of it.
type Message struct {
	Num      int64 // in the order of the list
	Kind, ID string
	Peer     string // node that it came from
	Desk     string // agency to which it is addressed; empty for the node
	At       time.Time
	Version  uint64
	Opened   bool // by the reader
	Gone     bool // taken back from everybody
	Handling paiza.Handling
	Exercise bool
	Urgency  paiza.Urgency // of an alert
	Title    string        // of an alert or a note
	Author   string        // of a note
	Files    int           // of a note
	Seizure  paiza.Seizure // where it is one
	Sent     []paiza.Delivery
}

// Subject names the record, such as note/5.
func (m *Message) Subject() string { return m.Kind + "/" + m.ID }

// readers are the conditions under which the actor may read records of other
// nodes, by kind; a kind that he has no right to is missing.
func (d *Desk) readers(who paiza.Actor) store.Readers {
	out := store.Readers{}
	for kind, right := range map[string]paiza.Right{"seizure": paiza.RightReadSeizure, "alert": paiza.RightReadAlert, "note": paiza.RightReadMessage} {
		if allow(who, right) == nil {
			out[kind] = d.may(who, right)
		}
	}
	return out
}

// unreadKinds are the kinds that wait for a person until he opens them. Seizures come
// in bulk and are read in lists.
var unreadKinds = []string{"alert", "note"}

func (f MessageFilter) forStore(who paiza.Actor) store.MessageFilter {
	out := store.MessageFilter{Peer: f.Peer, Desk: f.Desk, Person: who.ID, Unread: f.Unread, Before: f.Before, Limit: min(max(f.Size, 1), 200)}
	switch {
	case f.Kind != "":
		out.Kinds = []string{f.Kind}
	case f.Unread:
		out.Kinds = unreadKinds
	}
	return out
}

// Received lists the records of other nodes that the actor may read, the newest
// first. The origins of those that are shown for the first time are told that
// their desk has been. next is Before of the page after, 0 when there is none.
func (d *Desk) Received(ctx context.Context, who paiza.Actor, f MessageFilter) (list []Message, next int64, err error) {
	if err := allow(who, paiza.RightReadMessage); err != nil {
		return nil, 0, err
	}
	rows, err := d.store.Received(ctx, f.forStore(who), d.readers(who))
	if err != nil {
		return nil, 0, err
	}
	shown := map[string][]string{}
	for _, r := range rows {
		m, err := d.message(ctx, r)
		if err != nil {
			return nil, 0, err
		}
		list = append(list, m)
		shown[m.Kind] = append(shown[m.Kind], m.ID)
	}
	for kind, ids := range shown {
		if err := d.notified(ctx, who, kind, ids); err != nil {
			return nil, 0, err
		}
	}
	return list, following(rows, f.Size), nil
}

// Dispatched lists the records of this node that the actor may read and that
// went to other nodes, with what became of them there; those that went first
// stand last.
func (d *Desk) Dispatched(ctx context.Context, who paiza.Actor, f MessageFilter) (list []Message, next int64, err error) {
	if err := allow(who, paiza.RightReadMessage); err != nil {
		return nil, 0, err
	}
	rows, err := d.store.Dispatched(ctx, f.forStore(who), d.readers(who))
	if err != nil {
		return nil, 0, err
	}
	for _, r := range rows {
		m, err := d.message(ctx, r)
		if err != nil {
			return nil, 0, err
		}
		if m.Sent, err = d.latest(ctx, r.Item); err != nil {
			return nil, 0, err
		}
		if len(m.Sent) > 0 {
			m.At = m.Sent[0].Queued
		}
		list = append(list, m)
	}
	return list, following(rows, f.Size), nil
}

func following(rows []store.Message, size int) int64 {
	if n := len(rows); n > 0 && n == min(max(size, 1), 200) {
		return rows[n-1].Num
	}
	return 0
}

// latest is what became of the last version of a record at each peer.
func (d *Desk) latest(ctx context.Context, item int64) ([]paiza.Delivery, error) {
	all, err := d.store.Sendings(ctx, item)
	if err != nil {
		return nil, err
	}
	at := map[int64]int{}
	var last []store.Sending
	for _, s := range all { // the newest last
		i, ok := at[s.Peer]
		if !ok {
			at[s.Peer] = len(last)
			last = append(last, s)
			continue
		}
		last[i] = s
	}
	out := make([]paiza.Delivery, len(last))
	for i := range last {
		if err := d.became(ctx, &last[i]); err != nil {
			return nil, err
		}
		out[i] = last[i].Delivery
	}
	return out, nil
}

// message reads what a list shows of a record. Who may read it was asked in the
// query.
func (d *Desk) message(ctx context.Context, r store.Message) (Message, error) {
	m := Message{Num: r.Num, Kind: r.Kind, ID: r.Record, Peer: r.Peer, Desk: r.Desk, At: r.Received, Version: r.Version, Opened: r.Opened, Gone: r.Gone}
	switch r.Kind {
	case "seizure":
		z, err := d.store.Seizure(ctx, r.Record)
		m.Seizure, m.Handling = z, z.Handling
		return m, err
	case "alert":
		a, err := d.store.Alert(ctx, r.Record)
		m.Title, m.Handling, m.Exercise, m.Urgency = a.Title, a.Handling, a.Exercise, a.Urgency
		return m, err
	}
	n, err := d.store.Note(ctx, r.Record)
	if err != nil {
		return m, err
	}
	m.Title, m.Handling, m.Exercise, m.Author = n.Title, n.Handling, n.Exercise, n.Author
	files, err := d.store.FilesOf(ctx, r.Item)
	m.Files = len(files)
	return m, err
}

// Unread counts the alerts and notes of other nodes that the actor may read and
// has not opened: what waits for a person. It is 0 for who may not read messages.
func (d *Desk) Unread(ctx context.Context, who paiza.Actor) (int, error) {
	if allow(who, paiza.RightReadMessage) != nil {
		return 0, nil
	}
	return d.store.Unread(ctx, who.ID, unreadKinds, d.readers(who))
}

// Thread lists a note's conversation, the oldest first, as far as the actor may
// read it: the note with which it began and all that answer.
func (d *Desk) Thread(ctx context.Context, who paiza.Actor, n paiza.DeskNote) ([]paiza.DeskNote, error) {
	if err := allow(who, paiza.RightReadMessage); err != nil {
		return nil, err
	}
	return d.store.Thread(ctx, n, d.may(who, paiza.RightReadMessage))
}
