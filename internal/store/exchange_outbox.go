package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"paiza"
	"paiza/wire"
)

const (
	outlogColumns = "peer, head_epoch, head_seq, head_hash, have_epoch, have_seq, have_hash, proven_epoch, proven_seq, proven_hash, stale"
	outboxColumns = "peer, epoch, seq, prev, hash, digest, raw, withheld, type, item, version, created"
)

var outboxNames = strings.Split(outboxColumns, ", ")

var insertOutbox = insertText("outbox", outboxNames)

// place receives the three columns of a place in a log.
type place struct {
	epoch, seq int64
	hash       []byte
}

func (p *place) into() []any { return []any{&p.epoch, &p.seq, &p.hash} }

func (p *place) cursor() (c wire.Cursor) {
	c.Epoch, c.Seq = uint64(p.epoch), uint64(p.seq)
	copy(c.Hash[:], p.hash)
	return c
}

// Outgoing is a content on its way into the logs of peers.
type Outgoing struct {
	Type    string
	Item    int64 // subject it speaks of, 0 for none
	Version uint64
	Content []byte // encoded
	At      time.Time
}

// LogState is how far the log for a peer goes.
func (s *Store) LogState(ctx context.Context, peer int64) (wire.LogState, error) {
	st, err := logState(s.read.QueryRowContext(ctx, selectOutlog, peer))
	return st, diskError(err)
}

const selectOutlog = "SELECT head_epoch, head_seq, head_hash, have_epoch, have_seq, have_hash, proven_epoch, proven_seq, proven_hash FROM outlog WHERE peer = $1"

func logState(row scanner) (wire.LogState, error) {
	var head, have, proven place
	err := row.Scan(append(append(head.into(), have.into()...), proven.into()...)...)
	return wire.LogState{Head: head.cursor(), Have: have.cursor(), Proven: proven.cursor()}, err
}

// lockOutlog reads the state of a log and keeps others from appending until the
// transaction ends.
func (t *Tx) lockOutlog(peer int64) (wire.LogState, error) {
	if err := t.writeEnd(peer); err != nil {
		return wire.LogState{}, err
	}
	return logState(t.row(selectOutlog+t.s.engine.forUpdate("outlog"), peer))
}

// logEnd is where the next message of a log goes, after what a transaction has
// appended to it.
type logEnd struct {
	peer  int64
	head  wire.Cursor
	epoch wire.Epoch // the newest
}

// end locks a log, reads its end once for the transaction, and begins its first
// epoch. It counts until lockOutlog: who changes a log otherwise, reads it anew.
func (t *Tx) end(peer int64) (logEnd, error) {
	if at := t.endAt(peer); at >= 0 {
		return t.ends[at], nil
	}
	st, err := t.lockOutlog(peer)
	if err != nil {
		return logEnd{}, err
	}
	e := logEnd{peer: peer, head: st.Head}
	e.epoch, err = t.lastEpoch(peer)
	if errors.Is(err, sql.ErrNoRows) {
		e.epoch.Epoch = wire.NewEpoch(0, 0)
		err = t.openEpoch(peer, e.epoch.Epoch, e.epoch.Base)
	}
	return e, err
}

// endAt is where the end of a log stands in ends, -1 for nowhere.
func (t *Tx) endAt(peer int64) int {
	return slices.IndexFunc(t.ends, func(e logEnd) bool { return e.peer == peer })
}

// writeEnd writes how far a log goes now, if the transaction has appended to it.
func (t *Tx) writeEnd(peer int64) error {
	at := t.endAt(peer)
	if at < 0 {
		return nil
	}
	e := t.ends[at]
	t.ends = slices.Delete(t.ends, at, at+1)
	return t.setHead(peer, e.head)
}

// writeEnds does so for all logs, at the end of the transaction.
func (t *Tx) writeEnds() error {
	slices.SortFunc(t.ends, func(a, b logEnd) int { return int(a.peer - b.peer) })
	for len(t.ends) > 0 {
		if err := t.writeEnd(t.ends[0].peer); err != nil {
			return err
		}
	}
	return nil
}

// Heads is the end of the log for each peer, for processes that look whether
// another has written.
func (s *Store) Heads(ctx context.Context) (map[string]wire.Cursor, error) {
	out := map[string]wire.Cursor{}
	err := each(ctx, s.read, func(r scanner) error {
		var node string
		var p place
		if err := r.Scan(append([]any{&node}, p.into()...)...); err != nil {
			return err
		}
		out[node] = p.cursor()
		return nil
	}, "SELECT p.node, l.head_epoch, l.head_seq, l.head_hash FROM outlog l JOIN peer p ON p.num = l.peer")
	return out, err
}

