package picture

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"paiza"
)

const benchCells = 200_000

// bulk makes cells that all differ, laid out as in the individual drug seizures
// of UNODC: each state has its own few substances and divisions, few states have
// most of the cells, and half of the routings are not stated.
func bulk(n int) []paiza.Cell {
	r := rand.New(rand.NewPCG(1, 2))
	seen := map[paiza.Cell]bool{}
	cells := make([]paiza.Cell, 0, n)
	for len(cells) < n {
		state := skewed(r, 110)
		c := paiza.Cell{Import: fmt.Sprint(1 + r.IntN(4)), Month: paiza.NewDate(2008+r.IntN(15), 1+r.IntN(12), 0), Substance: ownSubstance(r, state),
			Country: country(state), Division: fmt.Sprintf("D-%d-%d", state, skewed(r, 20)), Routing: ownRouting(r), Handling: 3, Doubtful: r.IntN(50) == 0}
		if state == 3 {
			c.Month = c.Month.YearOf()
		}
		if seen[c] {
			continue
		}
		seen[c] = true
		c.Rows, c.Seizures, c.Weighed, c.Micrograms = 1, 1, 1, int64(r.IntN(1e9))
		c.Equivalent = c.Micrograms
		cells = append(cells, c)
	}
	return cells
}

func country(n int) paiza.Country { return paiza.Country(fmt.Sprintf("C%02d", n)) }

func substance(n int) string { return fmt.Sprintf("substance-%03d", n%300) }

func ownSubstance(r *rand.Rand, state int) string {
	if r.IntN(4) > 0 {
		return substance(skewed(r, 15)) // what everybody seizes
	}
	return substance(state*7 + skewed(r, 25))
}

func ownRouting(r *rand.Rand) paiza.Routing {
	if r.IntN(2) == 0 {
		return paiza.RoutingUnknown
	}
	return paiza.Routings()[skewed(r, 8)]
}

// bulkRoutes makes cells of eight thousand routes.
func bulkRoutes(n int) []paiza.RouteCell {
	r := rand.New(rand.NewPCG(3, 4))
	state := func() paiza.Country {
		if r.IntN(2) == 0 {
			return ""
		}
		return country(skewed(r, 110))
	}
	type way struct {
		state int
		route paiza.Route
	}
	ways := make([]way, 8000)
	for i := range ways {
		ways[i] = way{skewed(r, 110), paiza.Route{Producing: state(), Departure: state(), Destination: state()}}
	}
	cells := make([]paiza.RouteCell, n)
	for i := range cells {
		w := ways[skewed(r, len(ways))]
		cells[i] = paiza.RouteCell{Import: fmt.Sprint(1 + r.IntN(4)), Year: 2008 + r.IntN(15), Substance: ownSubstance(r, w.state), Country: country(w.state),
			Route: w.route, Routing: ownRouting(r), Handling: 3, Rows: 1, Seizures: 1, Micrograms: int64(r.IntN(1e9))}
	}
	return cells
}

func skewed(r *rand.Rand, n int) int { return int(float64(n) * r.Float64() * r.Float64()) }

func bulkTotals(n int) []paiza.TotalCell {
	r := rand.New(rand.NewPCG(5, 6))
	cells := make([]paiza.TotalCell, n)
	for i := range cells {
		state := skewed(r, 110)
		cells[i] = paiza.TotalCell{Import: fmt.Sprint(5 + r.IntN(2)), Year: 2008 + r.IntN(15), Country: country(state),
			Substance: ownSubstance(r, state), Rows: 1, Equivalent: int64(r.IntN(1e9))}
	}
	return cells
}

type benchGroups struct{}

func (benchGroups) Group(s string) paiza.Group {
	n, _ := strconv.Atoi(s[len(s)-3:])
	return paiza.Groups()[n%len(paiza.Groups())]
}

func randomSlice(r *rand.Rand) paiza.Slice {
	var s paiza.Slice
	if r.IntN(3) > 0 {
		s.Countries = []paiza.Country{country(skewed(r, 110))}
	}
	if r.IntN(3) == 0 {
		s.Substances = []string{substance(skewed(r, 300))}
	}
	if r.IntN(3) == 0 {
		s.Groups = []paiza.Group{paiza.Groups()[r.IntN(len(paiza.Groups()))]}
	}
	if r.IntN(2) == 0 {
		y := paiza.NewDate(2008+r.IntN(15), 0, 0)
		s.Period = paiza.Period{From: y, To: y}
	}
	return s
}

// BenchmarkSlices gives the 95th percentile of random slices, from the whole
// world to one state and substance, beside the whole world alone.
func BenchmarkSlices(b *testing.B) {
	cube := NewCube(benchGroups{}).Apply(bulk(benchCells), bulkRoutes(benchCells), bulkTotals(20_000))
	for _, view := range []struct {
		name string
		see  func(s paiza.Slice, grain paiza.Grain)
	}{
		{"market", func(s paiza.Slice, g paiza.Grain) { cube.Market(s, g, BySubstance) }},
		{"balance", func(s paiza.Slice, g paiza.Grain) { cube.Balance(s, g, BySubstance) }},
		{"routes", func(s paiza.Slice, _ paiza.Grain) { cube.Routes(s, 100) }},
		{"calendar", func(s paiza.Slice, _ paiza.Grain) { cube.Calendar(s) }},
		{"coverage", func(s paiza.Slice, _ paiza.Grain) { cube.Coverage(s) }},
	} {
		b.Run(view.name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(7, 8))
			var took []time.Duration
			for b.Loop() {
				s, grain := randomSlice(r), []paiza.Grain{paiza.ByYear, paiza.ByMonth}[r.IntN(2)]
				start := time.Now()
				view.see(s, grain)
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
		b.Run(view.name+" of the world", func(b *testing.B) {
			for b.Loop() {
				view.see(paiza.Slice{}, paiza.ByMonth)
			}
		})
	}
}

// BenchmarkApply is what one typed row costs, and the first load.
func BenchmarkApply(b *testing.B) {
	cells, routes := bulk(benchCells), bulkRoutes(benchCells)
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			NewCube(benchGroups{}).Apply(cells, routes, nil)
		}
	})
	b.Run("one", func(b *testing.B) {
		c := NewCube(benchGroups{}).Apply(cells, routes, nil)
		i := 0
		for b.Loop() {
			i = (i + 7919) % benchCells
			one := cells[i]
			one.Rows++
			c = c.Apply([]paiza.Cell{one}, routes[i:i+1], nil)
		}
	})
}
