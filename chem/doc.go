// Package chem reads, compares and searches molecules. It is pure Go, needs the
// standard library only, and is meant to be imported for its own sake.
//
// # What to use first
//
// [Parse] reads a SMILES into a [Mol]. [Mol.Canonical] writes the one text that
// stands for it whatever the order of its atoms; [Mol.CanonicalFlat] the one of
// its bare constitution. [ParsePattern] reads a SMARTS into a [Pattern];
// [Pattern.Match] asks whether it occurs, [Pattern.Find] where. A [Library] holds
// many molecules and matches on all cores. [Mol.Parent] takes the substance out
// of its salt, [Mol.Tautomer] brings tautomers to one form. [ReadMOL] and
// [NewSDReader] read the files of laboratories.
//
//	m, err := chem.Parse("CNC(C)C(=O)c1ccccc1.Cl")
//	core := chem.MustPattern("[NX3][CX4]C(=O)c")
//	found, err := core.Match(m.Parent())
//
// # What the types hold
//
// A [Mol] is read-only after it is made. Atoms and bonds are numbered from 0 in
// the order of reading. Hydrogens are counts on their heavy atom, unless they
// carry something of their own; [ParseExact] keeps those that were written.
// Bonds have Kekulé orders, with aromaticity marked beside. A [Pattern] is
// read-only too; goroutines may share both. An [Atom] and a [Bond] are copies of
// what a Mol says of one.
//
// # The reading of SMILES
//
// OpenSMILES 1.0 is followed. Where it leaves room, or we differ:
//
//   - Atoms with more bonds than a valence allows are read; [Mol.Problems] names
//     them. (RDKit refuses them.)
//   - Five-valent nitrogen is rewritten with charges apart: N(=O)=O becomes
//     [N+](=O)[O-], N=N#N becomes N=[N+]=[N-]. (OpenSMILES lets both stand; RDKit
//     rewrites.) Chlorates and phosphorus are left as written. (RDKit rewrites
//     Cl(=O)(=O)O with charges.)
//   - An aromatic atom outside rings is refused, and so are aromatic systems
//     that no single and double bonds can draw: c1ccnc1 wants [nH].
//   - A bond - = or # between aromatic atoms is what it says; / and \ there
//     only show direction.
//   - A lone pair stands in the list of a chiral atom where an implicit hydrogen
//     would, as in Open Babel. (RDKit puts it elsewhere after a ring digit, and
//     when the atom comes first.) Amines that can turn inside out have no
//     chirality.
//   - Cis and trans are not kept inside rings of fewer than eight atoms.
//   - Contradictory / and \ at one double bond leave it unspecified.
//
// # Aromaticity
//
// The model is RDKit's, which widens Daylight's: rings and unions of up to six
// fused rings of C, N, O, S, P, B, Si, Se and Te with 4n+2 electrons, where an
// exocyclic double bond to a more electronegative atom leaves an empty orbital.
// Daylight asks more of exocyclic bonds and does not take unions that are not
// aromatic ring by ring; arsenic, which OpenSMILES lets be written aromatic, is
// read but not perceived. A wildcard gives 0, 1 or 2 electrons, whatever fits, and
// a ring may hold several. (RDKit allows one.) OpenSMILES itself defines no model.
//
// # Rings
//
// [Mol.Rings] returns the relevant cycles: the union of all smallest sets of
// smallest rings, so that no arbitrary choice enters. In cages and bridged systems
// these are more than [Mol.RingCount], the size of one SSSR.
// The SMARTS primitives R and r refer to them.
//
// # Tautomers, isotopes, stereo
//
// Nothing of the kind is done unasked: [Mol.Tautomer], [Mol.WithoutIsotopes],
// [Mol.WithoutStereo] and [Mol.Neutral] return new molecules. InChI is not
// computed and nothing is drawn.
//
// # Limits
//
// No input makes the package panic or run without bound. A text is at most
// [MaxSMILES] bytes; a molecule has at most [MaxAtoms] atoms, [MaxBonds] bonds,
// [MaxDegree] bonds on one atom and [MaxRings] independent rings in one ring
// system; a pattern [MaxQueryAtoms] atoms and [MaxRecursion] levels of $( ). What
// is beyond is refused with an error that errors.Is finds as [ErrLimit]. A search
// tries at most [DefaultWork] placements and then says [ErrWork]: a no is a no.
// Three bounds have no error because ordinary and most hostile structures stay
// far from them: 100,000 unions of rings are tried for aromaticity in one fused
// system, 4,000,000 steps are spent on canonical ties (past them the text may
// depend on the order of atoms), and a family of more than 256 rings that differ only
// in the way round smaller even rings is represented by one of them.
//
// # Errors
//
// A text that cannot be read gives a [*SyntaxError] with the place and a reason
// that says, where it can, what to write instead.
//
// # Sources
//
//   - OpenSMILES specification 1.0, opensmiles.org (2016).
//   - Daylight Theory Manual, chapters SMILES and SMARTS, Daylight Chemical
//     Information Systems (2011).
//   - The RDKit Book, section Aromaticity.
//   - Valid forms of MOL and SD files: CTfile Formats, BIOVIA (2020).
//   - Rings: P. Vismara, Electron. J. Combin. 4 (1997) R9; J. Figueras, J. Chem.
//     Inf. Comput. Sci. 36 (1996) 986; R. Tarjan, SIAM J. Comput. 1 (1972) 146.
//   - Kekulé structures: J. Edmonds, Canad. J. Math. 17 (1965) 449.
//   - Canonical order: D. Weininger, A. Weininger, J. L. Weininger, J. Chem. Inf.
//     Comput. Sci. 29 (1989) 97; N. Schneider, R. A. Sayle, G. A. Landrum,
//     J. Chem. Inf. Model. 55 (2015) 2111; B. D. McKay, Congr. Numer. 30 (1981) 45.
//   - Atomic weights: IUPAC 2021, abridged; isotope masses: AME2012.
//
// # Where to read
//
// mol.go has the molecule; smiles.go and bracket.go read it, builder.go finishes
// it with valence.go, kekule.go, ring.go, aromatic.go and stereo.go; canon.go and
// write.go write it. smarts.go, plan.go and match.go are patterns; screen.go and
// library.go the search of many. lines.go answers for the command line.
package chem
