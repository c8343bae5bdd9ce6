package chem

import (
	"encoding/csv"
	"strconv"
	"strings"
	"testing"
)

// parseAll reads all molecules of a reference file.
func parseAll(t testing.TB, smiles []string) []*Mol {
	t.Helper()
	out := make([]*Mol, len(smiles))
	for i, s := range smiles {
		m, err := Parse(s)
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		out[i] = m
	}
	return out
}

// hits returns the numbers of the molecules that hold the pattern, as the
// command line prints them.
func hits(t testing.TB, p *Pattern, mols []*Mol) string {
	t.Helper()
	var out []string
	for i, m := range mols {
		ok, err := p.Match(m)
		if err != nil {
			t.Fatalf("%s in molecule %d: %v", p, i, err)
		}
		if ok {
			out = append(out, strconv.Itoa(i))
		}
	}
	return strings.Join(out, ",")
}

// disputed gives the reason for our reading of the patterns on which RDKit and
// Open Babel differ, or agree only because both leave part of the pattern out.
var disputed = map[string]string{
	"Sugar_pattern_1":         "r5 asks for the smallest ring; Open Babel also takes an atom whose smallest ring is another",
	"Sugar_pattern_2_alpha":   "chirality counts, as in Daylight; RDKit leaves it out unless asked",
	"Sugar_pattern_2_beta":    "chirality counts, as in Daylight; RDKit leaves it out unless asked",
	"Halogen_multi_subst":     "X0- is no connections and a negative charge; Open Babel reads it otherwise",
	"Chiral_center_specified": "chirality counts, as in Daylight; RDKit leaves it out unless asked",
	"Cis_double_bond":         "/ and \\ ask for a stated geometry, as in Daylight; RDKit and Open Babel both leave them out",
	"Trans_double_bond":       "/ and \\ ask for a stated geometry, as in Daylight; RDKit and Open Babel both leave them out",
}

// TestConsensus matches the patterns on which RDKit and Open Babel agree, and
// logs our reading of the others.
func TestConsensus(t *testing.T) {
	mols := parseAll(t, firstFields(t, "consensus/molecules.smi"))
	agreed, right := 0, 0
	for _, l := range lines(t, "consensus/smarts_consensus.tsv.gz")[1:] {
		f := strings.Split(l, "\t")
		p, err := ParsePattern(f[2])
		if err != nil {
			t.Errorf("%s %s: %v", f[1], f[2], err)
			continue
		}
		got := hits(t, p, mols)
		if why := disputed[f[1]]; why != "" {
			t.Logf("disputed: %s %s: %s", f[1], f[2], why)
			continue
		}
		if len(f) > 4 && f[4] != "" {
			t.Logf("the references differ, we find %.80s: %s %s", got, f[1], f[2])
			continue
		}
		agreed++
		if got == f[3] {
			right++
		} else {
			t.Errorf("%s %s\n got  %.200s\n want %.200s", f[1], f[2], got, f[3])
		}
	}
	t.Logf("%d of %d agreed patterns with exactly their hits", right, agreed)
}

// painsPatterns reads the 480 PAINS patterns.
func painsPatterns(t testing.TB) (smarts, names []string) {
	t.Helper()
	rows, err := csv.NewReader(shared(t, "rdkit_testdata/wehi_pains.csv")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		smarts = append(smarts, r[0])
		names = append(names, r[1])
	}
	return smarts, names
}

const painsScript = `
import json
patterns = []
mols = []
for l in sys.stdin:
    kind, text = l.rstrip().split(' ', 1)
    if kind == 'P':
        patterns.append(Chem.MolFromSmarts(text, mergeHs=True))
    else:
        mols.append(Chem.MolFromSmiles(text))
for p in patterns:
    print(','.join(str(i) for i, m in enumerate(mols) if m.HasSubstructMatch(p)))
`

// TestPAINS matches the 480 PAINS patterns and compares the hits with RDKit's.
func TestPAINS(t *testing.T) {
	smarts, names := painsPatterns(t)
	smiles := firstFields(t, "wehi10k.smi")
	if !manyOrders {
		smiles = smiles[:1000]
	}
	mols := parseAll(t, smiles)
	in := make([]string, 0, len(smarts)+len(smiles))
	for _, s := range smarts {
		in = append(in, "P "+s)
	}
	for _, s := range smiles {
		in = append(in, "M "+s)
	}
	total := 0
	want := rdkit(t, painsScript, in)
	for i, s := range smarts {
		p, err := ParsePattern(s)
		if err != nil {
			t.Errorf("%s: %v", names[i], err)
			continue
		}
		got := hits(t, p, mols)
		if got != want[i] {
			t.Errorf("%s %s\n got  %s\n want %s", names[i], s, got, want[i])
		}
		if got != "" {
			total += strings.Count(got, ",") + 1
		}
	}
	t.Logf("%d hits of %d patterns in %d molecules", total, len(smarts), len(mols))
}
