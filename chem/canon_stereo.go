package chem

import "slices"

// here reports whether atom v belongs to the component being ranked.
func (c *canonizer) here(v int32) bool {
	p := c.place[v]
	return int(p) < c.n && c.lab[p] == v
}

// resolve lets stereo marks whose neighbours are all told apart colour their
// atoms, as long as that tells more atoms apart.
func (c *canonizer) resolve() {
	all := len(c.centers) + len(c.geometry)
	c.resolved = resize(c.resolved, all)
	for again := true; again; {
		again = false
		before := c.cells
		c.hit = c.hit[:0]
		for k := range c.centers {
			if x := &c.centers[k]; !c.resolved[k] && c.here(int32(x.atom)) && c.distinct(x.nbr[:x.n]) {
				c.resolved[k] = true
				c.tint(int32(x.atom), uint64(c.sense(x)))
				again = true
			}
		}
		for k := range c.geometry {
			g := &c.geometry[k]
			if i := len(c.centers) + k; !c.resolved[i] && c.ends(g, c.distinct) {
				c.resolved[i] = true
				b := c.m.bonds[g.bond]
				c.tint(int32(b.a), uint64(c.bondSense(g))<<8)
				c.tint(int32(b.b), uint64(c.bondSense(g))<<8)
				again = true
			}
		}
		c.splitHit()
		c.refine()
		again = again && c.cells > before
	}
}

func (c *canonizer) tint(v int32, by uint64) {
	if c.count[v] == 0 {
		c.hit = append(c.hit, v)
	}
	c.count[v] += by
}

// distinct reports whether ligands are all told apart.
func (c *canonizer) distinct(list []uint16) bool {
	for i, x := range list {
		for _, y := range list[:i] {
			if x != noAtom && c.ligandCell(x) == c.ligandCell(y) {
				return false
			}
		}
	}
	return true
}

// sense returns the permutation of a stereo list with its ligands by cell.
func (c *canonizer) sense(x *stereoAtom) uint8 {
	var buf [maxLigands]uint16
	order := append(buf[:0], x.nbr[:x.n]...)
	slices.SortStableFunc(order, func(a, b uint16) int { return int(c.ligandCell(a) - c.ligandCell(b)) })
	return x.permIn(order)
}

// ligandCell returns the cell of a ligand. Blanks come after all atoms, in the
// order of the atoms that bear them.
func (c *canonizer) ligandCell(x uint16) int32 {
	switch {
	case x == noAtom:
		return 2 << 16
	case x&blankFlag != 0:
		return 1<<16 + c.cell[x&^blankFlag]
	}
	return c.cell[x]
}

// bondSense returns 1 when the neighbours of highest cell at the two ends of a
// double bond are cis, else 2.
func (c *canonizer) bondSense(g *stereoBond) uint8 {
	b := c.m.bonds[g.bond]
	cis := g.cis
	if c.leading(b.a, b.b) != g.x {
		cis = !cis
	}
	if c.leading(b.b, b.a) != g.y {
		cis = !cis
	}
	if cis {
		return 1
	}
	return 2
}

// leading returns the neighbour of v, not u, with the highest cell.
func (c *canonizer) leading(v, u uint16) uint16 {
	best := uint16(noAtom)
	for _, h := range c.m.around(int(v)) {
		if h.atom != u && (best == noAtom || c.cell[h.atom] > c.cell[best]) {
			best = h.atom
		}
	}
	return best
}

// ends calls f with the substituents at each end of a double bond in the present
// component and reports whether both calls do.
func (c *canonizer) ends(g *stereoBond, f func([]uint16) bool) bool {
	b := c.m.bonds[g.bond]
	if !c.here(int32(b.a)) {
		return false
	}
	for _, e := range [2][2]uint16{{b.a, b.b}, {b.b, b.a}} {
		var buf [MaxDegree]uint16
		list := buf[:0]
		for _, h := range c.m.around(int(e[0])) {
			if h.atom != e[1] {
				list = append(list, h.atom)
			}
		}
		if !f(list) {
			return false
		}
	}
	return true
}

