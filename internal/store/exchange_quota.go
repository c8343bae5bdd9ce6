package store

import (
	"context"
	"database/sql"
	"errors"

	"paiza"
)

// Use is what of a peer was taken in a day.
type Use struct {
	paiza.Quota
	Warned bool // the operator was told that most of the quota is used
}

const selectUse = "SELECT messages, bytes, files, warned FROM peer_use WHERE peer = $1 AND day = $2"

func scanUse(row scanner) (u Use, err error) {
	var warned int64
	err = row.Scan(&u.Messages, &u.Bytes, &u.Files, &warned)
	u.Warned = warned != 0
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return u, err
}

// Use reads it; zero when nothing was taken.
func (t *Tx) Use(peer, day int64) (Use, error) { return scanUse(t.row(selectUse, peer, day)) }

// Use reads it; zero when nothing was taken.
func (s *Store) Use(ctx context.Context, peer, day int64) (Use, error) {
	u, err := scanUse(s.read.QueryRowContext(ctx, selectUse, peer, day))
	return u, diskError(err)
}

// AddUse adds what is taken of a peer in a day.
func (t *Tx) AddUse(peer, day int64, more paiza.Quota) error {
	_, err := t.exec(`INSERT INTO peer_use (peer, day, messages, bytes, files, warned) VALUES ($1, $2, $3, $4, $5, 0)
		ON CONFLICT (peer, day) DO UPDATE SET messages = peer_use.messages + excluded.messages, bytes = peer_use.bytes + excluded.bytes, files = peer_use.files + excluded.files`,
		peer, day, more.Messages, more.Bytes, more.Files)
	return err
}

// WarnUse notes that the operator is told of a peer's use of a day; false when
// he was before.
func (t *Tx) WarnUse(peer, day int64) (bool, error) {
	res, err := t.exec("UPDATE peer_use SET warned = 1 WHERE peer = $1 AND day = $2 AND warned = 0", peer, day)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// DropOldUse forgets what was taken on days before one.
func (s *Store) DropOldUse(ctx context.Context, before int64) error {
	return s.Write(ctx, func(t *Tx) error {
		_, err := t.exec("DELETE FROM peer_use WHERE day < $1", before)
		return err
	})
}

const selectQuota = "SELECT messages, bytes, files FROM peer_quota WHERE peer = $1"

func scanQuota(row scanner) (q paiza.Quota, err error) {
	err = row.Scan(&q.Messages, &q.Bytes, &q.Files)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return q, err
}

// PeerQuota is a peer's own quota; a zero field is the node's rule.
func (t *Tx) PeerQuota(peer int64) (paiza.Quota, error) { return scanQuota(t.row(selectQuota, peer)) }

// PeerQuota is a peer's own quota; a zero field is the node's rule.
func (s *Store) PeerQuota(ctx context.Context, peer int64) (paiza.Quota, error) {
	q, err := scanQuota(s.read.QueryRowContext(ctx, selectQuota, peer))
	return q, diskError(err)
}

// SetPeerQuota gives a peer a quota of its own.
func (t *Tx) SetPeerQuota(peer int64, q paiza.Quota) error {
	_, err := t.exec(`INSERT INTO peer_quota (peer, messages, bytes, files) VALUES ($1, $2, $3, $4)
		ON CONFLICT (peer) DO UPDATE SET messages = excluded.messages, bytes = excluded.bytes, files = excluded.files`, peer, q.Messages, q.Bytes, q.Files)
	return err
}
