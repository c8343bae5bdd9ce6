package chem

import (
	"strconv"
	"strings"
)

// v3000 reads the CTAB of a V3000 file.
func (r *molReader) v3000() error {
	r.index = map[int]int{}
	in := ""
	for {
		words, err := r.v30()
		if err != nil {
			return err
		}
		if words == nil {
			return nil
		}
		if len(words) == 0 {
			continue
		}
		switch {
		case words[0] == "BEGIN" && len(words) > 1:
			if in = words[1]; in == "ATOM" && len(r.atoms) > 0 {
				return r.fail("a second atom block; template files are not read")
			}
		case words[0] == "END" && len(words) > 1:
			if in = ""; words[1] == "CTAB" {
				return r.counted()
			}
		case in == "ATOM":
			if err := r.atom30(words); err != nil {
				return err
			}
		case in == "BOND":
			if err := r.bond30(words); err != nil {
				return err
			}
		}
	}
}

func (r *molReader) counted() error {
	if len(r.atoms) == 0 {
		return r.fail("there is no atom")
	}
	return nil
}

// v30 returns the words of the next "M  V30" line with its continuations, an
// empty list for another line and nil at the end.
func (r *molReader) v30() ([]string, error) {
	if r.line++; r.line >= len(r.text) || strings.HasPrefix(r.text[r.line], "M  END") {
		if len(r.atoms) == 0 {
			return nil, r.fail("the file ends before its atoms")
		}
		return nil, nil
	}
	const mark = "M  V30 "
	l := r.text[r.line]
	if !strings.HasPrefix(l, mark) {
		return []string{}, nil
	}
	l = l[len(mark):]
	for strings.HasSuffix(l, "-") && len(l) < MaxLine {
		if r.line++; r.line >= len(r.text) || !strings.HasPrefix(r.text[r.line], mark) {
			return nil, r.fail("the line before goes on, this one does not begin with %q", mark)
		}
		l = l[:len(l)-1] + r.text[r.line][len(mark):]
	}
	return strings.Fields(l), nil
}

func (r *molReader) whole(s string) (int, error) {
	v, err := strconv.Atoi(s)
	if err != nil {
		return 0, r.fail("%q should be a whole number", s)
	}
	return v, nil
}

// atom30 reads: index type x y z map [key=value]...
func (r *molReader) atom30(w []string) error {
	if len(w) < 6 {
		return r.fail("an atom line wants index, type, three coordinates and a map number")
	}
	n, err := r.whole(w[0])
	if err != nil {
		return err
	}
	if _, ok := r.index[n]; ok {
		return r.fail("atom %d occurs twice", n)
	}
	r.index[n] = len(r.atoms)
	var x atom
	if strings.HasPrefix(w[1], "[") || strings.EqualFold(w[1], "NOT") {
		return r.fail("an atom list is a query feature; only molecules are read")
	}
	if err := r.symbol(w[1], &x); err != nil {
		return err
	}
	a := molAtom{valence: -1}
	for k := range 3 {
		v, err := coordinate(w[2+k])
		if err != nil {
			return r.fail("%q should be a coordinate", w[2+k])
		}
		a.at[k] = v
	}
	class, err := r.whole(w[5])
	if err != nil {
		return err
	}
	if class > 0 && class <= 0xFFFF {
		x.class = uint16(class)
	}
	if err := r.add(x, a); err != nil {
		return err
	}
	i := len(r.atoms) - 1
	for _, kv := range w[6:] {
		key, text, _ := strings.Cut(kv, "=")
		switch key {
		case "CHG", "RAD", "MASS", "CFG", "VAL":
		default:
			continue
		}
		v, err := r.whole(text)
		if err != nil {
			return err
		}
		switch key {
		case "CFG":
			r.atoms[i].parity = v
		case "VAL":
			if r.atoms[i].valence = v; v == 0 {
				r.atoms[i].valence = -1
			} else if v < 0 {
				r.atoms[i].valence = 0
			}
		default:
			if err := r.setProperty(key, i, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// bond30 reads: index type atom1 atom2 [key=value]...
func (r *molReader) bond30(w []string) error {
	if len(w) < 4 {
		return r.fail("a bond line wants index, type and two atoms")
	}
	var v [3]int
	for k := range v {
		n, err := r.whole(w[1+k])
		if err != nil {
			return err
		}
		v[k] = n
	}
	x, okX := r.index[v[1]]
	y, okY := r.index[v[2]]
	if !okX || !okY {
		return r.fail("a bond names atom %d or %d, which the atom block does not have", v[1], v[2])
	}
	wedge := int8(0)
	for _, kv := range w[4:] {
		switch kv {
		case "CFG=1":
			wedge = 1
		case "CFG=2":
			wedge = 4
		case "CFG=3":
			wedge = -1
		}
	}
	return r.bond(x, y, v[0], wedge)
}
