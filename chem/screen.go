package chem

// Fingerprint is a screen of 512 bits: each bit stands for kinds of atoms, bonds
// and short paths. When a pattern's fingerprint has a bit that a molecule's has
// not, the pattern does not occur in the molecule; the reverse says nothing.
type Fingerprint [8]uint64

// Covers reports whether f has every bit of need.
func (f *Fingerprint) Covers(need *Fingerprint) bool {
	var missing uint64
	for i := range f {
		missing |= need[i] &^ f[i]
	}
	return missing == 0
}

func (f *Fingerprint) set(h uint64) {
	h *= 0x9E3779B97F4A7C15
	h ^= h >> 29
	h *= 0xBF58476D1CE4E5B9
	f[h>>61] |= 1 << (h >> 55 & 63)
}

// Features are packed into words: a kind in the top byte, then elements and bond
// classes along a path, in the direction that gives the smaller number.
const (
	screenPair uint64 = 1 << 56 // element, bond class, element
	screen3    uint64 = 2 << 56 // three elements in a row
	screen4    uint64 = 3 << 56
	screen3b   uint64 = 4 << 56 // three elements and the two bond classes
	screen5    uint64 = 5 << 56
)

// screenDegree is the largest number of bonds on an atom up to which paths are
// followed; a molecule beyond it gets every bit, a pattern none but its pairs.
const screenDegree = 8

// Fingerprint returns the screen of the molecule.
func (m *Mol) Fingerprint() Fingerprint {
	var f Fingerprint
	for i := range m.atoms {
		if m.atoms[i].degree > screenDegree {
			for k := range f {
				f[k] = ^uint64(0)
			}
			return f
		}
	}
	for i := range m.bonds {
		b := &m.bonds[i]
		f.pair(m.atoms[b.a].num, m.atoms[b.b].num, bondState(b)>>1)
	}
	for i := range m.atoms {
		around := m.around(i)
		y := m.atoms[i].num
		for k, h := range around {
			for _, g := range around[:k] {
				x, z := m.atoms[h.atom].num, m.atoms[g.atom].num
				f.path3(x, y, z)
				f.path3b(x, y, z, bondState(&m.bonds[h.bond])>>1, bondState(&m.bonds[g.bond])>>1)
				m.five(&f, i, h, g)
			}
		}
	}
	for i := range m.bonds {
		b := &m.bonds[i]
		for _, h := range m.around(int(b.a)) {
			for _, g := range m.around(int(b.b)) {
				if h.atom != b.b && g.atom != b.a && h.atom != g.atom {
					f.path4(m.atoms[h.atom].num, m.atoms[b.a].num, m.atoms[b.b].num, m.atoms[g.atom].num)
				}
			}
		}
	}
	return f
}

// five sets the paths of five atoms whose middle is atom i, through h and g.
func (m *Mol) five(f *Fingerprint, i int, h, g half) {
	y := m.atoms[i].num
	for _, p := range m.around(int(h.atom)) {
		if int(p.atom) == i || p.atom == g.atom {
			continue
		}
		for _, q := range m.around(int(g.atom)) {
			if int(q.atom) == i || q.atom == h.atom || q.atom == p.atom {
				continue
			}
			f.path5(m.atoms[p.atom].num, m.atoms[h.atom].num, y, m.atoms[g.atom].num, m.atoms[q.atom].num)
		}
	}
}

func (f *Fingerprint) pair(x, y uint8, class uint) {
	f.set(screenPair | uint64(min(x, y))<<16 | uint64(max(x, y))<<8 | uint64(class))
}

func (f *Fingerprint) path3(x, y, z uint8) {
	f.set(screen3 | uint64(min(x, z))<<16 | uint64(y)<<8 | uint64(max(x, z)))
}

func (f *Fingerprint) path3b(x, y, z uint8, c, d uint) {
	v := uint64(x)<<32 | uint64(c)<<24 | uint64(y)<<16 | uint64(d)<<8 | uint64(z)
	w := uint64(z)<<32 | uint64(d)<<24 | uint64(y)<<16 | uint64(c)<<8 | uint64(x)
	f.set(screen3b | min(v, w))
}

func (f *Fingerprint) path4(a, b, c, d uint8) {
	v := uint64(a)<<24 | uint64(b)<<16 | uint64(c)<<8 | uint64(d)
	w := uint64(d)<<24 | uint64(c)<<16 | uint64(b)<<8 | uint64(a)
	f.set(screen4 | min(v, w))
}

func (f *Fingerprint) path5(a, b, c, d, e uint8) {
	v := uint64(a)<<32 | uint64(b)<<24 | uint64(c)<<16 | uint64(d)<<8 | uint64(e)
	w := uint64(e)<<32 | uint64(d)<<24 | uint64(c)<<16 | uint64(b)<<8 | uint64(a)
	f.set(screen5 | min(v, w))
}

// Fingerprint returns the bits that every molecule with the pattern has.
func (p *Pattern) Fingerprint() Fingerprint {
	var f Fingerprint
	n := len(p.atoms)
	num := make([]uint8, n)
	known := make([]bool, n)
	for i := range p.atoms {
		if !p.atoms[i].merged {
			num[i], _, known[i] = p.atoms[i].only()
		}
	}
	type end struct {
		to    int
		class uint
		sure  bool
	}
	ends := make([][]end, n)
	for _, b := range p.bonds {
		if !known[b.a] || !known[b.b] {
			continue
		}
		class, sure := onlyClass(b.mask)
		if sure {
			f.pair(num[b.a], num[b.b], class)
		}
		ends[b.a] = append(ends[b.a], end{int(b.b), class, sure})
		ends[b.b] = append(ends[b.b], end{int(b.a), class, sure})
	}
	for y := range n {
		if len(ends[y]) > screenDegree {
			return f
		}
	}
	for y := range n {
		for k, x := range ends[y] {
			for _, z := range ends[y][:k] {
				f.path3(num[x.to], num[y], num[z.to])
				if x.sure && z.sure {
					f.path3b(num[x.to], num[y], num[z.to], x.class, z.class)
				}
				for _, w := range ends[x.to] {
					if w.to == y || w.to == z.to {
						continue
					}
					f.path4(num[w.to], num[x.to], num[y], num[z.to])
					for _, v := range ends[z.to] {
						if v.to != y && v.to != x.to && v.to != w.to {
							f.path5(num[w.to], num[x.to], num[y], num[z.to], num[v.to])
						}
					}
				}
				for _, v := range ends[z.to] {
					if v.to != y && v.to != x.to {
						f.path4(num[x.to], num[y], num[z.to], num[v.to])
					}
				}
			}
		}
	}
	return f
}
