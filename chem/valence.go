package chem

// impliedHydrogens returns the hydrogens that OpenSMILES §3.1.5 adds to an atom
// of the organic subset whose bond orders sum to sum: up to the next of its
// normal valences, none beyond the highest.
func impliedHydrogens(num uint8, sum int) uint8 {
	v := 0
	switch num {
	case 5:
		v = 3
	case 6:
		v = 4
	case 7:
		v = 3
		if sum > 3 {
			v = 5
		}
	case 8:
		v = 2
	case 15:
		v = 3
		if sum > 3 {
			v = 5
		}
	case 16:
		v = 2
		if sum > 4 {
			v = 6
		} else if sum > 2 {
			v = 4
		}
	case 9, 17, 35, 53:
		v = 1
	default:
		return 0
	}
	if sum >= v {
		return 0
	}
	return uint8(v - sum)
}

// organic reports whether an element may be written without brackets.
func organic(num uint8) bool {
	switch num {
	case 0, 5, 6, 7, 8, 9, 15, 16, 17, 35, 53:
		return true
	}
	return false
}

// bondSum returns the sum of the Kekulé orders of the bonds of atom i.
func (m *Mol) bondSum(i int) int {
	n := 0
	for _, h := range m.around(i) {
		n += int(m.bonds[h.bond].order)
	}
	return n
}

// outer returns the number of valence electrons of a main-group element, or -1.
func outer(num uint8) int {
	switch {
	case num == 1:
		return 1
	case num == 2:
		return 2
	case num >= 3 && num <= 10:
		return int(num) - 2
	case num >= 11 && num <= 18:
		return int(num) - 10
	case num == 19 || num == 20:
		return int(num) - 18
	case num >= 31 && num <= 36:
		return int(num) - 28
	case num == 37 || num == 38:
		return int(num) - 36
	case num >= 49 && num <= 54:
		return int(num) - 46
	case num == 55 || num == 56:
		return int(num) - 54
	case num >= 81 && num <= 86:
		return int(num) - 78
	}
	return -1
}

// usualValence returns the lowest normal valence of a neutral main-group atom,
// or -1 for others.
func usualValence(num uint8) int {
	n := outer(num)
	switch {
	case n < 0:
		return -1
	case num <= 2:
		return n & 1
	case n <= 4:
		return n
	}
	return 8 - n
}

// radicals returns the number of unpaired electrons of an atom whose hydrogen
// count was stated: what is missing to an octet, or to an empty shell.
func (m *Mol) radicals(i int) int {
	a := &m.atoms[i]
	n := outer(a.num)
	if n < 0 || a.flags&flagFixedH == 0 {
		return 0
	}
	shell := 8
	if a.num <= 2 {
		shell = 2
	}
	sum := m.bondSum(i) + int(a.h)
	r := max(shell-n-sum+int(a.charge), 0)
	if q := n - sum - int(a.charge); q >= 0 {
		r = min(r, q)
	}
	return r
}

// separateCharges rewrites five-valent neutral nitrogen with its charges apart:
// N(=O)=O becomes [N+](=O)[O-], N=N#N becomes N=[N+]=[N-]. Both forms are in use
// for the same substance and must not be two molecules.
func (b *builder) separateCharges() {
	m := &b.m
	for i := range m.atoms {
		a := &m.atoms[i]
		if a.num != 7 || a.charge != 0 || a.degree == 0 || m.bondSum(i)+int(a.h) != 5 {
			continue
		}
		for _, h := range m.around(i) {
			o, bd := &m.atoms[h.atom], &m.bonds[h.bond]
			if o.charge != 0 {
				continue
			}
			if o.num == 8 && bd.order == 2 || o.num == 7 && bd.order == 3 {
				bd.order--
				a.charge, o.charge = 1, -1
				a.flags |= flagFixedH
				o.flags |= flagFixedH
				break
			}
		}
	}
}

// Problem is something odd about an atom that the reader let pass.
type Problem struct {
	Atom   int    // the atom
	Reason string // what is odd about it
}

// Problems lists the atoms whose bonds no ordinary valence of their element
// allows, such as carbon with five bonds. Such molecules are read, because
// collections hold them, and should be looked at before they are trusted.
func (m *Mol) Problems() []Problem {
	var out []Problem
	for i := range m.atoms {
		a := &m.atoms[i]
		most := highestValence(a.num, int(a.charge))
		if most >= 0 && int(a.val) > most {
			out = append(out, Problem{i, "atom " + Symbol(int(a.num)) + " has more bonds than its valence allows"})
		}
	}
	return out
}

// highestValence returns the highest ordinary valence of an element in a charge
// state, by counting electrons as for its neighbour in the table; -1 if any.
func highestValence(num uint8, charge int) int {
	if num == 0 || outer(num) < 0 {
		return -1
	}
	n := outer(num) - charge
	if n < 0 || n > 8 {
		return 0
	}
	if num <= 2 {
		return n & 1
	}
	if num <= 10 {
		if n <= 4 {
			return n
		}
		if num == 7 && charge == 0 {
			return 5
		}
		return 8 - n
	}
	if num == 13 || num == 14 {
		return 6
	}
	return max(n, 8-n)
}
