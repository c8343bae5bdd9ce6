package web

import (
	"cmp"
	"math/big"
	"net/http"
	"slices"
	"strconv"

	"paiza"
	"paiza/internal/locale"
)

var marketChoices = choices{
	grains:   []paiza.Grain{paiza.ByYear, paiza.ByMonth},
	levels:   []string{"group", "substance"},
	measures: []measure{byMass, byWeighed, bySeizures, byUnits, byLitres},
	shares:   true,
}

// shownSeries is how many substances a table shows before the rest is added up.
const shownSeries = 40

// marketView is the structure of the market by period.
type marketView struct {
	pictureView
	Figure figureView
	Table  *pivot
	More   *moreView
	Moves  []movesView
}

// moreView says that a table does not show everything.
type moreView struct{ Text, Link, Act string }

// movesView is one list beside the table: what entered, what left.
type movesView struct {
	Title, Text string
	Items       []moveView
	Rest        string
}

type moveView struct {
	Name, Swatch, Link, Figure string
	base                       int64
}

func (s *Site) market(w http.ResponseWriter, r *http.Request) error {
	a, problem := ask(r, "/picture/market", marketChoices)
	ignored := a.ignored(false)
	base, err := s.pictureView(r, a, marketChoices, problem, "picture.market.title")
	if err != nil {
		return err
	}
	view := marketView{pictureView: base}
	if problem != nil {
		code, _ := statusOf(problem)
		return s.render(w, r, code, "picture/market", view)
	}
	d, err := s.marketData(r, a)
	if err != nil {
		return err
	}
	if len(d.points) == 0 && len(d.doubtful) == 0 {
		if err := s.nothing(r, &view.pictureView, a); err != nil {
			return err
		}
		return s.render(w, r, http.StatusOK, "picture/market", view)
	}
	p := visitOf(r).Print
	table, all := s.marketTable(p, a, d)
	if len(table.Rows) < len(all.Rows) {
		every := a
		every.all = true
		view.More = &moreView{p.T("picture.more", "n", shownSeries, "all", len(all.Rows)), every.link(marketChoices), p.T("picture.show_all", "all", len(all.Rows))}
	}
	view.Table = &table
	view.Lead = lead(p, d.period, d.rows)
	view.Figure = figure(p, a, table)
	view.Ignored = ignoredText(p, ignored)
	view.Moves = s.moves(p, a, all, d)
	view.Notes = s.notes(r, a, doubtNote(p, d.doubtful)...)
	return s.render(w, r, http.StatusOK, "picture/market", view)
}

// point is one figure of a view over time: what a series added up to in a
// period.
type point struct {
	period paiza.Date
	series string
	tally  tally
}

// timeline is what a view over time draws. Doubtful figures are no part of the
// points.
type timeline struct {
	points, doubtful []point
	grain            paiza.Grain
	period           paiza.Period
	rows             int64
	apart            bool // the doubtful figures are no part of the points
	// Series of the last period that were never met before it, and of the one
	// before that are not met any more.
	entered, left []string
	unknown       int64 // rows that do not say where the seizure was made (balance)
}

// builder counts a timeline; link leads from a figure to its rows.
func (d timeline) builder(p *locale.Printer, a asked, link func(series string, s paiza.Slice) string) *builder {
	byKey := map[string]paiza.Date{}
	b := newBuilder(p, a.measure, func(series, column string) string {
		slice := a.slice
		slice.WithoutDoubtful = slice.WithoutDoubtful || d.apart
		if column != "" {
			period := byKey[column]
			if a.grain == paiza.ByMonth && period.Month() == 0 {
				return "" // rows of a year without a month cannot be asked for alone
			}
			slice = within(slice, period)
		}
		return link(series, slice)
	})
	var found []paiza.Date
	for _, pt := range append(slices.Clone(d.points), d.doubtful...) {
		found = append(found, pt.period)
	}
	for _, period := range periods(found, a.grain) {
		key := period.String()
		byKey[key] = period
		b.columns = append(b.columns, pivotColumn{Key: key, Name: periodName(p, period, a.grain)})
	}
	for _, pt := range d.points {
		b.add(pt.series, pt.period.String(), pt.tally)
	}
	return b
}

