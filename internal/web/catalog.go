package web

import (
	"math/big"
	"net/http"
	"slices"
	"strings"

	"paiza"
	"paiza/internal/catalog"
	"paiza/internal/locale"
)

// catalogTop is what the pages of the catalog share.
type catalogTop struct {
	Tab     string
	Version string
	Words   string // to find in the list
	Count   int
}

func (s *Site) catalogTop(r *http.Request, tab string) catalogTop {
	return catalogTop{Tab: tab, Version: s.catalog.Version(), Words: strings.Join(strings.Fields(r.URL.Query().Get("find")), " ")}
}

// has reports whether any of the texts holds all the words.
func (t catalogTop) has(texts ...string) bool {
	all := strings.ToLower(strings.Join(texts, "\n"))
	for word := range strings.FieldsSeq(strings.ToLower(t.Words)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

// substancesView is the catalog's substances by group.
type substancesView struct {
	catalogTop
	Groups []substanceGroup
}

type substanceGroup struct {
	Group      paiza.Group
	Substances []paiza.Substance
}

func (s *Site) substances(w http.ResponseWriter, r *http.Request) error {
	p := visitOf(r).Print
	view := substancesView{catalogTop: s.catalogTop(r, "substances")}
	for _, g := range paiza.Groups() {
		block := substanceGroup{Group: g}
		for _, one := range s.catalog.Substances() {
			if one.Group == g && one.Code != paiza.SubstanceUnknown && view.has(one.Code, one.Name["en"], one.Name["ru"], one.Name["zh"]) {
				block.Substances = append(block.Substances, one)
			}
		}
		locale.SortBy(p, block.Substances, func(one paiza.Substance) string { return s.substanceName(p, one.Code) })
		if len(block.Substances) > 0 {
			view.Count += len(block.Substances)
			view.Groups = append(view.Groups, block)
		}
	}
	return s.render(w, r, http.StatusOK, "catalog/substances", view)
}

// unitsView is the units with their conversions, and the factors that make a
// mass of a volume or a count.
type unitsView struct {
	catalogTop
	Units   []unitRow
	Factors []factorRow
}

type unitRow struct {
	catalog.Unit
	Base string // one unit in the base of its dimension
}

type factorRow struct {
	catalog.Factor
	For, Units, Region, Years, Value string
}

func (s *Site) units(w http.ResponseWriter, r *http.Request) error {
	p := visitOf(r).Print
	view := unitsView{catalogTop: s.catalogTop(r, "units")}
	for _, u := range s.catalog.Units() {
		if view.has(u.Code, u.Name["en"], u.Name["ru"], u.Name["zh"], u.Source) {
			view.Units = append(view.Units, unitRow{u, unitBase(p, u)})
		}
	}
	view.Count = len(view.Units)
	for _, f := range s.catalog.Factors() {
		row := factorRow{Factor: f, For: p.T("catalog.anything"), Value: grams(p, f)}
		if f.Group != "" {
			row.For = p.T("group." + string(f.Group))
		}
		if f.Substance != "" {
			row.For = s.substanceName(p, f.Substance)
		}
		var units []string
		for _, u := range f.Units {
			units = append(units, s.unitName(p, u))
		}
		row.Units = strings.Join(units, ", ")
		if row.Units == "" {
			row.Units = p.T("catalog.dim." + string(f.Dim))
		}
		row.Region = f.Region
		if key := "catalog.region_of." + f.Region; p.Has(key) {
			row.Region = p.T(key)
		}
		if f.FromYear != 0 || f.ToYear != 0 {
			row.Years = p.Dates(yearDate(f.FromYear), yearDate(f.ToYear))
		}
		if view.has(f.ID, row.For, row.Units, row.Region, f.Source) {
			view.Factors = append(view.Factors, row)
		}
	}
	return s.render(w, r, http.StatusOK, "catalog/units", view)
}

func yearDate(y int) paiza.Date {
	if y == 0 {
		return 0
	}
	return paiza.NewDate(y, 0, 0)
}

// unitBase is one unit in kilograms, litres, pieces or square metres.
func unitBase(p *locale.Printer, u catalog.Unit) string {
	if u.Den == 0 || u.Dim == paiza.DimNone {
		return "—"
	}
	if u.Dim == paiza.DimMass && u.Num < u.Den*paiza.MicrogramsPerKilogram/1000 { // below a gram
		return p.T("catalog.milligrams", "value", p.Decimal(fraction(u.Num, u.Den*1000), -1))
	}
	return amount(p, paiza.Amount{Dim: u.Dim, Base: u.Num / u.Den})
}

// grams is the mass that a factor gives one litre or one piece.
func grams(p *locale.Printer, f catalog.Factor) string {
	if f.Dim == paiza.DimVolume {
		return p.T("catalog.per_litre", "value", p.Decimal(fraction(f.Micrograms, 1000), -1))
	}
	return p.T("catalog.per_piece", "value", p.Decimal(fraction(f.Micrograms, 1000), -1))
}

// countriesView is the states of the catalog with their names.
type countriesView struct {
	catalogTop
	Countries []countryRow
}

type countryRow struct {
	catalog.Country
	En, Ru, Zh, Region string
	Divisions          int
}

func (s *Site) countries(w http.ResponseWriter, r *http.Request) error {
	p := visitOf(r).Print
	view := countriesView{catalogTop: s.catalogTop(r, "countries")}
	for _, c := range s.catalog.Countries() {
		row := countryRow{Country: c, Region: s.catalog.RegionName(c.Sub, p.Tag()), Divisions: len(s.catalog.Divisions(c.Code))}
		name := func(lang string) string { return s.catalog.Name(catalog.KindCountry, string(c.Code), lang) }
		row.En, row.Ru, row.Zh = name("en"), name("ru"), name("zh")
		if view.has(string(c.Code), c.ISO2, row.En, row.Ru, row.Zh, row.Region) {
			view.Countries = append(view.Countries, row)
		}
	}
	view.Count = len(view.Countries)
	locale.SortBy(p, view.Countries, func(c countryRow) string { return s.countryName(p, c.Code) })
	return s.render(w, r, http.StatusOK, "catalog/countries", view)
}

// resolveView is the box that explains what the catalog makes of a text.
type resolveView struct {
	catalogTop
	Text  string
	Kinds []option
	Found []resolutionView
}

type resolutionView struct {
	catalog.Resolution
	Name       string
	Way        string
	Candidates []string
	Explained  []stepView
}

// stepView is one thing that was tried, in words.
type stepView struct{ What, Value, Found string }

func (s *Site) resolve(w http.ResponseWriter, r *http.Request) error {
	p := visitOf(r).Print
	q := r.URL.Query()
	view := resolveView{catalogTop: s.catalogTop(r, "resolve"), Text: strings.TrimSpace(q.Get("text"))}
	kind := q.Get("kind")
	view.Kinds = []option{{Value: "", Name: p.T("catalog.kind.any"), Selected: kind == ""}}
	for _, k := range catalog.Kinds() {
		if k != catalog.KindDivision {
			view.Kinds = append(view.Kinds, option{Value: string(k), Name: p.T("catalog.kind." + string(k)), Selected: kind == string(k)})
		}
	}
	if len([]rune(view.Text)) > maxText {
		return paiza.Invalid("error.filter.long", paiza.Args{"n": maxText})
	}
	if view.Text != "" {
		for _, res := range s.resolveAs(kind, view.Text) {
			view.Found = append(view.Found, s.resolutionView(p, res))
		}
	}
	return s.render(w, r, http.StatusOK, "catalog/resolve", view)
}

func (s *Site) resolveAs(kind, text string) []catalog.Resolution {
	as := map[catalog.Kind]func(string) catalog.Resolution{
		catalog.KindSubstance: s.catalog.ResolveSubstance, catalog.KindUnit: s.catalog.ResolveUnit,
		catalog.KindCountry: s.catalog.ResolveCountry, catalog.KindRouting: s.catalog.ResolveRouting,
		catalog.KindTransport: s.catalog.ResolveTransport, catalog.KindHiding: s.catalog.ResolveHiding,
		catalog.KindInstallation: s.catalog.ResolveInstallation,
	}
	if f := as[catalog.Kind(kind)]; f != nil {
		return []catalog.Resolution{f(text)}
	}
	return s.catalog.Resolve(text)
}

func (s *Site) resolutionView(p *locale.Printer, res catalog.Resolution) resolutionView {
	out := resolutionView{Resolution: res, Name: s.codeName(p, res.Kind, res.Code), Way: how(p, res.How)}
	if res.Code == "" && res.Reason != "" {
		out.Way = p.T(res.Reason)
	}
	for _, code := range slices.Clone(res.Candidates) {
		out.Candidates = append(out.Candidates, s.codeName(p, res.Kind, code))
	}
	for _, step := range res.Steps {
		view := stepView{What: how(p, step.What), Value: step.Value, Found: step.Found}
		if step.Found != "" {
			if name := s.codeName(p, res.Kind, step.Found); name != step.Found {
				view.Found = name + " (" + step.Found + ")"
			}
		}
		out.Explained = append(out.Explained, view)
	}
	return out
}

// fraction is num/den as decimal text with at most nine decimals.
func fraction(num, den int64) string {
	text := big.NewRat(num, den).FloatString(9)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}
