package store

import (
	"context"
	"strconv"

	"paiza"
)

// Rollup adds rows up into cells in memory, to be written in the transaction
// that makes the rows count.
type Rollup struct {
	cells  map[cellKey]*paiza.Cell
	routes map[routeKey]*paiza.RouteCell
	totals map[totalKey]*paiza.TotalCell
}

type cellKey struct {
	month     paiza.Date
	substance string
	country   paiza.Country
	division  string
	routing   paiza.Routing
	handling  int64
	doubtful  bool
}

type routeKey struct {
	year      int
	substance string
	country   paiza.Country
	route     paiza.Route
	routing   paiza.Routing
	handling  int64
	doubtful  bool
}

type totalKey struct {
	year      int
	country   paiza.Country
	substance string
}

// NewRollup is an empty sum.
func NewRollup() *Rollup {
	return &Rollup{map[cellKey]*paiza.Cell{}, map[routeKey]*paiza.RouteCell{}, map[totalKey]*paiza.TotalCell{}}
}

// Seizure adds one row; handling is the number of its handling.
func (r *Rollup) Seizure(z *paiza.Seizure, handling int64) { r.seizure(z, handling, 1) }

// Without takes one row away, for a row that is replaced or withdrawn.
func (r *Rollup) Without(z *paiza.Seizure, handling int64) { r.seizure(z, handling, -1) }

func (r *Rollup) seizure(z *paiza.Seizure, handling, sign int64) {
	doubtful := z.Flags&paiza.FlagImplausible != 0
	k := cellKey{z.Date.MonthOf(), z.Substance, z.Country, z.Division, z.Routing, handling, doubtful}
	c := r.cells[k]
	if c == nil {
		c = &paiza.Cell{Month: k.month, Substance: k.substance, Country: k.country, Division: k.division, Routing: k.routing, Handling: handling, Doubtful: doubtful}
		r.cells[k] = c
	}
	c.Rows += sign
	c.Seizures = plus(c.Seizures, sign*z.Count)
	c.Equivalent = plus(c.Equivalent, sign*z.Equivalent)
	var mass int64
	switch z.Amount.Dim {
	case paiza.DimMass:
		mass = sign * z.Amount.Base
		c.Weighed += sign
		c.Micrograms = plus(c.Micrograms, mass)
	case paiza.DimVolume:
		c.Microlitre = plus(c.Microlitre, sign*z.Amount.Base)
	case paiza.DimCount:
		c.Milliunits = plus(c.Milliunits, sign*z.Amount.Base)
	}
	rk := routeKey{z.Date.Year(), z.Substance, z.Country, z.Route, z.Routing, handling, doubtful}
	rc := r.routes[rk]
	if rc == nil {
		rc = &paiza.RouteCell{Year: rk.year, Substance: rk.substance, Country: rk.country, Route: rk.route, Routing: rk.routing, Handling: handling, Doubtful: doubtful}
		r.routes[rk] = rc
	}
	rc.Rows += sign
	rc.Seizures = plus(rc.Seizures, sign*z.Count)
	rc.Micrograms = plus(rc.Micrograms, mass)
	rc.Equivalent = plus(rc.Equivalent, sign*z.Equivalent)
}

// Total adds one official figure.
func (r *Rollup) Total(z *paiza.Total) { r.total(z, 1) }

// WithoutTotal takes one official figure away.
func (r *Rollup) WithoutTotal(z *paiza.Total) { r.total(z, -1) }

func (r *Rollup) total(z *paiza.Total, sign int64) {
	k := totalKey{z.Year, z.Country, z.Substance}
	c := r.totals[k]
	if c == nil {
		c = &paiza.TotalCell{Year: k.year, Country: k.country, Substance: k.substance}
		r.totals[k] = c
	}
	c.Rows += sign
	c.Equivalent = plus(c.Equivalent, sign*z.Equivalent)
	if z.Amount.Dim == paiza.DimMass {
		c.Micrograms = plus(c.Micrograms, sign*z.Amount.Base)
	}
}

// plus adds and stays at sumMax's outside instead of turning around, where
// check finds it.
func plus(a, b int64) int64 {
	return min(max(a+b, -2*sumMax), 2*sumMax)
}

