package store

import (
	"context"
	"strings"
	"time"

	"paiza"
)

const caseColumns = "id, reference, title, owner, closed, created"

// InsertCase writes a new case with its members.
func (t *Tx) InsertCase(c paiza.Case) error {
	_, err := t.exec(insertText("casefile", strings.Split(caseColumns, ", ")), c.ID, c.Reference, c.Title, c.Owner, flag(c.Closed), c.Created.UnixMilli())
	if err != nil {
		return err
	}
	return t.setMembers(c)
}

// UpdateCase writes what may change of a case.
func (t *Tx) UpdateCase(c paiza.Case) error {
	if _, err := t.exec("UPDATE casefile SET reference = $1, title = $2, closed = $3 WHERE id = $4", c.Reference, c.Title, flag(c.Closed), c.ID); err != nil {
		return err
	}
	return t.setMembers(c)
}

func (t *Tx) setMembers(c paiza.Case) error {
	if _, err := t.exec("DELETE FROM casefile_member WHERE casefile = $1", c.ID); err != nil {
		return err
	}
	for _, p := range c.Members {
		if _, err := t.exec("INSERT INTO casefile_member (casefile, person) VALUES ($1, $2)", c.ID, p); err != nil {
			return err
		}
	}
	return nil
}

// CasesOf lists the cases of which a person is a member, newest first.
func (s *Store) CasesOf(ctx context.Context, person string) ([]paiza.Case, error) {
	return s.cases(ctx, "WHERE id IN (SELECT casefile FROM casefile_member WHERE person = $1) ORDER BY created DESC, id", person)
}

// Cases lists every case, newest first.
func (s *Store) Cases(ctx context.Context) ([]paiza.Case, error) {
	return s.cases(ctx, "ORDER BY created DESC, id")
}

// Case reads one case with its members.
func (s *Store) Case(ctx context.Context, id string) (paiza.Case, error) {
	list, err := s.cases(ctx, "WHERE id = $1", id)
	if err != nil {
		return paiza.Case{}, err
	}
	if len(list) == 0 {
		return paiza.Case{}, paiza.NotFound("case", id)
	}
	c := list[0]
	rows, err := s.read.QueryContext(ctx, "SELECT person FROM casefile_member WHERE casefile = $1 ORDER BY person", id)
	if err != nil {
		return c, diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var p string
		if err := rows.Scan(&p); err != nil {
			return c, err
		}
		c.Members = append(c.Members, p)
	}
	return c, diskError(rows.Err())
}

// CaseIDs lists the ids of the cases of which a person is a member.
func (s *Store) CaseIDs(ctx context.Context, person string) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT casefile FROM casefile_member WHERE person = $1 ORDER BY casefile", person)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, diskError(rows.Err())
}

func (s *Store) cases(ctx context.Context, rest string, args ...any) ([]paiza.Case, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+caseColumns+" FROM casefile "+rest, args...)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []paiza.Case
	for rows.Next() {
		var c paiza.Case
		var closed, created int64
		if err := rows.Scan(&c.ID, &c.Reference, &c.Title, &c.Owner, &closed, &created); err != nil {
			return nil, err
		}
		c.Closed, c.Created = closed != 0, time.UnixMilli(created).UTC()
		out = append(out, c)
	}
	return out, diskError(rows.Err())
}
