package ingest

import (
	"context"
	"errors"
)

// File is an opened file and what was found out about it. Its fields stay
// readable after Close.
type File struct {
	Name string // as the person gave it
	Size int64  // bytes as given

	Container string // "", "gzip" or "zip"
	Format    string // "csv", "tsv" or "xlsx"
	Encoding  string // "utf-8", "windows-1251" …; empty for xlsx
	Delimiter rune   // 0 for xlsx
	// DecimalComma reports that numbers are written 0,5.
	DecimalComma bool
	Sheets       []Sheet // the tables; a plain file has one without a name

	// Of the first table:
	HeaderRow int        // 1-based line on which the header begins
	Header    []string   // blanks collapsed
	Sample    [][]string // first rows under the header

	// Profile is the shipped profile that the header matches when Recognised,
	// else the proposal.
	Profile    *Profile
	Recognised bool

	path   string
	limits Limits
}

// Sheet is one table of a file: a sheet of a workbook, an entry of an archive,
// or the file itself.
type Sheet struct {
	Name      string
	HeaderRow int
	Header    []string
	// Used reports that Read takes it: it has the header of the first table.
	Used bool
}

// Open looks at the file at path and finds out how it is written. It reads the
// beginning only. The error is a *paiza.Error with a key of Messages.
func Open(ctx context.Context, path, name string, lim Limits) (*File, error) {
	return nil, errors.ErrUnsupported
}

// Close gives back what Open took (temporary files).
func (f *File) Close() error { return nil }

// SHA256 is the hexadecimal digest of the file as given. It reads the whole
// file the first time.
func (f *File) SHA256() (string, error) { return "", errors.ErrUnsupported }
