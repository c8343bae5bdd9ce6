// Package report writes tables as files: CSV and XLSX.
//
// It knows nothing of seizures or pages: the caller gives headings, values and
// notes in the reader's language. What it guarantees is that a number arrives
// as the same number, that a text is never taken for a formula, and that
// nothing more exact than the source is written (a date known by its year stays
// a year).
//
// Read table.go first, then guard.go for what a spreadsheet could be tricked
// into, csv.go and xlsx.go for the two forms.
package report

import (
	"math"
	"strconv"
	"time"

	"paiza"
)

// Align is the side to which a column's cells are set.
type Align int

// The sides.
const (
	Left Align = iota
	Right
)

// Format is how a column's numbers look in a spreadsheet. It does not change
// what is written: that is up to each Value.
type Format int

// The formats.
const (
	FormatText    Format = iota
	FormatInteger        // 12,345
	FormatDecimal        // 12,345.678
	FormatPercent        // 12.3 %; the value is a fraction of one
	FormatDate           // 2014-02-14
)

// Column is one column of a table.
type Column struct {
	Title  string
	Align  Align
	Format Format
	// Width in characters of the standard font; 0 fits what the column holds.
	Width int
	// Places are the decimals that a spreadsheet shows, at most nine; the value
	// under it stays whole. 0 shows as many as each number has.
	Places int
}

// Table is a whole table in memory. For a long export see WriteCSVRows and
// WriteXLSXRows.
type Table struct {
	Title   string
	Notes   []string  // sources, what is shown, the link that shows it again
	About   string    // name of the sheet that holds title and notes; "About" when empty
	Made    time.Time // written into the properties of a workbook; zero writes the earliest
	Columns []Column
	Rows    [][]Value // a row may be shorter than Columns
}

type kind uint8

const (
	empty kind = iota
	text
	number
	day
)

// Value is one cell. The zero value is an empty cell, which is not a zero.
type Value struct {
	kind kind
	text string
	date paiza.Date
}

// Text is words, an identifier, or anything else as written.
func Text(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{kind: text, text: s}
}

// Integer is a whole number.
func Integer(n int64) Value { return Value{kind: number, text: strconv.FormatInt(n, 10)} }

// Number is an exact decimal number with a point ("12", "-0.817"), as
// paiza.Kilograms writes it. CSV keeps every digit; a spreadsheet keeps fifteen
// significant ones. What is not such a number is written as a text.
func Number(decimal string) Value {
	if decimal == "" {
		return Value{}
	}
	if !plain(decimal) {
		return Text(decimal)
	}
	return Value{kind: number, text: decimal}
}

// Kilograms is a mass in micrograms as a number of kilograms.
func Kilograms(micrograms int64) Value { return Number(paiza.Kilograms(micrograms)) }

// Fraction is a part of one, for a column of FormatPercent. What is not a
// number (a part of nothing) is an empty cell.
func Fraction(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}
	}
	return Value{kind: number, text: strconv.FormatFloat(f, 'f', -1, 64)}
}

// Date is a date as exact as its source: 2014-02-14, 2014-02 or 2014.
func Date(d paiza.Date) Value {
	if d == 0 {
		return Value{}
	}
	return Value{kind: day, text: d.String(), date: d}
}

// String is the value as CSV writes it, before it is guarded and quoted.
func (v Value) String() string { return v.text }

// plain reports whether s is an optional minus, digits, and perhaps a point and
// digits: the only form of a number that CSV readers agree on. Sixty-four
// characters are more than any quantity has.
func plain(s string) bool {
	if s != "" && s[0] == '-' {
		s = s[1:]
	}
	if len(s) > 64 {
		return false
	}
	digits, point := 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && !point && digits > 0:
			point, digits = true, 0
		default:
			return false
		}
	}
	return digits > 0
}
