package chem

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Limits of MOL and SD files.
const (
	// MaxLine is the longest line read, in bytes.
	MaxLine = 1 << 20
	// MaxRecord is the largest record of an SD file, in lines.
	MaxRecord = 200_000
)

// ReadMOL reads one MOL file, V2000 or V3000 (BIOVIA CTfile formats 2020).
// Hydrogens are implied as the format says: up to the normal valence of the
// charged element, or the valence field. Stereochemistry comes from wedges in
// flat drawings, from coordinates in others, and from the parity field when all
// coordinates are zero. Query features and polymers are refused.
func ReadMOL(r io.Reader) (*Mol, error) {
	s := bufio.NewScanner(r)
	s.Buffer(nil, MaxLine)
	var text []string
	for s.Scan() {
		if len(text) > MaxRecord {
			return nil, limitf("the MOL file has more than %d lines", MaxRecord)
		}
		text = append(text, strings.TrimRight(s.Text(), "\r"))
		if strings.HasPrefix(text[len(text)-1], "M  END") {
			break
		}
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	return parseMOL(text, 0)
}

// ParseMOL reads a MOL file held in a string.
func ParseMOL(text string) (*Mol, error) { return ReadMOL(strings.NewReader(text)) }

// molReader is the state of reading one MOL file.
type molReader struct {
	b     *builder
	text  []string
	line  int // index of the current line
	base  int // lines before the record, for errors
	atoms []molAtom
	wedge []int8 // by bond: 1 up, -1 down, 4 either, from its first atom
	flat  bool   // the header says 2D
	index map[int]int
}

// molAtom is what the file says of an atom beyond the builder's record.
type molAtom struct {
	at      [3]float64
	parity  int
	valence int // -1 not stated
	radical int
	hydro   int // unpaired electrons, in bonds
}

func (r *molReader) fail(format string, args ...any) error {
	e := &SyntaxError{What: "MOL file", Line: r.base + r.line + 1, Reason: fmt.Sprintf(format, args...)}
	if r.line < len(r.text) {
		e.Text = r.text[r.line]
	}
	return e
}

// parseMOL reads the lines of a MOL file; base is the number of lines before it
// in a larger file.
func parseMOL(text []string, base int) (*Mol, error) {
	b := builders.Get().(*builder)
	defer builders.Put(b)
	b.reset()
	r := &molReader{b: b, text: text, base: base}
	if len(text) < 4 {
		r.line = max(0, len(text)-1)
		return nil, r.fail("the file ends in its header; three lines of header and a counts line are needed")
	}
	r.flat = len(text[1]) < 22 || strings.ToUpper(field(text[1], 20, 22)) != "3D"
	r.line = 3
	var err error
	if strings.Contains(text[3], "V3000") {
		err = r.v3000()
	} else {
		err = r.v2000()
	}
	if err != nil {
		return nil, err
	}
	d := &drawing{title: strings.TrimSpace(text[0])}
	for _, a := range r.atoms {
		d.at = append(d.at, a.at)
	}
	b.m.drawing = d
	return r.finish()
}

// field returns the columns from (inclusive, 0-based) to (exclusive) of a line,
// without blanks, "" past its end.
func field(line string, from, to int) string {
	if from >= len(line) {
		return ""
	}
	return strings.TrimSpace(line[from:min(to, len(line))])
}

// num reads a column as an integer; an empty column is 0.
func (r *molReader) num(from, to int) (int, error) {
	s := field(r.text[r.line], from, to)
	if s == "" {
		return 0, nil
	}
	v, err := strconv.Atoi(s)
	if err != nil {
		return 0, r.fail("columns %d to %d should hold a whole number, not %q", from+1, to, s)
	}
	return v, nil
}

func (r *molReader) v2000() error {
	na, err := r.num(0, 3)
	if err != nil {
		return err
	}
	nb, err := r.num(3, 6)
	if err != nil {
		return err
	}
	if na <= 0 || nb < 0 {
		return r.fail("the counts line names %d atoms and %d bonds", na, nb)
	}
	for range na {
		if r.line++; r.line >= len(r.text) {
			return r.fail("the file ends inside the atom block")
		}
		if err := r.atomLine(); err != nil {
			return err
		}
	}
	for range nb {
		if r.line++; r.line >= len(r.text) {
			return r.fail("the file ends inside the bond block")
		}
		if err := r.bondLine(); err != nil {
			return err
		}
	}
	return r.properties()
}

func (r *molReader) atomLine() error {
	l := r.text[r.line]
	var a molAtom
	for k := range 3 {
		v, err := coordinate(field(l, 10*k, 10*k+10))
		if err != nil {
			return r.fail("columns %d to %d should hold a coordinate", 10*k+1, 10*k+10)
		}
		a.at[k] = v
	}
	var x atom
	if err := r.symbol(field(l, 31, 34), &x); err != nil {
		return err
	}
	var col [6]int
	for k, c := range [6][2]int{{34, 36}, {36, 39}, {39, 42}, {48, 51}, {60, 63}, {42, 45}} {
		v, err := r.num(c[0], c[1])
		if err != nil {
			return err
		}
		col[k] = v
	}
	if col[0] != 0 && x.num > 0 {
		x.isotope = uint16(int(elements[x.num].isotope) + col[0])
	}
	switch c := col[1]; {
	case c == 4:
		a.radical = 2
	case c >= 1 && c <= 7:
		x.charge = int8(4 - c)
	case c != 0:
		return r.fail("charge code %d is not known; 0 to 7 are", c)
	}
	a.parity = col[2]
	a.valence = col[3]
	if a.valence == 0 {
		a.valence = -1
	} else if a.valence == 15 {
		a.valence = 0
	}
	if col[4] > 0 && col[4] <= 0xFFFF {
		x.class = uint16(col[4])
	}
	return r.add(x, a)
}

func coordinate(s string) (float64, error) {
	if s == "" {
		return 0, nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err == nil && (v != v || v > 1e9 || v < -1e9) {
		return 0, strconv.ErrRange
	}
	return v, err
}

func (r *molReader) add(x atom, a molAtom) error {
	if len(r.atoms) >= MaxAtoms {
		return limitf("line %d: more than %d atoms", r.base+r.line+1, MaxAtoms)
	}
	r.b.m.atoms = append(r.b.m.atoms, x)
	r.atoms = append(r.atoms, a)
	return nil
}

// symbol reads an element symbol; D and T are hydrogen isotopes, and the
// format's wildcards are *.
func (r *molReader) symbol(s string, x *atom) error {
	switch s {
	case "D":
		x.num, x.isotope = 1, 2
		return nil
	case "T":
		x.num, x.isotope = 1, 3
		return nil
	case "*", "A", "Q", "R", "R#", "X":
		return nil
	case "L", "LP":
		return r.fail("%q is a query or a lone pair; only molecules are read", s)
	case "":
		return r.fail("the element symbol is missing; it stands in columns 32 to 34")
	}
	if len(s) == 2 && s[1] >= 'A' && s[1] <= 'Z' {
		s = s[:1] + strings.ToLower(s[1:])
	}
	z, ok := AtomicNumber(s)
	if !ok {
		return r.fail("%q is no element symbol", s)
	}
	x.num = uint8(z)
	return nil
}

func (r *molReader) bondLine() error {
	var v [4]int
	for k := range v {
		n, err := r.num(3*k, 3*k+3)
		if err != nil {
			return err
		}
		v[k] = n
	}
	wedge := int8(0)
	switch v[3] {
	case 1:
		wedge = 1
	case 6:
		wedge = -1
	case 3, 4:
		wedge = 4
	}
	return r.bond(v[0]-1, v[1]-1, v[2], wedge)
}

func (r *molReader) bond(x, y, kind int, wedge int8) error {
	n := len(r.atoms)
	if x < 0 || y < 0 || x >= n || y >= n {
		return r.fail("a bond names atom %d or %d; there are %d atoms", x+1, y+1, n)
	}
	if x == y {
		return r.fail("a bond joins atom %d to itself", x+1)
	}
	if len(r.b.m.bonds) >= MaxBonds {
		return limitf("line %d: more than %d bonds", r.base+r.line+1, MaxBonds)
	}
	bd := bond{a: uint16(x), b: uint16(y), order: 1}
	switch kind {
	case 1, 2, 3:
		bd.order = uint8(kind)
	case 4:
		bd.flags = flagAromatic
		r.b.m.atoms[x].flags |= flagAromatic
		r.b.m.atoms[y].flags |= flagAromatic
	case 9:
		// A coordination bond is read as a single bond.
	default:
		return r.fail("bond type %d is a query or unknown; 1, 2, 3, 4 (aromatic) and 9 (coordination) are read", kind)
	}
	r.b.m.bonds = append(r.b.m.bonds, bd)
	r.b.dirs = append(r.b.dirs, 0)
	r.wedge = append(r.wedge, wedge)
	return nil
}

// properties reads the lines after the bond block.
func (r *molReader) properties() error {
	charged, massed := false, false
	for r.line++; r.line < len(r.text); r.line++ {
		l := r.text[r.line]
		if strings.HasPrefix(l, "M  END") || strings.HasPrefix(l, "$$$$") {
			return nil
		}
		if strings.HasPrefix(l, "A  ") || strings.HasPrefix(l, "G  ") {
			r.line++
			continue
		}
		if len(l) < 6 || l[0] != 'M' {
			continue
		}
		key := l[3:6]
		switch key {
		case "CHG", "RAD":
			if !charged {
				// These lines replace all charges of the atom block.
				for i := range r.b.m.atoms {
					r.b.m.atoms[i].charge = 0
					r.atoms[i].radical = 0
				}
				charged = true
			}
		case "ISO":
			if !massed {
				for i := range r.b.m.atoms {
					if r.b.m.atoms[i].num != 1 {
						r.b.m.atoms[i].isotope = 0
					}
				}
				massed = true
			}
		case "ALS", "LIN":
			return r.fail("%s is a query feature; only molecules are read", key)
		default:
			continue
		}
		if err := r.property(key); err != nil {
			return err
		}
	}
	return nil // M  END is often missing; everything needed was there
}

func (r *molReader) property(key string) error {
	n, err := r.num(6, 9)
	if err != nil {
		return err
	}
	for k := range min(n, 16) {
		at, err := r.num(10+8*k, 13+8*k)
		if err != nil {
			return err
		}
		v, err := r.num(14+8*k, 17+8*k)
		if err != nil {
			return err
		}
		if err := r.setProperty(key, at-1, v); err != nil {
			return err
		}
	}
	return nil
}

func (r *molReader) setProperty(key string, i, v int) error {
	if i < 0 || i >= len(r.atoms) {
		return r.fail("%s names atom %d; there are %d atoms", key, i+1, len(r.atoms))
	}
	a := &r.b.m.atoms[i]
	switch key {
	case "CHG":
		if v < -15 || v > 15 {
			return r.fail("a charge of %d is out of range (-15 to +15)", v)
		}
		a.charge = int8(v)
	case "RAD":
		if v < 0 || v > 3 {
			return r.fail("radical code %d is not known; 0 to 3 are", v)
		}
		r.atoms[i].radical = v
	case "ISO", "MASS":
		if v < 0 || v > 999 {
			return r.fail("isotope %d is out of range", v)
		}
		a.isotope = uint16(v)
	}
	return nil
}
