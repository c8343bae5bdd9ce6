package picture

import (
	"slices"

	"paiza"
)

// names are the texts behind the numbers of a state. A later state only adds
// to them, so each state keeps its own view and needs no lock.
type names struct {
	substances []string
	group      []int32 // of a substance, into groups
	groups     []paiza.Group
	countries  []string
	divisions  []string
	batches    []string
	months     []paiza.Date
	routing    []uint8 // of a routing's number, into paiza.Routings
	paths      []path
	legs       []leg
}

// path is a route as the sources state it together with the state of seizure
// and what follows from both.
type path struct {
	RouteRow           // without sums
	legs     [2]int32  // into legs; -1 for none
	stops    [5]string // every state it names
}

// leg is an arrow between two states.
type leg struct {
	from, to paiza.Country
	basis    paiza.Basis
}

// dictionary gives numbers to what cells name. Only Apply touches it.
type dictionary struct {
	of        Groups
	substance texts
	group     []int32
	groups    []paiza.Group
	country   texts
	division  texts
	batch     texts
	month     map[paiza.Date]uint16
	months    []paiza.Date
	routing   map[paiza.Routing]uint8
	routings  []uint8
	path      map[pathKey]int32
	paths     []path
	leg       map[leg]int32
	legs      []leg
}

type pathKey struct {
	country paiza.Country
	stated  paiza.Route
	inbound bool
}

// texts numbers texts in the order in which they come.
type texts struct {
	at   map[string]int32
	list []string
	last int32 // cells come in runs of one import, state or substance
}

func (t *texts) number(s string) int32 {
	if len(t.list) > 0 && t.list[t.last] == s {
		return t.last
	}
	n, ok := t.at[s]
	if !ok {
		if t.at == nil {
			t.at = map[string]int32{}
		}
		n = int32(len(t.list))
		t.at[s] = n
		t.list = append(t.list, s)
	}
	t.last = n
	return n
}

func newDictionary(g Groups) dictionary {
	d := dictionary{of: g, groups: paiza.Groups(), month: map[paiza.Date]uint16{}, routing: map[paiza.Routing]uint8{},
		path: map[pathKey]int32{}, leg: map[leg]int32{}}
	for _, r := range paiza.Routings() {
		d.routingOf(r)
	}
	return d
}

// names is the dictionary as it is now.
func (d *dictionary) names() names {
	return names{d.substance.list, d.group, d.groups, d.country.list, d.division.list, d.batch.list, d.months, d.routings, d.paths, d.legs}
}

func (d *dictionary) substanceOf(code string) int32 {
	n := d.substance.number(code)
	if int(n) == len(d.group) {
		g := d.of.Group(code)
		at := slices.Index(d.groups, g)
		if at < 0 {
			at = len(d.groups)
			d.groups = append(d.groups, g)
		}
		d.group = append(d.group, int32(at))
	}
	return n
}

func (d *dictionary) monthOf(m paiza.Date) uint16 {
	n, ok := d.month[m]
	if !ok {
		n = uint16(len(d.months))
		d.month[m] = n
		d.months = append(d.months, m)
	}
	return n
}

// routingOf numbers a routing. One that the list does not know keeps a number
// of its own, so that its cells do not overwrite those of unknown, and is shown
// as unknown.
func (d *dictionary) routingOf(r paiza.Routing) uint8 {
	n, ok := d.routing[r]
	if !ok {
		shown := slices.Index(paiza.Routings(), r)
		if shown < 0 {
			shown = slices.Index(paiza.Routings(), paiza.RoutingUnknown)
		}
		n = uint8(len(d.routings))
		d.routing[r] = n
		d.routings = append(d.routings, uint8(shown))
	}
	return n
}

// pathOf numbers a route, once for all cells that have it.
func (d *dictionary) pathOf(country paiza.Country, stated paiza.Route, routing paiza.Routing) int32 {
	// Only where the destination is open does the routing say something.
	k := pathKey{country, stated, stated.Stated() && stated.Destination == "" && routing == paiza.RoutingInbound}
	n, ok := d.path[k]
	if !ok {
		p := path{RouteRow: infer(stated, country, k.inbound), legs: [2]int32{-1, -1},
			stops: [5]string{string(country), string(stated.Producing), string(stated.Departure), string(stated.Via), string(stated.Destination)}}
		if stated.Stated() {
			for i, l := range p.arrows() {
				p.legs[i] = d.legOf(l)
			}
		}
		n = int32(len(d.paths))
		d.path[k] = n
		d.paths = append(d.paths, p)
	}
	return n
}

func (d *dictionary) legOf(l leg) int32 {
	n, ok := d.leg[l]
	if !ok {
		n = int32(len(d.legs))
		d.leg[l] = n
		d.legs = append(d.legs, l)
	}
	return n
}
