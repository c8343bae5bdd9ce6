package chem

import (
	"fmt"
	"math"
)

// Limits of patterns.
const (
	// MaxQueryAtoms is the largest number of atoms in a pattern, with those
	// in recursive parts.
	MaxQueryAtoms = 2_000
	// MaxRecursion is the deepest nesting of $( ) in a pattern.
	MaxRecursion = 20
)

// Pattern is a SMARTS pattern ready to match. It does not change after it is
// made, and any number of goroutines may match with it.
//
// All of Daylight's language is read: every atom and bond primitive, the
// operators ! & , ; with their precedence, recursive $( ), component grouping
// by parentheses, ring bonds, chirality with @? and /?, and atom maps. Where
// Daylight left room:
//
//   - A hydrogen written as an atom of its own, [#1] or [H], with one bond and no
//     further condition asks its neighbour for that many hydrogens or more, since
//     molecules hold hydrogens as counts. It takes no part in a match.
//   - r<n> asks for the smallest ring, R<n> counts the rings of [Mol.Rings].
//   - h<n> counts hydrogens that are not atoms of the graph; h alone asks for any.
//   - A chirality with fewer than three neighbours in the pattern, not counting
//     hydrogen, asks only that the atom's arrangement be stated; with three and
//     no hydrogen, the fourth stands where an implicit hydrogen would.
type Pattern struct {
	text  string
	atoms []queryAtom
	bonds []queryBond
	plan  []step
	subs  []*Pattern // recursive parts, shared by all nesting levels
	doubl []queryDouble
	need  screenNeed
	// grouped is set when component groups are used.
	grouped bool
	chiral  bool
	live    int // atoms that are not merged
}

// String returns the text of the pattern.
func (p *Pattern) String() string { return p.text }

// NumAtoms returns the number of atoms written in the pattern; a match has an
// entry for each.
func (p *Pattern) NumAtoms() int { return len(p.atoms) }

// MapNumber returns the atom map of atom i of the pattern, the n of [C:n], or 0.
func (p *Pattern) MapNumber(i int) int { return p.atoms[i].number }

// ParsePattern reads a SMARTS pattern. The error is a [*SyntaxError] with the
// position and the mend, or one that errors.Is finds as [ErrLimit].
func ParsePattern(smarts string) (*Pattern, error) {
	if len(smarts) > MaxSMILES {
		return nil, limitf("the SMARTS is %d bytes long; at most %d are read", len(smarts), MaxSMILES)
	}
	root := &smartsRoot{text: smarts, byText: map[string]int{}}
	p, err := root.pattern(0, len(smarts), 0)
	if err != nil {
		return nil, err
	}
	p.text = smarts
	p.subs = root.subs
	p.need = p.screenNeed()
	return p, nil
}

// MustPattern is ParsePattern for patterns that are part of a program; it
// panics on error.
func MustPattern(smarts string) *Pattern {
	p, err := ParsePattern(smarts)
	if err != nil {
		panic(err)
	}
	return p
}

// smartsRoot is what all nesting levels of one pattern share.
type smartsRoot struct {
	text   string
	subs   []*Pattern
	byText map[string]int
	atoms  int
}

// smartsReader reads one nesting level: text[i:end].
type smartsReader struct {
	root   *smartsRoot
	depth  int
	s      string
	i      int
	p      *Pattern
	prev   int32
	stack  []int32
	mark   queryBond
	marked bool
	markAt int
	rings  map[int]smartsRing
	group  int16 // component group now open, 0 for none
	groups int16
	top    bool // right after a component group
}

type smartsRing struct {
	atom   int32
	place  int
	bond   queryBond
	marked bool
	pos    int
}

func (r *smartsReader) fail(pos int, format string, args ...any) error {
	return &SyntaxError{What: "SMARTS", Text: r.s, Pos: pos, Reason: fmt.Sprintf(format, args...)}
}

