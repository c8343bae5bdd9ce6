package chem

import "strings"

// bracket reads an atom expression in brackets.
func (r *smartsReader) bracket() error {
	start := r.i
	r.i++
	q := queryAtom{pos: start}
	for {
		or, err := r.atomOr(&q, start)
		if err != nil {
			return err
		}
		q.expr = append(q.expr, or)
		if r.i < len(r.s) && r.s[r.i] == ';' {
			r.i++
			continue
		}
		break
	}
	if r.i < len(r.s) && r.s[r.i] == ':' {
		n, v := number(r.s[r.i+1:], 6)
		if n == 0 {
			return r.fail(r.i, "an atom map is a number: [C:1]")
		}
		q.number = v
		r.i += n + 1
	}
	if r.i >= len(r.s) {
		return r.fail(start, "the bracket is not closed")
	}
	if r.s[r.i] != ']' {
		return r.fail(r.i, "%q is no atom condition%s", r.s[r.i], mend(r.s[r.i]))
	}
	r.i++
	if q.namesHydrogen() {
		q.order = append(q.order, -1)
	}
	return r.add(q)
}

// namesHydrogen reports whether the expression asks for exactly one hydrogen,
// which then is a neighbour in the sense of chirality.
func (q *queryAtom) namesHydrogen() bool {
	for _, or := range q.expr {
		if len(or) != 1 {
			continue
		}
		for _, p := range or[0] {
			if p.kind == primTotalH && p.val == 1 && !p.not {
				return true
			}
		}
	}
	return false
}

func (r *smartsReader) atomOr(q *queryAtom, start int) ([][]prim, error) {
	var or [][]prim
	for {
		var and []prim
		for r.i < len(r.s) {
			c := r.s[r.i]
			if c == ']' || c == ',' || c == ';' || c == ':' {
				break
			}
			if c == '&' {
				if len(and) == 0 {
					return nil, r.fail(r.i, "'&' joins two atom conditions")
				}
				r.i++
			}
			first := len(and) == 0 && len(or) == 0 && len(q.expr) == 0
			p, err := r.atomPrim(first, start)
			if err != nil {
				return nil, err
			}
			and = append(and, p)
		}
		if len(and) == 0 {
			return nil, r.fail(min(r.i, len(r.s)), "an atom condition is missing")
		}
		or = append(or, and)
		if r.i < len(r.s) && r.s[r.i] == ',' {
			r.i++
			continue
		}
		return or, nil
	}
}

// atomPrim reads one atom primitive with its negations.
func (r *smartsReader) atomPrim(first bool, start int) (prim, error) {
	not := false
	for r.i < len(r.s) && r.s[r.i] == '!' {
		not = !not
		r.i++
		first = false
	}
	if r.i >= len(r.s) {
		return prim{}, r.fail(start, "the bracket is not closed")
	}
	p, err := r.bare(first)
	p.not = not
	return p, err
}

// count reads an optional number, or without one returns otherwise.
func (r *smartsReader) count(otherwise int16) (int16, bool, error) {
	n, v := number(r.s[r.i:], 5)
	if n == 0 {
		return otherwise, false, nil
	}
	if v > 9999 {
		return 0, true, r.fail(r.i, "the number %d is out of range", v)
	}
	r.i += n
	return int16(v), true, nil
}

func (r *smartsReader) bare(first bool) (prim, error) {
	s, i := r.s, r.i
	c := s[i]
	switch {
	case c == '$':
		return r.recursion()
	case c >= '0' && c <= '9':
		v, _, err := r.count(0)
		return prim{kind: primIsotope, val: v}, err
	case c == '#':
		r.i++
		v, ok, err := r.count(0)
		if err == nil && (!ok || int(v) > maxElement) {
			err = r.fail(i, "'#' wants an atomic number up to %d", maxElement)
		}
		return prim{kind: primNumber, val: v}, err
	case c == '*':
		r.i++
		return prim{kind: primTrue}, nil
	case c == '+' || c == '-':
		return r.charge(c)
	case c == '@':
		return r.chirality()
	case c == 'H' && r.hydrogenAtom(first):
		r.i++
		return prim{kind: primNumber, val: 1}, nil
	}
	if z, n := elementAt(s, i); n == 2 && !conditionFirst(s[i:i+2]) {
		r.i += 2
		return prim{kind: primElement, val: int16(z)}, nil
	}
	if z, n := aromaticAt(s, i); n == 2 {
		r.i += 2
		return prim{kind: primAromEl, val: int16(z)}, nil
	}
	if k, otherwise, ok := letterPrim(c); ok {
		return r.letter(k, otherwise)
	}
	if z, n := elementAt(s[i:i+1], 0); n == 1 {
		r.i++
		return prim{kind: primElement, val: int16(z)}, nil
	}
	if z, n := aromaticAt(s, i); n > 0 {
		r.i += n
		return prim{kind: primAromEl, val: int16(z)}, nil
	}
	return prim{}, r.fail(i, "%q is no atom condition%s", c, mend(c))
}

