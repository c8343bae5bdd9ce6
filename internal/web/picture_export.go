package web

import (
	"net/http"
	"strconv"

	"paiza"
	"paiza/internal/locale"
)

// sheet is a view as a file: exactly the figures that the page shows, and in
// the notes where they come from and the address that shows them again.
type sheet struct {
	name  string // of the file, without its ending
	title string
	head  []string
	rows  [][]datum
	notes []string
}

// datum is one cell of a file: a number as exact decimal text, or words.
type datum struct {
	text   string
	number bool
}

func word(text string) datum { return datum{text: text} }

func figureDatum(text string) datum { return datum{text: text, number: text != ""} }

// share is a part of a whole as a decimal with six places; empty of nothing.
func shareDatum(part, whole int64) datum {
	if whole == 0 {
		return datum{}
	}
	return figureDatum(strconv.FormatFloat(ratio(part, whole), 'f', 6, 64))
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
	out.notes = s.fileNotes(r, a, marketChoices, ignored, doubtNote(p, d.doubtful)...)
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
	out.append(pivotSheet(p, "", by))
	out.notes = s.fileNotes(r, a, balanceChoices, ignored, doubtNote(p, d.doubtful)...)
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
	out.append(pivotSheet(p, "", s.placesTable(p, a, d)))
	out.notes = s.fileNotes(r, a, routesChoices, ignored, routesNotes(p, a, d)...)
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
	out := sheet{name: "calendar", title: p.T("picture.calendar.caption", "period", p.Dates(cal.From, cal.To)), head: []string{p.T("picture.calendar.head")}}
	locale.SortBy(p, cal.Rows, func(row pictureCalendarRow) string { return s.countryName(p, row.Country) })
	for i, st := range cal.Rows {
		row := []datum{word(s.countryName(p, st.Country))}
		for _, m := range st.Months {
			if i == 0 {
				out.head = append(out.head, m.Month.String())
			}
			row = append(row, calendarDatum(p, m))
		}
		out.rows = append(out.rows, append(row, figureDatum(strconv.Itoa(st.Gaps))))
	}
	out.head = append(out.head, p.T("picture.calendar.gaps"))
	out.notes = s.fileNotes(r, a, calendarChoices, ignored, p.T("picture.calendar.note"))
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
	out := sheet{name: "coverage", title: p.T("picture.coverage.caption", "period", p.Dates(period.From, period.To)),
		head: []string{p.T("picture.coverage.by_country"), p.T("picture.coverage.by_group"), p.T("field.substance"), p.T("picture.coverage.year"),
			p.T("picture.coverage.incidents"), p.T("picture.coverage.official"), p.T("picture.coverage.ratio")}}
	for _, c := range pairs {
		row := []datum{word(s.countryName(p, c.country)), word(p.T("group." + string(c.group))), {}, figureDatum(strconv.Itoa(c.year)), {}, {}, {}}
		if c.substance != "" {
			row[2] = word(s.substanceName(p, c.substance))
		}
		if c.hasIncidents {
			row[4] = figureDatum(paiza.Kilograms(c.incidents))
		}
		if c.hasOfficial {
			row[5] = figureDatum(paiza.Kilograms(c.official))
		}
		if c.both() {
			row[6] = shareDatum(c.incidents, c.official)
		}
		out.rows = append(out.rows, row)
	}
	out.notes = s.fileNotes(r, a, coverageChoices, ignored, p.T("picture.coverage.note"), p.T("picture.coverage.matched"))
	return out, nil
}

// pivotSheet is a table of a page with its exact figures.
func pivotSheet(p *locale.Printer, name string, t pivot) sheet {
	out := sheet{name: name, title: t.Caption, head: []string{t.Head}}
	for _, c := range t.Columns {
		out.head = append(out.head, c.Name)
	}
	if !t.NoSums {
		out.head = append(out.head, p.T("picture.total"), p.T("picture.share"))
	}
	line := func(row pivotRow, name string, counted bool) {
		if row.Note != "" {
			name += " (" + row.Note + ")"
		}
		cells := []datum{word(name)}
		for i, c := range row.Cells {
			switch {
			case c.Value == "":
				cells = append(cells, datum{})
			case t.Share && counted:
				cells = append(cells, shareDatum(c.base, t.Total.Cells[i].base))
			default:
				cells = append(cells, figureDatum(c.Value))
			}
		}
		if !t.NoSums {
			sum := figureDatum(row.Sum.Value)
			part := datum{}
			if counted {
				part = shareDatum(row.Sum.base, t.Total.Sum.base)
			}
			cells = append(cells, sum, part)
		}
		out.rows = append(out.rows, cells)
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

// append puts another table under this one.
func (s *sheet) append(o sheet) {
	s.rows = append(s.rows, nil, []datum{word(o.title)})
	var head []datum
	for _, h := range o.head {
		head = append(head, word(h))
	}
	s.rows = append(append(s.rows, head), o.rows...)
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
	out = append(out, s.notes(r, a, c, own...)...)
	return append(out, s.madeAt(v, s.now()))
}

// pictureFile answers a view as a file of a kind.
func pictureFile(view func(*Site, *http.Request) (sheet, error), kind string) func(*Site, http.ResponseWriter, *http.Request) error {
	return func(s *Site, w http.ResponseWriter, r *http.Request) error {
		table, err := view(s, r)
		if err != nil {
			return err
		}
		return s.writeSheet(w, table, kind)
	}
}

func (s *Site) writeSheet(w http.ResponseWriter, t sheet, kind string) error {
	d := s.download(w, "paiza-"+t.name+".csv", "text/csv; charset=utf-8")
	err := d.header(t.head...)
	for _, row := range t.rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = c.text
		}
		if err == nil {
			err = d.row(cells...)
		}
	}
	for _, note := range t.notes {
		if err == nil {
			err = d.row(note)
		}
	}
	return d.close(s, err)
}
