package picture

import (
	"cmp"
	"slices"

	"paiza"
)

// RouteFigure is what adds up over routes.
type RouteFigure struct {
	Rows       int64
	Seizures   int64
	Micrograms int64
	Equivalent int64
	Saturated  bool // as in Figure
}

type routeSums struct{ rows, seizures, micrograms, equivalent int64 }

func (s routeSums) lines() int64 { return s.rows }

func (f *RouteFigure) cell(s *routeSums) {
	plus(&f.Rows, s.rows, &f.Saturated)
	plus(&f.Seizures, s.seizures, &f.Saturated)
	plus(&f.Micrograms, s.micrograms, &f.Saturated)
	plus(&f.Equivalent, s.equivalent, &f.Saturated)
}

func (f *RouteFigure) add(o *RouteFigure) {
	f.cell(&routeSums{o.Rows, o.Seizures, o.Micrograms, o.Equivalent})
	f.Saturated = f.Saturated || o.Saturated
}

// RouteRow is one route: the states that a source names, and what follows:
//
//   - Origin is the state of departure; where none is stated, the state of
//     production, and the route is then inferred.
//   - Destination is as stated; where none is, and the seizure was made on
//     entering a state, that state, and the route is then inferred; else
//     unknown, which is empty.
//   - Via is the transit state as stated; else the state of seizure when it is
//     neither end; else empty.
type RouteRow struct {
	Stated                   paiza.Route   // as the sources name it; opens the rows
	Country                  paiza.Country // of the seizures
	Origin, Via, Destination paiza.Country
	// Basis is stated when the sources name both departure and destination.
	Basis       paiza.Basis
	First, Last int // years
	RouteFigure
}

// Leg is one arrow of the map: origin to via, via to destination, or origin to
// destination where nothing lies between.
type Leg struct {
	From, To paiza.Country
	Basis    paiza.Basis
	RouteFigure
}

// Routes is where consignments came from and went to. Total is Rows, Others and
// NotStated together.
type Routes struct {
	Rows      []RouteRow // the heaviest first, as many as asked for
	Others    RouteFigure
	OtherRows int // how many routes Others adds up
	// NotStated are seizures whose source names no state of the route.
	NotStated RouteFigure
	Total     RouteFigure
	Legs      []Leg // of every route, not only of the rows shown
}

// Routes adds the slice up by route and returns the limit heaviest; 0 is all.
// Routes know years and neither months nor divisions: a period counts by its
// years, and divisions of the slice have no effect.
func (c *Cube) Routes(s paiza.Slice, limit int) Routes {
	n := &c.names
	sum := c.byPath(s)
	var out Routes
	legs := make([]RouteFigure, len(n.legs))
	found := make([]int32, 0, len(sum))
	for i := range sum {
		t := &sum[i]
		p := &n.paths[t.path]
		out.Total.add(&t.RouteFigure)
		if !p.Stated.Stated() {
			out.NotStated.add(&t.RouteFigure)
			continue
		}
		found = append(found, int32(i))
		for _, l := range p.legs {
			if l >= 0 {
				legs[l].add(&t.RouteFigure)
			}
		}
	}
	heaviest := func(a, b int32) int {
		if d := heavier(&sum[a].RouteFigure, &sum[b].RouteFigure); d != 0 {
			return d
		}
		return n.paths[sum[a].path].compare(&n.paths[sum[b].path])
	}
	if limit > 0 && len(found) > limit {
		found = selected(found, limit, heaviest)
		out.OtherRows = len(found) - limit
		for _, i := range found[limit:] {
			out.Others.add(&sum[i].RouteFigure)
		}
		found = found[:limit]
	} else {
		slices.SortFunc(found, heaviest)
	}
	out.Rows = make([]RouteRow, len(found))
	for i, at := range found {
		t := &sum[at]
		out.Rows[i] = n.paths[t.path].RouteRow
		out.Rows[i].First, out.Rows[i].Last, out.Rows[i].RouteFigure = int(t.first), int(t.last), t.RouteFigure
	}
	out.Legs = n.arrows(legs)
	return out
}

