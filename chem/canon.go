package chem

import (
	"bytes"
	"slices"
	"sync"
)

// canonWork bounds the steps of one canonical labelling. It is reached only by
// large regular cages; past it ties are broken as they come.
const canonWork = 4_000_000

// Canonical returns the canonical isomeric SMILES: the same text for every
// order in which the atoms of a molecule may be written, and another text for
// another molecule. It keeps isotopes, atom classes and stereochemistry, drops
// stereo marks on atoms and bonds that cannot carry any, and is stable within
// one major version of Paiza.
//
// Atoms are ranked by refinement of their invariants (D. Weininger, A. Weininger,
// J. L. Weininger, J. Chem. Inf. Comput. Sci. 29 (1989) 97; N. Schneider, R. A.
// Sayle, G. A. Landrum, J. Chem. Inf. Model. 55 (2015) 2111); remaining ties are
// searched with automorphism pruning (B. D. McKay, Congr. Numer. 30 (1981) 45),
// so that the text does not depend on luck.
func (m *Mol) Canonical() string { return m.canonical(true) }

// CanonicalFlat returns the canonical SMILES of the bare constitution: without
// stereo, isotopes and atom classes.
func (m *Mol) CanonicalFlat() string { return m.canonical(false) }

// SMILES writes the molecule with its atoms in their present order as far as a
// walk through the bonds allows.
func (m *Mol) SMILES() string {
	c := canonizers.Get().(*canonizer)
	defer canonizers.Put(c)
	c.rank = resize(c.rank, len(m.atoms))
	for i := range c.rank {
		c.rank[i] = int32(i)
	}
	return c.write(m, true, m.centers, m.geometry, false)
}

var canonizers = sync.Pool{New: func() any { return new(canonizer) }}

func (m *Mol) canonical(isomeric bool) string {
	c := canonizers.Get().(*canonizer)
	defer canonizers.Put(c)
	c.label(m, isomeric)
	return c.write(m, isomeric, c.centers, c.geometry, true)
}

// Ranks returns for each atom its place in the canonical order of the molecule.
func (m *Mol) Ranks() []int {
	c := canonizers.Get().(*canonizer)
	defer canonizers.Put(c)
	c.label(m, true)
	out := make([]int, len(c.rank))
	for i, r := range c.rank {
		out[i] = int(r)
	}
	return out
}

// write puts out all components, in the order of their texts when sorted.
func (c *canonizer) write(m *Mol, isomeric bool, centers []stereoAtom, geometry []stereoBond, sorted bool) string {
	w := &c.w
	w.prepare(m)
	w.rank, w.isomeric, w.centers, w.geometry = c.rank, isomeric, centers, geometry
	byRank := resize(c.order, len(m.atoms))
	c.order = byRank
	for i, r := range c.rank {
		byRank[r] = int32(i)
	}
	var parts [][]byte
	for _, i := range byRank {
		if w.when[i] >= 0 {
			continue
		}
		p := w.fragment(int(i))
		if len(p) == len(w.out) && len(w.seq) == len(m.atoms) {
			return string(p)
		}
		parts = append(parts, bytes.Clone(p))
	}
	if sorted {
		slices.SortStableFunc(parts, bytes.Compare)
	}
	return string(bytes.Join(parts, []byte{'.'}))
}

// canonizer ranks the atoms of a molecule. Its partition keeps atoms that are
// still tied in one cell: lab lists atoms cell by cell, cell gives the start of
// an atom's cell, size the length of the cell that starts at a place.
type canonizer struct {
	m        *Mol
	isomeric bool
	centers  []stereoAtom // marks that still count
	geometry []stereoBond
	rank     []int32 // result
	order    []int32
	w        writer

	lab, cell, size []int32
	place           []int32 // place of an atom in lab
	n               int     // atoms under refinement
	cells           int
	keys            []uint64
	count           []uint64
	queue           []int32
	queued          []bool
	touched         []int32
	hit             []int32
	members         []int32
	resolved        []bool // stereo elements whose sense has coloured the cells
	path            []int32
	found           [][]int32 // automorphisms met, as maps of atoms
	work            int
	spare           []partition
	component       []int32
}

// partition is a saved state of the cells.
type partition struct {
	lab, cell, size, place []int32
	cells                  int
}

