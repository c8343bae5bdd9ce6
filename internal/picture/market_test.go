package picture

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"paiza"
)

// naive adds a cell to a figure as one would by hand.
func naive(f Figure, c paiza.Cell) Figure {
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
	return f
}

var noShares = cmpopts.IgnoreFields(Figure{}, "ShareWeight", "ShareSeizures")

type rowKey struct {
	Period    paiza.Date
	Substance string
	Group     paiza.Group
	Routing   paiza.Routing
}

func keyOf(c paiza.Cell, grain paiza.Grain, by Level) rowKey {
	k := rowKey{Period: c.Month, Substance: c.Substance, Group: testGroups.Group(c.Substance)}
	if grain == paiza.ByYear {
		k.Period = k.Period.YearOf()
	}
	if by == ByGroup {
		k.Substance = ""
	}
	return k
}

// TestMarketAndBalanceEqualCells compares both with a plain loop over cells.
func TestMarketAndBalanceEqualCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := last(drawCells(t, 60), bareCell)
		s := drawSlice(t)
		grain := rapid.SampledFrom([]paiza.Grain{paiza.ByYear, paiza.ByMonth}).Draw(t, "grain")
		by := rapid.SampledFrom([]Level{BySubstance, ByGroup}).Draw(t, "level")
		cube := NewCube(testGroups).Apply(cells, nil, nil)
		want, wantBalance := map[rowKey]Figure{}, map[rowKey]Figure{}
		wantPeriod, wantZone := map[paiza.Date]Figure{}, map[Zone]Figure{}
		var total Figure
		for _, c := range cells {
			if !matches(s, c) {
				continue
			}
			k := keyOf(c, grain, by)
			want[k], wantPeriod[k.Period], total = naive(want[k], c), naive(wantPeriod[k.Period], c), naive(total, c)
			k.Routing = shown(c.Routing)
			wantBalance[k] = naive(wantBalance[k], c)
			wantZone[ZoneOf(k.Routing)] = naive(wantZone[ZoneOf(k.Routing)], c)
		}
		m := cube.Market(s, grain, by)
		got, gotPeriod := map[rowKey]Figure{}, map[paiza.Date]Figure{}
		for i, r := range m.Rows {
			got[rowKey{r.Period, r.Substance, r.Group, ""}] = r.Figure
			if i > 0 && m.Rows[i-1].Period == r.Period && m.Rows[i-1].Micrograms < r.Micrograms {
				t.Fatal("a lighter row stands first")
			}
		}
		for _, p := range m.Periods {
			gotPeriod[p.Period] = p.Figure
		}
		for what, d := range map[string]string{"market": cmp.Diff(want, got, noShares), "periods": cmp.Diff(wantPeriod, gotPeriod, noShares), "total": cmp.Diff(total, m.Total, noShares)} {
			if d != "" {
				t.Fatalf("%s: %s", what, d)
			}
		}
		b := cube.Balance(s, grain, by)
		got = map[rowKey]Figure{}
		weight := map[paiza.Date]float64{}
		for _, r := range b.Rows {
			got[rowKey{r.Period, r.Substance, r.Group, r.Routing}] = r.Figure
			weight[r.Period] += r.ShareWeight
		}
		gotZone := map[Zone]Figure{}
		for _, z := range b.Overall.Zones {
			if z.Rows != 0 {
				gotZone[z.Zone] = z.Figure
			}
		}
		for what, d := range map[string]string{"balance": cmp.Diff(wantBalance, got, noShares), "zones": cmp.Diff(wantZone, gotZone, noShares), "overall": cmp.Diff(total, b.Overall.Total, noShares)} {
			if d != "" {
				t.Fatalf("%s: %s", what, d)
			}
		}
		for _, p := range append(b.Periods, b.Overall) {
			if len(p.Routings) != len(paiza.Routings()) || len(p.Zones) != len(Zones()) {
				t.Fatalf("not every routing is named: %+v", p)
			}
		}
		sharesAddUp(t, m, b, weight)
	})
}

// sharesAddUp checks that the parts of a period are the whole of it.
func sharesAddUp(t *rapid.T, m Market, b Balance, balance map[paiza.Date]float64) {
	weight, seizures := map[paiza.Date]float64{}, map[paiza.Date]float64{}
	for _, r := range m.Rows {
		weight[r.Period] += r.ShareWeight
		seizures[r.Period] += r.ShareSeizures
	}
	one := func(what string, sum float64, whole int64) {
		want := 1.0
		if whole == 0 {
			want = 0
		}
		if math.Abs(sum-want) > 1e-9 {
			t.Fatalf("shares of %s add up to %v, want %v", what, sum, want)
		}
	}
	for _, p := range m.Periods {
		one("weight", weight[p.Period], p.Micrograms)
		one("weight by routing", balance[p.Period], p.Micrograms)
		one("seizures", seizures[p.Period], p.Seizures)
	}
	for _, p := range append(b.Periods, b.Overall) {
		var routing, zone float64
		for _, r := range p.Routings {
			routing += r.ShareWeight
		}
		for _, z := range p.Zones {
			zone += z.ShareWeight
		}
		one("routings", routing, p.Total.Micrograms)
		one("zones", zone, p.Total.Micrograms)
	}
}

