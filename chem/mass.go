package chem

import (
	"slices"
	"strconv"
	"strings"
)

// Formula returns the molecular formula in Hill order: carbon, hydrogen, then
// the other elements by symbol; all by symbol when there is no carbon. The net
// charge follows as + or - with its number. Isotopes are not told apart,
// wildcards are counted as *.
func (m *Mol) Formula() string {
	var n [maxElement + 1]int
	for i := range m.atoms {
		a := &m.atoms[i]
		n[a.num]++
		n[1] += int(a.h)
	}
	var b strings.Builder
	put := func(z int) {
		if n[z] == 0 {
			return
		}
		b.WriteString(elements[z].symbol)
		if n[z] > 1 {
			b.WriteString(strconv.Itoa(n[z]))
		}
		n[z] = 0
	}
	if n[6] > 0 {
		put(6)
		put(1)
	}
	for _, z := range bySymbolOrder {
		put(z)
	}
	switch c := m.Charge(); {
	case c > 0:
		b.WriteByte('+')
		if c > 1 {
			b.WriteString(strconv.Itoa(c))
		}
	case c < 0:
		b.WriteByte('-')
		if c < -1 {
			b.WriteString(strconv.Itoa(-c))
		}
	}
	return b.String()
}

// bySymbolOrder lists atomic numbers by symbol.
var bySymbolOrder = func() []int {
	out := make([]int, maxElement+1)
	for i := range out {
		out[i] = i
	}
	slices.SortFunc(out, func(a, b int) int { return strings.Compare(elements[a].symbol, elements[b].symbol) })
	return out
}()

// Mass returns the average molecular mass in daltons, from standard atomic
// weights. An atom with a stated isotope counts with the mass of that isotope.
// Electrons gained or lost by charges are not counted; wildcards weigh nothing.
func (m *Mol) Mass() float64 {
	sum := 0.0
	for i := range m.atoms {
		a := &m.atoms[i]
		sum += float64(a.h) * elements[1].weight
		if a.isotope != 0 {
			sum += isotopeMass(a.num, a.isotope)
		} else {
			sum += elements[a.num].weight
		}
	}
	return sum
}

// electronMass is the mass of an electron in daltons (CODATA 2018).
const electronMass = 0.000548580

// MonoisotopicMass returns the mass in daltons of the molecule with every atom
// in its most abundant isotope, or in the isotope that is stated. The electrons
// that charges add or take away are counted, as mass spectrometry needs.
func (m *Mol) MonoisotopicMass() float64 {
	sum := 0.0
	for i := range m.atoms {
		a := &m.atoms[i]
		sum += float64(a.h) * elements[1].mass
		if a.isotope != 0 {
			sum += isotopeMass(a.num, a.isotope)
		} else {
			sum += elements[a.num].mass
		}
	}
	sum -= float64(m.Charge()) * electronMass
	return sum
}

// isotopeMass returns the mass of an isotope, or its mass number where the table
// does not have it (right to 0.1 Da for any isotope that exists).
func isotopeMass(num uint8, isotope uint16) float64 {
	if isotope == elements[num].isotope {
		return elements[num].mass
	}
	if w, ok := isotopes[[2]uint16{uint16(num), isotope}]; ok {
		return w
	}
	return float64(isotope)
}

// HeavyAtoms returns the number of atoms other than hydrogen.
func (m *Mol) HeavyAtoms() int {
	n := 0
	for i := range m.atoms {
		if m.atoms[i].num != 1 {
			n++
		}
	}
	return n
}

// HasIsotopes reports whether some atom has a stated isotope.
func (m *Mol) HasIsotopes() bool {
	for i := range m.atoms {
		if m.atoms[i].isotope != 0 {
			return true
		}
	}
	return false
}

// WithoutIsotopes returns the molecule with every isotope natural. Deuterium
// atoms become counts like other hydrogens.
func (m *Mol) WithoutIsotopes() *Mol {
	if !m.HasIsotopes() {
		return m
	}
	b := m.edit()
	b.keepH = false
	for i := range b.m.atoms {
		b.m.atoms[i].isotope = 0
	}
	return b.done(m)
}

// WithoutClasses returns the molecule with every atom class removed.
func (m *Mol) WithoutClasses() *Mol {
	out := *m
	out.atoms = slices.Clone(m.atoms)
	for i := range out.atoms {
		out.atoms[i].class = 0
	}
	return &out
}
