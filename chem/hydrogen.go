package chem

// dropHydrogens turns plain hydrogen atoms into counts on the atom that bears
// them. A hydrogen stays an atom when it carries an isotope, charge, class or
// stereo list of its own, has not exactly one single bond, sits on another
// hydrogen or on a wildcard, or is all that shows the geometry of a double bond.
func (b *builder) dropHydrogens() {
	m := &b.m
	some := false
	for i := range m.atoms {
		if m.atoms[i].num == 1 && b.plainHydrogen(i) {
			some = true
			break
		}
	}
	if !some {
		return
	}
	drop := make([]bool, len(m.atoms))
	for i := range m.atoms {
		if m.atoms[i].num != 1 || !b.plainHydrogen(i) {
			continue
		}
		p := m.around(i)[0].atom
		if !b.moveReference(uint16(i), p) || m.atoms[p].h >= 20 {
			continue
		}
		drop[i] = true
		m.atoms[p].h++
		m.atoms[p].flags |= flagFixedH
	}
	b.keep(func(i int) bool { return !drop[i] })
}

func (b *builder) plainHydrogen(i int) bool {
	m := &b.m
	a := &m.atoms[i]
	if a.isotope != 0 || a.charge != 0 || a.class != 0 || a.degree != 1 || a.h != 0 {
		return false
	}
	h := m.around(i)[0]
	p := &m.atoms[h.atom]
	if m.bonds[h.bond].order != 1 || p.num <= 1 {
		return false
	}
	for k := range m.centers {
		c := &m.centers[k]
		if int(c.atom) == i {
			return false
		}
		// An allene's list names substituents of other atoms; leave it alone.
		if c.class != stereoTH {
			for _, x := range c.nbr[:c.n] {
				if int(x) == i {
					return false
				}
			}
		}
	}
	return true
}

// moveReference makes the geometry of a double bond refer to another neighbour
// of atom p than the hydrogen i. It reports false when there is no other.
func (b *builder) moveReference(i, p uint16) bool {
	m := &b.m
	for k := range m.geometry {
		g := &m.geometry[k]
		if g.x != i && g.y != i {
			continue
		}
		bd := m.bonds[g.bond]
		other := uint16(noAtom)
		for _, h := range m.around(int(p)) {
			if h.atom != i && h.atom != bd.a && h.atom != bd.b {
				other = h.atom
			}
		}
		if other == noAtom {
			return false
		}
		if g.x == i {
			g.x = other
		} else {
			g.y = other
		}
		g.cis = !g.cis
	}
	return true
}
