package chem

import "math"

// finish settles hydrogens and stereo lists and makes the molecule.
func (r *molReader) finish() (*Mol, error) {
	b := r.b
	m := &b.m
	if i := m.link(); i >= 0 {
		return nil, limitf("atom %d has more than %d bonds", i+1, MaxDegree)
	}
	aromatic := false
	for i := range m.bonds {
		aromatic = aromatic || m.bonds[i].flags&flagAromatic != 0
	}
	// Aromatic bonds become a Kekulé structure first. The format cannot say which
	// aromatic nitrogen bears a hydrogen; such rings are refused.
	if aromatic {
		b.ring.markRings(m)
		if err := b.kekulize(); err != nil {
			return nil, err
		}
	}
	for i := range m.atoms {
		a := &m.atoms[i]
		a.flags |= flagFixedH
		sum := m.bondSum(i)
		if v := r.atoms[i].valence; v >= 0 {
			a.h = uint8(max(min(v-sum, 20), 0))
			continue
		}
		a.h = formatHydrogens(a.num, int(a.charge), sum+unpairedElectrons(r.atoms[i].radical))
	}
	flat, zero := r.flat, true
	for _, a := range r.atoms {
		if math.Abs(a.at[2]) > 1e-3 {
			flat = false
		}
		zero = zero && a.at == [3]float64{}
	}
	r.centers(flat, zero)
	if !zero {
		r.geometries()
	}
	out, err := b.finish()
	if err == nil {
		out.dropFalseStereo()
	}
	return out, err
}

// dropFalseStereo forgets marks that say nothing, such as coordinates give to
// atoms with two equal neighbours. It is called before anyone else sees m.
func (m *Mol) dropFalseStereo() {
	if !m.HasStereo() {
		return
	}
	c := canonizers.Get().(*canonizer)
	defer canonizers.Put(c)
	c.label(m, true)
	m.centers = append([]stereoAtom(nil), c.centers...)
	m.geometry = append([]stereoBond(nil), c.geometry...)
	m.markStereo()
}

func unpairedElectrons(code int) int {
	switch code {
	case 2:
		return 1
	case 1, 3:
		return 2
	}
	return 0
}

// formatHydrogens returns the hydrogens the format implies: up to the lowest
// normal valence of the element with the same number of electrons.
func formatHydrogens(num uint8, charge, sum int) uint8 {
	switch num {
	case 5, 6, 7, 8, 9, 14, 15, 16, 17, 33, 34, 35, 52, 53, 85:
	default:
		return 0
	}
	n := outer(num) - charge
	if n < 1 || n > 8 {
		return 0
	}
	v := n
	if n > 4 {
		v = 8 - n
	}
	for v < sum && num > 10 && v+2 <= n {
		v += 2
	}
	if v <= sum {
		return 0
	}
	return uint8(v - sum)
}

// centers makes stereo lists from wedges, coordinates or parities.
func (r *molReader) centers(flat, zero bool) {
	m := &r.b.m
	for i := range m.atoms {
		a := &m.atoms[i]
		ligands := int(a.degree) + int(a.h)
		if a.degree < 3 || a.degree > 4 || ligands > 4 || a.h > 1 || !mayBeCenter(m, i) {
			continue
		}
		var odd, ok bool // '@' for the neighbours in order of number
		switch {
		case zero:
			odd, ok = r.fromParity(i)
		case flat && !r.wedged(i):
		default:
			odd, ok = r.fromShape(i, flat)
		}
		if !ok {
			continue
		}
		c := stereoAtom{atom: uint16(i), class: stereoTH, perm: 2}
		if odd {
			c.perm = 1
		}
		for _, h := range m.around(i) {
			c.add(h.atom)
		}
		if a.degree == 3 {
			c.add(noAtom)
		}
		m.centers = append(m.centers, c)
	}
}

// mayBeCenter reports whether atom i is of a kind that can be a tetrahedral
// centre: without multiple bonds, but for those of sulfur and phosphorus.
func mayBeCenter(m *Mol, i int) bool {
	switch m.atoms[i].num {
	case 15, 16, 33, 34, 52:
		return true
	}
	for _, h := range m.around(i) {
		if m.bonds[h.bond].order != 1 {
			return false
		}
	}
	return true
}

// wedged reports whether a wedge of the drawing begins at atom i.
func (r *molReader) wedged(i int) bool {
	m := &r.b.m
	for _, h := range m.around(i) {
		if w := r.wedge[h.bond]; int(m.bonds[h.bond].a) == i && (w == 1 || w == -1) {
			return true
		}
	}
	return false
}

