package picture

import (
	"cmp"
	"slices"

	"paiza"
)

// Seen is what occurs in a cube, for the choices of filters and for the first
// page.
type Seen struct {
	Years      []int // newest first
	Countries  []paiza.Country
	Substances []string
	Rows       int64
	Seizures   int64
	Doubtful   int64      // rows whose amount is implausible
	From, To   paiza.Date // months; zero when there are no rows
}

// Seen reads which values occur in the cells that are open.
func (c *Cube) Seen() Seen {
	n := &c.names
	var out Seen
	countries, substances, months := make([]bool, len(n.countries)), make([]bool, len(n.substances)), make([]bool, len(n.months))
	c.eachCell(c.sieve(paiza.Slice{}), func(k *cellKey, s *sums) {
		countries[k.country], substances[k.substance], months[k.month] = true, true, true
		out.Rows += s.rows
		out.Seizures += s.seizures
		if k.doubtful {
			out.Doubtful += s.rows
		}
	})
	for i, there := range countries {
		if there {
			out.Countries = append(out.Countries, paiza.Country(n.countries[i]))
		}
	}
	for i, there := range substances {
		if there {
			out.Substances = append(out.Substances, n.substances[i])
		}
	}
	slices.Sort(out.Countries)
	slices.Sort(out.Substances)
	for i, there := range months {
		if !there {
			continue
		}
		m := n.months[i]
		if out.Years = append(out.Years, m.Year()); len(out.Years) == 1 || m < out.From {
			out.From = m
		}
		out.To = max(out.To, m)
	}
	slices.SortFunc(out.Years, func(a, b int) int { return cmp.Compare(b, a) })
	out.Years = slices.Compact(out.Years)
	return out
}

// Rows counts the rows of a slice. It knows months and no days, and no route: a
// slice that names them is not for it.
func (c *Cube) Rows(s paiza.Slice) int64 {
	var n int64
	c.eachCell(c.sieve(s), func(_ *cellKey, v *sums) { n += v.rows })
	return n
}
