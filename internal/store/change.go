package store

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"paiza"
)

// Records change in three ways: the agency corrects what it typed, says that a
// record is handled otherwise, or withdraws it. Each makes a new version of the
// record, and the cells follow in the same transaction.

// firstChanging is the place of the first column that a change may touch: those
// before say where the row came from.
var firstChanging = slices.Index(seizureColumns, "date")

var updateSeizure = func() string {
	var b strings.Builder
	b.WriteString("UPDATE seizure SET ")
	for i, c := range seizureColumns[firstChanging:] {
		fmt.Fprintf(&b, "%s = $%d, ", c, i+1)
	}
	n := len(seizureColumns) - firstChanging
	fmt.Fprintf(&b, "superseded = $%d WHERE num = $%d", n+1, n+2)
	return b.String()
}()

// ChangeSeizure reads a seizure, lets change make the next version of it, and
// writes that with its cells and search words. expect is the version that the
// person saw, 0 for any: another one is a conflict, and so is a seizure that was
// withdrawn. change may set Withdrawn.
func (t *Tx) ChangeSeizure(id string, expect int64, change func(z *paiza.Seizure) error) (paiza.Seizure, error) {
	num, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return paiza.Seizure{}, paiza.NotFound("seizure", id)
	}
	z, err := scanSeizure(t.row(selectSeizure+" WHERE num = $1 AND "+known+t.s.engine.forUpdate("seizure"), num))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return z, paiza.NotFound("seizure", id)
	case err != nil:
		return z, err
	case z.Withdrawn:
		return z, paiza.Conflict("seizure.withdrawn", nil)
	case expect != 0 && expect != z.Version:
		return z, paiza.Conflict("seizure.changed", paiza.Args{"version": z.Version})
	}
	was, err := t.Handling(z.Handling)
	if err != nil {
		return z, err
	}
	var imp int64
	if z.Source.Import != "" {
		if imp, err = strconv.ParseInt(z.Source.Import, 10, 64); err != nil {
			return z, err
		}
	}
	sum := NewRollup()
	sum.Without(&z, was)
	if err := change(&z); err != nil {
		return z, err
	}
	is, err := t.Handling(z.Handling)
	if err != nil {
		return z, err
	}
	z.Handling = z.Handling.Clean()
	z.Version++
	var superseded int64
	if z.Withdrawn {
		superseded = withdrawn
	} else {
		sum.Seizure(&z, is)
	}
	if err := t.rewriteSeizure(num, imp, is, superseded, &z); err != nil {
		return z, err
	}
	return z, t.AddRollup(imp, sum)
}

// rewriteSeizure writes what may change of a seizure, and its search words.
func (t *Tx) rewriteSeizure(num, imp, handling, superseded int64, z *paiza.Seizure) error {
	args := make([]any, len(seizureColumns))
	seizureArgs(args, num, imp, handling, Key{}, 0, z)
	if _, err := t.exec(updateSeizure, append(args[firstChanging:], superseded, num)...); err != nil {
		return err
	}
	var b strings.Builder
	if _, err := t.exec("DELETE FROM seizure_text WHERE rowid = $1", num); err != nil {
		return err
	}
	_, err := t.exec(addWords, num, wordsOf(&b, z))
	return err
}

// ReplaceSeizure writes another version of a seizure of another node: its owner
// may take one back and give it out again. The change of the cells is added to
// sum, which the caller writes.
func (t *Tx) ReplaceSeizure(num int64, z *paiza.Seizure, sum *Rollup) error {
	was, err := scanSeizure(t.row(selectSeizure+" WHERE num = $1 AND "+known+t.s.engine.forUpdate("seizure"), num))
	if err != nil {
		return err
	}
	before, err := t.Handling(was.Handling)
	if err != nil {
		return err
	}
	is, err := t.Handling(z.Handling)
	if err != nil {
		return err
	}
	if !was.Withdrawn {
		sum.Without(&was, before)
	}
	superseded := int64(withdrawn)
	if !z.Withdrawn {
		superseded = 0
		sum.Seizure(z, is)
	}
	return t.rewriteSeizure(num, 0, is, superseded, z)
}

// SeizureNow reads a seizure within the transaction, also one that was
// withdrawn.
func (t *Tx) SeizureNow(num int64) (paiza.Seizure, error) {
	z, err := scanSeizure(t.row(selectSeizure+" WHERE num = $1 AND "+known, num))
	if errors.Is(err, sql.ErrNoRows) {
		err = paiza.NotFound("seizure", strconv.FormatInt(num, 10))
	}
	return z, err
}

// RelabelImport makes the rows of an import that are handled as the import is
// handled otherwise, and the import with them. It answers how many rows changed.
func (t *Tx) RelabelImport(importNum int64, h paiza.Handling) (int64, error) {
	var was int64
	err := t.row("SELECT handling FROM import WHERE num = $1"+t.s.engine.forUpdate("import"), importNum).Scan(&was)
	if err != nil {
		return 0, err
	}
	is, err := t.Handling(h)
	if err != nil || is == was {
		return 0, err
	}
	var n int64
	for _, table := range []string{"seizure", "total"} {
		res, err := t.exec("UPDATE "+table+" SET handling = $1 WHERE import = $2 AND handling = $3", is, importNum, was)
		if err != nil {
			return 0, err
		}
		rows, err := res.RowsAffected()
		if err != nil {
			return 0, err
		}
		n += rows
	}
	if _, err := t.exec("UPDATE import SET handling = $1 WHERE num = $2", is, importNum); err != nil {
		return 0, err
	}
	return n, t.moveCells(importNum, was, is)
}

// moveCells adds the cells of one handling to those of another and leaves the
// old ones empty, so that other processes learn of the change.
func (t *Tx) moveCells(importNum, was, is int64) error {
	rev, err := t.revision()
	if err != nil {
		return err
	}
	for _, q := range []string{
		strings.Replace(addCell, "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
			`SELECT import, month, substance, country, division, routing, $1, doubtful, lines, events, weighed, micrograms, equivalent, microlitre, milliunits, $2
			FROM cell WHERE import = $3 AND handling = $4`, 1),
		strings.Replace(addRoute, "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
			`SELECT import, year, substance, country, producing, departure, via, destination, routing, $1, doubtful, lines, events, micrograms, equivalent, $2
			FROM route_cell WHERE import = $3 AND handling = $4`, 1),
	} {
		if _, err := t.exec(q, is, rev, importNum, was); err != nil {
			return err
		}
	}
	for _, q := range []string{
		"UPDATE cell SET lines = 0, events = 0, weighed = 0, micrograms = 0, equivalent = 0, microlitre = 0, milliunits = 0, rev = $1 WHERE import = $2 AND handling = $3",
		"UPDATE route_cell SET lines = 0, events = 0, micrograms = 0, equivalent = 0, rev = $1 WHERE import = $2 AND handling = $3",
	} {
		if _, err := t.exec(q, rev, importNum, was); err != nil {
			return err
		}
	}
	_, err = t.exec("UPDATE total_cell SET rev = $1 WHERE import = $2", rev, importNum)
	return err
}