// label ranks the atoms of m. Each component is ranked by itself: tied copies
// of a component need no search, their texts are the same.
func (c *canonizer) label(m *Mol, isomeric bool) {
	c.m, c.isomeric, c.work = m, isomeric, 0
	c.centers, c.geometry = c.centers[:0], c.geometry[:0]
	if isomeric {
		c.centers = append(c.centers, m.centers...)
		c.geometry = append(c.geometry, m.geometry...)
	}
	n := len(m.atoms)
	c.rank = resize(c.rank, n)
	c.lab, c.cell = resize(c.lab, n), resize(c.cell, n)
	c.size, c.place = resize(c.size, n), resize(c.place, n)
	c.count, c.queued = resize(c.count, n), resize(c.queued, n)
	c.keys = resize(c.keys, n)
	for i := range c.lab {
		c.lab[i] = int32(i)
		c.keys[i] = c.key(i)
	}
	if !c.connected() {
		c.components()
		return
	}
	c.n = n
	c.run()
	for i := range c.rank {
		c.rank[i] = c.cell[i]
	}
}

// connected reports whether the molecule is one component.
func (c *canonizer) connected() bool {
	return len(c.m.bonds) >= len(c.m.atoms)-1 && c.flood(0, 1) == len(c.m.atoms)
}

// flood marks the component of atom i in c.component and returns its size.
func (c *canonizer) flood(i int, mark int32) int {
	if mark == 1 {
		c.component = resize(c.component, len(c.m.atoms))
	}
	c.hit = append(c.hit[:0], int32(i))
	c.component[i] = mark
	for k := 0; k < len(c.hit); k++ {
		for _, h := range c.m.around(int(c.hit[k])) {
			if c.component[h.atom] == 0 {
				c.component[h.atom] = mark
				c.hit = append(c.hit, int32(h.atom))
			}
		}
	}
	return len(c.hit)
}

// components ranks each component apart; ranks of a component follow on those
// of the one before. The writer sorts their texts.
func (c *canonizer) components() {
	n := len(c.m.atoms)
	mark, base := int32(0), int32(0)
	all := make([]int32, 0, n)
	clear(c.component)
	for i := range n {
		if mark == 0 || c.component[i] == 0 {
			mark++
			k := c.flood(i, mark)
			all = append(all[:0], c.hit[:k]...)
			copy(c.lab, all)
			c.n = k
			c.run()
			for _, x := range all {
				c.rank[x] = base + c.cell[x]
			}
			base += int32(k)
		}
	}
}

// key packs what an atom is by itself. Terminal atoms come first.
func (c *canonizer) key(i int) uint64 {
	a := &c.m.atoms[i]
	k := uint64(a.degree)<<57 | uint64(a.num)<<50 | uint64(a.flags&flagAromatic)<<49 |
		uint64(a.h&31)<<44 | uint64(uint8(a.charge+16)&31)<<39 | uint64(a.rbonds&7)<<36
	if c.isomeric {
		k |= uint64(a.isotope&0x3FF)<<16 | uint64(a.class)
	}
	return k
}

// run refines the first c.n atoms of lab to single atoms.
func (c *canonizer) run() {
	c.initial()
	c.refine()
	c.path, c.found = c.path[:0], c.found[:0]
	if len(c.centers)+len(c.geometry) > 0 {
		c.resolve()
		for c.cells < c.n && c.dropFalse() {
			c.resolve()
		}
	}
	if c.cells == c.n {
		return
	}
	if c.simple() {
		c.descend()
		return
	}
	best := c.explore()
	copy(c.lab[:c.n], best.lab)
	for i, x := range best.lab {
		c.cell[x] = int32(i)
	}
}

