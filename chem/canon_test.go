package chem

import (
	"math/rand/v2"
	"os"
	"testing"
)

// shuffled writes the molecule with its atoms in a random order.
func shuffled(m *Mol, rng *rand.Rand) string {
	c := canonizers.Get().(*canonizer)
	defer canonizers.Put(c)
	c.rank = resize(c.rank, len(m.atoms))
	for i, p := range rng.Perm(len(m.atoms)) {
		c.rank[i] = int32(p)
	}
	return c.write(m, true, m.centers, m.geometry, false)
}

// manyOrders is set for the long run of the invariance test: 100 orders of
// each of 10,000 molecules.
var manyOrders = os.Getenv("PAIZA_CHEM_FULL") != ""

func testOrders(t *testing.T, smiles []string, most, orders int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	bad, n := 0, 0
	step := max(1, len(smiles)/most)
	for i := 0; i < len(smiles); i += step {
		m, err := Parse(smiles[i])
		if err != nil {
			continue
		}
		n++
		want, wantFlat := m.Canonical(), m.CanonicalFlat()
		for range orders {
			s := shuffled(m, rng)
			o, err := Parse(s)
			if err != nil {
				t.Errorf("%s written as %s: %v", smiles[i], s, err)
				break
			}
			if got := o.Canonical(); got != want {
				t.Errorf("%s\n as    %s\n gives %s\n want  %s", smiles[i], s, got, want)
				bad++
				break
			}
			if got := o.CanonicalFlat(); got != wantFlat {
				t.Errorf("flat %s\n as    %s\n gives %s\n want  %s", smiles[i], s, got, wantFlat)
				bad++
				break
			}
		}
		if bad > 10 {
			t.Fatal("and so on")
		}
	}
	t.Logf("%d molecules in %d orders each", n, orders)
}

func TestCanonicalOrders(t *testing.T) {
	most, orders := 2000, 10
	if manyOrders {
		most, orders = 10_000, 100
	}
	for _, name := range []string{"wehi10k.smi", "nci_rtecs10k.smi", "consensus/molecules.smi", "rdkit_testdata/canonSmiles.long.smi"} {
		t.Run(name, func(t *testing.T) { testOrders(t, firstFields(t, name), most, orders) })
	}
}
