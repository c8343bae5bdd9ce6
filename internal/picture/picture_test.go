package picture

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
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

var testGroups = groups{"heroin": paiza.GroupOpioids, "opium": paiza.GroupOpioids, "cocaine": paiza.GroupCocaine}

func drawCell(t *rapid.T) paiza.Cell {
	month := paiza.NewDate(rapid.IntRange(2011, 2013).Draw(t, "year"), rapid.IntRange(0, 12).Draw(t, "month"), 0)
	n := rapid.Int64Range(1, 9)
	return paiza.Cell{
		Import: rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "import"), Month: month,
		Substance: rapid.SampledFrom([]string{"heroin", "opium", "cocaine", paiza.SubstanceUnknown}).Draw(t, "substance"),
		Country:   rapid.SampledFrom([]paiza.Country{"KAZ", "UZB", ""}).Draw(t, "country"),
		Division:  rapid.SampledFrom([]string{"", "KZ-75"}).Draw(t, "division"),
		Routing:   rapid.SampledFrom(paiza.Routings()).Draw(t, "routing"), TLP: paiza.TLPAmber, Doubtful: rapid.Bool().Draw(t, "doubtful"),
		Rows: n.Draw(t, "rows"), Seizures: n.Draw(t, "seizures"), Weighed: n.Draw(t, "weighed"), Micrograms: n.Draw(t, "ug"),
		Equivalent: n.Draw(t, "eq"), Microlitre: n.Draw(t, "ul"), Milliunits: n.Draw(t, "units"),
	}
}

func drawSlice(t *rapid.T) paiza.Slice {
	var s paiza.Slice
	if rapid.Bool().Draw(t, "narrow country") {
		s.Countries = []paiza.Country{"KAZ", "XXX"}
	}
	if rapid.Bool().Draw(t, "narrow group") {
		s.Groups = []paiza.Group{paiza.GroupOpioids}
	}
	if rapid.Bool().Draw(t, "narrow substance") {
		s.Substances = []string{"heroin", "cocaine"}
	}
	if rapid.Bool().Draw(t, "narrow period") {
		s.Period = paiza.Period{From: 20110300, To: 20120000}
	}
	if rapid.Bool().Draw(t, "narrow routing") {
		s.Routings = []paiza.Routing{paiza.RoutingInland, paiza.RoutingUnknown}
	}
	if rapid.Bool().Draw(t, "narrow import") {
		s.Imports = []string{"1"}
	}
	s.WithoutDoubtful = rapid.Bool().Draw(t, "without doubtful")
	return s
}

// matches says in plain words what a slice lets through.
func matches(s paiza.Slice, c paiza.Cell) bool {
	return (len(s.Countries) == 0 || slices.Contains(s.Countries, c.Country)) &&
		(len(s.Substances) == 0 || slices.Contains(s.Substances, c.Substance)) &&
		(len(s.Groups) == 0 || slices.Contains(s.Groups, testGroups.Group(c.Substance))) &&
		(len(s.Routings) == 0 || slices.Contains(s.Routings, c.Routing)) &&
		(len(s.Imports) == 0 || slices.Contains(s.Imports, c.Import)) &&
		!(s.WithoutDoubtful && c.Doubtful) && s.Period.Contains(c.Month)
}

// unique keeps the last cell of each key, which is what a store holds.
func unique(cells []paiza.Cell) []paiza.Cell {
	type key struct {
		i, s, d string
		m       paiza.Date
		c       paiza.Country
		r       paiza.Routing
		b       bool
	}
	at := map[key]int{}
	var out []paiza.Cell
	for _, c := range cells {
		k := key{c.Import, c.Substance, c.Division, c.Month, c.Country, c.Routing, c.Doubtful}
		if i, ok := at[k]; ok {
			out[i] = c
			continue
		}
		at[k] = len(out)
		out = append(out, c)
	}
	return out
}

