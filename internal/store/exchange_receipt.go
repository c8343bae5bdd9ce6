package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"strings"

	"paiza/wire"
)

const receiptColumns = "num, peer, ours, denial, event, epoch, first, last, hash, at, official, digest, raw"

// insertReceipt keeps a receipt once. ours says that it speaks of the log to the
// peer, and not of his; new is false when it was here.
func (t *Tx) insertReceipt(peer int64, ours, denial bool, r *wire.Receipt) (bool, error) {
	digest := receiptDigest(r)
	var n int
	if err := t.queryRow("SELECT count(*) FROM receipt WHERE peer = $1 AND ours = $2 AND digest = $3", peer, flag(ours), digest).Scan(&n); err != nil || n > 0 {
		return false, err
	}
	num, err := t.next("receipt", 1)
	if err != nil {
		return false, err
	}
	_, err = t.exec(insertText("receipt", strings.Split(receiptColumns, ", ")), num, peer, flag(ours), flag(denial), string(r.Event), int64(r.Epoch), int64(r.First),
		int64(r.Last), r.Hash[:], r.At.UnixMilli(), r.Official, digest, r.Bytes())
	return true, err
}

func receiptDigest(r *wire.Receipt) []byte {
	sum := sha256.Sum256(r.Bytes())
	return sum[:]
}

// KeepIssued keeps receipts that this node signed for a peer's log.
func (t *Tx) KeepIssued(peer int64, receipts []*wire.Receipt) error {
	for _, r := range receipts {
		if _, err := t.insertReceipt(peer, false, false, r); err != nil {
			return err
		}
	}
	return nil
}

// Confirm keeps how far the peer has the log for him, where have is not zero, and
// his receipts. It gives how many of them were new and how many of those deny
// the log or an earlier one.
func (t *Tx) Confirm(peer int64, have wire.Cursor, receipts []*wire.Receipt) (fresh, denials int, err error) {
	st, err := t.lockOutlog(peer)
	if err != nil {
		return 0, 0, err
	}
	for _, r := range receipts {
		denies, err := t.denies(peer, r)
		if err != nil {
			return 0, 0, err
		}
		isNew, err := t.insertReceipt(peer, true, denies, r)
		if err != nil {
			return 0, 0, err
		}
		if isNew {
			fresh++
		}
		if isNew && denies {
			denials++
		}
	}
	if have != st.Have {
		if _, err := t.exec("UPDATE outlog SET have_epoch = $1, have_seq = $2, have_hash = $3 WHERE peer = $4", int64(have.Epoch), int64(have.Seq), have.Hash[:], peer); err != nil {
			return 0, 0, err
		}
	}
	if fresh == denials {
		return fresh, denials, nil
	}
	return fresh, denials, t.advanceProven(peer, st.Proven)
}

// ConfirmReceipt keeps a receipt that came as a message.
func (t *Tx) ConfirmReceipt(peer int64, r *wire.Receipt) error {
	st, err := t.lockOutlog(peer)
	if err != nil {
		return err
	}
	_, _, err = t.Confirm(peer, st.Have, []*wire.Receipt{r})
	return err
}

// denies reports whether a receipt says of the log what is not so, or denies
// what the same peer stated before.
func (t *Tx) denies(peer int64, r *wire.Receipt) (bool, error) {
	var hash []byte
	err := t.queryRow("SELECT hash FROM outbox WHERE peer = $1 AND epoch = $2 AND seq = $3", peer, int64(r.Epoch), int64(r.Last)).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) || err == nil && string(hash) != string(r.Hash[:]) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	denies := false
	err = each(t.ctx, t.conn, func(row scanner) error {
		old, err := scanReceipt(row)
		if err != nil {
			return err
		}
		denies = denies || r.Contradicts(old) != nil
		return nil
	}, "SELECT raw FROM receipt WHERE peer = $1 AND ours = 1 AND denial = 0 AND epoch = $2 AND last >= $3 AND first <= $4", peer, int64(r.Epoch), int64(r.First), int64(r.Last))
	return denies, err
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

const reaching = "SELECT epoch, last, hash FROM receipt WHERE peer = $1 AND ours = 1 AND denial = 0 AND event = $2 AND epoch = $3 AND last > $4 AND first <= $5 ORDER BY last DESC LIMIT 1"

// reached is how far one receipt takes the proven part on from a place.
func (t *Tx) reached(peer int64, at wire.Cursor) (wire.Cursor, error) {
	var p place
	err := t.queryRow(reaching, peer, string(wire.EventContentConsignment), int64(at.Epoch), int64(at.Seq), int64(at.Seq)+1).Scan(p.into()...)
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
		err := t.queryRow(reaching, peer, string(wire.EventContentConsignment), int64(e.Epoch), int64(0), int64(1)).Scan(p.into()...)
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
	}, "SELECT raw FROM receipt WHERE peer = $1 AND ours = 0 AND event = $2 AND (epoch > $3 OR epoch = $4 AND last > $5) ORDER BY epoch, last, num LIMIT $6",
		peer, string(wire.EventContentConsignment), int64(after.Epoch), int64(after.Epoch), int64(after.Seq), int64(n))
	return out, err
}

// ReceiptsOf gives the receipts that speak of a message, oldest first: of the
// log to the peer when ours is true, else of his. denials are those that deny
// others.
func (s *Store) ReceiptsOf(ctx context.Context, peer int64, ours bool, epoch, seq uint64) (good, denials []*wire.Receipt, err error) {
	err = each(ctx, s.read, func(row scanner) error {
		var denial int64
		var raw []byte
		if err := row.Scan(&denial, &raw); err != nil {
			return err
		}
		r, err := wire.ParseReceipt(raw)
		if denial != 0 {
			denials = append(denials, r)
		} else {
			good = append(good, r)
		}
		return err
	}, "SELECT denial, raw FROM receipt WHERE peer = $1 AND ours = $2 AND epoch = $3 AND last >= $4 AND first <= $5 ORDER BY num",
		peer, flag(ours), int64(epoch), int64(seq), int64(seq))
	return good, denials, err
}

// AllReceipts gives every receipt of a peer on the log to him.
func (s *Store) AllReceipts(ctx context.Context, peer int64) (good, denials []*wire.Receipt, err error) {
	err = each(ctx, s.read, func(row scanner) error {
		var denial int64
		var raw []byte
		if err := row.Scan(&denial, &raw); err != nil {
			return err
		}
		r, err := wire.ParseReceipt(raw)
		if denial != 0 {
			denials = append(denials, r)
		} else {
			good = append(good, r)
		}
		return err
	}, "SELECT denial, raw FROM receipt WHERE peer = $1 AND ours = 1 ORDER BY num", peer)
	return good, denials, err
}
