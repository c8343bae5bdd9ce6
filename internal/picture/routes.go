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
}

func (f *RouteFigure) add(c *routeCell) {
	f.Rows = plus(f.Rows, c.rows)
	f.Seizures = plus(f.Seizures, c.seizures)
	f.Micrograms = plus(f.Micrograms, c.micrograms)
	f.Equivalent = plus(f.Equivalent, c.equivalent)
}

// RouteRow is one route: the states that a source names, and the origin, transit
// and destination that follow from them.
type RouteRow struct {
	Stated      paiza.Route   // as the sources name it; opens the rows
	Country     paiza.Country // of the seizures
	Origin      paiza.Country // the state of departure, else of production
	Via         paiza.Country // the transit state, else the state of seizure when it is neither end
	Destination paiza.Country // as stated, else the state of seizure when the consignment was entering it
	// Basis is stated when the sources name both departure and destination.
	Basis       paiza.Basis
	First, Last int // years
	RouteFigure
}

// Leg is one arrow of the map.
type Leg struct {
	From, To paiza.Country
	Basis    paiza.Basis
	RouteFigure
}

// Routes is where consignments came from and went to.
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
// Routes know years, not months: a period counts by its years.
func (c *Cube) Routes(s paiza.Slice, limit int) Routes {
	r := c.reader()
	v := c.sieve(r, s)
	type key struct {
		country, producing, departure, via, destined int32
		inbound                                      bool
	}
	sum := map[key]*RouteRow{}
	var out Routes
	for i := range c.routes {
		x := &c.routes[i]
		if !v.route(x) {
			continue
		}
		out.Total.add(x)
		if x.producing == 0 && x.departure == 0 && x.via == 0 && x.destined == 0 {
			out.NotStated.add(x)
			continue
		}
		// Only where the destination is open does the routing say something.
		inbound := x.destined == 0 && paiza.Routings()[x.routing] == paiza.RoutingInbound
		k := key{x.country, x.producing, x.departure, x.via, x.destined, inbound}
		row := sum[k]
		if row == nil {
			stated := paiza.Route{Producing: paiza.Country(r.texts[x.producing]), Departure: paiza.Country(r.texts[x.departure]),
				Via: paiza.Country(r.texts[x.via]), Destination: paiza.Country(r.texts[x.destined])}
			made := infer(stated, paiza.Country(r.texts[x.country]), inbound)
			made.First, made.Last = int(x.year), int(x.year)
			row = &made
			sum[k] = row
		}
		row.add(x)
		row.First, row.Last = min(row.First, int(x.year)), max(row.Last, int(x.year))
	}
	rows := make([]RouteRow, 0, len(sum))
	for _, row := range sum {
		rows = append(rows, *row)
	}
	out.Legs = legs(rows)
	slices.SortFunc(rows, func(a, b RouteRow) int {
		return cmp.Or(heavier(a.RouteFigure, b.RouteFigure), cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.Via, b.Via), cmp.Compare(a.Destination, b.Destination),
			cmp.Compare(a.Country, b.Country), cmp.Compare(a.Stated.Producing, b.Stated.Producing), cmp.Compare(a.Stated.Departure, b.Stated.Departure), cmp.Compare(a.Basis, b.Basis))
	})
	if limit > 0 && len(rows) > limit {
		for _, row := range rows[limit:] {
			out.Others.Rows = plus(out.Others.Rows, row.Rows)
			out.Others.Seizures = plus(out.Others.Seizures, row.Seizures)
			out.Others.Micrograms = plus(out.Others.Micrograms, row.Micrograms)
			out.Others.Equivalent = plus(out.Others.Equivalent, row.Equivalent)
		}
		out.OtherRows = len(rows) - limit
		rows = rows[:limit]
	}
	out.Rows = rows
	return out
}

func heavier(a, b RouteFigure) int {
	return cmp.Or(cmp.Compare(b.Micrograms, a.Micrograms), cmp.Compare(b.Seizures, a.Seizures))
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

// legs cuts routes into arrows between neighbours.
func legs(rows []RouteRow) []Leg {
	type key struct {
		from, to paiza.Country
		basis    paiza.Basis
	}
	sum := map[key]*Leg{}
	for i := range rows {
		row := &rows[i]
		var stops []paiza.Country
		for _, stop := range []paiza.Country{row.Origin, row.Via, row.Destination} {
			if stop != "" {
				stops = append(stops, stop)
			}
		}
		for j := 0; j+1 < len(stops); j++ {
			if stops[j] == stops[j+1] {
				continue
			}
			k := key{stops[j], stops[j+1], row.Basis}
			leg := sum[k]
			if leg == nil {
				leg = &Leg{From: k.from, To: k.to, Basis: k.basis}
				sum[k] = leg
			}
			leg.Rows = plus(leg.Rows, row.Rows)
			leg.Seizures = plus(leg.Seizures, row.Seizures)
			leg.Micrograms = plus(leg.Micrograms, row.Micrograms)
			leg.Equivalent = plus(leg.Equivalent, row.Equivalent)
		}
	}
	out := make([]Leg, 0, len(sum))
	for _, leg := range sum {
		out = append(out, *leg)
	}
	slices.SortFunc(out, func(a, b Leg) int {
		return cmp.Or(heavier(a.RouteFigure, b.RouteFigure), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Basis, b.Basis))
	})
	return out
}
