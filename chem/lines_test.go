package chem

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	long := strings.Repeat("C", MaxSMILES+9000)
	for _, c := range []struct {
		name   string
		answer Answer
		in     string
		want   []string
	}{
		{"hydrogens", AnswerHydrogens, "CCO ethanol\r\n\nc1cc[nH]c1\n[H]C\n", []string{"3 2 1", "ERROR the line is empty", "1 1 1 1 1", "0 3"}},
		{"canonical", AnswerCanonical, "OCC\n[13CH4]\nF/C=C/F", []string{"CCO", "[13CH4]", "F/C=C/F"}},
		{"flat", AnswerFlat, "[13CH4]\nF/C=C/F\n", []string{"C", "FC=CF"}},
		{"parent", AnswerParent, "CCN.Cl\n", []string{"CCN"}},
		{"mass", AnswerMass, "O\n", []string{"18.015\t18.010565\tH2O"}},
		{"match", AnswerMatch(MustPattern("[OH]")), "CO\nC\nC(\n", []string{"1", "0", "ERROR SMILES position 3: a branch is not closed; 1 ')' missing"}},
		{"long", AnswerCanonical, long + "\nCC\n", []string{"ERROR the line is longer than 262144 bytes", "CC"}},
	} {
		var out bytes.Buffer
		if err := Lines(&out, strings.NewReader(c.in), c.answer); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n"); strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestMatchLines(t *testing.T) {
	var out, bad bytes.Buffer
	patterns := "[OH]\n[Zz]\nN\n"
	molecules := "CO\nx\nCC\nOC\n"
	if err := MatchLines(context.Background(), &out, &bad, strings.NewReader(patterns), strings.NewReader(molecules)); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "0,3\nERROR SMARTS position 2: 'Z' is no atom condition\n\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := bad.String(), "molecule 1: SMILES position 1: 'x' is no atom, bond or ring digit\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestInfo(t *testing.T) {
	var out bytes.Buffer
	if err := Info(&out, "C[N@+](CC)(C)C(C)(C)(C)C.[Cl-]"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"canonical", "average mass", "parent", "odd"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if err := Info(&out, "C1CC"); err == nil {
		t.Error("an unclosed ring has no error")
	}
}

// TestErrors checks that what cannot be read is refused at the right place with
// a reason to act on.
func TestErrors(t *testing.T) {
	for in, want := range map[string]string{
		"":            "position 1: there is no atom",
		"C1CC":        "position 2: ring bond 1 is opened and never closed",
		"CC(C":        "position 5: a branch is not closed",
		"CC)":         "position 3: ')' without '('",
		"C=":          "position 2: a bond leads nowhere",
		"[Xx]":        "position 2: 'X' starts no element",
		"[C":          "position 1: the bracket is not closed",
		"[CH4":        "position 1: the bracket is not closed",
		"Fe":          "position 2: 'e' is no atom",
		"Zn":          "position 1: Zn must stand in brackets: [Zn]",
		"C=1CC-1":     "position 7: ring bond 1 is written with two different",
		"C11":         "position 3: ring bond 1 joins an atom to itself",
		"C12CC12":     "two bonds join the same two atoms",
		"cc":          "position 1: aromatic c is in no ring",
		"c1ccnc1":     "write [nH]",
		"C>>C":        "position 2: this is a reaction",
		"C C":         "position 2: a blank",
		"Cé":          "position 2: a character that is not ASCII",
		"[C@TH3H]":    "position 3: unknown chirality",
		"[CH4+16]":    "position 5: a charge of 16",
		"C%1":         "position 2: '%' wants two digits",
		"C()C":        "position 2: an empty branch",
		"C..C":        "position 3: a dot before any atom",
		"[13]":        "position 4: ']' starts no element",
		"C(=)C":       "position 4: a bond leads nowhere",
		"[nH2+2:1x1]": "does not belong in a bracket here",
	} {
		_, err := Parse(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", in, err, want)
		}
	}
	for in, want := range map[string]string{
		"":           "there is no atom",
		"[#6":        "position 1: the bracket is not closed",
		"[#6,]":      "position 5: an atom condition is missing",
		"[;C]":       "position 2: an atom condition is missing",
		"[#999]":     "'#' wants an atomic number",
		"C(":         "a branch is not closed",
		"[$(C]":      "the recursive pattern is not closed",
		"[$C]":       "'$' begins a recursive pattern",
		"C!C":        "'!' wants a bond",
		"C-,C":       "a bond condition is missing",
		"[C^2]":      "hybridisation is not part of SMARTS",
		"[Q]":        "any atom is *",
		"C>>C":       "this is a reaction",
		"((C))":      "component groups cannot be nested",
		"(C)C":       "a dot must follow",
		"[$((C).C)]": "a component group cannot stand inside",
		"C1CC":       "ring bond 1 is opened and never closed",
		"[$(" + strings.Repeat("[$(", 30) + "C" + strings.Repeat(")]", 31): "nested more than 20 deep",
	} {
		_, err := ParsePattern(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", in, err, want)
		}
	}
}

// TestGroups checks component grouping as the Daylight manual explains it.
func TestGroups(t *testing.T) {
	for _, c := range []struct {
		pattern, smiles string
		want            bool
	}{
		{"C.C", "CC", true}, {"(C.C)", "CC", true}, {"(C).(C)", "CC", false},
		{"(C).(C)", "C.C", true}, {"(C.C)", "C.C", false}, {"(C).(C.C)", "CC.C", true}, {"(C).(C).C", "CCC", false}, {"(C).(C).C", "CC.C", true},
		{"([Cl]).([N])", "NCCl", false}, {"([Cl]).([N])", "CN.CCl", true},
	} {
		got, err := MustPattern(c.pattern).Match(MustParse(c.smiles))
		if err != nil || got != c.want {
			t.Errorf("%s in %s: got %v, want %v", c.pattern, c.smiles, got, c.want)
		}
	}
}

// TestLogic checks the precedence of the operators and the primitives that no
// reference set uses.
func TestLogic(t *testing.T) {
	for _, c := range []struct {
		pattern, smiles string
		want            bool
	}{
		{"[N,C&H3]", "CC", true}, {"[N,C;H3]", "C(F)(F)F", false}, {"[N,C;H3]", "CF", true}, {"[!C&!N]", "CN", false}, {"[!C!N]", "CO", true},
		{"[!!C]", "C", true}, {"C-,=;@C", "CC", false}, {"C-,=;@C", "C1CC1", true}, {"[13C]", "C", false}, {"[13C]", "[13CH4]", true},
		{"[0C]", "C", true}, {"[H+]", "[H+]", true}, {"[2H]", "C[2H]", true}, {"[H][H]", "[H][H]", true}, {"[#1]", "C", false},
		{"C[#1]", "CC", true}, {"C([H])([H])[H]", "CC", true}, {"C([H])([H])([H])[H]", "CC", false}, {"[$([#1][O])]", "CO", false},
		{"[h3]", "C[2H]", true}, {"[H4]", "C[2H]", true}, {"[--]", "[O-2]", true}, {"[+0]", "[Na+]", false}, {"[Nh2]", "CN", true},
		{"C$C", "[Re]$[Re]", false}, {"[Re]$[Re]", "[Re]$[Re]", true}, {"[se]", "c1cc[se]c1", true}, {"[X0-]", "[Cl-]", true},
		{"F/C=C/F", "F/C=C/F", true}, {"F/C=C/F", "F/C=C\\F", false}, {"F/C=C/?F", "FC=CF", true}, {"F/C=C/?F", "F/C=C\\F", false},
		{"[C@?](F)(Cl)(Br)I", "C(F)(Cl)(Br)I", true}, {"[C@?](F)(Cl)(Br)I", "[C@@](F)(Cl)(Br)I", false}, {"[C@](F)(Cl)(Br)I", "C(F)(Cl)(Br)I", false},
		{"C%12CC%12", "C1CC1", true}, {"C%(123)CC%(123)", "C1CC1", true}, {"C1CC=1", "C1C=C1", true},
	} {
		got, err := MustPattern(c.pattern).Match(MustParse(c.smiles))
		if err != nil || got != c.want {
			t.Errorf("%s in %s: got %v %v, want %v", c.pattern, c.smiles, got, err, c.want)
		}
	}
}