// Enqueue appends contents to the log for a peer, in their order, and gives the
// log's new end. Whoever queues for several peers does it in the order of their
// numbers, so that two acts never wait for each other.
func (t *Tx) Enqueue(self wire.NodeID, peer int64, to wire.NodeID, list []Outgoing) (wire.Cursor, error) {
	e, err := t.end(peer)
	if err != nil || len(list) == 0 {
		return e.head, err
	}
	t.grown = append(t.grown, to)
	rows := make([][]any, len(list))
	for i, o := range list {
		prev := e.head.Hash
		if e.epoch.Last == 0 {
			prev = wire.Start(self, to, e.epoch.Epoch, e.epoch.Base)
		}
		e.epoch.Last++
		raw := wire.Place(o.Content, self, to, e.epoch.Epoch, e.epoch.Last, prev)
		digest := wire.Digest(raw)
		e.head = wire.Cursor{Epoch: e.epoch.Epoch, Seq: e.epoch.Last, Hash: wire.Next(prev, e.epoch.Epoch, e.epoch.Last, digest)}
		rows[i] = []any{peer, int64(e.head.Epoch), int64(e.head.Seq), bytesOf(prev), bytesOf(e.head.Hash), bytesOf(digest), raw, "", o.Type, o.Item, int64(o.Version), o.At.UnixMilli()}
	}
	if len(rows) == 1 {
		_, err = t.exec(insertOutbox, rows[0]...)
	} else {
		err = t.insertMany("outbox", outboxNames, rows)
	}
	if err != nil {
		return e.head, err
	}
	if at := t.endAt(peer); at >= 0 {
		t.ends[at] = e
	} else {
		t.ends = append(t.ends, e)
	}
	return e.head, nil
}

// bytesOf gives a copy of a hash, for a row.
func bytesOf(h wire.Hash) []byte { return append([]byte(nil), h[:]...) }

// insertMany writes rows the fastest way that the engine has.
func (t *Tx) insertMany(table string, columns []string, rows [][]any) error {
	if t.s.engine == postgres && len(rows) > 4 {
		return copyRows(t.ctx, t.raw, table, columns, rows)
	}
	return t.insertRows(table, columns, rows)
}

// Grown are the peers whose logs this act has appended to.
func (t *Tx) Grown() []wire.NodeID { return t.grown }

func (t *Tx) openEpoch(peer int64, epoch uint64, base wire.Cursor) error {
	if err := t.writeEnd(peer); err != nil {
		return err
	}
	_, err := t.exec("INSERT INTO outepoch (peer, epoch, base_epoch, base_seq, base_hash, last) VALUES ($1, $2, $3, $4, $5, $6)",
		peer, int64(epoch), int64(base.Epoch), int64(base.Seq), base.Hash[:], int64(0))
	return err
}

func (t *Tx) lastEpoch(peer int64) (e wire.Epoch, err error) {
	var number, last int64
	var b place
	err = t.row("SELECT epoch, last, base_epoch, base_seq, base_hash FROM outepoch WHERE peer = $1 ORDER BY epoch DESC LIMIT 1", peer).
		Scan(append([]any{&number, &last}, b.into()...)...)
	return wire.Epoch{Epoch: uint64(number), Base: b.cursor(), Last: uint64(last)}, err
}

func (t *Tx) setHead(peer int64, head wire.Cursor) error {
	if _, err := t.exec("UPDATE outlog SET head_epoch = $1, head_seq = $2, head_hash = $3 WHERE peer = $4", int64(head.Epoch), int64(head.Seq), head.Hash[:], peer); err != nil {
		return err
	}
	if head.Epoch == 0 {
		return nil
	}
	_, err := t.exec("UPDATE outepoch SET last = $1 WHERE peer = $2 AND epoch = $3", int64(head.Seq), peer, int64(head.Epoch))
	return err
}

// OutRow is a row of a log with what the guard at the exit needs to know.
type OutRow struct {
	wire.Row
	Type string
}

