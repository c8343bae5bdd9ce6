package chem

import "strings"

// bondExpr reads a bond expression up to the atom, digit or branch after it.
func (r *smartsReader) bondExpr() error {
	if r.prev < 0 {
		return r.fail(r.i, "a bond without an atom before it")
	}
	if r.marked {
		return r.fail(r.i, "a bond leads to a bond")
	}
	r.markAt = r.i
	low := maskAny
	plain := true
	for {
		or, simple, err := r.bondOr()
		if err != nil {
			return err
		}
		low &= or
		plain = plain && simple
		if r.i < len(r.s) && r.s[r.i] == ';' {
			r.i++
			plain = false
			continue
		}
		break
	}
	r.mark.mask, r.marked = low, true
	if !plain {
		r.mark.dir = 0
	}
	return nil
}

func (r *smartsReader) bondOr() (uint16, bool, error) {
	var out uint16
	plain := true
	for {
		and := maskAny
		count := 0
		for r.i < len(r.s) {
			if r.s[r.i] == '&' {
				if count == 0 {
					return 0, false, r.fail(r.i, "'&' joins two bond conditions")
				}
				r.i++
			}
			m, ok, err := r.bondPrim()
			if err != nil {
				return 0, false, err
			}
			if !ok {
				break
			}
			and &= m
			count++
		}
		if count == 0 {
			return 0, false, r.fail(r.i, "a bond condition is missing")
		}
		plain = plain && count == 1
		out |= and
		if r.i < len(r.s) && r.s[r.i] == ',' {
			r.i++
			plain = false
			continue
		}
		return out, plain, nil
	}
}

// bondPrim reads one bond primitive with its negations.
func (r *smartsReader) bondPrim() (uint16, bool, error) {
	not := false
	start := r.i
	for r.i < len(r.s) && r.s[r.i] == '!' {
		not = !not
		r.i++
	}
	if r.i >= len(r.s) {
		if r.i > start {
			return 0, false, r.fail(r.i, "'!' wants a bond after it")
		}
		return 0, false, nil
	}
	var m uint16
	switch r.s[r.i] {
	case '-':
		m = maskSingle
	case '=':
		m = maskDouble
	case '#':
		m = maskTriple
	case '$':
		m = maskQuad
	case ':':
		m = maskAromatic
	case '~':
		m = maskAny
	case '@':
		m = maskRing
	case '/', '\\':
		m = maskDefault
		r.mark.dir = 1
		if r.s[r.i] == '\\' {
			r.mark.dir = -1
		}
		if r.i+1 < len(r.s) && r.s[r.i+1] == '?' {
			r.mark.maybe = true
			r.i++
		}
	default:
		if not {
			return 0, false, r.fail(r.i, "'!' wants a bond after it")
		}
		return 0, false, nil
	}
	r.i++
	if not {
		m = maskAny &^ m
		r.mark.dir = 0
	}
	return m, true, nil
}

// queryDouble is a double bond of a pattern whose geometry the pattern states:
// x and y are neighbours of its ends.
type queryDouble struct {
	a, b, x, y int32
	cis, maybe bool
}

// geometries finds the double bonds between direction marks.
func (p *Pattern) geometries() {
	for _, b := range p.bonds {
		if b.mask&maskDouble == 0 || b.mask&maskSingle != 0 {
			continue
		}
		x, upX, maybeX, okX := p.side(b.a, b.b)
		y, upY, maybeY, okY := p.side(b.b, b.a)
		if okX && okY {
			p.doubl = append(p.doubl, queryDouble{b.a, b.b, x, y, upX == upY, maybeX || maybeY})
		}
	}
}

func (p *Pattern) side(v, u int32) (x int32, up, maybe, ok bool) {
	for _, b := range p.bonds {
		if b.dir == 0 || b.a != v && b.b != v || b.a == u || b.b == u {
			continue
		}
		if b.a == v {
			return b.b, b.dir > 0, b.maybe, true
		}
		return b.a, b.dir < 0, b.maybe, true
	}
	return 0, false, false, false
}

// mend names what is likely meant by an unreadable primitive.
func mend(c byte) string {
	switch {
	case strings.IndexByte("QWJ", c) >= 0:
		return "; any atom is *, any but carbon and hydrogen is [!#6;!#1]"
	case c == '^':
		return "; hybridisation is not part of SMARTS, use X<n>"
	case c == '{':
		return "; write a range out: [D2,D3]"
	}
	return ""
}