// initial makes cells of atoms with equal keys.
func (c *canonizer) initial() {
	lab := c.lab[:c.n]
	slices.SortFunc(lab, func(a, b int32) int {
		switch x, y := c.keys[a], c.keys[b]; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	c.queue, c.cells = c.queue[:0], 0
	start := 0
	for i, x := range lab {
		if i > 0 && c.keys[x] != c.keys[lab[i-1]] {
			start = i
		}
		if i == start {
			c.size[start] = 0
			c.cells++
			c.push(int32(start))
		}
		c.size[start]++
		c.cell[x] = int32(start)
		c.place[x] = int32(i)
	}
}

func (c *canonizer) push(start int32) {
	if !c.queued[start] {
		c.queued[start] = true
		c.queue = append(c.queue, start)
	}
}

// colour is what a bond counts in refinement: one unit in a place of its own.
func (m *Mol) colour(i uint16) uint64 {
	b := &m.bonds[i]
	if b.flags&flagAromatic != 0 {
		return 1 << 40
	}
	return 1 << (8 * uint(b.order&7))
}

// refine splits cells until atoms of one cell have equal bonds to every cell.
func (c *canonizer) refine() {
	m := c.m
	head := 0
	for head < len(c.queue) {
		w := c.queue[head]
		head++
		c.queued[w] = false
		if c.cells == c.n {
			continue
		}
		c.members = append(c.members[:0], c.lab[w:w+c.size[w]]...)
		c.hit = c.hit[:0]
		for _, v := range c.members {
			for _, h := range m.around(int(v)) {
				u := int32(h.atom)
				if c.size[c.cell[u]] == 1 {
					continue
				}
				if c.count[u] == 0 {
					c.hit = append(c.hit, u)
				}
				c.count[u] += m.colour(h.bond)
			}
			c.work += int(m.atoms[v].degree)
		}
		c.splitHit()
	}
	c.queue = c.queue[:0]
}

// splitHit splits the cells of the atoms in c.hit by their counts.
func (c *canonizer) splitHit() {
	if len(c.hit) == 0 {
		return
	}
	c.touched = c.touched[:0]
	for _, u := range c.hit {
		s := c.cell[u]
		if !slices.Contains(c.touched, s) {
			c.touched = append(c.touched, s)
		}
	}
	slices.Sort(c.touched)
	for _, s := range c.touched {
		c.split(s)
	}
	for _, u := range c.hit {
		c.count[u] = 0
	}
}

// split orders one cell by count and parts it.
func (c *canonizer) split(s int32) {
	part := c.lab[s : s+c.size[s]]
	c.work += len(part)
	same := true
	for _, u := range part[1:] {
		if c.count[u] != c.count[part[0]] {
			same = false
			break
		}
	}
	if same {
		return
	}
	if len(part) <= 12 {
		for i := 1; i < len(part); i++ {
			for j := i; j > 0 && c.count[part[j]] < c.count[part[j-1]]; j-- {
				part[j], part[j-1] = part[j-1], part[j]
			}
		}
	} else {
		slices.SortFunc(part, func(a, b int32) int {
			switch x, y := c.count[a], c.count[b]; {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		})
	}
	waiting := c.queued[s]
	start := s
	largest, most := s, int32(0)
	for i := range part {
		at := s + int32(i)
		if i > 0 && c.count[part[i]] != c.count[part[i-1]] {
			if c.size[start] = at - start; c.size[start] > most {
				largest, most = start, c.size[start]
			}
			start = at
			c.cells++
		}
		c.cell[part[i]] = start
		c.place[part[i]] = at
	}
	if c.size[start] = s + int32(len(part)) - start; c.size[start] > most {
		largest = start
	}
	for at := s; at < s+int32(len(part)); at += c.size[at] {
		if waiting || at != largest {
			c.push(at)
		}
	}
}

// simple reports whether every way of breaking the remaining ties leads to the
// same result: when the cells leave too little freedom for anything else (McKay
// 1981, lemma 2.25), and no stereo mark depends on the ties.
func (c *canonizer) simple() bool {
	if slices.Contains(c.resolved[:len(c.centers)+len(c.geometry)], false) && c.unresolvedHere() {
		return false
	}
	if c.n <= c.cells+4 {
		return true
	}
	wide := 0
	for s := int32(0); s < int32(c.n); s += c.size[s] {
		if c.size[s] > 1 {
			wide++
		}
	}
	return c.n == c.cells+wide || c.n == c.cells+wide+1
}

// descend breaks all ties, each by taking the first atom of the first cell.
func (c *canonizer) descend() {
	for c.cells < c.n {
		c.single(c.lab[c.target()])
	}
}

// target returns the first of the smallest cells with a tie.
func (c *canonizer) target() int32 {
	best := int32(-1)
	for s := int32(0); s < int32(c.n); s += c.size[s] {
		if c.size[s] > 1 && (best < 0 || c.size[s] < c.size[best]) {
			if best = s; c.size[s] == 2 {
				break
			}
		}
	}
	return best
}

// single parts atom v from the rest of its cell and refines.
func (c *canonizer) single(v int32) {
	s, p := c.cell[v], c.place[v]
	first := c.lab[s]
	c.lab[s], c.lab[p] = v, first
	c.place[v], c.place[first] = s, p
	rest := s + 1
	c.size[rest] = c.size[s] - 1
	c.size[s] = 1
	for _, u := range c.lab[rest : rest+c.size[rest]] {
		c.cell[u] = rest
	}
	c.work += int(c.size[rest])
	c.cells++
	c.push(s)
	c.refine()
}
