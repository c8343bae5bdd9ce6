package picture

import (
	"slices"

	"paiza"
)

// sieve is a slice with its texts as tables over numbers, so that a cell costs
// a few loads. A nil table lets everything through.
type sieve struct {
	country, division, substance, batch []bool
	open                                []bool // handlings
	month, routing, path                []bool
	first, last                         int32 // years, for what knows no months
	noDoubtful                          bool
}

// sieve prepares a slice for comparing.
func (c *Cube) sieve(s paiza.Slice) *sieve {
	n := &c.names
	v := &sieve{country: pick(n.countries, s.Countries), division: pick(n.divisions, s.Divisions), batch: pick(n.batches, s.Imports),
		open: c.open, first: int32(s.Period.From.Year()), last: 1 << 30, noDoubtful: s.WithoutDoubtful}
	if s.Period.To != 0 {
		v.last = int32(s.Period.To.Year())
	}
	if len(s.Substances) > 0 || len(s.Groups) > 0 {
		v.substance = table(len(n.substances), func(i int) bool {
			return (len(s.Substances) == 0 || slices.Contains(s.Substances, n.substances[i])) &&
				(len(s.Groups) == 0 || slices.Contains(s.Groups, n.groups[n.group[i]]))
		})
	}
	if s.Period != (paiza.Period{}) {
		v.month = table(len(n.months), func(i int) bool { return s.Period.Contains(n.months[i]) })
	}
	if len(s.Routings) > 0 {
		v.routing = table(len(n.routing), func(i int) bool { return slices.Contains(s.Routings, paiza.Routings()[n.routing[i]]) })
	}
	return v
}

// touching keeps the routes that name a state in any part, or whose seizure was
// made there.
func (v *sieve) touching(n *names, state paiza.Country) {
	if state != "" {
		v.path = table(len(n.paths), func(i int) bool { return slices.Contains(n.paths[i].stops[:], string(state)) })
	}
}

func pick[T ~string](texts []string, list []T) []bool {
	if len(list) == 0 {
		return nil
	}
	return table(len(texts), func(i int) bool { return slices.Contains(list, T(texts[i])) })
}

func table(size int, in func(i int) bool) []bool {
	out := make([]bool, size)
	for i := range out {
		out[i] = in(i)
	}
	return out
}

func (v *sieve) cell(k *cellKey) bool {
	return (v.country == nil || v.country[k.country]) && (v.substance == nil || v.substance[k.substance]) &&
		(v.month == nil || v.month[k.month]) && (v.routing == nil || v.routing[k.routing]) &&
		(v.division == nil || v.division[k.division]) && (v.batch == nil || v.batch[k.batch]) &&
		!(v.noDoubtful && k.doubtful) && v.opens(k.handling)
}

func (v *sieve) route(k *routeKey) bool {
	return (v.country == nil || v.country[k.country]) && (v.substance == nil || v.substance[k.substance]) &&
		k.year >= v.first && k.year <= v.last && (v.routing == nil || v.routing[k.routing]) &&
		(v.path == nil || v.path[k.path]) && (v.batch == nil || v.batch[k.batch]) &&
		!(v.noDoubtful && k.doubtful) && v.opens(k.handling)
}

func (v *sieve) total(k *totalKey) bool {
	return (v.country == nil || v.country[k.country]) && (v.substance == nil || v.substance[k.substance]) &&
		k.year >= v.first && k.year <= v.last && (v.batch == nil || v.batch[k.batch])
}

// opens reports whether cells of a handling may be counted.
func (v *sieve) opens(handling int32) bool {
	return v.open == nil || int(handling) < len(v.open) && v.open[handling]
}

// eachCell calls do for the cells of the slice.
func (c *Cube) eachCell(v *sieve, do func(k *cellKey, s *sums)) {
	for _, b := range c.cells.blocks {
		if v.skips(b.low, b.high) {
			continue
		}
		for i := range b.keys {
			if k := &b.keys[i]; v.cell(k) && b.vals[i].rows != 0 {
				do(k, &b.vals[i])
			}
		}
	}
}

// eachRoute calls do for the route cells of the slice.
func (c *Cube) eachRoute(v *sieve, do func(k *routeKey, s *routeSums)) {
	for _, b := range c.routes.blocks {
		if v.skips(b.low, b.high) {
			continue
		}
		for i := range b.keys {
			if k := &b.keys[i]; v.route(k) && b.vals[i].rows != 0 {
				do(k, &b.vals[i])
			}
		}
	}
}

// skips reports whether no state between two numbers is asked for.
func (v *sieve) skips(low, high int32) bool {
	return v.country != nil && !slices.Contains(v.country[low:high+1], true)
}
