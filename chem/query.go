package chem

// Kinds of atom primitives in SMARTS.
const (
	primTrue      uint8 = iota // *
	primArom                   // a
	primAliph                  // A
	primNumber                 // #n
	primElement                // C, N: number and not aromatic
	primAromEl                 // c, n: number and aromatic
	primDegree                 // D
	primTotalH                 // H
	primImplH                  // h: hydrogens that are not atoms
	primRings                  // R<n>
	primInRing                 // R, r, x without a number
	primRingSize               // r<n>
	primValence                // v
	primConnect                // X
	primRingBonds              // x<n>
	primCharge                 // + -
	primIsotope                // <n>
	primChiral                 // @ @@ @TH1 ...
	primRecursive              // $()
	primSomeH                  // h without a number
)

// prim is one atom primitive.
type prim struct {
	kind uint8
	not  bool
	// maybe is the ? of a chirality that may also be unspecified.
	maybe bool
	class uint8 // stereo class of primChiral
	val   int16 // number, or index of the recursive pattern
}

// expr is an atom expression in the nesting that SMARTS precedence gives: all of
// (;) any of (,) all of (&).
type expr [][][]prim

// queryAtom is an atom of a pattern.
type queryAtom struct {
	expr   expr
	number int   // atom map, 0 for none
	pos    int   // place in the text
	group  int16 // component group, 0 for none
	merged bool  // a plain hydrogen that became a count on its neighbour
	minH   uint8 // hydrogens at least, from merged neighbours
	chiral bool  // expr has a chirality primitive
	exact  bool  // allow decides; expr need not be looked at
	deg    uint8 // bonds in the pattern
	// allow tells which atomic numbers pass, aliphatic and aromatic, as far as
	// the expression says: bit n of the four words.
	allow [2][2]uint64
	// order lists the neighbours in the order of writing, -1 for a hydrogen
	// that the expression names.
	order []int32
}

// queryBond is a bond of a pattern.
type queryBond struct {
	a, b int32
	// mask tells which bonds pass: bit 2*class+ring, see bondState.
	mask  uint16
	dir   int8 // 1 for /, -1 for \, from a to b
	maybe bool // the ? of a direction
}

// bondState numbers what a bond can be: twice its order (5 for aromatic), plus
// one in a ring.
func bondState(b *bond) uint {
	s := uint(b.order)
	if b.flags&flagAromatic != 0 {
		s = 5
	}
	return s<<1 | uint(b.flags&flagRing)>>1
}

// Masks over bond states.
const (
	maskAny      uint16 = 1<<12 - 1
	maskSingle   uint16 = 3 << 2
	maskDouble   uint16 = 3 << 4
	maskTriple   uint16 = 3 << 6
	maskQuad     uint16 = 3 << 8
	maskAromatic uint16 = 3 << 10
	maskRing     uint16 = 0b101010101010
	maskDefault         = maskSingle | maskAromatic
)

// Truth values of an expression of which only some primitives are known.
const (
	no uint8 = iota
	maybe
	yes
)

// byElement evaluates the expression knowing only element and aromaticity.
func (e expr) byElement(num uint8, arom bool) uint8 {
	all := yes
	for _, or := range e {
		any := no
		for _, and := range or {
			v := yes
			for i := range and {
				v = min(v, and[i].byElement(num, arom))
			}
			any = max(any, v)
		}
		all = min(all, any)
	}
	return all
}

func (p *prim) byElement(num uint8, arom bool) uint8 {
	var v bool
	switch p.kind {
	case primTrue:
		v = true
	case primArom:
		v = arom
	case primAliph:
		v = !arom
	case primNumber:
		v = int16(num) == p.val
	case primElement:
		v = int16(num) == p.val && !arom
	case primAromEl:
		v = int16(num) == p.val && arom
	default:
		return maybe
	}
	if v != p.not {
		return yes
	}
	return no
}

// settle works out what the matcher wants to know beforehand.
func (q *queryAtom) settle() {
	q.exact = true
	for arom := range 2 {
		for num := 0; num <= maxElement; num++ {
			v := q.expr.byElement(uint8(num), arom == 1)
			if v != no {
				q.allow[arom][num>>6] |= 1 << (num & 63)
			}
			if v == maybe {
				q.exact = false
			}
		}
	}
	if q.minH > 0 {
		q.exact = false
	}
	for _, or := range q.expr {
		for _, and := range or {
			for _, p := range and {
				if p.kind == primChiral {
					q.chiral = true
				}
			}
		}
	}
}

// plainHydrogen reports whether the expression is [#1] or [H] and no more.
func (q *queryAtom) plainHydrogen() bool {
	if q.number != 0 || len(q.expr) != 1 || len(q.expr[0]) != 1 || len(q.expr[0][0]) != 1 {
		return false
	}
	p := q.expr[0][0][0]
	return !p.not && p.val == 1 && (p.kind == primNumber || p.kind == primElement)
}

// passes evaluates the expression for atom i of the molecule being searched.
// Chirality passes here in either sense; it is judged when all atoms are placed.
func (s *search) passes(q *queryAtom, i int) bool {
	a := &s.m.atoms[i]
	if q.minH > 0 && int(a.h) < int(q.minH) && s.m.TotalHydrogens(i) < int(q.minH) {
		return false
	}
	for _, or := range q.expr {
		if !s.anyOf(or, a, i) {
			return false
		}
	}
	return true
}

func (s *search) anyOf(or [][]prim, a *atom, i int) bool {
next:
	for _, and := range or {
		for k := range and {
			if s.prim(&and[k], a, i) == and[k].not && and[k].kind != primChiral {
				continue next
			}
		}
		return true
	}
	return false
}

func (s *search) prim(p *prim, a *atom, i int) bool {
	switch p.kind {
	case primTrue, primChiral:
		return true
	case primArom:
		return a.flags&flagAromatic != 0
	case primAliph:
		return a.flags&flagAromatic == 0
	case primNumber:
		return int16(a.num) == p.val
	case primElement:
		return int16(a.num) == p.val && a.flags&flagAromatic == 0
	case primAromEl:
		return int16(a.num) == p.val && a.flags&flagAromatic != 0
	case primDegree:
		return int16(a.degree) == p.val
	case primTotalH:
		return s.m.TotalHydrogens(i) == int(p.val)
	case primImplH:
		return int16(a.h) == p.val
	case primSomeH:
		return a.h > 0
	case primRings:
		return int16(a.rings) == p.val
	case primInRing:
		return a.flags&flagRing != 0
	case primRingSize:
		return int16(a.minRing) == p.val
	case primValence:
		return int16(a.val) == p.val
	case primConnect:
		return int16(a.degree)+int16(a.h) == p.val
	case primRingBonds:
		return int16(a.rbonds) == p.val
	case primCharge:
		return int16(a.charge) == p.val
	case primIsotope:
		return int16(a.isotope) == p.val
	case primRecursive:
		return s.recursive(int(p.val), i)
	}
	return false
}
