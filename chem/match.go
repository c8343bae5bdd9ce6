package chem

import (
	"context"
	"slices"
	"sync"
)

// DefaultWork is the number of atom placements a search may try unless
// [Search].Work says otherwise. It allows some tens of milliseconds.
const DefaultWork = 1_000_000

// Which says which matches a search returns.
type Which uint8

const (
	// Unique returns one match for every set of atoms.
	Unique Which = iota
	// All returns every way the atoms of the pattern can be placed.
	All
	// First returns one match.
	First
)

// Search says how to look for a pattern.
type Search struct {
	Which Which
	// Most is the largest number of matches returned; 0 means no bound.
	Most int
	// Work is the number of placements that may be tried; 0 means DefaultWork.
	Work int
}

// Match reports whether the pattern occurs in the molecule. The error is ErrWork
// when the bound DefaultWork was reached without an answer; it is then unknown
// whether the pattern occurs.
func (p *Pattern) Match(m *Mol) (bool, error) { return p.match(context.Background(), m) }

func (p *Pattern) match(ctx context.Context, m *Mol) (bool, error) {
	if !m.mayHold(&p.need) {
		return false, nil
	}
	s := searches.Get().(*search)
	s.start(p, m, DefaultWork)
	s.ctx = ctx
	s.place(0)
	found, err := s.found > 0, s.err
	s.release()
	if found {
		return true, nil
	}
	return false, err
}

// Find returns the matches of the pattern in the molecule. A match lists, for
// each atom of the pattern in the order of writing, the atom of the molecule it
// stands on, and -1 for a hydrogen that was read as a count. The matches found
// before an error are returned with it: ErrWork, or the error of ctx.
func (p *Pattern) Find(ctx context.Context, m *Mol, how Search) ([][]int, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !m.mayHold(&p.need) {
		return nil, nil
	}
	work := how.Work
	if work <= 0 {
		work = DefaultWork
	}
	s := searches.Get().(*search)
	s.start(p, m, work)
	s.ctx = ctx
	s.keep = true
	s.which = how.Which
	s.most = how.Most
	if how.Which == First {
		s.most = 1
	}
	s.place(0)
	out, err := s.out, s.err
	s.release()
	return out, err
}

// all returns every match within the default bound, for patterns of our own.
func (p *Pattern) all(m *Mol) [][]int {
	out, _ := p.Find(context.Background(), m, Search{Which: All, Most: 10_000})
	return out
}

// search is the state of looking for one pattern in one molecule.
type search struct {
	p     *Pattern // the level being placed
	root  *Pattern
	m     *Mol
	at    []int32 // atom of the molecule by atom of the pattern, -1 free
	used  []bool
	left  int // work left
	err   error
	ctx   context.Context
	keep  bool
	which Which
	most  int
	found int
	out   [][]int
	seen  map[string]bool

	// known caches recursive parts: by part and atom, 2*gen+1 for true.
	known []uint32
	gen   uint32
	deep  []*search // one search for each level of nesting
	level int
	part  []int32 // component of each atom, when groups ask for it
}

var searches = sync.Pool{New: func() any { return new(search) }}

func (s *search) start(p *Pattern, m *Mol, work int) {
	s.root, s.m, s.left = p, m, work
	s.err, s.ctx, s.out, s.seen, s.found = nil, nil, nil, nil, 0
	s.keep, s.most, s.level, s.part = false, 1, 0, nil
	if n := len(p.subs) * len(m.atoms); n > 0 {
		if cap(s.known) < n {
			s.known = make([]uint32, n+n/2)
			s.gen = 0
		}
		s.known = s.known[:cap(s.known)]
		if s.gen++; s.gen >= 1<<30 {
			clear(s.known)
			s.gen = 1
		}
	}
	s.enter(p)
}

// enter makes room to place the atoms of one level.
func (s *search) enter(p *Pattern) {
	s.p = p
	if cap(s.at) < len(p.atoms) {
		s.at = make([]int32, len(p.atoms)*2)
	}
	s.at = s.at[:len(p.atoms)]
	for i := range s.at {
		s.at[i] = -1
	}
	if cap(s.used) < len(s.m.atoms) {
		s.used = make([]bool, len(s.m.atoms)*2)
	}
	s.used = s.used[:len(s.m.atoms)] // all false: put leaves no trace
}

func (s *search) release() {
	s.p, s.root, s.m, s.ctx, s.out, s.seen = nil, nil, nil, nil, nil, nil
	searches.Put(s)
}

// spend counts one placement and reports whether the search may go on.
func (s *search) spend() bool {
	s.left--
	if s.left <= 0 {
		if s.err == nil {
			s.err = ErrWork
		}
		return false
	}
	if s.ctx != nil && s.left&0xFFF == 0 {
		if err := s.ctx.Err(); err != nil {
			s.err = err
			return false
		}
	}
	return true
}

