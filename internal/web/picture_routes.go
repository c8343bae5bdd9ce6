package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"paiza"
	"paiza/internal/locale"
)

var routesChoices = choices{measures: []measure{byMass, byWeighed, bySeizures}}

// shownRoutes is how many routes a map and its table show: more cannot be told
// apart.
const shownRoutes = 100

// routesView is where consignments came from and went to.
type routesView struct {
	pictureView
	Map    mapView
	Years  []mapView
	Table  *pivot
	Places pivot
}

// mapView is one map over the tables "routes" and "places"; template "pic-map".
type mapView struct {
	Column, Caption, Description, Unit string
	Small                              bool
}

// line is one route with what went over it.
type line struct {
	key           lineKey
	from, via, to paiza.Country // empty: not stated
	inferred      bool
	years         map[int]tally
}

func (l line) sum() tally {
	var out tally
	for _, t := range l.years {
		out.add(t)
	}
	return out
}

// ways are the routes of a slice and where the seizures were made.
type ways struct {
	lines  []line
	places map[paiza.Country]map[int]tally
	none   tally // rows without any route
	years  []int // with rows
	period paiza.Period
	rows   int64
	// Rows with an implausible amount, where amounts are shown: apart.
	doubtful tally
}

func (s *Site) routes(w http.ResponseWriter, r *http.Request) error {
	a, problem := ask(r, "/picture/routes", routesChoices)
	ignored := a.ignored(true)
	base, err := s.pictureView(r, a, routesChoices, problem, "picture.routes.title")
	if err != nil {
		return err
	}
	view := routesView{pictureView: base}
	view.Script = "map.js"
	if problem != nil {
		code, _ := statusOf(problem)
		return s.render(w, r, code, "picture/routes", view)
	}
	data, err := s.routesData(r, a)
	if err != nil {
		return err
	}
	if data.rows == 0 {
		if err := s.nothing(r, &view.pictureView, a); err != nil {
			return err
		}
		return s.render(w, r, http.StatusOK, "picture/routes", view)
	}
	p := visitOf(r).Print
	view.Lead = lead(p, data.period, data.rows+data.doubtful.Rows)
	view.Ignored = ignoredText(p, ignored)
	table := s.routesTable(p, a, data, shownRoutes)
	view.Table, view.Places = &table, s.placesTable(p, a, data)
	unit := p.T("picture.unit." + string(a.measure))
	view.Map = mapView{Column: "total", Caption: p.T("picture.routes.map", "period", p.Dates(data.period.From, data.period.To)), Unit: unit}
	view.Map.Description = mapText(table)
	if len(table.Columns) > 1 && len(table.Columns) <= 12 {
		for _, c := range table.Columns {
			view.Years = append(view.Years, mapView{Column: c.Key, Caption: c.Name, Description: c.Name, Unit: unit, Small: true})
		}
	}
	view.Notes = s.notes(r, a, routesNotes(p, a, data)...)
	return s.render(w, r, http.StatusOK, "picture/routes", view)
}

// routesTable lists the largest routes; the last row adds the others up.
func (s *Site) routesTable(p *locale.Printer, a asked, d ways, limit int) pivot {
	lines := slices.Clone(d.lines)
	size := make(map[lineKey]int64, len(lines))
	for _, l := range lines {
		size[l.key] = a.measure.base(l.sum())
	}
	slices.SortStableFunc(lines, func(x, y line) int { return cmp.Compare(size[y.key], size[x.key]) })
	b := newBuilder(p, a.measure, nil)
	b.link = func(series, column string) string {
		i, err := strconv.Atoi(series)
		if err != nil {
			return ""
		}
		slice := a.slice
		if column != "" {
			year, _ := strconv.Atoi(column)
			slice = within(slice, paiza.NewDate(year, 0, 0))
		}
		return figureLink(lines[i].key.filter(slice, a.measure))
	}
	b.columns = yearColumns(d.years)
	for i, l := range lines {
		series := strconv.Itoa(i)
		if limit > 0 && i >= limit {
			series = restSeries
			b.folded++
		}
		for year, t := range l.years {
			b.add(series, strconv.Itoa(year), t)
		}
	}
	table := b.build(false)
	table.WholeKey = "total"
	for i := range table.Rows {
		row := &table.Rows[i]
		if row.Key == restSeries {
			row.Name, row.SumData = p.T("picture.routes.rest", "n", row.Folded), true
			continue
		}
		at, _ := strconv.Atoi(row.Key)
		l := lines[at]
		row.Name, row.Path, row.SumData = s.lineName(p, l), s.path(l), true
		row.Basis, row.Note = "stated", p.T("picture.routes.stated_text")
		if l.inferred {
			row.Basis, row.Note = "inferred", p.T("picture.routes.inferred_text")
		}
		if row.Path == "" {
			row.Note = p.T("picture.routes.one_end")
		}
		if made := l.key.stated.Producing; made != "" && made != l.from {
			row.Note += ", " + p.T("filter.made_in", "name", s.countryName(p, made))
		}
	}
	caption := p.T("picture.routes.caption", "figure", p.T("picture.figure."+string(a.measure)), "period", p.Dates(d.period.From, d.period.To))
	return table.named("routes", p.T("picture.routes.head"), caption, p)
}