// conditionFirst tells symbols of superheavy elements that read better as an
// element and a condition: [Nh1] is nitrogen with one hydrogen.
func conditionFirst(two string) bool { return two == "Nh" }

// letterPrim returns the primitive of a letter and its value without a number;
// -1 stands for "in a ring" and -2 for "some".
func letterPrim(c byte) (kind uint8, otherwise int16, ok bool) {
	switch c {
	case 'a':
		return primArom, 0, true
	case 'A':
		return primAliph, 0, true
	case 'D':
		return primDegree, 1, true
	case 'H':
		return primTotalH, 1, true
	case 'h':
		return primImplH, -2, true
	case 'R':
		return primRings, -1, true
	case 'r':
		return primRingSize, -1, true
	case 'v':
		return primValence, 1, true
	case 'X':
		return primConnect, 1, true
	case 'x':
		return primRingBonds, -1, true
	}
	return 0, 0, false
}

func (r *smartsReader) letter(kind uint8, otherwise int16) (prim, error) {
	r.i++
	if kind == primArom || kind == primAliph {
		return prim{kind: kind}, nil
	}
	v, ok, err := r.count(otherwise)
	p := prim{kind: kind, val: v}
	switch {
	case !ok && otherwise == -1:
		p = prim{kind: primInRing}
	case !ok && otherwise == -2:
		p = prim{kind: primSomeH}
	case ok && v == 0 && (kind == primRings || kind == primRingSize):
		// R0 and r0 mean outside rings.
		p = prim{kind: primRingBonds, val: 0}
	}
	return p, err
}

// hydrogenAtom tells the element H from the count H: it stands first in the
// bracket, after an isotope at most, and only a charge or map follows.
func (r *smartsReader) hydrogenAtom(first bool) bool {
	i := r.i
	if !first {
		k := i
		for k > 0 && r.s[k-1] >= '0' && r.s[k-1] <= '9' {
			k--
		}
		if k == i || k == 0 || r.s[k-1] != '[' {
			return false
		}
	}
	j := i + 1
	for j < len(r.s) && strings.IndexByte("+-0123456789", r.s[j]) >= 0 {
		if j == i+1 && r.s[j] >= '0' && r.s[j] <= '9' {
			return false
		}
		j++
	}
	return j < len(r.s) && (r.s[j] == ']' || r.s[j] == ':')
}

func (r *smartsReader) charge(c byte) (prim, error) {
	start := r.i
	v := int16(0)
	for r.i < len(r.s) && r.s[r.i] == c && v < 20 {
		v++
		r.i++
	}
	if v == 1 {
		w, _, err := r.count(1)
		if err != nil {
			return prim{}, err
		}
		v = w
	}
	if v > 15 {
		return prim{}, r.fail(start, "a charge of %d is out of range (-15 to +15)", v)
	}
	if c == '-' {
		v = -v
	}
	return prim{kind: primCharge, val: v}, nil
}

func (r *smartsReader) chirality() (prim, error) {
	class, perm, n := chiralityAt(r.s, r.i)
	if n < 0 {
		return prim{}, r.fail(r.i, "unknown chirality; @, @@, @TH1-2, @AL1-2, @SP1-3, @TB1-20 and @OH1-30 are known")
	}
	r.i += n
	p := prim{kind: primChiral, class: class, val: int16(perm)}
	if r.i < len(r.s) && r.s[r.i] == '?' {
		p.maybe = true
		r.i++
	}
	return p, nil
}

// recursion reads $( ... ).
func (r *smartsReader) recursion() (prim, error) {
	start := r.i
	if !strings.HasPrefix(r.s[r.i:], "$(") {
		return prim{}, r.fail(r.i, "'$' begins a recursive pattern: $(...)")
	}
	depth, j := 0, r.i+1
	for ; j < len(r.s); j++ {
		if r.s[j] == '(' {
			depth++
		} else if r.s[j] == ')' {
			if depth--; depth == 0 {
				break
			}
		}
	}
	if j >= len(r.s) {
		return prim{}, r.fail(start, "the recursive pattern is not closed; ')' missing")
	}
	text := r.s[r.i+2 : j]
	k, known := r.root.byText[text]
	if !known {
		sub, err := r.root.pattern(r.i+2, j, r.depth+1)
		if err != nil {
			return prim{}, err
		}
		if len(r.root.subs) >= 1<<15-1 {
			return prim{}, limitf("the SMARTS has too many recursive parts")
		}
		k = len(r.root.subs)
		r.root.subs = append(r.root.subs, sub)
		r.root.byText[text] = k
	}
	r.i = j + 1
	return prim{kind: primRecursive, val: int16(k)}, nil
}
