package picture

import (
	"slices"

	"pgregory.net/rapid"

	"paiza"
)

type groups map[string]paiza.Group

func (g groups) Group(s string) paiza.Group {
	if v, ok := g[s]; ok {
		return v
	}
	return paiza.GroupUnknown
}

var testGroups = groups{"heroin": paiza.GroupOpioids, "opium": paiza.GroupOpioids, "cocaine": paiza.GroupCocaine, "khat": "a group of tomorrow"}

var (
	someSubstances = []string{"heroin", "opium", "cocaine", "khat", paiza.SubstanceUnknown}
	someCountries  = []paiza.Country{"KAZ", "UZB", ""}
	someRoutings   = append(paiza.Routings(), "", "a routing of tomorrow")
)

func drawCell(t *rapid.T) paiza.Cell {
	month := paiza.NewDate(rapid.IntRange(2011, 2013).Draw(t, "year"), rapid.IntRange(0, 12).Draw(t, "month"), 0)
	if rapid.IntRange(0, 9).Draw(t, "no date") == 0 {
		month = 0
	}
	n := rapid.Int64Range(0, 9)
	return paiza.Cell{
		Import: rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "import"), Month: month,
		Substance: rapid.SampledFrom(someSubstances).Draw(t, "substance"),
		Country:   rapid.SampledFrom(someCountries).Draw(t, "country"),
		Division:  rapid.SampledFrom([]string{"", "KZ-75"}).Draw(t, "division"),
		Routing:   rapid.SampledFrom(someRoutings).Draw(t, "routing"),
		Handling:  rapid.Int64Range(1, 4).Draw(t, "handling"), Doubtful: rapid.Bool().Draw(t, "doubtful"),
		Rows: n.Draw(t, "rows"), Seizures: n.Draw(t, "seizures"), Weighed: n.Draw(t, "weighed"), Micrograms: n.Draw(t, "ug"),
		Equivalent: n.Draw(t, "eq"), Microlitre: n.Draw(t, "ul"), Milliunits: n.Draw(t, "units"),
	}
}

func drawRoute(t *rapid.T) paiza.RouteCell {
	n, state := rapid.Int64Range(0, 9), rapid.SampledFrom([]paiza.Country{"KAZ", "UZB", "AFG", "RUS", ""})
	return paiza.RouteCell{
		Import: rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "import"), Year: rapid.IntRange(2011, 2013).Draw(t, "year"),
		Substance: rapid.SampledFrom(someSubstances).Draw(t, "substance"), Country: rapid.SampledFrom(someCountries).Draw(t, "country"),
		Route:   paiza.Route{Producing: state.Draw(t, "producing"), Departure: state.Draw(t, "departure"), Via: state.Draw(t, "via"), Destination: state.Draw(t, "destination")},
		Routing: rapid.SampledFrom(someRoutings).Draw(t, "routing"), Handling: rapid.Int64Range(1, 4).Draw(t, "handling"), Doubtful: rapid.Bool().Draw(t, "doubtful"),
		Rows: n.Draw(t, "rows"), Seizures: n.Draw(t, "seizures"), Micrograms: n.Draw(t, "ug"), Equivalent: n.Draw(t, "eq"),
	}
}

func drawTotal(t *rapid.T) paiza.TotalCell {
	n := rapid.Int64Range(0, 9)
	return paiza.TotalCell{Handling: rapid.Int64Range(1, 4).Draw(t, "handling"),
		Import: rapid.SampledFrom([]string{"3", "9", "10"}).Draw(t, "import"), Year: rapid.IntRange(2011, 2013).Draw(t, "year"),
		Substance: rapid.SampledFrom(someSubstances).Draw(t, "substance"), Country: rapid.SampledFrom(someCountries).Draw(t, "country"),
		Rows: n.Draw(t, "rows"), Micrograms: n.Draw(t, "ug"), Equivalent: n.Draw(t, "eq"),
	}
}

