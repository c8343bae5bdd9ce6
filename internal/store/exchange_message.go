package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"

	"paiza"
	"paiza/internal/access"
)

// Readers are the conditions under which a person may read records, by their
// kind: seizure, alert, note.
type Readers map[string]access.Expr

// MessageFilter narrows a list of what came or went. Empty fields do not.
type MessageFilter struct {
	Kinds  []string
	Peer   string
	Desk   string // agency to which it is addressed; only for what came
	Person string // who looks: whether he has opened it
	Unread bool   // only what he has not
	Before int64  // number of the last one of the page before
	Limit  int
}

// Message is a record that came from a peer, or one of this node that went to
// some.
type Message struct {
	Num     int64 // in the order of the list
	Item    int64
	Kind    string
	Record  string
	Version uint64
	Gone    bool
	Opened  bool // by who looks, in this version
	paiza.Arrival
}

// readable is the condition that a person may read the record that an item is.
func (w *where) readable(may Readers, kinds []string) {
	var any []string
	for _, kind := range []string{"seizure", "alert", "note"} {
		e, ok := may[kind]
		if !ok || len(kinds) > 0 && !has(kinds, kind) {
			continue
		}
		rest := w.text
		w.text = []string{kind + ".num = item.record"}
		if kind == "seizure" {
			w.text = append(w.text, visible)
		}
		w.may(kind, e, false)
		// Joined to a text the kind is no reason for SQLite to begin with all of it.
		any = append(any, "item.kind || '' = "+w.arg(kind)+" AND EXISTS (SELECT 1 FROM "+kind+" WHERE "+strings.Join(w.text, " AND ")+")")
		w.text = rest
	}
	if len(any) == 0 {
		any = []string{"1 = 0"}
	}
	w.text = append(w.text, "("+strings.Join(any, " OR ")+")")
}

func has(list []string, v string) bool {
	for _, one := range list {
		if one == v {
			return true
		}
	}
	return false
}

// unreadReach is how many of the newest arrivals of a kind are looked at for what
// a person has not opened: who has read all of a million would wait for each.
const unreadReach = 1000

// received is the condition of a list of what came. opened says whether the
// person has opened it.
func (f *MessageFilter) received(may Readers) (w *where, opened string) {
	w = &where{}
	opened = "EXISTS (SELECT 1 FROM opening o WHERE o.item = item.num AND o.version = item.version AND o.person = " + w.arg(f.Person) + ")"
	w.text = []string{"item.num = inbox.item", "peer.num = inbox.peer", "item.origin <> ''", "item.record <> 0", "item.gone = 0", "inbox.refused = ''",
		"inbox.num = (SELECT max(b.num) FROM inbox b WHERE b.item = item.num AND b.version = item.version AND b.refused = '')"}
	w.readable(may, f.Kinds)
	if len(f.Kinds) == 1 {
		w.add("inbox.type = %s", f.Kinds[0])
	}
	if f.Peer != "" {
		w.add("inbox.peer = (SELECT num FROM peer WHERE node = %s)", f.Peer)
	}
	if f.Desk != "" {
		w.add("inbox.desk = %s", f.Desk)
	}
	if f.Unread {
		w.text = append(w.text, "NOT "+opened)
		w.add("inbox.num >= (SELECT coalesce(min(num), 0) FROM (SELECT num FROM inbox WHERE type = %s ORDER BY num DESC LIMIT "+strconv.Itoa(unreadReach)+") newest)", f.Kinds[0])
	}
	if f.Before != 0 {
		w.add("inbox.num < %s", f.Before)
	}
	return w, opened
}

// fromInbox is in an order that SQLite keeps to: the newest arrivals first, and
// what belongs to each of them.
const fromInbox = " FROM inbox CROSS JOIN item CROSS JOIN peer"

// Received lists the records of peers that a person may read, each once by the
// arrival of its latest version, newest first. Of what he has not opened it names
// what is among the newest of each kind, and asks for Kinds.
func (s *Store) Received(ctx context.Context, f MessageFilter, may Readers) (out []Message, err error) {
	if len(f.Kinds) > 1 {
		for _, kind := range f.Kinds {
			one := f
			one.Kinds = []string{kind}
			list, err := s.Received(ctx, one, may)
			if err != nil {
				return nil, err
			}
			out = append(out, list...)
		}
		slices.SortFunc(out, func(a, b Message) int { return cmp.Compare(b.Num, a.Num) })
		return out[:min(len(out), f.Limit)], nil
	}
	w, opened := f.received(may)
	err = each(ctx, s.read, func(r scanner) error {
		var m Message
		var record, version, seen int64
		if err := r.Scan(&m.Num, &m.Item, &m.Kind, &record, &version, &m.Peer, &m.Desk, (*asTime)(&m.Received), (*asTime)(&m.Notified), &m.Type, &seen); err != nil {
			return err
		}
		m.Record, m.Version, m.Arrival.Version, m.Opened = strconv.FormatInt(record, 10), uint64(version), version, seen != 0
		out = append(out, m)
		return nil
	}, "SELECT inbox.num, item.num, item.kind, item.record, item.version, peer.node, inbox.desk, inbox.received, inbox.notified, inbox.type, CASE WHEN "+opened+
		" THEN 1 ELSE 0 END"+fromInbox+w.String()+" ORDER BY inbox.num DESC LIMIT "+strconv.Itoa(f.Limit), w.args...)
	return out, err
}

