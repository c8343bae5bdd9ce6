package store

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"paiza"
)

// Repeat is a request with an Idempotency-Key. Status is 0 while it is at work.
type Repeat struct {
	Actor       string
	Name        string // the key as the caller gave it
	Fingerprint []byte // of what was asked
	Status      int
	Header      map[string]string
	Body        []byte
	At          time.Time
}

// BeginRepeat claims the key of a request for a caller. When the key is taken it
// answers the earlier request and false; one with another fingerprint is
// refused. A request from before a time does not count.
func (s *Store) BeginRepeat(ctx context.Context, r Repeat, before time.Time) (earlier Repeat, begun bool, err error) {
	err = s.Write(ctx, func(t *Tx) error {
		if _, err := t.exec("DELETE FROM repeat WHERE actor = $1 AND name = $2 AND at < $3", r.Actor, r.Name, before.UnixMilli()); err != nil {
			return err
		}
		res, err := t.exec("INSERT INTO repeat (actor, name, fingerprint, status, header, body, at) VALUES ($1, $2, $3, 0, '{}', $4, $5) ON CONFLICT (actor, name) DO NOTHING",
			r.Actor, r.Name, r.Fingerprint, []byte{}, r.At.UnixMilli())
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		begun = n == 1
		return err
	})
	if err != nil || begun {
		return Repeat{}, begun, err
	}
	earlier, err = s.repeat(ctx, r.Actor, r.Name)
	if errors.Is(err, sql.ErrNoRows) {
		// It was given up between the two statements: the caller asks again.
		return earlier, false, paiza.Conflict("api.repeat_at_work", nil)
	}
	if err != nil {
		return earlier, false, err
	}
	if subtle.ConstantTimeCompare(earlier.Fingerprint, r.Fingerprint) != 1 {
		return earlier, false, paiza.Invalid("api.repeat_differs", nil)
	}
	return earlier, false, nil
}

func (s *Store) repeat(ctx context.Context, actor, name string) (Repeat, error) {
	r := Repeat{Actor: actor, Name: name}
	var header string
	var at int64
	err := s.read.QueryRowContext(ctx, "SELECT fingerprint, status, header, body, at FROM repeat WHERE actor = $1 AND name = $2", actor, name).
		Scan(&r.Fingerprint, &r.Status, &header, &r.Body, &at)
	if err != nil {
		return r, err
	}
	r.At = time.UnixMilli(at).UTC()
	return r, json.Unmarshal([]byte(header), &r.Header)
}

// FinishRepeat keeps what was answered.
func (s *Store) FinishRepeat(ctx context.Context, r Repeat) error {
	header, err := json.Marshal(r.Header)
	if err != nil {
		return err
	}
	return s.Write(ctx, func(t *Tx) error {
		_, err := t.exec("UPDATE repeat SET status = $1, header = $2, body = $3 WHERE actor = $4 AND name = $5",
			int64(r.Status), string(header), r.Body, r.Actor, r.Name)
		return err
	})
}

// DropRepeat gives a key free again: nothing was done under it.
func (s *Store) DropRepeat(ctx context.Context, actor, name string) error {
	return s.Write(ctx, func(t *Tx) error {
		_, err := t.exec("DELETE FROM repeat WHERE actor = $1 AND name = $2 AND status = 0", actor, name)
		return err
	})
}

// DropOldRepeats removes requests from before a time.
func (s *Store) DropOldRepeats(ctx context.Context, before time.Time) error {
	return s.Write(ctx, func(t *Tx) error {
		_, err := t.exec("DELETE FROM repeat WHERE at < $1", before.UnixMilli())
		return err
	})
}
