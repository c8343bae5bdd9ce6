package ingest

import (
	"bytes"
	"io"
	"slices"

	"paiza"
)

// table is one table of a file and what its beginning tells.
type table struct {
	name     string
	format   string
	encoding string
	delim    rune
	comma    bool // decimal comma
	open     func() (rowReader, error)
	probe    []record // its first records
	header   int      // index in probe
	heading  []string // its header with blanks collapsed, without empty columns at the end
	profile  *Profile // shipped profile that recognises it
	cut      bool     // probe is cut: there is more than it shows
}

// record is one record of a table.
type record struct {
	line  int
	cells []string
}

// rowReader streams the records of a table from its top.
type rowReader interface {
	next(into []string) ([]string, int, error) // io.EOF at the end
	read() int64                               // bytes of the file as given, so far
	close() error
}

// csvRows is a csvReader with the stream under it.
type csvRows struct {
	*csvReader
	s *stream
}

func (c *csvRows) read() int64  { return c.s.read() }
func (c *csvRows) close() error { return c.s.close() }

// probeSize is how much of a text is looked at to find out how it is written;
// scanSize how far the search for a byte outside ASCII goes.
const (
	probeSize = 512 << 10
	scanSize  = 64 << 20
	probeRows = 1000
)

// addText finds out how a text is written and adds it as a table.
func (f *File) addText(name string, open opener) error {
	sample, more, encoding, err := probeText(open)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(decoded(bytes.NewReader(sample), encoding))
	if err != nil {
		return fail("ingest.binary", nil)
	}
	lone := bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\r') >= 0
	if lone {
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	}
	if more { // the last line is likely cut
		if i := bytes.LastIndexByte(text, '\n'); i > 0 {
			text = text[:i+1]
		}
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return fail("ingest.empty", nil)
	}
	delim, probe, err := sniffDelimiter(text, more, encoding, f.limits)
	if err != nil {
		return err
	}
	t := &table{name: name, format: "csv", encoding: encoding, delim: delim, probe: probe, cut: more}
	if delim == '\t' {
		t.format = "tsv"
	}
	t.comma = sniffComma(probe)
	t.open = func() (rowReader, error) {
		s, err := open()
		if err != nil {
			return nil, err
		}
		r := decoded(s, encoding)
		r.(*unmarked).lone = lone
		return &csvRows{newCSVReader(r, delim, encoding, f.limits), s}, nil
	}
	return f.add(t)
}

// probeText reads the beginning of a text and tells its encoding. When the
// beginning is pure ASCII the search goes on to the first other byte.
func probeText(open opener) (sample []byte, more bool, encoding string, err error) {
	s, err := open()
	if err != nil {
		return nil, false, "", err
	}
	defer s.close()
	sample = make([]byte, probeSize)
	n, err := io.ReadFull(s, sample)
	more = err == nil
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, false, "", err
	}
	sample = sample[:n]
	if encoding, err = detectEncoding(sample, more); err != nil {
		return nil, false, "", err
	}
	if !more || encoding != encUTF8 || has(sample, 0x80, 0xff) {
		return sample, more, encoding, nil
	}
	buf := make([]byte, 256<<10)
	for seen := 0; seen < scanSize; {
		n, err := io.ReadFull(s, buf)
		seen += n
		if at := slices.IndexFunc(buf[:n], func(c byte) bool { return c >= 0x80 }); at >= 0 {
			rest, err := io.ReadAll(io.LimitReader(s, 256<<10))
			if err != nil {
				return nil, false, "", err
			}
			encoding, err = detectEncoding(append(slices.Clone(buf[at:n]), rest...), true)
			if err != nil {
				return nil, false, "", err
			}
			return sample, more, encoding, nil
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return nil, false, "", err
		}
	}
	return sample, more, encoding, nil
}

// sniffDelimiter takes the delimiter under which most records have the same
// number of cells, and the records read with it.
func sniffDelimiter(text []byte, more bool, encoding string, lim Limits) (rune, []record, error) {
	var best rune
	var bestRows []record
	bestScore := 0.0
	var firstErr error
	for _, delim := range []rune{',', ';', '\t', '|'} {
		rows, err := readProbe(newCSVReader(bytes.NewReader(text), delim, encoding, lim))
		if err != nil && !more {
			// An error in a whole text is the text's; at the end of a sample it
			// may be the cut.
			if firstErr == nil {
				firstErr = err
			}
			continue
		}
		count := map[int]int{}
		for _, r := range rows {
			count[len(r.cells)]++
		}
		mode, records := 0, 0
		for n, c := range count {
			if n > 1 && (c > records || (c == records && n > mode)) {
				mode, records = n, c
			}
		}
		if mode == 0 {
			continue
		}
		// Consistency first; among equally consistent ones, more cells.
		score := float64(records)/float64(len(rows))*10 + min(float64(mode), 30)/10
		if score > bestScore {
			best, bestRows, bestScore = delim, rows, score
		}
	}
	if hint := separatorHint(text); hint != 0 {
		rows, err := readProbe(newCSVReader(bytes.NewReader(text), hint, encoding, lim))
		if err == nil || more {
			best, bestRows = hint, rows
		}
	}
	switch {
	case bestRows != nil:
		return best, bestRows, nil
	case firstErr != nil:
		return 0, nil, firstErr
	}
	return 0, nil, fail("ingest.no_columns", nil)
}

// separatorHint reads the first line "sep=;" which spreadsheets understand.
func separatorHint(text []byte) rune {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	line = bytes.Trim(line, "\r\" ")
	if len(line) == 5 && bytes.EqualFold(line[:4], []byte("sep=")) && line[4] < 0x80 {
		return rune(line[4])
	}
	return 0
}

func readProbe(r interface {
	next([]string) ([]string, int, error)
}) ([]record, error) {
	var out []record
	for len(out) < probeRows {
		cells, line, err := r.next(nil)
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		if blank(cells) {
			continue
		}
		out = append(out, record{line, cells})
	}
	return out, nil
}

// sniffComma reports that the numbers of the probe have a decimal comma.
func sniffComma(probe []record) bool {
	votes := 0
	for _, r := range probe {
		for _, c := range r.cells {
			votes += decimalSign(c)
		}
	}
	return votes > 0
}

// addWorkbook adds each sheet of a workbook that holds a table.
func (f *File) addWorkbook(name, path string) error {
	info, err := f.openPlain()
	if err != nil {
		return err
	}
	info.close()
	if f.Size > f.limits.MaxWorkbook {
		return fail("ingest.workbook_too_large", paiza.Args{"limit": f.limits.MaxWorkbook})
	}
	if err := inspectWorkbook(path, f.limits); err != nil {
		return err
	}
	sheets, from1904, err := sheetNames(path, f.limits)
	if err != nil {
		return err
	}
	if len(sheets) > f.limits.MaxTables {
		return fail("ingest.too_many_tables", paiza.Args{"limit": f.limits.MaxTables})
	}
	f.from1904 = f.from1904 || from1904
	var first error
	for _, sheet := range sheets {
		label := sheet
		if name != "" {
			label = name + ": " + sheet
		}
		t := &table{name: label, format: "xlsx"}
		t.open = func() (rowReader, error) { return openSheet(path, sheet, f.Size, f.limits) }
		r, err := openSheet(path, sheet, f.Size, f.limits)
		if err != nil {
			return err
		}
		t.probe, err = readProbe(r)
		r.close()
		if err != nil {
			return err
		}
		if err := f.add(t); err != nil && first == nil {
			first = err
		}
	}
	if len(f.tables) == 0 {
		return first
	}
	return nil
}
