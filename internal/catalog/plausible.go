package catalog

import (
	"strconv"

	"paiza"
)

// Limit is the largest amount that one seizure of a substance or a group can
// plausibly be, with its reason. It stands far above the largest seizures on
// record, so that a true record is never doubted: its business is a figure in
// the wrong unit.
type Limit struct {
	Substance string          // catalog code; empty for a group
	Group     paiza.Group     // empty for every group
	Dim       paiza.Dimension // what is bounded
	Base      int64           // the largest plausible amount, in the base of Dim
	Reason    string          // English: what the bound rests on
}

func (c *Catalog) loadLimits() {
	columns := []string{"substance", "group", "dimension", "most", "unit", "reason"}
	table("limits.tsv", columns, func(r row) {
		f := r.fields
		most, err := strconv.ParseInt(f[3], 10, 64)
		u, ok := c.Unit(f[4])
		if err != nil || !ok || u.Dim != paiza.Dimension(f[2]) {
			r.bad("not an amount")
		}
		base, ok := (paiza.Decimal{Coef: most}).Times(u.Num, u.Den)
		if !ok {
			r.bad("too large")
		}
		c.limits = append(c.limits, Limit{f[0], paiza.Group(f[1]), u.Dim, base, f[5]})
	})
}

// Limits lists the bounds, the narrowest first. The caller must not change it.
func (c *Catalog) Limits() []Limit { return c.limits }

// Plausible reports whether an amount can be one seizure of the substance. It
// is for single events: a yearly total or a row that adds many events up is not
// to be held to it. A negative amount is not plausible, an amount without a
// dimension is.
func (c *Catalog) Plausible(a paiza.Amount, substance string) bool {
	if a.Base < 0 {
		return false
	}
	l, ok := c.Limit(a.Dim, substance)
	return !ok || a.Base <= l.Base
}

// Limit gives the bound that Plausible holds an amount to: that of the
// substance, else of its group, else of every substance.
func (c *Catalog) Limit(dim paiza.Dimension, substance string) (Limit, bool) {
	group := c.Group(substance)
	for _, l := range c.limits {
		if l.Dim == dim && (l.Substance == substance || l.Substance == "" && (l.Group == group || l.Group == "")) {
			return l, true
		}
	}
	return Limit{}, false
}
