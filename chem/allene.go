package chem

// allene replaces the two neighbours of an allene's middle atom by the four
// substituents at the ends, in the order of writing.
func (b *builder) allene(c *stereoAtom) bool {
	m := &b.m
	var out stereoAtom
	for _, end := range c.nbr[:2] {
		k := m.BondBetween(int(c.atom), int(end))
		if k < 0 || m.bonds[k].order != 2 {
			return false
		}
		e := &m.atoms[end]
		if int(e.degree)+int(e.h) != 3 || e.h > 1 {
			return false
		}
		b.substituents(&out, end, c.atom)
	}
	if out.n != 4 {
		return false
	}
	c.nbr, c.n = out.nbr, out.n
	return true
}

// substituents appends the neighbours of atom end, except skip, in the order of
// writing. An implicit hydrogen follows the atom before, or comes first.
func (b *builder) substituents(out *stereoAtom, end, skip uint16) {
	m := &b.m
	h := m.atoms[end].h
	around := m.around(int(end))
	var at [MaxDegree]int32
	for i, x := range around {
		at[i] = b.writtenAt(end, x)
	}
	for range around {
		k := -1
		for i := range around {
			if at[i] >= -1 && (k < 0 || at[i] < at[k]) {
				k = i
			}
		}
		if at[k] >= 0 && h == 1 {
			out.add(blankAt(end))
			h = 0
		}
		at[k] = -2
		if around[k].atom != skip {
			out.add(around[k].atom)
		}
	}
	if h == 1 {
		out.add(blankAt(end))
	}
}

// writtenAt returns where the text of a SMILES writes the bond x of atom v: -1
// for the atom before it.
func (b *builder) writtenAt(v uint16, x half) int32 {
	if int(x.bond) >= len(b.openPos) {
		return int32(x.atom)
	}
	if open := b.openPos[x.bond]; open >= 0 {
		if b.m.bonds[x.bond].a == v {
			return open
		}
		return b.bondPos[x.bond]
	}
	if x.atom < v {
		return -1
	}
	return b.pos[x.atom]
}

// looseAllene reports whether an allene's list does not fit its atoms: the middle
// atom has two double bonds, and the ends have the ligands.
func (m *Mol) looseAllene(c *stereoAtom) bool {
	if c.n == 2 {
		return false // as read, to be settled
	}
	if c.n != 4 || m.doubles(int(c.atom)) != 2 {
		return true
	}
	for _, x := range c.nbr[:4] {
		if x&blankFlag != 0 {
			if m.BondBetween(int(c.atom), int(x&^blankFlag)) < 0 {
				return true
			}
			continue
		}
		near := false
		for _, h := range m.around(int(c.atom)) {
			near = near || m.BondBetween(int(h.atom), int(x)) >= 0
		}
		if !near {
			return true
		}
	}
	return false
}
