package chem

import "slices"

// Aromaticity follows the model of RDKit (The RDKit Book, "Aromaticity"), which
// widens Daylight's: every ring of the ring set, and every union of up to six
// rings fused bond to bond, is aromatic when each of its atoms can give 0, 1 or 2
// electrons to it and the sum is 4n+2. An exocyclic double bond to a more
// electronegative atom takes the electron away (tropone is aromatic, fulvene is
// not). Bonds shared by two rings of an aromatic union stay plain (azulene's
// middle bond).
const (
	// fusedRing is the largest ring that is tried together with others.
	fusedRing = 24
	// fusedRings is the largest union of rings that is tried.
	fusedRings = 6
	// fusedWork bounds the unions tried in one fused system. A size of union
	// that would pass it is not tried at all, so that the order of atoms does
	// not matter; ordinary chemistry stays far below.
	fusedWork = 100_000
)

// Electrons an atom gives to a ring.
const (
	giveNot    int8 = -1 // cannot be part of an aromatic ring
	giveEmpty  int8 = 0  // has an empty orbital
	giveOne    int8 = 1
	giveTwo    int8 = 2
	giveUpToo2 int8 = 3 // wildcard: 0 to 2
)

// aromatizer perceives aromaticity.
type aromatizer struct {
	give   []int8
	known  []bool
	rings  []aromaticRing
	fuse   [][]int32 // rings that share exactly one bond
	group  []int32
	done   []bool
	pick   []int32
	ban    []int32
	count  []uint8
	bcnt   []uint8
	marked []bool // bonds of unions found aromatic
	hits   []int32
	tried  int
	left   int // bonds of the fused system not aromatic yet
}

type aromaticRing struct {
	atoms []uint16
	bonds []uint16
}

// perceive marks aromatic atoms and bonds. The molecule must be in Kekulé form
// with its ring set.
func (z *aromatizer) perceive(m *Mol) {
	if len(m.ringEnd) == 0 {
		return
	}
	z.give = resize(z.give, len(m.atoms))
	z.known = resize(z.known, len(m.atoms))
	z.collect(m)
	n := len(z.rings)
	if n == 0 {
		return
	}
	z.fuseRings(m)
	z.done = resize(z.done, n)
	z.count = resize(z.count, len(m.atoms))
	z.bcnt = resize(z.bcnt, len(m.bonds))
	z.marked = resize(z.marked, len(m.bonds))
	for i := range n {
		if !z.done[i] {
			z.system(m, int32(i))
		}
	}
}

// collect gathers the rings all of whose atoms can take part.
func (z *aromatizer) collect(m *Mol) {
	z.rings = z.rings[:0]
	for i := range m.ringEnd {
		ring := m.ringAt(i)
		ok, wild := true, true
		for _, x := range ring {
			if !z.known[x] {
				z.known[x] = true
				z.give[x] = m.donates(int(x))
			}
			if z.give[x] == giveNot {
				ok = false
				break
			}
			wild = wild && m.atoms[x].num == 0
		}
		if !ok || wild {
			continue
		}
		k := len(z.rings)
		if k < cap(z.rings) {
			z.rings = z.rings[:k+1]
		} else {
			z.rings = append(z.rings, aromaticRing{})
		}
		r := &z.rings[k]
		r.atoms = ring
		r.bonds = r.bonds[:0]
		last := ring[len(ring)-1]
		for _, x := range ring {
			r.bonds = append(r.bonds, uint16(m.BondBetween(int(last), int(x))))
			last = x
		}
	}
}

// fuseRings finds which rings share exactly one bond.
func (z *aromatizer) fuseRings(m *Mol) {
	n := len(z.rings)
	for len(z.fuse) < n {
		z.fuse = append(z.fuse, nil)
	}
	for i := range n {
		z.fuse[i] = z.fuse[i][:0]
	}
	z.bcnt = resize(z.bcnt, len(m.bonds))
	for i := range n {
		a := &z.rings[i]
		if len(a.atoms) > fusedRing {
			continue
		}
		for _, e := range a.bonds {
			z.bcnt[e] = 1
		}
		for j := i + 1; j < n; j++ {
			b := &z.rings[j]
			if len(b.atoms) > fusedRing {
				continue
			}
			shared := 0
			for _, e := range b.bonds {
				shared += int(z.bcnt[e])
			}
			if shared == 1 {
				z.fuse[i] = append(z.fuse[i], int32(j))
				z.fuse[j] = append(z.fuse[j], int32(i))
			}
		}
		for _, e := range a.bonds {
			z.bcnt[e] = 0
		}
	}
}

// system treats the rings fused to ring i, directly or through others.
func (z *aromatizer) system(m *Mol, i int32) {
	z.group = append(z.group[:0], i)
	z.done[i] = true
	for k := 0; k < len(z.group); k++ {
		for _, j := range z.fuse[z.group[k]] {
			if !z.done[j] {
				z.done[j] = true
				z.group = append(z.group, j)
			}
		}
	}
	z.left = 0
	for _, r := range z.group {
		for _, e := range z.rings[r].bonds {
			if z.bcnt[e] == 0 {
				z.bcnt[e] = 1
				z.left++
			}
		}
	}
	for _, r := range z.group {
		for _, e := range z.rings[r].bonds {
			z.bcnt[e] = 0
		}
	}
	z.tried = 0
	for size := 1; size <= min(fusedRings, len(z.group)) && z.left > 0; size++ {
		// Unions of one size are judged before any of them is marked: what
		// has been found in smaller unions decides only when to stop.
		z.hits = z.hits[:0]
		for _, r := range z.group {
			z.pick = append(z.pick[:0], r)
			z.ban = z.ban[:0]
			z.extend(m, size, r)
		}
		if z.tried > fusedWork {
			break
		}
		for k := 0; k < len(z.hits); k += size {
			z.mark(m, z.hits[k:k+size])
		}
	}
}

