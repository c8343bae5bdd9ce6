package chem

// Limits of what the library reads. Input beyond them is refused with an error
// that names the limit; nothing is cut short in silence.
const (
	// MaxAtoms is the largest number of atoms in one molecule.
	MaxAtoms = 10_000
	// MaxBonds is the largest number of bonds in one molecule.
	MaxBonds = 20_000
	// MaxDegree is the largest number of bonds on one atom.
	MaxDegree = 64
	// MaxSMILES is the longest SMILES or SMARTS text, in bytes.
	MaxSMILES = 1 << 18
	// MaxRings is the largest number of independent rings in one ring system.
	MaxRings = 1_000
)

// noAtom stands for an implicit hydrogen or a lone pair in a stereo list.
const noAtom = 0xFFFF

// Flags of atoms and bonds.
const (
	flagAromatic uint8 = 1 << iota // part of an aromatic system
	flagRing                       // in some ring
	flagFixedH                     // hydrogen count stated, not derived
	flagStereo                     // has an entry in the stereo lists
	flagOpen                       // while reading: a bond of a wildcard that may be aromatic
)

// atom is the compact record of an atom; [Atom] is its public view.
type atom struct {
	num     uint8
	charge  int8
	h       uint8 // hydrogens that are not atoms of the graph
	degree  uint8
	flags   uint8
	val     uint8 // bond orders plus h
	rbonds  uint8 // bonds in rings
	rings   uint8 // rings of the ring set that pass here
	isotope uint16
	class   uint16
	minRing uint16 // size of the smallest ring, 0 for none
	_       uint16
	first   uint32 // index of the first entry in adj
}

// bond is the compact record of a bond; order is the Kekulé order.
type bond struct {
	a, b  uint16
	order uint8
	flags uint8
}

// half is a bond seen from one of its atoms.
type half struct {
	atom, bond uint16
}

// Mol is one molecule, or several written together with dots: its atoms, bonds,
// rings and stereochemistry. Hydrogens are counts on their heavy atom unless they
// carry something of their own (an isotope, a charge, a class, two bonds, or the
// only mark of a double bond's geometry). Bonds are held in one Kekulé form with
// aromaticity marked on atoms and bonds.
//
// A Mol does not change after it is made, and any number of goroutines may read
// it. Methods that alter return a new one.
type Mol struct {
	atoms    []atom
	bonds    []bond
	adj      []half
	centers  []stereoAtom
	geometry []stereoBond
	ringEnd  []uint32 // end of ring i in ringAtom
	ringAtom []uint16
	features uint64
	tally    uint64   // see features.go
	cycles   uint16   // number of independent rings
	drawing  *drawing // coordinates and title of a MOL file, or nil
}

// Atom is what a Mol holds of one atom.
type Atom struct {
	Number    int  // atomic number; 0 for the wildcard *
	Charge    int  // formal charge
	Hydrogens int  // hydrogens that are not atoms of the graph
	Isotope   int  // mass number; 0 when natural
	Class     int  // atom class (the n of [C:n]); 0 for none
	Degree    int  // bonds to atoms of the graph
	Valence   int  // sum of bond orders plus Hydrogens
	RingBonds int  // bonds that lie in rings
	Rings     int  // rings of Mol.Rings that pass through
	RingSize  int  // size of the smallest ring; 0 outside rings
	Aromatic  bool // part of an aromatic system
}

// Symbol returns the element symbol, "*" for the wildcard.
func (a Atom) Symbol() string { return Symbol(a.Number) }

// Bond is what a Mol holds of one bond.
type Bond struct {
	A, B     int  // the two atoms
	Order    int  // Kekulé order 1 to 4; 0 for a bond that counts no electrons
	Aromatic bool // part of an aromatic system
	Ring     bool // lies in a ring
}

// Other returns the atom at the other end from atom i.
func (b Bond) Other(i int) int { return b.A + b.B - i }

