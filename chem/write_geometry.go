package chem

// A double bond's geometry is written by a mark on one bond at each end. Marks
// are numbered: bond e is mark e, and the implicit hydrogen of atom v, written
// out as a branch where no bond will do, is mark len(bonds)+v.

// geometryTie says that two marks are equal, or opposite, in order of writing.
type geometryTie struct {
	e, f int32
	same bool
}

// geometryPick is the mark chosen for one end of a double bond.
type geometryPick struct {
	v, u int32 // the end, and the other end
	ref  int32 // the neighbour of v that the geometry refers to
	mark int32
}

// directions chooses the marks of the component just laid out, and their
// directions. Marks are tied to each other by the double bonds between them; the
// first of each tied group, in order of writing, is /.
func (w *writer) directions(seq []int32) {
	picks, cis := w.pickMarks(seq)
	w.unmarkAccidents(seq, picks)
	var ties []geometryTie
	at := map[int32][]int32{} // marks at an end
	for k := 0; k < len(picks); k += 2 {
		p, q := picks[k], picks[k+1]
		same := cis[k/2] == (w.above(p) == w.above(q))
		ties = append(ties, geometryTie{p.mark, q.mark, same})
		at[p.v] = append(at[p.v], p.mark)
		at[q.v] = append(at[q.v], q.mark)
	}
	marked := map[int32]bool{}
	for _, p := range picks {
		marked[p.mark] = true
	}
	// Two marks at one end of a double bond lie on opposite sides.
	for _, p := range picks {
		for _, h := range w.m.around(int(p.v)) {
			if e := int32(h.bond); e != p.mark && marked[e] {
				ties = append(ties, geometryTie{p.mark, e, w.leads(p.mark, p.v) != w.leads(e, p.v)})
			}
		}
	}
	start := func(e int32) {
		if marked[e] && w.dir[e] == 0 {
			w.dir[e] = 1
			w.spread(ties)
		}
	}
	for _, i := range seq {
		for _, h := range w.opening[i] {
			start(int32(h.bond))
		}
		start(int32(len(w.m.bonds)) + i)
		for _, h := range w.kids[i] {
			start(int32(h.bond))
		}
	}
}

// pickMarks chooses for each double bond, in order of writing, a mark at each
// end: two entries of picks, and one of cis.
func (w *writer) pickMarks(seq []int32) (picks []geometryPick, cis []bool) {
	m := w.m
	of := map[int32][]int{} // geometries by their first end in order of writing
	for k := range w.geometry {
		b := m.bonds[w.geometry[k].bond]
		p := int32(b.a)
		if w.when[b.b] < w.when[b.a] {
			p = int32(b.b)
		}
		of[p] = append(of[p], k)
	}
	chosen := map[int32]bool{}
	for _, i := range seq {
		for _, k := range of[i] {
			g := &w.geometry[k]
			b := m.bonds[g.bond]
			p := geometryPick{v: int32(b.a), u: int32(b.b), ref: int32(g.x)}
			q := geometryPick{v: int32(b.b), u: int32(b.a), ref: int32(g.y)}
			if p.v != i {
				p, q = q, p
			}
			for _, x := range [2]*geometryPick{&p, &q} {
				x.mark = w.markAt(x.v, x.u, chosen)
				chosen[x.mark] = true
			}
			picks = append(picks, p, q)
			cis = append(cis, g.cis)
		}
	}
	return picks, cis
}

// markAt chooses the bond at end v of the double bond v=u that carries the mark:
// one that carries one already, else the first written.
func (w *writer) markAt(v, u int32, chosen map[int32]bool) int32 {
	best, bestAt := int32(-1), int32(0)
	for _, h := range w.m.around(int(v)) {
		if int32(h.atom) == u {
			continue
		}
		at := w.when[h.atom]
		if chosen[int32(h.bond)] {
			at = -1
		}
		if best < 0 || at < bestAt {
			best, bestAt = int32(h.bond), at
		}
	}
	return best
}

// unmarkAccidents moves marks away from double bonds of no stated geometry that
// have come to stand between two of them, and would be read as stating one: to
// the other neighbour, or to a hydrogen.
func (w *writer) unmarkAccidents(seq []int32, picks []geometryPick) {
	m := w.m
	by := map[int32]int{} // the pick that chose a mark
	for k, p := range picks {
		by[p.mark] = k
	}
	stated := map[uint16]bool{}
	for _, g := range w.geometry {
		stated[g.bond] = true
	}
	for _, i := range seq {
		for _, h := range m.around(int(i)) {
			b := &m.bonds[h.bond]
			if b.order != 2 || stated[h.bond] || b.flags&flagAromatic != 0 || w.when[h.atom] < w.when[i] {
				continue
			}
			k, here := w.markBeside(i, int32(h.atom), by)
			_, there := w.markBeside(int32(h.atom), i, by)
			if !here || !there {
				continue
			}
			p := &picks[k]
			moved := int32(-1)
			for _, g := range m.around(int(p.v)) {
				if e := int32(g.bond); e != p.mark && int32(g.atom) != p.u && m.bonds[e].flags&flagAromatic == 0 {
					moved = e
				}
			}
			if moved < 0 && m.atoms[p.v].h == 1 {
				moved = int32(len(m.bonds)) + p.v
			}
			if moved >= 0 {
				delete(by, p.mark)
				p.mark = moved
				by[moved] = k
			}
		}
	}
}

// markBeside returns the pick whose mark stands on a bond of v other than the
// double bond to u, when there is one that another double bond chose.
func (w *writer) markBeside(v, u int32, by map[int32]int) (int, bool) {
	for _, h := range w.m.around(int(v)) {
		if int32(h.atom) == u {
			continue
		}
		if k, ok := by[int32(h.bond)]; ok {
			return k, true
		}
	}
	return 0, false
}

// spread carries directions along ties until nothing changes.
func (w *writer) spread(ties []geometryTie) {
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

// leads reports whether a mark is written from atom v on, not towards it.
func (w *writer) leads(mark, v int32) bool {
	if int(mark) >= len(w.m.bonds) {
		return true
	}
	b := &w.m.bonds[mark]
	return w.when[v] < w.when[int32(b.a)+int32(b.b)-v]
}

// above reports whether the neighbour that the geometry refers to lies above the
// end when the mark there is /.
func (w *writer) above(p geometryPick) bool {
	up := w.leads(p.mark, p.v)
	if int(p.mark) >= len(w.m.bonds) {
		return !up
	}
	b := &w.m.bonds[p.mark]
	if int32(b.a)+int32(b.b)-p.v != p.ref {
		up = !up
	}
	return up
}
