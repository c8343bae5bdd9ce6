package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"paiza"
)

const agencyColumns = "id, name, kind, shares, closed, created"

// InsertAgency writes a new agency.
func (t *Tx) InsertAgency(a paiza.Agency) error {
	_, err := t.exec(insertText("agency", strings.Split(agencyColumns, ", ")), a.ID, a.Name, string(a.Kind), strings.Join(a.Shares, " "), flag(a.Closed), a.Created.UnixMilli())
	return err
}

// UpdateAgency writes what may change of an agency.
func (t *Tx) UpdateAgency(a paiza.Agency) error {
	_, err := t.exec("UPDATE agency SET name = $1, kind = $2, shares = $3, closed = $4 WHERE id = $5",
		a.Name, string(a.Kind), strings.Join(a.Shares, " "), flag(a.Closed), a.ID)
	return err
}

// Agencies lists every agency, the first one first.
func (s *Store) Agencies(ctx context.Context) ([]paiza.Agency, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+agencyColumns+" FROM agency ORDER BY created, id")
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []paiza.Agency
	for rows.Next() {
		a, err := scanAgency(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, diskError(rows.Err())
}

// Agency reads one agency.
func (s *Store) Agency(ctx context.Context, id string) (paiza.Agency, error) {
	a, err := scanAgency(s.read.QueryRowContext(ctx, "SELECT "+agencyColumns+" FROM agency WHERE id = $1", id))
	if errors.Is(err, sql.ErrNoRows) {
		return a, paiza.NotFound("agency", id)
	}
	return a, diskError(err)
}

func scanAgency(row scanner) (paiza.Agency, error) {
	var a paiza.Agency
	var shares string
	var closed, created int64
	err := row.Scan(&a.ID, &a.Name, &a.Kind, &shares, &closed, &created)
	a.Shares, a.Closed = strings.Fields(shares), closed != 0
	if created != 0 {
		a.Created = time.UnixMilli(created).UTC()
	}
	return a, err
}
