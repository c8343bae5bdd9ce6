package ingest

import (
	"strings"
	"unicode/utf8"

	"paiza"
)

// values are the working values of the row being read.
type values struct {
	line   int
	cells  []string      // as written
	cell   []string      // by column: trimmed, blanks collapsed, carried down, "" for NULL
	text   [slots]string // by slot: of its column, or of several joined, or the constant
	dated  bool
	date   span
	amount paiza.Decimal
	counts bool   // amount is set
	unit   string // code of a unit that stands in the cell of the amount
}

// row turns one record into rows of the batch.
func (r *reader) row(cells []string, line int) {
	v := &r.v
	v.line, v.cells = line, cells
	for i := range r.plan.columns {
		text := ""
		if i < len(cells) {
			text = r.value(cells[i], &r.plan.columns[i])
		}
		if c := &r.plan.columns[i]; c.carry {
			if text != "" {
				r.carried[i] = text
			} else {
				text = r.carried[i]
			}
		}
		v.cell[i] = text
	}
	r.texts(v)
	e := r.readDate(v)
	switch by, total := r.totalRow(v); {
	case r.headerAgain(v), r.stacked(v):
		r.refuse(v, &paiza.RowError{Key: "ingest.row.header_again", Aside: true})
	case total:
		r.refuse(v, r.asideTotal(v, by))
	case columnNumbers(v):
		r.refuse(v, &paiza.RowError{Key: "ingest.row.column_numbers", Aside: true})
	case r.loneText(v):
		r.refuse(v, &paiza.RowError{Key: "ingest.row.remark", Aside: true, Value: short(strings.Join(nonEmpty(cells), " "))})
	case len(r.plan.pivots) > 0:
		r.wide(v, e)
	default:
		r.one(v, e, -1)
	}
}

// value is a cell trimmed, with its blanks collapsed; texts that mean nothing
// become empty.
func (r *reader) value(s string, c *column) string {
	s = collapse(s)
	if len(s) <= 6 {
		switch s {
		case "":
			return ""
		case "NA", "<NA>":
			// Two letters of Namibia where a state may stand.
			if !c.filled || !c.slot.state() {
				return ""
			}
		}
		if meansNothing(s) {
			return ""
		}
	}
	if len(r.missing) > 0 && len(s) < 40 && r.missing[foldHeader(s)] {
		return ""
	}
	return s
}

// meansNothing reports a text that stands for no value, in whatever column.
func meansNothing(s string) bool {
	switch s {
	case "NULL", "null", "Null", "N/A", "n/a", "#N/A", "-", "--", "—", "–", "NaN", "nan", "NAN", ".", "..", "...", "…":
		return true
	}
	return false
}

// texts fills the slots from the columns and the constants.
func (r *reader) texts(v *values) {
	for s := range slots {
		cols := r.plan.of[s]
		switch {
		case len(cols) == 0:
			v.text[s] = r.plan.constant[s]
		case len(cols) == 1:
			v.text[s] = v.cell[cols[0]]
		case s == slotRouting:
			v.text[s] = r.join(v, cols, " | ")
		case s == slotAgency, s == slotPlace, s == slotPackaging:
			v.text[s] = r.join(v, cols, ", ")
		default:
			v.text[s] = ""
			for _, c := range cols {
				if v.cell[c] != "" {
					v.text[s] = v.cell[c]
					break
				}
			}
		}
		if v.text[s] == "" && r.plan.hasConst[s] {
			v.text[s] = r.plan.constant[s]
		}
	}
}

func (r *reader) join(v *values, cols []int, by string) string {
	out := ""
	for _, c := range cols {
		switch {
		case v.cell[c] == "":
		case out == "":
			out = v.cell[c]
		default:
			out += by + v.cell[c]
		}
	}
	return out
}

// wide turns a row of a wide table into one row for each filled value column.
func (r *reader) wide(v *values, dateErr *paiza.RowError) {
	label, value, unit := r.plan.label, r.plan.value, v.text[slotUnit]
	for _, col := range r.plan.pivots {
		text := v.cell[col]
		if text == "" {
			continue
		}
		if d, ok := parseNumber(text, r.comma); ok && d.Coef == 0 && !r.p.Pivot.Zeros {
			continue
		}
		v.text[label], v.text[value] = r.plan.columns[col].heading, text
		v.text[slotUnit] = unit
		if u := r.plan.columns[col].unit; u != "" {
			v.text[slotUnit] = u
		}
		e := dateErr
		if label <= slotUntil {
			e = r.readDate(v)
		}
		r.one(v, e, col)
	}
	v.text[value] = ""
}