const (
	addCell = `INSERT INTO cell (import, month, substance, country, division, routing, handling, doubtful,
		lines, events, weighed, micrograms, equivalent, microlitre, milliunits, rev)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (import, month, substance, country, division, routing, handling, doubtful) DO UPDATE SET
		lines = cell.lines + excluded.lines, events = cell.events + excluded.events,
		weighed = cell.weighed + excluded.weighed, micrograms = cell.micrograms + excluded.micrograms,
		equivalent = cell.equivalent + excluded.equivalent, microlitre = cell.microlitre + excluded.microlitre,
		milliunits = cell.milliunits + excluded.milliunits, rev = excluded.rev`
	addRoute = `INSERT INTO route_cell (import, year, substance, country, producing, departure, via, destination, routing, handling, doubtful,
		lines, events, micrograms, equivalent, rev)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (import, year, substance, country, producing, departure, via, destination, routing, handling, doubtful) DO UPDATE SET
		lines = route_cell.lines + excluded.lines, events = route_cell.events + excluded.events,
		micrograms = route_cell.micrograms + excluded.micrograms, equivalent = route_cell.equivalent + excluded.equivalent,
		rev = excluded.rev`
	addTotal = `INSERT INTO total_cell (import, year, country, substance, lines, micrograms, equivalent, rev)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (import, year, country, substance) DO UPDATE SET
		lines = total_cell.lines + excluded.lines, micrograms = total_cell.micrograms + excluded.micrograms,
		equivalent = total_cell.equivalent + excluded.equivalent, rev = excluded.rev`
)

// sumMax bounds one cell: an eighth of what 64 bits hold, so that adding two
// cells, or the same cell twice, cannot turn negative. It is a million times all
// that is seized in the world in a year; only a mistaken file comes near it.
const sumMax = int64(1) << 60

// check refuses sums that no real file can have, before they are written.
func (r *Rollup) check() error {
	over := func(values ...int64) bool {
		for _, v := range values {
			if v > sumMax || v < -sumMax {
				return true
			}
		}
		return false
	}
	for _, c := range r.cells {
		if over(c.Seizures, c.Micrograms, c.Equivalent, c.Microlitre, c.Milliunits) {
			return paiza.Invalid("store.sum_too_large", paiza.Args{"country": c.Country, "date": c.Month})
		}
	}
	for _, c := range r.totals {
		if over(c.Micrograms, c.Equivalent) {
			return paiza.Invalid("store.sum_too_large", paiza.Args{"country": c.Country, "date": paiza.NewDate(c.Year, 0, 0)})
		}
	}
	return nil
}

// AddRollup adds the sums to the cells of an import.
func (t *Tx) AddRollup(importNum int64, r *Rollup) error {
	if err := r.check(); err != nil {
		return err
	}
	rev, err := t.revision()
	if err != nil {
		return err
	}
	for _, c := range r.cells {
		if _, err := t.exec(addCell, importNum, int64(c.Month), c.Substance, string(c.Country), c.Division, string(c.Routing),
			c.Handling, flag(c.Doubtful), c.Rows, c.Seizures, c.Weighed, c.Micrograms, c.Equivalent, c.Microlitre, c.Milliunits, rev); err != nil {
			return err
		}
	}
	for _, c := range r.routes {
		if _, err := t.exec(addRoute, importNum, int64(c.Year), c.Substance, string(c.Country), string(c.Route.Producing), string(c.Route.Departure),
			string(c.Route.Via), string(c.Route.Destination), string(c.Routing), c.Handling, flag(c.Doubtful),
			c.Rows, c.Seizures, c.Micrograms, c.Equivalent, rev); err != nil {
			return err
		}
	}
	for _, c := range r.totals {
		if _, err := t.exec(addTotal, importNum, int64(c.Year), string(c.Country), c.Substance, c.Rows, c.Micrograms, c.Equivalent, rev); err != nil {
			return err
		}
	}
	return nil
}

