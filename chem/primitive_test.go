package chem

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// primitives are patterns of one atom or bond each, for which RDKit counts the
// atoms they fit.
var primitives = []string{
	"*", "a", "A", "[D1]", "[D2]", "[D3]", "[D4]", "[H0]", "[H1]", "[H2]", "[H3]", "[R]", "[R0]", "[R1]", "[R2]", "[R3]", "[r3]", "[r4]", "[r5]", "[r6]", "[r7]",
	"[v1]", "[v2]", "[v3]", "[v4]", "[v5]", "[v6]", "[X1]", "[X2]", "[X3]", "[X4]", "[x2]", "[x3]", "[x4]", "[x0]", "[+]", "[-]", "[+2]", "[#6]", "[C]", "[c]", "[n]", "[N]", "[O]", "[o]",
	"*~*", "*-*", "*=*", "*#*", "*:*", "*@*", "*!@*", "*@;=*", "C-,=C", "cc", "c-c", "c:c", "*!-*", "*!:;!-*",
	"[N;!$(N-C=[O,S])]", "[$(C(=O)[O;H1,-]),$(S(=O)(=O)N)]", "[!#6;!#1;!R]", "[C,c;R2]", "*1~*~*~*~*~1", "*1~*~*~*~*~*~1", "[c;r5]:[n;r5]", "[#6X3]~[#7,#8]", "[NX3H2,NX3H1,OX2H]",
	"O=C-N", "[CX4;!H0]-[!#6]", "C~*~*~C", "[$([#6]1~[#6]~[#6]~[#6]~[#6]~[#6]1)]",
}

// TestPrimitives counts matches, all and unique, as RDKit does.
func TestPrimitives(t *testing.T) {
	var smiles, patterns []string
	for i, s := range append(firstFields(t, "nci_rtecs10k.smi"), firstFields(t, "wehi10k.smi")...) {
		if i%25 == 0 {
			smiles = append(smiles, s)
		}
	}
	for _, p := range primitives {
		if _, err := ParsePattern(p); err == nil {
			patterns = append(patterns, p)
		}
	}
	in := append([]string{fmt.Sprint(len(patterns))}, append(patterns, smiles...)...)
	ref := rdkit(t, `
L = [l.strip() for l in sys.stdin]
n = int(L[0])
P = [Chem.MolFromSmarts(s) for s in L[1:n+1]]
for s in L[n+1:]:
    m = Chem.MolFromSmiles(s)
    if not m:
        print('ERROR')
        continue
    print(' '.join('%d/%d' % (len(m.GetSubstructMatches(p, maxMatches=100000)), len(m.GetSubstructMatches(p, uniquify=False, maxMatches=100000))) for p in P))
`, in)
	bad := map[string]int{}
	for i, s := range smiles {
		if ref[i] == "ERROR" {
			continue
		}
		m := MustParse(s)
		want := strings.Fields(ref[i])
		for k, text := range patterns {
			p := MustPattern(text)
			unique, err := p.Find(context.Background(), m, Search{})
			if err != nil {
				t.Fatal(err)
			}
			all, err := p.Find(context.Background(), m, Search{Which: All})
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%d/%d", len(unique), len(all)); got != want[k] {
				if bad[text]++; bad[text] < 4 {
					t.Errorf("%s in %s: %s, RDKit %s", text, s, got, want[k])
				}
			}
		}
	}
	t.Logf("%d patterns in %d molecules, others than RDKit: %v", len(patterns), len(smiles), bad)
}

// TestChirality matches patterns with chirality as RDKit does when asked to.
func TestChirality(t *testing.T) {
	smiles := []string{
		"N[C@@H](C)C(=O)O", "N[C@H](C)C(=O)O", "NC(C)C(=O)O", "C[C@](F)(Cl)Br", "C[C@@](F)(Cl)Br", "OC[C@H]1O[C@@H](O)[C@H](O)[C@@H](O)[C@@H]1O",
		"F/C=C/F", "F/C=C\\F", "FC=CF", "C/C(F)=C(/C)Cl", "C/C(F)=C(\\C)Cl", "[2H][C@H](C)O", "C[C@H](O)[C@@H](C)N", "C[C@@H]1CC[C@H](C)CC1",
	}
	patterns := []string{
		"N[C@@H](C)C(=O)O", "N[C@H](C)C", "C[C@H](N)C(=O)", "[C@](F)(Cl)(Br)C", "[C@@](F)(Cl)(Br)C", "O[C@H]1CCCCO1", "N[C@](C)[#6](=O)",
		"F/C=C/F", "F/C=C\\F", "C/C(F)=C(/C)Cl", "FC=CF", "[C@H](C)(O)C", "C[C@@H](O)", "OC1[C@H](O)CCC[O]1",
	}
	in := append([]string{fmt.Sprint(len(patterns))}, append(patterns, smiles...)...)
	ref := rdkit(t, `
L = [l.strip() for l in sys.stdin]
n = int(L[0])
P = [Chem.MolFromSmarts(s) for s in L[1:n+1]]
for s in L[n+1:]:
    m = Chem.MolFromSmiles(s)
    print(' '.join(str(int(m.HasSubstructMatch(p, useChirality=True))) for p in P))
`, in)
	for i, s := range smiles {
		want := strings.Fields(ref[i])
		for k, text := range patterns {
			ok, err := MustPattern(text).Match(MustParse(s))
			if err != nil {
				t.Fatal(err)
			}
			got := "0"
			if ok {
				got = "1"
			}
			if got != want[k] {
				t.Errorf("%s in %s: %s, RDKit %s", text, s, got, want[k])
			}
		}
	}
}