// one turns the values into one row. pivot is the value column of a wide
// table, or -1.
func (r *reader) one(v *values, dateErr *paiza.RowError, pivot int) {
	if dateErr != nil {
		r.refuse(v, dateErr)
		return
	}
	country, e := r.country(v, pivot)
	if e == nil {
		e = r.number(v, pivot)
	}
	if e != nil {
		r.refuse(v, e)
		return
	}
	row := Row{Sheet: r.sheet, Line: v.line, Cells: v.cells}
	if r.p.Kind == paiza.KindTotals {
		e = r.official(&row, v, country, pivot)
	} else {
		e = r.seizure(&row, v, country, pivot)
	}
	if e != nil {
		r.refuse(v, e)
		return
	}
	sum, identity := r.keys(v, pivot)
	n := r.seen.next(sum)
	row.Key, row.Identity = key(sum, n), identity
	if n > 1 {
		r.report.Identical++
		if row.Seizure != nil {
			row.Seizure.Flags |= paiza.FlagIdentical
		} else {
			row.Total.Flags |= paiza.FlagIdentical
		}
	}
	r.sum(v, pivot)
	r.months.add(country, v.date.date)
	r.report.Read++
	r.report.Accepted++
	r.batch.Rows = append(r.batch.Rows, row)
}

// sum adds the numbers of an accepted row to what total rows are checked
// against.
func (r *reader) sum(v *values, pivot int) {
	if pivot >= 0 {
		if v.counts {
			r.sums.add(pivot, v.amount)
		}
		return
	}
	for _, col := range r.summed {
		if r.plan.columns[col].slot == slotAmount {
			if v.counts {
				r.sums.add(col, v.amount)
			}
		} else if d, ok := parseNumber(v.cell[col], r.comma); ok {
			r.sums.add(col, d)
		}
	}
}

// refuse adds a row that is refused or set aside.
func (r *reader) refuse(v *values, e *paiza.RowError) {
	e.Sheet, e.Row = r.sheet, v.line
	e.Value = short(e.Value)
	r.report.Read++
	if e.Aside {
		r.report.SetAside++
	} else {
		r.report.Refused++
	}
	r.batch.Rows = append(r.batch.Rows, Row{Sheet: r.sheet, Line: v.line, Cells: v.cells, Err: e})
}

// short keeps a value for a message readable.
func short(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && s[cut]&0xc0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}

func (r *reader) rowError(s slot, pivot int, value, key string) *paiza.RowError {
	e := &paiza.RowError{Column: r.plan.heading(s), Value: value, Key: key}
	if pivot >= 0 && (s == r.plan.value || s == r.plan.label) {
		e.Column = r.plan.columns[pivot].heading
	}
	return e
}

// country finds the state of the seizure: the first column that resolves.
func (r *reader) country(v *values, pivot int) (paiza.Country, *paiza.RowError) {
	text := ""
	if pivot >= 0 && r.plan.label == slotCountry {
		text = v.text[slotCountry]
		if code := r.bare[slotCountry].get(text); code != "" {
			return paiza.Country(code), nil
		}
	}
	for _, col := range r.plan.of[slotCountry] {
		if v.cell[col] == "" {
			continue
		}
		if code := r.look[col].get(v.cell[col]); code != "" {
			return paiza.Country(code), nil
		}
		if text == "" {
			text = v.cell[col]
		}
	}
	if text == "" {
		if code := r.fixed[slotCountry]; code != "" {
			return paiza.Country(code), nil
		}
		return "", r.rowError(slotCountry, pivot, "", "ingest.row.no_country")
	}
	return "", r.rowError(slotCountry, pivot, text, "ingest.row.country")
}

// number reads the amount; a row without one is used all the same.
func (r *reader) number(v *values, pivot int) *paiza.RowError {
	v.counts, v.amount, v.unit = false, paiza.Decimal{}, ""
	s := slotAmount
	if pivot >= 0 {
		s = r.plan.value
	}
	text := v.text[s]
	if text == "" {
		return nil
	}
	d, ok := parseNumber(text, r.comma)
	if !ok && s == slotAmount {
		d, ok = r.withUnit(v, text)
	}
	switch {
	case !ok:
		return r.rowError(s, pivot, text, "ingest.row.amount")
	case d.Coef < 0:
		return r.rowError(s, pivot, text, "ingest.row.negative")
	}
	v.counts, v.amount = true, d
	return nil
}

// withUnit reads "1,5 кг": an amount with its unit in one cell, as people type
// it. The unit must be known, and no column may say another.
func (r *reader) withUnit(v *values, text string) (paiza.Decimal, bool) {
	at := strings.LastIndexAny(text, "0123456789０１２３４５６７８９")
	if at < 0 {
		return paiza.Decimal{}, false
	}
	_, width := utf8.DecodeRuneInString(text[at:])
	number, unit := text[:at+width], strings.Trim(text[at+width:], " .")
	d, ok := parseNumber(number, r.comma)
	code := r.bare[slotUnit].get(unit)
	if !ok || code == "" {
		return paiza.Decimal{}, false
	}
	if said := v.text[slotUnit]; said != "" && r.bare[slotUnit].get(said) != code {
		return paiza.Decimal{}, false
	}
	v.text[slotUnit], v.unit = unit, code
	return d, true
}
