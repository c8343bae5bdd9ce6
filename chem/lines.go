package chem

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// An Answer tells something about one molecule, on one line.
type Answer func(smiles string) (string, error)

// Lines writes one line for each line of r: the answer to the SMILES in its
// first field, or ERROR and the reason. It keeps order and never stops at a bad
// line; the error is that of r or w.
func Lines(w io.Writer, r io.Reader, answer Answer) error {
	out := bufio.NewWriter(w)
	err := eachLine(r, func(line string, fault error) error {
		text, err := "", fault
		if err == nil {
			text, err = answer(line)
		}
		if err != nil {
			text = "ERROR " + oneLine(err)
		}
		_, err = fmt.Fprintln(out, text)
		return err
	})
	return errors.Join(err, out.Flush())
}

func oneLine(err error) string {
	return strings.Join(strings.Fields(err.Error()), " ")
}

// eachLine calls f with the first field of each line. A line longer than
// MaxSMILES is not kept; f gets a fault for it, and for an empty line.
func eachLine(r io.Reader, f func(line string, fault error) error) error {
	in := bufio.NewReaderSize(r, 1<<16)
	var line []byte
	for {
		line = line[:0]
		long, any := false, false
		for {
			part, err := in.ReadSlice('\n')
			any = any || len(part) > 0
			if len(line)+len(part) <= MaxSMILES+4096 {
				line = append(line, part...)
			} else {
				long = true
			}
			if err == nil {
				break
			}
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			if !errors.Is(err, io.EOF) {
				return err
			}
			if !any {
				return nil
			}
			break
		}
		var fault error
		text := strings.TrimSpace(string(line))
		if first, _, ok := strings.Cut(strings.ReplaceAll(text, "\t", " "), " "); ok {
			text = first
		}
		switch {
		case long:
			fault = limitf("the line is longer than %d bytes", MaxSMILES)
		case text == "":
			fault = errors.New("the line is empty")
		}
		if err := f(text, fault); err != nil {
			return err
		}
	}
}

// AnswerHydrogens lists the hydrogens of each atom in the order of writing:
// those implied and those stated in brackets.
func AnswerHydrogens(smiles string) (string, error) {
	m, err := ParseExact(smiles)
	if err != nil {
		return "", err
	}
	b := make([]byte, 0, 2*m.NumAtoms())
	for i := range m.atoms {
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, int64(m.atoms[i].h), 10)
	}
	return string(b), nil
}

// AnswerCanonical gives the canonical isomeric SMILES.
func AnswerCanonical(smiles string) (string, error) {
	m, err := Parse(smiles)
	if err != nil {
		return "", err
	}
	return m.Canonical(), nil
}

// AnswerFlat gives the canonical SMILES without stereo and isotopes.
func AnswerFlat(smiles string) (string, error) {
	m, err := Parse(smiles)
	if err != nil {
		return "", err
	}
	return m.CanonicalFlat(), nil
}

// AnswerParent gives the canonical SMILES of the parent.
func AnswerParent(smiles string) (string, error) {
	m, err := Parse(smiles)
	if err != nil {
		return "", err
	}
	return m.Parent().Canonical(), nil
}

// AnswerMass gives the average mass, the monoisotopic mass (Da) and the formula,
// separated by tabs.
func AnswerMass(smiles string) (string, error) {
	m, err := Parse(smiles)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%.3f\t%.6f\t%s", m.Mass(), m.MonoisotopicMass(), m.Formula()), nil
}

// AnswerMatch gives 1 when the pattern occurs in the molecule and 0 when not.
func AnswerMatch(p *Pattern) Answer {
	return func(smiles string) (string, error) {
		m, err := Parse(smiles)
		if err != nil {
			return "", err
		}
		found, err := p.Match(m)
		switch {
		case err != nil:
			return "", err
		case found:
			return "1", nil
		}
		return "0", nil
	}
}

// MatchLines reads patterns, one a line, and molecules, one a line, and writes a
// line for each pattern: the numbers, from 0, of the lines whose molecule holds
// it, separated by commas, or ERROR and the reason. Lines that are no molecule
// keep their number, hold nothing and are named on bad.
func MatchLines(ctx context.Context, w, bad io.Writer, patterns, molecules io.Reader) error {
	l := NewLibrary()
	var line []int // line of each molecule
	n := 0
	err := eachLine(molecules, func(smiles string, fault error) error {
		m, err := (*Mol)(nil), fault
		if err == nil {
			m, err = Parse(smiles)
		}
		if err != nil {
			fmt.Fprintf(bad, "molecule %d: %s\n", n, oneLine(err))
		} else {
			l.Add(m)
			line = append(line, n)
		}
		n++
		return nil
	})
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	err = eachLine(patterns, func(smarts string, fault error) error {
		text, err := "", fault
		if err == nil {
			text, err = l.matchLine(ctx, smarts, line)
		}
		if err != nil {
			if ctx.Err() != nil {
				return err
			}
			text = "ERROR " + oneLine(err)
		}
		_, err = fmt.Fprintln(out, text)
		return err
	})
	return errors.Join(err, out.Flush())
}

func (l *Library) matchLine(ctx context.Context, smarts string, line []int) (string, error) {
	p, err := ParsePattern(smarts)
	if err != nil {
		return "", err
	}
	found, err := l.Match(ctx, p)
	if err != nil {
		return "", err
	}
	if k := len(found.Undecided); k > 0 {
		return "", fmt.Errorf("%w for %d molecules, the first is %d", ErrWork, k, line[found.Undecided[0]])
	}
	var b []byte
	for i, h := range found.Hits {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(line[h]), 10)
	}
	return string(b), nil
}

// Info writes what the library knows of a molecule, one fact a line.
func Info(w io.Writer, smiles string) error {
	m, err := Parse(smiles)
	if err != nil {
		return err
	}
	fact := func(name string, v any) { fmt.Fprintf(w, "%-18s%v\n", name, v) }
	fact("canonical", m.Canonical())
	fact("flat", m.CanonicalFlat())
	fact("formula", m.Formula())
	fact("average mass", fmt.Sprintf("%.3f Da", m.Mass()))
	fact("monoisotopic mass", fmt.Sprintf("%.6f Da", m.MonoisotopicMass()))
	fact("atoms", fmt.Sprintf("%d heavy of %d", m.HeavyAtoms(), m.NumAtoms()+hydrogensOf(m)))
	fact("charge", m.Charge())
	fact("rings", fmt.Sprintf("%d independent, %d in the ring set", m.RingCount(), len(m.ringEnd)))
	fact("aromatic atoms", m.aromaticAtoms())
	fact("stereo marks", len(m.centers)+len(m.geometry))
	fact("fragments", len(m.Fragments()))
	for i, a := range m.Actives() {
		name := "parent"
		if i > 0 {
			name = "also contains"
		}
		fact(name, a.Canonical())
	}
	switch t, err := m.Parent().Tautomer(); {
	case err != nil:
		fact("tautomer form", "not decided: "+err.Error())
	default:
		fact("tautomer form", t.Canonical())
	}
	for _, p := range m.Problems() {
		fact("odd", fmt.Sprintf("atom %d: %s", p.Atom+1, p.Reason))
	}
	return nil
}

func hydrogensOf(m *Mol) int {
	n := 0
	for i := range m.atoms {
		n += int(m.atoms[i].h)
	}
	return n
}
