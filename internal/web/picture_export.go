package web

import (
	"bytes"
	"net/http"
	"strconv"

	"paiza/internal/locale"
	"paiza/internal/report"
)

// sheet is a view as a file: exactly the figures that the page shows, and in
// the notes where they come from and the address that shows them again.
type sheet struct {
	report.Table
	name string         // of the file, without its ending
	more []report.Table // further tables: sheets of their own, or under the first
}

// shareDatum is a part of a whole; empty of nothing.
func shareDatum(part, whole int64) report.Value {
	if whole == 0 {
		return report.Value{}
	}
	return report.Fraction(ratio(part, whole))
}

func wordColumn(title string) report.Column { return report.Column{Title: title} }

func figureColumn(title string) report.Column {
	return report.Column{Title: title, Align: report.Right, Format: report.FormatDecimal}
}

func shareColumn(title string) report.Column {
	return report.Column{Title: title, Align: report.Right, Format: report.FormatPercent}
}

// marketSheet is the market as a file.
func (s *Site) marketSheet(r *http.Request) (sheet, error) {
	a, problem := ask(r, "/picture/market", marketChoices)
	if problem != nil {
		return sheet{}, problem
	}
	ignored := a.ignored(false)
	a.all = true
	d, err := s.marketData(r, a)
	if err != nil {
		return sheet{}, err
	}
	p := visitOf(r).Print
	t, _ := s.marketTable(p, a, d)
	out := pivotSheet(p, "market", t)
	out.Notes = s.fileNotes(r, a, marketChoices, ignored, doubtNote(p, d.doubtful)...)
	return out, nil
}

// balanceSheet is the balance as a file: by period, then by drug group or
// substance.
func (s *Site) balanceSheet(r *http.Request) (sheet, error) {
	a, problem := ask(r, "/picture/balance", balanceChoices)
	if problem != nil {
		return sheet{}, problem
	}
	ignored := a.ignored(false)
	a.all = true
	points, d, err := s.balanceData(r, a)
	if err != nil {
		return sheet{}, err
	}
	p := visitOf(r).Print
	out := pivotSheet(p, "balance", s.balanceTable(p, a, d))
	by, _ := s.balanceBy(p, a, points, d)
	out.more = append(out.more, pivotSheet(p, "", by).Table)
	out.Notes = s.fileNotes(r, a, balanceChoices, ignored, doubtNote(p, d.doubtful)...)
	return out, nil
}

// routesSheet is every route, not only those the map shows, and the places of
// seizure.
func (s *Site) routesSheet(r *http.Request) (sheet, error) {
	a, problem := ask(r, "/picture/routes", routesChoices)
	if problem != nil {
		return sheet{}, problem
	}
	ignored := a.ignored(true)
	d, err := s.routesData(r, a)
	if err != nil {
		return sheet{}, err
	}
	p := visitOf(r).Print
	out := pivotSheet(p, "routes", s.routesTable(p, a, d, 0))
	out.more = append(out.more, pivotSheet(p, "", s.placesTable(p, a, d)).Table)
	out.Notes = s.fileNotes(r, a, routesChoices, ignored, routesNotes(p, a, d)...)
	return out, nil
}

// calendarSheet is the reporting calendar: a gap is "–", what lies outside the
// time of reporting is empty.
func (s *Site) calendarSheet(r *http.Request) (sheet, error) {
	a, problem := ask(r, "/picture/calendar", calendarChoices)
	if problem != nil {
		return sheet{}, problem
	}
	ignored := a.ignored(false)
	cal, err := s.desk.Calendar(r.Context(), visitOf(r).Actor, a.slice)
	if err != nil {
		return sheet{}, err
	}
	p := visitOf(r).Print
	out := sheet{name: "calendar"}
	out.Title = p.T("picture.calendar.caption", "period", p.Dates(cal.From, cal.To))
	out.Columns = []report.Column{wordColumn(p.T("picture.calendar.head"))}
	locale.SortBy(p, cal.Rows, func(row pictureCalendarRow) string { return s.countryName(p, row.Country) })
	for i, st := range cal.Rows {
		row := []report.Value{report.Text(s.countryName(p, st.Country))}
		for _, m := range st.Months {
			if i == 0 {
				out.Columns = append(out.Columns, figureColumn(m.Month.String()))
			}
			row = append(row, calendarDatum(p, m))
		}
		out.Rows = append(out.Rows, append(row, report.Integer(int64(st.Gaps))))
	}
	out.Columns = append(out.Columns, figureColumn(p.T("picture.calendar.gaps")))
	out.Notes = s.fileNotes(r, a, calendarChoices, ignored, p.T("picture.calendar.note"))
	return out, nil
}

