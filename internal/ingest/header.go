package ingest

import (
	"slices"
	"strconv"
	"strings"
)

// add finds the header of the table and keeps it.
func (f *File) add(t *table) error {
	for i, r := range t.probe {
		if i >= headerWithin {
			break
		}
		if p := recognise(r.cells); p != nil {
			t.header, t.profile = i, p
			t.heading = tidyHeader(r.cells)
			f.tables = append(f.tables, t)
			return nil
		}
	}
	at := findHeader(t.probe)
	if at < 0 {
		return fail("ingest.no_header", nil)
	}
	t.header, t.heading = at, tidyHeader(t.probe[at].cells)
	f.tables = append(f.tables, t)
	return nil
}

// headerWithin is how many records from the top the header may be away.
const headerWithin = 40

// findHeader looks for the first record that reads like headings: as wide as
// the records below, of different texts, none of which is a number or a date
// (years may be headings). -1 when there is none.
func findHeader(probe []record) int {
	width := modalWidth(probe)
	if width < 2 {
		return -1
	}
	for i, r := range probe {
		if i >= headerWithin || i+1 >= len(probe) {
			break
		}
		cells := nonEmpty(r.cells)
		if len(cells) < 2 || len(cells)*10 < width*6 {
			continue
		}
		if likeHeader(cells) {
			return i
		}
	}
	return -1
}

func likeHeader(cells []string) bool {
	texts, distinct := 0, map[string]bool{}
	for _, c := range cells {
		c = collapse(c)
		if len(c) > 300 {
			return false
		}
		distinct[foldHeader(c)] = true
		if n, err := strconv.Atoi(c); err == nil && n >= 1900 && n < 2100 {
			continue
		}
		if _, ok := parseNumber(c, false); ok {
			return false
		}
		if s, ok := parseDate(c, ""); ok && s.date.Day() > 0 {
			return false
		}
		texts++
	}
	return texts > 0 && len(distinct)*10 >= len(cells)*8
}

// modalWidth is the most frequent number of filled cells among the records
// that have at least two.
func modalWidth(probe []record) int {
	count := map[int]int{}
	for _, r := range probe {
		if n := len(nonEmpty(r.cells)); n > 1 {
			count[n]++
		}
	}
	width, most := 0, 0
	for n, c := range count {
		if c > most || (c == most && n > width) {
			width, most = n, c
		}
	}
	return width
}

func nonEmpty(cells []string) []string {
	var out []string
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			out = append(out, c)
		}
	}
	return out
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// tidyHeader collapses the blanks of headings and drops empty columns at the
// end.
func tidyHeader(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = collapse(c)
	}
	for len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}

func sameHeader(a, b []string) bool {
	return slices.EqualFunc(a, b, func(x, y string) bool { return foldHeader(x) == foldHeader(y) })
}
