package web

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"paiza"
	"paiza/internal/locale"
)

// Parameters of the picture's views that lists do not have.
const (
	keyMeasure = "measure" // mass, weighed, seizures, units, litres
	keyAs      = "as"      // value, share
	keyAll     = "all"     // 1: every series, not only the largest
)

// pictureRoutes are the addresses of the picture's views: a page, and the same
// figures as a file.
func pictureRoutes() []route {
	var out []route
	for _, v := range []struct {
		path string
		page func(*Site, http.ResponseWriter, *http.Request) error
		file func(*Site, *http.Request) (sheet, error)
	}{
		{"/picture/market", (*Site).market, (*Site).marketSheet},
		{"/picture/balance", (*Site).balance, (*Site).balanceSheet},
		{"/picture/routes", (*Site).routes, (*Site).routesSheet},
		{"/picture/calendar", (*Site).calendar, (*Site).calendarSheet},
		{"/picture/coverage", (*Site).coverage, (*Site).coverageSheet},
	} {
		out = append(out,
			route{"GET", v.path, paiza.RightReadPicture, v.page, false},
			route{"GET", v.path + ".csv", paiza.RightExport, pictureFile(v.file, "csv"), true},
			route{"GET", v.path + ".xlsx", paiza.RightExport, pictureFile(v.file, "xlsx"), true})
	}
	return out
}

// asked is what the address of a view asks for.
type asked struct {
	path    string
	slice   paiza.Slice
	grain   paiza.Grain
	level   string
	measure measure
	share   bool
	all     bool
}

// choices are the values that the switches of a view offer; the first of each
// is the default and stands in no address.
type choices struct {
	grains   []paiza.Grain
	levels   []string
	measures []measure
	shares   bool
}

// ask reads the address of a view.
func ask(r *http.Request, path string, c choices) (asked, error) {
	q := r.URL.Query()
	slice, problem := parseSlice(q)
	a := asked{path: path, slice: slice, share: c.shares && q.Get(keyAs) == "share", all: q.Get(keyAll) == "1"}
	a.grain = choose(c.grains, q.Get(keyBy))
	a.level = choose(c.levels, q.Get(keyLevel))
	a.measure = choose(c.measures, q.Get(keyMeasure))
	return a, problem
}

func choose[T ~string](of []T, asked string) T {
	if slices.Contains(of, T(asked)) {
		return T(asked)
	}
	if len(of) == 0 {
		return ""
	}
	return of[0]
}

// query is the shortest address of what was asked.
func (a asked) query(c choices) url.Values {
	q := formatSlice(a.slice)
	keep := func(key, value, first string) {
		if value != first {
			q.Set(key, value)
		}
	}
	keep(keyBy, string(a.grain), string(choose(c.grains, "")))
	keep(keyLevel, a.level, choose(c.levels, ""))
	keep(keyMeasure, string(a.measure), string(choose(c.measures, "")))
	if a.share {
		q.Set(keyAs, "share")
	}
	if a.all {
		q.Set(keyAll, "1")
	}
	return q
}

func (a asked) link(c choices) string { return address(a.path, a.query(c)) }

// pictureView is what all views of the picture have.
type pictureView struct {
	Title, Lead string
	Filter      filterView
	Switches    []switchView
	CSV, XLSX   string // empty without the right to export
	Script      string // of the chart
	None        *noneView
	Ignored     string // filters that this view cannot act on
	Notes       []string
}

// switchView is one choice of how the same figures are shown.
type switchView struct {
	Label   string
	Choices []choiceView
}

type choiceView struct {
	Text, Link string
	Current    bool
}

// noneView stands where a view has nothing to show.
type noneView struct{ Title, Text, Link, Act string }

// figureView is a chart over a table; template "pic-figure".
type figureView struct {
	Caption, Description string
	Source, As, Unit     string
	Top                  int
	Side                 bool // bars beside each other: figures that must not be added up
	Across               bool // the table's columns are the series, its rows the axis
}

