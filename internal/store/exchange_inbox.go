package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"paiza"
	"paiza/wire"
)

const inboxColumns = "num, peer, epoch, seq, hash, digest, raw, refused, type, item, version, desk, exercise, received, notified"

// Have is how far a peer's log is here.
func (s *Store) Have(ctx context.Context, peer int64) (wire.Cursor, error) {
	var p place
	err := s.read.QueryRowContext(ctx, "SELECT epoch, seq, hash FROM inlog WHERE peer = $1", peer).Scan(p.into()...)
	return p.cursor(), diskError(err)
}

// LockInlog reads how far a peer's log is here and keeps others from taking more
// of it in until the transaction ends.
func (t *Tx) LockInlog(peer int64) (wire.Cursor, error) {
	var p place
	err := t.row("SELECT epoch, seq, hash FROM inlog WHERE peer = $1"+t.s.engine.forUpdate("inlog"), peer).Scan(p.into()...)
	return p.cursor(), err
}

// Incoming is a message of a peer's log with what became of it.
type Incoming struct {
	wire.OpenedItem
	Item int64 // subject it speaks of here, 0 for none or for one set aside
}

// KeepInbox keeps messages of a peer's log in their order and how far it is here
// now.
func (t *Tx) KeepInbox(peer int64, list []Incoming, have wire.Cursor, at time.Time) error {
	last, err := t.next("inbox", int64(len(list)))
	if err != nil {
		return err
	}
	rows := make([][]any, len(list))
	for i := range list {
		in := &list[i]
		num := last - int64(len(list)-1-i)
		typ, desk, version, exercise := "", "", int64(0), int64(0)
		if m := in.Message; m != nil {
			typ, desk, version, exercise = m.Type, m.Desk, int64(m.Version), flag(m.Exercise)
		}
		rows[i] = []any{num, peer, int64(in.Epoch), int64(in.Seq), in.Hash[:], in.Digest[:], bytesOr(in.Raw), string(in.Refused), typ, in.Item, version, desk,
			exercise, at.UnixMilli(), int64(0)}
	}
	if err := t.insertMany("inbox", strings.Split(inboxColumns, ", "), rows); err != nil {
		return err
	}
	_, err = t.exec("UPDATE inlog SET epoch = $1, seq = $2, hash = $3 WHERE peer = $4", int64(have.Epoch), int64(have.Seq), have.Hash[:], peer)
	return err
}

// KeepEvidence keeps the signed header of a batch.
func (t *Tx) KeepEvidence(peer int64, e *wire.Evidence) error {
	_, err := t.exec("INSERT INTO inbatch (peer, epoch, last, first, evidence) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (peer, epoch, last) DO NOTHING",
		peer, int64(e.Epoch), int64(e.Last()), int64(e.First), e.Bytes())
	return err
}

// Waiting is a message in quarantine.
type Waiting struct {
	Num  int64
	Peer int64
	wire.Cursor
	Raw []byte
}

// WaitingFor lists messages that were set aside for a reason, the oldest first,
// after a number, at most n.
func (t *Tx) WaitingFor(reason wire.Reason, after int64, n int) (out []Waiting, err error) {
	err = t.each(func(r scanner) error {
		var w Waiting
		var p place
		if err := r.Scan(append(append([]any{&w.Num, &w.Peer}, p.into()...), &w.Raw)...); err != nil {
			return err
		}
		w.Cursor = p.cursor()
		out = append(out, w)
		return nil
	}, "SELECT num, peer, epoch, seq, hash, raw FROM inbox WHERE refused <> '' AND refused = $1 AND num > $2 ORDER BY num LIMIT $3", string(reason), after, int64(n))
	return out, err
}

