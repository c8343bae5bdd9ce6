package catalog

import (
	"strconv"

	"paiza"
)

// FactorMeasured is the Factor of a mass that a source measured.
const FactorMeasured = "measured"

// Conversion is an amount in the base of its dimension and, where a factor is
// known, the mass that stands for it in comparisons.
type Conversion struct {
	Amount     paiza.Amount
	Equivalent int64  // micrograms; 0 with an empty Factor when none is known
	Factor     string // FactorMeasured or the ID of a Factor
}

// Factor turns a volume or a count into a mass, under a published assumption.
type Factor struct {
	ID         string
	Substance  string          // catalog code; empty for a whole group or any substance
	Group      paiza.Group     // empty for any
	Dim        paiza.Dimension // volume or count
	Units      []string        // catalog codes of the units it covers; empty for all of Dim
	Region     string          // UNODC region of the seizure ("asia"), empty for anywhere
	FromYear   int             // 0: no bound
	ToYear     int
	Micrograms int64 // for one base of Dim: one microlitre, one thousandth of a unit
	Source     string
}

func (c *Catalog) loadFactors() {
	columns := []string{"id", "substance", "group", "dimension", "units", "region", "from", "to", "micrograms", "source"}
	table("factors.tsv", columns, func(r row) {
		f := r.fields
		factor := Factor{ID: f[0], Substance: f[1], Group: paiza.Group(f[2]), Dim: paiza.Dimension(f[3]), Region: f[5], Source: f[9]}
		each(f[4], func(code string) { factor.Units = append(factor.Units, code) })
		var err error
		whole := func(s string) int64 {
			if s == "" {
				return 0
			}
			n, e := strconv.ParseInt(s, 10, 64)
			if e != nil {
				err = e
			}
			return n
		}
		factor.FromYear, factor.ToYear, factor.Micrograms = int(whole(f[6])), int(whole(f[7])), whole(f[8])
		if err != nil || factor.Micrograms <= 0 {
			r.bad("not a number")
		}
		c.factors = append(c.factors, factor)
	})
}

// Factors lists every conversion factor in the order in which they are tried.
// The caller must not change it.
func (c *Catalog) Factors() []Factor { return c.factors }

// Convert turns a written number in a unit into an exact amount, and into a
// mass where that is measured or a factor is known for the substance, the state
// and the year of the seizure (0: not known). It reports false when the unit is
// not known or the amount is beyond paiza.MaxAmount.
func (c *Catalog) Convert(d paiza.Decimal, unit, substance string, country paiza.Country, year int) (Conversion, bool) {
	i, ok := c.unit[unit]
	if !ok {
		return Conversion{}, false
	}
	u := &c.units[i]
	base, ok := d.Times(u.Num, u.Den)
	if !ok {
		return Conversion{}, false
	}
	out := Conversion{Amount: paiza.Amount{Dim: u.Dim, Base: base}}
	switch u.Dim {
	case paiza.DimMass:
		out.Equivalent, out.Factor = base, FactorMeasured
	case paiza.DimVolume, paiza.DimCount:
		if f := c.factor(u, substance, country, year); f != nil {
			// Not base times micrograms: the base is already rounded.
			if mass, ok := times(d, u.Num, u.Den, f.Micrograms); ok {
				out.Equivalent, out.Factor = mass, f.ID
			}
		}
	}
	return out, true
}

// times is d × num/den × by, or false when it does not fit.
func times(d paiza.Decimal, num, den, by int64) (int64, bool) {
	if num > (1<<62)/by {
		return 0, false
	}
	return d.Times(num*by, den)
}

// factor finds the first factor that fits.
func (c *Catalog) factor(u *Unit, substance string, country paiza.Country, year int) *Factor {
	group, region := c.Group(substance), ""
	if i, ok := c.country[country]; ok {
		region = c.countries[i].Drugs
	}
	for i := range c.factors {
		f := &c.factors[i]
		switch {
		case f.Dim != u.Dim,
			f.Substance != "" && f.Substance != substance,
			f.Group != "" && f.Group != group,
			f.Region != "" && f.Region != region,
			f.FromYear != 0 && year < f.FromYear,
			f.ToYear != 0 && year > f.ToYear,
			len(f.Units) > 0 && !contains(f.Units, u.Code):
			continue
		}
		return f
	}
	return nil
}
