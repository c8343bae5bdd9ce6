package chem

// builder is the workbench on which every molecule is made: the readers and the
// methods that alter a molecule fill its atom and bond lists, and finish works
// out the rest. Its arrays are reused from one molecule to the next.
type builder struct {
	m        Mol
	reader   reader
	text     string  // the SMILES, for errors
	pos      []int32 // position of each atom in text
	bondPos  []int32 // position of each bond in text
	openPos  []int32 // position of the digit that opened a ring bond, or -1
	dirs     []int8  // direction of each bond from a to b: 1 for /, -1 for \
	directed bool    // some dirs entry is not 0
	keepH    bool    // plain hydrogens stay atoms
	geom     []stereoBond
	seen     []int32
	match    matching
	ring     ringFinder
	arom     aromatizer
}

func (b *builder) reset() {
	b.m = Mol{
		atoms: b.m.atoms[:0], bonds: b.m.bonds[:0], adj: b.m.adj[:0],
		centers: b.m.centers[:0], geometry: b.m.geometry[:0],
		ringEnd: b.m.ringEnd[:0], ringAtom: b.m.ringAtom[:0],
	}
	b.pos, b.bondPos, b.openPos, b.dirs = b.pos[:0], b.bondPos[:0], b.openPos[:0], b.dirs[:0]
	b.directed, b.keepH, b.text = false, false, ""
}

// fail makes an error about atom i.
func (b *builder) fail(i int, reason string) error {
	if b.text == "" || i >= len(b.pos) {
		return &SyntaxError{What: "molecule", Pos: i, Reason: reason}
	}
	return &SyntaxError{What: "SMILES", Text: b.text, Pos: int(b.pos[i]), Reason: reason}
}

// finish works out everything that follows from atoms and bonds and returns the
// molecule in arrays of its own.
func (b *builder) finish() (*Mol, error) {
	m := &b.m
	if i := m.link(); i >= 0 {
		return nil, limitf("atom %d has more than %d bonds", i+1, MaxDegree)
	}
	if err := b.single(); err != nil {
		return nil, err
	}
	b.ring.markRings(m)
	if err := b.kekulize(); err != nil {
		return nil, err
	}
	for i := range m.atoms {
		if a := &m.atoms[i]; a.flags&flagFixedH == 0 {
			a.h = impliedHydrogens(a.num, m.bondSum(i))
		}
	}
	b.separateCharges()
	b.dropLooseStereo()
	b.settleCenters()
	if b.directed {
		b.settleGeometry()
	}
	if !b.keepH {
		b.dropHydrogens()
	}
	if err := b.ring.perceive(m); err != nil {
		return nil, err
	}
	b.arom.perceive(m)
	b.dropRingGeometry()
	m.describe()
	return m.clone(), nil
}

// single refuses a second bond between the same two atoms and a bond from an
// atom to itself.
func (b *builder) single() error {
	m := &b.m
	b.seen = resize(b.seen, len(m.atoms))
	for i := range m.atoms {
		if m.atoms[i].degree < 2 {
			continue
		}
		for _, h := range m.around(i) {
			if b.seen[h.atom] == int32(i)+1 {
				e := b.fail(i, "two bonds join the same two atoms")
				if s, ok := e.(*SyntaxError); ok && int(h.bond) < len(b.bondPos) {
					s.Pos = int(b.bondPos[h.bond])
				}
				return e
			}
			b.seen[h.atom] = int32(i) + 1
		}
	}
	return nil
}

// resize returns s with n zero elements, reusing its array.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2)
	}
	s = s[:n]
	clear(s)
	return s
}

// clone copies a molecule into arrays of exactly its size.
func (m *Mol) clone() *Mol {
	out := *m
	out.atoms = append(make([]atom, 0, len(m.atoms)), m.atoms...)
	out.bonds = append(make([]bond, 0, len(m.bonds)), m.bonds...)
	out.adj = append(make([]half, 0, len(m.adj)), m.adj...)
	out.centers = append([]stereoAtom(nil), m.centers...)
	out.geometry = append([]stereoBond(nil), m.geometry...)
	out.ringEnd = append([]uint32(nil), m.ringEnd...)
	out.ringAtom = append([]uint16(nil), m.ringAtom...)
	return &out
}

// describe fills what SMARTS asks of atoms: valence, and the screen counts.
func (m *Mol) describe() {
	for i := range m.atoms {
		a := &m.atoms[i]
		sum, rb := int(a.h), 0
		for _, h := range m.around(i) {
			sum += int(m.bonds[h.bond].order)
			if m.bonds[h.bond].flags&flagRing != 0 {
				rb++
			}
		}
		a.val = uint8(min(sum, 255))
		a.rbonds = uint8(rb)
	}
	m.markStereo()
	m.setFeatures()
}

// edit returns a builder loaded with a copy of m, ready to be altered: hydrogen
// counts are fixed, bonds are Kekulé bonds, nothing is aromatic. Return it to
// the pool after finish.
func (m *Mol) edit() *builder {
	b := builders.Get().(*builder)
	b.reset()
	b.keepH = true
	b.m.atoms = append(b.m.atoms, m.atoms...)
	b.m.bonds = append(b.m.bonds, m.bonds...)
	b.m.centers = append(b.m.centers, m.centers...)
	b.m.geometry = append(b.m.geometry, m.geometry...)
	b.m.drawing = m.drawing
	for i := range b.m.atoms {
		b.m.atoms[i].flags = flagFixedH
	}
	for i := range b.m.bonds {
		b.m.bonds[i].flags = 0
	}
	return b
}

// done finishes an edit whose atoms and bonds are known to be in order. The
// limits were kept when the original was read and an edit never adds to it, so
// an error here is a defect of the library; m is returned unchanged then.
func (b *builder) done(m *Mol) *Mol {
	out, err := b.finish()
	builders.Put(b)
	if err != nil {
		return m
	}
	return out
}

// keep compresses the molecule on the bench to the atoms with keep set, and
// renumbers bonds and stereo lists. A stereo list that names a lost atom gets
// a noAtom in its place; the caller decides whether that is a hydrogen.
func (b *builder) keep(keep func(i int) bool) {
	m := &b.m
	to := resize(b.seen, len(m.atoms))
	b.seen = to
	n := 0
	for i := range m.atoms {
		if !keep(i) {
			to[i] = noAtom
			continue
		}
		to[i] = int32(n)
		m.atoms[n] = m.atoms[i]
		if i < len(b.pos) {
			b.pos[n] = b.pos[i]
		}
		n++
	}
	m.atoms = m.atoms[:n]
	if m.drawing != nil {
		m.drawing = m.drawing.keep(to)
	}
	bondTo := make([]uint16, len(m.bonds))
	k := 0
	for i := range m.bonds {
		bd := m.bonds[i]
		x, y := to[bd.a], to[bd.b]
		if x == noAtom || y == noAtom {
			bondTo[i] = noAtom
			continue
		}
		bd.a, bd.b = uint16(x), uint16(y)
		m.bonds[k] = bd
		bondTo[i] = uint16(k)
		k++
	}
	m.bonds = m.bonds[:k]
	m.renumberStereo(to, bondTo)
	m.link()
}
