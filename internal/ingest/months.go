package ingest

import (
	"cmp"
	"slices"
	"strings"

	"paiza"
)

// months remembers in which months each state has rows, so that months without
// any can be told: they look like a decline and are none.
type months struct {
	first, last paiza.Date
	by          map[paiza.Country]*reported
	recent      *reported // of the country of the row before
	of          paiza.Country
}

type reported struct {
	rows        int64
	first, last int // months since 1900
	seen        map[int]bool
	vague       bool // some rows have no month
}

func (m *months) add(c paiza.Country, d paiza.Date) {
	if m.first == 0 || d.First() < m.first.First() {
		m.first = d
	}
	if d.Last() > m.last.Last() {
		m.last = d
	}
	r := m.recent
	if r == nil || c != m.of {
		if m.by == nil {
			m.by = map[paiza.Country]*reported{}
		}
		if r = m.by[c]; r == nil {
			r = &reported{seen: map[int]bool{}}
			m.by[c] = r
		}
		m.recent, m.of = r, c
	}
	r.rows++
	if d.Month() == 0 {
		r.vague = true
		return
	}
	at := (d.Year()-1900)*12 + d.Month() - 1
	if len(r.seen) == 0 || at < r.first {
		r.first = at
	}
	if at > r.last {
		r.last = at
	}
	if !r.seen[at] {
		r.seen[at] = true
	}
}

// A state that reports less than this often, on average over its months, has
// empty months by chance; a note about each would hide the ones that matter.
const rowsPerMonth = 2

// notes says which states have months without rows between their first and
// their last, those with most rows first.
func (m *months) notes() []paiza.Note {
	type gap struct {
		country paiza.Country
		rows    int64
		months  []string
	}
	var gaps []gap
	for c, r := range m.by {
		span := r.last - r.first + 1
		if r.vague || len(r.seen) < 3 || len(r.seen) == span || r.rows < int64(span)*rowsPerMonth {
			continue
		}
		g := gap{country: c, rows: r.rows}
		for at := r.first; at <= r.last; at++ {
			if !r.seen[at] {
				g.months = append(g.months, paiza.NewDate(1900+at/12, at%12+1, 0).String())
			}
		}
		gaps = append(gaps, g)
	}
	slices.SortFunc(gaps, func(a, b gap) int {
		return cmp.Or(cmp.Compare(b.rows, a.rows), cmp.Compare(a.country, b.country))
	})
	var out []paiza.Note
	for _, g := range gaps {
		list := g.months
		if len(list) > 24 {
			list = append(slices.Clone(list[:24]), "…")
		}
		out = append(out, paiza.Note{Key: "ingest.note.gap", Args: paiza.Args{
			"country": string(g.country), "n": len(g.months), "months": strings.Join(list, ", ")}})
	}
	return out
}
