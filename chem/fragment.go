package chem

import (
	"cmp"
	"slices"
)

// Fragments returns the connected parts of the molecule, in the order of their
// first atoms. A molecule of one part is returned itself.
func (m *Mol) Fragments() []*Mol {
	part := m.components()
	most := int32(0)
	for _, p := range part {
		most = max(most, p)
	}
	if most <= 1 {
		return []*Mol{m}
	}
	out := make([]*Mol, most)
	atoms := make([][]uint16, most)
	for i, p := range part {
		atoms[p-1] = append(atoms[p-1], uint16(i))
	}
	centers, geometry := make([][]stereoAtom, most), make([][]stereoBond, most)
	for _, c := range m.centers {
		p := part[c.atom] - 1
		centers[p] = append(centers[p], c)
	}
	for _, g := range m.geometry {
		p := part[m.bonds[g.bond].a] - 1
		geometry[p] = append(geometry[p], g)
	}
	to := make([]int32, len(m.atoms))
	bondTo := make([]uint16, len(m.bonds))
	for k, list := range atoms {
		out[k] = m.subset(list, centers[k], geometry[k], to, bondTo)
	}
	return out
}

// subset returns the molecule of the listed atoms, which are all of a component.
// to and bondTo are room for the new numbers of atoms and bonds.
func (m *Mol) subset(list []uint16, centers []stereoAtom, geometry []stereoBond, to []int32, bondTo []uint16) *Mol {
	b := builders.Get().(*builder)
	b.reset()
	b.keepH = true
	for i, x := range list {
		to[x] = int32(i)
		a := m.atoms[x]
		a.flags = flagFixedH
		b.m.atoms = append(b.m.atoms, a)
		if m.drawing != nil && int(x) < len(m.drawing.at) {
			if b.m.drawing == nil {
				b.m.drawing = &drawing{title: m.drawing.title}
			}
			b.m.drawing.at = append(b.m.drawing.at, m.drawing.at[x])
		}
	}
	for _, x := range list {
		for _, h := range m.around(int(x)) {
			if h.atom < x {
				continue
			}
			bd := m.bonds[h.bond]
			bondTo[h.bond] = uint16(len(b.m.bonds))
			b.m.bonds = append(b.m.bonds, bond{a: uint16(to[bd.a]), b: uint16(to[bd.b]), order: bd.order})
		}
	}
	b.m.centers = append(b.m.centers, centers...)
	b.m.geometry = append(b.m.geometry, geometry...)
	b.m.renumberStereo(to, bondTo)
	return b.done(m)
}

// Parent returns the substance that a salt, solvate or hydrate is made of: metal
// bonds broken, counter-ions and solvents of a fixed list stripped, charges
// neutralised as in [Mol.Neutral], and of what remains the largest part. When
// all is salt and solvent, the largest part of that is the parent: acetic acid
// alone stays acetic acid. Isotopes and stereo marks stay.
func (m *Mol) Parent() *Mol { return m.Actives()[0] }

