package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"strings"
	"time"

	"paiza/wire"
)

const receiptColumns = "num, peer, ours, denial, event, epoch, first, last, hash, at, official, digest, raw"

// What a receipt of a peer is worth, in column denial.
const (
	receiptGood    = 0
	receiptOther   = 1 // of another chain than the log: proves nothing
	receiptDenying = 2 // sets aside what an earlier one took up
	receiptEarly   = 3 // of a place that is not in the log (yet)
	receiptPast    = 4 // of what was replaced in the log
	receiptDead    = 5 // of this node, under a key that was revoked from before
)

var insertReceipt = insertText("receipt", strings.Split(receiptColumns, ", ")) +
	" ON CONFLICT (peer, ours, digest) DO UPDATE SET num = excluded.num, denial = excluded.denial"

func (t *Tx) insertReceipt(peer int64, ours bool, denial int64, r *wire.Receipt) error {
	num, err := t.next("receipt", 1)
	if err != nil {
		return err
	}
	_, err = t.exec(insertReceipt,
		num, peer, flag(ours), denial, string(r.Event), int64(r.Epoch), int64(r.First), int64(r.Last), r.Hash[:], r.At.UnixMilli(), r.Official, receiptDigest(r), r.Bytes())
	return err
}

func receiptDigest(r *wire.Receipt) []byte {
	sum := sha256.Sum256(r.Bytes())
	return sum[:]
}

// KeepIssued keeps receipts that this node signed for a peer's log.
func (t *Tx) KeepIssued(peer int64, receipts []*wire.Receipt) error {
	var last int64
	for _, r := range receipts {
		if err := t.insertReceipt(peer, false, receiptGood, r); err != nil {
			return err
		}
		last = max(last, r.At.UnixMilli())
	}
	_, err := t.exec("UPDATE inlog SET stated = $1 WHERE peer = $2 AND stated < $3", last, peer, last)
	return err
}

// IssuedSince gives the receipts that this node signed for a peer's log from a
// moment on and that count, in the order in which it did.
func (t *Tx) IssuedSince(peer int64, at time.Time) (out []*wire.Receipt, err error) {
	err = t.each(func(row scanner) error {
		r, err := scanReceipt(row)
		out = append(out, r)
		return err
	}, "SELECT raw FROM receipt WHERE peer = $1 AND ours = 0 AND denial = 0 AND at >= $2 ORDER BY num", peer, at.UnixMilli())
	return out, err
}

// Replace keeps a receipt in the place of one of this node whose key was revoked.
func (t *Tx) Replace(peer int64, dead, by *wire.Receipt) error {
	if _, err := t.exec("UPDATE receipt SET denial = $1 WHERE peer = $2 AND ours = 0 AND digest = $3", int64(receiptDead), peer, receiptDigest(dead)); err != nil {
		return err
	}
	return t.KeepIssued(peer, []*wire.Receipt{by})
}

// Stating is the time of a receipt for a peer's log that is signed now: never
// before that of an earlier one, because readers take the latest for what is so.
func (t *Tx) Stating(peer int64, now time.Time) (time.Time, error) {
	var last int64
	err := t.row("SELECT stated FROM inlog WHERE peer = $1", peer).Scan(&last)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if at := fromMilli(last); at.After(now) {
		return at, err
	}
	return now, err
}

// Confirmed is what Confirm did.
type Confirmed struct {
	Fresh   int // receipts that were not here
	Denials int // of those, how many deny the log or an earlier one
}

// Confirm keeps how far the peer has the log for him, and his receipts. A peer
// who has less than he had proven was put back to before: what he stated of the
// rest he will state anew.
func (t *Tx) Confirm(peer int64, have wire.Cursor, receipts []*wire.Receipt) (c Confirmed, err error) {
	if err := t.Counters("receipt"); err != nil { // before the log, as in a commit
		return c, err
	}
	st, err := t.lockOutlog(peer)
	if err != nil {
		return c, err
	}
	if have != st.Have {
		if _, err := t.exec("UPDATE outlog SET have_epoch = $1, have_seq = $2, have_hash = $3 WHERE peer = $4", int64(have.Epoch), int64(have.Seq), have.Hash[:], peer); err != nil {
			return c, err
		}
	}
	if have.Compare(st.Proven) < 0 {
		if _, err := t.exec("UPDATE outlog SET proven_epoch = $1, proven_seq = $2, proven_hash = $3, stale = (SELECT value FROM counter WHERE name = 'receipt') WHERE peer = $4",
			int64(have.Epoch), int64(have.Seq), have.Hash[:], peer); err != nil {
			return c, err
		}
		st.Proven = have
	}
	return c, t.confirm(peer, st.Proven, receipts, &c)
}

