package picture

import (
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"paiza"
)

// everything is all that a cube can tell.
func everything(c *Cube) []any {
	var s paiza.Slice
	return []any{c.Market(s, paiza.ByMonth, BySubstance), c.Market(s, paiza.ByYear, ByGroup), c.Balance(s, paiza.ByMonth, BySubstance),
		c.Routes(s, 0), c.Routes(s, 3), c.Calendar(s), c.CalendarByImport(s), c.Coverage(s)}
}

// TestOpen: what a person sees who may not count some handlings is what a cube
// tells that never held their cells.
func TestOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := last(rapid.SliceOfN(rapid.Custom(drawCell), 0, 30).Draw(t, "cells"), bareCell)
		routes := last(rapid.SliceOfN(rapid.Custom(drawRoute), 0, 30).Draw(t, "routes"), bareRoute)
		totals := last(rapid.SliceOfN(rapid.Custom(drawTotal), 0, 30).Draw(t, "totals"), bareTotal)
		open := rapid.SliceOfN(rapid.Bool(), 0, 5).Draw(t, "open")
		closed := func(handling int64) bool { return handling >= int64(len(open)) || !open[handling] }
		whole := NewCube(testGroups).Apply(cells, routes, totals)
		before := everything(whole)
		got := everything(whole.Open(open))
		cells = slices.DeleteFunc(slices.Clone(cells), func(c paiza.Cell) bool { return closed(c.Handling) })
		routes = slices.DeleteFunc(slices.Clone(routes), func(c paiza.RouteCell) bool { return closed(c.Handling) })
		totals = slices.DeleteFunc(slices.Clone(totals), func(c paiza.TotalCell) bool { return closed(c.Handling) })
		if d := cmp.Diff(everything(NewCube(testGroups).Apply(cells, routes, totals)), got); d != "" {
			t.Fatalf("open %v: %s", open, d)
		}
		if d := cmp.Diff(before, everything(whole)); d != "" {
			t.Fatalf("the view changed the cube: %s", d)
		}
	})
}

// TestApplySteps: cells that come in steps, replaced and emptied, tell the same
// as the last state at once; an earlier state does not change, and can be gone
// on from.
func TestApplySteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := NewCube(testGroups)
		type state struct {
			cube *Cube
			told []any
		}
		var states []state
		var cells []paiza.Cell
		var routes []paiza.RouteCell
		var totals []paiza.TotalCell
		for range rapid.IntRange(1, 4).Draw(t, "steps") {
			x := rapid.SliceOfN(rapid.Custom(drawCell), 0, 15).Draw(t, "cells")
			y := rapid.SliceOfN(rapid.Custom(drawRoute), 0, 15).Draw(t, "routes")
			z := rapid.SliceOfN(rapid.Custom(drawTotal), 0, 15).Draw(t, "totals")
			if len(cells) > 0 {
				x = append(x, bareCell(cells[rapid.IntRange(0, len(cells)-1).Draw(t, "emptied")]))
			}
			c = c.Apply(x, y, z)
			cells, routes, totals = append(cells, x...), append(routes, y...), append(totals, z...)
			states = append(states, state{c, everything(c)})
		}
		once := NewCube(testGroups).Apply(last(cells, bareCell), last(routes, bareRoute), last(totals, bareTotal))
		if d := cmp.Diff(everything(once), everything(c)); d != "" {
			t.Fatalf("in steps: %s", d)
		}
		for i, s := range states {
			if d := cmp.Diff(s.told, everything(s.cube)); d != "" {
				t.Fatalf("state %d changed: %s", i, d)
			}
		}
		more := rapid.Custom(drawCell).Draw(t, "more")
		from := states[0].cube.Apply([]paiza.Cell{more}, nil, nil)
		if d := cmp.Diff(everything(states[0].cube.Apply([]paiza.Cell{more}, nil, nil)), everything(from)); d != "" {
			t.Fatalf("from an earlier state: %s", d)
		}
		if d := cmp.Diff(everything(once), everything(c)); d != "" {
			t.Fatalf("a branch changed the trunk: %s", d)
		}
	})
}

// TestApplyShares: a change of one cell copies one block, and emptied cells
// leave once they are most of the cube.
func TestApplyShares(t *testing.T) {
	cells := bulk(20_000)
	c := NewCube(testGroups).Apply(cells, nil, nil)
	one := cells[7]
	one.Micrograms++
	next := c.Apply([]paiza.Cell{one}, nil, nil)
	changed := 0
	for i := range c.cells.blocks {
		if c.cells.blocks[i] != next.cells.blocks[i] {
			changed++
		}
	}
	if changed != 1 || next.cells.size != c.cells.size {
		t.Errorf("%d of %d blocks changed", changed, len(c.cells.blocks))
	}
	gone := make([]paiza.Cell, len(cells)-100)
	for i := range gone {
		gone[i] = bareCell(cells[i])
	}
	rest := next.Apply(gone, nil, nil)
	if rest.cells.size != 100 || rest.cells.empty != 0 {
		t.Errorf("%d cells are left, %d of them empty", rest.cells.size, rest.cells.empty)
	}
	want := NewCube(testGroups).Apply(cells[len(cells)-100:], nil, nil)
	if d := cmp.Diff(want.Market(paiza.Slice{}, paiza.ByMonth, BySubstance), rest.Market(paiza.Slice{}, paiza.ByMonth, BySubstance)); d != "" {
		t.Error(d)
	}
	again := rest.Apply(gone[:1], nil, nil).Apply(cells[:1], nil, nil)
	if again.cells.size != 101 {
		t.Errorf("%d cells after one came back", again.cells.size)
	}
}

// TestReadersWhileApplying is for the race detector.
func TestReadersWhileApplying(t *testing.T) {
	cells := bulk(5_000)
	c := NewCube(testGroups).Apply(cells[:2_000], nil, nil)
	want := c.Market(paiza.Slice{}, paiza.ByYear, BySubstance)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 20 {
				if d := cmp.Diff(want, c.Market(paiza.Slice{}, paiza.ByYear, BySubstance)); d != "" {
					t.Error(d)
					return
				}
			}
		})
	}
	next := c
	for i := 2_000; i < 5_000; i += 10 {
		next = next.Apply(cells[i-5:i+10], nil, nil)
	}
	wait.Wait()
	if next.cells.size != 5_000 {
		t.Errorf("%d cells", next.cells.size)
	}
}