// placesTable is where the seizures were made.
func (s *Site) placesTable(p *locale.Printer, a asked, d ways) pivot {
	b := newBuilder(p, a.measure, func(series, column string) string {
		slice := a.slice
		slice.WithoutDoubtful = slice.WithoutDoubtful || !a.measure.countsDoubtful()
		if series != "" {
			slice.Countries = []paiza.Country{paiza.Country(series)}
		}
		if column != "" {
			year, _ := strconv.Atoi(column)
			slice = within(slice, paiza.NewDate(year, 0, 0))
		}
		return rowsLink(slice)
	})
	b.columns = yearColumns(d.years)
	for country, years := range d.places {
		for year, t := range years {
			b.add(string(country), strconv.Itoa(year), t)
		}
	}
	b.sortBySize()
	table := b.build(false)
	table.WholeKey = "total"
	for i := range table.Rows {
		row := &table.Rows[i]
		c := paiza.Country(row.Key)
		row.Name, row.SumData = s.countryName(p, c), true
		if place, ok := s.catalog.Country(c); ok {
			row.At = fmt.Sprintf("%.2f,%.2f", place.Lon, place.Lat)
		}
		narrow := a
		narrow.slice.Countries = []paiza.Country{c}
		row.Link = narrow.link(routesChoices)
	}
	caption := p.T("picture.routes.places", "figure", p.T("picture.figure."+string(a.measure)), "period", p.Dates(d.period.From, d.period.To))
	return table.named("places", p.T("picture.routes.state"), caption, p)
}

// yearColumns has a column for every year from the first to the last found.
func yearColumns(found []int) []pivotColumn {
	var dates []paiza.Date
	for _, y := range found {
		dates = append(dates, paiza.NewDate(y, 0, 0))
	}
	var out []pivotColumn
	for _, d := range periods(dates, paiza.ByYear) {
		out = append(out, pivotColumn{Key: d.String(), Name: d.String()})
	}
	return out
}

// lineName is a route in words: its stations in the order of travel.
func (s *Site) lineName(p *locale.Printer, l line) string {
	var out []string
	for i, c := range []paiza.Country{l.from, l.via, l.to} {
		switch {
		case c != "":
			out = append(out, s.countryName(p, c))
		case i != 1:
			out = append(out, p.T("picture.routes.unstated"))
		}
	}
	return strings.Join(out, " → ")
}

// path is the stations of a route in longitude and latitude, empty when fewer
// than two are known: then there is nothing to draw.
func (s *Site) path(l line) string {
	var out []string
	for _, c := range []paiza.Country{l.from, l.via, l.to} {
		if place, ok := s.catalog.Country(c); ok {
			if at := fmt.Sprintf("%.2f,%.2f", place.Lon, place.Lat); len(out) == 0 || out[len(out)-1] != at {
				out = append(out, at)
			}
		}
	}
	if len(out) < 2 {
		return ""
	}
	return strings.Join(out, ";")
}

// mapText is the map for those who do not see it.
func mapText(table pivot) string {
	text := table.Caption
	for i, row := range table.Rows {
		if i == 5 {
			break
		}
		text += "; " + row.Name + " " + row.Sum.Text
	}
	return text
}

// routesNotes say what is not on the map: rows without any route, and
// implausible amounts.
func routesNotes(p *locale.Printer, a asked, d ways) []string {
	var out []string
	say := func(key string, t tally) {
		if t.Rows > 0 {
			out = append(out, p.T(key, "rows", p.T("picture.rows", "n", t.Rows), "share", p.Percent(ratio(t.Rows, d.rows+d.doubtful.Rows)),
				"amount", p.Decimal(a.measure.text(a.measure.base(t)), a.measure.places(a.measure.base(t)))+" "+p.T("picture.unit."+string(a.measure))))
		}
	}
	say("picture.routes.no_route", d.none)
	say("picture.routes.doubtful", d.doubtful)
	return out
}
