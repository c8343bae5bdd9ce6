package main

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

func TestSimplify(t *testing.T) {
	arc := []point{{0, 0}, {1, 0.0001}, {2, 0}, {3, 1}, {4, 0}}
	got := simplify(arc, 0.01)
	want := []point{{0, 0}, {2, 0}, {3, 1}, {4, 0}}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("point %d: got %v, want %v", i, got[i], want[i])
		}
	}
}

func TestEqualEarth(t *testing.T) {
	// Corners of the projection as its authors print them: half the width
	// 2.70663, half the height 1.31736.
	if p := equalEarth(180, 0); math.Abs(p.x-2.70663) > 1e-4 || p.y != 0 {
		t.Errorf("edge of the equator: %v", p)
	}
	if p := equalEarth(0, 90); math.Abs(p.y-1.31736) > 1e-4 {
		t.Errorf("pole: %v", p)
	}
}

// No state is torn over the map, none has the code of another, and the file is
// small enough to be sent with a page.
func TestWorld(t *testing.T) {
	raw, err := os.ReadFile("../../../node_modules/world-atlas/countries-50m.json")
	if err != nil {
		t.Skip("the front-end packages are not installed: go run ./internal/web/bundle")
	}
	out, err := world(raw)
	if err != nil {
		t.Fatal(err)
	}
	if n := compressed(out); n > 80<<10 {
		t.Errorf("the map weighs %d bytes compressed", n)
	}
	var top topology
	if err := json.Unmarshal(out, &top); err != nil {
		t.Fatal(err)
	}
	wide := make([]int, len(top.Arcs))
	for i, arc := range top.Arcs {
		x, lo, hi := 0, math.MaxInt, math.MinInt
		for _, d := range arc {
			x += d[0]
			lo, hi = min(lo, x), max(hi, x)
		}
		wide[i] = hi - lo
		if wide[i] > grid/3 {
			t.Errorf("arc %d spans %d of %d steps", i, wide[i], grid)
		}
	}
	seen := map[string]bool{}
	for _, g := range top.Objects["countries"].Geometries {
		seen[g.ID] = true
	}
	for _, code := range []string{"KAZ", "CHN", "RUS", "USA", "SGP", "XKX", "CYP", "SOM"} {
		if !seen[code] {
			t.Errorf("%s is not on the map", code)
		}
	}
	if seen["ATA"] || seen[""] {
		t.Error("Antarctica or a shape without a code is on the map")
	}
}
