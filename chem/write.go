package chem

import (
	"slices"
	"strconv"
)

// writer puts a molecule into SMILES. Atoms come in the order of a depth-first
// walk that starts at the lowest rank and takes neighbours by rank.
type writer struct {
	m        *Mol
	rank     []int32
	isomeric bool
	centers  []stereoAtom
	geometry []stereoBond
	out      []byte

	seq     []int32 // atoms in order of writing
	when    []int32 // place in seq, -1 before the atom is reached
	parent  []int32 // bond to the parent, -1 for a root
	kids    [][]half
	closing [][]half // ring bonds at an atom: first those that end here
	opening [][]half
	ringNum []int32 // number of a ring bond while it is open
	free    []bool  // ring numbers in use
	dir     []int8  // direction mark of a bond in order of writing
	stack   []writeStep
}

type writeStep struct {
	atom int32
	next int
	bond int32
}

// walk lays out the tree of the component that holds the atom start.
func (w *writer) walk(start int) {
	w.stack = append(w.stack[:0], writeStep{int32(start), 0, -1})
	w.reach(int32(start), -1)
	for len(w.stack) > 0 {
		t := &w.stack[len(w.stack)-1]
		list := w.kids[t.atom]
		if t.next == len(list) {
			w.kids[t.atom] = slices.DeleteFunc(list, func(h half) bool { return w.parent[h.atom] != int32(h.bond) })
			w.stack = w.stack[:len(w.stack)-1]
			continue
		}
		h := list[t.next]
		t.next++
		if w.when[h.atom] < 0 {
			w.reach(int32(h.atom), int32(h.bond))
			w.stack = append(w.stack, writeStep{int32(h.atom), 0, int32(h.bond)})
			continue
		}
		// A bond to an atom written earlier closes a ring; seen from the
		// earlier atom the same bond is skipped here.
		if w.when[h.atom] < w.when[t.atom] {
			w.opening[h.atom] = append(w.opening[h.atom], half{uint16(t.atom), h.bond})
			w.closing[t.atom] = append(w.closing[t.atom], h)
		}
	}
}

// reach gives atom i its place and lists its other neighbours by rank.
func (w *writer) reach(i, via int32) {
	w.when[i] = int32(len(w.seq))
	w.seq = append(w.seq, i)
	w.parent[i] = via
	list := w.kids[i][:0]
	for _, h := range w.m.around(int(i)) {
		if int32(h.bond) != via {
			list = append(list, h)
		}
	}
	slices.SortFunc(list, func(a, b half) int { return int(w.rank[a.atom] - w.rank[b.atom]) })
	w.kids[i] = list
	w.opening[i], w.closing[i] = w.opening[i][:0], w.closing[i][:0]
}

// prepare makes room for molecule m.
func (w *writer) prepare(m *Mol) {
	n := len(m.atoms)
	w.m = m
	w.seq = w.seq[:0]
	w.out = w.out[:0]
	w.when = resize(w.when, n)
	w.parent = resize(w.parent, n)
	w.kids = grow(w.kids, n)
	w.closing = grow(w.closing, n)
	w.opening = grow(w.opening, n)
	w.ringNum = resize(w.ringNum, len(m.bonds))
	w.dir = resize(w.dir, len(m.bonds)+n)
	w.free = w.free[:0]
	for i := range w.when {
		w.when[i] = -1
	}
}

func grow[T any](s [][]T, n int) [][]T {
	for len(s) < n {
		s = append(s, nil)
	}
	return s
}

// fragment writes the component of the atom start and returns its text.
func (w *writer) fragment(start int) []byte {
	from := len(w.out)
	first := len(w.seq)
	w.walk(start)
	if w.isomeric && len(w.geometry) > 0 {
		w.directions(w.seq[first:])
	}
	w.emit(start)
	return w.out[from:]
}

// emit writes the tree under the atom start.
func (w *writer) emit(start int) {
	w.stack = append(w.stack[:0], writeStep{int32(start), 0, -1})
	w.atom(start)
	for len(w.stack) > 0 {
		t := &w.stack[len(w.stack)-1]
		kids := w.kids[t.atom]
		if t.next > 0 && t.next < len(kids) {
			w.out = append(w.out, ')')
		}
		if t.next == len(kids) {
			w.stack = w.stack[:len(w.stack)-1]
			continue
		}
		h := kids[t.next]
		t.next++
		if t.next < len(kids) {
			w.out = append(w.out, '(')
		}
		w.bond(int(h.bond))
		w.stack = append(w.stack, writeStep{int32(h.atom), 0, int32(h.bond)})
		w.atom(int(h.atom))
	}
}

// bond writes a bond symbol where one is needed.
func (w *writer) bond(i int) {
	b := &w.m.bonds[i]
	if b.flags&flagAromatic != 0 {
		if w.dir[i] != 0 {
			w.out = append(w.out, "\\./"[w.dir[i]+1])
		} else if w.m.atoms[b.a].flags&w.m.atoms[b.b].flags&flagAromatic == 0 {
			w.out = append(w.out, ':')
		}
		return
	}
	switch b.order {
	case 0, 1:
		switch {
		case w.dir[i] > 0:
			w.out = append(w.out, '/')
		case w.dir[i] < 0:
			w.out = append(w.out, '\\')
		case w.m.atoms[b.a].flags&w.m.atoms[b.b].flags&flagAromatic != 0:
			w.out = append(w.out, '-')
		}
	case 2:
		w.out = append(w.out, '=')
	case 3:
		w.out = append(w.out, '#')
	default:
		w.out = append(w.out, '$')
	}
}

