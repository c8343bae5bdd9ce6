package chem

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestParent(t *testing.T) {
	for in, want := range map[string]string{
		"CNC(C)Cc1ccccc1.Cl":                               "CNC(C)Cc1ccccc1",
		"C[NH2+]C(C)Cc1ccccc1.[Cl-]":                       "CNC(C)Cc1ccccc1",
		"CC(N)Cc1ccccc1.CC(N)Cc1ccccc1.OS(=O)(=O)O":        "CC(N)Cc1ccccc1",
		"[Na+].OCCCC(=O)[O-]":                              "OCCCC(=O)O",
		"[Na]OC(=O)CCCO":                                   "OCCCC(=O)O",
		"O.O.CCO.COc1ccc2[nH]cc(CCN(C)C)c2c1":              "COc1ccc2[nH]cc(CCN(C)C)c2c1",
		"CC(=O)O":                                          "CC(=O)O",
		"[Na+].[Cl-]":                                      "Cl",
		"C[N+](C)(C)CCOC(C)=O.[Br-]":                       "C[N+](C)(C)CCOC(C)=O",
		"C[N+](C)(C)CC(=O)[O-]":                            "C[N+](C)(C)CC(=O)[O-]",
		"[O-][N+](=O)c1ccccc1":                             "[O-][N+](=O)c1ccccc1",
		"CN1CCC[C@H]1c1ccc[nH+]c1.OC(=O)C(O)C(O)C(=O)[O-]": "CN1CCC[C@H]1c1cccnc1",
		"[NH3+]CC(=O)[O-].Oc1ccccc1Cl":                     "Oc1ccccc1Cl",
		"CCCCn1cc[n+](C)c1.F[P-](F)(F)(F)(F)F":             "CCCCn1cc[n+](C)c1",
		"C[N+](C)(C)C.F[B-](F)(F)F":                        "C[N+](C)(C)C",
		"C[C@H](N)C(=O)[O-].[K+].O":                        "C[C@H](N)C(=O)O",
		"F/C=C/C[NH3+].[O-]S(=O)(=O)[O-].[NH3+]C/C=C/F":    "F/C=C/CN",
		"CC(=O)[O-].CC(=O)[O-].[Ca+2]":                     "CC(=O)O",
	} {
		if got := MustParse(in).Parent().Canonical(); got != MustParse(want).Canonical() {
			t.Errorf("parent of %s is %s, want %s", in, got, want)
		}
	}
}

func TestActivesOfMixture(t *testing.T) {
	var got []string
	for _, m := range MustParse("CC(=O)OC1C=CC2C3Cc4ccc(OC(C)=O)c5OC1C2(CCN3C)c45.Cn1cnc2c1c(=O)n(C)c(=O)n2C.Cl.O").Actives() {
		got = append(got, m.Formula())
	}
	if g := strings.Join(got, " "); g != "C21H23NO5 C8H10N4O2" {
		t.Errorf("got %s", g)
	}
}

func TestMass(t *testing.T) {
	for _, c := range []struct {
		smiles, formula string
		mass, mono      float64
	}{
		{"COc1ccc2[nH]cc(CCN(C)C)c2c1", "C13H18N2O", 218.30, 218.141913},
		{"O", "H2O", 18.015, 18.010565},
		{"[2H]C([2H])([2H])N", "CH5N", 34.08, 34.061},
		{"[Na+].[Cl-]", "ClNa", 58.44, 57.958622},
		{"C[N+](C)(C)C", "C4H12N+", 74.147, 74.096422},
		{"[O-]S(=O)(=O)[O-]", "O4S-2", 96.06, 95.952827},
	} {
		m := MustParse(c.smiles)
		if m.Formula() != c.formula || math.Abs(m.Mass()-c.mass) > 0.01 || math.Abs(m.MonoisotopicMass()-c.mono) > 0.001 {
			t.Errorf("%s: %s %.4f %.6f, want %v", c.smiles, m.Formula(), m.Mass(), m.MonoisotopicMass(), c)
		}
	}
}

// TestMassAgainstRDKit compares formula and masses over the WEHI molecules.
func TestMassAgainstRDKit(t *testing.T) {
	smiles := firstFields(t, "wehi10k.smi")[:2000]
	ref := rdkit(t, `
from rdkit.Chem.rdMolDescriptors import CalcMolFormula, CalcExactMolWt
from rdkit.Chem.Descriptors import MolWt
for l in sys.stdin:
    m = Chem.MolFromSmiles(l.strip())
    print(CalcMolFormula(m), MolWt(m), CalcExactMolWt(m))
`, smiles)
	for i, s := range smiles {
		var formula string
		var mass, exact float64
		fmt.Sscan(ref[i], &formula, &mass, &exact)
		m := MustParse(s)
		if m.Formula() != formula || math.Abs(m.Mass()-mass) > 0.05 || math.Abs(m.MonoisotopicMass()-exact) > 0.0005 {
			t.Errorf("%s: %s %.4f %.6f, RDKit %s", s, m.Formula(), m.Mass(), m.MonoisotopicMass(), ref[i])
		}
	}
}
