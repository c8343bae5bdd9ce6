package chem

import (
	"math/bits"
	"slices"
)

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
			f.store(m, c)
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

// store puts a cycle and its relatives into the ring set.
func (f *ringFinder) store(m *Mol, c ringCandidate) {
	f.members = f.members[:0]
	if c.hasRelatives {
		f.relatives(c)
	}
	if len(f.members) == 0 || len(f.members) > familyRings {
		f.members = append(f.members[:0], f.path[c.from:c.from+c.n])
	}
	for _, ring := range f.members {
		for _, v := range ring {
			m.ringAtom = append(m.ringAtom, f.atoms[v])
		}
		m.ringEnd = append(m.ringEnd, uint32(len(m.ringAtom)))
	}
}

// relatives lists in f.members the rings that go from the root to y and to z of
// a candidate by any shortest paths below the root, at most one more than
// familyRings.
func (f *ringFinder) relatives(c ringCandidate) {
	f.explore(c.root, c.n)
	defer f.forget()
	left, right := f.paths(c.y), f.paths(c.z)
	if len(left)*len(right) > familyRings {
		return
	}
	for _, p := range left {
		for _, q := range right {
			ring := make([]uint16, 0, c.n)
			ring = append(ring, uint16(c.root))
			for k := len(p) - 1; k >= 0; k-- {
				ring = append(ring, uint16(p[k]))
			}
			if c.far >= 0 {
				ring = append(ring, uint16(c.far))
			}
			simple := true
			for _, v := range q {
				simple = simple && !slices.Contains(p, v)
				ring = append(ring, uint16(v))
			}
			if simple {
				f.members = append(f.members, ring)
			}
		}
	}
}

// paths lists the shortest paths from v to the root over valid atoms, without
// the root, at most one more than familyRings.
func (f *ringFinder) paths(v int32) [][]int32 {
	out := [][]int32{{v}}
	for d := f.dist[v] - 1; d > 0; d-- {
		var next [][]int32
		for _, p := range out {
			last := p[len(p)-1]
			for e := f.lfirst[last]; e < f.lfirst[last+1]; e++ {
				f.work++
				if z := f.ladj[e]; f.dist[z] == d && f.valid[z] && len(next) <= familyRings {
					next = append(next, append(p[:len(p):len(p)], z))
				}
			}
		}
		out = next
	}
	return out
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
