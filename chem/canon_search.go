package chem

import "slices"

// leaf is a complete ranking and what the molecule looks like in it.
type leaf struct {
	lab  []int32
	face []uint64
}

// explore returns the best complete ranking below the present partition: the
// one in which the molecule looks smallest. Atoms of a cell that a known
// automorphism maps onto one tried before are not tried again.
func (c *canonizer) explore() leaf {
	if c.cells == c.n {
		return c.leaf()
	}
	if c.simple() || c.work > canonWork {
		c.descend()
		return c.leaf()
	}
	s := c.target()
	cell := append([]int32(nil), c.lab[s:s+c.size[s]]...)
	saved := c.save()
	defer c.drop(saved)
	if c.twins(cell) {
		cell = cell[:1]
	}
	var best leaf
	var known []leaf
	var tried []int32
	for k, v := range cell {
		if k > 0 && (c.work > canonWork || c.reached(v, tried)) {
			continue
		}
		tried = append(tried, v)
		c.load(saved)
		c.path = append(c.path, v)
		c.single(v)
		if k > 0 && c.quick(&known) {
			c.path = c.path[:len(c.path)-1]
			continue
		}
		l := c.explore()
		c.path = c.path[:len(c.path)-1]
		known = append(known, l)
		if best.lab == nil || slices.Compare(l.face, best.face) < 0 {
			best = l
		}
	}
	c.load(saved)
	return best
}

// quick takes the plain descent from here. When it ends in a ranking that looks
// like a known one, an automorphism has been found and the branch is done.
func (c *canonizer) quick(known *[]leaf) bool {
	here := c.save()
	defer c.drop(here)
	c.descend()
	l := c.leaf()
	for _, o := range *known {
		if slices.Equal(o.face, l.face) {
			auto := make([]int32, len(c.m.atoms))
			for i, x := range o.lab {
				auto[x] = l.lab[i]
			}
			c.found = append(c.found, auto)
			return true
		}
	}
	*known = append(*known, l)
	c.load(here)
	return false
}

// reached reports whether the automorphisms found so far that leave the path
// alone map an atom tried before onto v.
func (c *canonizer) reached(v int32, tried []int32) bool {
	orbit := []int32{v}
	in := map[int32]bool{v: true}
	for i := 0; i < len(orbit); i++ {
		for _, g := range c.found {
			if !c.fixesPath(g) {
				continue
			}
			// Repeated use of g runs through its whole cycle, so that its
			// inverse need not be tried.
			if u := g[orbit[i]]; !in[u] {
				in[u] = true
				orbit = append(orbit, u)
			}
		}
	}
	for _, u := range tried {
		if in[u] {
			return true
		}
	}
	return false
}

func (c *canonizer) fixesPath(g []int32) bool {
	for _, p := range c.path {
		if g[p] != p {
			return false
		}
	}
	return true
}

// twins reports whether the atoms of a cell all hang on one atom and on nothing
// else, so that any exchange of them changes nothing.
func (c *canonizer) twins(cell []int32) bool {
	if c.unresolvedHere() {
		return false
	}
	p := int32(-1)
	for _, v := range cell {
		if c.m.atoms[v].degree != 1 {
			return false
		}
		q := int32(c.m.around(int(v))[0].atom)
		if p >= 0 && q != p {
			return false
		}
		p = q
	}
	return true
}

// leaf describes the molecule under the present complete ranking.
func (c *canonizer) leaf() leaf {
	m := c.m
	l := leaf{lab: append([]int32(nil), c.lab[:c.n]...)}
	for i, v := range l.lab {
		from := len(l.face)
		for _, h := range m.around(int(v)) {
			if j := c.cell[h.atom]; int(j) < i {
				col := uint64(m.bonds[h.bond].order)
				if m.bonds[h.bond].flags&flagAromatic != 0 {
					col = 7
				}
				l.face = append(l.face, uint64(i)<<32|uint64(j)<<4|col)
			}
		}
		slices.Sort(l.face[from:])
	}
	c.work += len(l.face) + c.n
	return c.stereoFace(l)
}

// stereoFace appends the stereo marks, as they read in the ranking.
func (c *canonizer) stereoFace(l leaf) leaf {
	from := len(l.face)
	for k := range c.centers {
		if x := &c.centers[k]; c.here(int32(x.atom)) {
			l.face = append(l.face, 1<<62|uint64(c.cell[x.atom])<<8|uint64(c.sense(x)))
		}
	}
	for k := range c.geometry {
		g := &c.geometry[k]
		b := c.m.bonds[g.bond]
		if c.here(int32(b.a)) {
			p, q := c.cell[b.a], c.cell[b.b]
			l.face = append(l.face, 1<<63|uint64(min(p, q))<<32|uint64(max(p, q))<<8|uint64(c.bondSense(g)))
		}
	}
	slices.Sort(l.face[from:])
	return l
}

// save copies the partition.
func (c *canonizer) save() partition {
	var p partition
	if k := len(c.spare); k > 0 {
		p, c.spare = c.spare[k-1], c.spare[:k-1]
	}
	p.lab = append(p.lab[:0], c.lab[:c.n]...)
	p.size = append(p.size[:0], c.size[:c.n]...)
	p.cell, p.place = p.cell[:0], p.place[:0]
	for _, v := range p.lab {
		p.cell = append(p.cell, c.cell[v])
	}
	p.cells = c.cells
	c.work += c.n
	return p
}

func (c *canonizer) drop(p partition) { c.spare = append(c.spare, p) }

func (c *canonizer) load(p partition) {
	copy(c.lab, p.lab)
	copy(c.size, p.size)
	for i, v := range p.lab {
		c.cell[v] = p.cell[i]
		c.place[v] = int32(i)
	}
	c.cells = p.cells
	c.work += c.n
}