// OutRows gives the rows of a log after a place, in order, of one epoch, at most
// n and ending when they have reached size bytes. The place must be in the log.
func (s *Store) OutRows(ctx context.Context, peer int64, after wire.Cursor, n, size int) ([]OutRow, error) {
	tx, err := s.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	if after != (wire.Cursor{}) {
		var hash []byte
		err := tx.QueryRowContext(ctx, "SELECT hash FROM outbox WHERE peer = $1 AND epoch = $2 AND seq = $3", peer, int64(after.Epoch), int64(after.Seq)).Scan(&hash)
		if errors.Is(err, sql.ErrNoRows) || err == nil && string(hash) != string(after.Hash[:]) {
			return nil, &wire.Refusal{Reason: wire.ReasonFork, Detail: "the place is not in the log"}
		}
		if err != nil {
			return nil, diskError(err)
		}
	}
	for _, where := range []string{"epoch = $2 AND seq > $3", "epoch > $2 AND $3 >= 0"} {
		out, err := outRows(ctx, tx, peer, where, after, n, size)
		if err != nil || len(out) > 0 {
			return out, err
		}
	}
	return nil, nil
}

func outRows(ctx context.Context, q querier, peer int64, where string, after wire.Cursor, n, size int) ([]OutRow, error) {
	rows, err := q.QueryContext(ctx, "SELECT epoch, seq, hash, prev, digest, raw, withheld, type FROM outbox WHERE peer = $1 AND "+where+" ORDER BY epoch, seq LIMIT "+strconv.Itoa(n),
		peer, int64(after.Epoch), int64(after.Seq))
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []OutRow
	for size > 0 && rows.Next() {
		var r OutRow
		var p place
		var prev, digest []byte
		if err := rows.Scan(append(p.into(), &prev, &digest, &r.Raw, &r.Withheld, &r.Type)...); err != nil {
			return nil, err
		}
		r.Cursor = p.cursor()
		copy(r.Prev[:], prev)
		if len(out) > 0 && out[0].Epoch != r.Epoch {
			break
		}
		size -= len(r.Raw)
		if r.Withheld != "" {
			r.Item = wire.Item{Withheld: r.Withheld}
			copy(r.Digest[:], digest)
		}
		out = append(out, r)
	}
	return out, diskError(rows.Err())
}

// Withhold keeps that a message goes without its content.
func (t *Tx) Withhold(peer int64, at wire.Cursor, reason wire.Reason) error {
	_, err := t.exec("UPDATE outbox SET withheld = $1 WHERE peer = $2 AND epoch = $3 AND seq = $4", string(reason), peer, int64(at.Epoch), int64(at.Seq))
	return err
}

// Epochs lists the epochs of the log for a peer.
func (s *Store) Epochs(ctx context.Context, peer int64) ([]wire.Epoch, error) {
	return epochs(ctx, s.read, peer)
}

func epochs(ctx context.Context, q querier, peer int64) (out []wire.Epoch, err error) {
	err = each(ctx, q, func(r scanner) error {
		var e, last int64
		var b place
		if err := r.Scan(append([]any{&e, &last}, b.into()...)...); err != nil {
			return err
		}
		out = append(out, wire.Epoch{Epoch: uint64(e), Base: b.cursor(), Last: uint64(last)})
		return nil
	}, "SELECT epoch, last, base_epoch, base_seq, base_hash FROM outepoch WHERE peer = $1 ORDER BY epoch", peer)
	return out, err
}

// Sent gives places of the log for a peer with their hashes; zero where it has
// no such place.
func (s *Store) Sent(ctx context.Context, peer int64, places []wire.Cursor) ([]wire.Cursor, error) {
	return s.hashes(ctx, "outbox", peer, places)
}

func (s *Store) hashes(ctx context.Context, table string, peer int64, places []wire.Cursor) ([]wire.Cursor, error) {
	out := make([]wire.Cursor, len(places))
	st, err := s.read.PrepareContext(ctx, "SELECT hash FROM "+table+" WHERE peer = $1 AND epoch = $2 AND seq = $3")
	if err != nil {
		return nil, diskError(err)
	}
	defer st.Close()
	for i, p := range places {
		out[i] = wire.Cursor{Epoch: p.Epoch, Seq: p.Seq}
		var hash []byte
		err := st.QueryRowContext(ctx, peer, int64(p.Epoch), int64(p.Seq)).Scan(&hash)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, diskError(err)
		}
		copy(out[i].Hash[:], hash)
	}
	return out, nil
}

// OutMessage gives the bytes of one message of the log for a peer, and why it is
// withheld.
func (s *Store) OutMessage(ctx context.Context, peer int64, at wire.Cursor) (raw []byte, withheld wire.Reason, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT raw, withheld FROM outbox WHERE peer = $1 AND epoch = $2 AND seq = $3", peer, int64(at.Epoch), int64(at.Seq)).Scan(&raw, &withheld)
	if errors.Is(err, sql.ErrNoRows) {
		err = paiza.NotFound("message", strconv.FormatUint(at.Seq, 10))
	}
	return raw, withheld, diskError(err)
}