// atom writes atom i and its ring digits.
func (w *writer) atom(i int) {
	m := w.m
	a := &m.atoms[i]
	shown := w.dir[len(m.bonds)+i] // direction of a hydrogen written out
	if shown != 0 {
		less := *a
		less.h--
		a = &less
	}
	mark := w.chirality(i)
	if mark == "" && w.bare(a) {
		if a.flags&flagAromatic != 0 {
			w.out = append(w.out, aromaticSymbol(a.num)...)
		} else {
			w.out = append(w.out, elements[a.num].symbol...)
		}
	} else {
		w.bracketed(a, mark)
	}
	for _, h := range w.closing[i] {
		num := w.ringNum[h.bond]
		w.digit(int(num))
		w.free[num] = false
	}
	for _, h := range w.opening[i] {
		num := w.nextNumber(i)
		w.ringNum[h.bond] = int32(num)
		w.bond(int(h.bond))
		w.digit(num)
	}
	if shown > 0 {
		w.out = append(w.out, "(/[H])"...)
	} else if shown < 0 {
		w.out = append(w.out, "(\\[H])"...)
	}
}

// nextNumber takes the lowest ring number that is not open and was not closed
// on this same atom.
func (w *writer) nextNumber(i int) int {
	for num := 1; ; num++ {
		for len(w.free) <= num {
			w.free = append(w.free, false)
		}
		if w.free[num] {
			continue
		}
		clash := false
		for _, h := range w.closing[i] {
			clash = clash || int(w.ringNum[h.bond]) == num
		}
		if !clash {
			w.free[num] = true
			return num
		}
	}
}

func (w *writer) digit(n int) {
	switch {
	case n < 10:
		w.out = append(w.out, byte('0'+n))
	case n < 100:
		w.out = append(w.out, '%')
		w.out = strconv.AppendInt(w.out, int64(n), 10)
	default:
		w.out = append(w.out, "%("...)
		w.out = strconv.AppendInt(w.out, int64(n), 10)
		w.out = append(w.out, ')')
	}
}

// bare reports whether an atom needs no bracket: the reader would give it the
// same hydrogens.
func (w *writer) bare(a *atom) bool {
	if !organic(a.num) || a.charge != 0 || w.isomeric && (a.isotope != 0 || a.class != 0) {
		return false
	}
	if a.num == 0 {
		return a.h == 0
	}
	if a.flags&flagAromatic != 0 {
		if a.num != 6 {
			return a.h == 0 && int(a.val) <= 3 && (a.num != 5 || a.degree == 3)
		}
		return int(a.val) == 4
	}
	return a.h == impliedHydrogens(a.num, int(a.val)-int(a.h))
}

func (w *writer) bracketed(a *atom, mark string) {
	w.out = append(w.out, '[')
	if w.isomeric && a.isotope != 0 {
		w.out = strconv.AppendInt(w.out, int64(a.isotope), 10)
	}
	if s := aromaticSymbol(a.num); a.flags&flagAromatic != 0 && s != "" {
		w.out = append(w.out, s...)
	} else {
		w.out = append(w.out, elements[a.num].symbol...)
	}
	w.out = append(w.out, mark...)
	if a.h > 0 {
		w.out = append(w.out, 'H')
		if a.h > 1 {
			w.out = strconv.AppendInt(w.out, int64(a.h), 10)
		}
	}
	if a.charge != 0 {
		sign, c := byte('+'), int64(a.charge)
		if c < 0 {
			sign, c = '-', -c
		}
		w.out = append(w.out, sign)
		if c > 1 {
			w.out = strconv.AppendInt(w.out, c, 10)
		}
	}
	if w.isomeric && a.class != 0 {
		w.out = append(w.out, ':')
		w.out = strconv.AppendInt(w.out, int64(a.class), 10)
	}
	w.out = append(w.out, ']')
}

// ligands lists the neighbours of atom i in the order of writing, with noAtom
// for an implicit hydrogen or lone pair in its place.
func (w *writer) ligands(i int, blanks int, dst []uint16) []uint16 {
	if p := w.parent[i]; p >= 0 {
		b := &w.m.bonds[p]
		dst = append(dst, b.a+b.b-uint16(i))
	}
	for range blanks {
		dst = append(dst, noAtom)
	}
	for _, h := range w.closing[i] {
		dst = append(dst, h.atom)
	}
	for _, h := range w.opening[i] {
		dst = append(dst, h.atom)
	}
	for _, h := range w.kids[i] {
		dst = append(dst, h.atom)
	}
	return dst
}

// chirality returns the stereo mark of atom i for the order of writing.
func (w *writer) chirality(i int) string {
	if !w.isomeric || w.m.atoms[i].flags&flagStereo == 0 {
		return ""
	}
	k := slices.IndexFunc(w.centers, func(c stereoAtom) bool { return int(c.atom) == i })
	if k < 0 {
		return ""
	}
	c := &w.centers[k]
	var buf [MaxDegree + 4]uint16
	var order []uint16
	if c.class == stereoAL {
		for _, end := range w.ligands(i, 0, buf[:0:8]) {
			var ends [8]uint16
			for _, x := range w.ligands(int(end), int(w.m.atoms[end].h), ends[:0]) {
				if x == noAtom {
					x = blankAt(end)
				}
				if int(x) != i {
					order = append(order, x)
				}
			}
		}
	} else {
		blanks := 0
		for _, x := range c.nbr[:c.n] {
			if x == noAtom {
				blanks++
			}
		}
		order = w.ligands(i, blanks, buf[:0])
	}
	perm := c.permIn(order)
	switch {
	case perm == 0:
		return ""
	case c.class == stereoTH || c.class == stereoAL:
		return "@@"[:perm]
	case c.class == stereoSP:
		return "@SP" + strconv.Itoa(int(perm))
	case c.class == stereoTB:
		return "@TB" + strconv.Itoa(int(perm))
	}
	return "@OH" + strconv.Itoa(int(perm))
}
