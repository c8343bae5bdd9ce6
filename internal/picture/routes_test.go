package picture

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"paiza"
)

// TestRoutesEqualCells compares routes with a plain loop over cells, each read
// by the rule of RouteRow.
func TestRoutesEqualCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := last(rapid.SliceOfN(rapid.Custom(drawRoute), 0, 50).Draw(t, "cells"), bareRoute)
		s := drawSlice(t)
		type key struct {
			stated                     paiza.Route
			country, origin, via, dest paiza.Country
			basis                      paiza.Basis
		}
		want := map[key]RouteFigure{}
		var total, none RouteFigure
		add := func(f RouteFigure, c paiza.RouteCell) RouteFigure {
			return RouteFigure{f.Rows + c.Rows, f.Seizures + c.Seizures, f.Micrograms + c.Micrograms, f.Equivalent + c.Equivalent, false}
		}
		for _, c := range cells {
			if !matchesRoute(s, c) {
				continue
			}
			total = add(total, c)
			r := c.Route
			if r == (paiza.Route{}) {
				none = add(none, c)
				continue
			}
			k := key{r, c.Country, r.Departure, r.Via, r.Destination, paiza.BasisInferred}
			if r.Departure == "" {
				k.origin = r.Producing
			}
			if r.Destination == "" && c.Routing == paiza.RoutingInbound {
				k.dest = c.Country
			}
			if r.Via == "" && c.Country != k.origin && c.Country != k.dest {
				k.via = c.Country
			}
			if r.Departure != "" && r.Destination != "" {
				k.basis = paiza.BasisStated
			}
			want[k] = add(want[k], c)
		}
		cube := NewCube(testGroups).Apply(nil, cells, nil)
		all := cube.Routes(s, 0)
		got := map[key]RouteFigure{}
		for _, r := range all.Rows {
			// Two routings may tell nothing and so the same: their rows are one.
			k := key{r.Stated, r.Country, r.Origin, r.Via, r.Destination, r.Basis}
			if _, twice := got[k]; twice {
				t.Fatalf("%+v stands twice", k)
			}
			got[k] = r.RouteFigure
		}
		for what, d := range map[string]string{"rows": cmp.Diff(want, got), "total": cmp.Diff(total, all.Total), "not stated": cmp.Diff(none, all.NotStated)} {
			if d != "" {
				t.Fatalf("%s: %s", what, d)
			}
		}
		limit := rapid.IntRange(1, 8).Draw(t, "limit")
		cut := cube.Routes(s, limit)
		n := min(limit, len(all.Rows))
		if d := cmp.Diff(all.Rows[:n], cut.Rows); d != "" || cut.OtherRows != len(all.Rows)-n {
			t.Fatalf("the first %d and %d others: %s", limit, cut.OtherRows, d)
		}
		sum := cut.NotStated
		sum.add(&cut.Others)
		for _, r := range cut.Rows {
			sum.add(&r.RouteFigure)
		}
		if d := cmp.Diff(total, sum); d != "" {
			t.Fatalf("rows, others and not stated are not all: %s", d)
		}
		if d := cmp.Diff(all.Legs, cut.Legs); d != "" {
			t.Fatalf("the limit changed the map: %s", d)
		}
	})
}

func TestRoutes(t *testing.T) {
	route := func(country paiza.Country, r paiza.Route, routing paiza.Routing, ug int64) paiza.RouteCell {
		return paiza.RouteCell{Year: 2014, Substance: "heroin", Country: country, Route: r, Routing: routing, Rows: 1, Seizures: 2, Micrograms: ug}
	}
	c := NewCube(testGroups).Apply(nil, []paiza.RouteCell{
		route("KAZ", paiza.Route{Departure: "AFG", Destination: "RUS"}, paiza.RoutingTransit, 100),
		route("RUS", paiza.Route{Producing: "AFG"}, paiza.RoutingInbound, 50),
		route("RUS", paiza.Route{Producing: "AFG"}, paiza.RoutingInland, 30),
		route("RUS", paiza.Route{}, paiza.RoutingInland, 7),
	}, nil)
	r := c.Routes(paiza.Slice{}, 0)
	type row struct {
		Origin, Via, Destination paiza.Country
		Basis                    paiza.Basis
		Micrograms               int64
	}
	var got []row
	for _, x := range r.Rows {
		got = append(got, row{x.Origin, x.Via, x.Destination, x.Basis, x.Micrograms})
	}
	want := []row{{"AFG", "KAZ", "RUS", paiza.BasisStated, 100}, {"AFG", "", "RUS", paiza.BasisInferred, 50}, {"AFG", "RUS", "", paiza.BasisInferred, 30}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	var legs []row
	for _, x := range r.Legs {
		legs = append(legs, row{x.From, "", x.To, x.Basis, x.Micrograms})
	}
	want = []row{{"AFG", "", "KAZ", paiza.BasisStated, 100}, {"KAZ", "", "RUS", paiza.BasisStated, 100}, {"AFG", "", "RUS", paiza.BasisInferred, 80}}
	if d := cmp.Diff(want, legs); d != "" {
		t.Error(d)
	}
	if r.NotStated.Micrograms != 7 || r.Total.Micrograms != 187 {
		t.Errorf("not stated %d, total %d", r.NotStated.Micrograms, r.Total.Micrograms)
	}
	if cut := c.Routes(paiza.Slice{}, 1); len(cut.Rows) != 1 || cut.OtherRows != 2 || cut.Others.Micrograms != 80 {
		t.Errorf("cut: %+v", cut)
	}
	if touching := c.Routes(paiza.Slice{Via: "KAZ"}, 0); touching.Total.Micrograms != 100 {
		t.Errorf("touching KAZ: %d", touching.Total.Micrograms)
	}
}
