package web

import (
	"net/http"
	"slices"
	"strconv"

	"paiza"
	"paiza/internal/locale"
	"paiza/internal/picture"
	"paiza/internal/report"
)

// The calendar counts seizures and has nothing to choose.
var calendarChoices = choices{}

// calendarView is who reported when. The table is the chart: a strip of cells
// for each state.
type calendarView struct {
	pictureView
	Caption string
	Years   []calendarYear
	Rows    []calendarRow
	Figure  figureView
	Table   *pivot // states with rows in each month
	Several bool   // enough states for a chart of how many report
	Keys    []int  // steps of the scale
}

type calendarYear struct {
	Name   string
	Months int
}

// calendarRow is the strip of one state.
type calendarRow struct {
	Name    string
	Link    string
	Cells   []calendarCell
	Months  string // months with rows, of those between the first and the last
	Gaps    string
	Undated string // rows of which only the year is known
}

// calendarCell is one month of one state.
type calendarCell struct {
	Step  int // 0 gap, 1–6 from few to many; -1 outside the time of reporting
	Text  string
	Title string
	Href  string
	First bool // of a year
}

func (s *Site) calendar(w http.ResponseWriter, r *http.Request) error {
	a, problem := ask(r, "/picture/calendar", calendarChoices)
	ignored := a.ignored(false)
	base, err := s.pictureView(r, a, calendarChoices, problem, "picture.calendar.title")
	if err != nil {
		return err
	}
	view := calendarView{pictureView: base}
	if problem != nil {
		code, _ := statusOf(problem)
		return s.render(w, r, code, "picture/calendar", view)
	}
	cal, err := s.desk.Calendar(r.Context(), visitOf(r).Actor, a.slice)
	if err != nil {
		return err
	}
	states := cal.Rows
	if len(states) == 0 {
		if err := s.nothing(r, &view.pictureView, a); err != nil {
			return err
		}
		return s.render(w, r, http.StatusOK, "picture/calendar", view)
	}
	p := visitOf(r).Print
	months, period := states[0].Months, paiza.Period{From: cal.From, To: cal.To}
	view.Ignored = ignoredText(p, ignored)
	view.Lead = p.Dates(period.From, period.To)
	view.Caption = p.T("picture.calendar.caption", "period", p.Dates(period.From, period.To))
	for _, m := range months {
		name := strconv.Itoa(m.Month.Year())
		if n := len(view.Years); n > 0 && view.Years[n-1].Name == name {
			view.Years[n-1].Months++
		} else {
			view.Years = append(view.Years, calendarYear{name, 1})
		}
	}
	steps := calendarSteps(states)
	for i := range len(steps) + 1 {
		view.Keys = append(view.Keys, i+1)
	}
	for _, st := range states {
		view.Rows = append(view.Rows, s.strip(p, a, st, steps))
	}
	locale.SortBy(p, view.Rows, func(row calendarRow) string { return row.Name })
	table := s.reporting(p, states)
	view.Table, view.Several = &table, len(states) > 2
	view.Figure = figureView{Caption: table.Caption, Description: table.Caption, Source: table.ID, As: "value", Top: 2}
	view.Notes = append(s.sources(r, a), p.T("picture.calendar.note"), p.T("picture.note.once"))
	return s.render(w, r, http.StatusOK, "picture/calendar", view)
}

// calendarSteps are the lower bounds of the shades above the first: each holds
// about as many cells.
func calendarSteps(states []picture.CalendarRow) []int64 {
	var all []int64
	for _, st := range states {
		for _, m := range st.Months {
			if m.Seizures > 0 {
				all = append(all, m.Seizures)
			}
		}
	}
	slices.Sort(all)
	var out []int64
	for i := 1; i < 6 && len(all) > 0; i++ {
		if b := all[len(all)*i/6]; b > all[0] && (len(out) == 0 || b > out[len(out)-1]) {
			out = append(out, b)
		}
	}
	return out
}

// strip is the row of one state.
func (s *Site) strip(p *locale.Printer, a asked, st picture.CalendarRow, steps []int64) calendarRow {
	name := s.countryName(p, st.Country)
	slice := a.slice
	slice.Countries = some(st.Country)
	row := calendarRow{Name: name, Link: address("/picture/market", formatSlice(slice))}
	with, span := 0, 0
	for i, m := range st.Months {
		cell := calendarCell{Step: -1, First: i == 0 || m.Month.Month() == 1}
		switch m.State {
		case picture.Reported:
			with++
			span++
			cell.Step = 1
			for _, b := range steps {
				if m.Seizures >= b {
					cell.Step++
				}
			}
			cell.Text = brief(m.Seizures)
			cell.Title = p.T("picture.calendar.cell", "country", name, "month", p.Date(m.Month), "n", m.Seizures)
			cell.Href = rowsLink(within(slice, m.Month))
		case picture.Gap:
			span++
			cell.Step = 0
			cell.Title = p.T("picture.gap_text")
		case picture.YearOnly:
			cell.Text, cell.Title = "*", p.T("picture.calendar.year_only")
		}
		row.Cells = append(row.Cells, cell)
	}
	if span > 0 {
		row.Months = p.T("picture.calendar.of", "n", with, "all", span)
	}
	if st.Gaps > 0 {
		row.Gaps = p.T("picture.calendar.gap_months", "n", st.Gaps)
	}
	if st.Undated > 0 {
		row.Undated = p.T("picture.calendar.undated", "rows", p.T("picture.rows", "n", st.Undated))
	}
	return row
}

// brief is a number for a narrow cell: 999, 1k, 12k.
func brief(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt((n+500)/1000, 10) + "k"
}

// reporting counts the states that have rows in each month.
func (s *Site) reporting(p *locale.Printer, states []picture.CalendarRow) pivot {
	b := newBuilder(p, bySeizures, nil)
	for i, m := range states[0].Months {
		key := m.Month.String()
		b.columns = append(b.columns, pivotColumn{Key: key, Name: p.Date(m.Month)})
		for _, st := range states {
			if st.Months[i].State == picture.Reported {
				b.add("reporting", key, tally{Rows: 1, Seizures: 1})
			}
		}
	}
	t := b.build(false)
	t.NoSums, t.Spark = true, false
	for i := range t.Rows {
		t.Rows[i].Name, t.Rows[i].Colour = p.T("picture.calendar.reporting"), "incidents"
	}
	t.ID, t.Head, t.Caption = "reporting", p.T("picture.calendar.head"), p.T("picture.calendar.chart")
	return t
}

// pictureCalendarRow is when one state reported.
type pictureCalendarRow = picture.CalendarRow

// calendarDatum is one month in a file.
func calendarDatum(p *locale.Printer, m picture.CalendarMonth) report.Value {
	switch m.State {
	case picture.Reported:
		return report.Integer(m.Seizures)
	case picture.Gap:
		return report.Text(p.T("picture.gap"))
	case picture.YearOnly:
		return report.Text("*")
	}
	return report.Value{}
}