func TestMoves(t *testing.T) {
	type seen struct {
		month     paiza.Date
		substance string
	}
	type moves struct{ Entered, Left []string }
	for _, tc := range []struct {
		name  string
		grain paiza.Grain
		cells []seen
		want  map[paiza.Date]moves
	}{
		{"years", paiza.ByYear, []seen{{20110100, "heroin"}, {20110200, "opium"}, {20120300, "heroin"}, {20120000, "cocaine"}, {20140100, "cocaine"}},
			map[paiza.Date]moves{20120000: {[]string{"cocaine"}, []string{"opium"}}, 20140000: {nil, []string{"heroin"}}}},
		{"no date and unknown are silent", paiza.ByYear, []seen{{0, "opium"}, {20110100, "heroin"}, {20120100, "heroin"}, {20120100, paiza.SubstanceUnknown}},
			map[paiza.Date]moves{}},
		{"months", paiza.ByMonth, []seen{{20110100, "heroin"}, {20110200, "opium"}, {20110400, "heroin"}},
			map[paiza.Date]moves{20110200: {[]string{"opium"}, nil}, 20110400: {nil, []string{"opium"}}}},
		{"a year without months enters in no month", paiza.ByMonth, []seen{{20110100, "heroin"}, {20120000, "opium"}, {20120300, "opium"}, {20120400, "heroin"}},
			map[paiza.Date]moves{}},
		{"and leaves after its end", paiza.ByMonth, []seen{{20110100, "opium"}, {20120000, "opium"}, {20120300, "heroin"}, {20130100, "heroin"}},
			map[paiza.Date]moves{20120300: {[]string{"heroin"}, nil}, 20130100: {nil, []string{"opium"}}}},
		{"January beside its year", paiza.ByMonth, []seen{{20110100, "heroin"}, {20120000, "opium"}, {20120100, "opium"}},
			map[paiza.Date]moves{20120100: {[]string{"opium"}, []string{"heroin"}}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var cells []paiza.Cell
			for _, s := range tc.cells {
				cells = append(cells, paiza.Cell{Month: s.month, Substance: s.substance, Rows: 1, Seizures: 1})
			}
			got := map[paiza.Date]moves{}
			for _, p := range NewCube(testGroups).Apply(cells, nil, nil).Market(paiza.Slice{}, tc.grain, BySubstance).Periods {
				if len(p.Entered)+len(p.Left) > 0 {
					got[p.Period] = moves{p.Entered, p.Left}
				}
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestSaturated: a sum that 64 bits do not hold says so and is not negative.
func TestSaturated(t *testing.T) {
	cell := func(s string, ug int64) paiza.Cell {
		return paiza.Cell{Month: 20140100, Substance: s, Rows: 1, Seizures: 1, Micrograms: ug}
	}
	m := NewCube(testGroups).Apply([]paiza.Cell{cell("heroin", math.MaxInt64-1), cell("cocaine", 1), cell("opium", 1)}, nil, nil).Market(paiza.Slice{}, paiza.ByYear, BySubstance)
	if !m.Total.Saturated || m.Total.Micrograms != math.MaxInt64 || m.Rows[0].Saturated || m.Rows[0].Micrograms != math.MaxInt64-1 {
		t.Errorf("%+v", m)
	}
	for _, tc := range []struct{ a, b, want int64 }{
		{math.MaxInt64, 1, math.MaxInt64}, {math.MinInt64, -1, math.MinInt64}, {1, 2, 3}, {5, -5, 0}, {0, 0, 0}, {math.MaxInt64, -1, math.MaxInt64 - 1},
		{math.MaxInt64 - 1, 1, math.MaxInt64}, {math.MinInt64, math.MaxInt64, -1},
	} {
		got, saturated := tc.a, false
		plus(&got, tc.b, &saturated)
		if got != tc.want || saturated != (got != tc.a+tc.b) {
			t.Errorf("plus(%d, %d) = %d, %v; want %d", tc.a, tc.b, got, saturated, tc.want)
		}
	}
}
