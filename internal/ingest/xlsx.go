package ingest

import (
	"archive/zip"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"paiza"
)

// xlsxRows streams the rows of one sheet of a workbook. Values come as the
// workbook stores them, not as it shows them: a number with all its digits, a
// date as its day number.
type xlsxRows struct {
	book  *excelize.File
	rows  *excelize.Rows
	lim   Limits
	line  int
	total int // rows that the sheet says it has
	size  int64
}

// inspectWorkbook refuses a workbook that unpacks to more than the limits allow,
// from what its directory declares: the archive reader then holds every entry
// to its declared size.
func inspectWorkbook(path string, lim Limits) error {
	z, err := zip.OpenReader(path)
	if err != nil {
		return archiveError(err)
	}
	defer z.Close()
	var packedSize, unpacked uint64
	for _, e := range z.File {
		packedSize += e.CompressedSize64
		unpacked += e.UncompressedSize64
		table := strings.HasPrefix(e.Name, "xl/worksheets/") || strings.EqualFold(e.Name, "xl/sharedStrings.xml")
		if !table && e.UncompressedSize64 > 32<<20 && strings.HasSuffix(e.Name, ".xml") {
			return fail("ingest.unpacked_too_large", paiza.Args{"limit": 32 << 20})
		}
		if e.UncompressedSize64 > ratioGrace && e.UncompressedSize64/uint64(lim.MaxRatio) > e.CompressedSize64 {
			return fail("ingest.bomb", paiza.Args{"ratio": lim.MaxRatio})
		}
	}
	if unpacked > uint64(min(lim.MaxUnpacked, 8<<30)) {
		return fail("ingest.unpacked_too_large", paiza.Args{"limit": lim.MaxUnpacked})
	}
	return nil
}

// openWorkbook opens the workbook at path. The library may panic on a malformed
// one; that is then a damaged file.
func openWorkbook(path string, lim Limits) (book *excelize.File, err error) {
	defer damaged(&err)
	book, e := excelize.OpenFile(path, excelize.Options{RawCellValue: true,
		UnzipSizeLimit: lim.MaxUnpacked, UnzipXMLSizeLimit: 8 << 20})
	if e != nil {
		return nil, &paiza.Error{Kind: paiza.ErrInvalid, Key: "ingest.damaged", Err: e}
	}
	return book, nil
}

// damaged turns a panic of the spreadsheet library into a refusal.
func damaged(err *error) {
	if r := recover(); r != nil {
		*err = fail("ingest.damaged", nil)
	}
}

// sheetNames lists the sheets of a workbook and whether its day numbers count
// from 1904.
func sheetNames(path string, lim Limits) (names []string, from1904 bool, err error) {
	book, err := openWorkbook(path, lim)
	if err != nil {
		return nil, false, err
	}
	defer book.Close()
	defer damaged(&err)
	props, err := book.GetWorkbookProps()
	if err == nil && props.Date1904 != nil {
		from1904 = *props.Date1904
	}
	return book.GetSheetList(), from1904, nil
}

// openSheet streams the sheet of the workbook at path.
func openSheet(path, sheet string, size int64, lim Limits) (_ *xlsxRows, err error) {
	book, err := openWorkbook(path, lim)
	if err != nil {
		return nil, err
	}
	defer damaged(&err)
	x := &xlsxRows{book: book, lim: lim, size: size}
	if dim, e := book.GetSheetDimension(sheet); e == nil {
		if _, to, found := strings.Cut(dim, ":"); found {
			_, x.total, _ = excelize.CellNameToCoordinates(to)
		}
	}
	x.rows, err = book.Rows(sheet)
	if err != nil {
		book.Close()
		return nil, &paiza.Error{Kind: paiza.ErrInvalid, Key: "ingest.damaged", Err: err}
	}
	return x, nil
}

func (x *xlsxRows) next(into []string) (_ []string, _ int, err error) {
	defer damaged(&err)
	if !x.rows.Next() {
		if e := x.rows.Error(); e != nil {
			return into, x.line, &paiza.Error{Kind: paiza.ErrInvalid, Key: "ingest.damaged", Err: e}
		}
		return into, x.line, io.EOF
	}
	x.line++
	cells, e := x.rows.Columns(excelize.Options{RawCellValue: true})
	if e != nil {
		return into, x.line, &paiza.Error{Kind: paiza.ErrInvalid, Key: "ingest.damaged", Err: e}
	}
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) > x.lim.MaxColumns {
		return into, x.line, fail("ingest.too_many_columns", paiza.Args{"row": x.line, "limit": x.lim.MaxColumns})
	}
	for _, c := range cells {
		if len(c) > x.lim.MaxCell {
			return into, x.line, fail("ingest.cell_too_long", paiza.Args{"row": x.line, "limit": x.lim.MaxCell})
		}
		into = append(into, strings.ToValidUTF8(strings.ReplaceAll(c, "\x00", ""), "\ufffd"))
	}
	return into, x.line, nil
}

// read estimates the bytes of the file behind the rows given so far.
func (x *xlsxRows) read() int64 {
	if x.total <= 0 {
		return 0
	}
	return int64(float64(x.size) * min(1, float64(x.line)/float64(x.total)))
}

func (x *xlsxRows) close() error {
	x.rows.Close()
	return x.book.Close()
}
