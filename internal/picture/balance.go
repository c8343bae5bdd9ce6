package picture

import (
	"cmp"

	"paiza"
)

// Zone is a reading of the routings in few words.
type Zone string

// The zones.
const (
	ZoneInland  Zone = "inland"
	ZoneBorder  Zone = "border" // entering, leaving, or direction not stated
	ZoneTransit Zone = "transit"
	ZoneWaters  Zone = "waters"
	ZoneOther   Zone = "other"
	ZoneUnknown Zone = "unknown"
)

// Zones lists every zone in the order in which pages show them.
func Zones() []Zone {
	return []Zone{ZoneInland, ZoneBorder, ZoneTransit, ZoneWaters, ZoneOther, ZoneUnknown}
}

// ZoneOf is the zone of a routing.
func ZoneOf(r paiza.Routing) Zone {
	switch r {
	case paiza.RoutingInland:
		return ZoneInland
	case paiza.RoutingInbound, paiza.RoutingOutbound, paiza.RoutingBorder:
		return ZoneBorder
	case paiza.RoutingTransit:
		return ZoneTransit
	case paiza.RoutingWaters:
		return ZoneWaters
	case paiza.RoutingOther:
		return ZoneOther
	}
	return ZoneUnknown
}

// BalanceRow is one routing in one period, of one substance or group. Its
// shares are of the whole period.
type BalanceRow struct {
	Period    paiza.Date // as in MarketRow
	Routing   paiza.Routing
	Substance string // empty at the level of groups
	Group     paiza.Group
	Figure
}

// BalancePeriod is the balance of one period over all substances: every routing
// in the order of paiza.Routings and every zone in the order of Zones, also
// those without a seizure, so that unknown is always there.
type BalancePeriod struct {
	Period   paiza.Date
	Routings []RoutingFigure
	Zones    []ZoneFigure
	Total    Figure
}

// RoutingFigure is what is known of one routing.
type RoutingFigure struct {
	Routing paiza.Routing
	Figure
}

// ZoneFigure is what is known of one zone.
type ZoneFigure struct {
	Zone Zone
	Figure
}

// Balance is how much was seized inland, at the border and in transit.
type Balance struct {
	Grain   paiza.Grain
	Level   Level
	Rows    []BalanceRow // by period, routing, then by weight
	Periods []BalancePeriod
	Overall BalancePeriod // of the whole slice; its Period is zero
}

// Balance adds the slice up by period and routing. Routes are not asked: Via of
// the slice has no effect.
func (c *Cube) Balance(s paiza.Slice, grain paiza.Grain, by Level) Balance {
	routings := paiza.Routings()
	l, shown := c.names.level(by), c.names.routing
	size := int32(l.size)
	g := c.grid(grain, l.size*len(routings))
	c.eachCell(c.sieve(s), func(k *cellKey, s *sums) {
		g.figure(k.month, int32(shown[k.routing])*size+l.at[k.substance]).cell(s, k.doubtful)
	})
	rows := g.rows(func(a, b row) int {
		if d := cmp.Compare(a.number/size, b.number/size); d != 0 {
			return d
		}
		if d := heaviest(a, b); d != 0 {
			return d
		}
		return l.compare(a.number%size, b.number%size)
	})
	b := Balance{Grain: grain, Level: by, Rows: make([]BalanceRow, len(rows)), Overall: newBalance(0)}
	for i, x := range rows {
		r := &b.Rows[i]
		routing := x.number / size
		r.Period, r.Routing, r.Figure = g.periods[x.period], routings[routing], *x.Figure
		r.Substance, r.Group = l.of(x.number % size)
		if i == 0 || rows[i-1].period != x.period {
			b.Periods = append(b.Periods, newBalance(r.Period))
		}
		b.Periods[len(b.Periods)-1].Routings[routing].add(&r.Figure)
	}
	at := 0
	for i := range b.Periods {
		p := &b.Periods[i]
		for j := range p.Routings {
			b.Overall.Routings[j].add(&p.Routings[j].Figure)
		}
		p.sum()
		for ; at < len(b.Rows) && b.Rows[at].Period == p.Period; at++ {
			b.Rows[at].of(&p.Total)
		}
	}
	b.Overall.sum()
	return b
}

func newBalance(p paiza.Date) BalancePeriod {
	b := BalancePeriod{Period: p}
	for _, r := range paiza.Routings() {
		b.Routings = append(b.Routings, RoutingFigure{Routing: r})
	}
	for _, z := range Zones() {
		b.Zones = append(b.Zones, ZoneFigure{Zone: z})
	}
	return b
}

// sum adds the routings up by zone and in all, and sets the shares.
func (b *BalancePeriod) sum() {
	for i := range b.Routings {
		r := &b.Routings[i]
		for j := range b.Zones {
			if b.Zones[j].Zone == ZoneOf(r.Routing) {
				b.Zones[j].add(&r.Figure)
			}
		}
		b.Total.add(&r.Figure)
	}
	for i := range b.Routings {
		b.Routings[i].of(&b.Total)
	}
	for i := range b.Zones {
		b.Zones[i].of(&b.Total)
	}
	b.Total.of(&b.Total)
}
