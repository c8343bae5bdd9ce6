// Package picture turns rolled-up cells into what people look at: the market,
// the balance of inland, border and transit, the routes, the reporting calendar,
// and incidents beside official totals.
//
// It is pure: cells in, figures out, no storage and no clock. Every figure is a
// sum of cells and so equals the rows under it. Unknown is a value like any
// other and is always shown; a period without reports is a gap and not a zero;
// amounts that cannot be are counted and shown apart.
//
// Read cube.go first, then the view: market.go, balance.go, routes.go,
// calendar.go, coverage.go. column.go and name.go say how cells lie in memory.
package picture

import (
	"cmp"
	"slices"
	"sync"

	"paiza"
)

// Groups gives the group of a substance. Package catalog's Catalog is one.
type Groups interface {
	Group(substance string) paiza.Group
}

// Cube is one state of all cells of a store, held in memory. It does not change
// after it is made, so any number of goroutines may slice it without waiting;
// Apply makes the next state.
type Cube struct {
	line   *line
	names  names
	cells  column[cellKey, sums]
	routes column[routeKey, routeSums]
	totals column[totalKey, totalSums]
	// open says of each handling whether who looks may count it; nil is all.
	open []bool
}

// Open is the cube as a person sees it who may count the handlings for which
// open holds, by their number; a number beyond the list is closed. nil opens
// all. The cells are shared.
func (c *Cube) Open(open []bool) *Cube {
	view := *c
	view.open = open
	return &view
}

// Withholds reports whether the cube has rows that who looks may not count.
func (c *Cube) Withholds() bool {
	v := sieve{open: c.open}
	return c.open != nil && (hides(&c.cells, func(k cellKey, _ sums) bool { return v.opens(k.handling) }) ||
		hides(&c.totals, func(_ totalKey, t totalSums) bool { return v.opens(t.handling) }))
}

func hides[K placed, V counted](c *column[K, V], opens func(K, V) bool) bool {
	for _, b := range c.blocks {
		for i, k := range b.keys {
			if b.vals[i].lines() != 0 && !opens(k, b.vals[i]) {
				return true
			}
		}
	}
	return false
}

// line is what the states of one cube share: the names' numbers and where each
// cell of the latest state lies. Only Apply touches it.
type line struct {
	mu     sync.Mutex
	dict   dictionary
	latest *Cube // the only state whose places the maps below know
	cells  map[cellKey]int32
	routes map[routeKey]int32
	totals map[totalKey]int32
}

// cellKey is what tells cells apart, in numbers of the dictionary.
type cellKey struct {
	substance, country, division, batch int32
	handling                            int32 // its number in the store
	month                               uint16
	routing                             uint8
	doubtful                            bool
}

type routeKey struct {
	substance, country, batch int32
	path                      int32 // state of seizure, states of the route, and what the routing says of it
	handling                  int32
	year                      int32
	routing                   uint8
	doubtful                  bool
}

type totalKey struct{ substance, country, batch, year int32 }

func (k cellKey) state() int32  { return k.country }
func (k routeKey) state() int32 { return k.country }
func (k totalKey) state() int32 { return k.country }

// NewCube is a cube without cells.
func NewCube(g Groups) *Cube {
	l := &line{dict: newDictionary(g), cells: map[cellKey]int32{}, routes: map[routeKey]int32{}, totals: map[totalKey]int32{}}
	c := &Cube{line: l, names: l.dict.names()}
	l.latest = c
	return c
}

