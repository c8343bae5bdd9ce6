package chem

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Library holds many molecules compactly, each with its screen, and matches
// patterns against all of them on all cores. Drug-sized molecules take about
// one kilobyte each. Titles and coordinates of MOL files are not kept.
//
// Adding must not overlap with anything else; once filled, any number of
// goroutines may read and match.
type Library struct {
	blocks []*block
	n      int
}

// blockSize is the number of molecules that share arrays.
const blockSize = 512

// block is a run of molecules in common arrays.
type block struct {
	atoms    []atom
	bonds    []bond
	adj      []half
	centers  []stereoAtom
	geometry []stereoBond
	ringEnd  []uint32
	ringAtom []uint16
	entry    []entry
}

// entry says where the arrays of one molecule end in its block.
type entry struct {
	atoms, bonds, adj, centers, geometry, ringEnd, ringAtom uint32
	cycles                                                  uint16
	features, tally                                         uint64
	screen                                                  Fingerprint
}

// NewLibrary returns an empty library.
func NewLibrary() *Library { return &Library{} }

// Len returns the number of molecules.
func (l *Library) Len() int { return l.n }

// Add appends a molecule and returns its number, counted from 0.
func (l *Library) Add(m *Mol) int {
	if l.n%blockSize == 0 {
		if k := len(l.blocks); k > 0 {
			l.blocks[k-1].clip()
		}
		l.blocks = append(l.blocks, &block{entry: make([]entry, 0, blockSize)})
	}
	b := l.blocks[len(l.blocks)-1]
	b.atoms = append(b.atoms, m.atoms...)
	b.bonds = append(b.bonds, m.bonds...)
	b.adj = append(b.adj, m.adj...)
	b.centers = append(b.centers, m.centers...)
	b.geometry = append(b.geometry, m.geometry...)
	b.ringEnd = append(b.ringEnd, m.ringEnd...)
	b.ringAtom = append(b.ringAtom, m.ringAtom...)
	b.entry = append(b.entry, entry{
		uint32(len(b.atoms)), uint32(len(b.bonds)), uint32(len(b.adj)), uint32(len(b.centers)), uint32(len(b.geometry)),
		uint32(len(b.ringEnd)), uint32(len(b.ringAtom)), m.cycles, m.features, m.tally, m.Fingerprint(),
	})
	l.n++
	return l.n - 1
}

// clip gives back the spare room of a full block.
func (b *block) clip() {
	b.atoms = slices.Clip(slices.Clone(b.atoms))
	b.bonds = slices.Clip(slices.Clone(b.bonds))
	b.adj = slices.Clip(slices.Clone(b.adj))
	b.centers = slices.Clip(slices.Clone(b.centers))
	b.geometry = slices.Clip(slices.Clone(b.geometry))
	b.ringEnd = slices.Clip(slices.Clone(b.ringEnd))
	b.ringAtom = slices.Clip(slices.Clone(b.ringAtom))
}

// view makes m stand for molecule k of the block, without copying.
func (b *block) view(k int, m *Mol) {
	var f entry
	if k > 0 {
		f = b.entry[k-1]
	}
	e := &b.entry[k]
	*m = Mol{
		atoms: b.atoms[f.atoms:e.atoms], bonds: b.bonds[f.bonds:e.bonds], adj: b.adj[f.adj:e.adj],
		centers: b.centers[f.centers:e.centers], geometry: b.geometry[f.geometry:e.geometry],
		ringEnd: b.ringEnd[f.ringEnd:e.ringEnd], ringAtom: b.ringAtom[f.ringAtom:e.ringAtom],
		features: e.features, tally: e.tally, cycles: e.cycles,
	}
}

// Mol returns molecule i. It shares the memory of the library.
func (l *Library) Mol(i int) *Mol {
	m := new(Mol)
	l.blocks[i/blockSize].view(i%blockSize, m)
	return m
}

// Bytes returns the memory the molecules take, with the spare room of the block
// being filled.
func (l *Library) Bytes() int {
	n := 0
	for _, b := range l.blocks {
		n += int(unsafe.Sizeof(*b)) +
			cap(b.atoms)*int(unsafe.Sizeof(atom{})) + cap(b.bonds)*int(unsafe.Sizeof(bond{})) + cap(b.adj)*int(unsafe.Sizeof(half{})) +
			cap(b.centers)*int(unsafe.Sizeof(stereoAtom{})) + cap(b.geometry)*int(unsafe.Sizeof(stereoBond{})) +
			cap(b.ringEnd)*4 + cap(b.ringAtom)*2 + cap(b.entry)*int(unsafe.Sizeof(entry{}))
	}
	return n
}

// Matches is the answer of a library to a pattern.
type Matches struct {
	Hits []int // molecules that hold the pattern, in order
	// Undecided are molecules for which the work bound was reached; they may
	// or may not hold the pattern.
	Undecided []int
}

// Match looks for the pattern in every molecule. The error is that of ctx.
func (l *Library) Match(ctx context.Context, p *Pattern) (Matches, error) {
	need := p.Fingerprint()
	out := make([]Matches, len(l.blocks))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(l.blocks)) {
		wg.Go(func() {
			for ctx.Err() == nil {
				k := int(next.Add(1)) - 1
				if k >= len(l.blocks) {
					return
				}
				l.blocks[k].match(ctx, p, &need, k*blockSize, &out[k])
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return Matches{}, err
	}
	var all Matches
	for _, o := range out {
		all.Hits = append(all.Hits, o.Hits...)
		all.Undecided = append(all.Undecided, o.Undecided...)
	}
	return all, nil
}

func (b *block) match(ctx context.Context, p *Pattern, need *Fingerprint, base int, out *Matches) {
	var m Mol
	for k := range b.entry {
		e := &b.entry[k]
		if !e.screen.Covers(need) {
			continue
		}
		b.view(k, &m)
		switch found, err := p.match(ctx, &m); {
		case found:
			out.Hits = append(out.Hits, base+k)
		case err != nil:
			out.Undecided = append(out.Undecided, base+k)
		}
		if ctx.Err() != nil {
			return
		}
	}
}
