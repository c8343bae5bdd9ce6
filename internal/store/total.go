package store

import (
	"encoding/json"

	"paiza"
)

var totalColumns = []string{
	"num", "import", "superseded", "key_hi", "key_lo", "ident", "sheet", "line", "year", "country", "substance",
	"substance_text", "amount_text", "unit_text", "dim", "amount", "equivalent", "factor", "flags",
}

var insertTotal = insertText("total", totalColumns) + " ON CONFLICT (key_hi, key_lo) DO NOTHING"

func totalArgs(num, importNum int64, key Key, ident int64, z *paiza.Total) []any {
	hi, lo := key.halves()
	return []any{num, importNum, int64(0), hi, lo, ident, z.Source.Sheet, int64(z.Source.Row), int64(z.Year), string(z.Country), z.Substance,
		z.SubstanceText, z.AmountText, z.UnitText, string(z.Amount.Dim), z.Amount.Base, z.Equivalent, z.Factor, int64(z.Flags)}
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
