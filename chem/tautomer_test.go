package chem

import (
	"math/rand/v2"
	"testing"
)

// TestTautomer gives forms of one substance; all must have one normal form,
// which is the first.
func TestTautomer(t *testing.T) {
	for _, forms := range [][]string{
		{"O=c1cccc[nH]1", "Oc1ccccn1"},
		{"CC(N)=O", "CC(O)=N"},
		{"CC(C)=O", "CC(O)=C"},
		{"Oc1ccccc1", "O=C1C=CC=CC1"},
		{"CCC1(CC)C(=O)NC(=O)NC1=O", "CCC1(CC)C(O)=NC(=O)NC1=O", "CCC1(CC)C(O)=NC(O)=NC1=O"},
		{"Cc1nc2ccc(Cl)cc2[nH]1", "Cc1nc2cc(Cl)ccc2[nH]1"},
		{"c1ccc2[nH]ncc2c1", "c1ccc2n[nH]cc2c1"},
		{"CC(N)=NC", "CC(=N)NC"},
		{"CC(C)=NO", "CC(C)N=O"},
		{"C[N+](=O)[O-]", "C=[N+](O)[O-]"},
		{"CC(=O)CC(C)=O", "CC(O)=CC(C)=O"},
		{"Cn1c(=O)c2[nH]cnc2n(C)c1=O", "Cn1c(=O)c2nc[nH]c2n(C)c1=O"},
		{"O=C1CN=C(c2ccccc2)c2cc(Cl)ccc2N1", "OC1=Nc2ccc(Cl)cc2C(c2ccccc2)=NC1"},
		{"c1nn[nH]n1", "c1nnn[nH]1"},
		{"CNC(=S)N", "CN=C(S)N", "CNC(S)=N"},
		{"COP(C)(=O)[H]", "COP(C)O"},
		{"C[C@H](NC)C(=O)c1ccccc1"},
		{"CN/C(=N\\C#N)NC", "C/N=C(/NC#N)NC"},
	} {
		want := ""
		for i, s := range forms {
			m, err := MustParse(s).Tautomer()
			if err != nil {
				t.Errorf("%s: %v", s, err)
				continue
			}
			got := m.Canonical()
			if i == 0 {
				want = got
				again, _ := m.Tautomer()
				if again.Canonical() != got {
					t.Errorf("%s: the normal form %s is not its own: %s", s, got, again.Canonical())
				}
			}
			if got != want {
				t.Errorf("%s gives %s, %s gives %s", s, got, forms[0], want)
			}
			if m.Formula() != MustParse(s).Formula() {
				t.Errorf("%s: formula changed to %s", s, m.Formula())
			}
		}
		t.Logf("%s -> %s", forms[0], want)
	}
}

// TestTautomerOrders checks that the normal form does not depend on the order of
// atoms and is its own normal form.
func TestTautomerOrders(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	bad, n, undecided := 0, 0, 0
	for _, name := range []string{"consensus/molecules.smi", "wehi10k.smi", "nci_rtecs10k.smi"} {
		for i, s := range firstFields(t, name) {
			if i%8 != 0 {
				continue
			}
			m, err := Parse(s)
			if err != nil {
				continue
			}
			n++
			f, err := m.Tautomer()
			if err != nil {
				undecided++
				continue
			}
			want := f.Canonical()
			if f.Formula() != m.Formula() {
				t.Errorf("%s becomes %s, another formula", s, want)
			}
			again, err := f.Tautomer()
			other, err2 := MustParse(shuffled(m, rng)).Tautomer()
			if err != nil || err2 != nil {
				continue
			}
			if got := again.Canonical(); got != want {
				bad++
				t.Errorf("%s\n becomes %s\n then    %s", s, want, got)
			}
			if got := other.Canonical(); got != want {
				bad++
				t.Errorf("%s\n becomes %s\n in other order %s", s, want, got)
			}
			if bad > 20 {
				t.Fatal("and so on")
			}
		}
	}
	t.Logf("%d molecules, %d undecided", n, undecided)
}

// TestTautomerForms moves mobile hydrogens at random and checks that every form
// has the same normal form.
func TestTautomerForms(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	bad, n := 0, 0
	for _, name := range []string{"consensus/molecules.smi", "wehi10k.smi", "nci_rtecs10k.smi"} {
		for i, s := range firstFields(t, name) {
			if i%8 != 0 {
				continue
			}
			m, err := Parse(s)
			if err != nil {
				continue
			}
			m = m.WithoutStereo()
			f, err := m.Tautomer()
			if err != nil {
				continue
			}
			for _, sys := range f.mobileSystems() {
				pick := make([]int, 0, len(sys.sites))
				for _, k := range rng.Perm(len(sys.sites))[:sys.holds] {
					pick = append(pick, sys.sites[k])
				}
				o := f.placed(sys, pick)
				if o == nil {
					continue
				}
				n++
				back, err := o.Tautomer()
				if err != nil || back.Canonical() != f.Canonical() {
					bad++
					t.Logf("%s\n as   %s\n back %s\n %v", f.Canonical(), o.Canonical(), back.Canonical(), err)
				}
			}
		}
	}
	t.Logf("%d forms, %d with another normal form", n, bad)
	if bad > n/100 {
		t.Errorf("%d of %d forms have another normal form", bad, n)
	}
}