// Actives returns the different parts that Parent chooses from, largest first:
// one for a salt, several for a mixture or a salt of two drugs. Parts that are
// the same molecule are returned once.
func (m *Mol) Actives() []*Mol {
	type part struct {
		mol   *Mol
		text  string
		extra bool // counter-ion or solvent
		metal bool
	}
	var parts []part
	seen := map[string]bool{}
	for _, f := range m.splitMetals().Fragments() {
		f = f.Neutral()
		text := f.Canonical()
		if seen[text] {
			continue
		}
		seen[text] = true
		parts = append(parts, part{f, text, isCounter(f), f.metalOnly()})
	}
	slices.SortFunc(parts, func(a, b part) int {
		return cmp.Or(
			compareBool(a.extra, b.extra),
			compareBool(a.metal, b.metal),
			compareBool(b.mol.organic(), a.mol.organic()),
			cmp.Compare(b.mol.HeavyAtoms(), a.mol.HeavyAtoms()),
			cmp.Compare(b.mol.Mass(), a.mol.Mass()),
			cmp.Compare(a.text, b.text),
		)
	})
	var out []*Mol
	for _, p := range parts {
		if p.extra && !parts[0].extra {
			break
		}
		out = append(out, p.mol)
		if p.extra {
			break
		}
	}
	return out
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// organic reports whether the molecule has carbon.
func (m *Mol) organic() bool {
	return slices.ContainsFunc(m.atoms, func(a atom) bool { return a.num == 6 })
}

func (m *Mol) metalOnly() bool {
	return !slices.ContainsFunc(m.atoms, func(a atom) bool { return !metal(a.num) })
}

// metal reports whether an element is a metal.
func metal(num uint8) bool {
	switch {
	case num <= 2, num >= 5 && num <= 10, num >= 14 && num <= 18, num >= 32 && num <= 36, num >= 51 && num <= 54, num >= 85 && num <= 86:
		return false
	}
	return true
}

// ionic reports whether bonds of a metal to electronegative atoms are drawn
// salts: the alkali and alkaline earth metals.
func ionic(num uint8) bool {
	switch num {
	case 3, 11, 19, 37, 55, 12, 20, 38, 56:
		return true
	}
	return false
}

// splitMetals breaks single bonds from alkali and alkaline earth metals to
// nonmetals other than carbon and hydrogen, and puts the charges on.
func (m *Mol) splitMetals() *Mol {
	if !slices.ContainsFunc(m.bonds, m.drawnSalt) {
		return m
	}
	b := m.edit()
	k := 0
	to := make([]uint16, len(b.m.bonds))
	for i, bd := range b.m.bonds {
		if !m.drawnSalt(bd) {
			b.m.bonds[k] = bd
			to[i] = uint16(k)
			k++
			continue
		}
		to[i] = noAtom
		x, y := &b.m.atoms[bd.a], &b.m.atoms[bd.b]
		if !ionic(x.num) {
			x, y = y, x
		}
		x.charge++
		y.charge--
	}
	b.m.bonds = b.m.bonds[:k]
	same := make([]int32, len(b.m.atoms))
	for i := range same {
		same[i] = int32(i)
	}
	b.m.renumberStereo(same, to)
	return b.done(m)
}

func (m *Mol) drawnSalt(b bond) bool {
	x, y := &m.atoms[b.a], &m.atoms[b.b]
	if ionic(y.num) {
		x, y = y, x
	}
	return b.order == 1 && ionic(x.num) && !metal(y.num) && y.num != 6 && y.num != 1 && x.charge < 4 && y.charge > -4
}

// Neutral returns the molecule with charges removed by moving protons: a cation
// that has a hydrogen loses one, an anion gains one. Charges that face each
// other across a bond (nitro groups, N-oxides, ylides) stay, and so do cations
// without a hydrogen, such as quaternary ammonium, with as many anions as they
// need, the strongest acids' first. An anion that no proton makes whole, such as
// tetrafluoroborate, stays too.
func (m *Mol) Neutral() *Mol {
	charged := false
	for i := range m.atoms {
		charged = charged || m.atoms[i].charge != 0
	}
	if !charged {
		return m
	}
	b := m.edit()
	fixed := 0 // charge of cations that cannot lose a proton
	var anions []int
	for i := range b.m.atoms {
		a := &b.m.atoms[i]
		switch {
		case a.charge == 0 || m.paired(i):
		case a.charge > 0:
			for a.charge > 0 && a.h > 0 && !metal(a.num) && a.num != 6 {
				a.charge--
				a.h--
			}
			fixed += int(a.charge)
		case !metal(a.num):
			anions = append(anions, i)
		}
	}
	if len(anions) > 0 {
		rank := m.Ranks()
		slices.SortFunc(anions, func(x, y int) int {
			return cmp.Or(cmp.Compare(m.acidity(y), m.acidity(x)), cmp.Compare(rank[x], rank[y]))
		})
	}
	for _, i := range anions {
		a := &b.m.atoms[i]
		kept := min(fixed, int(-a.charge))
		fixed -= kept
		for int(-a.charge) > kept && a.h < 20 && int(a.val) < highestValence(a.num, int(a.charge)+1) {
			a.charge++
			a.h++
			a.val++
		}
	}
	return b.done(m)
}

// paired reports whether a charge faces the opposite one across a bond.
func (m *Mol) paired(i int) bool {
	c := m.atoms[i].charge
	for _, h := range m.around(i) {
		if o := m.atoms[h.atom].charge; o > 0 && c < 0 || o < 0 && c > 0 {
			return true
		}
	}
	return false
}

// acidity ranks the acid of an anion: halide, sulfonate, phosphate, carboxylate,
// others.
func (m *Mol) acidity(i int) int {
	a := &m.atoms[i]
	switch a.num {
	case 9, 17, 35, 53:
		return 5
	}
	if a.num != 8 && a.num != 16 || a.degree != 1 {
		return 0
	}
	c := m.around(i)[0].atom
	double := false
	for _, h := range m.around(int(c)) {
		double = double || m.bonds[h.bond].order == 2 && m.atoms[h.atom].num != 6
	}
	switch num := m.atoms[c].num; {
	case num == 16:
		return 4
	case num == 15:
		return 3
	case double:
		return 2
	}
	return 1
}
