package chem

import "sync"

// counterSMILES lists, neutral, the acids, bases and solvents that count as
// counter-ion or solvent in Parent: those of the WHO list of radicals and groups
// for INN modified names and of forensic practice. Single metal atoms count
// always. Some are listed precursors themselves (acetone, toluene, sulfuric acid):
// they are stripped from beside another substance and kept when alone. Scheduled
// drugs are not in the list.
var counterSMILES = []string{
	// inorganic
	"[H][H]", "Cl", "Br", "I", "F", "O", "N", "S", "OO", "OS(=O)(=O)O", "OS(=O)O", "O=[N+]([O-])O", "OP(=O)(O)O", "OP(O)O",
	"OC(=O)O", "OB(O)O", "OCl(=O)(=O)=O", "OI(=O)=O", "SC#N", "N=C=S", "C#N", "F[B-](F)(F)F", "F[P-](F)(F)(F)(F)F",
	"NN", "NO", "O=C=O", "NS(=O)(=O)O", "FB(F)F",
	// solvents
	"CO", "CCO", "CCCO", "CC(C)O", "CCCCO", "CC(C)(C)O", "OCCO", "CC(O)CO", "OCC(O)CO", "CC(C)=O", "CCC(C)=O", "CC#N",
	"CS(C)=O", "CN(C)C=O", "CC(=O)N(C)C", "ClCCl", "ClC(Cl)Cl", "ClC(Cl)(Cl)Cl", "ClCCCl", "CCOC(C)=O", "COC(C)=O", "CC(=O)OC(C)C",
	"CCOCC", "COC(C)(C)C", "C1CCOC1", "C1COCCO1", "Cc1ccccc1", "c1ccccc1", "CCCCCC", "CCCCCCC", "C1CCCCC1", "c1ccncc1", "CN1CCCC1=O",
	// organic acids
	"OC=O", "CC(=O)O", "CCC(=O)O", "CCCC(=O)O", "CC(C)(C)C(=O)O", "OC(=O)C(F)(F)F", "OC(=O)C(Cl)(Cl)Cl", "OC(=O)CCl", "OCC(=O)O", "CC(O)C(=O)O",
	"OC(=O)C(=O)O", "OC(=O)CC(=O)O", "OC(=O)CCC(=O)O", "OC(=O)CCCC(=O)O", "OC(=O)CCCCC(=O)O", "OC(=O)C=CC(=O)O", "OC(=O)CC(O)C(=O)O",
	"OC(=O)C(O)C(O)C(=O)O", "OC(=O)CC(O)(CC(=O)O)C(=O)O", "OC(=O)c1ccccc1", "OC(=O)c1ccccc1O", "OC(=O)C(O)c1ccccc1", "OC(=O)C=Cc1ccccc1",
	"OCC(O)C(O)C(O)C(O)C(=O)O", "OC(=O)C(O)C(O)C(O)C(O)C(=O)O", "OC(=O)c1cccnc1", "NC(CC(=O)O)C(=O)O", "NC(CCC(=O)O)C(=O)O",
	"OC(=O)c1cc2ccccc2c(Cc2c(O)c(C(=O)O)cc3ccccc23)c1O", "OC(=O)c1cc2ccccc2cc1O", "CCCCCCCCCCCC(=O)O", "CCCCCCCCCCCCCCCC(=O)O", "CCCCCCCCCCCCCCCCCC(=O)O",
	"CCCCCCCCC=CCCCCCCCC(=O)O", "O=C1OC(C(O)CO)C(O)=C1O",
	"CS(=O)(=O)O", "CCS(=O)(=O)O", "OCCS(=O)(=O)O", "OS(=O)(=O)CCS(=O)(=O)O", "OS(=O)(=O)C(F)(F)F", "OS(=O)(=O)c1ccccc1", "Cc1ccc(S(=O)(=O)O)cc1",
	"OS(=O)(=O)c1cccc2ccccc12", "OS(=O)(=O)c1ccc2ccccc2c1", "OS(=O)(=O)c1cccc2c1cccc2S(=O)(=O)O", "CC1(C)C2CCC1(CS(=O)(=O)O)C(=O)C2", "CCCCCCCCCCCCOS(=O)(=O)O",
	"OS(=O)(=O)NC1CCCCC1", "COS(=O)(=O)O", "O=S1(=O)NC(=O)c2ccccc21",
	"O=[N+]([O-])c1cc([N+](=O)[O-])c(O)c([N+](=O)[O-])c1",
	// organic bases
	"NCCO", "OCCNCCO", "OCCN(CCO)CCO", "NC(CO)(CO)CO", "CCNCC", "CCN(CC)CC", "NCCN", "CNCC(O)C(O)C(O)C(O)CO", "NCCCCC(N)C(=O)O",
	"NC(CCCNC(=N)N)C(=O)O", "C[N+](C)(C)CCO", "NCC(=O)O", "C1CNCCN1", "CN(C)CCO", "CCCC[N+](CCCC)(CCCC)CCCC", "C[N+](C)(C)C", "CC[N+](CC)(CC)CC",
}

var counters = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, s := range counterSMILES {
		if s == "" {
			continue
		}
		out[MustParse(s).CanonicalFlat()] = true
	}
	return out
})

// isCounter reports whether a neutral fragment is a counter-ion or solvent.
func isCounter(f *Mol) bool {
	if len(f.atoms) == 1 && metal(f.atoms[0].num) {
		return true
	}
	return len(f.atoms) <= 40 && counters()[f.CanonicalFlat()]
}
