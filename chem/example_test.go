package chem_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"paiza/chem"
)

func Example() {
	// Methcathinone hydrochloride, as a laboratory wrote it.
	m, err := chem.Parse("[Cl-].C[NH2+]C(C)C(=O)c1ccccc1")
	if err != nil {
		fmt.Println(err)
		return
	}
	parent := m.Parent()
	cathinone := chem.MustPattern("[NX3][CX4]C(=O)c")
	found, err := cathinone.Match(parent)
	fmt.Println(parent.Canonical(), parent.Formula(), found, err)
	// Output: CC(NC)C(=O)c1ccccc1 C10H13NO true <nil>
}

func ExampleParse() {
	_, err := chem.Parse("CC(=O)Oc1ccccc1C(=O")
	fmt.Println(err)
	var syntax *chem.SyntaxError
	fmt.Println(errors.As(err, &syntax), syntax.Pos)
	// Output:
	// SMILES position 20: a branch is not closed; 1 ')' missing
	// true 19
}

func ExampleMol_Canonical() {
	for _, s := range []string{"OC(=O)[C@H](C)N", "N[C@@H](C)C(O)=O", "C[C@H](N)C(=O)O"} {
		fmt.Println(chem.MustParse(s).Canonical())
	}
	// Output:
	// C[C@H](N)C(=O)O
	// C[C@H](N)C(=O)O
	// C[C@H](N)C(=O)O
}

func ExampleMol_Atom() {
	m := chem.MustParse("c1ccc2[nH]ccc2c1")
	for i := range m.NumAtoms() {
		if a := m.Atom(i); a.Symbol() == "N" {
			fmt.Printf("atom %d: %d hydrogen, aromatic %v, ring of %d\n", i, a.Hydrogens, a.Aromatic, a.RingSize)
		}
	}
	// Output: atom 4: 1 hydrogen, aromatic true, ring of 5
}

func ExamplePattern_Find() {
	amide := chem.MustPattern("[C:1](=O)[NX3:2]")
	m := chem.MustParse("CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1")
	matches, err := amide.Find(context.Background(), m, chem.Search{Which: chem.Unique})
	fmt.Println(matches, err)
	// Output: [[2 3 4]] <nil>
}

func ExampleMol_Parent() {
	for _, s := range []string{
		"C[C@H](N)Cc1ccccc1.C[C@H](N)Cc1ccccc1.OS(=O)(=O)O",
		"[Na+].[O-]C(=O)CCCO",
		"O.C[N+](C)(C)CCOC(C)=O.[Cl-]",
	} {
		fmt.Println(chem.MustParse(s).Parent().Canonical())
	}
	// Output:
	// C[C@H](N)Cc1ccccc1
	// O=C(O)CCCO
	// C[N+](C)(C)CCOC(C)=O
}

func ExampleMol_Tautomer() {
	for _, s := range []string{"OC1=NC(=O)NC(=O)C1(CC)CC", "CCC1(CC)C(=O)NC(=O)NC1=O"} {
		m, err := chem.MustParse(s).Tautomer()
		fmt.Println(m.Canonical(), err)
	}
	// Output:
	// CCC1(CC)C(=O)NC(=O)NC1=O <nil>
	// CCC1(CC)C(=O)NC(=O)NC1=O <nil>
}

func ExampleLibrary() {
	l := chem.NewLibrary()
	for _, s := range []string{"CCO", "CC(=O)O", "c1ccccc1O", "CCN"} {
		l.Add(chem.MustParse(s))
	}
	hydroxyl := chem.MustPattern("[OX2H]")
	found, err := l.Match(context.Background(), hydroxyl)
	fmt.Println(found.Hits, err)
	// Output: [0 1 2] <nil>
}

func ExampleLines() {
	in := strings.NewReader("CCO\nc1ccnc1\nC[N+](C)(C)C\n")
	if err := chem.Lines(os.Stdout, in, chem.AnswerHydrogens); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 3 2 1
	// ERROR SMILES position 3: the aromatic bonds cannot be drawn as single and double bonds around here; a hydrogen may be missing on an aromatic nitrogen, write [nH]
	// 3 0 3 3 3
}
