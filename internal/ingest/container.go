package ingest

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"paiza"
)

// The kinds of content that the first bytes tell apart.
const (
	kindText     = "text"
	kindGzip     = "gzip"
	kindZip      = "zip"
	kindWorkbook = "xlsx"
)

// headSize is how many bytes of a content are looked at to tell its kind.
const headSize = 512

// magic are the beginnings of contents that are not tables, with the name that
// a person knows them by.
var magic = []struct{ begin, name string }{
	{"%PDF", "PDF"}, {"\x89PNG", "PNG"}, {"\xff\xd8\xff", "JPEG"}, {"GIF8", "GIF"},
	{"Rar!", "RAR"}, {"7z\xbc\xaf\x27\x1c", "7-Zip"}, {"\xfd7zXZ", "XZ"}, {"BZh", "bzip2"},
	{"\x28\xb5\x2f\xfd", "Zstandard"}, {"SQLite format 3", "SQLite"}, {"\x7fELF", "ELF"},
	{"MZ\x90", "EXE"}, {"PAR1", "Parquet"}, {"{\\rtf", "RTF"},
}

// kindOf tells the kind of content from its first bytes. A zip may still turn
// out to be a workbook.
func kindOf(head []byte) (string, error) {
	switch {
	case len(head) == 0:
		return "", fail("ingest.empty", nil)
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return kindGzip, nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return kindZip, nil
	case bytes.HasPrefix(head, []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}):
		return "", fail("ingest.xls", nil)
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return "", fail("ingest.not_table", paiza.Args{"what": "TAR"})
	}
	for _, m := range magic {
		if bytes.HasPrefix(head, []byte(m.begin)) {
			return "", fail("ingest.not_table", paiza.Args{"what": m.name})
		}
	}
	text := strings.ToLower(strings.TrimSpace(string(bytes.TrimPrefix(head, []byte("\ufeff")))))
	for _, m := range []struct{ begin, name string }{
		{"<!doctype html", "HTML"}, {"<html", "HTML"}, {"<table", "HTML"}, {"<?xml", "XML"},
	} {
		if strings.HasPrefix(text, m.begin) {
			return "", fail("ingest.not_table", paiza.Args{"what": m.name})
		}
	}
	return kindText, nil
}

// packed counts the bytes read from the file as it was given.
type packed struct {
	*os.File
	read int64
}

func (p *packed) Read(b []byte) (int, error) {
	n, err := p.File.Read(b)
	p.read += int64(n)
	return n, err
}

// unpacking passes on what comes out of a packed stream, and stops when it
// becomes larger than the limits allow.
type unpacking struct {
	r   io.Reader
	in  func() int64 // packed bytes read so far
	out int64
	lim Limits
}

// ratioGrace is how much may come out before the ratio is looked at: a short
// stretch of a table may be very regular.
const ratioGrace = 10 << 20

func (u *unpacking) Read(b []byte) (int, error) {
	n, err := u.r.Read(b)
	u.out += int64(n)
	if u.out > u.lim.MaxUnpacked {
		return 0, fail("ingest.unpacked_too_large", paiza.Args{"limit": u.lim.MaxUnpacked})
	}
	if u.out > ratioGrace && u.out/int64(u.lim.MaxRatio) > u.in() {
		return 0, fail("ingest.bomb", paiza.Args{"ratio": u.lim.MaxRatio})
	}
	if err != nil && err != io.EOF {
		err = archiveError(err)
	}
	return n, err
}

// archiveError says in a person's terms what is wrong with an archive.
func archiveError(err error) error {
	var told *paiza.Error
	var corrupt flate.CorruptInputError
	switch {
	case errors.As(err, &told):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &paiza.Error{Kind: paiza.ErrInvalid, Key: "ingest.truncated", Err: err}
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.As(err, &corrupt),
		errors.Is(err, zip.ErrFormat), errors.Is(err, zip.ErrChecksum), errors.Is(err, zip.ErrAlgorithm),
		errors.Is(err, zip.ErrInsecurePath):
		return &paiza.Error{Kind: paiza.ErrInvalid, Key: "ingest.damaged", Err: err}
	}
	return &paiza.Error{Kind: paiza.ErrUnavailable, Key: "ingest.unreadable", Err: err}
}

// stream is an unpacked content with the count of packed bytes behind it.
type stream struct {
	io.Reader
	read  func() int64
	close func() error
}

// opener opens one content again from its beginning.
type opener func() (*stream, error)

// openPlain opens the file as it is.
func (f *File) openPlain() (*stream, error) {
	file, err := os.Open(f.path)
	if err != nil {
		return nil, unreadable(err)
	}
	p := &packed{File: file}
	return &stream{Reader: p, read: func() int64 { return p.read }, close: file.Close}, nil
}

// openGzip opens what is in a gzip file.
func (f *File) openGzip() (*stream, error) {
	s, err := f.openPlain()
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bufio.NewReaderSize(s.Reader, 1<<16))
	if err != nil {
		s.close()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, archiveError(err)
	}
	s.Reader = &unpacking{r: z, in: s.read, lim: f.limits}
	return s, nil
}

