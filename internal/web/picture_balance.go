package web

import (
	"cmp"
	"net/http"
	"slices"

	"paiza"
	"paiza/internal/locale"
)

var balanceChoices = choices{
	grains:   []paiza.Grain{paiza.ByYear, paiza.ByMonth},
	levels:   []string{"group", "substance"},
	measures: []measure{byMass, byWeighed, bySeizures, byUnits},
	shares:   true,
}

// balanceView is how much was seized inland, at the border and in transit.
type balanceView struct {
	pictureView
	Figure figureView
	Table  *pivot
	Series figureView
	By     pivot // the same by drug group or substance
	More   *moreView
}

// balancePoint is one figure of the balance.
type balancePoint struct {
	period  paiza.Date
	routing paiza.Routing
	series  string // group or substance
	tally   tally
}

func (s *Site) balance(w http.ResponseWriter, r *http.Request) error {
	a, problem := ask(r, "/picture/balance", balanceChoices)
	ignored := a.ignored(false)
	base, err := s.pictureView(r, a, balanceChoices, problem, "picture.balance.title")
	if err != nil {
		return err
	}
	view := balanceView{pictureView: base}
	if problem != nil {
		code, _ := statusOf(problem)
		return s.render(w, r, code, "picture/balance", view)
	}
	points, d, err := s.balanceData(r, a)
	if err != nil {
		return err
	}
	if d.rows == 0 {
		if err := s.nothing(r, &view.pictureView, a); err != nil {
			return err
		}
		return s.render(w, r, http.StatusOK, "picture/balance", view)
	}
	p := visitOf(r).Print
	table := s.balanceTable(p, a, d)
	view.Table = &table
	view.Lead = lead(p, d.period, d.rows)
	view.Figure = figure(p, a, table)
	view.Ignored = ignoredText(p, ignored)
	unknown := p.T("picture.balance.unknown_text", "n", d.unknown, "all", d.rows, "share", p.Percent(ratio(d.unknown, d.rows)))
	var folded int
	view.By, folded = s.balanceBy(p, a, points, d)
	if folded > 0 {
		every := a
		every.all = true
		all := len(view.By.Rows) + folded - 1
		view.More = &moreView{p.T("picture.more", "n", shownSeries, "all", all), every.link(balanceChoices), p.T("picture.show_all", "all", all)}
	}
	view.Series = figure(p, a, view.By)
	view.Series.As, view.Series.Across, view.Series.Source, view.Series.Caption = "share", true, view.By.ID, view.By.Caption
	view.Notes = s.notes(r, a, append([]string{unknown}, doubtNote(p, d.doubtful)...)...)
	return s.render(w, r, http.StatusOK, "picture/balance", view)
}

// widen makes a period hold a date.
func widen(p paiza.Period, d paiza.Date) paiza.Period {
	if d == 0 {
		return p
	}
	if p.From == 0 || d.First() < p.From.First() {
		p.From = d
	}
	if p.To == 0 || d.Last() > p.To.Last() {
		p.To = d
	}
	return p
}

func (s *Site) balanceTable(p *locale.Printer, a asked, d timeline) pivot {
	b := d.builder(p, a, func(series string, slice paiza.Slice) string { return rowsLink(only(slice, "routing", series)) })
	slices.SortFunc(b.series, func(x, y string) int { return cmp.Compare(routingRank(x), routingRank(y)) })
	table := b.build(a.share)
	for i := range table.Rows {
		row := &table.Rows[i]
		row.Name, row.Colour = p.T("routing."+row.Key), routingColour(paiza.Routing(row.Key))
		narrow := a
		narrow.slice = only(a.slice, "routing", row.Key)
		row.Link = narrow.link(balanceChoices)
	}
	table.Aside = aside(p, a, b, d, table.Columns)
	caption := p.T("picture.balance.caption", "figure", p.T("picture.figure."+string(a.measure)), "period", p.Dates(d.period.From, d.period.To))
	return table.named("figures", p.T("picture.balance.head"), caption, p)
}

// balanceBy is the balance of each drug group or substance over the whole
// period: the columns are the kinds of place. folded is how many series its
// last row adds up.
func (s *Site) balanceBy(p *locale.Printer, a asked, points []balancePoint, d timeline) (_ pivot, folded int) {
	b := newBuilder(p, a.measure, func(series, column string) string {
		slice := a.slice
		slice.WithoutDoubtful = slice.WithoutDoubtful || d.apart
		if column != "" {
			slice = only(slice, "routing", column)
		}
		return rowsLink(only(slice, a.level, series))
	})
	for _, pt := range points {
		b.add(pt.series, string(pt.routing), pt.tally)
	}
	for _, r := range paiza.Routings() {
		if b.sum("", string(r)).Rows > 0 {
			b.columns = append(b.columns, pivotColumn{Key: string(r), Name: p.T("routing." + string(r)), Colour: routingColour(r)})
		}
	}
	if a.level == "group" {
		slices.SortFunc(b.series, func(x, y string) int { return cmp.Compare(groupRank(x), groupRank(y)) })
	} else {
		b.sortBySize()
		if !a.all && b.fold(shownSeries) {
			folded = b.folded
		}
	}
	table := b.build(false)
	table.Spark, table.Words = false, true
	s.nameSeries(p, a, table.Rows, balanceChoices)
	caption := p.T("picture.balance.by_"+a.level, "figure", p.T("picture.figure."+string(a.measure)), "period", p.Dates(d.period.From, d.period.To))
	table = table.named("series", p.T("picture.level."+a.level), caption, p)
	table.withoutChange()
	return table, folded
}

// routingColour is the colour of a kind of place; "other" is a drug group too
// and has its colour there.
func routingColour(r paiza.Routing) string {
	if r == paiza.RoutingOther {
		return "elsewhere"
	}
	return string(r)
}

func routingRank(r string) int { return slices.Index(paiza.Routings(), paiza.Routing(r)) }
