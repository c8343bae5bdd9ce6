package chem

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// testMolFiles is the set of molecules written and read again, with stereo.
func molFileSample(t testing.TB) []string {
	var out []string
	for _, name := range []string{"consensus/molecules.smi", "rdkit_testdata/canonSmiles.long.smi", "nci_rtecs10k.smi"} {
		for i, s := range firstFields(t, name) {
			if i%2 == 0 {
				out = append(out, s)
			}
		}
	}
	return out
}

func TestMOLRoundTrip(t *testing.T) {
	bad := 0
	sample := molFileSample(t)
	for _, s := range sample {
		m, err := Parse(s)
		if err != nil {
			continue
		}
		for version, write := range map[string]func(*Mol, io.Writer) error{"V2000": (*Mol).WriteMOL, "V3000": (*Mol).WriteV3000} {
			var b bytes.Buffer
			if err := write(m, &b); err != nil {
				t.Fatal(err)
			}
			o, err := ParseMOL(b.String())
			if err != nil {
				t.Errorf("%s %s: %v", version, s, err)
				bad++
				continue
			}
			if got, want := o.Canonical(), m.Canonical(); got != want {
				bad++
				t.Errorf("%s %s\n got  %s\n want %s", version, s, got, want)
			}
		}
		if bad > 10 {
			t.Fatal("and so on")
		}
	}
}

// TestMOLAgainstRDKit reads files written by RDKit as RDKit reads them. Centres
// with a lone pair are left out: for them RDKit's SMILES puts the lone pair
// elsewhere than OpenSMILES and Open Babel do.
func TestMOLAgainstRDKit(t *testing.T) {
	var smiles []string
	for i, s := range molFileSample(t) {
		if m, err := Parse(s); err == nil && (m.HasStereo() || i%20 == 0) && !strings.Contains(s, "[N@") {
			smiles = append(smiles, s)
		}
	}
	bad := 0
	for i, l := range rdkit(t, `
from rdkit.Chem import AllChem
for i, l in enumerate(sys.stdin):
    m = Chem.MolFromSmiles(l.strip())
    if m:
        AllChem.Compute2DCoords(m)
        b = Chem.MolToMolBlock(m, forceV3000=i%2==1)
        print(Chem.MolToSmiles(Chem.MolFromMolBlock(b))+' '+b.replace('\n','|'))
    else:
        print('ERROR')
`, smiles) {
		ref, text, ok := strings.Cut(l, " ")
		if !ok {
			continue
		}
		m, err := ParseMOL(strings.ReplaceAll(text, "|", "\n"))
		if err != nil {
			bad++
			t.Errorf("%s: %v", smiles[i], err)
			continue
		}
		if got, want := m.Canonical(), MustParse(ref).Canonical(); got != want {
			bad++
			t.Errorf("%s\n got  %s\n want %s", smiles[i], got, want)
		}
	}
	t.Logf("%d molecules, %d read otherwise", len(smiles), bad)
}

func TestRDKitReadsOurMOL(t *testing.T) {
	var in, want []string
	for i, s := range molFileSample(t) {
		m, err := Parse(s)
		if err != nil || !m.HasStereo() && i%20 != 0 || strings.Contains(s, "[N@") {
			continue
		}
		var b bytes.Buffer
		if err := m.WriteMOL(&b); err != nil {
			t.Fatal(err)
		}
		in = append(in, strings.ReplaceAll(b.String(), "\n", "|"))
		want = append(want, m.Canonical())
	}
	bad := 0
	for i, s := range rdkit(t, `
for l in sys.stdin:
    m = Chem.MolFromMolBlock(l.rstrip('\n').replace('|','\n'))
    print(Chem.MolToSmiles(m) if m else 'ERROR')
`, in) {
		if s == "ERROR" {
			continue
		}
		if got := MustParse(s).Canonical(); got != want[i] {
			bad++
			t.Errorf("RDKit reads %s, we wrote %s", got, want[i])
		}
		if bad > 20 {
			t.Fatal("and so on")
		}
	}
	t.Logf("%d molecules, %d read otherwise by RDKit", len(in), bad)
}

func TestSD(t *testing.T) {
	var b bytes.Buffer
	for _, s := range []string{"CCO", "N[C@@H](C)C(=O)O", "F/C=C/F"} {
		if err := WriteSD(&b, MustParse(s), []Field{{"SMILES", s}, {"two lines", "a\nb"}}); err != nil {
			t.Fatal(err)
		}
	}
	text := strings.Replace(b.String(), "$$$$\n", "$$$$\nbroken\n\n\nnonsense\nM  END\n$$$$\n", 1)
	r := NewSDReader(strings.NewReader(text))
	n := 0
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if rec.Title == "broken" {
			if rec.Err == nil || !strings.Contains(rec.Err.Error(), "line") {
				t.Errorf("the broken record has error %v", rec.Err)
			}
			continue
		}
		if rec.Err != nil {
			t.Fatal(rec.Err)
		}
		n++
		if got, want := rec.Mol.Canonical(), MustParse(rec.Get("SMILES")).Canonical(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got := rec.Get("two lines"); got != "a\nb" {
			t.Errorf("got %q", got)
		}
	}
	if n != 3 {
		t.Errorf("%d records, want 3", n)
	}
}
