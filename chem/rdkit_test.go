package chem

import (
	"bufio"
	"os/exec"
	"strings"
	"testing"
)

// rdkit runs a Python script with RDKit over some lines and returns the lines
// it prints. The test is skipped where Debian's python3-rdkit is not installed.
func rdkit(t testing.TB, script string, in []string) []string {
	t.Helper()
	const python = "/usr/bin/python3"
	if exec.Command(python, "-c", "import rdkit").Run() != nil {
		t.Skip("RDKit is not here; install python3-rdkit to compare with it")
	}
	cmd := exec.Command(python, "-c", "import sys\nfrom rdkit import Chem, RDLogger\nRDLogger.DisableLog('rdApp.*')\n"+script)
	cmd.Stdin = strings.NewReader(strings.Join(in, "\n") + "\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	s := bufio.NewScanner(strings.NewReader(string(out)))
	s.Buffer(nil, 1<<22)
	for s.Scan() {
		got = append(got, s.Text())
	}
	return got
}

const canonicalScript = `
for l in sys.stdin:
    m = Chem.MolFromSmiles(l.strip())
    print(Chem.MolToSmiles(m)+' '+Chem.MolToSmiles(m,isomericSmiles=False) if m else 'ERROR ERROR')
`

// TestCanonicalPartition checks that two molecules have the same canonical
// SMILES here exactly when they have in RDKit.
func TestCanonicalPartition(t *testing.T) {
	var all []string
	for _, name := range []string{
		"wehi10k.smi", "nci_rtecs10k.smi", "consensus/molecules.smi", "rdkit_testdata/canonSmiles.long.smi",
		"rdkit_testdata/canonSmiles.smi", "rdkit_testdata/first_5K.smi",
	} {
		all = append(all, firstFields(t, name)...)
	}
	for _, l := range lines(t, "rdkit_testdata/rtecs_smiles.5000.txt") {
		all = append(all, strings.Fields(l)[1])
	}
	ref := rdkit(t, canonicalScript, all)
	for k, kind := range []string{"isomeric", "flat"} {
		theirs, ours, first := map[string]string{}, map[string]string{}, map[string]string{}
		bad, n := 0, 0
		for i, s := range all {
			r := strings.Fields(ref[i])[k]
			m, err := Parse(s)
			if r == "ERROR" || err != nil {
				continue
			}
			n++
			got := m.Canonical()
			if k == 1 {
				got = m.CanonicalFlat()
			}
			if was, ok := ours[r]; ok && was != got {
				bad++
				t.Errorf("%s: one for RDKit, two here\n %s %s\n %s %s\n RDKit %s", kind, s, got, first[r], was, r)
			}
			if was, ok := theirs[got]; ok && was != r {
				bad++
				t.Errorf("%s: two for RDKit, one here: %s\n %s RDKit %s\n %s RDKit %s", kind, got, s, r, first[was], was)
			}
			ours[r], theirs[got] = got, r
			if first[r] == "" {
				first[r] = s
			}
		}
		t.Logf("%s: %d molecules, %d different, %d set apart otherwise than RDKit", kind, n, len(ours), bad)
	}
}

// TestRDKitOrders reads the random and Kekulé SMILES that RDKit writes for a
// molecule: all must have one canonical form.
func TestRDKitOrders(t *testing.T) {
	var smiles []string
	for _, name := range []string{"nci_rtecs10k.smi", "rdkit_testdata/canonSmiles.long.smi", "wehi10k.smi"} {
		for i, s := range firstFields(t, name) {
			if i%5 == 0 && !strings.Contains(s, "[N@") {
				smiles = append(smiles, s)
			}
		}
	}
	bad := 0
	for i, l := range rdkit(t, `
import copy
for l in sys.stdin:
    m = Chem.MolFromSmiles(l.strip())
    if not m:
        print('ERROR')
        continue
    out = [Chem.MolToSmiles(m, doRandom=True) for k in range(4)]
    k = Chem.Mol(m)
    try:
        Chem.Kekulize(k, clearAromaticFlags=True)
        out.append(Chem.MolToSmiles(k, kekuleSmiles=True))
    except Exception:
        pass
    out.append(Chem.MolToSmiles(m, allHsExplicit=True))
    out.append(Chem.MolToSmiles(m, allBondsExplicit=True))
    print(' '.join(out))
`, smiles) {
		if l == "ERROR" {
			continue
		}
		want := MustParse(smiles[i]).Canonical()
		for _, s := range strings.Fields(l) {
			m, err := Parse(s)
			if err != nil {
				bad++
				t.Errorf("%s: %v", s, err)
				continue
			}
			if got := m.Canonical(); got != want {
				bad++
				t.Errorf("%s\n as   %s\n got  %s\n want %s", smiles[i], s, got, want)
			}
		}
		if bad > 15 {
			t.Fatal("and so on")
		}
	}
	t.Logf("%d molecules", len(smiles))
}
