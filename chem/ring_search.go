package chem

import "slices"

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
	f.multi = resize(f.multi, n)
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
	f.explore(r, most)
	for _, y := range f.order[1:] {
		if y < r {
			f.closeAt(r, y, most)
		}
	}
	f.forget()
}

// explore finds the distance of atoms from r, as far as cycles of length most
// reach, and which have a shortest path over atoms below r only.
func (f *ringFinder) explore(r, most int32) {
	f.order = append(f.order[:0], r)
	f.dist[r], f.up[r], f.valid[r], f.multi[r] = 0, -1, true, false
	for k := 0; k < len(f.order); k++ {
		y := f.order[k]
		d := f.dist[y] + 1
		if 2*d > most {
			break
		}
		for e := f.lfirst[y]; e < f.lfirst[y+1]; e++ {
			f.work++
			z := f.ladj[e]
			through := f.valid[y] && z < r
			switch {
			case f.dist[z] < 0:
				f.dist[z], f.up[z] = d, y
				f.valid[z], f.multi[z] = through, through && f.multi[y]
				f.order = append(f.order, z)
			case f.dist[z] != d || !through:
			case f.valid[z]:
				f.multi[z] = true
			default:
				f.up[z], f.valid[z], f.multi[z] = y, true, f.multi[y]
			}
		}
	}
}

// forget clears what explore left.
func (f *ringFinder) forget() {
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
			f.emit(r, y, z, -1)
		}
		if f.dist[z] != d-1 || 2*d > most {
			continue
		}
		for g := e + 1; g < f.lfirst[y+1]; g++ {
			f.work++
			q := f.ladj[g]
			if f.dist[q] == d-1 && f.valid[q] && f.apart(z, q) {
				f.emit(r, z, q, y)
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
func (f *ringFinder) emit(r, y, z, far int32) {
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
	f.cand = append(f.cand, ringCandidate{int32(from), int32(len(f.path) - from), r, y, z, far, f.multi[y] || f.multi[z]})
}