// fromShape tells the sense of atom i from the places of its neighbours.
func (r *molReader) fromShape(i int, flat bool) (odd, ok bool) {
	m := &r.b.m
	at := r.atoms[i].at
	var v [4][3]float64
	n := 0
	scale := 0.0
	for _, h := range m.around(i) {
		p := r.atoms[h.atom].at
		d := [3]float64{p[0] - at[0], p[1] - at[1], p[2] - at[2]}
		scale = max(scale, math.Sqrt(dot(d, d)))
		v[n] = d
		n++
	}
	if scale == 0 {
		return false, false
	}
	for k, h := range m.around(i) {
		if w := r.wedge[h.bond]; flat && int(m.bonds[h.bond].a) == i {
			if w == 4 {
				return false, false
			}
			v[k][2] = scale * float64(w)
		}
		if l := math.Sqrt(dot(v[k], v[k])); l > 0 {
			for c := range 3 {
				v[k][c] /= l
			}
		}
	}
	// Neighbours in order of the list, the missing one last: the triple
	// product of the first three tells how they turn seen from the fourth.
	d := triple(v[0], v[1], v[2])
	if n == 4 {
		d = triple(sub(v[0], v[3]), sub(v[1], v[3]), sub(v[2], v[3]))
	}
	if math.Abs(d) < 0.05 {
		return false, false
	}
	// Counter-clockwise seen from the last is a negative product; a list
	// with the viewer last instead of first is an odd rearrangement.
	return d > 0, true
}

// fromParity reads the parity field: 1 when the neighbours in order of number,
// a hydrogen last, turn clockwise with the last one behind.
func (r *molReader) fromParity(i int) (odd, ok bool) {
	p := r.atoms[i].parity
	if p != 1 && p != 2 {
		return false, false
	}
	m := &r.b.m
	var nbr [4]uint16
	n := 0
	for _, h := range m.around(i) {
		nbr[n] = h.atom
		n++
	}
	// Parity 2 is counter-clockwise seen with the last neighbour behind, so
	// clockwise seen from the last; @ says counter-clockwise seen from the
	// first, and turning the whole list round is an even rearrangement.
	at := p == 2
	if oddOrder(nbr[:n]) {
		at = !at
	}
	return at, true
}

func dot(a, b [3]float64) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

func sub(a, b [3]float64) [3]float64 { return [3]float64{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }

func triple(a, b, c [3]float64) float64 {
	return a[0]*(b[1]*c[2]-b[2]*c[1]) + a[1]*(b[2]*c[0]-b[0]*c[2]) + a[2]*(b[0]*c[1]-b[1]*c[0])
}

// geometries reads cis and trans from the places of atoms.
func (r *molReader) geometries() {
	m := &r.b.m
	for i := range m.bonds {
		b := &m.bonds[i]
		if b.order != 2 || r.wedge[i] == 4 || !trigonal(m, b.a) || !trigonal(m, b.b) {
			continue
		}
		x, sx := r.sideOf(b.a, b.b)
		y, sy := r.sideOf(b.b, b.a)
		if sx != 0 && sy != 0 {
			m.geometry = append(m.geometry, stereoBond{uint16(i), x, y, sx == sy})
		}
	}
}

// trigonal reports whether an atom can be an end of a stereo double bond.
func trigonal(m *Mol, v uint16) bool {
	a := &m.atoms[v]
	if a.num != 6 && a.num != 7 && a.num != 14 && a.num != 32 || a.degree < 2 || a.degree > 3 {
		return false
	}
	n := 0
	for _, h := range m.around(int(v)) {
		if m.bonds[h.bond].order == 2 {
			n++
		}
	}
	return n == 1
}

// sideOf returns a neighbour of v, not u, and on which side of the line from v
// to u it lies: in space, sides of the plane through the double bond that the
// neighbours of u span are compared through the first neighbour of u.
func (r *molReader) sideOf(v, u uint16) (x uint16, side int) {
	m := &r.b.m
	line := sub(r.atoms[u].at, r.atoms[v].at)
	if v > u {
		line = sub(r.atoms[v].at, r.atoms[u].at)
	}
	length := math.Sqrt(dot(line, line))
	var normal [3]float64
	for _, end := range [2]uint16{min(u, v), max(u, v)} {
		for _, h := range m.around(int(end)) {
			if h.atom != u && h.atom != v && dot(normal, normal) == 0 {
				d := sub(r.atoms[h.atom].at, r.atoms[end].at)
				n := cross(line, d)
				if math.Sqrt(dot(n, n)) > 0.05*length*math.Sqrt(dot(d, d)) {
					normal = cross(n, line)
				}
			}
		}
	}
	for _, h := range m.around(int(v)) {
		if h.atom == u {
			continue
		}
		if r.wedge[h.bond] == 4 && m.bonds[h.bond].a == v {
			return 0, 0
		}
		d := sub(r.atoms[h.atom].at, r.atoms[v].at)
		s := dot(d, normal)
		if math.Abs(s) <= 0.05*math.Sqrt(dot(d, d)*dot(normal, normal)) {
			continue
		}
		if side == 0 {
			x = h.atom
			if side = 1; s < 0 {
				side = -1
			}
		}
	}
	return x, side
}

func cross(a, b [3]float64) [3]float64 {
	return [3]float64{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}
