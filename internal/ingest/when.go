package ingest

import (
	"strconv"
	"strings"

	"paiza"
)

// readDate puts the date together from the columns that say when.
func (r *reader) readDate(v *values) *paiza.RowError {
	v.dated, v.date = false, span{}
	take := func(s span, from slot, value string) *paiza.RowError {
		switch {
		case s.date == 0 || !s.date.Valid():
			key := "ingest.row.date"
			if y := s.date.Year(); y > 0 && y < 1900 || before1900(value) {
				key = "ingest.row.date_before_1900"
			}
			return r.rowError(from, -1, value, key)
		case s.until != 0 && s.until.Last() < s.date.First():
			return r.rowError(from, -1, value, "ingest.row.date")
		}
		v.dated, v.date = true, s
		if text := v.text[slotUntil]; text != "" {
			got := r.date(text)
			if !got.ok || got.span.date.Last() < s.date.First() {
				return r.rowError(slotUntil, -1, text, "ingest.row.date")
			}
			v.date.until = got.span.date
			if got.span.until != 0 {
				v.date.until = got.span.until
			}
		}
		return nil
	}
	if text := v.text[slotDate]; text != "" && (len(r.plan.of[slotDate]) > 0 || r.pivotOn(slotDate)) {
		got := r.date(text)
		if !got.ok {
			got.span = span{}
		}
		return take(got.span, slotDate, text)
	}
	if text := v.text[slotFiscalYear]; text != "" && (len(r.plan.of[slotFiscalYear]) > 0 || len(r.plan.of[slotMonth]) > 0 || r.pivotOn(slotMonth) || r.pivotOn(slotFiscalYear)) {
		year, month := yearOf(text), 0
		if m := v.text[slotMonth]; m != "" {
			if month = monthOf(m); month == 0 {
				return r.rowError(slotMonth, -1, m, "ingest.row.date")
			}
		}
		if year == 0 {
			return take(span{}, slotFiscalYear, text)
		}
		return take(fiscalDate(year, month, r.p.FiscalStart), slotFiscalYear, text)
	}
	if text := v.text[slotYear]; text != "" && (len(r.plan.of[slotYear]) > 0 || len(r.plan.of[slotMonth]) > 0 || r.pivotOn(slotYear) || r.pivotOn(slotMonth)) {
		year, month, day := yearOf(text), 0, 0
		if m := v.text[slotMonth]; m != "" {
			if month = monthOf(m); month == 0 {
				return r.rowError(slotMonth, -1, m, "ingest.row.date")
			}
			if d := v.text[slotDay]; d != "" {
				n, err := strconv.Atoi(d)
				if err != nil || n < 1 || n > 31 {
					return r.rowError(slotDay, -1, d, "ingest.row.date")
				}
				day = n
			}
		}
		if year == 0 {
			return take(span{}, slotYear, text)
		}
		return take(span{date: paiza.NewDate(year, month, day)}, slotYear, text)
	}
	if r.fixedOn != 0 {
		return take(span{r.fixedOn, r.fixedEnd}, slotDate, "")
	}
	s := slotDate
	if len(r.plan.of[slotDate]) == 0 && len(r.plan.of[slotYear])+len(r.plan.of[slotFiscalYear]) > 0 {
		if s = slotYear; len(r.plan.of[slotYear]) == 0 {
			s = slotFiscalYear
		}
	}
	return r.rowError(s, -1, "", "ingest.row.no_date")
}

func (r *reader) pivotOn(s slot) bool { return len(r.plan.pivots) > 0 && r.plan.label == s }

// before1900 reports that a text begins or ends with a year of the centuries
// before.
func before1900(s string) bool {
	for _, part := range strings.FieldsFunc(s, func(c rune) bool { return c < '0' || c > '9' }) {
		if len(part) == 4 && part >= "1000" && part < "1900" {
			return true
		}
	}
	return false
}

// since1904 shifts a day number of a workbook that counts from 1904.
func since1904(s string) string {
	whole, _, _ := strings.Cut(s, ".")
	if len(whole) != 4 && len(whole) != 5 || !allDigits(whole) {
		return s
	}
	n, _ := strconv.Atoi(whole)
	if len(whole) == 4 && n < 8500 {
		return s // a year
	}
	return strconv.Itoa(n + 1462)
}
