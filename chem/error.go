package chem

import (
	"errors"
	"fmt"
)

// SyntaxError says why a text could not be read and where. Pos counts bytes from
// zero in Text; for a MOL file Line is the line, counted from 1.
type SyntaxError struct {
	What   string // "SMILES", "SMARTS", "MOL file"
	Text   string // the text, or the line of it
	Line   int    // line in a file, 0 when the text is one line
	Pos    int    // byte where reading stopped
	Reason string // what is wrong and, where one is known, the mend
}

func (e *SyntaxError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s line %d: %s", e.What, e.Line, e.Reason)
	}
	return fmt.Sprintf("%s position %d: %s", e.What, e.Pos+1, e.Reason)
}

var (
	// ErrLimit marks a refusal because a documented limit would be passed.
	ErrLimit = errors.New("limit passed")
	// ErrWork marks a search given up because its work bound was reached.
	ErrWork = errors.New("work bound reached")
)

// limitError is a SyntaxError-like refusal that errors.Is finds as ErrLimit.
type limitError struct{ reason string }

func (e *limitError) Error() string        { return e.reason }
func (e *limitError) Is(target error) bool { return target == ErrLimit }

func limitf(format string, args ...any) error {
	return &limitError{fmt.Sprintf(format, args...)}
}