// SetAside is why a message of a peer's log lies in quarantine, with the chain
// hash there; empty when it does not, or is not here.
func (t *Tx) SetAside(peer int64, epoch, seq uint64) (why wire.Reason, hash wire.Hash, err error) {
	var h []byte
	err = t.row("SELECT refused, hash FROM inbox WHERE peer = $1 AND epoch = $2 AND seq = $3", peer, int64(epoch), int64(seq)).Scan(&why, &h)
	if errors.Is(err, sql.ErrNoRows) {
		return "", hash, nil
	}
	copy(hash[:], h)
	return why, hash, err
}

// Settle keeps what became of a message that waited.
func (t *Tx) Settle(num, item int64, refused wire.Reason) error {
	_, err := t.exec("UPDATE inbox SET refused = $1, item = $2 WHERE num = $3", string(refused), item, num)
	return err
}

// Taken gives places of a peer's log with their hashes; zero where there is
// nothing here.
func (s *Store) Taken(ctx context.Context, peer int64, places []wire.Cursor) ([]wire.Cursor, error) {
	return s.hashes(ctx, "inbox", peer, places)
}

// KeptBatch gives the batch of a peer's log with the message after the place.
func (s *Store) KeptBatch(ctx context.Context, peer int64, after wire.Cursor) (*wire.Kept, error) {
	tx, err := s.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	var raw []byte
	err = tx.QueryRowContext(ctx, "SELECT evidence FROM inbatch WHERE peer = $1 AND (epoch, last) > ($2, $3) ORDER BY epoch, last LIMIT 1",
		peer, int64(after.Epoch), int64(after.Seq)).Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &wire.Refusal{Reason: wire.ReasonAbsent, Detail: "nothing follows the place"}
	}
	if err != nil {
		return nil, diskError(err)
	}
	out := &wire.Kept{}
	if out.Evidence, err = wire.ParseEvidence(raw); err != nil {
		return nil, err
	}
	return out, each(ctx, tx, func(r scanner) error {
		var digest, raw []byte
		if err := r.Scan(&digest, &raw); err != nil {
			return err
		}
		it := wire.Item{Raw: raw}
		if len(raw) == 0 {
			it = wire.Item{Withheld: wire.ReasonWithheld}
			copy(it.Digest[:], digest)
		}
		out.Items = append(out.Items, it)
		return nil
	}, "SELECT digest, raw FROM inbox WHERE peer = $1 AND epoch = $2 AND seq BETWEEN $3 AND $4 ORDER BY seq",
		peer, int64(out.Evidence.Epoch), int64(out.Evidence.First), int64(out.Evidence.Last()))
}

// EvidenceOf gives the signed header of the batch that a message came in.
func (s *Store) EvidenceOf(ctx context.Context, peer int64, epoch, seq uint64) ([]byte, error) {
	var raw []byte
	err := s.read.QueryRowContext(ctx, "SELECT evidence FROM inbatch WHERE peer = $1 AND epoch = $2 AND last >= $3 AND first <= $4 ORDER BY last LIMIT 1",
		peer, int64(epoch), int64(seq), int64(seq)).Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, paiza.NotFound("message", strconv.FormatUint(seq, 10))
	}
	return raw, diskError(err)
}

// ArrivalFilter narrows a list of what came.
type ArrivalFilter struct {
	Peer    int64 // 0 for all
	Refused bool  // only quarantine
	Item    int64 // only of one subject; 0 for all
	Before  int64 // number of the last one of the page before; 0 for the first page
	Limit   int
}

// NumberedArrival is a message that came, with its number here.
type NumberedArrival struct {
	Num int64
	paiza.Arrival
	Kind   string
	Record int64
}