// coverageSheet is one row for each state, drug group or substance, and year.
func (s *Site) coverageSheet(r *http.Request) (sheet, error) {
	a, problem := ask(r, "/picture/coverage", coverageChoices)
	if problem != nil {
		return sheet{}, problem
	}
	ignored := a.ignored(false)
	if a.level != "detail" {
		a.level = "pair" // the finest figures of the page; sums of them would hide what was matched
	}
	pairs, period, err := s.coverageData(r, a)
	if err != nil {
		return sheet{}, err
	}
	p := visitOf(r).Print
	out := sheet{name: "coverage"}
	out.Title = p.T("picture.coverage.caption", "period", p.Dates(period.From, period.To))
	out.Columns = []report.Column{wordColumn(p.T("picture.coverage.by_country")), wordColumn(p.T("picture.coverage.by_group")),
		wordColumn(p.T("field.substance")), {Title: p.T("picture.coverage.year"), Align: report.Right},
		figureColumn(p.T("picture.coverage.incidents")), figureColumn(p.T("picture.coverage.official")), shareColumn(p.T("picture.coverage.ratio"))}
	for _, c := range pairs {
		row := []report.Value{report.Text(s.countryName(p, c.country)), report.Text(p.T("group." + string(c.group))), {}, report.Integer(int64(c.year)), {}, {}, {}}
		if c.substance != "" {
			row[2] = report.Text(s.substanceName(p, c.substance))
		}
		if c.hasIncidents {
			row[4] = report.Kilograms(c.incidents)
		}
		if c.hasOfficial {
			row[5] = report.Kilograms(c.official)
		}
		if c.both() {
			row[6] = shareDatum(c.incidents, c.official)
		}
		out.Rows = append(out.Rows, row)
	}
	out.Notes = s.fileNotes(r, a, coverageChoices, ignored, p.T("picture.coverage.note"), p.T("picture.coverage.matched"))
	return out, nil
}

// pivotSheet is a table of a page with its exact figures.
func pivotSheet(p *locale.Printer, name string, t pivot) sheet {
	out := sheet{name: name}
	out.Title = t.Caption
	out.Columns = []report.Column{wordColumn(t.Head)}
	for _, c := range t.Columns {
		if t.Share {
			out.Columns = append(out.Columns, shareColumn(c.Name))
		} else {
			out.Columns = append(out.Columns, figureColumn(c.Name))
		}
	}
	if !t.NoSums {
		out.Columns = append(out.Columns, figureColumn(p.T("picture.total")), shareColumn(p.T("picture.share")))
	}
	line := func(row pivotRow, name string, counted bool) {
		if row.Note != "" {
			name += " (" + row.Note + ")"
		}
		cells := []report.Value{report.Text(name)}
		for i, c := range row.Cells {
			switch {
			case c.Value == "" || t.Share && !counted:
				cells = append(cells, report.Value{})
			case t.Share:
				cells = append(cells, shareDatum(c.base, t.Total.Cells[i].base))
			default:
				cells = append(cells, report.Number(c.Value))
			}
		}
		if !t.NoSums {
			cells = append(cells, report.Number(row.Sum.Value))
			if counted {
				cells = append(cells, shareDatum(row.Sum.base, t.Total.Sum.base))
			}
		}
		out.Rows = append(out.Rows, cells)
	}
	for _, row := range t.Rows {
		line(row, row.Name, true)
	}
	if !t.NoSums {
		line(t.Total, p.T("picture.total"), true)
	}
	for _, row := range t.Aside {
		line(row, row.Name, false)
	}
	return out
}

// joined is everything in one table, for a kind of file that has only one.
func (s sheet) joined() report.Table {
	out := s.Table
	for _, t := range s.more {
		var head []report.Value
		for _, c := range t.Columns {
			head = append(head, report.Text(c.Title))
		}
		out.Rows = append(out.Rows, nil, []report.Value{report.Text(t.Title)}, head)
		out.Rows = append(out.Rows, t.Rows...)
	}
	return out
}

// fileNotes say what the figures are, which address shows them again, who made
// the file and when.
func (s *Site) fileNotes(r *http.Request, a asked, c choices, ignored []string, own ...string) []string {
	v := visitOf(r)
	a.all = false
	scheme := "http"
	if s.opt.TLS {
		scheme = "https"
	}
	out := []string{v.Print.T("picture.note.link", "link", scheme+"://"+r.Host+a.link(c))}
	if text := ignoredText(v.Print, ignored); text != "" {
		out = append(out, text)
	}
	out = append(out, s.notes(r, a, own...)...)
	return append(out, s.madeAt(v, s.now()))
}

// pictureFile answers a view as a file of a kind. It is made whole before
// anything is sent, so that what fails becomes an error page and not half a
// file.
func pictureFile(view func(*Site, *http.Request) (sheet, error), kind string) func(*Site, http.ResponseWriter, *http.Request) error {
	return func(s *Site, w http.ResponseWriter, r *http.Request) error {
		table, err := view(s, r)
		if err != nil {
			return err
		}
		v := visitOf(r)
		slice, err := parseSlice(r.URL.Query())
		if err != nil {
			return err
		}
		if err := s.desk.ExportPicture(r.Context(), v.Actor, table.name, slice); err != nil {
			return err
		}
		table.About = v.Print.T("picture.about")
		var file bytes.Buffer
		mime := "text/csv; charset=utf-8"
		if kind == "xlsx" {
			mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
			err = report.WriteXLSX(&file, append([]report.Table{table.Table}, table.more...)...)
		} else {
			err = report.WriteCSV(&file, table.joined(), report.WithBOM(), report.WithNotes())
		}
		if err != nil {
			return err
		}
		h := w.Header()
		h.Set("Content-Type", mime)
		h.Set("Content-Disposition", `attachment; filename="paiza-`+table.name+`.`+kind+`"`)
		h.Set("Content-Length", strconv.Itoa(file.Len()))
		_, err = w.Write(file.Bytes())
		return gone(err)
	}
}
