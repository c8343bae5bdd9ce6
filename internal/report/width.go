package report

import (
	"slices"
	"unicode"
)

// fitted gives a width to columns that have none: of the heading and of the
// first rows, between 8 and 60 characters.
func fitted(t Table) []Column {
	columns := slices.Clone(t.Columns)
	for i := range columns {
		c := &columns[i]
		if c.Width > 0 {
			c.Width = min(c.Width, 255)
			continue
		}
		wide := min(extent(c.Title), 24) // a long heading wraps
		for _, row := range t.Rows[:min(len(t.Rows), 200)] {
			if i < len(row) {
				wide = max(wide, extent(row[i].text)*len("1,000")/len("1000"))
			}
		}
		if len(t.Rows) == 0 && c.Format != FormatText {
			wide = max(wide, 12)
		}
		c.Width = max(8, min(wide+2, 60))
	}
	return columns
}

// extent is the number of columns of a fixed-width font that a text takes;
// ideographs take two.
func extent(s string) int {
	n := 0
	for _, r := range s {
		n++
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
			n++
		}
	}
	return n
}
