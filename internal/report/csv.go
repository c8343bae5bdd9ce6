package report

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strings"
)

// Option changes how a CSV file is written.
type Option func(*csvFile)

// WithBOM puts the mark of UTF-8 before the first byte. Excel needs it to read
// anything but English; other programs may take it for a part of the first
// heading.
func WithBOM() Option { return func(f *csvFile) { f.bom = true } }

// WithNotes writes the title and the notes of a table under it, each in the
// first column of a row of its own, after an empty row.
func WithNotes() Option { return func(f *csvFile) { f.notes = true } }

// WithSemicolon separates cells by semicolons, which Excel expects where the
// decimal sign is a comma. Numbers keep their point.
func WithSemicolon() Option { return func(f *csvFile) { f.comma = ';' } }

// WriteCSV writes a table as CSV (RFC 4180: CRLF, quotes where needed, as many
// cells in every record) in UTF-8. Numbers keep every digit; texts are guarded.
func WriteCSV(w io.Writer, t Table, options ...Option) error {
	f := newCSV(w, options)
	f.width = len(t.Columns)
	for _, row := range t.Rows {
		f.width = max(f.width, len(row))
	}
	f.header(t.Columns)
	for _, row := range t.Rows {
		f.row(row)
	}
	if f.notes {
		f.row(nil)
		for _, line := range append([]string{t.Title}, t.Notes...) {
			if line != "" {
				f.row([]Value{Text(line)})
			}
		}
	}
	return f.end()
}

// WriteCSVRows writes rows as they come, so that an export of any length takes
// no memory. An error of rows ends the file and is returned. A row may be used
// again by its maker as soon as the next is asked for.
func WriteCSVRows(w io.Writer, columns []Column, rows iter.Seq2[[]Value, error], options ...Option) error {
	f := newCSV(w, options)
	f.width = len(columns)
	f.header(columns)
	for row, err := range rows {
		if err != nil {
			f.end() // what was read before the error may be of use; the error counts
			return err
		}
		if len(row) > f.width {
			f.end()
			return fmt.Errorf("report: a row of %d cells in a table of %d columns", len(row), f.width)
		}
		if f.row(row); f.err != nil {
			break
		}
	}
	return f.end()
}

type csvFile struct {
	out        *bufio.Writer
	csv        *csv.Writer
	comma      rune
	bom, notes bool
	width      int
	record     []string
	err        error
}

func newCSV(w io.Writer, options []Option) *csvFile {
	f := &csvFile{out: bufio.NewWriterSize(w, 64<<10), comma: ','}
	for _, o := range options {
		o(f)
	}
	f.csv = csv.NewWriter(f.out)
	f.csv.Comma, f.csv.UseCRLF = f.comma, true
	if f.bom {
		_, f.err = f.out.WriteString("\uFEFF")
	}
	return f
}

func (f *csvFile) header(columns []Column) {
	row := make([]Value, len(columns))
	for i, c := range columns {
		row[i] = Text(c.Title)
	}
	f.row(row)
}

func (f *csvFile) row(row []Value) {
	if f.err != nil {
		return
	}
	f.record = f.record[:0]
	for _, v := range row {
		s := v.text
		if v.kind == text {
			s = lines(Guard(strings.ToValidUTF8(s, "\uFFFD")))
		}
		f.record = append(f.record, s)
	}
	for len(f.record) < f.width {
		f.record = append(f.record, "")
	}
	if len(f.record) == 1 && f.record[0] == "" {
		// A lone empty cell would be an empty line, which readers skip.
		f.csv.Flush()
		_, f.err = f.out.WriteString("\"\"\r\n")
		return
	}
	f.err = f.csv.Write(f.record)
}

// lines turns every line break into LF: the writer makes CRLF of it and would
// drop a lone CR.
func lines(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

func (f *csvFile) end() error {
	f.csv.Flush()
	if f.err == nil {
		f.err = f.csv.Error()
	}
	if err := f.out.Flush(); f.err == nil {
		f.err = err
	}
	return f.err
}
