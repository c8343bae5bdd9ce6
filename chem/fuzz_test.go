package chem

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"
)

// soon fails a fuzz case that takes longer than anyone should wait.
func soon(t *testing.T, what string) func() {
	start := time.Now()
	return func() {
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%s takes %v", what, d)
		}
	}
}

// FuzzParse reads any text; what is read must survive being written.
func FuzzParse(f *testing.F) {
	for _, s := range worstCases {
		if len(s) < 2000 {
			f.Add(s)
		}
	}
	for _, s := range []string{
		"", "C", "[", "[]", "C1CC", "c1ccnc1", "F/C=C/F", "[13CH4:7]", "C%(123)CC%(123)", "C[Co@OH8](F)(Br)(Cl)(I)S",
		"CC=[C@]=CC", "[H][H]", "[2H]C", "N(=O)=O", "C$C", "[Cu++++]", "*1*1*", "O=[n+]1ccccc1", "c1cc[se]c1", "C.(", "[U-15@TB20H9]",
		"O/N=c1/ccc2ccccc2o1", "[H]/N=C/C", "C12345CCCC1CCC2CCC3CC4CC5", "b1ccccc1", "[te]1cccc1", "C-1=C-C=C1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		defer soon(t, s)()
		m, err := Parse(s)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without a reason")
			}
			return
		}
		text := m.Canonical()
		o, err := Parse(text)
		if err != nil {
			t.Fatalf("%q is written as %q, which is not read: %v", s, text, err)
		}
		if got, want := o.Formula(), m.Formula(); got != want {
			t.Errorf("%q has formula %s, written as %q it has %s", s, want, text, got)
		}
		if again := o.Canonical(); again != text {
			t.Errorf("%q is written as %q, and that as %q", s, text, again)
		}
		m.CanonicalFlat()
		m.Fingerprint()
		m.Parent()
		m.Mass()
		m.Problems()
		if len(m.atoms) < 60 {
			if _, err := m.Tautomer(); err == nil {
				m.WithoutIsotopes().WithoutStereo().Canonical()
			}
			var b bytes.Buffer
			m.WriteMOL(&b)
			ParseMOL(b.String())
		}
	})
}

// FuzzPattern reads any text as a pattern and matches what is read.
func FuzzPattern(f *testing.F) {
	for _, s := range []string{
		"", "C", "[#6;!$(C=O)]~[N,O;H1&+0]", "([#6]).([#7])", "[$([$([C])])]", "*~1~*~*~1", "[C@?H](F)Cl", "F/C=C\\?F", "[!!C]", "C!@;-,=C",
		"[2H]", "[H+]", "[CH3:1]", "[X4v3x2R1r5D2h1]", "C%12CC%12", "[@TB3]", "c:1:c:c:c:c:c:1", "[#1]-[#6]-[#1]", "[Br,Cl,I][CX4;CH,CH2]", "$C", "(C", "[C;", "[$(C", "C(",
	} {
		f.Add(s)
	}
	mols := []*Mol{
		MustParse("CC(=O)Oc1ccccc1C(=O)O"), MustParse("C[C@H](N)/C=C/F.[Na+].[Cl-]"), MustParse("C12C3C4C1C5C2C3C45"),
		MustParse("[2H][C@](F)(Cl)Br"), MustParse(worstCases["C60"]),
	}
	f.Fuzz(func(t *testing.T, s string) {
		defer soon(t, s)()
		p, err := ParsePattern(s)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without a reason")
			}
			return
		}
		p.Fingerprint()
		for _, m := range mols {
			found, err := p.Find(context.Background(), m, Search{Which: All, Most: 100, Work: 100_000})
			ok, err2 := p.Match(m)
			if err == nil && err2 == nil && ok != (len(found) > 0) {
				t.Errorf("%q: Match says %v, Find finds %d", s, ok, len(found))
			}
			for _, at := range found {
				if len(at) != p.NumAtoms() {
					t.Errorf("%q: a match of %d atoms, the pattern has %d", s, len(at), p.NumAtoms())
				}
			}
		}
	})
}

// FuzzMOL reads any bytes as an SD file.
func FuzzMOL(f *testing.F) {
	for _, s := range []string{"CCO", "N[C@@H](C)C(=O)O", "F/C=C/F", "[13CH4]", "C[N+](C)(C)C", "c1cc[nH]c1", "*C"} {
		var v2, v3 bytes.Buffer
		MustParse(s).WriteMOL(&v2)
		MustParse(s).WriteV3000(&v3)
		f.Add(v2.String())
		f.Add(v3.String() + "> <a>\nb\n\n$$$$\n")
	}
	f.Add("\n\n\n  1  0  0  0  0            999 V2000\n    0.0000    0.0000    0.0000 C   0  5\nM  CHG  1   1   1\nM  RAD  1   1   2\nM  END\n")
	f.Fuzz(func(t *testing.T, s string) {
		defer soon(t, "an SD file")()
		r := NewSDReader(strings.NewReader(s))
		for {
			rec, err := r.Next()
			if err != nil {
				return
			}
			if rec.Err == nil {
				rec.Mol.Canonical()
				var b bytes.Buffer
				rec.Mol.WriteMOL(&b)
			}
		}
	})
}
