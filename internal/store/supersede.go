package store

import "paiza"

// What counts depends only on which imports stand, not on the order in which
// they came or went:
//
//   - a row that several files hold is kept once; the later files' sightings of
//     it are remembered, so that undoing the first file hands the row over to
//     the next instead of losing it;
//   - in a series of aggregated rows (a month of a field office, a yearly
//     figure), whose later vintages revise values, a row has an identity besides
//     its key. Of each identity the rows of the newest standing import that
//     names it count, whether that import brought them or saw them again; the
//     others stay in the store, marked, and come back when it is undone.

// Settle is called once, in the transaction that finishes the import: it decides
// for every identity that the file names which rows count, and forgets the
// sightings of a file that changed nothing. It answers how many rows the file
// replaced.
func (l *Loader) Settle(t *Tx) (revised int64, err error) {
	if !l.first {
		byImport := map[int64]*Rollup{}
		for ident := range l.idents {
			n, err := t.settle(l.table, ident, l.num, byImport, l.Sum)
			if err != nil {
				return 0, err
			}
			revised += n
		}
		if err := t.addAll(byImport); err != nil {
			return 0, err
		}
	}
	if l.Imported == 0 && revised == 0 {
		_, err = t.exec("DELETE FROM sighting WHERE import = $1", l.num)
	}
	return revised, err
}

// standing is the condition that a row's import is done; $2 is an import that
// counts as done although its state is not written yet.
const standing = "(import = $2 OR import IN (SELECT num FROM import WHERE state = 'done'))"

// settle decides which rows of one identity count. current is the import that is
// being finished (its new rows are summed in sum), or 0.
func (t *Tx) settle(table string, ident, current int64, byImport map[int64]*Rollup, sum *Rollup) (replaced int64, err error) {
	// The condition on ident repeats that of the partial index, or no engine
	// would use it for a value that it does not know yet.
	rows, err := t.olds(table, "ident = $1 AND ident <> 0 AND "+standing, ident, current)
	if err != nil {
		return 0, err
	}
	newest := int64(0)
	seen := map[int64]map[int64]bool{} // row → imports that saw it again
	for i := range rows {
		newest = max(newest, rows[i].imp)
		if seen[rows[i].num], err = t.sightings(table, rows[i].num, current); err != nil {
			return 0, err
		}
		for imp := range seen[rows[i].num] {
			newest = max(newest, imp)
		}
	}
	for i := range rows {
		r := &rows[i]
		want := newest
		if r.imp == newest || seen[r.num][newest] {
			want = 0
		}
		if want == r.superseded || r.superseded == withdrawn {
			continue
		}
		if _, err := t.exec("UPDATE "+table+" SET superseded = $1 WHERE num = $2", want, r.num); err != nil {
			return 0, err
		}
		into := rollupOf(byImport, r.imp)
		if r.imp == current && sum != nil {
			into = sum
		}
		switch {
		case r.superseded == 0:
			r.addTo(into, table, -1)
			replaced++
		case want == 0:
			r.addTo(into, table, 1)
		}
	}
	return replaced, nil
}

// sightings are the standing imports that saw a row again.
func (t *Tx) sightings(table string, row, current int64) (map[int64]bool, error) {
	rows, err := t.conn.QueryContext(t.ctx, "SELECT import FROM sighting WHERE kind = $1 AND num = $3 AND "+standing, table, current, row)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]bool{}
	for rows.Next() {
		var imp int64
		if err := rows.Scan(&imp); err != nil {
			return nil, err
		}
		out[imp] = true
	}
	return out, rows.Err()
}