// openEntry opens one entry of a zip archive.
func (f *File) openEntry(name string) (*stream, error) {
	z, err := zip.OpenReader(f.path)
	if err != nil {
		return nil, archiveError(err)
	}
	for _, e := range z.File {
		if e.Name != name {
			continue
		}
		r, err := e.Open()
		if err != nil {
			z.Close()
			return nil, archiveError(err)
		}
		u := &unpacking{r: r, lim: f.limits}
		size, whole := int64(e.CompressedSize64), max(int64(e.UncompressedSize64), 1)
		// The archive reader does not tell how much of the entry it has taken;
		// what came out, in proportion, is close enough for progress. The ratio
		// is held against the size that the entry declares.
		u.in = func() int64 { return size }
		read := func() int64 { return min(size, int64(float64(u.out)/float64(whole)*float64(size))) }
		return &stream{Reader: u, read: read, close: func() error { r.Close(); return z.Close() }}, nil
	}
	z.Close()
	return nil, fail("ingest.damaged", nil)
}

// entry is a table inside an archive.
type entry struct{ name, kind string }

// entries lists what of a zip archive may be a table. A workbook is a zip too
// and is told by what is in it.
func (f *File) entries() (found []entry, workbook bool, err error) {
	z, err := zip.OpenReader(f.path)
	if err != nil {
		return nil, false, archiveError(err)
	}
	defer z.Close()
	var total uint64
	for _, e := range z.File {
		if e.Name == "xl/workbook.xml" {
			return nil, true, nil
		}
		if e.Name == "xl/workbook.bin" || (e.Name == "mimetype" && e.UncompressedSize64 < 100) {
			return nil, false, fail("ingest.other_workbook", nil)
		}
	}
	for _, e := range z.File {
		base := path.Base(e.Name)
		if e.FileInfo().IsDir() || strings.HasPrefix(base, ".") || strings.HasPrefix(e.Name, "__MACOSX/") {
			continue
		}
		if e.Flags&1 != 0 {
			return nil, false, fail("ingest.encrypted", nil)
		}
		switch ext := strings.ToLower(path.Ext(base)); ext {
		case ".zip", ".gz", ".tgz", ".rar", ".7z", ".bz2", ".xz", ".zst", ".tar":
			return nil, false, fail("ingest.nested", paiza.Args{"name": e.Name})
		case ".xls":
			return nil, false, fail("ingest.xls", nil)
		case ".xlsx":
			found = append(found, entry{e.Name, kindWorkbook})
		case ".csv", ".tsv", ".tab", ".txt", ".dat", "":
			found = append(found, entry{e.Name, kindText})
		default:
			continue
		}
		total += e.UncompressedSize64
		// An archive that says itself what it is need not be unpacked to the
		// point where it shows.
		if e.UncompressedSize64 > ratioGrace && e.UncompressedSize64/uint64(f.limits.MaxRatio) > e.CompressedSize64 {
			return nil, false, fail("ingest.bomb", paiza.Args{"ratio": f.limits.MaxRatio})
		}
	}
	switch {
	case len(found) == 0:
		return nil, false, fail("ingest.archive_empty", nil)
	case len(found) > f.limits.MaxTables:
		return nil, false, fail("ingest.too_many_tables", paiza.Args{"limit": f.limits.MaxTables})
	case total > uint64(f.limits.MaxUnpacked):
		return nil, false, fail("ingest.unpacked_too_large", paiza.Args{"limit": f.limits.MaxUnpacked})
	}
	return found, false, nil
}

// unpackWorkbook writes a workbook that lies inside an archive to a temporary
// file, because a workbook is read from many places at once.
func (f *File) unpackWorkbook(open opener) (string, error) {
	s, err := open()
	if err != nil {
		return "", err
	}
	defer s.close()
	tmp, err := os.CreateTemp("", "paiza-*.xlsx")
	if err != nil {
		return "", unreadable(err)
	}
	f.temp = append(f.temp, tmp.Name())
	defer tmp.Close()
	n, err := io.Copy(tmp, io.LimitReader(s, f.limits.MaxWorkbook+1))
	if err != nil {
		return "", archiveError(err)
	}
	if n > f.limits.MaxWorkbook {
		return "", fail("ingest.workbook_too_large", paiza.Args{"limit": f.limits.MaxWorkbook})
	}
	return tmp.Name(), tmp.Close()
}

// fail is a refusal of the file as a whole.
func fail(key string, args paiza.Args) *paiza.Error { return paiza.Invalid(key, args) }

// unreadable is a failure of the machine, not of the file.
func unreadable(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &paiza.Error{Kind: paiza.ErrNotFound, Key: "ingest.no_file", Err: err}
	}
	return &paiza.Error{Kind: paiza.ErrUnavailable, Key: "ingest.unreadable", Err: err}
}
