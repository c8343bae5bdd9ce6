package store

import (
	"context"
	"encoding/json"
	"strconv"

	"paiza"
	"paiza/internal/access"
)

var totalColumns = []string{
	"num", "import", "superseded", "key_hi", "key_lo", "ident", "sheet", "line", "year", "country", "substance",
	"substance_text", "amount_text", "unit_text", "dim", "amount", "equivalent", "factor", "flags", "handling",
}

func totalArgs(num, importNum, handling int64, key Key, ident int64, z *paiza.Total) []any {
	hi, lo := key.halves()
	return []any{num, importNum, int64(0), hi, lo, ident, z.Source.Sheet, int64(z.Source.Row), int64(z.Year), string(z.Country), z.Substance,
		z.SubstanceText, z.AmountText, z.UnitText, string(z.Amount.Dim), z.Amount.Base, z.Equivalent, z.Factor, int64(z.Flags), handling}
}

func scanRowError(row scanner) (paiza.RowError, error) {
	var e paiza.RowError
	var line, aside int64
	var args string
	if err := row.Scan(&e.Sheet, &line, &e.Column, &e.Value, &e.Key, &args, &aside); err != nil {
		return e, err
	}
	e.Row, e.Aside = int(line), aside != 0
	return e, json.Unmarshal([]byte(args), &e.Args)
}

// Totals lists the official figures of a slice, newest year first, at most limit
// of them, that access allows. Groups have been turned into substances by the desk.
func (s *Store) Totals(ctx context.Context, f paiza.Slice, limit int, may access.Expr) ([]paiza.Total, error) {
	w := &where{text: []string{visible}}
	if f.Period.From != 0 {
		w.add("year >= %s", int64(f.Period.From.Year()))
	}
	if f.Period.To != 0 {
		w.add("year <= %s", int64(f.Period.To.Year()))
	}
	in(w, "country", f.Countries)
	in(w, "substance", f.Substances)
	w.may("total", may, false)
	rows, err := s.read.QueryContext(ctx, "SELECT num, import, sheet, line, year, country, substance, substance_text, amount_text, unit_text, dim, amount, equivalent, factor, flags, "+handlingColumns+" FROM total LEFT JOIN handling ON handling.id = total.handling"+
		w.String()+" ORDER BY year DESC, country, substance, num LIMIT "+strconv.Itoa(limit), w.args...)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []paiza.Total
	for rows.Next() {
		var z paiza.Total
		var num, imp, line, flags int64
		var h handlingRow
		into := []any{&num, &imp, &z.Source.Sheet, &line, &z.Year, &z.Country, &z.Substance, &z.SubstanceText, &z.AmountText, &z.UnitText,
			&z.Amount.Dim, &z.Amount.Base, &z.Equivalent, &z.Factor, &flags}
		if err := rows.Scan(append(into, h.into()...)...); err != nil {
			return nil, err
		}
		z.ID, z.Source.Import, z.Source.Row, z.Flags = strconv.FormatInt(num, 10), importID(imp), int(line), paiza.Flags(flags)
		z.Handling = h.value()
		out = append(out, z)
	}
	return out, diskError(rows.Err())
}
