package catalog

import (
	"strconv"

	"paiza"
)

// Unit is a measure in which sources write amounts. An amount in it times
// Num/Den is the amount in the base of its dimension: micrograms, microlitres,
// thousandths of a unit, thousandths of a square metre.
type Unit struct {
	Code   string            // stable, lower case: "kilogram"
	Name   map[string]string // display name by language
	Dim    paiza.Dimension
	Num    int64
	Den    int64
	Source string // of the conversion
}

func (c *Catalog) loadUnits() {
	ix := c.index[KindUnit]
	c.unit = make(map[string]int, 100)
	columns := []string{"code", "dimension", "num", "den", "en", "ru", "zh", "source", "spellings"}
	table("units.tsv", columns, func(r row) {
		f := r.fields
		num, err1 := strconv.ParseInt(f[2], 10, 64)
		den, err2 := strconv.ParseInt(f[3], 10, 64)
		if err1 != nil || err2 != nil || num <= 0 || den <= 0 {
			r.bad("not a fraction")
		}
		u := Unit{Code: f[0], Dim: paiza.Dimension(f[1]), Num: num, Den: den, Name: names(f[4], f[5], f[6]), Source: f[7]}
		c.unit[u.Code] = len(c.units)
		c.units = append(c.units, u)
		for _, name := range f[4:7] {
			ix.add(name, u.Code, rankName)
		}
		ix.codes[u.Code] = u.Code
		each(f[8], func(name string) { ix.add(name, u.Code, rankSynonym) })
	})
	ix.freeze()
}

// Unit gives the unit of a code.
func (c *Catalog) Unit(code string) (Unit, bool) {
	i, ok := c.unit[code]
	if !ok {
		return Unit{}, false
	}
	return c.units[i], true
}

// Units lists every unit by dimension. The caller must not change it.
func (c *Catalog) Units() []Unit { return c.units }

// ResolveUnit finds the unit that a text means. A full stop, a plural in
// brackets and case do not matter.
func (c *Catalog) ResolveUnit(text string) Resolution {
	ix := c.index[KindUnit]
	return c.resolve(KindUnit, ix, text, func(r *Resolution) bool { return r.brackets(ix) })
}
