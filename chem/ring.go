package chem

// ringWork bounds the steps of ring perception in one molecule.
const ringWork = 30_000_000

// ringFinder finds ring bonds and the ring set.
//
// The ring set is the set of relevant cycles: every cycle that belongs to some
// smallest set of smallest rings (P. Vismara, Electron. J. Combin. 4 (1997)
// R9). It does not depend on the order of atoms where an arbitrary SSSR would:
// cubane has its six faces, not five of them. It serves where Daylight counts
// SSSR rings, is the SSSR in all but cages and bridged systems, and agrees with
// what RDKit calls the symmetrized SSSR. The search finds families of rings that
// differ only in which way round they pass an even ring; a family of more than
// familyRings is represented by one of its rings, so that a macrocycle of many
// phenylenes cannot blow up.
type ringFinder struct {
	low, num []int32 // depth-first numbering
	stack    []frame
	system   []int32 // ring system of each atom, -1 outside
	atoms    []uint16
	local    []int32 // number of an atom within its system
	ladj     []int32 // neighbours in ring bonds: flattened
	lbond    []int32
	lfirst   []int32
	dist     []int32
	up       []int32 // parent towards the root of the search
	valid    []bool
	order    []int32
	touched  []int32
	seen     []int32
	stamp    int32
	multi    []bool // more than one shortest path leads to the root
	members  [][]uint16
	cand     []ringCandidate
	path     []uint16
	rows     []uint64
	pivot    []int32 // row with this leading bit, -1
	vec      []uint64
	work     int
}

type frame struct {
	atom, via int32
	next      uint32
}

// familyRings is the largest family of rings that is written out.
const familyRings = 256

// ringCandidate is a cycle found by the search: its atoms are a piece of path.
// It runs from root to y, over far unless that is -1, to z and back. When it has
// relatives, other shortest paths lead from y or z to the root.
type ringCandidate struct {
	from, n      int32
	root         int32
	y, z, far    int32
	hasRelatives bool
}

// markRings sets flagRing on the atoms and bonds that lie in rings: the bonds
// that are not bridges, by one depth-first search (R. Tarjan, 1974).
func (f *ringFinder) markRings(m *Mol) {
	n := len(m.atoms)
	if len(m.bonds) < 3 {
		return
	}
	f.num = resize(f.num, n)
	f.low = resize(f.low, n)
	count := int32(0)
	for root := range m.atoms {
		if f.num[root] != 0 {
			continue
		}
		count++
		f.num[root], f.low[root] = count, count
		f.stack = append(f.stack[:0], frame{int32(root), -1, 0})
		for len(f.stack) > 0 {
			t := &f.stack[len(f.stack)-1]
			a := &m.atoms[t.atom]
			if t.next < uint32(a.degree) {
				h := m.adj[a.first+t.next]
				t.next++
				if int32(h.bond) == t.via {
					continue
				}
				if f.num[h.atom] == 0 {
					count++
					f.num[h.atom], f.low[h.atom] = count, count
					f.stack = append(f.stack, frame{int32(h.atom), int32(h.bond), 0})
				} else if f.num[h.atom] < f.num[t.atom] {
					f.low[t.atom] = min(f.low[t.atom], f.num[h.atom])
					m.setRing(int(h.bond))
				}
				continue
			}
			v, via := t.atom, t.via
			f.stack = f.stack[:len(f.stack)-1]
			if via < 0 {
				continue
			}
			p := f.stack[len(f.stack)-1].atom
			if f.low[v] <= f.num[p] {
				m.setRing(int(via))
			}
			f.low[p] = min(f.low[p], f.low[v])
		}
	}
}

func (m *Mol) setRing(i int) {
	b := &m.bonds[i]
	b.flags |= flagRing
	m.atoms[b.a].flags |= flagRing
	m.atoms[b.b].flags |= flagRing
}

// perceive fills the ring set and what atoms say of it. Ring bonds must have
// been marked.
func (f *ringFinder) perceive(m *Mol) error {
	m.ringEnd, m.ringAtom, m.cycles = m.ringEnd[:0], m.ringAtom[:0], 0
	f.work = 0
	n := len(m.atoms)
	f.system = resize(f.system, n)
	f.local = resize(f.local, n)
	for i := range m.atoms {
		if m.atoms[i].flags&flagRing == 0 || f.system[i] != 0 {
			continue
		}
		bonds := f.collect(m, i)
		rings := bonds - len(f.atoms) + 1
		if rings > MaxRings {
			return limitf("a ring system has %d independent rings; at most %d are read", rings, MaxRings)
		}
		m.cycles += uint16(rings)
		if rings == 1 {
			f.lone(m, i)
			continue
		}
		if !f.solve(m, rings, bonds) {
			return limitf("the ring system of atom %d is too large to take apart", i+1)
		}
	}
	start := uint32(0)
	for _, end := range m.ringEnd {
		ring := m.ringAtom[start:end]
		for _, x := range ring {
			a := &m.atoms[x]
			if a.rings < 255 {
				a.rings++
			}
			if a.minRing == 0 || int(a.minRing) > len(ring) {
				a.minRing = uint16(len(ring))
			}
		}
		start = end
	}
	return nil
}

// collect gathers the atoms joined to atom i by ring bonds into f.atoms and
// returns the number of those bonds.
func (f *ringFinder) collect(m *Mol, i int) int {
	f.atoms = append(f.atoms[:0], uint16(i))
	f.system[i] = 1
	ends := 0
	for k := 0; k < len(f.atoms); k++ {
		for _, h := range m.around(int(f.atoms[k])) {
			if m.bonds[h.bond].flags&flagRing == 0 {
				continue
			}
			ends++
			if f.system[h.atom] == 0 {
				f.system[h.atom] = 1
				f.atoms = append(f.atoms, h.atom)
			}
		}
	}
	for _, x := range f.atoms {
		a := &m.atoms[x]
		a.rings, a.minRing = 0, 0
	}
	return ends / 2
}

// lone walks round a system that is a single ring.
func (f *ringFinder) lone(m *Mol, i int) {
	at, via := i, -1
	for {
		m.ringAtom = append(m.ringAtom, uint16(at))
		for _, h := range m.around(at) {
			if int(h.bond) != via && m.bonds[h.bond].flags&flagRing != 0 {
				at, via = int(h.atom), int(h.bond)
				break
			}
		}
		if at == i {
			break
		}
	}
	m.ringEnd = append(m.ringEnd, uint32(len(m.ringAtom)))
}

// Rings returns the ring set: for each ring its atoms in order round the ring.
// See the package comment for which rings these are. Each call makes new slices.
func (m *Mol) Rings() [][]int {
	out := make([][]int, len(m.ringEnd))
	for i := range out {
		r := m.ringAt(i)
		out[i] = make([]int, len(r))
		for k, x := range r {
			out[i][k] = int(x)
		}
	}
	return out
}

// RingCount returns the number of independent rings: the size of the SSSR.
func (m *Mol) RingCount() int { return int(m.cycles) }

func (m *Mol) ringAt(i int) []uint16 {
	start := uint32(0)
	if i > 0 {
		start = m.ringEnd[i-1]
	}
	return m.ringAtom[start:m.ringEnd[i]]
}
