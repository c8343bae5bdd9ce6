package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"paiza"
	"paiza/wire"
)

const itemColumns = "num, origin, name, kind, record, version, gone, again, content"

var insertItem = insertText("item", strings.Split(itemColumns, ", "))

// Item is what messages speak of: a subject of this node or of another. Its name
// is its owner's and for ever; Kind and Record say what it is here.
type Item struct {
	Num     int64
	Origin  string // node; empty for this one
	Name    string // kind and a random id at the owner
	Kind    string // seizure, alert, note
	Record  int64  // its number here; 0 when there is no record of it
	Version uint64 // the latest
	Gone    bool   // the latest version is a tombstone
	Content []byte // of the latest version, encoded; empty when it lies in a log for a peer, or nowhere
	fresh   bool   // it has a number and no row yet
}

// Subject is the item's name on this node, such as seizure/12.
func (i *Item) Subject() string { return i.Kind + "/" + strconv.FormatInt(i.Record, 10) }

func scanItem(row scanner) (Item, error) {
	var i Item
	var version, gone, again int64
	err := row.Scan(&i.Num, &i.Origin, &i.Name, &i.Kind, &i.Record, &version, &gone, &again, &i.Content)
	i.Version, i.Gone = uint64(version), gone != 0
	return i, err
}

const selectItem = "SELECT " + itemColumns + " FROM item "

// ItemNamed finds a subject by its owner and its name there; found is false when
// it is not known.
func (t *Tx) ItemNamed(origin, name string) (i Item, found bool, err error) {
	i, err = scanItem(t.row(selectItem+"WHERE origin = $1 AND name = $2", origin, name))
	if errors.Is(err, sql.ErrNoRows) {
		return i, false, nil
	}
	return i, err == nil, err
}

// Item reads a subject by its number.
func (t *Tx) Item(num int64) (Item, error) { return scanItem(t.row(selectItem+"WHERE num = $1", num)) }

// ItemOf finds the subject that a record here is.
func (t *Tx) ItemOf(kind string, record int64) (i Item, found bool, err error) {
	i, err = scanItem(t.row(selectItem+"WHERE kind = $1 AND record = $2", kind, record))
	if errors.Is(err, sql.ErrNoRows) {
		return i, false, nil
	}
	return i, err == nil, err
}

// ItemOf finds the subject that a record here is.
func (s *Store) ItemOf(ctx context.Context, kind string, record int64) (i Item, found bool, err error) {
	i, err = scanItem(s.read.QueryRowContext(ctx, selectItem+"WHERE kind = $1 AND record = $2", kind, record))
	if errors.Is(err, sql.ErrNoRows) {
		return i, false, nil
	}
	return i, err == nil, diskError(err)
}

// ItemNamed finds a subject by its owner and its name there.
func (s *Store) ItemNamed(ctx context.Context, origin, name string) (i Item, found bool, err error) {
	i, err = scanItem(s.read.QueryRowContext(ctx, selectItem+"WHERE origin = $1 AND name = $2", origin, name))
	if errors.Is(err, sql.ErrNoRows) {
		return i, false, nil
	}
	return i, err == nil, diskError(err)
}

// NumberItem gives a new subject its number. KeepItem writes its row.
func (t *Tx) NumberItem(i *Item) (err error) {
	i.Num, err = t.number("item")
	i.fresh = true
	return err
}

// KeepItem writes what may change of a subject, or all of a new one.
func (t *Tx) KeepItem(i *Item) error {
	if i.fresh {
		i.fresh = false
		_, err := t.exec(insertItem, i.Num, i.Origin, i.Name, i.Kind, i.Record, int64(i.Version), flag(i.Gone), int64(0), bytesOr(i.Content))
		return err
	}
	_, err := t.exec("UPDATE item SET record = $1, version = $2, gone = $3, content = $4 WHERE num = $5", i.Record, int64(i.Version), flag(i.Gone), bytesOr(i.Content), i.Num)
	return err
}

// ContentOf gives the content of the latest version of a subject of this node,
// encoded; empty when none is kept.
func (t *Tx) ContentOf(i *Item) ([]byte, error) {
	if len(i.Content) > 0 {
		return i.Content, nil
	}
	// Of one version one peer can have been told that it is taken back, and another
	// what it says.
	is := " <> "
	if i.Gone {
		is = " = "
	}
	var raw []byte
	err := t.row("SELECT raw FROM outbox WHERE item = $1 AND version = $2 AND type"+is+"$3 ORDER BY peer LIMIT 1", i.Num, int64(i.Version), wire.TypeTombstone).Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return wire.ContentOf(raw)
}

