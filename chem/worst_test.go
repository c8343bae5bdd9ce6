package chem

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// peptide writes a chain of residues of about n atoms; closed joins its ends.
func peptide(n int, closed bool) string {
	side := []string{"", "C", "CC(C)C", "Cc1ccccc1", "CO", "CCCCN", "CC(=O)O", "CCSC", "Cc1c[nH]c2ccccc12", "CCCNC(=N)N"}
	var b strings.Builder
	ring := ""
	if closed {
		ring = "9"
	}
	atoms, k := 0, 0
	for atoms < n {
		s := side[k%len(side)]
		b.WriteString("N")
		if k == 0 {
			b.WriteString(ring)
		}
		b.WriteString("[C@@H](")
		if s == "" {
			s = "C"
		}
		b.WriteString(s + ")C(=O)")
		atoms += 4 + len(s)*2/3
		k++
	}
	if closed {
		return b.String() + "N[C@@H](C)C9=O"
	}
	return b.String() + "O"
}

// fused writes k six-rings in a row: saturated, or aromatic when arom is set.
func fused(k int, arom bool) string {
	c := "C"
	if arom {
		c = "c"
	}
	// A ladder: upper rail out, lower rail back, rungs as ring bonds.
	var b strings.Builder
	digit := func(n int) string { return fmt.Sprintf("%%(%d)", n) }
	b.WriteString(c + digit(0))
	for i := 1; i < k; i++ {
		b.WriteString(c + c + digit(i))
	}
	b.WriteString(c + c + c + c)
	for i := k - 1; i > 0; i-- {
		b.WriteString(c + digit(i) + c)
	}
	return b.String() + c + digit(0)
}

// grid writes an n by n net of carbon four-rings, as a worst case for rings.
func grid(n int) string {
	b := builders.Get().(*builder)
	b.reset()
	for range n * n {
		b.m.atoms = append(b.m.atoms, atom{num: 6})
	}
	for i := range n {
		for j := range n {
			at := uint16(i*n + j)
			if j+1 < n {
				b.m.bonds = append(b.m.bonds, bond{a: at, b: at + 1, order: 1})
			}
			if i+1 < n {
				b.m.bonds = append(b.m.bonds, bond{a: at, b: at + uint16(n), order: 1})
			}
		}
	}
	m, err := b.finish()
	if err != nil {
		panic(err)
	}
	return m.SMILES()
}

// sheet writes rows by columns six-rings of one element, edge to edge. Made of
// nitrogen, no union of its rings is aromatic, so that all are tried.
func sheet(rows, columns int, num uint8) string {
	b := builders.Get().(*builder)
	b.reset()
	width := 2*columns + 2
	at := func(i, j int) uint16 { return uint16(i*width + j) }
	for range (rows + 1) * width {
		b.m.atoms = append(b.m.atoms, atom{num: num})
	}
	for i := range rows + 1 {
		for j := range width {
			if j+1 < width {
				b.m.bonds = append(b.m.bonds, bond{a: at(i, j), b: at(i, j+1), order: 1})
			}
			if i < rows && (i+j)%2 == 0 {
				b.m.bonds = append(b.m.bonds, bond{a: at(i, j), b: at(i+1, j), order: 1})
			}
		}
	}
	m, err := b.finish()
	if err != nil {
		panic(err)
	}
	return m.SMILES()
}

const c60 = "c12c3c4c5c1c1c6c7c2c2c8c3c3c9c4c4c%10c5c5c1c1c6c6c%11c7c2c2c7c8c3c3c8c9c4c4c9c%10c5c5c1c1c6c6c%11c2c2c7c3c3c8c4c4c9c5c1c1c6c2c3c41"

// worstCases are the large structures with a bound of 50 ms each.
var worstCases = map[string]string{
	"peptide of 1000 atoms":        peptide(1000, false),
	"cyclic peptide of 1000 atoms": peptide(1000, true),
	"C60":                          c60,
	"40 rings in a row":            fused(40, false),
	"40 aromatic rings in a row":   fused(40, true),
	"40 rings in a sheet":          sheet(5, 8, 7),
	"cyclic homopeptide":           "N1" + strings.Repeat("CC(=O)N", 99) + "CC1=O",
	"dodecahedrane":                "C12C3C4C5C1C1C6C2C2C3C3C4C4C5C1C1C6C2C3C41",
	"cubane":                       "C12C3C4C1C5C2C3C45",
}

