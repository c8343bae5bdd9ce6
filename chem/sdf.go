package chem

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Record is one entry of an SD file.
type Record struct {
	Title string
	Mol   *Mol    // nil when the record could not be read
	Data  []Field // data items, in the order of the file
	Line  int     // line of the file, from 1, on which the record begins
	Err   error   // why Mol is nil
}

// Field is a data item of an SD file.
type Field struct{ Name, Value string }

// Get returns the value of the first data item with a name, or "".
func (r *Record) Get(name string) string {
	for _, f := range r.Data {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// SDReader reads an SD file record by record. A record that cannot be read
// carries its error and does not end the file.
type SDReader struct {
	s    *bufio.Scanner
	line int
	done bool
}

// NewSDReader returns a reader of the SD file r.
func NewSDReader(r io.Reader) *SDReader {
	s := bufio.NewScanner(r)
	s.Buffer(nil, MaxLine)
	return &SDReader{s: s}
}

// Next returns the next record. The error is io.EOF at the end, or that of the
// underlying reader; errors of a record are in the record.
func (r *SDReader) Next() (*Record, error) {
	rec := &Record{Line: r.line + 1}
	var text []string
	ended, long := false, false
	for r.s.Scan() {
		r.line++
		l := strings.TrimRight(r.s.Text(), "\r")
		if strings.HasPrefix(l, "$$$$") {
			ended = true
			break
		}
		if len(text) >= MaxRecord {
			long = true
			continue
		}
		text = append(text, l)
	}
	if err := r.s.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = limitf("line %d is longer than %d bytes", r.line+1, MaxLine)
		}
		return nil, err
	}
	if !ended && strings.TrimSpace(strings.Join(text, "")) == "" {
		return nil, io.EOF
	}
	if long {
		rec.Err = limitf("the record at line %d has more than %d lines", rec.Line, MaxRecord)
		return rec, nil
	}
	mol := text
	for i, l := range text {
		if strings.HasPrefix(l, "M  END") {
			mol = text[:i+1]
			rec.Data = fields(text[i+1:])
			break
		}
		if strings.HasPrefix(l, ">") && i > 3 {
			mol = text[:i]
			rec.Data = fields(text[i:])
			break
		}
	}
	if len(text) > 0 {
		rec.Title = strings.TrimSpace(text[0])
	}
	rec.Mol, rec.Err = parseMOL(mol, rec.Line-1)
	return rec, nil
}

// fields reads data items: a header line "> <name>", the value, a blank line.
func fields(text []string) []Field {
	var out []Field
	for i := 0; i < len(text); i++ {
		if !strings.HasPrefix(text[i], ">") {
			continue
		}
		name := ""
		if _, rest, ok := strings.Cut(text[i][1:], "<"); ok {
			if at := strings.LastIndexByte(rest, '>'); at >= 0 {
				rest = rest[:at]
			}
			name = rest
		}
		var value []string
		for i++; i < len(text) && text[i] != "" && !(strings.HasPrefix(text[i], "> ") && strings.Contains(text[i], "<")); i++ {
			value = append(value, text[i])
		}
		if i < len(text) && text[i] != "" {
			i--
		}
		out = append(out, Field{name, strings.Join(value, "\n")})
	}
	return out
}

// WriteSD writes one record of an SD file: the molecule as by WriteMOL, the
// data items and the end mark. Lines of a value must not be blank.
func WriteSD(w io.Writer, m *Mol, data []Field) error {
	if err := m.WriteMOL(w); err != nil {
		return err
	}
	for _, f := range data {
		if strings.ContainsAny(f.Name, "<>\r\n") {
			return fmt.Errorf("the name %q of a data item holds < > or a line end", f.Name)
		}
		for _, l := range strings.Split(f.Value, "\n") {
			if l == "" && f.Value != "" || strings.HasPrefix(l, "$$$$") || strings.HasPrefix(l, "> ") {
				return fmt.Errorf("the value of %q has a line that would end it", f.Name)
			}
		}
		if _, err := fmt.Fprintf(w, "> <%s>\n%s\n\n", f.Name, f.Value); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "$$$$\n")
	return err
}

// Title returns the title of the MOL file the molecule came from, or "".
func (m *Mol) Title() string {
	if m.drawing == nil {
		return ""
	}
	return m.drawing.title
}

// Coordinates returns the place of each atom in the MOL file the molecule came
// from, in the units of the file (ångström by convention), or nil.
func (m *Mol) Coordinates() [][3]float64 {
	if m.drawing == nil {
		return nil
	}
	return append([][3]float64(nil), m.drawing.at...)
}