// unresolvedHere reports whether some mark of this component waits on a tie.
func (c *canonizer) unresolvedHere() bool {
	for k := range c.centers {
		if !c.resolved[k] && c.here(int32(c.centers[k].atom)) {
			return true
		}
	}
	for k := range c.geometry {
		if !c.resolved[len(c.centers)+k] && c.here(int32(c.m.bonds[c.geometry[k].bond].a)) {
			return true
		}
	}
	return false
}

// dropFalse drops marks that say nothing: where two tied neighbours are not
// joined by rings, and where they are but no other undecided mark stands in the
// ring system for this one to be cis or trans to. It reports whether any went.
func (c *canonizer) dropFalse() bool {
	type mark struct {
		index  int
		system int32 // an atom that names the ring system, -1 without rings
	}
	var waiting []mark
	for k := range c.centers {
		x := &c.centers[k]
		if c.resolved[k] || !c.here(int32(x.atom)) {
			continue
		}
		if x.class == stereoAL {
			if !c.distinct(x.nbr[:2]) || !c.distinct(x.nbr[2:4]) {
				waiting = append(waiting, mark{k, -1})
			}
			continue
		}
		if x.class == stereoTH {
			waiting = append(waiting, mark{k, c.tiedSystem(int32(x.atom), x.nbr[:x.n])})
		}
	}
	for k := range c.geometry {
		g := &c.geometry[k]
		i := len(c.centers) + k
		b := c.m.bonds[g.bond]
		if c.resolved[i] || !c.here(int32(b.a)) {
			continue
		}
		system, end := int32(-2), b.a
		c.ends(g, func(list []uint16) bool {
			if s := c.tiedSystem(int32(end), list); s > -2 && system != -1 {
				system = s
			}
			end = b.b
			return true
		})
		waiting = append(waiting, mark{i, system})
	}
	gone := make([]bool, len(c.resolved))
	any := false
	for _, w := range waiting {
		partner := false
		for _, o := range waiting {
			partner = partner || o.index != w.index && o.system >= 0 && o.system == w.system
		}
		if w.system < 0 || !partner {
			gone[w.index] = true
			any = true
		}
	}
	if !any {
		return false
	}
	n := len(c.centers)
	k := 0
	for i, x := range c.centers {
		if !gone[i] {
			c.centers[k] = x
			k++
		}
	}
	c.centers = c.centers[:k]
	k = 0
	for i, g := range c.geometry {
		if !gone[n+i] {
			c.geometry[k] = g
			k++
		}
	}
	c.geometry = c.geometry[:k]
	return true
}

// tiedSystem looks at the first tie among the neighbours of atom v: -2 when
// there is none, -1 when the tied neighbours are outside rings with v, else the
// lowest atom of the ring system they share with v.
func (c *canonizer) tiedSystem(v int32, list []uint16) int32 {
	out := int32(-2)
	for i, x := range list {
		for _, y := range list[:i] {
			if x == noAtom || c.ligandCell(x) != c.ligandCell(y) {
				continue
			}
			e := c.m.BondBetween(int(v), int(x))
			if e < 0 || c.m.bonds[e].flags&flagRing == 0 {
				return -1
			}
			out = c.lowestInSystem(v)
		}
	}
	return out
}

func (c *canonizer) lowestInSystem(v int32) int32 {
	seen := map[int32]bool{v: true}
	todo := []int32{v}
	low := v
	for len(todo) > 0 {
		x := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		low = min(low, x)
		for _, h := range c.m.around(int(x)) {
			if u := int32(h.atom); c.m.bonds[h.bond].flags&flagRing != 0 && !seen[u] {
				seen[u] = true
				todo = append(todo, u)
			}
		}
	}
	c.work += len(seen)
	return low
}
