package picture

import (
	"cmp"
	"slices"

	"paiza"
)

// MonthState says what a month of the calendar is.
type MonthState string

// The states of a month.
const (
	Outside  MonthState = "outside"  // before the first report or after the last
	Reported MonthState = "reported" // has rows
	Gap      MonthState = "gap"      // no report between the first and the last: not a zero
	YearOnly MonthState = "year"     // reports of the year name no month
)

// maxMonths bounds a calendar: one mistyped century must not make a page of a
// thousand columns.
const maxMonths = 600

// CalendarMonth is one month of one state.
type CalendarMonth struct {
	Month    paiza.Date
	State    MonthState
	Rows     int64
	Seizures int64
}

// CalendarRow is when one state, or one import, reported.
type CalendarRow struct {
	Country     paiza.Country // of Calendar
	Import      string        // of CalendarByImport; empty for rows typed in
	First, Last paiza.Date    // months with a report; zero when only years are named
	Gaps        int           // months without a report between two reports
	Trailing    int           // months after the last report, up to the calendar's end
	Months      []CalendarMonth
	Undated     int64 // rows whose month is not stated
	Outlying    int64 // rows outside the calendar's From and To
	Rows        int64
	Seizures    int64
	Saturated   bool // as in Figure
}

// Calendar is who reported when. Every row has the same months.
type Calendar struct {
	// From and To are the months that the rows span: at most fifty years, those
	// with the most rows. Rows of other years are counted in Outlying.
	From, To paiza.Date
	Rows     []CalendarRow // by seizures, the most first
}

// Calendar tells for each state of the slice which months have reports.
func (c *Cube) Calendar(s paiza.Slice) Calendar {
	return c.calendar(s, len(c.names.countries), func(k *cellKey) int32 { return k.country },
		func(n int32) CalendarRow { return CalendarRow{Country: paiza.Country(c.names.countries[n])} })
}

// CalendarByImport tells the same for each import of the slice.
func (c *Cube) CalendarByImport(s paiza.Slice) Calendar {
	return c.calendar(s, len(c.names.batches), func(k *cellKey) int32 { return k.batch },
		func(n int32) CalendarRow { return CalendarRow{Import: c.names.batches[n]} })
}

func (c *Cube) calendar(s paiza.Slice, width int, of func(*cellKey) int32, begin func(int32) CalendarRow) Calendar {
	g := c.grid(paiza.ByMonth, width)
	c.eachCell(c.sieve(s), func(k *cellKey, s *sums) { g.figure(k.month, of(k)).cell(s, false) })
	reports := make([]map[paiza.Date]*Figure, width)
	all := map[paiza.Date]int64{}
	for i, key := range g.keys {
		n, p := int(key)%width, g.periods[int(key)/width]
		if reports[n] == nil {
			reports[n] = map[paiza.Date]*Figure{}
		}
		f := g.sum(int32(i))
		reports[n][p] = f
		all[p] += f.Rows
	}
	from, to := window(all)
	out := Calendar{}
	if to >= from {
		out.From, out.To = monthAt(from), monthAt(to)
	}
	for n, r := range reports {
		if r != nil {
			row := begin(int32(n))
			row.fill(r, from, to)
			out.Rows = append(out.Rows, row)
		}
	}
	slices.SortFunc(out.Rows, func(a, b CalendarRow) int {
		return cmp.Or(cmp.Compare(b.Seizures, a.Seizures), cmp.Compare(a.Country, b.Country), cmp.Compare(a.Import, b.Import))
	})
	return out
}

// fill sets the months from what was reported.
func (row *CalendarRow) fill(reports map[paiza.Date]*Figure, from, to int) {
	first, last := to+1, from-1 // of all reports, also those that name only a year
	for p, f := range reports {
		plus(&row.Rows, f.Rows, &row.Saturated)
		plus(&row.Seizures, f.Seizures, &row.Saturated)
		if p.Month() == 0 {
			plus(&row.Undated, f.Rows, &row.Saturated)
		}
		a, b := reach(p)
		if p == 0 {
			continue
		}
		if b < from || a > to {
			plus(&row.Outlying, f.Rows, &row.Saturated)
			continue
		}
		first, last = min(first, a), max(last, b)
		if p.Month() != 0 {
			if row.First == 0 || p < row.First {
				row.First = p
			}
			row.Last = max(row.Last, p)
		}
	}
	for i := from; i <= to; i++ {
		m := CalendarMonth{Month: monthAt(i), State: Outside}
		if f := reports[m.Month]; f != nil {
			m.State, m.Rows, m.Seizures = Reported, f.Rows, f.Seizures
		} else if reports[m.Month.YearOf()] != nil {
			m.State = YearOnly
		} else if i > first && i < last {
			m.State = Gap
			row.Gaps++
		}
		row.Months = append(row.Months, m)
	}
	row.Trailing = max(0, to-max(last, from-1))
}

// window is the stretch of months to show: all that have rows, or the maxMonths
// with the most rows.
func window(rows map[paiza.Date]int64) (from, to int) {
	var dates []paiza.Date
	for p := range rows {
		if p != 0 {
			dates = append(dates, p)
		}
	}
	if len(dates) == 0 {
		return 0, -1
	}
	slices.Sort(dates)
	best, at := int64(-1), 0
	for i := range dates {
		start, _ := reach(dates[i])
		var sum int64
		var none bool
		end := start
		for _, d := range dates[i:] {
			_, b := reach(d)
			if b >= start+maxMonths {
				break
			}
			plus(&sum, rows[d], &none)
			end = max(end, b)
		}
		if sum > best {
			best, at, to = sum, start, end
		}
	}
	return at, to
}

// reach is the first and last month that a date may mean, counted from the
// year 0.
func reach(p paiza.Date) (first, last int) {
	if p.Month() == 0 {
		return p.Year() * 12, p.Year()*12 + 11
	}
	m := p.Year()*12 + p.Month() - 1
	return m, m
}

func monthAt(i int) paiza.Date { return paiza.NewDate(i/12, i%12+1, 0) }