// TestMarketEqualsCells compares the market and the balance with a plain loop.
func TestMarketEqualsCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := unique(rapid.SliceOfN(rapid.Custom(drawCell), 0, 60).Draw(t, "cells"))
		s := drawSlice(t)
		grain := rapid.SampledFrom([]paiza.Grain{paiza.ByYear, paiza.ByMonth}).Draw(t, "grain")
		cube := NewCube(testGroups).Apply(cells, nil, nil)
		type key struct {
			p paiza.Date
			s string
			r paiza.Routing
		}
		want, wantBalance := map[key]Figure{}, map[key]Figure{}
		var total int64
		for _, c := range cells {
			if !matches(s, c) {
				continue
			}
			p := c.Month
			if grain == paiza.ByYear {
				p = p.YearOf()
			}
			for m, k := range map[*map[key]Figure]key{&want: {p, c.Substance, ""}, &wantBalance: {p, c.Substance, c.Routing}} {
				f := (*m)[k]
				f.Rows += c.Rows
				f.Seizures += c.Seizures
				f.Weighed += c.Weighed
				f.Micrograms += c.Micrograms
				f.Equivalent += c.Equivalent
				f.Microlitre += c.Microlitre
				f.Milliunits += c.Milliunits
				if c.Doubtful {
					f.DoubtfulSeizures += c.Seizures
					f.DoubtfulMicrograms += c.Micrograms
				}
				(*m)[k] = f
			}
			total += c.Micrograms
		}
		noShares := cmpopts.IgnoreFields(Figure{}, "ShareWeight", "ShareSeizures")
		got := map[key]Figure{}
		m := cube.Market(s, grain, BySubstance)
		for _, r := range m.Rows {
			got[key{r.Period, r.Substance, ""}] = r.Figure
		}
		if d := cmp.Diff(want, got, noShares); d != "" {
			t.Fatalf("market: %s", d)
		}
		if m.Total.Micrograms != total {
			t.Fatalf("total %d, want %d", m.Total.Micrograms, total)
		}
		shares := map[paiza.Date]float64{}
		for _, r := range m.Rows {
			shares[r.Period] += r.ShareWeight
		}
		for p, sum := range shares {
			if math.Abs(sum-1) > 1e-9 {
				t.Fatalf("shares of %v add up to %v", p, sum)
			}
		}
		got = map[key]Figure{}
		b := cube.Balance(s, grain, BySubstance)
		for _, r := range b.Rows {
			got[key{r.Period, r.Substance, r.Routing}] = r.Figure
		}
		if d := cmp.Diff(wantBalance, got, noShares); d != "" {
			t.Fatalf("balance: %s", d)
		}
		if len(b.Overall.Routings) != len(paiza.Routings()) || b.Overall.Total.Micrograms != total {
			t.Fatalf("the balance must name every routing and hold %d: %+v", total, b.Overall)
		}
	})
}

// TestApplySteps: cells that come in steps, replaced and emptied, give the same
// cube as the last state at once, and an earlier state does not change.
func TestApplySteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfN(rapid.SliceOfN(rapid.Custom(drawCell), 0, 20), 1, 5).Draw(t, "steps")
		c := NewCube(testGroups)
		var all []paiza.Cell
		for i, step := range steps {
			before := c
			was := before.Market(paiza.Slice{}, paiza.ByMonth, BySubstance)
			if i%2 == 1 && len(all) > 0 {
				gone := all[0]
				gone.Rows, gone.Seizures, gone.Weighed, gone.Micrograms, gone.Equivalent, gone.Microlitre, gone.Milliunits = 0, 0, 0, 0, 0, 0, 0
				step = append(step, gone)
			}
			c = c.Apply(step, nil, nil)
			all = append(all, step...)
			if d := cmp.Diff(was, before.Market(paiza.Slice{}, paiza.ByMonth, BySubstance)); d != "" {
				t.Fatalf("an earlier state changed: %s", d)
			}
		}
		want := NewCube(testGroups).Apply(unique(all), nil, nil).Market(paiza.Slice{}, paiza.ByMonth, BySubstance)
		if d := cmp.Diff(want, c.Market(paiza.Slice{}, paiza.ByMonth, BySubstance)); d != "" {
			t.Fatal(d)
		}
	})
}

func TestMoves(t *testing.T) {
	cell := func(year int, s string) paiza.Cell {
		return paiza.Cell{Month: paiza.NewDate(year, 1, 0), Substance: s, Rows: 1, Seizures: 1}
	}
	c := NewCube(testGroups).Apply([]paiza.Cell{cell(2011, "heroin"), cell(2011, "opium"), cell(2012, "heroin"), cell(2012, "cocaine"), cell(2014, "cocaine")}, nil, nil)
	m := c.Market(paiza.Slice{}, paiza.ByYear, BySubstance)
	type moves struct{ in, out []string }
	got := map[paiza.Date]moves{}
	for _, p := range m.Periods {
		got[p.Period] = moves{p.Entered, p.Left}
	}
	want := map[paiza.Date]moves{20110000: {}, 20120000: {[]string{"cocaine"}, []string{"opium"}}, 20140000: {nil, []string{"heroin"}}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(moves{})); d != "" {
		t.Error(d)
	}
}

func TestRoutes(t *testing.T) {
	route := func(country paiza.Country, r paiza.Route, routing paiza.Routing, ug int64) paiza.RouteCell {
		return paiza.RouteCell{Year: 2014, Substance: "heroin", Country: country, Route: r, Routing: routing, Rows: 1, Seizures: 2, Micrograms: ug}
	}
	c := NewCube(testGroups).Apply(nil, []paiza.RouteCell{
		route("KAZ", paiza.Route{Departure: "AFG", Destination: "RUS"}, paiza.RoutingTransit, 100),
		route("RUS", paiza.Route{Producing: "AFG"}, paiza.RoutingInbound, 50),
		route("RUS", paiza.Route{Producing: "AFG"}, paiza.RoutingInland, 30),
		route("RUS", paiza.Route{}, paiza.RoutingInland, 7),
	}, nil)
	r := c.Routes(paiza.Slice{}, 0)
	type row struct {
		origin, via, destination paiza.Country
		basis                    paiza.Basis
		ug                       int64
	}
	var got []row
	for _, x := range r.Rows {
		got = append(got, row{x.Origin, x.Via, x.Destination, x.Basis, x.Micrograms})
	}
	want := []row{{"AFG", "KAZ", "RUS", paiza.BasisStated, 100}, {"AFG", "", "RUS", paiza.BasisInferred, 50}, {"AFG", "RUS", "", paiza.BasisInferred, 30}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(row{})); d != "" {
		t.Error(d)
	}
	if r.NotStated.Micrograms != 7 || r.Total.Micrograms != 187 {
		t.Errorf("not stated %d, total %d", r.NotStated.Micrograms, r.Total.Micrograms)
	}
	if cut := c.Routes(paiza.Slice{}, 1); len(cut.Rows) != 1 || cut.OtherRows != 2 || cut.Others.Micrograms != 80 {
		t.Errorf("cut: %+v", cut)
	}
	if touching := c.Routes(paiza.Slice{Via: "KAZ"}, 0); touching.Total.Micrograms != 100 {
		t.Errorf("touching KAZ: %d", touching.Total.Micrograms)
	}
}

