package chem

import (
	"math/bits"
	"slices"
)

// ringWork bounds the steps of ring perception in one molecule.
const ringWork = 30_000_000

// ringFinder finds ring bonds and the ring set.
//
// The ring set is the set of relevant cycles: every cycle that belongs to some
// smallest set of smallest rings (P. Vismara, Electron. J. Combin. 4 (1997)
// R9). It does not depend on the order of atoms where an arbitrary SSSR would:
// cubane has its six faces, not five of them. Of a family of equally long rings
// that differ only in which way round they pass an even ring, one is kept, so
// that cages and cyclophanes cannot blow up. It serves where Daylight counts
// SSSR rings, and is the SSSR in all but cages and bridged systems.
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

// ringCandidate is a cycle found by the search: its atoms are a piece of path.
type ringCandidate struct {
	from, n int32
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

// solve finds the relevant cycles of the system in f.atoms. Candidates are made
// up to a growing length until they span the cycle space, so that ordinary
// fused systems never look further than eight atoms round.
func (f *ringFinder) solve(m *Mol, rings, bonds int) bool {
	f.localize(m, bonds)
	n := len(f.atoms)
	for most := 8; ; most *= 2 {
		f.cand, f.path = f.cand[:0], f.path[:0]
		for r := range n {
			f.grow(int32(r), int32(most))
			if f.work > ringWork {
				return false
			}
		}
		if len(f.cand) >= rings && f.choose(m, rings, bonds) {
			return true
		}
		if most > 2*n || f.work > ringWork {
			return false
		}
	}
}

// localize numbers the atoms and ring bonds of the system from 0.
func (f *ringFinder) localize(m *Mol, bonds int) {
	n := len(f.atoms)
	f.lfirst = resize(f.lfirst, n+1)
	f.ladj, f.lbond = f.ladj[:0], f.lbond[:0]
	for k, x := range f.atoms {
		f.local[x] = int32(k)
	}
	number := int32(0)
	for k, x := range f.atoms {
		f.lfirst[k] = int32(len(f.ladj))
		for _, h := range m.around(int(x)) {
			if m.bonds[h.bond].flags&flagRing == 0 {
				continue
			}
			y := f.local[h.atom]
			e := number
			if y < int32(k) {
				e = f.bondOf(y, int32(k))
			} else {
				number++
			}
			f.ladj = append(f.ladj, y)
			f.lbond = append(f.lbond, e)
		}
	}
	f.lfirst[n] = int32(len(f.ladj))
	f.dist = resize(f.dist, n)
	f.up = resize(f.up, n)
	f.valid = resize(f.valid, n)
	f.seen = resize(f.seen, n)
	f.stamp = 0
	for i := range f.dist {
		f.dist[i] = -1
	}
}

func (f *ringFinder) bondOf(x, y int32) int32 {
	for e := f.lfirst[x]; e < f.lfirst[x+1]; e++ {
		if f.ladj[e] == y {
			return f.lbond[e]
		}
	}
	return -1
}

// grow makes the candidate cycles whose highest-numbered atom is r and whose
// length is at most most.
func (f *ringFinder) grow(r, most int32) {
	f.order = append(f.order[:0], r)
	f.dist[r], f.up[r], f.valid[r] = 0, -1, true
	for k := 0; k < len(f.order); k++ {
		y := f.order[k]
		d := f.dist[y] + 1
		if 2*d > most {
			break
		}
		for e := f.lfirst[y]; e < f.lfirst[y+1]; e++ {
			f.work++
			z := f.ladj[e]
			if f.dist[z] < 0 {
				f.dist[z], f.up[z] = d, y
				f.valid[z] = f.valid[y] && z < r
				f.order = append(f.order, z)
			} else if f.dist[z] == d && !f.valid[z] && f.valid[y] && z < r {
				f.up[z], f.valid[z] = y, true
			}
		}
	}
	for _, y := range f.order[1:] {
		if y >= r {
			continue
		}
		f.closeAt(r, y, most)
	}
	for _, y := range f.order {
		f.dist[y] = -1
		f.valid[y] = false
	}
}

// closeAt makes the cycles through r for which y is the far atom (even length)
// or one end of the far bond (odd length).
func (f *ringFinder) closeAt(r, y, most int32) {
	d := f.dist[y]
	for e := f.lfirst[y]; e < f.lfirst[y+1]; e++ {
		z := f.ladj[e]
		if f.dist[z] < 0 || !f.valid[z] {
			continue
		}
		if f.dist[z] == d && z < y && f.valid[y] && 2*d+1 <= most && f.apart(y, z) {
			f.emit(y, z, -1)
		}
		if f.dist[z] != d-1 || 2*d > most {
			continue
		}
		for g := e + 1; g < f.lfirst[y+1]; g++ {
			f.work++
			q := f.ladj[g]
			if f.dist[q] == d-1 && f.valid[q] && f.apart(z, q) {
				f.emit(z, q, y)
			}
		}
	}
}

// apart reports whether the paths from y and z up to the root share only it.
func (f *ringFinder) apart(y, z int32) bool {
	f.stamp++
	for f.up[y] >= 0 {
		f.seen[y] = f.stamp
		y = f.up[y]
		f.work++
	}
	for f.up[z] >= 0 {
		if f.seen[z] == f.stamp {
			return false
		}
		z = f.up[z]
		f.work++
	}
	return true
}

// emit stores the cycle root..y, far, z..root; far is -1 for an odd cycle.
func (f *ringFinder) emit(y, z, far int32) {
	from := len(f.path)
	for v := y; v >= 0; v = f.up[v] {
		f.path = append(f.path, uint16(v))
	}
	slices.Reverse(f.path[from:])
	if far >= 0 {
		f.path = append(f.path, uint16(far))
	}
	for v := z; f.up[v] >= 0; v = f.up[v] {
		f.path = append(f.path, uint16(v))
	}
	f.work += len(f.path) - from
	f.cand = append(f.cand, ringCandidate{int32(from), int32(len(f.path) - from)})
}

// choose keeps the candidates that are no sum of shorter ones. It returns false
// when the candidates do not span the cycle space yet.
func (f *ringFinder) choose(m *Mol, rings, bonds int) bool {
	slices.SortStableFunc(f.cand, func(a, b ringCandidate) int { return int(a.n - b.n) })
	words := (bonds + 63) / 64
	f.rows = f.rows[:0]
	f.pivot = resize(f.pivot, bonds)
	for i := range f.pivot {
		f.pivot[i] = -1
	}
	f.vec = resize(f.vec, words)
	rank, keptAtom, keptEnd := 0, len(m.ringAtom), len(m.ringEnd)
	for i := 0; i < len(f.cand) && (rank < rings || f.cand[i].n == f.cand[i-1].n); {
		j := i
		for j < len(f.cand) && f.cand[j].n == f.cand[i].n {
			j++
		}
		// First all of one length against the shorter rows only: those are
		// relevant. Then add them to the rows.
		shorter := len(f.rows)
		for k := i; k < j; k++ {
			if f.reduce(f.cand[k], shorter/words, words) < 0 {
				f.cand[k].from = -1 - f.cand[k].from
			}
			if f.work > ringWork {
				return false
			}
		}
		for k := i; k < j; k++ {
			c := f.cand[k]
			if c.from < 0 {
				continue
			}
			for _, v := range f.path[c.from : c.from+c.n] {
				m.ringAtom = append(m.ringAtom, f.atoms[v])
			}
			m.ringEnd = append(m.ringEnd, uint32(len(m.ringAtom)))
			if rank == rings {
				continue
			}
			if p := f.reduce(c, len(f.rows), words); p >= 0 {
				f.pivot[p] = int32(len(f.rows) / words)
				f.rows = append(f.rows, f.vec...)
				rank++
			}
		}
		i = j
		if rank == rings {
			return true
		}
	}
	m.ringAtom, m.ringEnd = m.ringAtom[:keptAtom], m.ringEnd[:keptEnd]
	return false
}

// reduce adds rows before limit to the cycle c until its leading bond has none,
// leaves the rest in f.vec and returns that bond, or -1 when nothing is left.
func (f *ringFinder) reduce(c ringCandidate, limit, words int) int {
	clear(f.vec)
	p := f.path[c.from : c.from+c.n]
	last := int32(p[len(p)-1])
	for _, v := range p {
		e := f.bondOf(last, int32(v))
		f.vec[e>>6] ^= 1 << (e & 63)
		last = int32(v)
	}
	for w := 0; w < words; w++ {
		for f.vec[w] != 0 {
			bit := w<<6 + bits.TrailingZeros64(f.vec[w])
			row := int(f.pivot[bit])
			if row < 0 || row >= limit {
				return bit
			}
			for k, x := range f.rows[row*words : (row+1)*words] {
				f.vec[k] ^= x
			}
			f.work += words
		}
	}
	return -1
}

// Rings returns the ring set: for each ring its atoms in order round the ring.
// See the package comment for which rings these are. Do not alter the result's
// inner slices across goroutines; each call makes new ones.
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
