package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// SignIn is a person's session: where it was begun, with what, and when he last
// proved in it that it is he.
type SignIn struct {
	ID       string
	Person   string
	Kind     string // password, passkey, oidc, code
	Created  time.Time
	LastSeen time.Time
	StepUp   time.Time // zero for never
	Address  string
	Agent    string // as the browser names itself
	Factors  int64  // by how many he proved himself when it began: 1, 2
	// Half is when he gave the first of two proofs of presence; zero for never.
	Half time.Time
}

const signinColumns = "id, person, kind, created, last_seen, step_up, address, agent, factors, half"

// InsertSignIn writes a new session.
func (t *Tx) InsertSignIn(v SignIn) error {
	_, err := t.exec("INSERT INTO signin ("+signinColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		v.ID, v.Person, v.Kind, v.Created.UnixMilli(), v.LastSeen.UnixMilli(), millis(v.StepUp), v.Address, v.Agent, v.Factors, millis(v.Half))
	return err
}

// SignIn reads a session; the zero value when there is none.
func (s *Store) SignIn(ctx context.Context, id string) (SignIn, error) {
	v, err := scanSignIn(s.askOften(ctx, "SELECT "+signinColumns+" FROM signin WHERE id = $1", id))
	if errors.Is(err, sql.ErrNoRows) {
		return SignIn{}, nil
	}
	return v, diskError(err)
}

// SignIns lists the sessions of a person, the latest used first.
func (s *Store) SignIns(ctx context.Context, person string) ([]SignIn, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+signinColumns+" FROM signin WHERE person = $1 ORDER BY last_seen DESC, id", person)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []SignIn
	for rows.Next() {
		v, err := scanSignIn(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, diskError(rows.Err())
}

// TouchSignIn notes that a session is in use.
func (s *Store) TouchSignIn(ctx context.Context, id string, at time.Time) error {
	return s.Write(ctx, func(t *Tx) error {
		_, err := t.exec("UPDATE signin SET last_seen = $1 WHERE id = $2", at.UnixMilli(), id)
		return err
	})
}

// StepUp notes that the person of a session proved that it is he.
func (t *Tx) StepUp(id string, at time.Time) error {
	_, err := t.exec("UPDATE signin SET step_up = $1, half = 0 WHERE id = $2", at.UnixMilli(), id)
	return err
}

// EndSignIn ends one session of a person; false when he has no such session.
func (t *Tx) EndSignIn(person, id string) (bool, error) {
	return t.some("DELETE FROM signin WHERE person = $1 AND id = $2", person, id)
}

// EndSignIns ends the sessions of a person besides one, and counts them.
func (t *Tx) EndSignIns(person, besides string) (int64, error) {
	res, err := t.exec("DELETE FROM signin WHERE person = $1 AND id <> $2", person, besides)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// some runs a statement and answers whether it changed a row.
func (t *Tx) some(query string, args ...any) (bool, error) {
	res, err := t.exec(query, args...)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// DropSignIns removes what nobody can use any more: sessions begun before
// begun or not used since idle, and what waited for a browser or for an attempt
// until now.
func (s *Store) DropSignIns(ctx context.Context, now, begun, idle, counted time.Time) error {
	return s.Write(ctx, func(t *Tx) error {
		for _, old := range []struct {
			query string
			at    []any
		}{
			{"DELETE FROM signin WHERE created < $1 OR last_seen < $2", []any{begun.UnixMilli(), idle.UnixMilli()}},
			{"DELETE FROM ceremony WHERE expiry < $1", []any{now.UnixMilli()}},
			{"DELETE FROM attempt WHERE since < $1", []any{counted.UnixMilli()}},
			{"DELETE FROM familiar WHERE seen < $1", []any{now.AddDate(0, 0, -90).UnixMilli()}},
			{"DELETE FROM recovery WHERE expiry < $1", []any{now.AddDate(0, 0, -7).UnixMilli()}},
		} {
			if _, err := t.exec(old.query, old.at...); err != nil {
				return err
			}
		}
		return nil
	})
}

func scanSignIn(row scanner) (v SignIn, err error) {
	var created, seen, step, half int64
	err = row.Scan(&v.ID, &v.Person, &v.Kind, &created, &seen, &step, &v.Address, &v.Agent, &v.Factors, &half)
	v.Created, v.LastSeen, v.StepUp, v.Half = moment(created), moment(seen), moment(step), moment(half)
	return v, err
}
