package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"paiza"
	"paiza/internal/locale"
)

var coverageChoices = choices{levels: []string{"country", "group", "pair", "detail"}}

// coverageView sets incidents beside official totals, which are another kind of
// figure: the two are never added up.
type coverageView struct {
	pictureView
	Figure figureView
	Table  *pivot // incidents and official totals of what has both
	Years  []string
	Head   string
	Rows   []coverageRow
	More   *moreView
}

// coverageRow is one state or drug group with a cell for each year.
type coverageRow struct {
	Name, Note, Swatch string
	Link               string
	Cells              []coverageCell
}

// coverageCell is one year: both figures and what part one is of the other.
type coverageCell struct {
	Empty               bool
	Incidents, Official string   // empty: none
	Others              []string // official totals that other imports give
	Ratio               string
	Above               bool
	Href                string // to the seizures
	OfficialHref        string // to the official figures
}

// pairOf is what incidents and official totals say about one state, drug group
// or substance, and year; micrograms.
type pairOf struct {
	year                      int
	country                   paiza.Country
	group                     paiza.Group
	substance                 string // empty: the group as a whole
	incidents, official       int64
	hasIncidents, hasOfficial bool
	others                    []int64 // official figures of other imports
}

func (c pairOf) both() bool { return c.hasIncidents && c.hasOfficial }

func (s *Site) coverage(w http.ResponseWriter, r *http.Request) error {
	a, problem := ask(r, "/picture/coverage", coverageChoices)
	ignored := a.ignored(false)
	base, err := s.pictureView(r, a, coverageChoices, problem, "picture.coverage.title")
	if err != nil {
		return err
	}
	view := coverageView{pictureView: base}
	if problem != nil {
		code, _ := statusOf(problem)
		return s.render(w, r, code, "picture/coverage", view)
	}
	pairs, period, err := s.coverageData(r, a)
	if err != nil {
		return err
	}
	if len(pairs) == 0 {
		if err := s.nothing(r, &view.pictureView, a); err != nil {
			return err
		}
		return s.render(w, r, http.StatusOK, "picture/coverage", view)
	}
	p := visitOf(r).Print
	view.Lead = p.Dates(period.From, period.To)
	view.Ignored = ignoredText(p, ignored)
	if !slices.ContainsFunc(pairs, func(c pairOf) bool { return c.hasOfficial }) {
		view.None = &noneView{Title: p.T("picture.coverage.none"), Text: p.T("picture.coverage.none_text")}
		if visitOf(r).can(paiza.RightImport) {
			view.None.Link, view.None.Act = "/imports", p.T("picture.none.store_act")
		}
		view.Switches, view.CSV, view.XLSX = nil, "", ""
		return s.render(w, r, http.StatusOK, "picture/coverage", view)
	}
	table := coverageTable(p, pairs)
	view.Table = &table
	view.Figure = figureView{Caption: table.Caption, Description: table.Caption, Source: table.ID, As: "value", Unit: p.T("picture.unit.mass"), Top: 2, Side: true}
	for _, c := range table.Columns {
		view.Years = append(view.Years, c.Name)
	}
	view.Head = p.T("picture.coverage.by_" + a.level)
	view.Rows = s.coverageRows(p, a, pairs, table.Columns)
	if all := len(view.Rows); !a.all && all > coverageShown {
		every := a
		every.all = true
		view.Rows = view.Rows[:coverageShown]
		view.More = &moreView{p.T("picture.coverage.more", "n", coverageShown, "all", all), every.link(coverageChoices), p.T("picture.show_all", "all", all)}
	}
	view.Notes = append(s.sources(r, a), p.T("picture.coverage.note"), p.T("picture.coverage.matched"), p.T("picture.coverage.above"),
		p.T("picture.note.conversion", "version", s.catalog.Version()))
	return s.render(w, r, http.StatusOK, "picture/coverage", view)
}

const coverageShown = 80

// matched adds up the pairs that have both figures: only there can one be set
// against the other.
func matched(pairs []pairOf) (incidents, official map[int]int64) {
	incidents, official = map[int]int64{}, map[int]int64{}
	for _, c := range pairs {
		if c.both() {
			incidents[c.year] += c.incidents
			official[c.year] += c.official
		}
	}
	return incidents, official
}

