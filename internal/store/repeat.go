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

// What Status of a Repeat says before an answer is kept.
const (
	RepeatAtWork = 0 // a process works on it, or died over it before its act
	RepeatDone   = 1 // its act is in the ledger; the answer was lost
)

// Repeat is a request with an Idempotency-Key.
type Repeat struct {
	Actor       string
	Name        string // the key as the caller gave it
	Fingerprint []byte // of what was asked
	Status      int    // of the answer, or RepeatAtWork, or RepeatDone
	Header      map[string]string
	Body        []byte
	At          time.Time
}

// What Header holds before it is that of the answer.
const (
	repeatHolder  = "holder"  // the process, at work
	repeatSubject = "subject" // of the act, when it is done
)

// Subject is what was acted on, when Status is RepeatDone.
func (r *Repeat) Subject() string { return r.Header[repeatSubject] }

// BeginRepeat claims the key of a request for a caller and a process. When the
// key is taken it answers the earlier request and false; one with another
// fingerprint is refused. A request from before a time does not count, nor does
// one over which its process died before the act: dead says so of a holder and
// the time of his claim.
func (s *Store) BeginRepeat(ctx context.Context, r Repeat, holder string, before time.Time, dead func(holder string, at time.Time) bool) (earlier Repeat, begun bool, err error) {
	header := jsonText(map[string]string{repeatHolder: holder})
	err = s.Write(ctx, func(t *Tx) error {
		begun = false
		if _, err := t.exec("DELETE FROM repeat WHERE actor = $1 AND name = $2 AND at < $3", r.Actor, r.Name, before.UnixMilli()); err != nil {
			return err
		}
		res, err := t.exec("INSERT INTO repeat (actor, name, fingerprint, status, header, body, at) VALUES ($1, $2, $3, 0, $4, $5, $6) ON CONFLICT (actor, name) DO NOTHING",
			r.Actor, r.Name, r.Fingerprint, header, []byte{}, r.At.UnixMilli())
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if begun = n == 1; err != nil || begun {
			return err
		}
		if earlier, err = scanRepeat(t.conn, t.ctx, r.Actor, r.Name); err != nil {
			return err
		}
		if earlier.Status != RepeatAtWork || subtle.ConstantTimeCompare(earlier.Fingerprint, r.Fingerprint) != 1 || !dead(earlier.Header[repeatHolder], earlier.At) {
			return nil
		}
		// Of two that ask at once one takes it over.
		res, err = t.exec("UPDATE repeat SET header = $1, at = $2 WHERE actor = $3 AND name = $4 AND status = 0 AND header = $5",
			header, r.At.UnixMilli(), r.Actor, r.Name, jsonText(earlier.Header))
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		begun = n == 1
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		// It was given up between two statements: the caller asks again.
		return earlier, false, paiza.Conflict("api.repeat_at_work", nil)
	}
	if err != nil || begun {
		return Repeat{}, begun, err
	}
	if subtle.ConstantTimeCompare(earlier.Fingerprint, r.Fingerprint) != 1 {
		return earlier, false, paiza.Invalid("api.repeat_differs", nil)
	}
	return earlier, false, nil
}

func scanRepeat(q querier, ctx context.Context, actor, name string) (Repeat, error) {
	r := Repeat{Actor: actor, Name: name}
	var header string
	var at int64
	err := q.QueryRowContext(ctx, "SELECT fingerprint, status, header, body, at FROM repeat WHERE actor = $1 AND name = $2", actor, name).
		Scan(&r.Fingerprint, &r.Status, &header, &r.Body, &at)
	if err != nil {
		return r, err
	}
	r.At = time.UnixMilli(at).UTC()
	return r, json.Unmarshal([]byte(header), &r.Header)
}

// DoneRepeat notes, in the transaction of an act, that the act of a request is
// done: whoever asks again is told so although the answer was lost.
func (t *Tx) DoneRepeat(actor, name, subject string) error {
	_, err := t.exec("UPDATE repeat SET status = 1, header = $1 WHERE actor = $2 AND name = $3 AND status IN (0, 1)",
		jsonText(map[string]string{repeatSubject: subject}), actor, name)
	return err
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