// AddVersion notes that a version of a subject has a content. known is what was
// noted of that version before: nothing, this content, or another one.
func (t *Tx) AddVersion(item int64, version uint64, content wire.Hash) error {
	_, err := t.exec("INSERT INTO item_version (item, version, hash) VALUES ($1, $2, $3) ON CONFLICT (item, version, hash) DO NOTHING", item, int64(version), content[:])
	return err
}

// HasVersion reports whether a version of a subject is known, and whether with
// this content.
func (t *Tx) HasVersion(item int64, version uint64, content wire.Hash) (any, same bool, err error) {
	err = t.each(func(r scanner) error {
		var hash []byte
		if err := r.Scan(&hash); err != nil {
			return err
		}
		any = true
		same = same || string(hash) == string(content[:])
		return nil
	}, "SELECT hash FROM item_version WHERE item = $1 AND version = $2", item, int64(version))
	return any, same, err
}

// MarkAgain notes that everybody who has a subject needs a new version of it.
func (t *Tx) MarkAgain(item int64, again bool) error {
	_, err := t.exec("UPDATE item SET again = $1 WHERE num = $2", flag(again), item)
	return err
}

// Again lists the subjects that MarkAgain marked, at most n.
func (t *Tx) Again(n int) ([]Item, error) {
	return t.items("WHERE again = 1 ORDER BY num LIMIT $1", int64(n))
}

// Audience is one peer that has a subject of this node, by which group, and for
// which desk.
type Audience struct {
	Peer  int64
	Node  string
	Party string // UUID of the group; empty when it was sent to the peer himself
	Desk  string
	Gone  bool // he was told that it is withdrawn
}

// AddAudience notes that a peer has a subject now.
func (t *Tx) AddAudience(item int64, a Audience) error {
	_, err := t.exec(`INSERT INTO audience (item, peer, party, desk, gone) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (item, peer) DO UPDATE SET party = excluded.party, desk = excluded.desk, gone = excluded.gone`, item, a.Peer, a.Party, a.Desk, flag(a.Gone))
	return err
}

// AudienceOf lists who has a subject of this node, in the order of their
// numbers.
func (t *Tx) AudienceOf(item int64) (out []Audience, err error) {
	err = t.each(func(r scanner) error {
		var a Audience
		var gone int64
		err := r.Scan(&a.Peer, &a.Node, &a.Party, &a.Desk, &gone)
		a.Gone = gone != 0
		out = append(out, a)
		return err
	}, "SELECT a.peer, p.node, a.party, a.desk, a.gone FROM audience a JOIN peer p ON p.num = a.peer WHERE a.item = $1 ORDER BY a.peer", item)
	return out, err
}

// PartyItems lists the subjects of this node that went to a group, with the
// members who have them.
func (t *Tx) PartyItems(party string) ([]Item, error) {
	return t.items("WHERE num IN (SELECT item FROM audience WHERE party <> '' AND party = $1) ORDER BY num", party)
}

// ItemsOfImport lists the subjects of this node that are rows of an import.
func (t *Tx) ItemsOfImport(importNum int64) ([]Item, error) {
	return t.items("WHERE kind = 'seizure' AND origin = '' AND gone = 0 AND record IN (SELECT num FROM seizure WHERE import = $1) ORDER BY num", importNum)
}

// ItemsReplaced lists the subjects of this node that a later edition of an import
// has replaced and that peers still have.
func (t *Tx) ItemsReplaced() ([]Item, error) {
	return t.items("WHERE num IN (SELECT i.num FROM item i JOIN seizure z ON z.num = i.record WHERE i.kind = 'seizure' AND i.origin = '' AND i.gone = 0 AND z.superseded > 0) ORDER BY num")
}

// items lists the subjects that a condition names.
func (t *Tx) items(which string, args ...any) (out []Item, err error) {
	err = t.each(func(r scanner) error {
		i, err := scanItem(r)
		out = append(out, i)
		return err
	}, selectItem+which, args...)
	return out, err
}