// pictureView makes the frame of a view: filters, switches, files. A problem of
// the address is shown in the bar of filters.
func (s *Site) pictureView(r *http.Request, a asked, c choices, problem error, title string) (pictureView, error) {
	v := visitOf(r)
	view := pictureView{Title: v.Print.T(title), Script: "chart.js"}
	bar, err := s.filterBar(r, a.path, paiza.SeizureFilter{Slice: a.slice}, problem, keyBy, keyLevel, keyMeasure, keyAs)
	if err != nil {
		return view, err
	}
	view.Filter = bar
	view.Switches = switches(v.Print, a, c)
	if problem == nil && v.can(paiza.RightExport) {
		file := a
		file.all = false // a file always holds everything
		q := file.query(c)
		view.CSV, view.XLSX = address(a.path+".csv", q), address(a.path+".xlsx", q)
	}
	return view, nil
}

func switches(p *locale.Printer, a asked, c choices) []switchView {
	var out []switchView
	offer := func(label string, n int, one func(i int) (text string, b asked, current bool)) {
		if n < 2 {
			return
		}
		sw := switchView{Label: p.T(label)}
		for i := range n {
			text, b, current := one(i)
			sw.Choices = append(sw.Choices, choiceView{p.T(text), b.link(c), current})
		}
		out = append(out, sw)
	}
	offer("picture.switch.level", len(c.levels), func(i int) (string, asked, bool) {
		b := a
		b.level, b.all = c.levels[i], false
		return "picture.level." + b.level, b, b.level == a.level
	})
	offer("picture.switch.by", len(c.grains), func(i int) (string, asked, bool) {
		b := a
		b.grain = c.grains[i]
		return "picture.by." + string(b.grain), b, b.grain == a.grain
	})
	offer("picture.switch.measure", len(c.measures), func(i int) (string, asked, bool) {
		b := a
		b.measure = c.measures[i]
		return "picture.measure." + string(b.measure), b, b.measure == a.measure
	})
	if c.shares {
		offer("picture.switch.as", 2, func(i int) (string, asked, bool) {
			b := a
			b.share = i == 1
			return "picture.as." + []string{"value", "share"}[i], b, b.share == a.share
		})
	}
	return out
}

