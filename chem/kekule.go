package chem

// Roles of an aromatic atom in finding a Kekulé structure.
const (
	piNone uint8 = iota // takes no double bond inside the aromatic system
	piMust              // takes exactly one
	piMay               // may take one
	piOut               // not in an aromatic system
)

// piRole tells from element, charge and sigma bonds whether an aromatic atom
// takes part in a double bond. sigma counts every bond of the aromatic system
// once, others by their order, plus stated hydrogens; double says that one of the
// others is a double or triple bond.
func piRole(a *atom, sigma int, double bool) uint8 {
	want := 0 // number of electrons in bonds once the double bond is placed
	switch a.num {
	case 0:
		return piMay
	case 6, 14, 32:
		if double {
			return piNone
		}
		want = 4
		if a.charge != 0 {
			want = 3
		}
	case 5:
		want = 3
		if a.charge == -1 {
			want = 4
		}
		if sigma == 2 && a.charge == 0 && a.flags&flagFixedH == 0 {
			return piMay
		}
	case 7, 15, 33, 51:
		switch {
		case a.charge > 0:
			want = 4
		case a.charge < 0:
			want = 2
		case sigma == 4:
			want = 5
		default:
			want = 3
		}
	case 8, 16, 34, 52:
		switch {
		case a.charge > 0:
			want = 3
			if sigma >= 4 {
				want = 5
			}
		case a.charge < 0:
			want = 1
		case a.num != 8 && sigma >= 5:
			want = 6
		case a.num != 8 && sigma >= 3:
			want = 4
		default:
			want = 2
		}
	default:
		return piMay
	}
	if sigma < want {
		return piMust
	}
	return piNone
}

// kekulize replaces aromatic bonds by single and double bonds. It fails when
// the aromatic atoms cannot be paired up.
func (b *builder) kekulize() error {
	m := &b.m
	b.openWildcards()
	some := false
	for i := range m.atoms {
		a := &m.atoms[i]
		if a.flags&flagAromatic == 0 {
			continue
		}
		if a.flags&flagRing == 0 {
			if a.num == 0 {
				a.flags &^= flagAromatic
				continue
			}
			return b.fail(i, "aromatic "+aromaticSymbol(a.num)+" is in no ring; write it with a capital letter")
		}
		some = true
	}
	for i := range m.bonds {
		if bd := &m.bonds[i]; bd.flags&(flagAromatic|flagRing) == flagAromatic {
			bd.flags &^= flagAromatic
		}
	}
	if !some {
		return nil
	}
	k := &b.match
	k.start(m)
	for i := range m.atoms {
		a := &m.atoms[i]
		if a.flags&flagAromatic == 0 {
			continue
		}
		sigma, double := int(a.h), false
		for _, h := range m.around(i) {
			order := m.bonds[h.bond].order
			sigma += int(order)
			double = double || order > 1
		}
		k.role[i] = piRole(a, sigma, double)
	}
	if i := k.run(m); i >= 0 {
		return b.fail(i, unpaired(&m.atoms[i]))
	}
	for i := range m.bonds {
		bd := &m.bonds[i]
		if bd.flags&flagAromatic != 0 && k.mate[bd.a] == int32(bd.b) {
			bd.order = 2
		}
		bd.flags &^= flagAromatic
	}
	for i := range m.atoms {
		m.atoms[i].flags &^= flagAromatic
	}
	return nil
}

// openWildcards lets wildcards take part in aromatic systems: a wildcard in a
// ring with an aromatic neighbour, across a bond without a symbol, is taken for
// aromatic, and so on to wildcards next to it.
func (b *builder) openWildcards() {
	m := &b.m
	for again := true; again; {
		again = false
		for i := range m.bonds {
			bd := &m.bonds[i]
			if bd.flags&(flagOpen|flagRing) != flagOpen|flagRing {
				continue
			}
			x, y := &m.atoms[bd.a], &m.atoms[bd.b]
			if (x.flags|y.flags)&flagAromatic != 0 && (x.num == 0 || x.flags&flagAromatic != 0) && (y.num == 0 || y.flags&flagAromatic != 0) {
				x.flags |= flagAromatic
				y.flags |= flagAromatic
				bd.flags = bd.flags&^flagOpen | flagAromatic
				again = true
			}
		}
	}
	for i := range m.bonds {
		m.bonds[i].flags &^= flagOpen
	}
}

func unpaired(a *atom) string {
	s := "the aromatic bonds cannot be drawn as single and double bonds around here"
	if a.num == 6 || a.num == 7 {
		s += "; a hydrogen may be missing on an aromatic nitrogen, write [nH]"
	}
	return s
}

// matching pairs up atoms that need a double bond: a maximum matching in the
// graph of aromatic bonds, by augmenting paths with blossom contraction
// (J. Edmonds, Canad. J. Math. 17 (1965) 449).
type matching struct {
	role  []uint8
	mate  []int32 // partner, or -1
	prev  []int32 // alternating tree
	base  []int32 // base of the blossom of each atom
	inQ   []bool
	mark  []bool
	queue []int32
}