// pattern reads text[from:to] as a pattern.
func (root *smartsRoot) pattern(from, to, depth int) (*Pattern, error) {
	r := &smartsReader{root: root, depth: depth, s: root.text[:to], i: from, p: &Pattern{}, prev: -1, rings: map[int]smartsRing{}}
	if depth > MaxRecursion {
		return nil, limitf("SMARTS position %d: $( ) is nested more than %d deep", from+1, MaxRecursion)
	}
	for r.i < to {
		if err := r.step(); err != nil {
			return nil, err
		}
	}
	switch {
	case len(r.stack) > 0:
		return nil, r.fail(to, "a branch is not closed; %d ')' missing", len(r.stack))
	case r.group != 0:
		return nil, r.fail(to, "a component group is not closed; ')' missing")
	case r.marked:
		return nil, r.fail(r.markAt, "a bond leads nowhere; write the atom after it")
	case len(r.p.atoms) == 0:
		return nil, r.fail(from, "there is no atom")
	}
	if d, o, ok := r.firstOpen(); ok {
		return nil, r.fail(o.pos, "ring bond %d is opened and never closed", d)
	}
	r.p.text = root.text[from:to]
	r.p.settle(depth > 0)
	return r.p, nil
}

// firstOpen returns the first ring digit of the text that was never closed.
func (r *smartsReader) firstOpen() (digit int, first smartsRing, ok bool) {
	for d, o := range r.rings {
		if !ok || o.pos < first.pos {
			digit, first, ok = d, o, true
		}
	}
	return digit, first, ok
}

// step reads one token.
func (r *smartsReader) step() error {
	c := r.s[r.i]
	switch c {
	case '(':
		return r.open()
	case ')':
		return r.close()
	case '.':
		if r.marked {
			return r.fail(r.i, "a bond leads to a dot")
		}
		if len(r.p.atoms) == 0 || r.prev < 0 && !r.top {
			return r.fail(r.i, "a dot before any atom")
		}
		r.prev = -1
		r.top = false
		r.i++
		if r.i == len(r.s) {
			return r.fail(r.i-1, "nothing follows the dot")
		}
		return nil
	case '%', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return r.ringDigit()
	case '-', '=', '#', '$', ':', '~', '@', '/', '\\', '!':
		return r.bondExpr()
	case '[':
		return r.bracket()
	}
	return r.plain()
}

func (r *smartsReader) open() error {
	if r.marked {
		return r.fail(r.i, "write the bond inside the branch: '(=' not '=('")
	}
	if r.prev < 0 {
		if r.group != 0 || len(r.stack) > 0 {
			return r.fail(r.i, "component groups cannot be nested")
		}
		if r.depth > 0 {
			return r.fail(r.i, "a component group cannot stand inside $( )")
		}
		r.groups++
		r.group = r.groups
		r.p.grouped = true
		r.i++
		return nil
	}
	r.stack = append(r.stack, r.prev)
	if len(r.stack) > MaxQueryAtoms {
		return limitf("branches are nested more than %d deep", MaxQueryAtoms)
	}
	r.i++
	return nil
}

func (r *smartsReader) close() error {
	if r.marked {
		return r.fail(r.i, "a bond leads nowhere; write the atom before ')'")
	}
	if len(r.stack) > 0 {
		r.prev = r.stack[len(r.stack)-1]
		r.stack = r.stack[:len(r.stack)-1]
		r.i++
		return nil
	}
	if r.group == 0 {
		return r.fail(r.i, "')' without '('")
	}
	if r.prev < 0 {
		return r.fail(r.i, "an empty component group")
	}
	r.group, r.prev, r.top = 0, -1, true
	r.i++
	if r.i < len(r.s) && r.s[r.i] != '.' {
		return r.fail(r.i, "a component group ends its component; a dot must follow")
	}
	return nil
}

