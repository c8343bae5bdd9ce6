package picture

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"paiza"
)

func TestCoverage(t *testing.T) {
	c := NewCube(testGroups).Apply([]paiza.Cell{
		{Month: 20140200, Country: "KAZ", Substance: "heroin", Rows: 1, Seizures: 3, Micrograms: 40, Equivalent: 50},
		{Month: 20150200, Country: "KAZ", Substance: "heroin", Rows: 1, Seizures: 1, Micrograms: 1, Equivalent: 1},
	}, nil, []paiza.TotalCell{
		{Import: "9", Year: 2014, Country: "KAZ", Substance: "heroin", Rows: 1, Equivalent: 90, Micrograms: 90},
		{Import: "10", Year: 2014, Country: "KAZ", Substance: "heroin", Rows: 1, Equivalent: 100, Micrograms: 80},
		{Import: "10", Year: 2014, Country: "UZB", Substance: "opium", Rows: 1, Equivalent: 5},
		{Import: "8", Year: 2014, Country: "UZB", Substance: "opium", Rows: 1, Equivalent: 5},
	})
	both := CoverageRow{Country: "KAZ", Year: 2014, Group: paiza.GroupOpioids, State: BothSides, Rows: 1, Seizures: 3, Measured: 40, Equivalent: 50,
		Official: 100, OfficialMeasured: 80, Source: "10", Others: []OfficialFigure{{"9", 90, 90}}, Conflict: true, Ratio: 0.5}
	one := both
	one.Substance = "heroin"
	want := []CoverageRow{both, one,
		{Country: "KAZ", Year: 2015, Group: paiza.GroupOpioids, State: OnlyIncidents, Rows: 1, Seizures: 1, Measured: 1, Equivalent: 1},
		{Country: "UZB", Year: 2014, Group: paiza.GroupOpioids, State: OnlyOfficial, Official: 5, Source: "10", Others: []OfficialFigure{{"8", 5, 0}}},
	}
	if d := cmp.Diff(want, c.Coverage(paiza.Slice{}).Rows, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	// A month of the slice asks for its year: a total knows no months.
	if got := c.Coverage(paiza.Slice{Period: paiza.Period{From: 20140600, To: 20140700}, Countries: []paiza.Country{"KAZ"}}).Rows; len(got) != 2 || got[0].Equivalent != 50 {
		t.Errorf("%+v", got)
	}
}

// TestCoverageEqualsCells compares both sides with plain loops; the sides are
// never added.
func TestCoverageEqualsCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := last(drawCells(t, 30), bareCell)
		totals := last(rapid.SliceOfN(rapid.Custom(drawTotal), 0, 30).Draw(t, "totals"), bareTotal)
		s := drawSlice(t)
		year := s
		year.Period = paiza.Period{From: s.Period.From.YearOf(), To: s.Period.To.YearOf()}
		type key struct {
			country   paiza.Country
			year      int
			group     paiza.Group
			substance string
		}
		type sides struct{ Seizures, Measured, Equivalent, Official int64 }
		want, known := map[key]sides{}, map[key]int{}
		newest := map[key]string{}
		for _, c := range cells {
			if !matches(year, c) {
				continue
			}
			for _, name := range []string{"", c.Substance} {
				k := key{c.Country, c.Month.Year(), testGroups.Group(c.Substance), name}
				w := want[k]
				want[k] = sides{w.Seizures + c.Seizures, w.Measured + c.Micrograms, w.Equivalent + c.Equivalent, 0}
				known[k] |= 1
			}
		}
		for _, source := range []string{"10", "9", "3"} { // the newest first
			for _, c := range totals {
				g := testGroups.Group(c.Substance)
				if c.Import != source || c.Rows == 0 || !has(s.Countries, c.Country) || !has(s.Substances, c.Substance) || !has(s.Groups, g) ||
					!year.Period.Contains(paiza.NewDate(c.Year, 0, 0)) {
					continue
				}
				for _, name := range []string{"", c.Substance} {
					k := key{c.Country, c.Year, g, name}
					if newest[k] != "" && newest[k] != source {
						continue
					}
					newest[k] = source
					w := want[k]
					w.Official += c.Equivalent
					want[k] = w
					known[k] |= 2
				}
			}
		}
		for k := range want {
			if k.substance != "" && known[k] != 3 {
				delete(want, k)
			}
		}
		got := map[key]sides{}
		for _, r := range NewCube(testGroups).Apply(cells, nil, totals).Coverage(s).Rows {
			k := key{r.Country, r.Year, r.Group, r.Substance}
			got[k] = sides{r.Seizures, r.Measured, r.Equivalent, r.Official}
			if state := map[int]CoverageState{1: OnlyIncidents, 2: OnlyOfficial, 3: BothSides}[known[k]]; r.State != state {
				t.Fatalf("%+v is %v, want %v", k, r.State, state)
			}
		}
		if d := cmp.Diff(want, got, cmp.AllowUnexported(key{})); d != "" {
			t.Fatal(d)
		}
	})
}
