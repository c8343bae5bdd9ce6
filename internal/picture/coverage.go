package picture

import (
	"cmp"
	"slices"
	"strings"

	"paiza"
)

// CoverageState says which side knows of a state, substance and year.
type CoverageState string

// The sides.
const (
	BothSides     CoverageState = "both"
	OnlyIncidents CoverageState = "incidents"
	OnlyOfficial  CoverageState = "official"
)

// CoverageRow sets seizures beside the official total of the same state and
// year, for one group, and for one substance where both sides name it. The two
// are never added.
type CoverageRow struct {
	Country    paiza.Country
	Year       int
	Group      paiza.Group
	Substance  string // empty: the group as a whole
	State      CoverageState
	Rows       int64 // of seizures
	Seizures   int64 // events
	Measured   int64 // micrograms of seizures, measured
	Equivalent int64 // micrograms of seizures, measured or converted
	Official   int64 // micrograms of the official total, measured or converted
	// OfficialMeasured is the part of Official that was given as a mass.
	OfficialMeasured int64
	// Source is the newest import of the official figure, which is that of the
	// series imported last. Others are the figures of other series for the same
	// row, the newest first. They are never added to it. Within a series what
	// its imports hold adds up: the store keeps each row once and leaves out
	// what a later edition has revised.
	Source string
	Others []OfficialFigure
	// Conflict: at least one of the others is another amount.
	Conflict bool
	// Ratio is Equivalent over Official; 0 when either side is missing.
	Ratio     float64
	Saturated bool // as in Figure
}

// OfficialFigure is an official total of one series.
type OfficialFigure struct {
	Source     string
	Micrograms int64 // measured or converted
	Measured   int64 // given as a mass
}

// Coverage is incidents against official totals.
type Coverage struct {
	Rows []CoverageRow // by state, year, group; the group as a whole first
}

type coverKey struct {
	country, year, group int32
	substance            int32 // -1: the group as a whole
}

// covering collects both sides.
type covering struct {
	names    *names
	rows     map[coverKey]*CoverageRow
	official map[coverKey]map[int32]*OfficialFigure // by series
}

// Coverage compares the slice's seizures with its official totals, by whole
// years: official totals know no months. What else totals do not know (imports
// of seizures, divisions, routings) narrows the seizures only.
func (c *Cube) Coverage(s paiza.Slice) Coverage {
	s.Period = paiza.Period{From: s.Period.From.YearOf(), To: s.Period.To.YearOf()}
	v := c.sieve(s)
	all := covering{names: &c.names, rows: map[coverKey]*CoverageRow{}, official: map[coverKey]map[int32]*OfficialFigure{}}
	// Cells of one state and substance lie together: most find their row again
	// without the map.
	var key coverKey
	var whole, one *CoverageRow
	c.eachCell(v, func(k *cellKey, s *sums) {
		at := coverKey{k.country, int32(c.names.months[k.month].Year()), c.names.group[k.substance], k.substance}
		if one == nil || at != key {
			key, one = at, all.row(at)
			whole = all.row(at.whole())
		}
		one.incidents(s)
		whole.incidents(s)
	})
	v.batch = nil
	for _, b := range c.totals.blocks {
		for i := range b.keys {
			k, t := &b.keys[i], &b.vals[i]
			if t.rows == 0 || !v.total(k) || !v.opens(t.handling) {
				continue
			}
			at := coverKey{k.country, k.year, c.names.group[k.substance], k.substance}
			all.total(at, k.batch, t)
			all.total(at.whole(), k.batch, t)
		}
	}
	return all.finish()
}

func (k coverKey) whole() coverKey { k.substance = -1; return k }

func (a *covering) row(k coverKey) *CoverageRow {
	row := a.rows[k]
	if row == nil {
		row = &CoverageRow{Country: paiza.Country(a.names.countries[k.country]), Year: int(k.year), Group: a.names.groups[k.group]}
		if k.substance >= 0 {
			row.Substance = a.names.substances[k.substance]
		}
		a.rows[k] = row
	}
	return row
}

func (row *CoverageRow) incidents(s *sums) {
	plus(&row.Rows, s.rows, &row.Saturated)
	plus(&row.Seizures, s.seizures, &row.Saturated)
	plus(&row.Measured, s.micrograms, &row.Saturated)
	plus(&row.Equivalent, s.equivalent, &row.Saturated)
}

func (a *covering) total(k coverKey, batch int32, t *totalSums) {
	row := a.row(k)
	if a.official[k] == nil {
		a.official[k] = map[int32]*OfficialFigure{}
	}
	// Rows of one figure may lie in several imports of a series: a later edition
	// that revises one of them leaves the others with the earlier import.
	f := a.official[k][t.series]
	if f == nil {
		f = &OfficialFigure{}
		a.official[k][t.series] = f
	}
	if source := a.names.batches[batch]; newer(source, f.Source) {
		f.Source = source
	}
	plus(&f.Micrograms, t.equivalent, &row.Saturated)
	plus(&f.Measured, t.micrograms, &row.Saturated)
}

// finish sets the official side of every row and puts the rows in order.
func (a *covering) finish() Coverage {
	type entry struct {
		rank int // of the group
		row  *CoverageRow
	}
	list := make([]entry, 0, len(a.rows))
	for k, row := range a.rows {
		row.official(a.official[k])
		if k.substance >= 0 && row.State != BothSides {
			continue // a substance stands alone only where both sides name it
		}
		list = append(list, entry{int(k.group), row}) // groups are numbered in the order of paiza.Groups
	}
	slices.SortFunc(list, func(a, b entry) int {
		if d := strings.Compare(string(a.row.Country), string(b.row.Country)); d != 0 {
			return d
		}
		return cmp.Or(cmp.Compare(a.row.Year, b.row.Year), cmp.Compare(a.rank, b.rank), strings.Compare(a.row.Substance, b.row.Substance))
	})
	out := Coverage{Rows: make([]CoverageRow, len(list))}
	for i, e := range list {
		out.Rows[i] = *e.row
	}
	return out
}

// official sets the official side: the figure of the newest import, the others
// beside it.
func (row *CoverageRow) official(by map[int32]*OfficialFigure) {
	for _, f := range by {
		row.Others = append(row.Others, *f)
	}
	slices.SortFunc(row.Others, func(a, b OfficialFigure) int {
		switch {
		case newer(a.Source, b.Source):
			return -1
		case newer(b.Source, a.Source):
			return 1
		}
		return 0
	})
	if len(row.Others) > 0 {
		newest := row.Others[0]
		row.Source, row.Official, row.OfficialMeasured = newest.Source, newest.Micrograms, newest.Measured
		row.Others = row.Others[1:]
	}
	row.Conflict = slices.ContainsFunc(row.Others, func(f OfficialFigure) bool { return f.Micrograms != row.Official })
	switch {
	case len(by) == 0:
		row.State = OnlyIncidents
	case row.Rows == 0:
		row.State = OnlyOfficial
	default:
		row.State = BothSides
		row.Ratio = share(row.Equivalent, row.Official)
	}
}

// newer reports whether import a came after import b. Their ids are numbers: a
// longer one is newer.
func newer(a, b string) bool { return len(a) > len(b) || len(a) == len(b) && a > b }

type totalSums struct {
	rows, micrograms, equivalent int64
	series                       int32
	handling                     int32 // of the import: it changes with it, so it is no part of the key
}

func (s totalSums) lines() int64 { return s.rows }
