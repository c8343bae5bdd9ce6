package chem

import "math"

// layout is where a MOL file puts atoms, and what it adds to show stereo.
type layout struct {
	title  string
	at     [][3]float64
	parity []int
	up     map[uint16]int // wedge of a bond: 1 up, 6 down, 3 either
	from   map[uint16]uint16
}

// wedge returns the atoms of bond i, first the one a wedge begins at, and its
// code.
func (l *layout) wedge(m *Mol, i int) (x, y, code int) {
	b := &m.bonds[i]
	x, y = int(b.a), int(b.b)
	if f, ok := l.from[uint16(i)]; ok && int(f) == y {
		x, y = y, x
	}
	return x, y, l.up[uint16(i)]
}

// layOut places atoms and chooses wedges.
func (m *Mol) layOut() *layout {
	l := &layout{parity: make([]int, len(m.atoms)), up: map[uint16]int{}, from: map[uint16]uint16{}}
	if m.drawing != nil && len(m.drawing.at) == len(m.atoms) {
		l.title = m.drawing.title
		l.at = append(l.at, m.drawing.at...)
	}
	if l.at == nil || l.stacked(m) {
		l.scatter(m)
	}
	l.flatten()
	for i := range m.bonds {
		b := &m.bonds[i]
		if b.order == 2 && b.flags&(flagStereo|flagAromatic) == 0 && trigonal(m, b.a) && trigonal(m, b.b) {
			l.up[uint16(i)] = 3
		}
	}
	l.wedges(m)
	return l
}

// stacked reports whether bonded atoms lie on one another, as they do when a
// file without coordinates was read.
func (l *layout) stacked(m *Mol) bool {
	for _, b := range m.bonds {
		d := sub(l.at[b.a], l.at[b.b])
		if dot(d, d) < 1e-6 {
			return true
		}
	}
	return false
}

// flatten drops the third coordinate: wedges carry what it said.
func (l *layout) flatten() {
	for i := range l.at {
		l.at[i][2] = 0
	}
}

// scatter puts atoms round a spiral and then moves neighbours of double bonds
// to the side they belong on.
func (l *layout) scatter(m *Mol) {
	l.at = make([][3]float64, len(m.atoms))
	for i := range l.at {
		// The golden angle keeps any three atoms off one line.
		s, c := math.Sincos(2.399963 * float64(i))
		rad := 1.5 * math.Sqrt(float64(i)+0.5)
		l.at[i] = [3]float64{math.Round(rad*c*1e4) / 1e4, math.Round(rad*s*1e4) / 1e4, 0}
	}
	for range 200 {
		good := true
		for _, g := range m.geometry {
			good = l.mend(m, g) && good
		}
		if good {
			return
		}
	}
}

// mend moves a neighbour of a double bond across its line when it is on the
// wrong side, and reports whether all was right.
func (l *layout) mend(m *Mol, g stereoBond) bool {
	b := m.bonds[g.bond]
	good := true
	for _, end := range [2][2]uint16{{b.a, b.b}, {b.b, b.a}} {
		for _, h := range m.around(int(end[0])) {
			if h.atom != end[1] && l.offLine(end[0], end[1], h.atom) {
				good = false
			}
		}
	}
	sx := l.side(b.a, b.b, g.x)
	want := sx
	if !g.cis {
		want = -sx
	}
	if l.side(b.a, b.b, g.y) != want {
		l.reflect(b.a, b.b, g.y)
		good = false
	}
	for _, end := range [2][3]uint16{{b.a, b.b, g.x}, {b.b, b.a, g.y}} {
		for _, h := range m.around(int(end[0])) {
			if h.atom != end[1] && h.atom != end[2] && l.side(b.a, b.b, h.atom) == l.side(b.a, b.b, end[2]) {
				l.reflect(b.a, b.b, h.atom)
				good = false
			}
		}
	}
	return good
}

// side tells on which side of the line a–b atom x lies.
func (l *layout) side(a, b, x uint16) int {
	d, e := sub(l.at[b], l.at[a]), sub(l.at[x], l.at[a])
	if d[0]*e[1]-d[1]*e[0] < 0 {
		return -1
	}
	return 1
}

// offLine moves atom x, a neighbour of a, away from the line a–b when it lies so
// close to it that no one could tell the side.
func (l *layout) offLine(a, b, x uint16) bool {
	d, e := sub(l.at[b], l.at[a]), sub(l.at[x], l.at[a])
	long := math.Sqrt(dot(d, d))
	if far := d[0]*e[1] - d[1]*e[0]; math.Abs(far) > 0.2*long*math.Sqrt(dot(e, e)) {
		return false
	}
	s := 0.5 * float64(l.side(a, b, x))
	l.at[x][0] = math.Round((l.at[x][0]-s*d[1])*1e4) / 1e4
	l.at[x][1] = math.Round((l.at[x][1]+s*d[0])*1e4) / 1e4
	return true
}

// reflect moves atom x across the line a–b, a little nearer to it or farther
// than before, so that repeated moves do not cycle.
func (l *layout) reflect(a, b, x uint16) {
	d, e := sub(l.at[b], l.at[a]), sub(l.at[x], l.at[a])
	t := dot(d, e) / max(dot(d, d), 1e-9)
	for k := range 2 {
		foot := l.at[a][k] + t*d[k]
		l.at[x][k] = math.Round((foot-1.07*(l.at[x][k]-foot))*1e4) / 1e4
	}
}

// wedges shows tetrahedral centres by wedges where the places allow it, and by
// parities always.
func (l *layout) wedges(m *Mol) {
	for k := range m.centers {
		c := &m.centers[k]
		if c.class != stereoTH {
			continue
		}
		l.parity[c.atom] = 3 - int(m.molParity(c))
		l.wedgeFor(m, c)
	}
}

// molParity returns 1 or 2 as @ and @@ for the neighbours by number, blank last.
func (m *Mol) molParity(c *stereoAtom) uint8 {
	return c.perm // lists are kept in that order
}

// wedgeFor looks for a bond of the centre whose wedge a reader would take for
// the right sense.
func (l *layout) wedgeFor(m *Mol, c *stereoAtom) {
	around := m.around(int(c.atom))
	order := make([]uint16, 0, 4)
	for _, h := range around {
		order = append(order, h.atom)
	}
	if len(order) < int(c.n) {
		order = append(order, noAtom)
	}
	want := c.permIn(order)
	r := &molReader{b: &builder{m: *m}, wedge: make([]int8, len(m.bonds))}
	for _, p := range l.at {
		r.atoms = append(r.atoms, molAtom{at: p})
	}
	best, bestCode, quality := -1, 0, 0
	for pass := range 2 {
		for _, h := range around {
			// Prefer bonds that lead to no other centre and lie in no ring.
			q := 1
			if m.bonds[h.bond].flags&flagRing == 0 {
				q += 2
			}
			if m.atoms[h.atom].flags&flagStereo == 0 {
				q++
			}
			if _, taken := l.from[h.bond]; taken || m.bonds[h.bond].order != 1 || q <= quality {
				continue
			}
			r.wedge[h.bond] = int8(1 - 2*pass)
			r.b.m.bonds = append([]bond(nil), m.bonds...)
			bd := &r.b.m.bonds[h.bond]
			bd.a, bd.b = c.atom, h.atom
			odd, ok := r.fromShape(int(c.atom), true)
			r.wedge[h.bond] = 0
			if ok && odd == (want == 1) {
				best, bestCode, quality = int(h.bond), 1+5*pass, q
			}
		}
	}
	if best >= 0 {
		l.up[uint16(best)] = bestCode
		l.from[uint16(best)] = c.atom
	}
}
