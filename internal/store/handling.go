package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"strings"

	"paiza"
)

// A handling is kept once, whatever the number of records that have it, and
// never changes; a record that is handled otherwise points to another. So who
// may read is decided for a few handlings and not for millions of rows.

// handlingColumns are those of table handling, which have names of their own so
// that a row can be read beside them.
const handlingColumns = "id, owner, origin, casefile, tlp, purpose, named_agencies, named_persons"

// markOf is all of a handling in one text. Ids hold neither bars nor commas.
func markOf(h paiza.Handling) string {
	return strings.Join([]string{h.Owner, h.Origin, h.Case, string(h.TLP), string(h.Purpose),
		strings.Join(h.Agencies, ","), strings.Join(h.Persons, ",")}, "|")
}

// Handling is the number of a handling, which is made when it is new.
func (t *Tx) Handling(h paiza.Handling) (int64, error) {
	h = h.Clean()
	mark := markOf(h)
	if id, ok := t.handlings[mark]; ok {
		return id, nil
	}
	id, err := t.handling(h, mark)
	if err == nil {
		known := map[string]int64{mark: id}
		maps.Copy(known, t.handlings)
		t.handlings = known
	}
	return id, err
}

func (t *Tx) handling(h paiza.Handling, mark string) (int64, error) {
	var id int64
	err := t.row("SELECT id FROM handling WHERE mark = $1", mark).Scan(&id)
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	if id, err = t.next("handling", 1); err != nil {
		return 0, err
	}
	// Another transaction may have made it while this one waited for the counter.
	err = t.row("SELECT id FROM handling WHERE mark = $1", mark).Scan(&id)
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	if _, err := t.exec("INSERT INTO handling (id, mark, owner, origin, casefile, tlp, purpose, named_agencies, named_persons) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		id, mark, h.Owner, h.Origin, h.Case, string(h.TLP), string(h.Purpose), strings.Join(h.Agencies, " "), strings.Join(h.Persons, " ")); err != nil {
		return 0, err
	}
	for _, a := range h.Agencies {
		if _, err := t.exec("INSERT INTO handling_agency (handling, agency) VALUES ($1, $2)", id, a); err != nil {
			return 0, err
		}
	}
	for _, p := range h.Persons {
		if _, err := t.exec("INSERT INTO handling_person (handling, person) VALUES ($1, $2)", id, p); err != nil {
			return 0, err
		}
	}
	return id, nil
}

// NumberedHandling is a handling with its number in the store.
type NumberedHandling struct {
	ID int64
	paiza.Handling
}

// Handlings lists the handlings with a higher number than after, in the order of
// their numbers.
func (s *Store) Handlings(ctx context.Context, after int64) ([]NumberedHandling, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+handlingColumns+" FROM handling WHERE id > $1 ORDER BY id", after)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []NumberedHandling
	for rows.Next() {
		var h handlingRow
		if err := rows.Scan(h.into()...); err != nil {
			return nil, err
		}
		out = append(out, NumberedHandling{h.id, h.value()})
	}
	return out, diskError(rows.Err())
}

// handlingRow receives the columns of a handling.
type handlingRow struct {
	id                int64
	h                 paiza.Handling
	agencies, persons string
}

func (r *handlingRow) into() []any {
	return []any{&r.id, &r.h.Owner, &r.h.Origin, &r.h.Case, &r.h.TLP, &r.h.Purpose, &r.agencies, &r.persons}
}

func (r *handlingRow) value() paiza.Handling {
	h := r.h
	if r.agencies != "" {
		h.Agencies = strings.Fields(r.agencies)
	}
	if r.persons != "" {
		h.Persons = strings.Fields(r.persons)
	}
	return h
}
