package chem

import (
	"cmp"
	"slices"
)

// tautomerForms bounds the placements of hydrogens tried in one mobile system.
const tautomerForms = 5_000

// tautomerWork bounds the atoms of all placements together: some seconds.
const tautomerWork = 2_000_000

// tautomerRounds bounds how often the rules and the placement take turns.
const tautomerRounds = 8

// Tautomer returns the normal form of the molecule among its tautomers, so that
// a law that names one form meets all. It covers the shifts by which drug laws
// and collections differ in practice:
//
//   - hydrogens shared by nitrogen, oxygen, sulfur and selenium over a
//     conjugated system: amide and imidic acid, lactam and lactim (barbiturates,
//     pyridones, xanthines), amidines and guanidines, thioamides, azoles with
//     the hydrogen on either nitrogen (benzimidazole, indazole, tetrazole);
//   - enols, enethiols and enamines outside aromatic rings, which become
//     ketones, thioketones and imines; a ring ketone that would be a phenol
//     becomes the phenol;
//   - nitroso and oxime, nitro and aci-nitro, phosphite and phosphonate.
//
// Ring-chain tautomers and hydrogens moved from ordinary carbon are left alone.
// The form is chosen by fixed preferences (aromatic atoms, then C=O, then
// hydrogen on nitrogen, then canonical rank) and need not be the most stable.
// Stereo marks on atoms and bonds whose hydrogens or double bonds are mobile are
// dropped. The error is ErrWork when a system has too many placements; the
// molecule returned is then a tautomer, but may depend on the form given.
func (m *Mol) Tautomer() (*Mol, error) {
	for range tautomerRounds {
		before := m
		var err error
		if m, err = m.placeMobile(); err != nil {
			return m, err
		}
		m = m.ketoForms()
		if m == before {
			return m, nil
		}
	}
	return m, nil
}

// mobileSystem is a conjugated system with hydrogens that can move.
type mobileSystem struct {
	atoms []int // atoms that take part in double bonds or bear mobile hydrogens
	sites []int // heteroatoms that may bear a mobile hydrogen
	holds int   // mobile hydrogens
}

// mobileHetero reports whether atom i may give or take a mobile hydrogen.
func (m *Mol) mobileHetero(i int) bool {
	a := &m.atoms[i]
	switch a.num {
	case 7, 8, 16, 34, 52:
	default:
		return false
	}
	if a.charge != 0 || a.degree == 0 {
		return false
	}
	most := 2
	if a.num == 7 {
		most = 3
	}
	return int(a.val) == most
}

// doubles returns the number of double bonds of atom i, 9 when it has a bond of
// higher order.
func (m *Mol) doubles(i int) int {
	n := 0
	for _, h := range m.around(i) {
		switch m.bonds[h.bond].order {
		case 2:
			n++
		case 0, 1:
		default:
			return 9
		}
	}
	return n
}

// mobileSystems finds the systems in which more than one placement is possible.
func (m *Mol) mobileSystems() []mobileSystem {
	n := len(m.atoms)
	in := make([]bool, n)
	for i := range n {
		in[i] = m.doubles(i) == 1 && (m.atoms[i].num == 6 || m.mobileHetero(i))
	}
	donor := make([]bool, n)
	for i := range n {
		if m.mobileHetero(i) && m.doubles(i) == 0 && m.atoms[i].h > 0 {
			for _, h := range m.around(i) {
				donor[i] = donor[i] || in[h.atom]
			}
		}
	}
	seen := make([]bool, n)
	var out []mobileSystem
	for i := range n {
		if !in[i] || seen[i] {
			continue
		}
		var s mobileSystem
		s.atoms = append(s.atoms, i)
		seen[i] = true
		for k := 0; k < len(s.atoms); k++ {
			for _, h := range m.around(s.atoms[k]) {
				if x := int(h.atom); (in[x] || donor[x]) && !seen[x] && m.bonds[h.bond].order <= 2 {
					seen[x] = true
					s.atoms = append(s.atoms, x)
				}
			}
		}
		slices.Sort(s.atoms)
		for _, x := range s.atoms {
			if m.mobileHetero(x) {
				s.sites = append(s.sites, x)
				if donor[x] {
					s.holds++
				}
			}
		}
		if s.holds > 0 && s.holds < len(s.sites) {
			out = append(out, s)
		}
	}
	return out
}

