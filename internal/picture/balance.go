package picture

import (
	"cmp"
	"slices"

	"paiza"
)

// BalanceRow is one routing in one period, of one substance or group.
type BalanceRow struct {
	Period    paiza.Date
	Routing   paiza.Routing
	Substance string // empty at the level of groups
	Group     paiza.Group
	Figure
}

// BalancePeriod is the balance of one period over all substances: every routing
// in the order of paiza.Routings, also those without a seizure, so that unknown
// is always there.
type BalancePeriod struct {
	Period   paiza.Date
	Routings []RoutingFigure
	Total    Figure
}

// RoutingFigure is what is known of one routing.
type RoutingFigure struct {
	Routing paiza.Routing
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

// Balance adds the slice up by period and routing.
func (c *Cube) Balance(s paiza.Slice, grain paiza.Grain, by Level) Balance {
	r := c.reader()
	v := c.sieve(r, s)
	type key struct {
		period  paiza.Date
		routing int16
		name    string
	}
	rows := map[key]*BalanceRow{}
	periods := map[paiza.Date]*BalancePeriod{}
	b := Balance{Grain: grain, Level: by, Overall: newBalance(0)}
	for i := range c.cells {
		x := &c.cells[i]
		if !v.cell(x) {
			continue
		}
		k := key{period(x.month, grain), x.routing, nameOf(r, x.substance, by)}
		row := rows[k]
		if row == nil {
			row = &BalanceRow{Period: k.period, Routing: paiza.Routings()[x.routing], Group: r.group[x.substance]}
			if by == BySubstance {
				row.Substance = k.name
			}
			rows[k] = row
		}
		row.add(x)
		p := periods[k.period]
		if p == nil {
			made := newBalance(k.period)
			p = &made
			periods[k.period] = p
		}
		for _, t := range []*BalancePeriod{p, &b.Overall} {
			t.Routings[x.routing].add(x)
			t.Total.add(x)
		}
	}
	for _, row := range rows {
		row.of(&periods[row.Period].Total)
		b.Rows = append(b.Rows, *row)
	}
	slices.SortFunc(b.Rows, func(x, y BalanceRow) int {
		return cmp.Or(cmp.Compare(x.Period, y.Period), cmp.Compare(routingOf(x.Routing), routingOf(y.Routing)),
			cmp.Compare(y.Micrograms, x.Micrograms), cmp.Compare(y.Seizures, x.Seizures), cmp.Compare(x.Substance, y.Substance), cmp.Compare(x.Group, y.Group))
	})
	for _, p := range periods {
		p.shares()
		b.Periods = append(b.Periods, *p)
	}
	slices.SortFunc(b.Periods, func(x, y BalancePeriod) int { return cmp.Compare(x.Period, y.Period) })
	b.Overall.shares()
	return b
}

func newBalance(p paiza.Date) BalancePeriod {
	b := BalancePeriod{Period: p}
	for _, r := range paiza.Routings() {
		b.Routings = append(b.Routings, RoutingFigure{Routing: r})
	}
	return b
}

func (b *BalancePeriod) shares() {
	for i := range b.Routings {
		b.Routings[i].of(&b.Total)
	}
	b.Total.of(&b.Total)
}
