package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Recovery is a one-time way in: for a new account, or for a person who lost
// his means of sign-in.
type Recovery struct {
	ID        string
	Person    string
	Kind      string // enrolment, recovery
	State     string // proposed, open, used, cancelled
	Proposer  string // person id, or "operator"
	Reason    string
	Proposed  time.Time
	Confirmer string
	Code      string // hash; empty until confirmed
	Expiry    time.Time
}

const recoveryColumns = "id, person, kind, state, proposer, reason, proposed, confirmer, code, expiry"

// InsertRecovery writes a recovery and cancels earlier ones of the person that
// are still to be used: one way in at a time.
func (t *Tx) InsertRecovery(v Recovery) error {
	if err := t.CancelRecoveries(v.Person); err != nil {
		return err
	}
	_, err := t.exec("INSERT INTO recovery ("+recoveryColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		v.ID, v.Person, v.Kind, v.State, v.Proposer, v.Reason, v.Proposed.UnixMilli(), v.Confirmer, v.Code, v.Expiry.UnixMilli())
	return err
}

// CancelRecoveries cancels what is proposed or open for a person.
func (t *Tx) CancelRecoveries(person string) error {
	_, err := t.exec("UPDATE recovery SET state = 'cancelled', code = '' WHERE person = $1 AND state IN ('proposed', 'open')", person)
	return err
}

// MoveRecovery changes a recovery from one state to the next; false when it is
// in another state by now.
func (t *Tx) MoveRecovery(v Recovery, from string) (bool, error) {
	return t.some("UPDATE recovery SET state = $1, confirmer = $2, code = $3, expiry = $4 WHERE id = $5 AND state = $6",
		v.State, v.Confirmer, v.Code, v.Expiry.UnixMilli(), v.ID, from)
}

// UseRecovery ends an open recovery with the hash of its code; false when it is
// open no more.
func (t *Tx) UseRecovery(v Recovery, hash string) (bool, error) {
	return t.some("UPDATE recovery SET state = $1, code = '', expiry = $2 WHERE id = $3 AND state = 'open' AND code = $4 AND expiry > $5",
		v.State, v.Expiry.UnixMilli(), v.ID, hash, v.Expiry.UnixMilli())
}

// Recoveries lists what is proposed or open now, the oldest first; for one
// person, or for all when person is empty.
func (s *Store) Recoveries(ctx context.Context, person string, now time.Time) ([]Recovery, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+recoveryColumns+" FROM recovery WHERE state IN ('proposed', 'open') AND expiry > $1 AND ($2 = '' OR person = $3) ORDER BY proposed, id",
		now.UnixMilli(), person, person)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []Recovery
	for rows.Next() {
		v, err := scanRecovery(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, diskError(rows.Err())
}

// RecoveryByCode reads the open recovery with the hash of a code; the zero value
// when there is none.
func (s *Store) RecoveryByCode(ctx context.Context, hash string, now time.Time) (Recovery, error) {
	v, err := scanRecovery(s.read.QueryRowContext(ctx, "SELECT "+recoveryColumns+" FROM recovery WHERE code = $1 AND state = 'open' AND expiry > $2", hash, now.UnixMilli()))
	if errors.Is(err, sql.ErrNoRows) || hash == "" {
		return Recovery{}, nil
	}
	return v, diskError(err)
}

func scanRecovery(row scanner) (v Recovery, err error) {
	var proposed, expiry int64
	err = row.Scan(&v.ID, &v.Person, &v.Kind, &v.State, &v.Proposer, &v.Reason, &proposed, &v.Confirmer, &v.Code, &expiry)
	v.Proposed, v.Expiry = moment(proposed), moment(expiry)
	return v, err
}
