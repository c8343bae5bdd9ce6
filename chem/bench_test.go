package chem

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// benchScript times RDKit on the same work, on one core.
const benchScript = `
import sys, time, csv
from rdkit import Chem, RDLogger
import rdkit
RDLogger.DisableLog('rdApp.*')
mols = [l.split()[0] for l in open(sys.argv[1])]
t = time.time(); M = [Chem.MolFromSmiles(s) for s in mols]; parse = len(mols)/(time.time()-t)
t = time.time(); [Chem.MolToSmiles(m) for m in M]; canon = len(mols)/(time.time()-t)
P = [Chem.MolFromSmarts(l.split()[1]) for l in open(sys.argv[2])]
t = time.time(); [m.HasSubstructMatch(p) for p in P for m in M]; smarts = len(P)*len(M)/(time.time()-t)
Q = [Chem.MolFromSmarts(r[0], mergeHs=True) for r in csv.reader(open(sys.argv[3]))]
t = time.time(); [m.HasSubstructMatch(p) for p in Q for m in M]; pains = time.time()-t
print(rdkit.__version__, parse, canon, smarts, pains)
`

// reference holds RDKit's figures, taken once in the same run.
var reference = sync.OnceValue(func() (r struct {
	version                     string
	parse, canon, smarts, pains float64
}) {
	var files []string
	for _, name := range []string{"wehi10k.smi", "smarts10.txt", "rdkit_testdata/wehi_pains.csv"} {
		files = append(files, sharedPath(name))
	}
	out, err := exec.Command("/usr/bin/python3", append([]string{"-c", benchScript}, files...)...).Output()
	if err != nil {
		return
	}
	fmt.Sscan(string(out), &r.version, &r.parse, &r.canon, &r.smarts, &r.pains)
	fmt.Fprintf(os.Stderr, "RDKit %s: parse %.0f mol/s, canonical %.0f mol/s, SMARTS %.0f mol-patterns/s, PAINS %.1f s\n",
		r.version, r.parse, r.canon, r.smarts, r.pains)
	return
})

// oneCore keeps a benchmark, garbage collection included, to one core, as RDKit
// runs on one.
func oneCore(b *testing.B) {
	was := runtime.GOMAXPROCS(1)
	b.Cleanup(func() { runtime.GOMAXPROCS(was) })
}

// said holds the benchmarks whose summary has been printed.
var said sync.Map

// report gives our rate and RDKit's as metrics, and once in a plain line.
func report(b *testing.B, n int, unit string, theirs float64) {
	rate := float64(n) * float64(b.N) / b.Elapsed().Seconds()
	if _, again := said.LoadOrStore(b.Name(), true); !again && theirs > 0 {
		fmt.Fprintf(os.Stderr, "%s: %.0f %s here, %.0f by RDKit, %.1f times as fast\n",
			strings.TrimPrefix(b.Name(), "Benchmark"), rate, unit, theirs, rate/theirs)
	}
	b.ReportMetric(rate, unit)
	if theirs > 0 {
		b.ReportMetric(theirs, "rdkit-"+unit)
		b.ReportMetric(rate/theirs, "x-rdkit")
	}
}

func BenchmarkParse(b *testing.B) {
	oneCore(b)
	smiles := firstFields(b, "wehi10k.smi")
	r := reference()
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range smiles {
			if _, err := Parse(s); err != nil {
				b.Fatal(err)
			}
		}
	}
	report(b, len(smiles), "mol/s", r.parse)
}

func BenchmarkCanonical(b *testing.B) {
	oneCore(b)
	mols := parseAll(b, firstFields(b, "wehi10k.smi"))
	r := reference()
	b.ReportAllocs()
	for b.Loop() {
		for _, m := range mols {
			_ = m.Canonical()
		}
	}
	report(b, len(mols), "mol/s", r.canon)
}

func BenchmarkSMARTS(b *testing.B) {
	oneCore(b)
	mols := parseAll(b, firstFields(b, "wehi10k.smi"))
	r := reference()
	var ps []*Pattern
	for _, l := range lines(b, "smarts10.txt") {
		ps = append(ps, MustPattern(strings.Fields(l)[1]))
	}
	for b.Loop() {
		for _, p := range ps {
			for _, m := range mols {
				if _, err := p.Match(m); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	report(b, len(mols)*len(ps), "mol-pattern/s", r.smarts)
}

func BenchmarkPAINS(b *testing.B) {
	oneCore(b)
	mols := parseAll(b, firstFields(b, "wehi10k.smi"))
	r := reference()
	smarts, _ := painsPatterns(b)
	var ps []*Pattern
	for _, s := range smarts {
		ps = append(ps, MustPattern(s))
	}
	for b.Loop() {
		for _, p := range ps {
			for _, m := range mols {
				if _, err := p.Match(m); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	each := float64(len(ps) * len(mols))
	report(b, len(ps)*len(mols), "mol-pattern/s", each/r.pains)
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/run")
}

// BenchmarkLibrary prints the memory a molecule takes in a Library, as the heap
// sees it, and the rate of matching one pattern on one core.
func BenchmarkLibrary(b *testing.B) {
	mols := parseAll(b, firstFields(b, "wehi10k.smi"))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	l := NewLibrary()
	for range 10 {
		for _, m := range mols {
			l.Add(m)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	perMol := float64(after.HeapAlloc-before.HeapAlloc) / float64(l.Len())
	p := MustPattern("[NX3;H2,H1;!$(NC=O);!$(NS(=O)=O)][CX4;R0;$([CX4](C)(C)C),$(CCc1ccccc1)]")
	oneCore(b)
	for b.Loop() {
		if _, err := l.Match(context.Background(), p); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(perMol, "B/mol")
	b.ReportMetric(float64(l.Len())*float64(b.N)/b.Elapsed().Seconds(), "mol/s")
}

// BenchmarkWorst reads, canonicalises and searches the large structures.
func BenchmarkWorst(b *testing.B) {
	p := MustPattern("[#6]~[#6]~[#6]~[#6]~[#6]~[#6]~[#6]~[#6]-[N;!$(NC=O)]")
	for _, name := range slices.Sorted(maps.Keys(worstCases)) {
		b.Run(strings.ReplaceAll(name, " ", "_"), func(b *testing.B) {
			for b.Loop() {
				m, err := Parse(worstCases[name])
				if err != nil {
					b.Fatal(err)
				}
				m.Canonical()
				if _, err := p.Match(m); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms")
		})
	}
}
