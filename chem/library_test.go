package chem

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

func wehiLibrary(t testing.TB) (*Library, []*Mol) {
	mols := parseAll(t, firstFields(t, "wehi10k.smi"))
	l := NewLibrary()
	for _, m := range mols {
		l.Add(m)
	}
	return l, mols
}

func TestLibrary(t *testing.T) {
	l, mols := wehiLibrary(t)
	if per := l.Bytes() / l.Len(); per > 2048 {
		t.Errorf("%d bytes a molecule, want at most 2048", per)
	} else {
		t.Logf("%d bytes a molecule", per)
	}
	for i, m := range mols {
		if o := l.Mol(i); i%97 == 0 && (o.Canonical() != m.Canonical() || len(o.Rings()) != len(m.Rings())) {
			t.Errorf("molecule %d came back as %s", i, o.Canonical())
		}
	}
	smarts, _ := painsPatterns(t)
	for _, line := range lines(t, "smarts10.txt") {
		smarts = append(smarts, strings.Fields(line)[1])
	}
	for i, s := range smarts {
		if i%7 != 0 && i < 480 {
			continue
		}
		p := MustPattern(s)
		got, err := l.Match(context.Background(), p)
		if err != nil || len(got.Undecided) > 0 {
			t.Fatal(s, err, got.Undecided)
		}
		var want []int
		for k, m := range mols {
			if ok, _ := p.Match(m); ok {
				want = append(want, k)
			}
		}
		if !slices.Equal(got.Hits, want) {
			t.Errorf("%s: library finds %d, one by one %d", s, len(got.Hits), len(want))
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.Match(ctx, MustPattern("C")); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled match returns %v", err)
	}
}

// TestScreenLosesNothing checks the screens against the consensus patterns.
func TestScreenLosesNothing(t *testing.T) {
	mols := parseAll(t, firstFields(t, "consensus/molecules.smi"))
	prints := make([]Fingerprint, len(mols))
	for i, m := range mols {
		prints[i] = m.Fingerprint()
	}
	for _, l := range lines(t, "consensus/smarts_consensus.tsv.gz")[1:] {
		p := MustPattern(strings.Split(l, "\t")[2])
		need := p.Fingerprint()
		for i, m := range mols {
			s := searches.Get().(*search)
			s.start(p, m, DefaultWork)
			s.place(0)
			if s.found > 0 && (!prints[i].Covers(&need) || !m.mayHold(&p.need)) {
				t.Errorf("%s is in %s, the screen says not", p, m.Canonical())
			}
			s.release()
		}
	}
}
