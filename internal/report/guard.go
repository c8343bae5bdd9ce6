package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"paiza"
)

// Guard returns a text of a stranger so that no spreadsheet takes it for a
// formula when it opens a CSV file (OWASP, CSV Injection): an apostrophe goes
// before what would begin one. A text that is a number, "-5" or "+7", stays as
// it is. A text that already begins with apostrophes and then with what would
// begin a formula gets one more, so that a reader who takes one away has the
// text as it was. It does not look behind separators inside a text: quotes keep
// those in their cell.
func Guard(s string) string {
	if risky(s) {
		return "'" + s
	}
	return s
}

// begins holds what begins a formula, with its full-width and small forms.
const begins = "=+-@\uFF1D\uFF0B\uFF0D\uFF20\uFE66\uFE62\uFE63\uFE6B"

// risky reports whether a program might read a formula in s. Programs differ in
// what they skip before they look, so white space, control and invisible
// characters are skipped here too.
func risky(s string) bool {
	bare := strings.TrimLeft(s, "'")
	if bare == "" {
		return false
	}
	if c := bare[0]; c == '\t' || c == '\r' || c == '\n' {
		return true // each begins a cell of its own in some program
	}
	r, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(bare, skipped))
	if !strings.ContainsRune(begins, r) {
		return false
	}
	_, isNumber := paiza.ParseDecimal(s)
	return !isNumber
}

func skipped(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError
}
