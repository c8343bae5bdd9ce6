package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"
)

// Sessions keeps sign-in sessions for package scs. The token in the browser is
// stored only as its hash, so that a copy of the database opens no session.
type Sessions struct{ s *Store }

// Sessions is the session store of this database.
func (s *Store) Sessions() *Sessions { return &Sessions{s} }

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Find reads a session that has not expired.
func (ss *Sessions) Find(token string) ([]byte, bool, error) {
	return ss.FindCtx(context.Background(), token)
}

// FindCtx is Find with a context.
func (ss *Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var data []byte
	err := ss.s.askOften(ctx, "SELECT data FROM session WHERE token = $1 AND expiry > $2", tokenHash(token), ss.s.now().UnixMilli()).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil, diskError(err)
}

// Commit writes a session.
func (ss *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return ss.CommitCtx(context.Background(), token, data, expiry)
}

// CommitCtx is Commit with a context.
func (ss *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return ss.s.Write(ctx, func(t *Tx) error {
		_, err := t.exec("INSERT INTO session (token, data, expiry) VALUES ($1, $2, $3) ON CONFLICT (token) DO UPDATE SET data = excluded.data, expiry = excluded.expiry",
			tokenHash(token), data, expiry.UnixMilli())
		return err
	})
}

// Delete ends a session.
func (ss *Sessions) Delete(token string) error { return ss.DeleteCtx(context.Background(), token) }

// DeleteCtx is Delete with a context.
func (ss *Sessions) DeleteCtx(ctx context.Context, token string) error {
	return ss.s.Write(ctx, func(t *Tx) error {
		_, err := t.exec("DELETE FROM session WHERE token = $1", tokenHash(token))
		return err
	})
}

// DropExpired removes sessions that have run out.
func (ss *Sessions) DropExpired(ctx context.Context) error {
	return ss.s.Write(ctx, func(t *Tx) error {
		_, err := t.exec("DELETE FROM session WHERE expiry <= $1", ss.s.now().UnixMilli())
		return err
	})
}