// coverageTable has two rows and no total.
func coverageTable(p *locale.Printer, pairs []pairOf) pivot {
	incidents, official := matched(pairs)
	var years []int
	for _, c := range pairs {
		years = append(years, c.year)
	}
	b := &builder{print: p, measure: byMass}
	t := pivot{ID: "figures", Head: p.T("picture.coverage.kind"), Caption: p.T("picture.coverage.chart"), Columns: yearColumns(years), NoSums: true}
	rows := []pivotRow{
		{Key: "incidents", Name: p.T("picture.coverage.incidents"), Colour: "incidents"},
		{Key: "official", Name: p.T("picture.coverage.official"), Colour: "official"},
	}
	part := pivotRow{Key: "ratio", Name: p.T("picture.coverage.ratio")}
	var largest int64
	for _, v := range official {
		largest = max(largest, v)
	}
	for i, c := range t.Columns {
		year, _ := strconv.Atoi(c.Key)
		_, known := official[year]
		t.Columns[i].Gap = !known
		rows[0].Cells = append(rows[0].Cells, b.cell(incidents[year], 0, byMass.places(largest), false, !known, ""))
		rows[1].Cells = append(rows[1].Cells, b.cell(official[year], 0, byMass.places(largest), false, !known, ""))
		part.Cells = append(part.Cells, pivotCell{Value: "0", Text: b.part(incidents[year], official[year])})
	}
	t.Rows, t.Aside = rows, []pivotRow{part}
	return t
}

// coverageRows lists states, drug groups, or both, the largest official figures
// first.
func (s *Site) coverageRows(p *locale.Printer, a asked, pairs []pairOf, columns []pivotColumn) []coverageRow {
	type key struct {
		country   paiza.Country
		group     paiza.Group
		substance string
	}
	sums := map[key]map[int]pairOf{}
	size := map[key]int64{}
	for _, c := range pairs {
		k := key{c.country, c.group, c.substance}
		switch a.level {
		case "country":
			k.group = ""
		case "group":
			k.country = ""
		}
		if sums[k] == nil {
			sums[k] = map[int]pairOf{}
		}
		sums[k][c.year] = sums[k][c.year].plus(c)
		size[k] += c.official
	}
	keys := make([]key, 0, len(sums))
	for k := range sums {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y key) int {
		return cmp.Or(cmp.Compare(size[y], size[x]), cmp.Compare(x.country, y.country), cmp.Compare(x.group, y.group), cmp.Compare(x.substance, y.substance))
	})
	var out []coverageRow
	for _, k := range keys {
		slice := a.slice
		row := coverageRow{}
		if k.country != "" || a.level != "group" {
			row.Name = s.countryName(p, k.country)
			slice.Countries = some(k.country)
		}
		if k.group != "" {
			name := p.T("group." + string(k.group))
			if slice.Groups = []paiza.Group{k.group}; k.substance != "" {
				slice = only(slice, "substance", k.substance)
				name = s.substanceName(p, k.substance)
			}
			row.Swatch = pivotRow{Colour: string(k.group)}.Swatch()
			if row.Name == "" {
				row.Name = name
			} else {
				row.Note = name
			}
		}
		for _, c := range columns {
			year, _ := strconv.Atoi(c.Key)
			row.Cells = append(row.Cells, coverageCellOf(p, sums[k][year], within(slice, paiza.NewDate(year, 0, 0))))
		}
		narrow := a
		narrow.slice, narrow.all = slice, false
		row.Link = narrow.link(coverageChoices)
		out = append(out, row)
	}
	return out
}

// plus adds one part to a row. A part that has only one of the two figures
// would make unlike things be compared: the row adds up the parts that have
// both, and shows what is alone only where nothing has both.
func (c pairOf) plus(o pairOf) pairOf {
	switch {
	case !c.hasIncidents && !c.hasOfficial:
		return o
	case c.both() && !o.both():
		return c
	case o.both() && !c.both():
		return o
	}
	c.incidents += o.incidents
	c.official += o.official
	c.hasIncidents = c.hasIncidents || o.hasIncidents
	c.hasOfficial = c.hasOfficial || o.hasOfficial
	if c.others = append(c.others, o.others...); !o.both() && c.both() {
		// One part has only incidents, the other only a total: the total stays.
		c.incidents, c.hasIncidents = 0, false
	}
	return c
}

func coverageCellOf(p *locale.Printer, c pairOf, slice paiza.Slice) coverageCell {
	cell := coverageCell{Empty: !c.hasIncidents && !c.hasOfficial}
	kilograms := func(v int64) string { return p.Decimal(paiza.Kilograms(v), byMass.places(v)) }
	if c.hasIncidents {
		slice.WithoutDoubtful = true
		cell.Incidents, cell.Href = kilograms(c.incidents), rowsLink(slice)
	}
	if c.hasOfficial {
		cell.Official, cell.OfficialHref = kilograms(c.official), totalsLink(slice)
	}
	for _, other := range c.others {
		cell.Others = append(cell.Others, kilograms(other))
	}
	switch {
	case !c.both():
	case c.official == 0:
		cell.Ratio = "—"
	default:
		part := ratio(c.incidents, c.official)
		cell.Ratio, cell.Above = p.Percent(part), part > 1.005
		if part > 9.995 {
			cell.Ratio = "×\u2009" + p.Decimal(strconv.FormatFloat(part, 'f', 0, 64), 0)
		}
	}
	return cell
}
