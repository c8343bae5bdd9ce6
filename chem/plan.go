package chem

// step places one atom of a pattern: a neighbour of an atom placed before, or
// any atom when it begins a component.
type step struct {
	q      int32 // the atom of the pattern
	parent int32 // the placed neighbour, -1 for a beginning
	mask   uint16
	close  []closure // further bonds to placed atoms
}

type closure struct {
	q    int32
	mask uint16
}

// settle finishes a pattern that has been read: it turns plain hydrogens into
// counts and lays down the order of search. An anchored pattern, the inside of
// $( ), begins with its first atom.
func (p *Pattern) settle(anchored bool) {
	deg := make([]int, len(p.atoms))
	for _, b := range p.bonds {
		deg[b.a]++
		deg[b.b]++
	}
	for _, b := range p.bonds {
		h, x := b.a, b.b
		if !p.atoms[h].plainHydrogen() {
			h, x = x, h
		}
		q := &p.atoms[h]
		if !q.plainHydrogen() || deg[h] != 1 || p.atoms[x].plainHydrogen() || anchored && h == 0 ||
			b.mask&(maskSingle&^maskRing) == 0 || p.atoms[x].minH == 255 {
			continue
		}
		q.merged = true
		p.atoms[x].minH++
		for k, y := range p.atoms[x].order {
			if y == h {
				p.atoms[x].order[k] = -1
			}
		}
	}
	for i := range p.atoms {
		q := &p.atoms[i]
		q.settle()
		p.chiral = p.chiral || q.chiral
		if !q.merged {
			p.live++
		}
		q.deg = 0
	}
	for _, b := range p.bonds {
		if !p.atoms[b.a].merged && !p.atoms[b.b].merged {
			p.atoms[b.a].deg = uint8(min(int(p.atoms[b.a].deg)+1, 255))
			p.atoms[b.b].deg = uint8(min(int(p.atoms[b.b].deg)+1, 255))
		}
	}
	p.geometries()
	p.layPlan(anchored)
}

// usual is how common an element is among the atoms of drugs, per thousand.
func usual(num int, arom bool) int {
	switch num {
	case 6:
		if arom {
			return 350
		}
		return 380
	case 7:
		return 60
	case 8:
		if arom {
			return 10
		}
		return 110
	case 16:
		return 10
	case 9, 17:
		return 15
	}
	return 2
}

// rarity estimates how many atoms of a molecule an atom of the pattern fits.
func (q *queryAtom) rarity() int {
	sum := 0
	for arom := range 2 {
		for num := 0; num <= 53; num++ {
			if q.allow[arom][num>>6]>>(num&63)&1 != 0 {
				sum += usual(num, arom == 1)
			}
		}
	}
	sum = sum*4 + 4
	for _, or := range q.expr {
		if len(or) == 1 {
			for _, p := range or[0] {
				if p.kind == primRecursive || p.kind == primCharge && p.val != 0 || p.kind == primIsotope {
					sum /= 2
				} else if p.kind >= primDegree {
					sum = sum * 2 / 3
				}
			}
		}
	}
	return sum - int(q.deg)*sum/16
}

// layPlan orders the atoms: each component from its rarest atom outwards, atoms
// that close rings first, then rare ones.
func (p *Pattern) layPlan(anchored bool) {
	n := len(p.atoms)
	at := make([][]int, n) // bonds of an atom
	for k, b := range p.bonds {
		if !p.atoms[b.a].merged && !p.atoms[b.b].merged {
			at[b.a] = append(at[b.a], k)
			at[b.b] = append(at[b.b], k)
		}
	}
	rare := make([]int, n)
	for i := range p.atoms {
		rare[i] = p.atoms[i].rarity()
	}
	placed := make([]bool, n)
	links := make([]int, n) // bonds to placed atoms
	var frontier []int
	for left := p.live; left > 0; left-- {
		best := -1
		for _, i := range frontier {
			if !placed[i] && (best < 0 || links[i] > links[best] || links[i] == links[best] && rare[i] < rare[best]) {
				best = i
			}
		}
		if best < 0 {
			best = p.beginning(placed, rare, anchored && len(p.plan) == 0)
			frontier = frontier[:0]
		}
		placed[best] = true
		s := step{q: int32(best), parent: -1}
		for _, k := range at[best] {
			b := p.bonds[k]
			o := b.a + b.b - int32(best)
			switch {
			case !placed[o]:
				if links[o]++; links[o] == 1 {
					frontier = append(frontier, int(o))
				}
			case s.parent < 0:
				s.parent, s.mask = o, b.mask
			default:
				s.close = append(s.close, closure{o, b.mask})
			}
		}
		p.plan = append(p.plan, s)
	}
}

func (p *Pattern) beginning(placed []bool, rare []int, anchored bool) int {
	best := -1
	for i := range p.atoms {
		if placed[i] || p.atoms[i].merged {
			continue
		}
		if best < 0 || rare[i] < rare[best] {
			best = i
		}
		if anchored {
			break
		}
	}
	return best
}