// skeleton ranks the atoms of m with all mobile hydrogens taken off and all
// mobile double bonds made single: the same for every tautomer.
func (m *Mol) skeleton(systems []mobileSystem) []int {
	b := m.edit()
	inside := make([]int, len(m.atoms))
	for k, s := range systems {
		for _, x := range s.atoms {
			inside[x] = k + 1
		}
		for _, x := range s.sites {
			if m.doubles(x) == 0 {
				b.m.atoms[x].h--
			}
			b.m.atoms[x].class = 1
		}
	}
	for i := range b.m.bonds {
		if bd := &b.m.bonds[i]; inside[bd.a] != 0 && inside[bd.a] == inside[bd.b] {
			bd.order = 1
		}
	}
	b.m.geometry = b.m.geometry[:0]
	return b.done(m).Ranks()
}

// placeMobile puts mobile hydrogens where the preferences want them.
func (m *Mol) placeMobile() (*Mol, error) {
	systems := m.mobileSystems()
	if len(systems) == 0 {
		return m, nil
	}
	rank := m.skeleton(systems)
	work := 0
	for _, s := range systems {
		forms := 1
		for k := range s.holds {
			if forms = forms * (len(s.sites) - k) / (k + 1); forms > tautomerForms {
				return m, ErrWork
			}
		}
		if work += forms * len(m.atoms); work > tautomerWork {
			return m, ErrWork
		}
	}
	out := m
	for _, s := range systems {
		out = out.bestPlacement(s, rank)
	}
	if slices.Equal(out.atoms, m.atoms) && slices.Equal(out.bonds, m.bonds) {
		return m, nil
	}
	return out, nil
}

// bestPlacement tries every placement of the hydrogens of one system.
func (m *Mol) bestPlacement(s mobileSystem, rank []int) *Mol {
	sites := slices.Clone(s.sites)
	slices.SortFunc(sites, func(a, b int) int { return cmp.Compare(rank[a], rank[b]) })
	best, bestScore := m, []int(nil)
	pick := make([]int, 0, s.holds)
	var try func(from int)
	try = func(from int) {
		if len(pick) == s.holds {
			f := m.placed(s, pick)
			if f == nil {
				return
			}
			score := f.tautomerScore(s, pick, rank)
			if bestScore == nil || slices.Compare(score, bestScore) < 0 {
				best, bestScore = f, score
			}
			return
		}
		for i := from; i < len(sites); i++ {
			pick = append(pick, sites[i])
			try(i + 1)
			pick = pick[:len(pick)-1]
		}
	}
	try(0)
	return best
}

// placed returns m with the hydrogens of system s on the atoms of pick, or nil
// when the double bonds cannot be drawn then.
func (m *Mol) placed(s mobileSystem, pick []int) *Mol {
	b := m.edit()
	k := &b.match
	b.m.link()
	k.start(&b.m)
	inside := make(map[int]bool, len(s.atoms))
	for _, x := range s.atoms {
		inside[x] = true
		k.role[x] = piMust
	}
	for _, x := range s.sites {
		if m.doubles(x) == 0 {
			b.m.atoms[x].h--
		}
	}
	for _, x := range pick {
		b.m.atoms[x].h++
		k.role[x] = piNone
	}
	changed := false
	for i := range b.m.bonds {
		if bd := &b.m.bonds[i]; inside[int(bd.a)] && inside[int(bd.b)] {
			bd.order = 1
			bd.flags = flagAromatic
		}
	}
	if k.run(&b.m) >= 0 {
		builders.Put(b)
		return nil
	}
	for i := range b.m.bonds {
		bd := &b.m.bonds[i]
		if bd.flags&flagAromatic == 0 {
			continue
		}
		bd.flags = 0
		if k.mate[bd.a] == int32(bd.b) {
			bd.order = 2
		}
		changed = changed || bd.order != m.bonds[i].order
	}
	b.m.geometry = slices.DeleteFunc(b.m.geometry, func(g stereoBond) bool {
		bd := m.bonds[g.bond]
		return inside[int(bd.a)] && inside[int(bd.b)] || b.m.bonds[g.bond].order != 2
	})
	return b.done(m)
}

// tautomerScore ranks a form: lower is preferred.
func (f *Mol) tautomerScore(s mobileSystem, pick, rank []int) []int {
	aromatic, carbonyl, onN, imine := 0, 0, 0, 0
	for i := range f.atoms {
		if f.atoms[i].flags&flagAromatic != 0 {
			aromatic++
		}
	}
	for _, x := range s.sites {
		a := &f.atoms[x]
		switch {
		case f.doubles(x) == 1 && a.num != 7 && f.atoms[f.around(x)[0].atom].num == 6:
			carbonyl++
		case a.num == 7 && a.h > 0 && f.doubles(x) == 0:
			onN++
		case a.num == 7 && a.h > 0:
			imine++
		}
	}
	score := []int{-aromatic, -carbonyl, -onN, imine}
	for _, x := range pick {
		score = append(score, rank[x])
	}
	return score
}