// NumAtoms returns the number of atoms, without hydrogens held as counts.
func (m *Mol) NumAtoms() int { return len(m.atoms) }

// NumBonds returns the number of bonds.
func (m *Mol) NumBonds() int { return len(m.bonds) }

// Atom returns atom i, numbered from 0 in the order it was read.
func (m *Mol) Atom(i int) Atom {
	a := &m.atoms[i]
	return Atom{
		Number: int(a.num), Charge: int(a.charge), Hydrogens: int(a.h),
		Isotope: int(a.isotope), Class: int(a.class), Degree: int(a.degree),
		Valence: int(a.val), RingBonds: int(a.rbonds), Rings: int(a.rings),
		RingSize: int(a.minRing), Aromatic: a.flags&flagAromatic != 0,
	}
}

// Bond returns bond i, numbered from 0.
func (m *Mol) Bond(i int) Bond {
	b := &m.bonds[i]
	return Bond{
		A: int(b.a), B: int(b.b), Order: int(b.order),
		Aromatic: b.flags&flagAromatic != 0, Ring: b.flags&flagRing != 0,
	}
}

// Neighbors appends to dst the atoms bonded to atom i, in the order of
// [Mol.BondsOf], and returns it.
func (m *Mol) Neighbors(i int, dst []int) []int {
	for _, h := range m.around(i) {
		dst = append(dst, int(h.atom))
	}
	return dst
}

// BondsOf appends to dst the numbers of the bonds of atom i and returns it.
func (m *Mol) BondsOf(i int, dst []int) []int {
	for _, h := range m.around(i) {
		dst = append(dst, int(h.bond))
	}
	return dst
}

// BondBetween returns the number of the bond between atoms i and j, or -1.
func (m *Mol) BondBetween(i, j int) int {
	for _, h := range m.around(i) {
		if int(h.atom) == j {
			return int(h.bond)
		}
	}
	return -1
}

// TotalHydrogens returns the number of hydrogens on atom i, counting those that
// are atoms of the graph.
func (m *Mol) TotalHydrogens(i int) int {
	return int(m.atoms[i].h) + m.graphHydrogens(i)
}

func (m *Mol) graphHydrogens(i int) int {
	n := 0
	for _, h := range m.around(i) {
		if m.atoms[h.atom].num == 1 {
			n++
		}
	}
	return n
}

// around returns the bonds of atom i seen from it.
func (m *Mol) around(i int) []half {
	a := &m.atoms[i]
	return m.adj[a.first : a.first+uint32(a.degree)]
}

// Charge returns the sum of the formal charges.
func (m *Mol) Charge() int {
	n := 0
	for i := range m.atoms {
		n += int(m.atoms[i].charge)
	}
	return n
}

// link fills adj, first and degree from the bond list. It reports the first atom
// that has more than MaxDegree bonds, or -1.
func (m *Mol) link() int {
	for i := range m.atoms {
		m.atoms[i].degree = 0
	}
	for i := range m.bonds {
		b := &m.bonds[i]
		if m.atoms[b.a].degree++; m.atoms[b.a].degree > MaxDegree {
			return int(b.a)
		}
		if m.atoms[b.b].degree++; m.atoms[b.b].degree > MaxDegree {
			return int(b.b)
		}
	}
	at := uint32(0)
	for i := range m.atoms {
		a := &m.atoms[i]
		a.first = at
		at += uint32(a.degree)
		a.degree = 0
	}
	if cap(m.adj) < int(at) {
		m.adj = make([]half, at)
	}
	m.adj = m.adj[:at]
	for i := range m.bonds {
		b := &m.bonds[i]
		x, y := &m.atoms[b.a], &m.atoms[b.b]
		m.adj[x.first+uint32(x.degree)] = half{b.b, uint16(i)}
		x.degree++
		m.adj[y.first+uint32(y.degree)] = half{b.a, uint16(i)}
		y.degree++
	}
	return -1
}