// handOver is the part of an undo that keeps what other files hold too: rows of
// the undone import that another standing import saw become that import's, and
// every identity that the undone import named is decided anew.
func (t *Tx) handOver(importNum int64) error {
	byImport := map[int64]*Rollup{}
	for _, table := range []string{"seizure", "total"} {
		idents, err := t.identsOf(table, importNum)
		if err != nil {
			return err
		}
		heirs, err := t.heirs(table, importNum)
		if err != nil {
			return err
		}
		for row, heir := range heirs {
			olds, err := t.olds(table, "num = $1", row)
			if err != nil {
				return err
			}
			if olds[0].superseded == 0 {
				olds[0].addTo(rollupOf(byImport, heir), table, 1)
			}
			if _, err := t.exec("UPDATE "+table+" SET import = $1 WHERE num = $2", heir, row); err != nil {
				return err
			}
			if _, err := t.exec("DELETE FROM sighting WHERE kind = $1 AND num = $2 AND import = $3", table, row, heir); err != nil {
				return err
			}
		}
		for _, ident := range idents {
			if _, err := t.settle(table, ident, 0, byImport, nil); err != nil {
				return err
			}
		}
	}
	if _, err := t.exec("DELETE FROM sighting WHERE import = $1", importNum); err != nil {
		return err
	}
	return t.addAll(byImport)
}

// identsOf lists the identities that an import brought or saw.
func (t *Tx) identsOf(table string, importNum int64) ([]int64, error) {
	return t.numbers("SELECT DISTINCT ident FROM "+table+" WHERE ident <> 0 AND (import = $1 OR num IN (SELECT num FROM sighting WHERE kind = $2 AND import = $1))", importNum, table)
}

// heirs finds for each row of an undone import the oldest standing import that
// saw it again.
func (t *Tx) heirs(table string, importNum int64) (map[int64]int64, error) {
	rows, err := t.conn.QueryContext(t.ctx, "SELECT sighting.num, min(sighting.import) FROM sighting JOIN "+table+" ON "+table+".num = sighting.num WHERE sighting.kind = $1 AND "+table+
		".import = $2 AND sighting.import IN (SELECT num FROM import WHERE state = 'done') GROUP BY sighting.num", table, importNum)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]int64{}
	for rows.Next() {
		var row, heir int64
		if err := rows.Scan(&row, &heir); err != nil {
			return nil, err
		}
		out[row] = heir
	}
	return out, rows.Err()
}

func (t *Tx) numbers(query string, args ...any) ([]int64, error) {
	rows, err := t.conn.QueryContext(t.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

func (t *Tx) addAll(byImport map[int64]*Rollup) error {
	for imp, sum := range byImport {
		if err := t.AddRollup(imp, sum); err != nil {
			return err
		}
	}
	return nil
}

func rollupOf(m map[int64]*Rollup, imp int64) *Rollup {
	if m[imp] == nil {
		m[imp] = NewRollup()
	}
	return m[imp]
}

// old is a row that is in the store, as far as its cells need it.
type old struct {
	num, imp, superseded int64
	handling             int64
	seizure              paiza.Seizure
	total                paiza.Total
}

func (o *old) addTo(r *Rollup, table string, sign int) {
	switch {
	case table == "seizure" && sign > 0:
		r.Seizure(&o.seizure, o.handling)
	case table == "seizure":
		r.Without(&o.seizure, o.handling)
	case sign > 0:
		r.Total(&o.total)
	default:
		r.WithoutTotal(&o.total)
	}
}

func (t *Tx) olds(table, cond string, args ...any) ([]old, error) {
	columns := "num, import, superseded, date, country, division, routing, substance, dim, amount, equivalent, events, producing, departure, via, destination, flags, handling"
	if table == "total" {
		columns = "num, import, superseded, year, country, substance, dim, amount, equivalent"
	}
	rows, err := t.conn.QueryContext(t.ctx, "SELECT "+columns+" FROM "+table+" WHERE "+cond, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []old
	for rows.Next() {
		var o old
		var date, flags int64
		z := &o.seizure
		if table == "total" {
			err = rows.Scan(&o.num, &o.imp, &o.superseded, &o.total.Year, &o.total.Country, &o.total.Substance, &o.total.Amount.Dim, &o.total.Amount.Base, &o.total.Equivalent)
		} else {
			err = rows.Scan(&o.num, &o.imp, &o.superseded, &date, &z.Country, &z.Division, &z.Routing, &z.Substance, &z.Amount.Dim, &z.Amount.Base, &z.Equivalent, &z.Count,
				&z.Route.Producing, &z.Route.Departure, &z.Route.Via, &z.Route.Destination, &flags, &o.handling)
			z.Date, z.Flags = paiza.Date(date), paiza.Flags(flags)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, rows.Err()
}
