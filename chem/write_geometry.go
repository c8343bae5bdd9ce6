package chem

// geometryMark ties the direction marks of the two bonds that show a double
// bond's geometry: same says whether they are equal in order of writing.
type geometryMark struct {
	e, f int32
	same bool
}

// directions chooses the bonds that carry / and \ in the component just laid
// out, and their directions. Marks are tied to each other by the double bonds
// between them; the first of each tied group, in order of writing, is /.
func (w *writer) directions(seq []int32) {
	m := w.m
	var ties []geometryMark
	chosen := map[int32]bool{}
	for _, i := range seq {
		for k := range w.geometry {
			g := &w.geometry[k]
			b := m.bonds[g.bond]
			p, q := int32(b.a), int32(b.b)
			if w.when[q] < w.when[p] {
				p, q = q, p
			}
			if p != i {
				continue
			}
			e, up := w.markAt(p, q, g, chosen)
			chosen[e] = true
			f, upQ := w.markAt(q, p, g, chosen)
			chosen[f] = true
			same := g.cis == (up == upQ)
			ties = append(ties, geometryMark{e, f, same})
		}
	}
	// Two marked bonds at one end of a double bond lie on opposite sides.
	for k := range w.geometry {
		b := m.bonds[w.geometry[k].bond]
		for _, v := range [2]uint16{b.a, b.b} {
			first := int32(-1)
			for _, h := range m.around(int(v)) {
				e := int32(h.bond)
				if !chosen[e] {
					continue
				}
				if first >= 0 {
					ties = append(ties, geometryMark{first, e, w.leads(first, int32(v)) != w.leads(e, int32(v))})
				}
				first = e
			}
		}
	}
	for _, i := range seq {
		for _, list := range [2][]half{w.opening[i], w.kids[i]} {
			for _, h := range list {
				if e := int32(h.bond); chosen[e] && w.dir[e] == 0 {
					w.dir[e] = 1
					w.spread(ties)
				}
			}
		}
	}
}

// spread carries directions along ties until nothing changes.
func (w *writer) spread(ties []geometryMark) {
	for again := true; again; {
		again = false
		for _, t := range ties {
			e, f := t.e, t.f
			if w.dir[e] == 0 {
				e, f = f, e
			}
			if w.dir[e] == 0 || w.dir[f] != 0 {
				continue
			}
			w.dir[f] = w.dir[e]
			if !t.same {
				w.dir[f] = -w.dir[e]
			}
			again = true
		}
	}
}

// leads reports whether bond e is written from atom v on, not towards it.
func (w *writer) leads(e, v int32) bool {
	b := &w.m.bonds[e]
	return w.when[v] < w.when[int32(b.a)+int32(b.b)-v]
}

// markAt chooses the bond at end v of the double bond v=u that carries the mark:
// one that carries one already, else the first written. sign says which side of
// the bond the reference neighbour of g lies when the mark is /.
func (w *writer) markAt(v, u int32, g *stereoBond, chosen map[int32]bool) (e int32, sign bool) {
	m := w.m
	ref := int32(g.x)
	if int32(m.bonds[g.bond].a) != v {
		ref = int32(g.y)
	}
	best, bestAt := half{noAtom, 0}, int32(-1)
	for _, h := range m.around(int(v)) {
		if int32(h.atom) == u {
			continue
		}
		at := w.when[h.atom]
		if chosen[int32(h.bond)] {
			at = -1
		}
		if best.atom == noAtom || at < bestAt {
			best, bestAt = h, at
		}
	}
	sign = w.leads(int32(best.bond), v)
	if int32(best.atom) != ref {
		sign = !sign
	}
	return int32(best.bond), sign
}