// plain reads an atom outside brackets.
func (r *smartsReader) plain() error {
	pos := r.i
	p := prim{}
	n := 1
	two := ""
	if r.i+1 < len(r.s) {
		two = r.s[r.i : r.i+2]
	}
	switch c := r.s[r.i]; {
	case two == "Cl" || two == "Br":
		z, _ := elementAt(two, 0)
		p, n = prim{kind: primElement, val: int16(z)}, 2
	case c == '*':
		p.kind = primTrue
	case c == 'a':
		p.kind = primArom
	case c == 'A':
		p.kind = primAliph
	case c == 'B' || c == 'C' || c == 'N' || c == 'O' || c == 'P' || c == 'S' || c == 'F' || c == 'I':
		p = prim{kind: primElement, val: int16(bySymbol[int(c-'A')*27])}
	case c == 'b' || c == 'c' || c == 'n' || c == 'o' || c == 'p' || c == 's':
		z, _ := aromaticAt(string(c), 0)
		p = prim{kind: primAromEl, val: int16(z)}
	default:
		return r.unknown()
	}
	r.i += n
	return r.add(queryAtom{expr: expr{{{p}}}, pos: pos})
}

func (r *smartsReader) unknown() error {
	c := r.s[r.i]
	switch {
	case c == '>':
		return r.fail(r.i, "this is a reaction; only molecule patterns are read")
	case c == ']':
		return r.fail(r.i, "']' without '['")
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		return r.fail(r.i, "a blank inside the SMARTS")
	case c == '&' || c == ',' || c == ';':
		return r.fail(r.i, "%q joins atom conditions inside brackets, or bond conditions after a bond", c)
	}
	if z, n := elementAt(r.s, r.i); n > 0 {
		return r.fail(r.i, "%s must stand in brackets: [%s]", elements[z].symbol, elements[z].symbol)
	}
	return r.fail(r.i, "%q is no atom, bond or ring digit", c)
}

// add appends an atom and bonds it to the one before.
func (r *smartsReader) add(q queryAtom) error {
	r.root.atoms++
	if r.root.atoms > MaxQueryAtoms {
		return limitf("the SMARTS has more than %d atoms", MaxQueryAtoms)
	}
	q.group = r.group
	i := int32(len(r.p.atoms))
	if r.prev >= 0 {
		q.order = append([]int32{r.prev}, q.order...)
		r.p.atoms[r.prev].order = append(r.p.atoms[r.prev].order, i)
		b := r.mark
		if !r.marked {
			b.mask = maskDefault
		}
		b.a, b.b = r.prev, i
		r.p.bonds = append(r.p.bonds, b)
	}
	r.p.atoms = append(r.p.atoms, q)
	r.mark, r.marked = queryBond{}, false
	r.prev = i
	r.top = false
	return nil
}

// ringDigit reads a ring-bond digit, %nn or %(nnn).
func (r *smartsReader) ringDigit() error {
	pos := r.i
	if r.prev < 0 {
		return r.fail(pos, "a ring digit before any atom")
	}
	sr := reader{s: r.s, i: r.i}
	d, err := sr.digit()
	if err != nil {
		return r.fail(pos, "'%%' wants two digits; write %%(nnn) for other lengths")
	}
	r.i = sr.i
	o, ok := r.rings[d]
	if !ok {
		at := &r.p.atoms[r.prev]
		at.order = append(at.order, math.MinInt32)
		r.rings[d] = smartsRing{r.prev, len(at.order) - 1, r.mark, r.marked, pos}
		r.mark, r.marked = queryBond{}, false
		return nil
	}
	delete(r.rings, d)
	b := r.mark
	switch {
	case o.atom == r.prev:
		return r.fail(pos, "ring bond %d joins an atom to itself", d)
	case o.marked && r.marked && (o.bond.mask != b.mask || o.bond.dir != -b.dir):
		return r.fail(pos, "ring bond %d is written with two different bond symbols", d)
	case o.marked:
		b = o.bond
	case r.marked:
		b.dir = -b.dir
	default:
		b.mask = maskDefault
	}
	for _, e := range r.p.bonds {
		if e.a == o.atom && e.b == r.prev || e.b == o.atom && e.a == r.prev {
			return r.fail(pos, "ring bond %d joins two atoms that are already bonded", d)
		}
	}
	b.a, b.b = o.atom, r.prev
	r.p.bonds = append(r.p.bonds, b)
	r.p.atoms[o.atom].order[o.place] = r.prev
	at := &r.p.atoms[r.prev]
	at.order = append(at.order, o.atom)
	r.mark, r.marked = queryBond{}, false
	return nil
}
