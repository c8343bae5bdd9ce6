package chem

// chiral judges the atoms of the pattern that state a chirality.
func (s *search) chiral() bool {
	for i := range s.p.atoms {
		q := &s.p.atoms[i]
		if q.chiral && !q.merged && !s.chiralAt(q, int(s.at[i])) {
			return false
		}
	}
	return true
}

// chiralAt evaluates the whole expression again, now with chirality.
func (s *search) chiralAt(q *queryAtom, i int) bool {
	a := &s.m.atoms[i]
	for _, or := range q.expr {
		any := false
		for _, and := range or {
			all := true
			for k := range and {
				p := &and[k]
				v := false
				if p.kind == primChiral {
					v = s.sense(q, p, i)
				} else {
					v = s.prim(p, a, i)
				}
				if v == p.not {
					all = false
					break
				}
			}
			if all {
				any = true
				break
			}
		}
		if !any {
			return false
		}
	}
	return true
}

// sense reports whether atom i has the arrangement p, with the neighbours of q
// where they were placed.
func (s *search) sense(q *queryAtom, p *prim, i int) bool {
	c := s.m.center(i)
	if c == nil {
		return p.maybe
	}
	named := 0
	for _, x := range q.order {
		if x >= 0 {
			named++
		}
	}
	if named < 3 {
		return true
	}
	class := p.class
	if class == stereoPlain {
		class = stereoTH
		switch {
		case len(q.order) == 5:
			class = stereoTB
		case len(q.order) > 5:
			class = stereoOH
		}
	}
	if c.class != class || len(q.order) > int(c.n) {
		return false
	}
	var buf [maxLigands]uint16
	order := buf[:0]
	open := -1 // place in order that no atom of the pattern fills
	for k, x := range q.order {
		if x < 0 {
			if open >= 0 {
				return false
			}
			open = k
			order = append(order, noAtom)
			continue
		}
		order = append(order, uint16(s.at[x]))
	}
	if len(order) == int(c.n)-1 && open < 0 {
		// The neighbour not named stands where an implicit hydrogen would.
		open = 0
		if q.order[0] < s.number(q) {
			open = 1
		}
		order = append(order, 0)
		copy(order[open+1:], order[open:])
	}
	if open >= 0 {
		rest, ok := leftOver(c, order, open)
		if !ok {
			return false
		}
		order[open] = rest
	}
	return int16(c.permIn(order)) == p.val
}

// number returns the place of q among the atoms of the pattern.
func (s *search) number(q *queryAtom) int32 {
	for i := range s.p.atoms {
		if &s.p.atoms[i] == q {
			return int32(i)
		}
	}
	return -1
}

// leftOver returns the one ligand of c that order does not list outside place
// open.
func leftOver(c *stereoAtom, order []uint16, open int) (uint16, bool) {
	var rest uint16
	n := 0
	for _, x := range c.nbr[:c.n] {
		listed := false
		for k, y := range order {
			listed = listed || k != open && x == y
		}
		if !listed {
			rest = x
			n++
		}
	}
	return rest, n == 1
}

// geometries judges the double bonds whose geometry the pattern states.
func (s *search) geometries() bool {
	m := s.m
	for _, d := range s.p.doubl {
		a, b, x, y := s.at[d.a], s.at[d.b], s.at[d.x], s.at[d.y]
		if a < 0 || b < 0 || x < 0 || y < 0 {
			continue
		}
		e := m.BondBetween(int(a), int(b))
		if e < 0 {
			return false
		}
		g := m.geometryOf(e)
		if g == nil {
			if d.maybe {
				continue
			}
			return false
		}
		cis := g.cis
		gx, gy := int32(g.x), int32(g.y)
		if int32(m.bonds[e].a) != a {
			gx, gy = gy, gx
		}
		if gx != x {
			cis = !cis
		}
		if gy != y {
			cis = !cis
		}
		if cis != d.cis {
			return false
		}
	}
	return true
}
