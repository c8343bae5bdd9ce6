package chem

// bracket reads a bracket atom: [isotope symbol chirality H charge :class].
func (r *reader) bracket() error {
	start := r.i
	r.i++
	s := r.s
	var a atom
	a.flags = flagFixedH
	if n, v := number(s[r.i:], 4); n > 0 {
		if v > 999 {
			return r.fail(r.i, "isotope %d is out of range", v)
		}
		a.isotope = uint16(v)
		r.i += n
	}
	if err := r.symbol(&a); err != nil {
		return err
	}
	class, perm, err := r.chirality()
	if err != nil {
		return err
	}
	if err := r.hydrogens(&a); err != nil {
		return err
	}
	if err := r.charge(&a); err != nil {
		return err
	}
	if r.i < len(s) && s[r.i] == ':' {
		n, v := number(s[r.i+1:], 6)
		if n == 0 {
			return r.fail(r.i, "an atom class is a number: [C:1]")
		}
		if v > 0xFFFF {
			return limitf("SMILES position %d: atom class %d is above 65535", r.i+1, v)
		}
		a.class = uint16(v)
		r.i += n + 1
	}
	if r.i >= len(s) {
		return r.fail(start, "the bracket is not closed")
	}
	if s[r.i] != ']' {
		return r.fail(r.i, "%q does not belong in a bracket here; the order is isotope, symbol, chirality, H, charge, class", s[r.i])
	}
	r.i++
	prev := r.prev
	i, err := r.add(a, start)
	if err != nil {
		return err
	}
	if class != stereoNone {
		r.newCenter(i, prev, class, perm, a.h)
	}
	return nil
}

func (r *reader) symbol(a *atom) error {
	if r.i >= len(r.s) {
		return r.fail(r.i-1, "the bracket is not closed")
	}
	if r.s[r.i] == '*' {
		r.i++
		return nil
	}
	if z, n := elementAt(r.s, r.i); n > 0 {
		a.num = z
		r.i += n
		return nil
	}
	if z, n := aromaticAt(r.s, r.i); n > 0 {
		a.num = z
		a.flags |= flagAromatic
		r.i += n
		return nil
	}
	return r.fail(r.i, "%q starts no element symbol", r.s[r.i])
}

func (r *reader) hydrogens(a *atom) error {
	if r.i >= len(r.s) || r.s[r.i] != 'H' {
		return nil
	}
	r.i++
	n, v := number(r.s[r.i:], 2)
	if n == 0 {
		v = 1
	}
	if a.num == 1 && v > 0 {
		return r.fail(r.i-1, "a hydrogen cannot carry hydrogens; write [H][H]")
	}
	if v > 20 {
		return r.fail(r.i, "%d hydrogens on one atom", v)
	}
	a.h = uint8(v)
	r.i += n
	return nil
}

func (r *reader) charge(a *atom) error {
	if r.i >= len(r.s) || (r.s[r.i] != '+' && r.s[r.i] != '-') {
		return nil
	}
	c := r.s[r.i]
	start := r.i
	v := 0
	for r.i < len(r.s) && r.s[r.i] == c {
		v++
		r.i++
	}
	if n, w := number(r.s[r.i:], 3); n > 0 {
		if v > 1 {
			return r.fail(r.i, "write a charge as ++ or as +2, not both")
		}
		v = w
		r.i += n
	}
	if v > 15 {
		return r.fail(start, "a charge of %d is out of range (-15 to +15)", v)
	}
	if c == '-' {
		v = -v
	}
	a.charge = int8(v)
	return nil
}

// chirality reads @, @@, @TH1, @AL2, @SP3, @TB20 or @OH30.
func (r *reader) chirality() (class, perm uint8, err error) {
	class, perm, n := chiralityAt(r.s, r.i)
	if n < 0 {
		return 0, 0, r.fail(r.i, "unknown chirality; @, @@, @TH1-2, @AL1-2, @SP1-3, @TB1-20 and @OH1-30 are known")
	}
	r.i += n
	return class, perm, nil
}

// chiralityAt reads a chirality mark at s[i:]: its class and permutation, and
// its length, -1 when it is malformed and 0 when there is none. A plain @ or @@
// comes back as stereoPlain, to be settled by the number of neighbours.
func chiralityAt(s string, i int) (class, perm uint8, n int) {
	if i >= len(s) || s[i] != '@' {
		return stereoNone, 0, 0
	}
	if i+1 < len(s) && s[i+1] == '@' {
		return stereoPlain, 2, 2
	}
	if i+2 < len(s) {
		most := 0
		switch s[i+1 : i+3] {
		case "TH":
			class, most = stereoTH, 2
		case "AL":
			class, most = stereoAL, 2
		case "SP":
			class, most = stereoSP, 3
		case "TB":
			class, most = stereoTB, 20
		case "OH":
			class, most = stereoOH, 30
		}
		if most > 0 {
			k, v := number(s[i+3:], 2)
			if k == 0 || v < 1 || v > most {
				return 0, 0, -1
			}
			return class, uint8(v), 3 + k
		}
	}
	return stereoPlain, 1, 1
}

// newCenter opens the stereo list of atom i.
func (r *reader) newCenter(i, prev int32, class, perm, h uint8) {
	b := r.b
	if len(b.m.centers) >= 1<<15-1 {
		return
	}
	c := stereoAtom{atom: uint16(i), class: class, perm: perm}
	if prev >= 0 {
		c.add(uint16(prev))
	}
	for range h {
		c.add(noAtom)
	}
	r.centerOf[i] = int16(len(b.m.centers))
	b.m.centers = append(b.m.centers, c)
}
