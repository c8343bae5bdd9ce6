package chem

import (
	"fmt"
	"strings"
	"sync"
)

// Parse reads one SMILES (OpenSMILES 1.0) and returns the molecule with implicit
// hydrogens, rings, aromaticity and stereochemistry worked out. Hydrogens written
// as plain atoms become counts; [ParseExact] keeps them.
//
// The error is a [*SyntaxError] with the position and the mend, or one that
// errors.Is finds as [ErrLimit].
func Parse(smiles string) (*Mol, error) { return parse(smiles, false) }

// ParseExact reads a SMILES like [Parse] and keeps every atom that was written,
// in the order of writing: plain hydrogens stay atoms.
func ParseExact(smiles string) (*Mol, error) { return parse(smiles, true) }

// MustParse is Parse for SMILES that are part of a program; it panics on error.
func MustParse(smiles string) *Mol {
	m, err := Parse(smiles)
	if err != nil {
		panic(err)
	}
	return m
}

var builders = sync.Pool{New: func() any { return new(builder) }}

func parse(smiles string, keepH bool) (*Mol, error) {
	b := builders.Get().(*builder)
	defer builders.Put(b)
	b.reset()
	b.keepH = keepH
	if err := b.read(smiles); err != nil {
		return nil, err
	}
	return b.finish()
}

// ringOpen is a ring-bond digit that waits for its partner.
type ringOpen struct {
	atom   int32 // -1 when the digit is free
	center int16 // stereo list of the atom and place in it, or -1
	place  int16
	order  uint8 // 0 when no bond symbol was written
	flags  uint8
	dir    int8
	pos    int32
}

// bondMark is a bond symbol that waits for its atom.
type bondMark struct {
	order uint8 // 0 for none written
	flags uint8
	dir   int8
	pos   int32
	open  int32 // where the ring digit was opened, -1 for no ring bond
}

// reader is the state of reading one SMILES.
type reader struct {
	b     *builder
	s     string
	i     int
	prev  int32
	stack []int32
	mark  bondMark
	rings []ringOpen // by digit; grown on demand
	open  int        // digits waiting
	// centerOf is the stereo list under construction for an atom, or -1.
	centerOf []int16
}

func (r *reader) fail(pos int, format string, args ...any) error {
	return &SyntaxError{What: "SMILES", Text: r.s, Pos: pos, Reason: fmt.Sprintf(format, args...)}
}

// read fills the builder from the text of a SMILES.
func (b *builder) read(s string) error {
	if len(s) > MaxSMILES {
		return limitf("the SMILES is %d bytes long; at most %d are read", len(s), MaxSMILES)
	}
	r := &b.reader
	*r = reader{b: b, s: s, prev: -1, mark: bondMark{open: -1}, stack: r.stack[:0], rings: r.rings[:0], centerOf: r.centerOf[:0]}
	b.text = s
	for r.i < len(s) {
		if err := r.step(); err != nil {
			return err
		}
	}
	return r.end()
}

func (r *reader) end() error {
	if len(r.stack) > 0 {
		return r.fail(len(r.s), "a branch is not closed; %d ')' missing", len(r.stack))
	}
	if r.mark.order != 0 {
		return r.fail(int(r.mark.pos), "a bond leads nowhere; write the atom after it")
	}
	if r.open > 0 {
		for d := range r.rings {
			if o := &r.rings[d]; o.atom >= 0 {
				return r.fail(int(o.pos), "ring bond %d is opened and never closed", d)
			}
		}
	}
	if len(r.b.m.atoms) == 0 {
		return r.fail(0, "there is no atom")
	}
	return nil
}