// Opened notes that an official opened a version; false when he had before.
func (t *Tx) Opened(item int64, version uint64, person string, at int64) (bool, error) {
	res, err := t.exec("INSERT INTO opening (item, version, person, at) VALUES ($1, $2, $3, $4) ON CONFLICT (item, version, person) DO NOTHING", item, int64(version), person, at)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// HasOpened reports whether an official opened a version before.
func (s *Store) HasOpened(ctx context.Context, item int64, version uint64, person string) (bool, error) {
	var n int
	err := s.read.QueryRowContext(ctx, "SELECT count(*) FROM opening WHERE item = $1 AND version = $2 AND person = $3", item, int64(version), person).Scan(&n)
	return n > 0, diskError(err)
}

// ArrivedAt gives the place at which a version of a subject of another node came.
func (t *Tx) ArrivedAt(item int64, version uint64) (peer int64, at wire.Cursor, found bool, err error) {
	var p place
	err = t.row("SELECT peer, epoch, seq, hash FROM inbox WHERE item = $1 AND version = $2 AND refused = '' ORDER BY num LIMIT 1", item, int64(version)).
		Scan(append([]any{&peer}, p.into()...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, at, false, nil
	}
	return peer, p.cursor(), err == nil, err
}

// Sending is one version of a subject in the log for a peer.
type Sending struct {
	Peer int64
	paiza.Delivery
}

// Sendings lists where the versions of a subject of this node stand in the logs,
// the newest last.
func (s *Store) Sendings(ctx context.Context, item int64) (out []Sending, err error) {
	err = each(ctx, s.read, func(r scanner) error {
		var x Sending
		var epoch, seq, haveEpoch, haveSeq int64
		if err := r.Scan(&x.Peer, &x.Delivery.Peer, &x.Name, &x.Version, &x.Type, &epoch, &seq, (*asTime)(&x.Queued), &x.Withheld, &haveEpoch, &haveSeq); err != nil {
			return err
		}
		x.Epoch, x.Seq = uint64(epoch), uint64(seq)
		x.Taken = epoch < haveEpoch || epoch == haveEpoch && seq <= haveSeq
		out = append(out, x)
		return nil
	}, `SELECT o.peer, p.node, p.name, o.version, o.type, o.epoch, o.seq, o.created, o.withheld, l.have_epoch, l.have_seq
		FROM outbox o JOIN peer p ON p.num = o.peer JOIN outlog l ON l.peer = o.peer WHERE o.item = $1 ORDER BY o.version, p.name, o.epoch, o.seq`, item)
	return out, err
}

// SendingsTo lists the newest messages in the log for a peer before a place; the
// zero place begins at the end.
func (s *Store) SendingsTo(ctx context.Context, peer int64, before wire.Cursor, n int) (out []Sending, err error) {
	if before == (wire.Cursor{}) {
		before.Epoch = 1<<63 - 1
	}
	err = each(ctx, s.read, func(r scanner) error {
		var x Sending
		var epoch, seq, haveEpoch, haveSeq int64
		if err := r.Scan(&x.Peer, &x.Delivery.Peer, &x.Name, &x.Version, &x.Type, &epoch, &seq, (*asTime)(&x.Queued), &x.Withheld, &haveEpoch, &haveSeq); err != nil {
			return err
		}
		x.Epoch, x.Seq = uint64(epoch), uint64(seq)
		x.Taken = epoch < haveEpoch || epoch == haveEpoch && seq <= haveSeq
		out = append(out, x)
		return nil
	}, `SELECT o.peer, p.node, p.name, o.version, o.type, o.epoch, o.seq, o.created, o.withheld, l.have_epoch, l.have_seq
		FROM outbox o JOIN peer p ON p.num = o.peer JOIN outlog l ON l.peer = o.peer
		WHERE o.peer = $1 AND (o.epoch, o.seq) < ($2, $3) ORDER BY o.epoch DESC, o.seq DESC LIMIT $4`,
		peer, int64(before.Epoch), int64(before.Seq), int64(n))
	return out, err
}

// RecordVersion is the version of a seizure or an alert as it is now, and keeps
// it so until the transaction ends.
func (t *Tx) RecordVersion(kind, id string) (int64, error) {
	num, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0, paiza.NotFound(kind, id)
	}
	var v int64
	query := "SELECT version FROM alert WHERE withdrawn = 0 AND num = $1" + t.s.engine.forUpdate("alert")
	if kind == "seizure" {
		query = "SELECT changes + 1 FROM seizure WHERE superseded = 0 AND num = $1" + t.s.engine.forUpdate("seizure")
	}
	err = t.row(query, num).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, paiza.NotFound(kind, id)
	}
	return v, err
}