// place puts the atoms of step k and after. It returns true when the search is
// over.
func (s *search) place(k int) bool {
	if k == len(s.p.plan) {
		return s.complete()
	}
	t := &s.p.plan[k]
	q := &s.p.atoms[t.q]
	if t.parent < 0 {
		for i := range s.m.atoms {
			if s.fits(q, t, i) {
				if s.err != nil || s.put(t.q, i, k) {
					return true
				}
			}
		}
		return s.err != nil
	}
	m := s.m
	for _, h := range m.around(int(s.at[t.parent])) {
		if t.mask>>bondState(&m.bonds[h.bond])&1 == 0 {
			continue
		}
		if s.fits(q, t, int(h.atom)) {
			if s.err != nil || s.put(t.q, int(h.atom), k) {
				return true
			}
		}
	}
	return s.err != nil
}

func (s *search) put(q int32, i, k int) bool {
	s.at[q] = int32(i)
	s.used[i] = true
	over := s.place(k + 1)
	s.used[i] = false
	s.at[q] = -1
	return over
}

// fits reports whether atom i can take the place of q at step t.
func (s *search) fits(q *queryAtom, t *step, i int) bool {
	a := &s.m.atoms[i]
	if q.allow[a.flags&flagAromatic][a.num>>6]>>(a.num&63)&1 == 0 || a.degree < q.deg || s.used[i] {
		return false
	}
	if !s.spend() {
		return true // place sees the error
	}
	for _, c := range t.close {
		e := s.m.BondBetween(i, int(s.at[c.q]))
		if e < 0 || c.mask>>bondState(&s.m.bonds[e])&1 == 0 {
			return false
		}
	}
	return q.exact || s.passes(q, i)
}

// complete judges what can only be told when all atoms are placed, and keeps
// the match. It returns true when no more are wanted.
func (s *search) complete() bool {
	p := s.p
	if p.chiral && !s.chiral() || len(p.doubl) > 0 && !s.geometries() || p.grouped && !s.components() {
		return false
	}
	if !s.keep {
		s.found++
		return true
	}
	if s.which == Unique && s.repeated() {
		return false
	}
	s.found++
	match := make([]int, len(s.at))
	for i, x := range s.at {
		match[i] = int(x)
	}
	s.out = append(s.out, match)
	return s.most > 0 && s.found >= s.most
}

// repeated reports whether the atoms of the present match were met before.
func (s *search) repeated() bool {
	set := make([]int32, 0, len(s.at))
	for _, x := range s.at {
		if x >= 0 {
			set = append(set, x)
		}
	}
	slices.Sort(set)
	key := make([]byte, 0, 2*len(set))
	for _, x := range set {
		key = append(key, byte(x), byte(x>>8))
	}
	if s.seen[string(key)] {
		return true
	}
	if s.seen == nil {
		s.seen = map[string]bool{}
	}
	s.seen[string(key)] = true
	return false
}

// recursive reports whether recursive part number sub matches with its first
// atom on atom i.
func (s *search) recursive(sub, i int) bool {
	top := s
	k := sub*len(s.m.atoms) + i
	if v := top.known[k]; v>>1 == top.gen {
		return v&1 != 0
	}
	for len(s.deep) <= s.level {
		s.deep = append(s.deep, new(search))
	}
	d := s.deep[s.level]
	p := s.root.subs[sub]
	d.root, d.m, d.left, d.ctx, d.err = s.root, s.m, s.left, s.ctx, nil
	d.known, d.gen, d.deep, d.level = s.known, s.gen, s.deep, s.level+1
	d.keep, d.most, d.found, d.part = false, 1, 0, nil
	d.enter(p)
	t := &p.plan[0]
	over := d.fits(&p.atoms[t.q], t, i) && d.err == nil && d.put(t.q, i, 0)
	ok := over && d.found > 0
	s.left, s.deep = d.left, d.deep
	if d.err != nil {
		s.err = d.err
		return false
	}
	v := s.gen << 1
	if ok {
		v |= 1
	}
	s.known[k] = v
	return ok
}

// components checks the component groups: atoms of one group lie in one
// component of the molecule, atoms of different groups in different ones.
func (s *search) components() bool {
	if s.part == nil {
		s.part = s.m.components()
	}
	of := map[int16]int32{}
	by := map[int32]int16{}
	for i := range s.p.atoms {
		g := s.p.atoms[i].group
		if g == 0 || s.at[i] < 0 {
			continue
		}
		c := s.part[s.at[i]]
		if was, ok := of[g]; ok && was != c {
			return false
		}
		if was, ok := by[c]; ok && was != g {
			return false
		}
		of[g], by[c] = c, g
	}
	return true
}

// components numbers the connected components and gives each atom its own.
func (m *Mol) components() []int32 {
	out := make([]int32, len(m.atoms))
	var todo []uint16
	n := int32(0)
	for i := range m.atoms {
		if out[i] != 0 {
			continue
		}
		n++
		out[i] = n
		todo = append(todo[:0], uint16(i))
		for len(todo) > 0 {
			x := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for _, h := range m.around(int(x)) {
				if out[h.atom] == 0 {
					out[h.atom] = n
					todo = append(todo, h.atom)
				}
			}
		}
	}
	return out
}
