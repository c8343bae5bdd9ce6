package chem

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

func hydrogenVector(m *Mol) string {
	var b strings.Builder
	for i := range m.NumAtoms() {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(m.Atom(i).Hydrogens))
	}
	return b.String()
}

// TestReadingHydrogens reads the 47,464 molecules of the smilesreading benchmark
// and compares the hydrogens of every atom with RDKit 2018.03 and CDK 2.1.
func TestReadingHydrogens(t *testing.T) {
	smiles := firstFields(t, "smilesreading/cdk_2.0.smi.gz")
	rdkit := lines(t, "smilesreading/rdkit_2018.03.1_reading_cdk_2.0.txt.gz")
	cdk := lines(t, "smilesreading/cdk_2.1_reading_cdk_2.0.txt.gz")
	refs, right, refused, neither := 0, 0, 0, 0
	for i, s := range smiles {
		_, r, _ := strings.Cut(rdkit[i], " ")
		_, c, _ := strings.Cut(cdk[i], " ")
		m, err := ParseExact(s)
		if err != nil {
			refused++
			t.Logf("refused %d %s: %v", i, s, err)
			continue
		}
		got := hydrogenVector(m)
		if strings.HasPrefix(rdkit[i], "#") {
			if got != c {
				neither++
				t.Logf("%d %s: got %s, CDK %s", i, s, got, c)
			}
			continue
		}
		refs++
		if got == r {
			right++
		} else {
			t.Logf("%d %s\n got  %s\n want %s\n CDK  %s", i, s, got, r, c)
		}
	}
	t.Logf("%d of %d as RDKit, %d refused, %d read unlike CDK where RDKit refuses", right, refs, refused, neither)
	if float64(right) < 0.9998*float64(refs) {
		t.Errorf("%d of %d molecules have the reference hydrogens, want 99.98 %%", right, refs)
	}
	if refused > 20 {
		t.Errorf("%d molecules refused, want at most 20", refused)
	}
}

// readOtherwise are molecules whose published aromatic atoms an older RDKit
// made; RDKit 2022.09 reads them as we do.
var readOtherwise = map[string]bool{
	"CCC1=C[N+](=O)[C-](C)C=C1": true,
}

// TestAromaticity compares the aromatic atoms of the NCI regression set.
func TestAromaticity(t *testing.T) {
	bad, n := 0, 0
	for _, l := range lines(t, "rdkit_testdata/NCI_aromat_regress.txt") {
		f := strings.Split(l, "\t")
		if strings.HasPrefix(l, "#") || len(f) < 4 {
			continue
		}
		n++
		m, err := Parse(f[0])
		if err != nil {
			t.Errorf("%s: %v", f[0], err)
			continue
		}
		// The list was made when the hydrogen of a [CH] was an atom that
		// followed its carbon.
		var got []string
		shift := 0
		for i := range m.NumAtoms() {
			if m.Atom(i).Aromatic {
				got = append(got, fmt.Sprint(i+shift))
			}
			if a := m.atoms[i]; a.h == 1 && a.flags&flagFixedH != 0 {
				shift++
			}
		}
		if g := "[" + strings.Join(got, ", ") + "]"; g != f[3] && !readOtherwise[f[0]] {
			bad++
			t.Logf("%s: got %s, want %s", f[0], g, f[3])
		}
	}
	if bad > 0 {
		t.Errorf("%d of %d molecules have other aromatic atoms", bad, n)
	}
}
