package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"paiza"
)

const personColumns = "id, login, name, agency, roles, language, disabled, created, last_seen"

// InsertPerson writes a new account with the hash of its password.
func (t *Tx) InsertPerson(p paiza.Person, password string) error {
	_, err := t.exec("INSERT INTO person (id, login, name, agency, roles, language, password, disabled, created, last_seen) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)",
		p.ID, p.Login, p.Name, p.Agency, joinRoles(p.Roles), p.Language, password, flag(p.Disabled), p.Created.UnixMilli())
	if isUnique(err) {
		return paiza.Conflict("person.login_taken", paiza.Args{"login": p.Login})
	}
	return err
}

// UpdatePerson writes what an administrator or the person may change.
func (t *Tx) UpdatePerson(p paiza.Person) error {
	_, err := t.exec("UPDATE person SET name = $1, agency = $2, roles = $3, language = $4, disabled = $5 WHERE id = $6",
		p.Name, p.Agency, joinRoles(p.Roles), p.Language, flag(p.Disabled), p.ID)
	return err
}

// SetPassword writes the hash of a new password.
func (t *Tx) SetPassword(id, password string) error {
	_, err := t.exec("UPDATE person SET password = $1 WHERE id = $2", password, id)
	return err
}

// Seen notes when a person last signed in.
func (t *Tx) Seen(id string, at time.Time) error {
	_, err := t.exec("UPDATE person SET last_seen = $1 WHERE id = $2", at.UnixMilli(), id)
	return err
}

// CountPeople counts accounts inside a transaction.
func (t *Tx) CountPeople() (n int, err error) {
	err = t.row("SELECT count(*) FROM person").Scan(&n)
	return n, err
}

// CountAdministrators counts accounts that can manage people, besides one.
func (t *Tx) CountAdministrators(besides string) (n int, err error) {
	err = t.row("SELECT count(*) FROM person WHERE disabled = 0 AND id <> $1 AND (' ' || roles || ' ') LIKE '% administrator %'", besides).Scan(&n)
	return n, err
}

// People lists every account by login.
func (s *Store) People(ctx context.Context) ([]paiza.Person, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+personColumns+" FROM person ORDER BY login")
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []paiza.Person
	for rows.Next() {
		p, err := scanPerson(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, diskError(rows.Err())
}

// Person reads one account.
func (s *Store) Person(ctx context.Context, id string) (paiza.Person, error) {
	p, err := scanPerson(s.askOften(ctx, "SELECT "+personColumns+" FROM person WHERE id = $1", id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, paiza.NotFound("person", id)
	}
	return p, diskError(err)
}

// Password reads the hash of an account's password by login, with the id; empty
// when there is no such account.
func (s *Store) Password(ctx context.Context, login string) (id, hash string, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT id, password FROM person WHERE login = $1", login).Scan(&id, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", nil
	}
	return id, hash, diskError(err)
}

func scanPerson(row scanner) (paiza.Person, error) {
	var p paiza.Person
	var roles string
	var disabled, created, seen int64
	if err := row.Scan(&p.ID, &p.Login, &p.Name, &p.Agency, &roles, &p.Language, &disabled, &created, &seen); err != nil {
		return p, err
	}
	p.Roles, p.Disabled, p.Created = splitRoles(roles), disabled != 0, time.UnixMilli(created).UTC()
	if seen != 0 {
		p.LastSeen = time.UnixMilli(seen).UTC()
	}
	return p, nil
}

func joinRoles(roles []paiza.Role) string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = string(r)
	}
	return strings.Join(out, " ")
}

func splitRoles(text string) []paiza.Role {
	var out []paiza.Role
	for _, r := range strings.Fields(text) {
		out = append(out, paiza.Role(r))
	}
	return out
}
