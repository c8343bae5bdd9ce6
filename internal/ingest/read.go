package ingest

import (
	"context"
	"errors"

	"paiza"
)

// Options of a Read.
type Options struct {
	Day      paiza.Date // today: later dates are flagged; 0 flags none
	Batch    int        // rows in a batch; 0 is 2000
	Progress func(rows, bytes int64)
}

// Batch is some rows in the order of the file. Every batch and all it points to
// is freshly allocated: the receiver may keep it and pass it to another
// goroutine.
type Batch struct {
	Rows  []Row
	Bytes int64 // of the file as given, read so far
}

// Row is one row of the source, or one value of a row in a wide table. Exactly
// one of Seizure, Total and Err is set.
type Row struct {
	Sheet string
	Line  int      // as a person counts, from 1
	Cells []string // the source row as written
	// Key is the same for the same row of the same series in any file: hash of
	// series, canonical cells and the number of the occurrence in this file.
	Key [16]byte
	// Identity is the hash of everything but the values that later vintages
	// revise; zero when the profile names none. Rows of one file that share it
	// stand side by side; together they replace those of an earlier file.
	Identity [16]byte

	Seizure *paiza.Seizure
	Total   *paiza.Total
	Err     *paiza.RowError // refused, or set aside
}

// TotalCheck compares a total row with the rows that it may be the sum of.
type TotalCheck struct {
	Sheet  string
	Row    int
	Column string // heading
	Claims string // decimal
	Sum    string // decimal: of all rows above, or of those since the last total
	Agrees bool
}

// Report is the outcome of a Read.
type Report struct {
	Read, Accepted, Refused, SetAside int64
	Identical                         int64 // accepted and equal to an earlier row of the file
	Header                            []string
	First, Last                       paiza.Date
	Checks                            []TotalCheck
	Notes                             []paiza.Note
}

// Read streams the rows of f through the profile. It calls emit with each
// batch and stops at its error. An error of Read means that the file as a whole
// cannot be used; nothing of it should be kept.
func Read(ctx context.Context, f *File, p *Profile, cat Catalog, opt Options, emit func(*Batch) error) (Report, error) {
	return Report{}, errors.ErrUnsupported
}

// Profiles lists the shipped profiles.
func Profiles() []*Profile { return nil }

// ProfileByName finds a shipped profile.
func ProfileByName(name string) (*Profile, bool) { return nil, false }

// ParseProfile reads a profile strictly: an unknown key, field or value is an
// error that names it.
func ParseProfile(toml []byte) (*Profile, error) { return nil, errors.ErrUnsupported }

// TOML writes the profile so that ParseProfile reads it back.
func (p *Profile) TOML() []byte { return nil }

// Propose guesses what the columns of an unknown layout mean from their
// headings and values, with a confidence and a reason for each.
func (f *File) Propose() *Profile { return nil }

// Fits says why the profile cannot read this file; nil when it can.
func (f *File) Fits(p *Profile) error { return errors.ErrUnsupported }

// Messages is every sentence of this package in English, by key; {name} stands
// for an argument.
var Messages = map[string]string{}
