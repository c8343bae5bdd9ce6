package picture

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"paiza"
)

func TestCalendar(t *testing.T) {
	cell := func(country paiza.Country, month paiza.Date) paiza.Cell {
		return paiza.Cell{Import: "7", Month: month, Country: country, Rows: 1, Seizures: 3}
	}
	c := NewCube(testGroups).Apply([]paiza.Cell{
		cell("KAZ", 20140200), cell("KAZ", 20140500), cell("KAZ", 20150000), // a year without months reports too
		cell("UZB", 20140300), cell("UZB", 20140400),
		cell("RUS", 20150000), cell("RUS", 0),
		cell("CHN", 19140200), // a mistyped century
	}, nil, nil)
	cal := c.Calendar(paiza.Slice{})
	if cal.From != 20140200 || cal.To != 20151200 {
		t.Errorf("from %v to %v", cal.From, cal.To)
	}
	type row struct {
		Country                            paiza.Country
		First, Last                        paiza.Date
		Gaps, Trailing                     int
		Undated, Outlying                  int64
		Reported, InGap, YearOnly, Outside int
	}
	got := map[paiza.Country]row{}
	for _, r := range cal.Rows {
		states := map[MonthState]int{}
		for _, m := range r.Months {
			states[m.State]++
		}
		got[r.Country] = row{r.Country, r.First, r.Last, r.Gaps, r.Trailing, r.Undated, r.Outlying, states[Reported], states[Gap], states[YearOnly], states[Outside]}
	}
	want := map[paiza.Country]row{
		"KAZ": {"KAZ", 20140200, 20140500, 9, 0, 1, 0, 2, 9, 12, 0},
		"UZB": {"UZB", 20140300, 20140400, 0, 20, 0, 0, 2, 0, 0, 21},
		"RUS": {"RUS", 0, 0, 0, 0, 2, 0, 0, 0, 12, 11},
		"CHN": {"CHN", 0, 0, 0, 23, 0, 1, 0, 0, 0, 23},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if by := c.CalendarByImport(paiza.Slice{}); len(by.Rows) != 1 || by.Rows[0].Import != "7" || by.Rows[0].Rows != 8 || by.Rows[0].Gaps != 7 {
		t.Errorf("by import: %+v", by.Rows)
	}
	if none := c.Calendar(paiza.Slice{Countries: []paiza.Country{"XXX"}}); none.From != 0 || len(none.Rows) != 0 {
		t.Errorf("of nothing: %+v", none)
	}
}

// TestCalendarEqualsCells: the months, the rows without a month and those
// outside the calendar are all there is.
func TestCalendarEqualsCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells, s := last(drawCells(t, 40), bareCell), drawSlice(t)
		want := map[paiza.Country]map[paiza.Date]int64{}
		for _, c := range cells {
			if matches(s, c) {
				if want[c.Country] == nil {
					want[c.Country] = map[paiza.Date]int64{}
				}
				want[c.Country][c.Month] += c.Rows
			}
		}
		cal := NewCube(testGroups).Apply(cells, nil, nil).Calendar(s)
		if len(cal.Rows) != len(want) {
			t.Fatalf("%d states, want %d", len(cal.Rows), len(want))
		}
		for _, r := range cal.Rows {
			var undated, rows int64
			for m, n := range want[r.Country] {
				if rows += n; m.Month() == 0 {
					undated += n
				}
			}
			seen := undated
			for i, m := range r.Months {
				seen += m.Rows
				if m.Rows != want[r.Country][m.Month] || (m.State == Reported) != (m.Rows > 0) {
					t.Fatalf("%v %+v, want %d rows", r.Country, m, want[r.Country][m.Month])
				}
				if i > 0 && monthIndex(m.Month) != monthIndex(r.Months[i-1].Month)+1 {
					t.Fatalf("%v follows %v", m.Month, r.Months[i-1].Month)
				}
			}
			if r.Undated != undated || r.Rows != rows || seen != rows || r.Outlying != 0 {
				t.Fatalf("%+v: want %d undated of %d", r, undated, rows)
			}
		}
	})
}

func monthIndex(m paiza.Date) int { return m.Year()*12 + m.Month() }
