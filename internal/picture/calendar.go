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
	Reported MonthState = "reported" //
	Gap      MonthState = "gap"      // no report between the first and the last: not a zero
	YearOnly MonthState = "year"     // reports of the year name no month
)

// CalendarMonth is one month of one state.
type CalendarMonth struct {
	Month    paiza.Date
	State    MonthState
	Rows     int64
	Seizures int64
}

// CalendarRow is when one state reported.
type CalendarRow struct {
	Country     paiza.Country
	First, Last paiza.Date // months with a report; zero when only years are named
	Gaps        int        // months without a report between them
	Months      []CalendarMonth
	Undated     int64 // rows whose month is not stated
	Rows        int64
	Seizures    int64
}

// Calendar is who reported when.
type Calendar struct {
	From, To paiza.Date // months that the rows span
	Rows     []CalendarRow
}

// Calendar tells for each state of the slice which months have reports.
func (c *Cube) Calendar(s paiza.Slice) Calendar {
	r := c.reader()
	v := c.sieve(r, s)
	type tally struct {
		row    CalendarRow
		months map[paiza.Date]*CalendarMonth
		years  map[int]bool
	}
	states := map[int32]*tally{}
	var out Calendar
	for i := range c.cells {
		x := &c.cells[i]
		if !v.cell(x) {
			continue
		}
		t := states[x.country]
		if t == nil {
			t = &tally{row: CalendarRow{Country: paiza.Country(r.texts[x.country])}, months: map[paiza.Date]*CalendarMonth{}, years: map[int]bool{}}
			states[x.country] = t
		}
		t.row.Rows = plus(t.row.Rows, x.rows)
		t.row.Seizures = plus(t.row.Seizures, x.seizures)
		from, to := x.month, x.month
		if x.month.Month() == 0 {
			t.row.Undated = plus(t.row.Undated, x.rows)
			t.years[x.month.Year()] = true
			from, to = x.month+100, x.month+1200
		} else {
			m := t.months[x.month]
			if m == nil {
				m = &CalendarMonth{Month: x.month, State: Reported}
				t.months[x.month] = m
			}
			m.Rows = plus(m.Rows, x.rows)
			m.Seizures = plus(m.Seizures, x.seizures)
			if t.row.First == 0 || x.month < t.row.First {
				t.row.First = x.month
			}
			t.row.Last = max(t.row.Last, x.month)
		}
		if out.From == 0 || from < out.From {
			out.From = from
		}
		out.To = max(out.To, to)
	}
	for _, t := range states {
		for m := out.From; m != 0 && m <= out.To; m = nextMonth(m) {
			switch got := t.months[m]; {
			case got != nil:
				t.row.Months = append(t.row.Months, *got)
			case t.years[m.Year()]:
				t.row.Months = append(t.row.Months, CalendarMonth{Month: m, State: YearOnly})
			case m > t.row.First && m < t.row.Last:
				t.row.Gaps++
				t.row.Months = append(t.row.Months, CalendarMonth{Month: m, State: Gap})
			default:
				t.row.Months = append(t.row.Months, CalendarMonth{Month: m, State: Outside})
			}
		}
		out.Rows = append(out.Rows, t.row)
	}
	slices.SortFunc(out.Rows, func(a, b CalendarRow) int {
		return cmp.Or(cmp.Compare(b.Seizures, a.Seizures), cmp.Compare(a.Country, b.Country))
	})
	return out
}

func nextMonth(m paiza.Date) paiza.Date {
	if m.Month() == 12 {
		return paiza.NewDate(m.Year()+1, 1, 0)
	}
	return m + 100
}
