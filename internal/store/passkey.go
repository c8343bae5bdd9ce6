package store

import (
	"context"
	"time"

	"paiza"
)

// Passkey is a key with which a person signs in. Record is package auth's.
type Passkey struct {
	ID       string
	Person   string
	Name     string
	Record   []byte
	Created  time.Time
	LastUsed time.Time // zero for never
	Cloned   bool      // a copy of it was seen: it opens nothing any more
}

const passkeyColumns = "id, person, name, record, created, last_used, cloned"

// InsertPasskey writes a new passkey.
func (t *Tx) InsertPasskey(k Passkey) error {
	_, err := t.exec("INSERT INTO passkey ("+passkeyColumns+") VALUES ($1, $2, $3, $4, $5, 0, 0)", k.ID, k.Person, k.Name, k.Record, k.Created.UnixMilli())
	if isUnique(err) {
		return paiza.Conflict("passkey.known", nil)
	}
	return err
}

// UsePasskey writes how a passkey stands after it was used. The condition on
// the earlier record keeps two uses at the same moment from being one.
func (t *Tx) UsePasskey(k Passkey, before []byte) (bool, error) {
	return t.some("UPDATE passkey SET record = $1, last_used = $2 WHERE id = $3 AND record = $4 AND cloned = 0", k.Record, k.LastUsed.UnixMilli(), k.ID, before)
}

// BlockPasskey notes that a copy of a passkey was seen.
func (t *Tx) BlockPasskey(id string) error {
	_, err := t.exec("UPDATE passkey SET cloned = 1 WHERE id = $1", id)
	return err
}

// DeletePasskey removes a passkey of a person; false when he has no such.
func (t *Tx) DeletePasskey(person, id string) (bool, error) {
	return t.some("DELETE FROM passkey WHERE person = $1 AND id = $2", person, id)
}

// DeletePasskeys removes every passkey of a person, and counts them.
func (t *Tx) DeletePasskeys(person string) (int64, error) {
	res, err := t.exec("DELETE FROM passkey WHERE person = $1", person)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Passkeys lists the passkeys of a person, the oldest first.
func (s *Store) Passkeys(ctx context.Context, person string) ([]Passkey, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+passkeyColumns+" FROM passkey WHERE person = $1 ORDER BY created, id", person)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []Passkey
	for rows.Next() {
		var k Passkey
		var created, used, cloned int64
		if err := rows.Scan(&k.ID, &k.Person, &k.Name, &k.Record, &created, &used, &cloned); err != nil {
			return nil, err
		}
		k.Created, k.LastUsed, k.Cloned = moment(created), moment(used), cloned != 0
		out = append(out, k)
	}
	return out, diskError(rows.Err())
}

// WaysIn counts by how many means a person can sign in, inside a transaction
// that may change them: password, passkeys that have no copy, links.
func (t *Tx) WaysIn(person string) (n int, err error) {
	err = t.row(waysIn, person).Scan(&n)
	return n, err
}

// WaysIn counts them outside of a transaction.
func (s *Store) WaysIn(ctx context.Context, person string) (n int, err error) {
	err = s.read.QueryRowContext(ctx, waysIn, person).Scan(&n)
	return n, diskError(err)
}

const waysIn = `SELECT (SELECT count(*) FROM person WHERE id = $1 AND password <> '')
		+ (SELECT count(*) FROM passkey WHERE person = $1 AND cloned = 0)
		+ (SELECT count(*) FROM oidc_link WHERE person = $1)`

// LockPerson orders transactions that change one person's means of sign-in:
// the second waits for the first. It is a NotFound when he is gone.
func (t *Tx) LockPerson(id string) error {
	found, err := t.some("UPDATE person SET login = login WHERE id = $1", id)
	if err == nil && !found {
		return paiza.NotFound("person", id)
	}
	return err
}

// HasPassword reports whether a person has a password.
func (s *Store) HasPassword(ctx context.Context, person string) (bool, error) {
	var n int
	err := s.read.QueryRowContext(ctx, "SELECT count(*) FROM person WHERE id = $1 AND password <> ''", person).Scan(&n)
	return n > 0, diskError(err)
}
