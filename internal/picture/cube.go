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
// calendar.go, coverage.go.
package picture

import (
	"math"
	"slices"
	"sync"

	"paiza"
)

// Groups gives the group of a substance. Package catalog's Catalog is one.
type Groups interface {
	Group(substance string) paiza.Group
}

// Cube is one state of all cells of a store, held in memory. It does not change
// after it is made, so any number of goroutines may slice it; Apply makes the
// next state.
type Cube struct {
	words  *words
	cells  []cell
	routes []routeCell
	totals []totalCell
}

// cell is a paiza.Cell with its texts as numbers, so that a slice of hundreds of
// thousands of them is compared and added in milliseconds.
type cell struct {
	cellKey
	sums
}

type cellKey struct {
	month                               paiza.Date
	substance, country, division, batch int32
	routing, tlp                        int16
	doubtful                            bool
}

// sums are what adds up.
type sums struct {
	rows, seizures, weighed, micrograms, equivalent, microlitre, milliunits int64
}

func (s *sums) add(o *sums) {
	s.rows = plus(s.rows, o.rows)
	s.seizures = plus(s.seizures, o.seizures)
	s.weighed = plus(s.weighed, o.weighed)
	s.micrograms = plus(s.micrograms, o.micrograms)
	s.equivalent = plus(s.equivalent, o.equivalent)
	s.microlitre = plus(s.microlitre, o.microlitre)
	s.milliunits = plus(s.milliunits, o.milliunits)
}

// plus adds and stays at the largest number instead of turning negative.
func plus(a, b int64) int64 {
	s := a + b
	if (s > a) != (b > 0) && b != 0 {
		if b > 0 {
			return math.MaxInt64
		}
		return math.MinInt64
	}
	return s
}

type routeCell struct {
	routeKey
	rows, seizures, micrograms, equivalent int64
}

type routeKey struct {
	year                                int32
	substance, country, batch           int32
	producing, departure, via, destined int32
	routing, tlp                        int16
	doubtful                            bool
}

type totalCell struct {
	totalKey
	rows, micrograms, equivalent int64
}

type totalKey struct {
	year                      int32
	substance, country, batch int32
}

// words numbers the texts of cells and keeps where each cell lies. It is shared
// by the states of one cube; only Apply changes it, and readers of an earlier
// state never meet a number that is not there yet.
type words struct {
	groups Groups

	mu      sync.RWMutex
	numbers map[string]int32
	texts   []string
	group   []paiza.Group // of a text that is a substance

	latest *Cube // the only state whose places the maps below know
	cells  map[cellKey]int
	routes map[routeKey]int
	totals map[totalKey]int
}

// NewCube is a cube without cells.
func NewCube(g Groups) *Cube {
	w := &words{groups: g, numbers: map[string]int32{"": 0}, texts: []string{""}, group: []paiza.Group{g.Group("")},
		cells: map[cellKey]int{}, routes: map[routeKey]int{}, totals: map[totalKey]int{}}
	c := &Cube{words: w}
	w.latest = c
	return c
}

// number gives a text its number. The caller holds the lock.
func (w *words) number(text string) int32 {
	if n, ok := w.numbers[text]; ok {
		return n
	}
	n := int32(len(w.texts))
	w.numbers[text] = n
	w.texts = append(w.texts, text)
	w.group = append(w.group, w.groups.Group(text))
	return n
}

var (
	routingNumber = numbers(paiza.Routings())
	tlpNumber     = numbers(paiza.TLPs())
)

func numbers[T comparable](list []T) map[T]int16 {
	out := map[T]int16{}
	for i, v := range list {
		out[v] = int16(i)
	}
	return out
}

// routingOf is the number of a routing; what is not in the list is unknown.
func routingOf(r paiza.Routing) int16 {
	if n, ok := routingNumber[r]; ok {
		return n
	}
	return routingNumber[paiza.RoutingUnknown]
}

// Apply puts the new values of cells in place of the old ones and answers the
// next state. A cell with no rows is as good as gone.
func (c *Cube) Apply(cells []paiza.Cell, routes []paiza.RouteCell, totals []paiza.TotalCell) *Cube {
	w := c.words
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.latest != c {
		w.places(c)
	}
	next := &Cube{words: w, cells: slices.Clone(c.cells), routes: slices.Clone(c.routes), totals: slices.Clone(c.totals)}
	for i := range cells {
		in := &cells[i]
		k := cellKey{in.Month, w.number(in.Substance), w.number(string(in.Country)), w.number(in.Division), w.number(in.Import),
			routingOf(in.Routing), tlpNumber[in.TLP], in.Doubtful}
		v := cell{k, sums{in.Rows, in.Seizures, in.Weighed, in.Micrograms, in.Equivalent, in.Microlitre, in.Milliunits}}
		put(&next.cells, w.cells, k, v)
	}
	for i := range routes {
		in := &routes[i]
		k := routeKey{int32(in.Year), w.number(in.Substance), w.number(string(in.Country)), w.number(in.Import),
			w.number(string(in.Route.Producing)), w.number(string(in.Route.Departure)), w.number(string(in.Route.Via)), w.number(string(in.Route.Destination)),
			routingOf(in.Routing), tlpNumber[in.TLP], in.Doubtful}
		put(&next.routes, w.routes, k, routeCell{k, in.Rows, in.Seizures, in.Micrograms, in.Equivalent})
	}
	for i := range totals {
		in := &totals[i]
		k := totalKey{int32(in.Year), w.number(in.Substance), w.number(string(in.Country)), w.number(in.Import)}
		put(&next.totals, w.totals, k, totalCell{k, in.Rows, in.Micrograms, in.Equivalent})
	}
	w.latest = next
	return next
}

func put[K comparable, V any](list *[]V, at map[K]int, k K, v V) {
	if i, ok := at[k]; ok {
		(*list)[i] = v
		return
	}
	at[k] = len(*list)
	*list = append(*list, v)
}

// places makes the maps anew for an earlier state.
func (w *words) places(c *Cube) {
	w.cells, w.routes, w.totals = map[cellKey]int{}, map[routeKey]int{}, map[totalKey]int{}
	for i := range c.cells {
		w.cells[c.cells[i].cellKey] = i
	}
	for i := range c.routes {
		w.routes[c.routes[i].routeKey] = i
	}
	for i := range c.totals {
		w.totals[c.totals[i].totalKey] = i
	}
}

// reader is the dictionary as it is at the moment of a slice.
type reader struct {
	texts []string
	group []paiza.Group
}

func (c *Cube) reader() reader {
	c.words.mu.RLock()
	defer c.words.mu.RUnlock()
	return reader{c.words.texts, c.words.group}
}