func drawSlice(t *rapid.T) paiza.Slice {
	var s paiza.Slice
	narrow := func(what string) bool { return rapid.IntRange(0, 3).Draw(t, "narrow "+what) == 0 }
	if narrow("country") {
		s.Countries = []paiza.Country{"KAZ", "XXX"}
	}
	if narrow("division") {
		s.Divisions = []string{"KZ-75"}
	}
	if narrow("group") {
		s.Groups = []paiza.Group{paiza.GroupOpioids}
	}
	if narrow("substance") {
		s.Substances = []string{"heroin", "cocaine"}
	}
	if narrow("period") {
		s.Period = paiza.Period{From: 20110300, To: 20120000}
	}
	if narrow("routing") {
		s.Routings = []paiza.Routing{paiza.RoutingInland, paiza.RoutingUnknown}
	}
	if narrow("import") {
		s.Imports = []string{"1"}
	}
	if narrow("via") {
		s.Via = "KAZ"
	}
	s.WithoutDoubtful = rapid.Bool().Draw(t, "without doubtful")
	return s
}

// shown is a routing as figures name it.
func shown(r paiza.Routing) paiza.Routing {
	if slices.Contains(paiza.Routings(), r) {
		return r
	}
	return paiza.RoutingUnknown
}

func has[T comparable](list []T, v T) bool { return len(list) == 0 || slices.Contains(list, v) }

// matches says in plain words which cells a slice lets through.
func matches(s paiza.Slice, c paiza.Cell) bool {
	return c.Rows != 0 && has(s.Countries, c.Country) && has(s.Divisions, c.Division) && has(s.Substances, c.Substance) &&
		has(s.Groups, testGroups.Group(c.Substance)) && has(s.Routings, shown(c.Routing)) && has(s.Imports, c.Import) &&
		!(s.WithoutDoubtful && c.Doubtful) && s.Period.Contains(c.Month)
}

// matchesRoute says the same of the cells of routes.
func matchesRoute(s paiza.Slice, c paiza.RouteCell) bool {
	year := paiza.NewDate(c.Year, 0, 0)
	p := paiza.Period{From: s.Period.From.YearOf(), To: s.Period.To.YearOf()}
	return c.Rows != 0 && has(s.Countries, c.Country) && has(s.Substances, c.Substance) &&
		has(s.Groups, testGroups.Group(c.Substance)) && has(s.Routings, shown(c.Routing)) && has(s.Imports, c.Import) &&
		!(s.WithoutDoubtful && c.Doubtful) && p.Contains(year) &&
		(s.Via == "" || slices.Contains([]paiza.Country{c.Country, c.Route.Producing, c.Route.Departure, c.Route.Via, c.Route.Destination}, s.Via))
}

// last keeps the last cell of each key, which is what a store holds. bare takes
// the sums out of a cell.
func last[T comparable](cells []T, bare func(T) T) []T {
	at := map[T]int{}
	var out []T
	for _, c := range cells {
		if i, ok := at[bare(c)]; ok {
			out[i] = c
			continue
		}
		at[bare(c)] = len(out)
		out = append(out, c)
	}
	return out
}

func bareCell(c paiza.Cell) paiza.Cell {
	c.Rows, c.Seizures, c.Weighed, c.Micrograms, c.Equivalent, c.Microlitre, c.Milliunits = 0, 0, 0, 0, 0, 0, 0
	return c
}

func bareRoute(c paiza.RouteCell) paiza.RouteCell {
	c.Rows, c.Seizures, c.Micrograms, c.Equivalent = 0, 0, 0, 0
	return c
}

func bareTotal(c paiza.TotalCell) paiza.TotalCell {
	c.Rows, c.Micrograms, c.Equivalent, c.Handling = 0, 0, 0, 0
	return c
}

func drawCells(t *rapid.T, n int) []paiza.Cell {
	return rapid.SliceOfN(rapid.Custom(drawCell), 0, n).Draw(t, "cells")
}