// TestCalendar: a month without reports between two with them is a gap, and a
// year whose rows name no month is neither a gap nor a report.
func TestCalendar(t *testing.T) {
	cell := func(month paiza.Date) paiza.Cell {
		return paiza.Cell{Month: month, Country: "KAZ", Rows: 1, Seizures: 3}
	}
	c := NewCube(testGroups).Apply([]paiza.Cell{cell(20140200), cell(20140500), cell(20150000)}, nil, nil)
	cal := c.Calendar(paiza.Slice{})
	if len(cal.Rows) != 1 {
		t.Fatalf("%d rows", len(cal.Rows))
	}
	row := cal.Rows[0]
	if row.Gaps != 2 || row.Undated != 1 || row.First != 20140200 || row.Last != 20140500 {
		t.Errorf("%+v", row)
	}
	states := map[MonthState]int{}
	for _, m := range row.Months {
		states[m.State]++
	}
	if d := cmp.Diff(map[MonthState]int{Reported: 2, Gap: 2, YearOnly: 12, Outside: 7}, states); d != "" {
		t.Error(d)
	}
}

func TestCoverage(t *testing.T) {
	c := NewCube(testGroups).Apply([]paiza.Cell{
		{Month: 20140200, Country: "KAZ", Substance: "heroin", Rows: 1, Seizures: 3, Micrograms: 40, Equivalent: 50},
		{Month: 20150200, Country: "KAZ", Substance: "heroin", Rows: 1, Seizures: 1, Micrograms: 1, Equivalent: 1},
	}, nil, []paiza.TotalCell{
		{Import: "9", Year: 2014, Country: "KAZ", Substance: "heroin", Rows: 1, Equivalent: 90},
		{Import: "10", Year: 2014, Country: "KAZ", Substance: "heroin", Rows: 1, Equivalent: 100},
		{Import: "10", Year: 2014, Country: "UZB", Substance: "opium", Rows: 1, Equivalent: 5},
	})
	var got []CoverageRow
	for _, r := range c.Coverage(paiza.Slice{}).Rows {
		if r.Substance == "" {
			got = append(got, r)
		}
	}
	want := []CoverageRow{
		{Country: "KAZ", Year: 2014, Group: paiza.GroupOpioids, State: BothSides, Seizures: 3, Measured: 40, Equivalent: 50, Official: 100, Source: "10",
			Others: []OfficialFigure{{"9", 90}}, Ratio: 0.5},
		{Country: "KAZ", Year: 2015, Group: paiza.GroupOpioids, State: OnlyIncidents, Seizures: 1, Measured: 1, Equivalent: 1},
		{Country: "UZB", Year: 2014, Group: paiza.GroupOpioids, State: OnlyOfficial, Official: 5, Source: "10"},
	}
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
}

func TestPlusStaysAtTheEnd(t *testing.T) {
	for _, tc := range []struct{ a, b, want int64 }{
		{math.MaxInt64, 1, math.MaxInt64}, {math.MinInt64, -1, math.MinInt64}, {1, 2, 3}, {5, -5, 0}, {0, 0, 0}, {math.MaxInt64, -1, math.MaxInt64 - 1},
	} {
		if got := plus(tc.a, tc.b); got != tc.want {
			t.Errorf("plus(%d, %d) = %d, want %d", tc.a, tc.b, got, tc.want)
		}
	}
}

func BenchmarkMarket(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	cells := make([]paiza.Cell, 200_000)
	for i := range cells {
		cells[i] = paiza.Cell{Import: "1", Month: paiza.NewDate(2000+r.IntN(20), 1+r.IntN(12), 0), Substance: string(rune('a' + r.IntN(26))),
			Country: paiza.Country(string(rune('A'+r.IntN(26))) + "X"), Division: string(rune('a' + r.IntN(26))), Routing: paiza.Routings()[r.IntN(8)],
			Rows: 1, Seizures: 1, Micrograms: int64(r.IntN(1e9))}
	}
	c := NewCube(testGroups).Apply(cells, nil, nil)
	for b.Loop() {
		c.Market(paiza.Slice{Countries: []paiza.Country{"BX", "CX"}}, paiza.ByMonth, BySubstance)
	}
}