// ClearRollup empties the cells of an import, which is how an undo leaves the
// picture. The empty cells stay, so that other processes learn of the
// change.
func (t *Tx) ClearRollup(importNum int64) error {
	rev, err := t.revision()
	if err != nil {
		return err
	}
	for _, q := range []string{
		"UPDATE cell SET lines = 0, events = 0, weighed = 0, micrograms = 0, equivalent = 0, microlitre = 0, milliunits = 0, rev = $1 WHERE import = $2",
		"UPDATE route_cell SET lines = 0, events = 0, micrograms = 0, equivalent = 0, rev = $1 WHERE import = $2",
		"UPDATE total_cell SET lines = 0, micrograms = 0, equivalent = 0, rev = $1 WHERE import = $2",
	} {
		if _, err := t.exec(q, rev, importNum); err != nil {
			return err
		}
	}
	return nil
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Revision is the number of the last change to any cell.
func (s *Store) Revision(ctx context.Context) (int64, error) {
	var v int64
	err := s.read.QueryRowContext(ctx, "SELECT value FROM counter WHERE name = 'rev'").Scan(&v)
	return v, diskError(err)
}

// Changes are the cells that changed after a revision, with the revision that
// they bring the reader to.
type Changes struct {
	Rev    int64
	Cells  []paiza.Cell
	Routes []paiza.RouteCell
	Totals []paiza.TotalCell
}

// ChangesSince reads the cells that changed after rev; 0 reads all of them. It
// reads in one snapshot, so that the parts agree.
func (s *Store) ChangesSince(ctx context.Context, rev int64) (Changes, error) {
	ch := Changes{}
	tx, err := s.snapshot(ctx)
	if err != nil {
		return ch, err
	}
	defer tx.Rollback()
	if err := tx.QueryRowContext(ctx, "SELECT value FROM counter WHERE name = 'rev'").Scan(&ch.Rev); err != nil {
		return ch, diskError(err)
	}
	rows, err := tx.QueryContext(ctx, `SELECT import, month, substance, country, division, routing, handling, doubtful,
		lines, events, weighed, micrograms, equivalent, microlitre, milliunits FROM cell WHERE rev > $1`, rev)
	if err != nil {
		return ch, diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var c paiza.Cell
		var imp, month, doubtful int64
		if err := rows.Scan(&imp, &month, &c.Substance, &c.Country, &c.Division, &c.Routing, &c.Handling, &doubtful,
			&c.Rows, &c.Seizures, &c.Weighed, &c.Micrograms, &c.Equivalent, &c.Microlitre, &c.Milliunits); err != nil {
			return ch, err
		}
		c.Import, c.Month, c.Doubtful = importID(imp), paiza.Date(month), doubtful != 0
		ch.Cells = append(ch.Cells, c)
	}
	if err := rows.Err(); err != nil {
		return ch, diskError(err)
	}
	if rows, err = tx.QueryContext(ctx, `SELECT import, year, substance, country, producing, departure, via, destination, routing, handling, doubtful,
		lines, events, micrograms, equivalent FROM route_cell WHERE rev > $1`, rev); err != nil {
		return ch, diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var c paiza.RouteCell
		var imp, doubtful int64
		if err := rows.Scan(&imp, &c.Year, &c.Substance, &c.Country, &c.Route.Producing, &c.Route.Departure, &c.Route.Via,
			&c.Route.Destination, &c.Routing, &c.Handling, &doubtful, &c.Rows, &c.Seizures, &c.Micrograms, &c.Equivalent); err != nil {
			return ch, err
		}
		c.Import, c.Doubtful = importID(imp), doubtful != 0
		ch.Routes = append(ch.Routes, c)
	}
	if err := rows.Err(); err != nil {
		return ch, diskError(err)
	}
	if rows, err = tx.QueryContext(ctx, `SELECT total_cell.import, year, country, substance, lines, micrograms, equivalent, coalesce(source, ''), coalesce(handling, 0)
		FROM total_cell LEFT JOIN import ON import.num = total_cell.import WHERE rev > $1`, rev); err != nil {
		return ch, diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var c paiza.TotalCell
		var imp int64
		if err := rows.Scan(&imp, &c.Year, &c.Country, &c.Substance, &c.Rows, &c.Micrograms, &c.Equivalent, &c.Series, &c.Handling); err != nil {
			return ch, err
		}
		c.Import = importID(imp)
		ch.Totals = append(ch.Totals, c)
	}
	return ch, diskError(rows.Err())
}

func importID(num int64) string {
	if num == 0 {
		return ""
	}
	return strconv.FormatInt(num, 10)
}