// aside is the row of the doubtful figures: apart, and in no total.
func aside(p *locale.Printer, a asked, b *builder, d timeline, columns []pivotColumn) []pivotRow {
	if len(d.doubtful) == 0 {
		return nil
	}
	var all tally
	byColumn := map[string]tally{}
	for _, pt := range d.doubtful {
		all.add(pt.tally)
		sum := byColumn[pt.period.String()]
		sum.add(pt.tally)
		byColumn[pt.period.String()] = sum
	}
	places := a.measure.places(a.measure.base(all))
	href := func(period paiza.Date) string {
		f := paiza.SeizureFilter{Slice: a.slice, Flags: paiza.FlagImplausible}
		if period != 0 {
			f.Slice = within(f.Slice, period)
		}
		return figureLink(f)
	}
	row := pivotRow{Key: "doubtful", Name: p.T("picture.doubtful.name"), Part: "—",
		Note: p.T("picture.doubtful.note", "rows", p.T("picture.rows", "n", all.Rows))}
	for _, c := range columns {
		period, _ := paiza.ParseDate(c.Key)
		t, ok := byColumn[c.Key]
		link := ""
		if ok && !(a.grain == paiza.ByMonth && period.Month() == 0) {
			link = href(period)
		}
		cell := b.cell(a.measure.base(t), 0, places, false, !ok, link)
		if !ok {
			cell = pivotCell{Value: "0", Text: "·"}
		}
		row.Cells = append(row.Cells, cell)
	}
	row.Sum = b.cell(a.measure.base(all), 0, places, false, false, href(0))
	return []pivotRow{row}
}

// marketTable is the table of the market: every series, or the largest and the
// sum of the rest.
func (s *Site) marketTable(p *locale.Printer, a asked, d timeline) (shown, all pivot) {
	b := d.builder(p, a, func(series string, slice paiza.Slice) string { return rowsLink(only(slice, a.level, series)) })
	if a.level == "group" {
		slices.SortFunc(b.series, func(x, y string) int { return cmp.Compare(groupRank(x), groupRank(y)) })
	} else {
		b.sortBySize()
	}
	finish := func() pivot {
		table := b.build(a.share)
		s.nameSeries(p, a, table.Rows, marketChoices)
		table.Aside = aside(p, a, b, d, table.Columns)
		caption := p.T("picture.market.caption", "figure", p.T("picture.figure."+string(a.measure)),
			"rows", p.T("picture.market.by_"+a.level), "period", p.Dates(d.period.From, d.period.To))
		return table.named("figures", p.T("picture.level."+a.level), caption, p)
	}
	all = finish()
	if a.all || !b.fold(shownSeries) {
		return all, all
	}
	return finish(), all
}

// nameSeries gives the rows their names, colours and the way to look closer.
func (s *Site) nameSeries(p *locale.Printer, a asked, rows []pivotRow, c choices) {
	shade := map[paiza.Group]int{}
	for i := range rows {
		row := &rows[i]
		narrow := a
		narrow.all, narrow.slice = false, only(a.slice, a.level, row.Key)
		switch {
		case row.Key == restSeries:
			row.Name, row.Colour = p.T("picture.others", "n", row.Folded), "other"
			continue
		case a.level == "group":
			row.Name, row.Colour = p.T("group."+row.Key), row.Key
			narrow.level = "substance"
		default:
			g := s.catalog.Group(row.Key)
			row.Name, row.Colour = s.substanceName(p, row.Key), string(g)
			if n := shade[g]; n > 0 && g != paiza.GroupUnknown {
				row.Colour += "-" + strconv.Itoa(1+(n-1)%3)
			}
			shade[g]++
		}
		row.Link = narrow.link(c)
	}
}

// only narrows a slice to one series.
func only(s paiza.Slice, level, series string) paiza.Slice {
	switch {
	case series == "":
	case level == "group":
		s.Groups = []paiza.Group{paiza.Group(series)}
	case level == "routing":
		s.Routings = []paiza.Routing{paiza.Routing(series)}
	default:
		s.Substances, s.Groups = []string{series}, nil
	}
	return s
}

func groupRank(g string) int { return slices.Index(paiza.Groups(), paiza.Group(g)) }

