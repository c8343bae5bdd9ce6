package chem

import "testing"

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
