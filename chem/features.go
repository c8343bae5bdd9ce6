package chem

// A molecule carries two words that tell at a glance what it cannot hold:
// features says which kinds of atoms and bonds occur, tally how many atoms of
// the common kinds, seven bits each. A pattern knows what it needs of both.

// Kinds counted in tally, one byte each.
const (
	tallyAtoms = iota
	tallyAromC
	tallyAliphC
	tallyN
	tallyO
	tallyS
	tallyHalogen
	tallyRing // atoms in rings
)

// Kinds noted in features.
const (
	hasAromN uint64 = 1 << iota
	hasAliphN
	hasAromO
	hasAliphO
	hasAromS
	hasAliphS
	hasF
	hasCl
	hasBr
	hasI
	hasP
	hasB
	hasSi
	hasSe
	hasOther
	hasPlus
	hasMinus
	hasAliphRing // an aliphatic atom in a ring
	hasC2O
	hasC2N
	hasC2C
	hasC3C
	hasC3N
	hasN2N
	hasS2O
	hasN1N
	hasN1O
	hasC1S
	hasAromCN
	hasAromNN
	hasAromCO
	hasAromCS
	hasRing3
	hasRing4
	hasRing5
	hasRing6
	hasRing7
	hasP2O
	hasN2O
	hasC1O
	hasC1N
	hasC2S
	hasC1C
	hasCrossBond // single bond between aromatic atoms
	hasS1N
)

// elementFeature returns the feature and the tally place of an element.
func elementFeature(num uint8, arom bool) (uint64, int) {
	pick := func(a, b uint64) uint64 {
		if arom {
			return a
		}
		return b
	}
	switch num {
	case 6:
		if arom {
			return 0, tallyAromC
		}
		return 0, tallyAliphC
	case 7:
		return pick(hasAromN, hasAliphN), tallyN
	case 8:
		return pick(hasAromO, hasAliphO), tallyO
	case 16:
		return pick(hasAromS, hasAliphS), tallyS
	case 9:
		return hasF, tallyHalogen
	case 17:
		return hasCl, tallyHalogen
	case 35:
		return hasBr, tallyHalogen
	case 53:
		return hasI, tallyHalogen
	case 15:
		return hasP, -1
	case 5:
		return hasB, -1
	case 14:
		return hasSi, -1
	case 34:
		return hasSe, -1
	}
	return hasOther, -1
}

// bondFeature returns the feature of a bond between two elements, by its state
// without the ring bit.
func bondFeature(x, y uint8, class uint) uint64 {
	if x > y {
		x, y = y, x
	}
	switch uint(x)<<16 | uint(y)<<8 | class {
	case 6<<16 | 6<<8 | 1:
		return hasC1C
	case 6<<16 | 8<<8 | 2:
		return hasC2O
	case 6<<16 | 7<<8 | 2:
		return hasC2N
	case 6<<16 | 6<<8 | 2:
		return hasC2C
	case 6<<16 | 6<<8 | 3:
		return hasC3C
	case 6<<16 | 7<<8 | 3:
		return hasC3N
	case 7<<16 | 7<<8 | 2:
		return hasN2N
	case 8<<16 | 16<<8 | 2:
		return hasS2O
	case 7<<16 | 7<<8 | 1:
		return hasN1N
	case 7<<16 | 8<<8 | 1:
		return hasN1O
	case 6<<16 | 16<<8 | 1:
		return hasC1S
	case 6<<16 | 7<<8 | 5:
		return hasAromCN
	case 7<<16 | 7<<8 | 5:
		return hasAromNN
	case 6<<16 | 8<<8 | 5:
		return hasAromCO
	case 6<<16 | 16<<8 | 5:
		return hasAromCS
	case 8<<16 | 15<<8 | 2:
		return hasP2O
	case 7<<16 | 8<<8 | 2:
		return hasN2O
	case 6<<16 | 8<<8 | 1:
		return hasC1O
	case 6<<16 | 7<<8 | 1:
		return hasC1N
	case 6<<16 | 16<<8 | 2:
		return hasC2S
	case 7<<16 | 16<<8 | 1:
		return hasS1N
	}
	return 0
}