// figure is the chart over a table.
func figure(p *locale.Printer, a asked, t pivot) figureView {
	f := figureView{Caption: t.Caption, Source: t.ID, As: "value", Unit: p.T("picture.unit." + string(a.measure)), Top: 11}
	if a.share {
		f.As = "share"
	}
	f.Description = t.Caption
	largest := slices.Clone(t.Rows)
	slices.SortStableFunc(largest, func(x, y pivotRow) int {
		return cmp.Compare(y.Sum.base, x.Sum.base)
	})
	for i, row := range largest {
		if i == 3 {
			break
		}
		f.Description += "; " + row.Name + " " + row.Part
	}
	return f
}

// moves compares the last two periods: what entered, what left, whose share
// grew and fell most. It is left out where there are no two periods to compare.
func (s *Site) moves(p *locale.Printer, a asked, t pivot, d timeline) []movesView {
	n := len(t.Columns)
	if n < 2 || t.Columns[n-1].Gap || t.Columns[n-2].Gap {
		return nil
	}
	from, to := t.Columns[n-2].Name, t.Columns[n-1].Name
	at := func(row pivotRow, i int) int64 { return row.Cells[i].base }
	unit := " " + p.T("picture.unit."+string(a.measure))
	places := a.measure.places(at(t.Total, n-1))
	entered := movesView{Title: p.T("picture.market.entered"), Text: p.T("picture.market.entered_text", "from", from, "to", to)}
	left := movesView{Title: p.T("picture.market.left"), Text: p.T("picture.market.left_text", "from", from, "to", to)}
	grown := movesView{Title: p.T("picture.market.grown"), Text: from + " → " + to}
	fallen := movesView{Title: p.T("picture.market.fallen"), Text: from + " → " + to}
	type shift struct {
		row pivotRow
		by  float64
	}
	var shifts []shift
	for _, row := range t.Rows {
		if row.Key == paiza.SubstanceUnknown {
			continue
		}
		item := func(i int) moveView {
			return moveView{row.Name, row.Swatch(), row.Cells[i].Href, p.Decimal(row.Cells[i].Value, places) + unit, at(row, i)}
		}
		if slices.Contains(d.entered, row.Key) {
			entered.Items = append(entered.Items, item(n-1))
		}
		if slices.Contains(d.left, row.Key) {
			left.Items = append(left.Items, item(n-2))
		}
		was, is := ratio(at(row, n-2), at(t.Total, n-2)), ratio(at(row, n-1), at(t.Total, n-1))
		if is != was {
			shifts = append(shifts, shift{row, is - was})
		}
	}
	slices.SortStableFunc(shifts, func(x, y shift) int { return cmp.Compare(y.by, x.by) })
	points := func(sh shift) moveView {
		text := p.Decimal(strconv.FormatFloat(sh.by*100, 'f', 1, 64), 1)
		if sh.by > 0 {
			text = "+" + text
		}
		return moveView{sh.row.Name, sh.row.Swatch(), sh.row.Link, p.T("picture.market.points", "value", text), 0}
	}
	for i := range min(5, len(shifts)) {
		if sh := shifts[i]; sh.by >= 0.0005 {
			grown.Items = append(grown.Items, points(sh))
		}
		if sh := shifts[len(shifts)-1-i]; sh.by <= -0.0005 {
			fallen.Items = append(fallen.Items, points(sh))
		}
	}
	for _, m := range []*movesView{&entered, &left} {
		slices.SortStableFunc(m.Items, func(x, y moveView) int { return cmp.Compare(y.base, x.base) })
		if over := len(m.Items) - 8; over > 0 {
			m.Items, m.Rest = m.Items[:8], p.T("picture.others", "n", over)
		}
	}
	return []movesView{entered, left, grown, fallen}
}

func ratio(v, of int64) float64 {
	if of <= 0 {
		return 0
	}
	f, _ := new(big.Rat).SetFrac64(v, of).Float64()
	return f
}

// doubtNote is the sentence about the figures that stand apart.
func doubtNote(p *locale.Printer, doubtful []point) []string {
	if len(doubtful) == 0 {
		return nil
	}
	return []string{p.T("picture.doubtful.lead")}
}
