package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"paiza/chem"
)

// chemCmd answers about molecules, one SMILES a line. It needs no store.
type chemCmd struct {
	Hydrogens chemHydrogensCmd `cmd:"" help:"Hydrogens of each atom."`
	Canon     chemCanonCmd     `cmd:"" help:"Canonical SMILES."`
	Match     chemMatchCmd     `cmd:"" help:"Which molecules hold a SMARTS pattern."`
	Parent    chemParentCmd    `cmd:"" help:"The substance without counter-ions and solvents."`
	Mass      chemMassCmd      `cmd:"" help:"Average mass, monoisotopic mass and formula, separated by tabs."`
	Info      chemInfoCmd      `cmd:"" help:"What is known of one molecule."`
}

type chemHydrogensCmd struct{}

func (chemHydrogensCmd) Run(s *streams) error {
	return chem.Lines(s.out, s.in, chem.AnswerHydrogens)
}

type chemCanonCmd struct {
	Flat bool `help:"Leave out stereo, isotopes and atom classes."`
}

func (c chemCanonCmd) Run(s *streams) error {
	if c.Flat {
		return chem.Lines(s.out, s.in, chem.AnswerFlat)
	}
	return chem.Lines(s.out, s.in, chem.AnswerCanonical)
}

type chemMatchCmd struct {
	SMARTS string `name:"smarts" help:"One pattern: print 1 or 0 for each line." xor:"pattern" required:"" placeholder:"PATTERN"`
	File   string `name:"smarts-file" help:"A pattern on each line: print for each the numbers, from 0, of the lines that hold it." xor:"pattern" required:"" placeholder:"FILE"`
}

func (c chemMatchCmd) Run(s *streams) error {
	if c.File != "" {
		f, err := os.Open(c.File)
		if err != nil {
			fmt.Fprintf(s.err, "paiza: %v\n", err)
			return errExit(exitNotFound)
		}
		defer f.Close()
		return chem.MatchLines(context.Background(), s.out, s.err, f, s.in)
	}
	p, err := chem.ParsePattern(c.SMARTS)
	if err != nil {
		return chemRefused(s, err)
	}
	return chem.Lines(s.out, s.in, chem.AnswerMatch(p))
}

type chemParentCmd struct{}

func (chemParentCmd) Run(s *streams) error {
	return chem.Lines(s.out, s.in, chem.AnswerParent)
}

type chemMassCmd struct{}

func (chemMassCmd) Run(s *streams) error {
	return chem.Lines(s.out, s.in, chem.AnswerMass)
}

type chemInfoCmd struct {
	SMILES string `arg:"" help:"The molecule."`
}

func (c chemInfoCmd) Run(s *streams) error {
	if err := chem.Info(s.out, c.SMILES); err != nil {
		return chemRefused(s, err)
	}
	return nil
}

// chemRefused says why a text could not be read and points at the place.
func chemRefused(s *streams, err error) error {
	fmt.Fprintf(s.err, "paiza: %v\n", err)
	var syntax *chem.SyntaxError
	if errors.As(err, &syntax) && syntax.Line == 0 && len(syntax.Text) <= 200 {
		fmt.Fprintf(s.err, "  %s\n  %*s\n", syntax.Text, syntax.Pos+1, "^")
	}
	return errExit(exitInvalid)
}