// ConfirmReceipt keeps a receipt that came as a message.
func (t *Tx) ConfirmReceipt(peer int64, r *wire.Receipt) error {
	if err := t.Counters("receipt"); err != nil { // before the log, as in a commit
		return err
	}
	st, err := t.lockOutlog(peer)
	if err != nil {
		return err
	}
	return t.confirm(peer, st.Proven, []*wire.Receipt{r}, &Confirmed{})
}

func (t *Tx) confirm(peer int64, proven wire.Cursor, receipts []*wire.Receipt, c *Confirmed) error {
	moved := false
	for _, r := range receipts {
		was := int64(-1)
		err := t.row("SELECT denial FROM receipt WHERE peer = $1 AND ours = 1 AND digest = $2", peer, receiptDigest(r)).Scan(&was)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if was == receiptOther {
			continue
		}
		is := was
		if was < 0 || was == receiptEarly || was == receiptPast {
			if is, err = t.worth(peer, r); err != nil {
				return err
			}
			c.Fresh++
		}
		if is == receiptOther || is == receiptDenying && was != is {
			c.Denials++
		}
		if err := t.insertReceipt(peer, true, is, r); err != nil {
			return err
		}
		moved = moved || is == receiptGood || is == receiptDenying
	}
	if !moved {
		return nil
	}
	return t.advanceProven(peer, proven)
}

// worth holds a receipt against the log and against what the same peer stated
// before.
func (t *Tx) worth(peer int64, r *wire.Receipt) (int64, error) {
	var hash []byte
	err := t.row("SELECT hash FROM outbox WHERE peer = $1 AND epoch = $2 AND seq = $3", peer, int64(r.Epoch), int64(r.Last)).Scan(&hash)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return receiptEarly, nil
	case err != nil:
		return 0, err
	case string(hash) != string(r.Hash[:]):
		return receiptOther, nil
	}
	is := int64(receiptGood)
	err = t.each(func(row scanner) error {
		old, err := scanReceipt(row)
		if err == nil && r.Contradicts(old) != nil {
			is = receiptDenying
		}
		return err
	}, "SELECT raw FROM receipt WHERE peer = $1 AND ours = 1 AND denial IN (0, 2) AND epoch = $2 AND last >= $3 AND first <= $4", peer, int64(r.Epoch), int64(r.First), int64(r.Last))
	return is, err
}

// outlive sets receipts aside that speak of what followed a place in the log and
// was replaced there: another message may stand under the same number.
func (t *Tx) outlive(peer int64, fork wire.Cursor) error {
	_, err := t.exec("UPDATE receipt SET denial = $1 WHERE peer = $2 AND ours = 1 AND denial IN (0, 2) AND (epoch, last) > ($3, $4)",
		int64(receiptPast), peer, int64(fork.Epoch), int64(fork.Seq))
	return err
}

// reconfirm looks again at the receipts that came before their place was back, and
// at those that spoke of another chain than the one that was here.
func (t *Tx) reconfirm(peer int64, proven wire.Cursor) error {
	// One that spoke of another chain may speak of what is there now.
	if _, err := t.exec("UPDATE receipt SET denial = 3 WHERE peer = $1 AND ours = 1 AND denial = 1", peer); err != nil {
		return err
	}
	var early []*wire.Receipt
	err := t.each(func(row scanner) error {
		r, err := scanReceipt(row)
		early = append(early, r)
		return err
	}, "SELECT raw FROM receipt WHERE peer = $1 AND ours = 1 AND denial = 3 ORDER BY num", peer)
	if err != nil {
		return err
	}
	return t.confirm(peer, proven, early, &Confirmed{})
}

func scanReceipt(row scanner) (*wire.Receipt, error) {
	var raw []byte
	if err := row.Scan(&raw); err != nil {
		return nil, err
	}
	return wire.ParseReceipt(raw)
}

// advanceProven moves the proven part on, from receipt to receipt and from epoch
// to epoch.
func (t *Tx) advanceProven(peer int64, at wire.Cursor) error {
	from := at
	for {
		next, err := t.reached(peer, at)
		if err != nil {
			return err
		}
		if next == at {
			break
		}
		at = next
	}
	if at == from {
		return nil
	}
	_, err := t.exec("UPDATE outlog SET proven_epoch = $1, proven_seq = $2, proven_hash = $3 WHERE peer = $4", int64(at.Epoch), int64(at.Seq), at.Hash[:], peer)
	return err
}

