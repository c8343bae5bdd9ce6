package chem

import "slices"

// Stereo classes, as in OpenSMILES §3.3.
const (
	stereoNone  uint8 = iota
	stereoPlain       // @ or @@ before the neighbours are known
	stereoTH
	stereoAL
	stereoSP
	stereoTB
	stereoOH
)

// maxLigands is the largest number of neighbours a stereo list holds.
const maxLigands = 6

// stereoAtom says how the neighbours of an atom are arranged: seen as class and
// perm define for neighbours in the order of nbr. noAtom in nbr is an implicit
// hydrogen or a lone pair.
type stereoAtom struct {
	atom        uint16
	class, perm uint8
	n           uint8
	nbr         [maxLigands]uint16
}

// blankFlag marks an implicit hydrogen of a named atom in a stereo list; atom
// numbers stay below it.
const blankFlag = 0x8000

func blankAt(end uint16) uint16 { return blankFlag | end }

func (c *stereoAtom) add(x uint16) {
	if int(c.n) < len(c.nbr) {
		c.nbr[c.n] = x
	}
	c.n++
}

// stereoBond says that the neighbours x of its first atom and y of its second
// lie on the same side of a double bond (cis) or not.
type stereoBond struct {
	bond uint16
	x, y uint16
	cis  bool
}

// dropLooseStereo drops lists that an edit has left without their neighbours or
// their double bond.
func (b *builder) dropLooseStereo() {
	m := &b.m
	m.centers = slices.DeleteFunc(m.centers, func(c stereoAtom) bool {
		if c.class == stereoAL {
			return m.looseAllene(&c)
		}
		if int(c.n) > len(c.nbr) {
			return false // settle refuses it
		}
		return slices.ContainsFunc(c.nbr[:c.n], func(x uint16) bool {
			return x != noAtom && m.BondBetween(int(c.atom), int(x)) < 0
		})
	})
	m.geometry = slices.DeleteFunc(m.geometry, func(g stereoBond) bool {
		bd := m.bonds[g.bond]
		return bd.order != 2 || m.BondBetween(int(bd.a), int(g.x)) < 0 || m.BondBetween(int(bd.b), int(g.y)) < 0
	})
}

// settleCenters gives the plain marks their class and drops lists that no
// arrangement fits.
func (b *builder) settleCenters() {
	m := &b.m
	k := 0
	for i := range m.centers {
		c := m.centers[i]
		if b.settle(&c) {
			m.centers[k] = c
			k++
		}
	}
	m.centers = m.centers[:k]
}

func (b *builder) settle(c *stereoAtom) bool {
	m := &b.m
	if int(c.n) > len(c.nbr) {
		return false
	}
	blanks := 0
	for _, x := range c.nbr[:c.n] {
		if x == noAtom {
			blanks++
		}
	}
	if c.class == stereoPlain {
		switch {
		case c.n == 2:
			if blanks > 0 || !b.allene(c) {
				return false
			}
			c.class = stereoAL
		case c.n <= 4:
			c.class = stereoTH
		case c.n == 5:
			c.class = stereoTB
		default:
			c.class = stereoOH
		}
	} else if c.class == stereoAL && c.n == 2 && !b.allene(c) {
		return false
	}
	want := 4
	switch c.class {
	case stereoTB:
		want = 5
	case stereoOH:
		want = 6
	}
	if int(c.n) == want-1 && blanks == 0 {
		// A lone pair takes the place of an implicit hydrogen.
		at := 0
		if c.nbr[0] < c.atom {
			at = 1
		}
		copy(c.nbr[at+1:], c.nbr[at:c.n])
		c.nbr[at] = noAtom
		c.n++
		blanks++
	}
	if int(c.n) != want {
		return false
	}
	if c.class == stereoTH {
		if a := &m.atoms[c.atom]; blanks > 1 || a.num == 7 && a.charge == 0 && blanks == 1 && !b.rigidNitrogen(int(c.atom)) {
			return false
		}
		c.order()
	}
	return true
}

// rigidNitrogen reports whether an amine cannot turn inside out: in a ring of
// three, or where three rings meet.
func (b *builder) rigidNitrogen(i int) bool {
	m := &b.m
	rb := 0
	around := m.around(i)
	for _, h := range around {
		if m.bonds[h.bond].flags&flagRing != 0 {
			rb++
		}
	}
	if rb >= 3 {
		return true
	}
	for _, h := range around {
		for _, g := range m.around(int(h.atom)) {
			if int(g.atom) != i && m.BondBetween(i, int(g.atom)) >= 0 {
				return true
			}
		}
	}
	return false
}

// order sorts the neighbours of a tetrahedral list and keeps its sense, so that
// equal arrangements have equal lists.
func (c *stereoAtom) order() {
	if oddOrder(c.nbr[:c.n]) {
		c.perm = 3 - c.perm
	}
}

// oddOrder sorts a few numbers in place and reports whether that took an odd
// number of exchanges.
func oddOrder[T uint16 | int32](s []T) bool {
	odd := false
	for i := 1; i < len(s); i++ {
		for j := i; j > 0 && s[j] < s[j-1]; j-- {
			s[j], s[j-1] = s[j-1], s[j]
			odd = !odd
		}
	}
	return odd
}

// settleGeometry turns / and \ into cis and trans. A double bond whose marks
// contradict each other stays unspecified, as if it had none.
func (b *builder) settleGeometry() {
	m := &b.m
	for i := range m.bonds {
		bd := &m.bonds[i]
		if bd.order != 2 {
			continue
		}
		x, up, ok := b.side(bd.a, bd.b)
		if !ok {
			continue
		}
		y, upY, ok := b.side(bd.b, bd.a)
		if ok {
			m.geometry = append(m.geometry, stereoBond{uint16(i), x, y, up == upY})
		}
	}
}