// step reads one token.
func (r *reader) step() error {
	c := r.s[r.i]
	switch c {
	case '[':
		return r.bracket()
	case '(':
		if r.prev < 0 {
			return r.fail(r.i, "a branch opens before any atom")
		}
		if r.mark.order != 0 {
			return r.fail(r.i, "write the bond inside the branch: '(=' not '=('")
		}
		if r.i+1 < len(r.s) && r.s[r.i+1] == ')' {
			return r.fail(r.i, "an empty branch")
		}
		r.stack = append(r.stack, r.prev)
		if len(r.stack) > MaxAtoms {
			return limitf("branches are nested more than %d deep", MaxAtoms)
		}
		r.i++
		return nil
	case ')':
		if len(r.stack) == 0 {
			return r.fail(r.i, "')' without '('")
		}
		if r.mark.order != 0 {
			return r.fail(r.i, "a bond leads nowhere; write the atom before ')'")
		}
		r.prev = r.stack[len(r.stack)-1]
		r.stack = r.stack[:len(r.stack)-1]
		r.i++
		return nil
	case '.':
		if r.mark.order != 0 {
			return r.fail(r.i, "a bond leads to a dot")
		}
		if r.prev < 0 {
			return r.fail(r.i, "a dot before any atom")
		}
		r.prev = -1
		r.i++
		if r.i == len(r.s) {
			return r.fail(r.i-1, "nothing follows the dot")
		}
		return nil
	case '-', '=', '#', '$', ':', '/', '\\':
		return r.bondSymbol(c)
	case '%', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return r.ringDigit()
	}
	return r.plain()
}

func (r *reader) bondSymbol(c byte) error {
	if r.mark.order != 0 {
		return r.fail(r.i, "two bond symbols in a row")
	}
	if r.prev < 0 {
		return r.fail(r.i, "a bond without an atom before it")
	}
	k := bondMark{order: 1, pos: int32(r.i), open: -1}
	switch c {
	case '=':
		k.order = 2
	case '#':
		k.order = 3
	case '$':
		k.order = 4
	case ':':
		k.flags = flagAromatic
	case '/':
		k.dir = 1
	case '\\':
		k.dir = -1
	}
	r.mark = k
	r.i++
	return nil
}

// plain reads an atom of the organic subset.
func (r *reader) plain() error {
	c := r.s[r.i]
	var a atom
	n := 1
	switch c {
	case 'C':
		a.num = 6
		if r.i+1 < len(r.s) && r.s[r.i+1] == 'l' {
			a.num, n = 17, 2
		}
	case 'B':
		a.num = 5
		if r.i+1 < len(r.s) && r.s[r.i+1] == 'r' {
			a.num, n = 35, 2
		}
	case 'N':
		a.num = 7
	case 'O':
		a.num = 8
	case 'P':
		a.num = 15
	case 'S':
		a.num = 16
	case 'F':
		a.num = 9
	case 'I':
		a.num = 53
	case '*':
	case 'b', 'c', 'n', 'o', 'p', 's':
		a.num, _ = aromaticAt(r.s[r.i:r.i+1], 0)
		a.flags = flagAromatic
	default:
		return r.unknown()
	}
	pos := r.i
	r.i += n
	_, err := r.add(a, pos)
	return err
}

// unknown explains a character that cannot stand where it does.
func (r *reader) unknown() error {
	c := r.s[r.i]
	switch {
	case c == ']':
		return r.fail(r.i, "']' without '['")
	case c == '>':
		return r.fail(r.i, "this is a reaction; only molecules are read")
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		return r.fail(r.i, "a blank inside the SMILES")
	case c >= 0x80:
		return r.fail(r.i, "a character that is not ASCII")
	}
	if z, n := elementAt(r.s, r.i); n > 0 {
		return r.fail(r.i, "%s must stand in brackets: [%s]", elements[z].symbol, elements[z].symbol)
	}
	if z, n := aromaticAt(r.s, r.i); n > 0 {
		return r.fail(r.i, "aromatic %s must stand in brackets: [%s]", elements[z].symbol, aromaticSymbol(z))
	}
	return r.fail(r.i, "%q is no atom, bond or ring digit", c)
}

// add appends an atom and bonds it to the one before.
func (r *reader) add(a atom, pos int) (int32, error) {
	b := r.b
	i := int32(len(b.m.atoms))
	if i >= MaxAtoms {
		return 0, limitf("the SMILES has more than %d atoms", MaxAtoms)
	}
	b.m.atoms = append(b.m.atoms, a)
	b.pos = append(b.pos, int32(pos))
	r.centerOf = append(r.centerOf, -1)
	if r.prev >= 0 {
		if err := r.join(r.prev, i, r.mark); err != nil {
			return 0, err
		}
		r.place(r.prev, uint16(i))
	}
	r.mark = bondMark{open: -1}
	r.prev = i
	return i, nil
}

