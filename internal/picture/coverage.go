package picture

import (
	"cmp"
	"slices"

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
	Seizures   int64 // events
	Measured   int64 // micrograms of seizures, measured
	Equivalent int64 // micrograms of seizures, measured or converted
	Official   int64 // micrograms of the official total
	// Source is the import of the official figure. Others are further official
	// figures for the same row from other imports, which may contradict it.
	Source string
	Others []OfficialFigure
	// Ratio is Equivalent over Official; 0 when either side is missing.
	Ratio float64
}

// OfficialFigure is an official total of another import.
type OfficialFigure struct {
	Source     string
	Micrograms int64
}

// Coverage is incidents against official totals.
type Coverage struct {
	Rows []CoverageRow // by state, year, group; the group as a whole first
}

type coverKey struct {
	country   int32
	year      int32
	group     paiza.Group
	substance int32 // -1: the group as a whole
}

// Coverage compares the slice's seizures with its official totals. A slice of
// imports narrows the seizures only: the totals are another import.
func (c *Cube) Coverage(s paiza.Slice) Coverage {
	r := c.reader()
	v := c.sieve(r, s)
	rows := map[coverKey]*CoverageRow{}
	get := func(country, substance, year int32, whole bool) *CoverageRow {
		k := coverKey{country, year, r.group[substance], substance}
		if whole {
			k.substance = -1
		}
		row := rows[k]
		if row == nil {
			row = &CoverageRow{Country: paiza.Country(r.texts[country]), Year: int(year), Group: k.group}
			if !whole {
				row.Substance = r.texts[substance]
			}
			rows[k] = row
		}
		return row
	}
	for i := range c.cells {
		x := &c.cells[i]
		if !v.cell(x) {
			continue
		}
		for _, whole := range []bool{true, false} {
			row := get(x.country, x.substance, int32(x.month.Year()), whole)
			row.Seizures = plus(row.Seizures, x.seizures)
			row.Measured = plus(row.Measured, x.micrograms)
			row.Equivalent = plus(row.Equivalent, x.equivalent)
		}
	}
	v.batch = nil
	official := map[*CoverageRow]map[string]int64{}
	for i := range c.totals {
		x := &c.totals[i]
		if !v.total(x) {
			continue
		}
		for _, whole := range []bool{true, false} {
			row := get(x.country, x.substance, x.year, whole)
			if official[row] == nil {
				official[row] = map[string]int64{}
			}
			official[row][r.texts[x.batch]] = plus(official[row][r.texts[x.batch]], x.equivalent)
		}
	}
	var out Coverage
	for k, row := range rows {
		row.official(official[row])
		if k.substance >= 0 && row.State != BothSides {
			continue // a substance stands alone only where both sides name it
		}
		out.Rows = append(out.Rows, *row)
	}
	slices.SortFunc(out.Rows, func(a, b CoverageRow) int {
		return cmp.Or(cmp.Compare(a.Country, b.Country), cmp.Compare(a.Year, b.Year), groupOrder(a.Group, b.Group), cmp.Compare(a.Substance, b.Substance))
	})
	return out
}

// official sets the official side: the figure of the newest import, the others
// beside it.
func (row *CoverageRow) official(by map[string]int64) {
	for source, ug := range by {
		row.Others = append(row.Others, OfficialFigure{source, ug})
	}
	slices.SortFunc(row.Others, func(a, b OfficialFigure) int {
		// Import ids are numbers: a longer one is newer.
		return cmp.Or(cmp.Compare(len(b.Source), len(a.Source)), cmp.Compare(b.Source, a.Source))
	})
	if len(row.Others) > 0 {
		row.Source, row.Official = row.Others[0].Source, row.Others[0].Micrograms
		row.Others = row.Others[1:]
	}
	switch {
	case len(by) == 0:
		row.State = OnlyIncidents
	case row.Seizures == 0:
		row.State = OnlyOfficial
	default:
		row.State = BothSides
		row.Ratio = share(row.Equivalent, row.Official)
	}
}

func groupOrder(a, b paiza.Group) int {
	return cmp.Compare(slices.Index(paiza.Groups(), a), slices.Index(paiza.Groups(), b))
}