// nothing explains an empty view: the store is empty, or the filters are too
// narrow.
func (s *Site) nothing(r *http.Request, view *pictureView, a asked) error {
	v := visitOf(r)
	over, err := s.desk.Overview(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	view.Switches, view.CSV, view.XLSX = nil, "", ""
	if over.Rows == 0 {
		view.None = &noneView{Title: v.Print.T("picture.none.store"), Text: v.Print.T("picture.none.store_text")}
		if v.can(paiza.RightImport) {
			view.None.Link, view.None.Act = "/imports", v.Print.T("picture.none.store_act")
		}
		return nil
	}
	view.None = &noneView{v.Print.T("picture.none.slice"), v.Print.T("picture.none.slice_text"), a.path, v.Print.T("picture.none.slice_act")}
	return nil
}

// lead is the line under the title: which period and how many rows.
func lead(p *locale.Printer, period paiza.Period, rows int64) string {
	return p.T("picture.period", "period", p.Dates(period.From, period.To), "rows", p.T("picture.rows", "n", rows))
}

// within narrows a slice to one period of the axis.
func within(s paiza.Slice, period paiza.Date) paiza.Slice {
	if s.Period.From == 0 || s.Period.From.First() <= period.First() {
		s.Period.From = period
	}
	if s.Period.To == 0 || s.Period.To.Last() >= period.Last() {
		s.Period.To = period
	}
	return s
}

// maxYears is the longest time in which every period has its column.
const maxYears = 60

// periods lists every period from the first to the last, so that a period
// without rows has its place.
func periods(found []paiza.Date, grain paiza.Grain) []paiza.Date {
	if len(found) == 0 {
		return nil
	}
	found = slices.Clone(found)
	slices.Sort(found)
	found = slices.Compact(found)
	first, last := found[0], found[len(found)-1]
	if last.Year()-first.Year() > maxYears {
		return found // a mistyped year must not make a thousand columns
	}
	var out []paiza.Date
	if grain == paiza.ByYear {
		for y := first.Year(); y <= last.Year(); y++ {
			out = append(out, paiza.NewDate(y, 0, 0))
		}
		return out
	}
	for y := first.Year(); y <= last.Year(); y++ {
		if year := paiza.NewDate(y, 0, 0); slices.Contains(found, year) {
			out = append(out, year)
		}
		for m := 1; m <= 12; m++ {
			if d := paiza.NewDate(y, m, 0); d >= first.MonthOf() && d <= last.MonthOf() {
				out = append(out, d)
			}
		}
	}
	return out
}

// periodName is the heading of a period.
func periodName(p *locale.Printer, d paiza.Date, grain paiza.Grain) string {
	if grain == paiza.ByMonth && d.Month() == 0 {
		return p.T("picture.month_unknown", "year", strconv.Itoa(d.Year()))
	}
	return p.Date(d)
}

// notes are the sentences that every view ends with: where the figures come
// from, then what is particular to the view, then what holds for all.
func (s *Site) notes(r *http.Request, a asked, own ...string) []string {
	p := visitOf(r).Print
	out := append(s.sources(r, a), own...)
	return append(out, p.T("picture.note.conversion", "version", s.catalog.Version()),
		p.T("picture.note.unknown"), p.T("picture.note.gap"), p.T("picture.note.once"))
}

// namedSources is how many files a note names.
const namedSources = 5

// sources names the files that the figures are taken from.
func (s *Site) sources(r *http.Request, a asked) []string {
	v := visitOf(r)
	var out []string
	if withheld, err := s.desk.Withheld(r.Context(), v.Actor); err != nil {
		s.log.Error("withheld records not asked", "err", err)
	} else if withheld {
		out = append(out, v.Print.T("picture.note.withheld"))
	}
	if n, err := s.foreignRows(r, a.slice); err != nil {
		s.log.Error("records of other nodes not counted", "err", err)
	} else if n > 0 {
		out = append(out, v.Print.T("picture.note.foreign", "n", n))
	}
	facets, err := s.desk.Facets(r.Context(), v.Actor)
	if err != nil {
		s.log.Error("sources not asked", "err", err)
		return out
	}
	var files []string
	for _, i := range facets.Imports {
		if i.Kind == paiza.KindTotals && a.path != "/picture/coverage" {
			continue
		}
		if len(a.slice.Imports) == 0 || i.Kind == paiza.KindTotals || slices.Contains(a.slice.Imports, i.ID) {
			files = append(files, path.Base(i.File))
		}
	}
	if len(files) == 0 {
		return out
	}
	if over := len(files) - namedSources; over > 0 {
		files = append(files[:namedSources], v.Print.T("picture.others", "n", over))
	}
	return append(out, v.Print.T("picture.note.source", "files", strings.Join(files, ", ")))
}

// foreignRows is how many of the records under the figures other nodes gave.
func (s *Site) foreignRows(r *http.Request, slice paiza.Slice) (int64, error) {
	v := visitOf(r)
	if !v.can(paiza.RightReadSeizure) {
		return 0, nil
	}
	c, err := s.community(r)
	if err != nil || len(c.peers) == 0 {
		return 0, err
	}
	f := paiza.SeizureFilter{Slice: slice, Origin: paiza.OriginOthers, WithoutRed: true}
	list, err := s.desk.Seizures(r.Context(), v.Actor, f, paiza.Page{Size: 1})
	return list.Count, err
}

// madeAt is the line of a file that says who made it and when.
func (s *Site) madeAt(v *visit, at time.Time) string {
	return v.Print.T("picture.note.made", "time", v.Print.Time(at), "name", v.Actor.Name)
}

// ignoredText says which filters a view cannot act on: a filter that is
// silently ignored would show wrong figures.
func ignoredText(p *locale.Printer, keys []string) string {
	var out []string
	for _, key := range keys {
		out = append(out, p.T("picture.ignored."+key))
	}
	return strings.Join(out, " ")
}