// Apply puts the new values of cells in place of the old ones and answers the
// next state; the receiver stays as it is. A cell with no rows is as good as
// gone. The cost follows the number of cells given: what does not change is
// shared between the states. Applying to a state that is not the latest works
// but costs as much as building the cube anew.
func (c *Cube) Apply(cells []paiza.Cell, routes []paiza.RouteCell, totals []paiza.TotalCell) *Cube {
	l := c.line
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.latest != c:
		l.cells, l.routes, l.totals = places(&c.cells), places(&c.routes), places(&c.totals)
	case c.cells.size+c.routes.size+c.totals.size == 0: // the first load: maps that need not grow
		l.cells, l.routes, l.totals = make(map[cellKey]int32, len(cells)), make(map[routeKey]int32, len(routes)), make(map[totalKey]int32, len(totals))
	}
	next := &Cube{line: l}
	d := &l.dict
	next.cells = apply(&c.cells, l.cells, cells, func(in *paiza.Cell) (cellKey, sums) {
		k := cellKey{substance: d.substanceOf(in.Substance), country: d.country.number(string(in.Country)), division: d.division.number(in.Division),
			batch: d.batch.number(in.Import), month: d.monthOf(in.Month), routing: d.routingOf(in.Routing), handling: int32(in.Handling), doubtful: in.Doubtful}
		return k, sums{in.Rows, in.Seizures, in.Weighed, in.Micrograms, in.Equivalent, in.Microlitre, in.Milliunits}
	}, byCell)
	next.routes = apply(&c.routes, l.routes, routes, func(in *paiza.RouteCell) (routeKey, routeSums) {
		k := routeKey{substance: d.substanceOf(in.Substance), country: d.country.number(string(in.Country)), batch: d.batch.number(in.Import), path: d.pathOf(in.Country, in.Route, in.Routing),
			year: int32(in.Year), routing: d.routingOf(in.Routing), handling: int32(in.Handling), doubtful: in.Doubtful}
		return k, routeSums{in.Rows, in.Seizures, in.Micrograms, in.Equivalent}
	}, byRoute)
	next.totals = apply(&c.totals, l.totals, totals, func(in *paiza.TotalCell) (totalKey, totalSums) {
		k := totalKey{substance: d.substanceOf(in.Substance), country: d.country.number(string(in.Country)), batch: d.batch.number(in.Import), year: int32(in.Year)}
		return k, totalSums{in.Rows, in.Micrograms, in.Equivalent, d.batch.number(cmp.Or(in.Series, in.Import)), int32(in.Handling)}
	}, func(a, b *totalKey) int { return cmp.Compare(a.country, b.country) })
	l.compact(next)
	next.names = d.names()
	l.latest = next
	return next
}

// compact drops empty cells once they are most of a column, as after the undo
// of a large import.
func (l *line) compact(c *Cube) {
	if c.cells.mostlyEmpty() {
		c.cells = c.cells.compacted()
		l.cells = places(&c.cells)
	}
	if c.routes.mostlyEmpty() {
		c.routes = c.routes.compacted()
		l.routes = places(&c.routes)
	}
	if c.totals.mostlyEmpty() {
		c.totals = c.totals.compacted()
		l.totals = places(&c.totals)
	}
}

// byCell is the order in which many new cells are laid down: a state's cells
// lie together, so that a slice of one state skips the rest, and so do the
// months of one substance.
func byCell(a, b *cellKey) int {
	return cmp.Or(cmp.Compare(a.country, b.country), cmp.Compare(a.substance, b.substance), cmp.Compare(a.month, b.month))
}

func byRoute(a, b *routeKey) int {
	return cmp.Or(cmp.Compare(a.country, b.country), cmp.Compare(a.substance, b.substance), cmp.Compare(a.path, b.path))
}

// apply makes the next state of a column.
func apply[In any, K placed, V counted](old *column[K, V], at map[K]int32, in []In, read func(*In) (K, V), order func(a, b *K) int) column[K, V] {
	next := old.grown()
	var keys []K
	var vals []V
	var sorted []int32
	for i := range in {
		k, v := read(&in[i])
		n, known := at[k]
		switch {
		case known && n >= 0:
			next.set(n, v)
		case known: // given twice in one call: the last counts
			vals[-n-1] = v
		case v.lines() != 0:
			sorted = append(sorted, int32(len(keys)))
			keys, vals = append(keys, k), append(vals, v)
			at[k] = -int32(len(keys))
		}
	}
	slices.SortFunc(sorted, func(a, b int32) int { return order(&keys[a], &keys[b]) })
	for _, i := range sorted {
		at[keys[i]] = next.add(keys[i], vals[i])
	}
	return next.done()
}