func TestWorstCases(t *testing.T) {
	pattern := MustPattern("[#6]~[#6]~[#6]~[#6]~[#6]~[#6]~[#6]~[#6]-[N;!$(NC=O)]")
	rng := rand.New(rand.NewPCG(3, 4))
	for name, s := range worstCases {
		best := time.Hour
		var m *Mol
		var canonical string
		for range 3 {
			start := time.Now()
			var err error
			if m, err = Parse(s); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			canonical = m.Canonical()
			if _, err := pattern.Match(m); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			best = min(best, time.Since(start))
		}
		t.Logf("%s: %d atoms, %d rings, %v", name, m.NumAtoms(), m.RingCount(), best)
		if best > 50*time.Millisecond && !raceEnabled {
			t.Errorf("%s takes %v, want at most 50 ms", name, best)
		}
		for range 3 {
			if o := MustParse(shuffled(m, rng)).Canonical(); o != canonical {
				t.Errorf("%s: canonical form depends on the order", name)
			}
		}
	}
}

// TestHostile reads structures made to be slow; each must end soon, with an
// answer or a refusal.
func TestHostile(t *testing.T) {
	complete := func(n int) string {
		b := builders.Get().(*builder)
		b.reset()
		for i := range n {
			b.m.atoms = append(b.m.atoms, atom{num: 6, flags: flagFixedH})
			for j := range i {
				b.m.bonds = append(b.m.bonds, bond{a: uint16(j), b: uint16(i), order: 1})
			}
		}
		m, err := b.finish()
		if err != nil {
			panic(err)
		}
		return m.SMILES()
	}
	cubic := func(n int) string {
		rng := rand.New(rand.NewPCG(11, 12))
		b := builders.Get().(*builder)
		b.reset()
		for range n {
			b.m.atoms = append(b.m.atoms, atom{num: 6})
		}
		has := map[[2]int]bool{}
		free := rng.Perm(n)
		add := func(i, j int) {
			if i != j && !has[[2]int{i, j}] && !has[[2]int{j, i}] {
				has[[2]int{i, j}] = true
				b.m.bonds = append(b.m.bonds, bond{a: uint16(i), b: uint16(j), order: 1})
			}
		}
		for i := range n {
			add(i, (i+1)%n)
		}
		for k := 0; k+1 < n; k += 2 {
			add(free[k], free[k+1])
		}
		if m, err := b.finish(); err == nil {
			return m.SMILES()
		}
		// Too large for us: write it by hand.
		var w strings.Builder
		for i := range n {
			w.WriteString("C")
			if i == 0 || i == n-1 {
				w.WriteString("%(99999)")
			}
			for k := range free {
				if free[k] == i && has[[2]int{free[k&^1], free[k|1]}] && (free[k&^1]-free[k|1] > 1 || free[k|1]-free[k&^1] > 1) {
					fmt.Fprintf(&w, "%%(%d)", k/2+1)
				}
			}
		}
		return w.String()
	}
	cases := map[string]string{
		"random cubic of 400":   cubic(400),
		"random cubic of 1800":  cubic(1800),
		"net of 30 by 30":       grid(30),
		"complete graph of 40":  complete(40),
		"ladder of 900 rings":   fused(900, false),
		"acene of 900 rings":    fused(900, true),
		"10000 methanes":        strings.Repeat("C.", 9999) + "C",
		"chain of 10000":        strings.Repeat("C", 10000),
		"9000 nested branches":  strings.Repeat("C(", 9000) + "C" + strings.Repeat(")", 9000),
		"macrocycle of 9999":    "C1" + strings.Repeat("C", 9998) + "1",
		"50 para-phenylenes":    "c%991ccc(cc1)" + strings.Repeat("c1ccc(cc1)", 48) + "c1ccc%99cc1",
		"star":                  "[U](" + strings.Repeat("C)(", 60) + "C)C",
		"dendrimer":             "[U](" + strings.Repeat("[Si](C)(C)C)(", 60) + "C)C",
		"200 caesium":           strings.Repeat("[Cs+].", 200) + "Cl",
		"polyene cis and trans": "C" + strings.Repeat("/C=C/C=C\\C(F)", 800) + "C",
	}
	pattern := MustPattern("[*]1~[*]~[*]~[*]~[*]~[*]~[*]~[*]~[*]~[*]~[*]~[*]1.[N;$(NC(=O)[#6]~[#6]~[#6])]")
	for name, s := range cases {
		start := time.Now()
		m, err := Parse(s)
		read := time.Since(start)
		if err != nil {
			t.Logf("%s: refused in %v: %.80s", name, read, err)
		} else {
			m.Canonical()
			canon := time.Since(start) - read
			pattern.Match(m)
			match := time.Since(start) - read - canon
			m.Fingerprint()
			t.Logf("%s: %d atoms, read %v, canonical %v, match %v", name, m.NumAtoms(), read, canon, match)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%s takes %v", name, d)
		}
	}
}