// Arrivals lists messages of peers as they lie here, newest first.
func (s *Store) Arrivals(ctx context.Context, f ArrivalFilter) (out []NumberedArrival, err error) {
	w := &where{}
	switch {
	case f.Peer != 0 && f.Refused:
		w.add("inbox.peer + 0 = %s", f.Peer) // by the index of what is set aside
	case f.Peer != 0:
		w.add("inbox.peer = %s", f.Peer)
	}
	if f.Item != 0 {
		w.add("inbox.item = %s", f.Item)
	}
	if f.Before != 0 {
		w.add("inbox.num < %s", f.Before)
	}
	if f.Refused {
		w.text = append(w.text, "inbox.refused <> ''")
	}
	err = each(ctx, s.read, func(r scanner) error {
		var a NumberedArrival
		var epoch, seq int64
		if err := r.Scan(&a.Num, &a.Peer, &epoch, &seq, (*asTime)(&a.Received), &a.Type, &a.Version, &a.Desk, &a.Refused, (*asTime)(&a.Notified), &a.Kind, &a.Record); err != nil {
			return err
		}
		a.Epoch, a.Seq = uint64(epoch), uint64(seq)
		if a.Record != 0 {
			a.Subject = a.Kind + "/" + strconv.FormatInt(a.Record, 10)
		}
		out = append(out, a)
		return nil
	}, `SELECT inbox.num, peer.node, inbox.epoch, inbox.seq, inbox.received, inbox.type, inbox.version, inbox.desk, inbox.refused, inbox.notified,
		coalesce(item.kind, ''), coalesce(item.record, 0)
		FROM inbox JOIN peer ON peer.num = inbox.peer LEFT JOIN item ON item.num = inbox.item`+w.String()+" ORDER BY inbox.num DESC LIMIT "+strconv.Itoa(f.Limit), w.args...)
	return out, err
}

// InMessage is one message of a peer's log as it lies here.
type InMessage struct {
	wire.Cursor
	Raw     []byte
	Refused wire.Reason
}

// InMessages gives messages of a peer's log after a place, in order, at most n.
func (s *Store) InMessages(ctx context.Context, peer int64, after wire.Cursor, n int) (out []InMessage, err error) {
	err = each(ctx, s.read, func(r scanner) error {
		var m InMessage
		var p place
		if err := r.Scan(append(p.into(), &m.Raw, &m.Refused)...); err != nil {
			return err
		}
		m.Cursor = p.cursor()
		if len(m.Raw) == 0 {
			m.Raw = nil
		}
		out = append(out, m)
		return nil
	}, "SELECT epoch, seq, hash, raw, refused FROM inbox WHERE peer = $1 AND (epoch, seq) > ($2, $3) ORDER BY epoch, seq LIMIT $4",
		peer, int64(after.Epoch), int64(after.Seq), int64(n))
	return out, err
}

// Unnotified lists the messages about records of a kind of which the officials
// of their desks were not told yet.
func (s *Store) Unnotified(ctx context.Context, kind string, records []int64) (out []Waiting, err error) {
	if len(records) == 0 {
		return nil, nil
	}
	w := &where{text: []string{"item.origin <> ''", "inbox.notified = 0", "inbox.refused = ''"}}
	w.add("item.kind = %s", kind)
	marks := make([]string, len(records))
	for i, r := range records {
		marks[i] = w.arg(r)
	}
	w.text = append(w.text, "item.record IN ("+strings.Join(marks, ", ")+")")
	err = each(ctx, s.read, func(r scanner) error {
		var x Waiting
		var p place
		if err := r.Scan(append([]any{&x.Num, &x.Peer}, p.into()...)...); err != nil {
			return err
		}
		x.Cursor = p.cursor()
		out = append(out, x)
		return nil
	}, "SELECT inbox.num, inbox.peer, inbox.epoch, inbox.seq, inbox.hash FROM item JOIN inbox ON inbox.item = item.num"+w.String()+" ORDER BY inbox.peer, inbox.num", w.args...)
	return out, err
}

// SetNotified keeps when the officials of a desk were told of a message.
func (t *Tx) SetNotified(num int64, at time.Time) error {
	_, err := t.exec("UPDATE inbox SET notified = $1 WHERE num = $2", at.UnixMilli(), num)
	return err
}