// Unread counts the records of peers, of the given kinds, that a person may read
// and has not opened, among the newest of each kind.
func (s *Store) Unread(ctx context.Context, person string, kinds []string, may Readers) (sum int, err error) {
	for _, kind := range kinds {
		w, _ := (&MessageFilter{Kinds: []string{kind}, Person: person, Unread: true}).received(may)
		var n int
		if err := s.read.QueryRowContext(ctx, "SELECT count(*)"+fromInbox+w.String(), w.args...).Scan(&n); err != nil {
			return 0, diskError(err)
		}
		sum += n
	}
	return sum, nil
}

// Dispatched lists the records of this node that went to peers and that a person
// may read, those that went first last.
func (s *Store) Dispatched(ctx context.Context, f MessageFilter, may Readers) (out []Message, err error) {
	w := &where{text: []string{"item.origin = ''", "item.record <> 0"}}
	w.readable(may, f.Kinds)
	if f.Peer != "" {
		w.add("item.num IN (SELECT a.item FROM audience a JOIN peer p ON p.num = a.peer WHERE p.node = %s)", f.Peer)
	}
	if f.Before != 0 {
		w.add("item.num < %s", f.Before)
	}
	err = each(ctx, s.read, func(r scanner) error {
		var m Message
		var record, version, gone int64
		if err := r.Scan(&m.Num, &m.Kind, &record, &version, &gone); err != nil {
			return err
		}
		m.Item, m.Record, m.Version, m.Gone = m.Num, strconv.FormatInt(record, 10), uint64(version), gone != 0
		out = append(out, m)
		return nil
	}, "SELECT item.num, item.kind, item.record, item.version, item.gone FROM item"+s.engine.by("item_sent")+w.String()+" ORDER BY item.num DESC LIMIT "+strconv.Itoa(f.Limit), w.args...)
	return out, err
}

// OpeningsOf says which officials of this node opened a subject, by its version.
func (s *Store) OpeningsOf(ctx context.Context, item int64) (map[int64][]paiza.Opening, error) {
	out := map[int64][]paiza.Opening{}
	err := each(ctx, s.read, func(r scanner) error {
		var version int64
		var o paiza.Opening
		err := r.Scan(&version, &o.Official, (*asTime)(&o.At))
		out[version] = append(out[version], o)
		return err
	}, "SELECT o.version, coalesce(p.name, ''), o.at FROM opening o LEFT JOIN person p ON p.id = o.person WHERE o.item = $1 ORDER BY o.at", item)
	return out, err
}

// WaitingAt finds one message in quarantine.
func (t *Tx) WaitingAt(peer int64, epoch, seq uint64) (w Waiting, err error) {
	var p place
	err = t.row("SELECT num, peer, epoch, seq, hash, raw FROM inbox WHERE peer = $1 AND epoch = $2 AND seq = $3 AND refused <> ''"+t.s.engine.forUpdate("inbox"),
		peer, int64(epoch), int64(seq)).Scan(append(append([]any{&w.Num, &w.Peer}, p.into()...), &w.Raw)...)
	w.Cursor = p.cursor()
	if errors.Is(err, sql.ErrNoRows) {
		err = paiza.NotFound("message", strconv.FormatUint(seq, 10))
	}
	return w, err
}

// FileBytes is how many bytes of files of a peer's messages this node keeps or
// fetches.
func (s *Store) FileBytes(ctx context.Context, peer int64) (n int64, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT coalesce(CAST(sum(size) AS BIGINT), 0) FROM file WHERE num IN (SELECT file FROM file_use WHERE peer = $1 AND incoming = 1 AND refused = '')", peer).Scan(&n)
	return n, diskError(err)
}

// DecisionsOn lists the acts of people on one subject, newest first: without
// those of the exchange itself, of which a peer has thousands.
func (s *Store) DecisionsOn(ctx context.Context, subject string, n int) ([]paiza.Act, error) {
	where := "subject = $1 AND actor <> 'exchange'"
	if strings.HasPrefix(subject, "peer/") {
		where += " AND substr(subject, 1, 5) = 'peer/'" // as the index act_decision has it
	}
	return s.acts(ctx, "SELECT "+actColumns+" FROM act WHERE "+where+" ORDER BY seq DESC LIMIT "+strconv.Itoa(n), subject)
}
