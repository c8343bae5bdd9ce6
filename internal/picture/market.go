package picture

import (
	"cmp"
	"slices"

	"paiza"
)

// Level is how finely substances are told apart.
type Level string

// The levels.
const (
	BySubstance Level = "substance"
	ByGroup     Level = "group"
)

// Figure is what is known of some rows together.
type Figure struct {
	Rows       int64
	Seizures   int64 // events
	Weighed    int64 // rows with a measured mass
	Micrograms int64 // measured mass
	Equivalent int64 // micrograms, measured or converted
	Microlitre int64
	Milliunits int64 // thousandths of units
	// Of these, from rows whose amount is implausible:
	DoubtfulSeizures   int64
	DoubtfulMicrograms int64
	// Parts of the period's total, 0 to 1.
	ShareWeight   float64 // of measured mass
	ShareSeizures float64 // of events
}

func (f *Figure) add(c *cell) {
	s := sums{f.Rows, f.Seizures, f.Weighed, f.Micrograms, f.Equivalent, f.Microlitre, f.Milliunits}
	s.add(&c.sums)
	f.Rows, f.Seizures, f.Weighed, f.Micrograms, f.Equivalent, f.Microlitre, f.Milliunits =
		s.rows, s.seizures, s.weighed, s.micrograms, s.equivalent, s.microlitre, s.milliunits
	if c.doubtful {
		f.DoubtfulSeizures = plus(f.DoubtfulSeizures, c.seizures)
		f.DoubtfulMicrograms = plus(f.DoubtfulMicrograms, c.micrograms)
	}
}

// of sets the shares of a figure in a total.
func (f *Figure) of(total *Figure) {
	f.ShareWeight, f.ShareSeizures = share(f.Micrograms, total.Micrograms), share(f.Seizures, total.Seizures)
}

func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// MarketRow is one substance or group in one period.
type MarketRow struct {
	Period    paiza.Date // a year, a month, or a year whose rows name no month
	Substance string     // catalog code; empty at the level of groups
	Group     paiza.Group
	Figure
}

// PeriodTotal is all that was seized in one period.
type PeriodTotal struct {
	Period paiza.Date
	Figure
	// Substances (or groups) that the slice meets for the first time, and those
	// that it met before and meets neither in this period nor later. Nothing
	// can be said to enter in the first period or to leave in the last.
	Entered, Left []string
}

// Market is the structure of what was seized.
type Market struct {
	Grain   paiza.Grain
	Level   Level
	Rows    []MarketRow // by period, then by weight, the heaviest first
	Periods []PeriodTotal
	Total   Figure
}

// Market adds the slice up by period and substance or group.
func (c *Cube) Market(s paiza.Slice, grain paiza.Grain, by Level) Market {
	r := c.reader()
	v := c.sieve(r, s)
	type key struct {
		period paiza.Date
		name   string
	}
	rows := map[key]*MarketRow{}
	totals := map[paiza.Date]*PeriodTotal{}
	m := Market{Grain: grain, Level: by}
	for i := range c.cells {
		x := &c.cells[i]
		if !v.cell(x) {
			continue
		}
		k := key{period(x.month, grain), nameOf(r, x.substance, by)}
		row := rows[k]
		if row == nil {
			row = &MarketRow{Period: k.period, Group: r.group[x.substance]}
			if by == BySubstance {
				row.Substance = k.name
			}
			rows[k] = row
		}
		row.add(x)
		t := totals[k.period]
		if t == nil {
			t = &PeriodTotal{Period: k.period}
			totals[k.period] = t
		}
		t.add(x)
		m.Total.add(x)
	}
	for _, row := range rows {
		row.of(&totals[row.Period].Figure)
		m.Rows = append(m.Rows, *row)
	}
	slices.SortFunc(m.Rows, func(a, b MarketRow) int {
		return cmp.Or(cmp.Compare(a.Period, b.Period), cmp.Compare(b.Micrograms, a.Micrograms), cmp.Compare(b.Seizures, a.Seizures),
			cmp.Compare(a.Substance, b.Substance), cmp.Compare(a.Group, b.Group))
	})
	for _, t := range totals {
		t.of(&t.Figure)
		m.Periods = append(m.Periods, *t)
	}
	slices.SortFunc(m.Periods, func(a, b PeriodTotal) int { return cmp.Compare(a.Period, b.Period) })
	m.Total.of(&m.Total)
	m.moves()
	return m
}

func period(month paiza.Date, grain paiza.Grain) paiza.Date {
	if grain == paiza.ByYear {
		return month.YearOf()
	}
	return month
}

func nameOf(r reader, substance int32, by Level) string {
	if by == ByGroup {
		return string(r.group[substance])
	}
	return r.texts[substance]
}

// moves finds what entered and what left.
func (m *Market) moves() {
	first, last := map[string]paiza.Date{}, map[string]paiza.Date{}
	for i := range m.Rows {
		name := m.Rows[i].Substance
		if m.Level == ByGroup {
			name = string(m.Rows[i].Group)
		}
		if _, ok := first[name]; !ok {
			first[name] = m.Rows[i].Period
		}
		last[name] = m.Rows[i].Period
	}
	for i := range m.Periods {
		p := &m.Periods[i]
		for name := range first {
			if i > 0 && first[name] == p.Period {
				p.Entered = append(p.Entered, name)
			}
			if i > 0 && last[name] == m.Periods[i-1].Period {
				p.Left = append(p.Left, name)
			}
		}
		slices.Sort(p.Entered)
		slices.Sort(p.Left)
	}
}
