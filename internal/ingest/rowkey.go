package ingest

import (
	"strconv"
)

// keys hashes the row: all of it, and without what later vintages revise.
func (r *reader) keys(v *values, pivot int) (sum [32]byte, identity [16]byte) {
	build := func(revised bool) [32]byte {
		k := &r.key
		k.reset(r.plan.series)
		for s := range slots {
			if r.plan.hasConst[s] && s != slotCountry && s != slotUnit && s != slotDivision {
				k.pair("="+string(Fields()[s]), r.plan.constant[s])
			}
		}
		for _, i := range r.plan.keyOrder {
			c := &r.plan.columns[i]
			if revised && c.filled && r.plan.revised[c.slot] {
				continue
			}
			if v.cell[i] != "" {
				k.pair(c.tag, r.canonical(c, v.cell[i]))
			}
		}
		if pivot >= 0 {
			k.pair(string(Fields()[r.plan.label]), r.plan.columns[pivot].heading)
			if !revised || !r.plan.revised[r.plan.value] {
				k.pair(string(Fields()[r.plan.value]), r.canonicalNumber(v.text[r.plan.value]))
			}
		}
		return k.sum()
	}
	sum = build(false)
	if r.plan.identify {
		whole := build(true)
		copy(identity[:], whole[:16])
	}
	return sum, identity
}

// canonical is what a cell says, however it is written.
func (r *reader) canonical(c *column, text string) string {
	if !c.filled {
		return text
	}
	switch c.slot {
	case slotAmount, slotCount, slotPersons:
		return r.canonicalNumber(text)
	case slotDate, slotUntil:
		if d := r.date(text); d.ok {
			return d.canon
		}
	case slotMonth:
		if m := monthOf(text); m > 0 {
			return strconv.Itoa(m)
		}
	}
	return text
}

func (r *reader) canonicalNumber(text string) string {
	if d, ok := parseNumber(text, r.comma); ok {
		return keyNumber(d)
	}
	return text
}
