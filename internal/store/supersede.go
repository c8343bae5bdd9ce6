package store

import (
	"encoding/binary"

	"paiza"
)

// A series of aggregated rows (a month of a field office, a yearly figure) is
// published again and again, and later vintages revise values. A row has then
// an identity besides its key; the rows of the newest file that names an
// identity replace the earlier ones of the same identity that the file does not
// repeat. They stay in the store, marked, and come back when the newer import
// is undone.

// Supersede marks the rows that this import replaces and takes them out of the
// sums. It is called once, in the transaction that finishes the import, and
// answers how many rows it replaced.
func (l *Loader) Supersede(t *Tx) (int64, error) {
	var n int64
	if l.first {
		return 0, nil
	}
	// The conditions repeat those of the partial indexes, or no engine would use
	// them for a value that it does not know yet.
	for _, table := range []string{"seizure", "total"} {
		byImport := map[int64]*Rollup{}
		for ident := range l.idents {
			olds, err := t.olds(table, "ident = $1 AND ident <> 0 AND superseded = 0 AND import <> $2 AND import IN (SELECT num FROM import WHERE state = 'done')", ident, l.num)
			if err != nil {
				return 0, err
			}
			for i := range olds {
				if l.seen[olds[i].key] {
					continue
				}
				if _, err := t.exec("UPDATE "+table+" SET superseded = $1 WHERE num = $2", l.num, olds[i].num); err != nil {
					return 0, err
				}
				olds[i].addTo(rollupOf(byImport, olds[i].imp), table, -1)
				n++
			}
		}
		for imp, sum := range byImport {
			if err := t.AddRollup(imp, sum); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

// restoreSuperseded brings back the rows that an import had replaced.
func (t *Tx) restoreSuperseded(importNum int64) error {
	for _, table := range []string{"seizure", "total"} {
		olds, err := t.olds(table, "superseded = $1 AND superseded <> 0 AND import IN (SELECT num FROM import WHERE state = 'done')", importNum)
		if err != nil {
			return err
		}
		byImport := map[int64]*Rollup{}
		for i := range olds {
			olds[i].addTo(rollupOf(byImport, olds[i].imp), table, 1)
		}
		if _, err := t.exec("UPDATE "+table+" SET superseded = 0 WHERE superseded = $1 AND superseded <> 0", importNum); err != nil {
			return err
		}
		for imp, sum := range byImport {
			if err := t.AddRollup(imp, sum); err != nil {
				return err
			}
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

// olds reads the part of rows that their cells and keys need.
func (t *Tx) olds(table, cond string, args ...any) ([]old, error) {
	columns := "num, import, key_hi, key_lo, date, country, division, routing, substance, dim, amount, equivalent, events, producing, departure, via, destination, flags, tlp"
	if table == "total" {
		columns = "num, import, key_hi, key_lo, year, country, substance, dim, amount, equivalent"
	}
	rows, err := t.conn.QueryContext(t.ctx, "SELECT "+columns+" FROM "+table+" WHERE "+cond, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []old
	for rows.Next() {
		var o old
		var hi, lo, date, flags int64
		z := &o.seizure
		if table == "total" {
			err = rows.Scan(&o.num, &o.imp, &hi, &lo, &o.total.Year, &o.total.Country, &o.total.Substance, &o.total.Amount.Dim, &o.total.Amount.Base, &o.total.Equivalent)
		} else {
			err = rows.Scan(&o.num, &o.imp, &hi, &lo, &date, &z.Country, &z.Division, &z.Routing, &z.Substance, &z.Amount.Dim, &z.Amount.Base, &z.Equivalent, &z.Count,
				&z.Route.Producing, &z.Route.Departure, &z.Route.Via, &z.Route.Destination, &flags, &z.Handling.TLP)
			z.Date, z.Flags = paiza.Date(date), paiza.Flags(flags)
		}
		if err != nil {
			return nil, err
		}
		binary.BigEndian.PutUint64(o.key[:8], uint64(hi))
		binary.BigEndian.PutUint64(o.key[8:], uint64(lo))
		out = append(out, o)
	}
	return out, rows.Err()
}