// extend grows z.pick to connected unions of size rings whose lowest ring is
// root, each once (the scheme of S. Wernicke, IEEE/ACM TCBB 3 (2006) 347), and
// tests them.
func (z *aromatizer) extend(m *Mol, size int, root int32) {
	if len(z.pick) == size {
		z.tried++
		z.judge(m)
		return
	}
	banned := len(z.ban)
	for _, r := range z.pick {
		for _, j := range z.fuse[r] {
			if j <= root || slices.Contains(z.pick, j) || slices.Contains(z.ban, j) || z.tried > fusedWork {
				continue
			}
			z.ban = append(z.ban, j)
			z.pick = append(z.pick, j)
			z.extend(m, size, root)
			z.pick = z.pick[:len(z.pick)-1]
		}
	}
	z.ban = z.ban[:banned]
}

// judge applies Hückel's rule to the union in z.pick and notes it when it holds.
// An atom in three rings of the union lies inside it and does not count.
func (z *aromatizer) judge(m *Mol) {
	low, high := 0, 0
	if len(z.pick) == 1 {
		for _, x := range z.rings[z.pick[0]].atoms {
			low, high = tally(z.give[x], low, high)
		}
	} else {
		for _, r := range z.pick {
			for _, x := range z.rings[r].atoms {
				z.count[x]++
			}
		}
		for _, r := range z.pick {
			for _, x := range z.rings[r].atoms {
				if c := z.count[x]; c == 1 || c == 2 {
					low, high = tally(z.give[x], low, high)
				}
				z.count[x] = 0
			}
		}
	}
	if huckel(low, high) {
		z.hits = append(z.hits, z.pick...)
	}
}

// mark makes the atoms and the outer bonds of a union aromatic.
func (z *aromatizer) mark(m *Mol, pick []int32) {
	for _, r := range pick {
		for _, x := range z.rings[r].atoms {
			m.atoms[x].flags |= flagAromatic
		}
		for _, e := range z.rings[r].bonds {
			z.bcnt[e]++
		}
	}
	for _, r := range pick {
		for _, e := range z.rings[r].bonds {
			if z.bcnt[e] == 1 && !z.marked[e] {
				z.marked[e] = true
				z.left--
				// The triple bond of an aryne stays one.
				if m.bonds[e].order <= 2 {
					m.bonds[e].flags |= flagAromatic
				}
			}
			z.bcnt[e] = 0
		}
	}
}

func tally(give int8, low, high int) (int, int) {
	if give == giveUpToo2 {
		return low, high + 2
	}
	return low + int(give), high + int(give)
}

// huckel reports whether some electron count from low to high is 4n+2.
func huckel(low, high int) bool {
	if high < 6 {
		return high == 2
	}
	for e := low; e <= high; e++ {
		if e >= 2 && (e-2)%4 == 0 {
			return true
		}
	}
	return false
}

// donates returns what atom i gives to an aromatic ring.
func (m *Mol) donates(i int) int8 {
	a := &m.atoms[i]
	inRing, outRing := -1, -1 // neighbour across a multiple bond
	multiple, sum := 0, 0
	degree := int(a.degree) + int(a.h)
	for _, h := range m.around(i) {
		b := &m.bonds[h.bond]
		sum += int(b.order)
		switch {
		case b.order == 0:
			degree--
		case b.order > 1:
			multiple++
			if b.flags&flagRing != 0 {
				inRing = int(h.atom)
			} else {
				outRing = int(h.atom)
			}
			if b.order > 3 {
				return giveNot
			}
		}
	}
	if a.num == 0 {
		return giveUpToo2
	}
	if a.num > 18 && a.num != 34 && a.num != 52 {
		return giveNot
	}
	usual := usualValence(a.num)
	if usual <= 1 || degree > 3 || multiple > 1 {
		return giveNot
	}
	if charged := int(a.num) - int(a.charge); charged > 0 && charged <= maxElement {
		if v := usualValence(uint8(charged)); sum+int(a.h) > v {
			return giveNot
		}
	}
	rad := m.radicals(i)
	if rad > 0 && (a.num != 6 || a.charge != 0) {
		return giveNot
	}
	lone := max(outer(a.num)-usual-int(a.charge), 0)
	n := usual - degree + lone - rad
	if n > 1 && sum-int(a.degree) > 1 {
		n = 1
	}
	return m.share(a, n, inRing, outRing)
}

// share settles how many of n free electrons an atom puts into the ring, given
// its neighbours across multiple bonds in and out of rings.
func (m *Mol) share(a *atom, n, inRing, outRing int) int8 {
	steals := outRing >= 0 && moreElectronegative(m.atoms[outRing].num, a.num)
	switch {
	case n < 0:
		return giveNot
	case n == 0:
		if outRing >= 0 {
			return giveEmpty
		}
		if inRing >= 0 {
			return giveOne
		}
		return giveNot
	case n == 1:
		if outRing >= 0 {
			if steals {
				return giveEmpty
			}
			return giveOne
		}
		if inRing >= 0 {
			return giveOne
		}
		if a.charge == 1 {
			return giveEmpty
		}
		return giveNot
	}
	if steals {
		n--
	}
	if n%2 == 1 {
		return giveOne
	}
	return giveTwo
}

// moreElectronegative ranks elements by their group, then by their row.
func moreElectronegative(x, y uint8) bool {
	p, q := outer(x), outer(y)
	return p > q || p == q && x < y
}
