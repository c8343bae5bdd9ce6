package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"paiza"
)

// seizureColumns are the columns of a seizure in the order in which rows are
// written and read.
var seizureColumns = []string{
	"num", "import", "superseded", "key_hi", "key_lo", "ident", "sheet", "line", "person", "recorded",
	"date", "until", "country", "division", "division_text", "place", "routing", "basis",
	"substance", "substance_text", "amount_text", "unit_text", "unit", "dim", "amount", "equivalent", "factor", "events",
	"producing", "departure", "via", "destination", "transport", "hiding", "installation",
	"packaging", "agency", "reference", "exhibit", "persons", "flags", "handling", "caveat", "changes",
}

var (
	insertSeizure = insertText("seizure", seizureColumns) + " ON CONFLICT (key_hi, key_lo) DO NOTHING"
	// Every seizure is read beside its handling. LEFT, so that no engine begins
	// at the handlings.
	selectSeizure = "SELECT " + strings.Join(seizureColumns, ", ") + ", " + handlingColumns + " FROM seizure LEFT JOIN handling ON handling.id = seizure.handling"
)

func insertText(table string, columns []string) string { return insertManyText(table, columns, 1) }

// insertManyText writes so many rows with one statement.
func insertManyText(table string, columns []string, rows int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES ", table, strings.Join(columns, ", "))
	for n := range rows * len(columns) {
		switch {
		case n == 0:
			b.WriteString("(")
		case n%len(columns) == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", n+1)
	}
	b.WriteString(")")
	return b.String()
}

// Key identifies a row of a source for ever: see package ingest.
type Key [16]byte

func (k Key) halves() (hi, lo int64) {
	for i := range 8 {
		hi = hi<<8 | int64(k[i])
		lo = lo<<8 | int64(k[i+8])
	}
	return hi, lo
}

// seizureArgs puts the columns of a row into args, which has their length.
func seizureArgs(args []any, num, importNum, handling int64, key Key, ident int64, z *paiza.Seizure) {
	hi, lo := key.halves()
	a := [...]any{num, importNum, int64(0), hi, lo, ident, z.Source.Sheet, int64(z.Source.Row), z.Source.Person, z.Recorded.UnixMilli(),
		int64(z.Date), int64(z.Until), string(z.Country), z.Division, z.DivisionText, z.Place, string(z.Routing), string(z.RoutingBasis),
		z.Substance, z.SubstanceText, z.AmountText, z.UnitText, z.Unit, string(z.Amount.Dim), z.Amount.Base, z.Equivalent, z.Factor, z.Count,
		string(z.Route.Producing), string(z.Route.Departure), string(z.Route.Via), string(z.Route.Destination), z.Transport, z.Hiding, z.Installation,
		z.Packaging, z.Agency, z.Reference, z.Exhibit, int64(z.Persons), int64(z.Flags), handling, z.Caveat, max(z.Version-1, 0)}
	copy(args, a[:])
}

type scanner interface{ Scan(dest ...any) error }

func scanSeizure(row scanner) (paiza.Seizure, error) {
	var z paiza.Seizure
	var num, imp, superseded, hi, lo, ident, line, recorded, date, until, persons, flags, handling, changes int64
	var h handlingRow
	into := []any{&num, &imp, &superseded, &hi, &lo, &ident, &z.Source.Sheet, &line, &z.Source.Person, &recorded,
		&date, &until, &z.Country, &z.Division, &z.DivisionText, &z.Place, &z.Routing, &z.RoutingBasis,
		&z.Substance, &z.SubstanceText, &z.AmountText, &z.UnitText, &z.Unit, &z.Amount.Dim, &z.Amount.Base, &z.Equivalent, &z.Factor, &z.Count,
		&z.Route.Producing, &z.Route.Departure, &z.Route.Via, &z.Route.Destination, &z.Transport, &z.Hiding, &z.Installation,
		&z.Packaging, &z.Agency, &z.Reference, &z.Exhibit, &persons, &flags, &handling, &z.Caveat, &changes}
	err := row.Scan(append(into, h.into()...)...)
	z.Handling, z.Version, z.Withdrawn = h.value(), changes+1, superseded == withdrawn
	z.ID = strconv.FormatInt(num, 10)
	if imp != 0 {
		z.Source.Import = strconv.FormatInt(imp, 10)
	}
	z.Source.Row, z.Persons = int(line), int(persons)
	z.Recorded = time.UnixMilli(recorded).UTC()
	z.Date, z.Until, z.Flags = paiza.Date(date), paiza.Date(until), paiza.Flags(flags)
	return z, err
}

// withdrawn marks a row that its agency took back: in the place of the import
// that replaced it.
const withdrawn = -1

// visible is the condition that a row counts: its import is whole and nothing
// has replaced it, nor was it withdrawn.
const visible = "superseded = 0 AND import NOT IN (SELECT num FROM import WHERE state <> 'done')"

// known is the condition that a row counts or was withdrawn.
const known = "superseded <= 0 AND import NOT IN (SELECT num FROM import WHERE state <> 'done')"

// InsertSeizure writes one seizure that a person typed, its search words and
// its cells. key must be new.
func (t *Tx) InsertSeizure(key Key, z *paiza.Seizure) error {
	z.Version = 1
	sum := NewRollup()
	if err := t.TakeSeizure(key, z, sum); err != nil {
		return err
	}
	return t.AddRollup(0, sum)
}

// TakeSeizure writes one seizure at the version that it has, with its search
// words, and adds it to sum, which the caller writes.
func (t *Tx) TakeSeizure(key Key, z *paiza.Seizure, sum *Rollup) error {
	handling, err := t.Handling(z.Handling) // before the number: see Counters
	if err != nil {
		return err
	}
	num, err := t.next("seizure", 1)
	if err != nil {
		return err
	}
	args := make([]any, len(seizureColumns))
	seizureArgs(args, num, 0, handling, key, 0, z)
	if _, err := t.exec(insertSeizure, args...); err != nil {
		return err
	}
	z.ID, z.Handling = strconv.FormatInt(num, 10), z.Handling.Clean()
	var b strings.Builder
	if _, err := t.exec(addWords, num, wordsOf(&b, z)); err != nil {
		return err
	}
	sum.Seizure(z, handling)
	return nil
}

// Seizure reads one row, also one that was withdrawn; one that a newer edition
// replaced is not found.
func (s *Store) Seizure(ctx context.Context, id string) (paiza.Seizure, error) {
	num, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return paiza.Seizure{}, paiza.NotFound("seizure", id)
	}
	z, err := scanSeizure(s.read.QueryRowContext(ctx, selectSeizure+" WHERE num = $1 AND "+known, num))
	if errors.Is(err, sql.ErrNoRows) {
		return z, paiza.NotFound("seizure", id)
	}
	return z, err
}
