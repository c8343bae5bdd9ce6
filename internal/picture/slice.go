package picture

import (
	"slices"

	"paiza"
)

// sieve is a slice with its texts as numbers. A nil list lets everything
// through.
type sieve struct {
	period     paiza.Period
	country    []bool
	division   []bool
	substance  []bool
	batch      []bool
	routing    []bool
	touching   int32 // a state that a route must name; -1 for any
	noDoubtful bool
}

// sieve prepares a slice for comparing. Lists become tables indexed by number,
// so that a cell costs a few loads.
func (c *Cube) sieve(r reader, s paiza.Slice) sieve {
	v := sieve{period: s.Period, touching: -1, noDoubtful: s.WithoutDoubtful}
	v.country = pick(r, s.Countries)
	v.division = pick(r, s.Divisions)
	v.batch = pick(r, s.Imports)
	if len(s.Substances) > 0 || len(s.Groups) > 0 {
		v.substance = make([]bool, len(r.texts))
		for i, text := range r.texts {
			v.substance[i] = (len(s.Substances) == 0 || slices.Contains(s.Substances, text)) &&
				(len(s.Groups) == 0 || slices.Contains(s.Groups, r.group[i]))
		}
	}
	if len(s.Routings) > 0 {
		v.routing = make([]bool, len(paiza.Routings()))
		for _, x := range s.Routings {
			v.routing[routingOf(x)] = true
		}
	}
	if s.Via != "" {
		v.touching = int32(slices.Index(r.texts, string(s.Via)))
		if v.touching < 0 {
			v.touching = int32(len(r.texts)) // a state that no cell names
		}
	}
	return v
}

func pick[T ~string](r reader, list []T) []bool {
	if len(list) == 0 {
		return nil
	}
	out := make([]bool, len(r.texts))
	for i, text := range r.texts {
		out[i] = slices.Contains(list, T(text))
	}
	return out
}

// in reports whether a number passes a list. A number made after the reader was
// taken belongs to a later state and cannot occur.
func in(list []bool, n int32) bool { return list == nil || int(n) < len(list) && list[n] }

func (v *sieve) cell(c *cell) bool {
	return c.rows != 0 &&
		in(v.country, c.country) && in(v.substance, c.substance) && in(v.division, c.division) && in(v.batch, c.batch) &&
		(v.routing == nil || v.routing[c.routing]) && !(v.noDoubtful && c.doubtful) && v.period.Contains(c.month)
}

func (v *sieve) route(c *routeCell) bool {
	return c.rows != 0 &&
		in(v.country, c.country) && in(v.substance, c.substance) && in(v.batch, c.batch) &&
		(v.routing == nil || v.routing[c.routing]) && !(v.noDoubtful && c.doubtful) && v.years(c.year) &&
		(v.touching < 0 || c.country == v.touching || c.producing == v.touching || c.departure == v.touching ||
			c.via == v.touching || c.destined == v.touching)
}

func (v *sieve) total(c *totalCell) bool {
	return c.rows != 0 && in(v.country, c.country) && in(v.substance, c.substance) && in(v.batch, c.batch) && v.years(c.year)
}

// years compares by whole years: routes and official totals know no months.
func (v *sieve) years(year int32) bool {
	y := int(year)
	return (v.period.From == 0 || y >= v.period.From.Year()) && (v.period.To == 0 || y <= v.period.To.Year())
}
