package picture

import (
	"slices"

	"paiza"
)

// grid sums cells by period and by a number of the caller's. Its table of
// places is as large as both together, its figures only as many as occur.
type grid struct {
	periods []paiza.Date
	at      []int32 // of a month's number, into periods
	width   int
	slots   []int32    // one more than the place in figures; 0 for none
	figures [][]Figure // in blocks, so that growing moves none
	keys    []int32    // of a figure, into slots
}

// figureBlock is how many figures are made at once.
const figureBlock = 256

// grid makes one over all periods of the cube.
func (c *Cube) grid(grain paiza.Grain, width int) *grid {
	g := &grid{width: width, at: make([]int32, len(c.names.months))}
	for _, m := range c.names.months {
		g.periods = append(g.periods, period(m, grain))
	}
	slices.Sort(g.periods)
	g.periods = slices.Compact(g.periods)
	for i, m := range c.names.months {
		at, _ := slices.BinarySearch(g.periods, period(m, grain))
		g.at[i] = int32(at)
	}
	g.slots = make([]int32, len(g.periods)*width)
	return g
}

// period is the step of a month. A cell that knows only its year keeps a step
// of its own among the months: the year, "month not stated".
func period(month paiza.Date, grain paiza.Grain) paiza.Date {
	if grain == paiza.ByYear {
		return month.YearOf()
	}
	return month
}

// figure is the sum of a month's period and a number.
func (g *grid) figure(month uint16, n int32) *Figure {
	key := g.at[month]*int32(g.width) + n
	slot := g.slots[key]
	if slot == 0 {
		if len(g.keys)%figureBlock == 0 {
			g.figures = append(g.figures, make([]Figure, figureBlock))
		}
		g.keys = append(g.keys, key)
		slot = int32(len(g.keys))
		g.slots[key] = slot
	}
	return g.sum(slot - 1)
}

// sum is the figure at a place.
func (g *grid) sum(i int32) *Figure { return &g.figures[i/figureBlock][i%figureBlock] }

// row is one sum of a grid.
type row struct {
	period int // into periods
	number int32
	*Figure
}

// rows are the sums by period and then as less says.
func (g *grid) rows(less func(a, b row) int) []row {
	out := make([]row, 0, len(g.keys))
	for p := range g.periods {
		from := len(out)
		for n, slot := range g.slots[p*g.width : (p+1)*g.width] {
			if slot != 0 {
				out = append(out, row{p, int32(n), g.sum(slot - 1)})
			}
		}
		slices.SortFunc(out[from:], less)
	}
	return out
}
