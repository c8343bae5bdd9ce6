package chem

import (
	"slices"
	"sync"
)

// carbonRule moves a hydrogen between a heteroatom and carbon, or within a
// group that has one accepted form.
type carbonRule struct {
	name    string
	pattern *Pattern
	// from loses a hydrogen, to gains one; the bonds first and second between
	// them, given by atoms of the pattern, change by -1 and +1 (or the other
	// way about when it is negative).
	from, to      int
	weaker, firms [2]int
}

// carbonRules are written so that atom 0 gives the hydrogen and the last atom
// takes it. None of them touches an aromatic double bond.
var carbonRules = sync.OnceValue(func() []carbonRule {
	return []carbonRule{
		{"enol", MustPattern("[O,S,Se;H1;+0;X2][C;+0]=[C;+0;!$(C=C=*)]"), 0, 2, [2]int{1, 2}, [2]int{0, 1}},
		{"enamine", MustPattern("[N;H1,H2;+0;X3;!$(N*=[O,S,N])][C;+0;!$(C[O,S,N;!$(N=*)]);!$(C=C=*)]=[C;+0;!$(C=C=*);!$(CC=[O,S,N]);!$(CC#N);!$(C[N+](=O)[O-])]"), 0, 2, [2]int{1, 2}, [2]int{0, 1}},
		{"nitroso", MustPattern("[C;!H0;+0;X4][N;+0;X2]=[O;X1;+0]"), 0, 2, [2]int{1, 2}, [2]int{0, 1}},
		{"aci-nitro", MustPattern("[O;H1;+0;X2][N+;X3]([O-])=[C;+0]"), 0, 3, [2]int{1, 3}, [2]int{0, 1}},
		{"phosphite", MustPattern("[O;H1;+0;X2][P;+0;X3;v3]"), 0, 1, [2]int{-1, -1}, [2]int{0, 1}},
	}
})

// phenolRule finds ring ketones one hydrogen shift from an aromatic phenol; the
// carbon next to the ketone gives the hydrogen.
var phenolRule = sync.OnceValue(func() carbonRule {
	return carbonRule{"phenol", MustPattern("[C;R;!H0;+0;X4]@[C;R;+0]=[O;X1;+0]"), 0, 2, [2]int{1, 2}, [2]int{0, 1}}
})

// ketoForms applies the carbon rules until none fits.
func (m *Mol) ketoForms() *Mol {
	for range 64 {
		next := m.oneKetoStep()
		if next == m {
			return m
		}
		m = next
	}
	return m
}

func (m *Mol) oneKetoStep() *Mol {
	tries := 4 + 200_000/len(m.atoms)
	rules := carbonRules()
	for i := range rules {
		r := &rules[i]
		for _, at := range m.inRankOrder(r.pattern) {
			if m.between(at, r.weaker).Aromatic {
				continue
			}
			if tries--; tries < 0 {
				return m
			}
			if f := m.shift(r, at); f.aromaticAtoms() >= m.aromaticAtoms() {
				return f
			}
		}
	}
	phenol := phenolRule()
	for _, at := range m.inRankOrder(phenol.pattern) {
		if tries--; tries < 0 {
			return m
		}
		if f := m.shift(&phenol, at); f.aromaticAtoms() > m.aromaticAtoms() {
			return f
		}
	}
	return m
}

// inRankOrder returns the matches of p, sorted by the canonical rank of their
// atoms.
func (m *Mol) inRankOrder(p *Pattern) [][]int {
	if !m.mayHold(&p.need) {
		return nil
	}
	found := p.all(m)
	if len(found) < 2 {
		return found
	}
	rank := m.Ranks()
	slices.SortFunc(found, func(a, b []int) int {
		for k := range a {
			if d := rank[a[k]] - rank[b[k]]; d != 0 {
				return d
			}
		}
		return 0
	})
	return found
}

// between returns the bond between two atoms of a match, empty without one.
func (m *Mol) between(at []int, pair [2]int) Bond {
	if pair[0] < 0 {
		return Bond{}
	}
	e := m.BondBetween(at[pair[0]], at[pair[1]])
	if e < 0 {
		return Bond{}
	}
	return m.Bond(e)
}

// shift carries out one rule.
func (m *Mol) shift(r *carbonRule, at []int) *Mol {
	b := m.edit()
	b.m.atoms[at[r.from]].h--
	b.m.atoms[at[r.to]].h++
	if r.weaker[0] >= 0 {
		b.m.bonds[m.BondBetween(at[r.weaker[0]], at[r.weaker[1]])].order--
	}
	b.m.bonds[m.BondBetween(at[r.firms[0]], at[r.firms[1]])].order++
	gone := map[uint16]bool{uint16(at[r.from]): true, uint16(at[r.to]): true}
	b.m.centers = slices.DeleteFunc(b.m.centers, func(c stereoAtom) bool { return gone[c.atom] })
	b.m.geometry = slices.DeleteFunc(b.m.geometry, func(g stereoBond) bool { return b.m.bonds[g.bond].order != 2 })
	return b.done(m)
}

func (m *Mol) aromaticAtoms() int {
	n := 0
	for i := range m.atoms {
		if m.atoms[i].flags&flagAromatic != 0 {
			n++
		}
	}
	return n
}