// join adds the bond x–y with the symbol k, or the one that no symbol means.
func (r *reader) join(x, y int32, k bondMark) error {
	b := r.b
	if len(b.m.bonds) >= MaxBonds {
		return limitf("the SMILES has more than %d bonds", MaxBonds)
	}
	bd := bond{a: uint16(x), b: uint16(y), order: k.order, flags: k.flags}
	both := b.m.atoms[x].flags & b.m.atoms[y].flags & flagAromatic
	if k.order == 0 || k.dir != 0 {
		// Between aromatic atoms a direction mark says nothing of the bond
		// itself; RDKit writes O/N=c1/cccco1 too.
		bd.order = 1
		bd.flags |= both
		if b.m.atoms[x].num == 0 || b.m.atoms[y].num == 0 {
			bd.flags |= flagOpen
		}
	} else if k.flags&flagAromatic != 0 && both == 0 {
		b.m.atoms[x].flags |= flagAromatic
		b.m.atoms[y].flags |= flagAromatic
	}
	b.m.bonds = append(b.m.bonds, bd)
	b.dirs = append(b.dirs, k.dir)
	b.bondPos = append(b.bondPos, k.pos)
	b.openPos = append(b.openPos, k.open)
	if k.dir != 0 {
		b.directed = true
	}
	return nil
}

// place appends an atom to the stereo list of atom at, if it keeps one.
func (r *reader) place(at int32, nbr uint16) {
	if c := r.centerOf[at]; c >= 0 {
		r.b.m.centers[c].add(nbr)
	}
}

// ringDigit reads a ring-bond digit, %nn or %(nnn).
func (r *reader) ringDigit() error {
	pos := r.i
	if r.prev < 0 {
		return r.fail(pos, "a ring digit before any atom")
	}
	d, err := r.digit()
	if err != nil {
		return err
	}
	for len(r.rings) <= d {
		r.rings = append(r.rings, ringOpen{atom: -1})
	}
	o := &r.rings[d]
	k := r.mark
	r.mark = bondMark{open: -1}
	if o.atom < 0 {
		*o = ringOpen{atom: r.prev, center: r.centerOf[r.prev], order: k.order, flags: k.flags, dir: k.dir, pos: int32(pos)}
		if o.center >= 0 {
			o.place = int16(r.b.m.centers[o.center].n)
			r.b.m.centers[o.center].add(noAtom)
		}
		r.open++
		return nil
	}
	return r.closeRing(o, k, pos, d)
}

func (r *reader) closeRing(o *ringOpen, k bondMark, pos, d int) error {
	x, y := o.atom, r.prev
	if x == y {
		return r.fail(pos, "ring bond %d joins an atom to itself", d)
	}
	if o.order != 0 && k.order != 0 && (o.order != k.order || o.flags != k.flags) {
		return r.fail(pos, "ring bond %d is written with two different bond symbols", d)
	}
	if k.order == 0 {
		k.order, k.flags = o.order, o.flags
	}
	// The direction is stored from the opening atom; at the closing digit it
	// was written from the other end.
	k.dir = -k.dir
	if o.dir != 0 {
		k.dir = o.dir
	}
	k.pos, k.open = int32(pos), o.pos
	if err := r.join(x, y, k); err != nil {
		return err
	}
	if o.center >= 0 && int(o.place) < len(r.b.m.centers[o.center].nbr) {
		r.b.m.centers[o.center].nbr[o.place] = uint16(y)
	}
	r.place(y, uint16(x))
	o.atom = -1
	r.open--
	return nil
}

// digit reads the number of a ring bond.
func (r *reader) digit() (int, error) {
	c := r.s[r.i]
	if c != '%' {
		r.i++
		return int(c - '0'), nil
	}
	rest := r.s[r.i+1:]
	if strings.HasPrefix(rest, "(") {
		n, v := number(rest[1:], 5)
		if n == 0 || !strings.HasPrefix(rest[1+n:], ")") {
			return 0, r.fail(r.i, "write a long ring number as %%(nnn) with at most five digits")
		}
		r.i += n + 3
		return v, nil
	}
	n, v := number(rest, 2)
	if n != 2 {
		return 0, r.fail(r.i, "'%%' wants two digits; write %%(nnn) for other lengths")
	}
	r.i += 3
	return v, nil
}

// number reads up to most decimal digits at the start of s and returns how many
// there were and their value.
func number(s string, most int) (n, v int) {
	for n < len(s) && n < most && s[n] >= '0' && s[n] <= '9' {
		v = v*10 + int(s[n]-'0')
		n++
	}
	return n, v
}