// side finds a neighbour of atom v, not w, whose bond has a direction, and
// whether it lies above v.
func (b *builder) side(v, w uint16) (x uint16, up, ok bool) {
	m := &b.m
	if n := int(m.atoms[v].degree); n < 2 || n > 3 {
		return 0, false, false
	}
	for _, h := range m.around(int(v)) {
		d := b.dirs[h.bond]
		if h.atom == w {
			continue
		}
		if m.bonds[h.bond].order != 1 {
			return 0, false, false
		}
		if d == 0 {
			continue
		}
		if m.bonds[h.bond].a == h.atom {
			d = -d
		}
		if ok && up == (d > 0) {
			return 0, false, false // both neighbours on one side
		}
		if !ok {
			x, up, ok = h.atom, d > 0, true
		}
	}
	return x, up, ok
}

// dropRingGeometry forgets cis and trans where the bond cannot have the other:
// in rings of fewer than eight atoms and in aromatic systems.
func (b *builder) dropRingGeometry() {
	m := &b.m
	if len(m.geometry) == 0 {
		return
	}
	small := resize(b.seen, len(m.bonds))
	b.seen = small
	for i := range m.ringEnd {
		r := m.ringAt(i)
		if len(r) >= 8 {
			continue
		}
		last := r[len(r)-1]
		for _, x := range r {
			small[m.BondBetween(int(last), int(x))] = 1
			last = x
		}
	}
	k := 0
	for _, g := range m.geometry {
		bd := m.bonds[g.bond]
		if bd.order != 2 || bd.flags&flagAromatic != 0 || small[g.bond] != 0 {
			continue
		}
		m.geometry[k] = g
		k++
	}
	m.geometry = m.geometry[:k]
}

// markStereo sets flagStereo where the stereo lists have an entry.
func (m *Mol) markStereo() {
	for i := range m.atoms {
		m.atoms[i].flags &^= flagStereo
	}
	for i := range m.bonds {
		m.bonds[i].flags &^= flagStereo
	}
	for i := range m.centers {
		m.atoms[m.centers[i].atom].flags |= flagStereo
	}
	for i := range m.geometry {
		m.bonds[m.geometry[i].bond].flags |= flagStereo
	}
}

// center returns the stereo list of atom i, or nil.
func (m *Mol) center(i int) *stereoAtom {
	if m.atoms[i].flags&flagStereo == 0 {
		return nil
	}
	for k := range m.centers {
		if int(m.centers[k].atom) == i {
			return &m.centers[k]
		}
	}
	return nil
}

// geometryOf returns the stereo entry of bond i, or nil.
func (m *Mol) geometryOf(i int) *stereoBond {
	if m.bonds[i].flags&flagStereo == 0 {
		return nil
	}
	for k := range m.geometry {
		if int(m.geometry[k].bond) == i {
			return &m.geometry[k]
		}
	}
	return nil
}

// renumberStereo rewrites the stereo lists after atoms and bonds were dropped.
// A lost neighbour becomes a blank; lists that lose their meaning go.
func (m *Mol) renumberStereo(to []int32, bondTo []uint16) {
	k := 0
	for _, c := range m.centers {
		if to[c.atom] == noAtom {
			continue
		}
		c.atom = uint16(to[c.atom])
		blanks := 0
		for j, x := range c.nbr[:c.n] {
			switch {
			case x == noAtom:
			case x&blankFlag != 0:
				c.nbr[j] = blankAt(uint16(to[x&^blankFlag]))
			default:
				c.nbr[j] = uint16(to[x])
			}
			if c.nbr[j] == noAtom {
				blanks++
			}
		}
		if blanks > 1 && c.class == stereoTH {
			continue
		}
		if c.class == stereoTH {
			c.order()
		}
		m.centers[k] = c
		k++
	}
	m.centers = m.centers[:k]
	k = 0
	for _, g := range m.geometry {
		if bondTo[g.bond] == noAtom || to[g.x] == noAtom || to[g.y] == noAtom {
			continue
		}
		g.bond, g.x, g.y = bondTo[g.bond], uint16(to[g.x]), uint16(to[g.y])
		m.geometry[k] = g
		k++
	}
	m.geometry = m.geometry[:k]
}

// HasStereo reports whether the molecule states any arrangement in space.
func (m *Mol) HasStereo() bool { return len(m.centers)+len(m.geometry) > 0 }

// StereoCenters returns the atoms whose arrangement is stated: tetrahedral, allene,
// square planar, bipyramidal or octahedral.
func (m *Mol) StereoCenters() []int {
	var out []int
	for i := range m.centers {
		out = append(out, int(m.centers[i].atom))
	}
	return out
}

// StereoBonds returns the double bonds stated to be cis or trans.
func (m *Mol) StereoBonds() []int {
	var out []int
	for i := range m.geometry {
		out = append(out, int(m.geometry[i].bond))
	}
	return out
}

// WithoutStereo returns the molecule with every stereo mark removed.
func (m *Mol) WithoutStereo() *Mol {
	if !m.HasStereo() {
		return m
	}
	out := *m
	out.atoms = append([]atom(nil), m.atoms...)
	out.bonds = append([]bond(nil), m.bonds...)
	out.centers, out.geometry = nil, nil
	out.markStereo()
	return &out
}