// pathSum is the sum of one path.
type pathSum struct {
	path        int32
	first, last int32 // years
	RouteFigure
}

// byPath adds the slice up by path.
func (c *Cube) byPath(s paiza.Slice) []pathSum {
	v := c.sieve(s)
	v.touching(&c.names, s.Via)
	slots := make([]int32, len(c.names.paths)) // one more than the place in out
	var out []pathSum
	c.eachRoute(v, func(k *routeKey, s *routeSums) {
		slot := slots[k.path]
		if slot == 0 {
			out = append(out, pathSum{path: k.path, first: k.year, last: k.year})
			slot = int32(len(out))
			slots[k.path] = slot
		}
		t := &out[slot-1]
		t.first, t.last = min(t.first, k.year), max(t.last, k.year)
		t.cell(s)
	})
	return out
}

// selected puts the first n of a list, in order, before the rest, without
// putting the rest in order.
func selected(list []int32, n int, compare func(a, b int32) int) []int32 {
	slices.SortFunc(list[:n], compare)
	for i := n; i < len(list); i++ {
		if compare(list[i], list[n-1]) >= 0 {
			continue
		}
		x := list[i]
		list[i] = list[n-1]
		at, _ := slices.BinarySearchFunc(list[:n-1], x, compare)
		copy(list[at+1:n], list[at:n-1])
		list[at] = x
	}
	return list
}

func heavier(a, b *RouteFigure) int {
	if d := cmp.Compare(b.Micrograms, a.Micrograms); d != 0 {
		return d
	}
	return cmp.Compare(b.Seizures, a.Seizures)
}

// compare orders routes of equal weight by their states: no two are equal.
func (p *path) compare(o *path) int {
	return cmp.Or(cmp.Compare(p.Origin, o.Origin), cmp.Compare(p.Via, o.Via), cmp.Compare(p.Destination, o.Destination),
		cmp.Compare(p.Country, o.Country), cmp.Compare(p.Stated.Producing, o.Stated.Producing), cmp.Compare(p.Stated.Departure, o.Stated.Departure),
		cmp.Compare(p.Stated.Via, o.Stated.Via), cmp.Compare(p.Stated.Destination, o.Stated.Destination))
}

// infer draws the route out of what is stated.
func infer(stated paiza.Route, country paiza.Country, inbound bool) RouteRow {
	row := RouteRow{Stated: stated, Country: country, Origin: stated.Departure, Via: stated.Via, Destination: stated.Destination, Basis: paiza.BasisStated}
	if row.Origin == "" {
		row.Origin, row.Basis = stated.Producing, paiza.BasisInferred
	}
	if row.Destination == "" {
		row.Basis = paiza.BasisInferred
		if inbound {
			row.Destination = country
		}
	}
	if row.Via == "" && country != row.Origin && country != row.Destination {
		row.Via = country
	}
	return row
}

// arrows cuts a route between its known stops.
func (p *path) arrows() []leg {
	var stops []paiza.Country
	for _, stop := range []paiza.Country{p.Origin, p.Via, p.Destination} {
		if stop != "" && (len(stops) == 0 || stops[len(stops)-1] != stop) {
			stops = append(stops, stop)
		}
	}
	var out []leg
	for i := 1; i < len(stops); i++ {
		out = append(out, leg{stops[i-1], stops[i], p.Basis})
	}
	return out
}

// arrows lists the legs that have rows, the heaviest first.
func (n *names) arrows(sum []RouteFigure) []Leg {
	out := []Leg{}
	for i := range sum {
		if l := n.legs[i]; sum[i].Rows != 0 {
			out = append(out, Leg{l.from, l.to, l.basis, sum[i]})
		}
	}
	slices.SortFunc(out, func(a, b Leg) int {
		return cmp.Or(heavier(&a.RouteFigure, &b.RouteFigure), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Basis, b.Basis))
	})
	return out
}