func (k *matching) start(m *Mol) {
	n := len(m.atoms)
	k.role = resize(k.role, n)
	k.mate = resize(k.mate, n)
	for i := range k.role {
		k.role[i] = piOut
		k.mate[i] = -1
	}
}

// open reports whether atom i may be paired in this pass.
func (k *matching) open(i uint16, may bool) bool {
	return k.role[i] == piMust || may && k.role[i] == piMay
}

// run pairs all atoms that must be paired and returns one that cannot, or -1.
func (k *matching) run(m *Mol) int {
	k.greedy(m)
	for i := range k.role {
		if k.role[i] != piMust || k.mate[i] >= 0 {
			continue
		}
		if !k.augment(m, int32(i), false) && !k.augment(m, int32(i), true) {
			return i
		}
	}
	return -1
}

// greedy pairs atoms in the order of an exploration that prefers atoms with a
// single free neighbour; it leaves little for augment to do.
func (k *matching) greedy(m *Mol) {
	free := func(i uint16) (n int, one uint16) {
		for _, h := range m.around(int(i)) {
			if m.bonds[h.bond].flags&flagAromatic != 0 && k.role[h.atom] == piMust && k.mate[h.atom] < 0 {
				n++
				one = h.atom
			}
		}
		return
	}
	stack := k.queue[:0]
	for i := range k.role {
		if k.role[i] == piMust {
			if n, _ := free(uint16(i)); n == 1 {
				stack = append(stack, int32(i))
			}
		}
	}
	next := 0
	for {
		var at int32 = -1
		if len(stack) > 0 {
			at = stack[len(stack)-1]
			stack = stack[:len(stack)-1]
		} else {
			for next < len(k.role) && (k.role[next] != piMust || k.mate[next] >= 0) {
				next++
			}
			if next == len(k.role) {
				break
			}
			at = int32(next)
			next++
		}
		if k.mate[at] >= 0 {
			continue
		}
		n, one := free(uint16(at))
		if n == 0 {
			continue
		}
		k.mate[at], k.mate[one] = int32(one), at
		for _, x := range [2]uint16{uint16(at), one} {
			for _, h := range m.around(int(x)) {
				if k.role[h.atom] == piMust && k.mate[h.atom] < 0 {
					if n, _ := free(h.atom); n == 1 {
						stack = append(stack, int32(h.atom))
					}
				}
			}
		}
	}
	k.queue = stack[:0]
}

// augment looks for an alternating path from atom root to a free atom, or with
// may to an atom that may also stay without a partner.
func (k *matching) augment(m *Mol, root int32, may bool) bool {
	n := len(m.atoms)
	k.prev = resize(k.prev, n)
	k.base = resize(k.base, n)
	k.inQ = resize(k.inQ, n)
	for i := range k.base {
		k.prev[i] = -1
		k.base[i] = int32(i)
	}
	q := append(k.queue[:0], root)
	k.inQ[root] = true
	for len(q) > 0 {
		v := q[0]
		q = q[1:]
		for _, h := range m.around(int(v)) {
			u := int32(h.atom)
			if m.bonds[h.bond].flags&flagAromatic == 0 || !k.open(h.atom, may) ||
				k.base[v] == k.base[u] || k.mate[v] == u {
				continue
			}
			if u == root || k.mate[u] >= 0 && k.prev[k.mate[u]] >= 0 {
				q = k.contract(q, v, u)
				continue
			}
			if k.prev[u] >= 0 {
				continue
			}
			k.prev[u] = v
			if k.mate[u] < 0 {
				k.flip(u)
				return true
			}
			if w := k.mate[u]; !k.inQ[w] {
				k.inQ[w] = true
				q = append(q, w)
			}
		}
	}
	return false
}

// flip exchanges paired and unpaired bonds along the path that ends in u.
func (k *matching) flip(u int32) {
	for u >= 0 {
		v := k.prev[u]
		w := k.mate[v]
		k.mate[u], k.mate[v] = v, u
		u = w
	}
}

// contract shrinks the odd cycle closed by the bond v–u.
func (k *matching) contract(q []int32, v, u int32) []int32 {
	k.mark = resize(k.mark, len(k.base))
	b := k.common(v, u)
	k.blossom(v, b, u)
	k.blossom(u, b, v)
	for i := range k.base {
		if k.mark[k.base[i]] {
			k.base[i] = b
			if !k.inQ[i] {
				k.inQ[i] = true
				q = append(q, int32(i))
			}
		}
	}
	return q
}

func (k *matching) blossom(v, b, child int32) {
	for k.base[v] != b {
		k.mark[k.base[v]] = true
		k.mark[k.base[k.mate[v]]] = true
		k.prev[v] = child
		child = k.mate[v]
		v = k.prev[k.mate[v]]
	}
}

// common returns the nearest common base of v and u in the alternating tree.
func (k *matching) common(v, u int32) int32 {
	on := map[int32]bool{}
	for {
		v = k.base[v]
		on[v] = true
		if k.mate[v] < 0 {
			break
		}
		v = k.prev[k.mate[v]]
	}
	for {
		u = k.base[u]
		if on[u] {
			return u
		}
		u = k.prev[k.mate[u]]
	}
}