// setFeatures fills features and tally.
func (m *Mol) setFeatures() {
	var f uint64
	var n [8]int
	n[tallyAtoms] = len(m.atoms)
	for i := range m.atoms {
		a := &m.atoms[i]
		arom := a.flags&flagAromatic != 0
		e, k := elementFeature(a.num, arom)
		f |= e
		if k >= 0 {
			n[k]++
		}
		if a.charge > 0 {
			f |= hasPlus
		} else if a.charge < 0 {
			f |= hasMinus
		}
		if a.flags&flagRing != 0 {
			n[tallyRing]++
			if !arom {
				f |= hasAliphRing
			}
			f |= ringFeature(int(a.minRing))
		}
	}
	for i := range m.bonds {
		b := &m.bonds[i]
		x, y := &m.atoms[b.a], &m.atoms[b.b]
		class := bondState(b) >> 1
		f |= bondFeature(x.num, y.num, class)
		if class == 1 && x.flags&y.flags&flagAromatic != 0 {
			f |= hasCrossBond
		}
	}
	m.features = f
	m.tally = pack(n)
}

func ringFeature(size int) uint64 {
	switch {
	case size == 3:
		return hasRing3
	case size == 4:
		return hasRing4
	case size == 5:
		return hasRing5
	case size == 6:
		return hasRing6
	case size >= 7:
		return hasRing7
	}
	return 0
}

// pack puts eight counts into a word, each at most 127.
func pack(n [8]int) uint64 {
	var w uint64
	for i, c := range n {
		w |= uint64(min(c, 127)) << (8 * i)
	}
	return w
}

// screenNeed is what a pattern needs of a molecule.
type screenNeed struct {
	features uint64
	tally    uint64
}

const highBits = 0x8080808080808080

// mayHold reports whether the molecule has what a pattern needs.
func (m *Mol) mayHold(n *screenNeed) bool {
	return m.features&n.features == n.features && ((m.tally|highBits)-n.tally)&highBits == highBits
}

// only returns the one element an atom of the pattern may be, and whether it is
// aromatic: 0 no, 1 yes, 2 either.
func (q *queryAtom) only() (num uint8, arom int, ok bool) {
	n := 0
	both := [2]bool{}
	for z := 0; z <= maxElement; z++ {
		hit := false
		for k := range 2 {
			if q.allow[k][z>>6]>>(z&63)&1 != 0 {
				hit = true
				both[k] = true
			}
		}
		if hit {
			n++
			num = uint8(z)
		}
	}
	if n != 1 {
		return 0, 0, false
	}
	switch {
	case both[0] && both[1]:
		arom = 2
	case both[1]:
		arom = 1
	}
	return num, arom, true
}

// screenNeed works out what the pattern needs.
func (p *Pattern) screenNeed() screenNeed {
	var f uint64
	var n [8]int
	n[tallyAtoms] = p.live
	type kind struct {
		num  uint8
		arom int
		ok   bool
	}
	kinds := make([]kind, len(p.atoms))
	for i := range p.atoms {
		q := &p.atoms[i]
		if q.merged {
			continue
		}
		num, arom, ok := q.only()
		kinds[i] = kind{num, arom, ok}
		f |= q.needs()
		if !ok {
			continue
		}
		e0, k0 := elementFeature(num, false)
		e1, k1 := elementFeature(num, true)
		switch {
		case arom == 2 && e0 == e1 || arom == 0:
			f |= e0
		case arom == 1:
			f |= e1
		}
		if arom == 2 && k0 == k1 || arom == 0 {
			k1 = k0
		}
		if k1 >= 0 && (arom != 2 || k0 == k1) {
			n[k1]++
		}
	}
	for _, b := range p.bonds {
		x, y := kinds[b.a], kinds[b.b]
		if class, ok := onlyClass(b.mask); ok && x.ok && y.ok {
			f |= bondFeature(x.num, y.num, class)
			if class == 1 && x.arom == 1 && y.arom == 1 {
				f |= hasCrossBond
			}
		}
	}
	return screenNeed{f, pack(n)}
}

// onlyClass returns the one bond class a mask allows.
func onlyClass(mask uint16) (uint, bool) {
	for class := uint(0); class < 6; class++ {
		if mask&^(3<<(2*class)) == 0 && mask != 0 {
			return class, true
		}
	}
	return 0, false
}

// needs returns the features that the conditions of an atom ask for whatever
// else they allow.
func (q *queryAtom) needs() uint64 {
	var f uint64
	for _, or := range q.expr {
		if len(or) != 1 {
			continue
		}
		for _, p := range or[0] {
			if p.not {
				continue
			}
			switch p.kind {
			case primCharge:
				if p.val > 0 {
					f |= hasPlus
				} else if p.val < 0 {
					f |= hasMinus
				}
			case primRingSize:
				f |= ringFeature(int(p.val))
			}
		}
	}
	return f
}