const reaching = "SELECT epoch, last, hash FROM receipt WHERE peer = $1 AND ours = 1 AND denial IN (0, 2) AND num > (SELECT stale FROM outlog WHERE outlog.peer = receipt.peer) AND event = $2 AND epoch = $3 AND last > $4 AND first <= $5 ORDER BY last DESC LIMIT 1"

// reached is how far one receipt takes the proven part on from a place.
func (t *Tx) reached(peer int64, at wire.Cursor) (wire.Cursor, error) {
	var p place
	err := t.row(reaching, peer, string(wire.EventContentConsignment), int64(at.Epoch), int64(at.Seq), int64(at.Seq)+1).Scan(p.into()...)
	if err == nil {
		return p.cursor(), nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return at, err
	}
	list, err := epochs(t.ctx, t.conn, peer)
	if err != nil {
		return at, err
	}
	for _, e := range list {
		if e.Base != at || e.Epoch <= at.Epoch {
			continue
		}
		err := t.row(reaching, peer, string(wire.EventContentConsignment), int64(e.Epoch), int64(0), int64(1)).Scan(p.into()...)
		if err == nil {
			return p.cursor(), nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return at, err
		}
	}
	return at, nil
}

// Issued gives receipts that this node signed for a peer's log and that speak of
// messages after the place, in the order of the log, at most n.
func (s *Store) Issued(ctx context.Context, peer int64, after wire.Cursor, n int) (out []*wire.Receipt, err error) {
	err = each(ctx, s.read, func(row scanner) error {
		r, err := scanReceipt(row)
		out = append(out, r)
		return err
	}, "SELECT raw FROM receipt WHERE peer = $1 AND ours = 0 AND denial = 0 AND event = $2 AND (epoch, last) > ($3, $4) ORDER BY epoch, last, num LIMIT $5",
		peer, string(wire.EventContentConsignment), int64(after.Epoch), int64(after.Seq), int64(n))
	return out, err
}

// ReceiptsOf gives the receipts that speak of a message, oldest first: of the
// log to the peer when ours is true, else of his. denials are those that deny
// others; one can be both.
func (s *Store) ReceiptsOf(ctx context.Context, peer int64, ours bool, epoch, seq uint64) (good, denials []*wire.Receipt, err error) {
	return s.ReceiptsIn(ctx, peer, ours, epoch, seq, seq)
}

// ReceiptsIn gives the receipts that speak of any message of a part of a log, as
// ReceiptsOf does.
func (s *Store) ReceiptsIn(ctx context.Context, peer int64, ours bool, epoch, first, last uint64) (good, denials []*wire.Receipt, err error) {
	return s.receipts(ctx, "peer = $1 AND ours = $2 AND epoch = $3 AND last >= $4 AND first <= $5", peer, flag(ours), int64(epoch), int64(first), int64(last))
}

// AllReceipts gives every receipt of a peer on the log to him, as ReceiptsOf
// does.
func (s *Store) AllReceipts(ctx context.Context, peer int64) (good, denials []*wire.Receipt, err error) {
	return s.receipts(ctx, "peer = $1 AND ours = 1", peer)
}

func (s *Store) receipts(ctx context.Context, which string, args ...any) (good, denials []*wire.Receipt, err error) {
	err = each(ctx, s.read, func(row scanner) error {
		var denial int64
		var raw []byte
		if err := row.Scan(&denial, &raw); err != nil {
			return err
		}
		r, err := wire.ParseReceipt(raw)
		if denial == receiptGood || denial == receiptDenying {
			good = append(good, r)
		}
		if denial == receiptOther || denial == receiptDenying {
			denials = append(denials, r)
		}
		return err
	}, "SELECT denial, raw FROM receipt WHERE "+which+" ORDER BY at, num", args...)
	return good, denials, err
}

// Digests gives the digests of the messages after one number of a log, up to
// another: of the log to the peer when ours is true, else of his.
func (s *Store) Digests(ctx context.Context, peer int64, ours bool, epoch, after, last uint64) (out []wire.Hash, err error) {
	table := "inbox"
	if ours {
		table = "outbox"
	}
	err = each(ctx, s.read, func(r scanner) error {
		var digest []byte
		var h wire.Hash
		err := r.Scan(&digest)
		copy(h[:], digest)
		out = append(out, h)
		return err
	}, "SELECT digest FROM "+table+" WHERE peer = $1 AND epoch = $2 AND seq > $3 AND seq <= $4 ORDER BY seq", peer, int64(epoch), int64(after), int64(last))
	return out, err
}
