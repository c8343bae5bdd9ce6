package store

import (
	"context"
	"database/sql"
	"errors"
	"net/netip"
	"strings"
	"time"

	"paiza"
)

const tokenColumns = "id, person, name, scopes, networks, created, expires, revoked, last_used, last_from"

// InsertToken writes a new token with the digest of its secret.
func (t *Tx) InsertToken(k paiza.Token, hint string, digest []byte) error {
	_, err := t.exec("INSERT INTO token (id, person, name, hint, digest, scopes, networks, created, expires, revoked, last_used, last_from) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, '')",
		k.ID, k.Person, k.Name, hint, digest, joinScopes(k.Scopes), joinNetworks(k.Networks), k.Created.UnixMilli(), k.Expires.UnixMilli())
	return err
}

// RevokeToken ends a token. One that is revoked already is a conflict.
func (t *Tx) RevokeToken(id string, at time.Time) error {
	res, err := t.exec("UPDATE token SET revoked = $1 WHERE id = $2 AND revoked = 0", at.UnixMilli(), id)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return paiza.Conflict("token.revoked_already", nil)
}

// TokenUsed notes the last use of a token.
func (t *Tx) TokenUsed(id, from string, at time.Time) error {
	_, err := t.exec("UPDATE token SET last_used = $1, last_from = $2 WHERE id = $3", at.UnixMilli(), from, id)
	return err
}

// Tokens lists the tokens of a person, or of everybody when it is empty, the
// newest first.
func (s *Store) Tokens(ctx context.Context, person string) ([]paiza.Token, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+tokenColumns+" FROM token WHERE ($1 = '' OR person = $2) ORDER BY created DESC, id", person, person)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []paiza.Token
	for rows.Next() {
		k, err := scanToken(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, diskError(rows.Err())
}

// Token reads one token by its id.
func (s *Store) Token(ctx context.Context, id string) (paiza.Token, error) {
	k, err := scanToken(s.read.QueryRowContext(ctx, "SELECT "+tokenColumns+" FROM token WHERE id = $1", id))
	if errors.Is(err, sql.ErrNoRows) {
		return k, paiza.NotFound("token", id)
	}
	return k, diskError(err)
}

// FindToken finds a token by its hint and answers the one whose digest the
// caller finds equal; false when there is none.
func (s *Store) FindToken(ctx context.Context, hint string, equal func(digest []byte) bool) (paiza.Token, bool, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT id, digest FROM token WHERE hint = $1", hint)
	if err != nil {
		return paiza.Token{}, false, diskError(err)
	}
	defer rows.Close()
	found := ""
	for rows.Next() {
		var id string
		var digest []byte
		if err := rows.Scan(&id, &digest); err != nil {
			return paiza.Token{}, false, err
		}
		if equal(digest) {
			found = id
		}
	}
	if err := rows.Err(); err != nil || found == "" {
		return paiza.Token{}, false, diskError(err)
	}
	k, err := s.Token(ctx, found)
	return k, err == nil, err
}

func scanToken(row scanner) (paiza.Token, error) {
	var k paiza.Token
	var scopes, networks string
	var created, expires, revoked, used int64
	if err := row.Scan(&k.ID, &k.Person, &k.Name, &scopes, &networks, &created, &expires, &revoked, &used, &k.LastFrom); err != nil {
		return k, err
	}
	for _, f := range strings.Fields(scopes) {
		k.Scopes = append(k.Scopes, paiza.Right(f))
	}
	for _, f := range strings.Fields(networks) {
		p, err := netip.ParsePrefix(f)
		if err != nil {
			return k, err
		}
		k.Networks = append(k.Networks, p)
	}
	k.Created, k.Expires = time.UnixMilli(created).UTC(), time.UnixMilli(expires).UTC()
	if revoked != 0 {
		k.Revoked = time.UnixMilli(revoked).UTC()
	}
	if used != 0 {
		k.LastUsed = time.UnixMilli(used).UTC()
	}
	return k, nil
}

func joinScopes(rights []paiza.Right) string {
	out := make([]string, len(rights))
	for i, r := range rights {
		out[i] = string(r)
	}
	return strings.Join(out, " ")
}

func joinNetworks(list []netip.Prefix) string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = p.String()
	}
	return strings.Join(out, " ")
}
