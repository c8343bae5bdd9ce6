package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"paiza"
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

	// Of the first table that is used:
	HeaderRow int        // 1-based line on which the header begins
	Header    []string   // blanks collapsed
	Sample    [][]string // first rows under the header
	Titles    []string   // texts of the lines above the header

	// Profile is the shipped profile that the header matches when Recognised,
	// else the proposal.
	Profile    *Profile
	Recognised bool

	path     string
	limits   Limits
	tables   []*table
	main     *table // the first table that is used
	temp     []string
	from1904 bool
	digest   string
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

// sampleSize is how many rows File.Sample holds.
const sampleSize = 20

// Open looks at the file at path and finds out how it is written. It reads the
// beginning of each table only. The error is a *paiza.Error with a key of
// Messages. The caller closes the File.
func Open(ctx context.Context, path, name string, lim Limits) (*File, error) {
	f := &File{Name: name, path: path, limits: lim.withDefaults()}
	info, err := os.Stat(path)
	if err != nil {
		return nil, unreadable(err)
	}
	f.Size = info.Size()
	switch {
	case info.IsDir():
		return nil, fail("ingest.directory", nil)
	case f.Size == 0:
		return nil, fail("ingest.empty", nil)
	case f.Size > f.limits.MaxFile:
		return nil, fail("ingest.too_large", paiza.Args{"limit": f.limits.MaxFile})
	}
	if err := f.open(ctx); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (f *File) open(ctx context.Context) error {
	head, err := headOf(f.openPlain)
	if err != nil {
		return err
	}
	kind, err := kindOf(head)
	if err != nil {
		return err
	}
	switch kind {
	case kindGzip:
		err = f.openPacked(f.openGzip)
	case kindZip:
		var found []entry
		var workbook bool
		if found, workbook, err = f.entries(); err != nil {
			return err
		}
		if workbook {
			err = f.addWorkbook("", f.path)
		} else {
			err = f.openArchive(ctx, found)
		}
	default:
		err = f.addText("", f.openPlain)
	}
	if err != nil {
		return err
	}
	return f.choose()
}

func (f *File) openPacked(open opener) error {
	f.Container = "gzip"
	head, err := headOf(open)
	if err != nil {
		return err
	}
	kind, err := kindOf(head)
	switch {
	case err != nil:
		return err
	case kind == kindGzip:
		return fail("ingest.nested", paiza.Args{"name": f.Name})
	case kind == kindText:
		return f.addText("", open)
	}
	path, err := f.unpackWorkbook(open)
	if err != nil {
		return err
	}
	inside := &File{path: path, limits: f.limits, Name: f.Name}
	if _, workbook, err := inside.entries(); err != nil || !workbook {
		return fail("ingest.nested", paiza.Args{"name": f.Name})
	}
	return f.addWorkbook("", path)
}

func (f *File) openArchive(ctx context.Context, found []entry) error {
	f.Container = "zip"
	var first error
	for _, e := range found {
		if err := ctx.Err(); err != nil {
			return err
		}
		open := func() (*stream, error) { return f.openEntry(e.name) }
		head, err := headOf(open)
		if err == nil && len(head) > 0 {
			var kind string
			kind, err = kindOf(head)
			switch {
			case err != nil:
			case kind == kindGzip, kind == kindZip && e.kind != kindWorkbook:
				return fail("ingest.nested", paiza.Args{"name": e.name})
			case kind == kindZip:
				var path string
				if path, err = f.unpackWorkbook(open); err == nil {
					err = f.addWorkbook(e.name, path)
				}
			default:
				err = f.addText(e.name, open)
			}
		}
		// An archive often holds a read-me beside the table: what is no table
		// is passed over as long as something else is one. A file that breaks a
		// limit or is damaged is never passed over.
		if err != nil {
			if !notTable(err) {
				return err
			}
			if first == nil {
				first = err
			}
		}
	}
	if len(f.tables) == 0 && first != nil {
		return first
	}
	return nil
}

// notTable reports that the error only says that a content holds no table.
func notTable(err error) bool {
	var e *paiza.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Key {
	case "ingest.empty", "ingest.no_header", "ingest.no_columns", "ingest.not_table":
		return true
	}
	return false
}

func headOf(open opener) ([]byte, error) {
	s, err := open()
	if err != nil {
		return nil, err
	}
	defer s.close()
	head := make([]byte, headSize)
	n, err := io.ReadFull(s, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	return head[:n], nil
}

// choose takes the table that a shipped profile recognises, or else the one
// with the most rows in its probe, and all other tables with its header.
func (f *File) choose() error {
	if len(f.tables) == 0 {
		return fail("ingest.no_header", nil)
	}
	f.main = f.tables[0]
	for _, t := range f.tables[1:] {
		known, better := t.profile != nil, len(t.probe) > len(f.main.probe)
		if (known && f.main.profile == nil) || (known == (f.main.profile != nil) && better) {
			f.main = t
		}
	}
	m := f.main
	if m.header+1 >= len(m.probe) && !m.cut {
		return fail("ingest.no_rows", nil)
	}
	f.Format, f.Encoding, f.Delimiter, f.DecimalComma = m.format, m.encoding, m.delim, m.comma
	f.HeaderRow, f.Header = m.probe[m.header].line, m.heading
	for _, r := range m.probe[:m.header] {
		if text := strings.TrimSpace(strings.Join(nonEmpty(r.cells), " ")); text != "" {
			f.Titles = append(f.Titles, text)
		}
	}
	for i := m.header + 1; i < len(m.probe) && len(f.Sample) < sampleSize; i++ {
		f.Sample = append(f.Sample, m.probe[i].cells)
	}
	for _, t := range f.tables {
		f.Sheets = append(f.Sheets, Sheet{Name: t.name, HeaderRow: t.probe[t.header].line, Header: t.heading,
			Used: t == m || sameHeader(t.heading, m.heading)})
	}
	if f.Profile, f.Recognised = m.profile, m.profile != nil; !f.Recognised {
		f.Profile = f.Propose()
	}
	f.showDates()
	return nil
}

// showDates writes the day numbers of a workbook in Sample as dates, as its
// program shows them.
func (f *File) showDates() {
	pl, err := fit(f.Profile, f.Header)
	if err != nil || f.Format != "xlsx" {
		return
	}
	for i, cells := range f.Sample {
		cells = slices.Clone(cells)
		for _, col := range append(slices.Clone(pl.of[slotDate]), pl.of[slotUntil]...) {
			if col >= len(cells) {
				continue
			}
			text := cells[col]
			if f.from1904 {
				text = since1904(text)
			}
			if whole, _, _ := strings.Cut(text, "."); len(whole) == 5 && allDigits(whole) {
				if d, ok := parseDate(text, ""); ok {
					cells[col] = d.date.String()
				}
			}
		}
		f.Sample[i] = cells
	}
}

// Close gives back what Open took (temporary files).
func (f *File) Close() error {
	var err error
	for _, name := range f.temp {
		err = errors.Join(err, os.Remove(name))
	}
	f.temp = nil
	return err
}

// SHA256 is the hexadecimal digest of the file as given. It reads the whole
// file the first time.
func (f *File) SHA256() (string, error) {
	if f.digest != "" {
		return f.digest, nil
	}
	s, err := f.openPlain()
	if err != nil {
		return "", err
	}
	defer s.close()
	h := sha256.New()
	if _, err := io.Copy(h, s); err != nil {
		return "", unreadable(err)
	}
	f.digest = hex.EncodeToString(h.Sum(nil))
	return f.digest, nil
}
