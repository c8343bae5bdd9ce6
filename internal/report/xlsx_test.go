package report

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// reopen writes a workbook and reads it again, and checks that every part is
// well-formed and that no cell holds a formula.
func reopen(t *testing.T, b *bytes.Buffer) *excelize.File {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		dec := xml.NewDecoder(r)
		column := 0
		for {
			token, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", part.Name, err)
			}
			e, ok := token.(xml.StartElement)
			if !ok || !strings.Contains(part.Name, "worksheets") {
				continue
			}
			switch e.Name.Local {
			case "f":
				t.Fatalf("%s holds a formula", part.Name)
			case "col":
				column++
				if e.Attr[0].Value != strconv.Itoa(column) {
					t.Fatalf("%s: widths are not in order: %v", part.Name, e.Attr)
				}
			}
		}
	}
	f, err := excelize.OpenReader(b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestWriteXLSX(t *testing.T) {
	var b bytes.Buffer
	table := example()
	table.Rows[1][2] = Kilograms(123_456_789_012_345) // fifteen digits are what a spreadsheet keeps
	if err := WriteXLSX(&b, table); err != nil {
		t.Fatal(err)
	}
	f := reopen(t, &b)
	if d := cmp.Diff([]string{"Market  KAZ & UZB, 2014", "About"}, f.GetSheetList()); d != "" {
		t.Fatal(d)
	}
	sheet := f.GetSheetList()[0]
	shown, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"Period", "Substance", "kg", "Seizures", "Share"},
		{"2014-02-14", "героин", "0.817", "12,345", "25.0%"},
		{"2014-02", "=cmd|' /C calc'!A0", "123,456.789012345", "-5"},
		{"2014", "鸦片, \"raw\"\nsecond line", "", "0", "100.0%"},
	}
	if d := cmp.Diff(want, shown); d != "" {
		t.Error(d)
	}
	raw, _ := f.GetRows(sheet, excelize.Options{RawCellValue: true})
	if d := cmp.Diff([]string{"41684", "героин", "0.817", "12345", "0.25"}, raw[1]); d != "" {
		t.Error(d)
	}
	for cell, want := range map[string]excelize.CellType{"B3": excelize.CellTypeInlineString, "C2": excelize.CellTypeUnset, "D2": excelize.CellTypeUnset} {
		if got, _ := f.GetCellType(sheet, cell); got != want {
			t.Errorf("%s has the type %v, want %v", cell, got, want)
		}
	}
	if panes, _ := f.GetPanes(sheet); !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the header does not stay: %+v", panes)
	}
	about, _ := f.GetRows("About")
	if d := cmp.Diff([][]string{{"Market: KAZ & UZB, 2014"}, {"Source: example."}, {"=SUM(A1) is only a text"}}, about); d != "" {
		t.Error(d)
	}
	props, _ := f.GetDocProps()
	if props.Title != "Market: KAZ & UZB, 2014" {
		t.Errorf("title %q", props.Title)
	}
}

// TestXLSXTexts: texts that a sheet could stumble over come back as they were.
func TestXLSXTexts(t *testing.T) {
	long := strings.Repeat("長", 40_000)
	texts := []string{"=1+1", "+1", "-1", "@x", "0123", "1e5", "_x0041_", "a\tb", "  spaces  ", "<b>&amp;</b>", "TRUE", "'quoted", "a\x00b", "a\xffb", long}
	table := Table{Title: "texts", Columns: []Column{{Title: "text"}}}
	for _, s := range texts {
		table.Rows = append(table.Rows, []Value{Text(s)})
	}
	var b bytes.Buffer
	if err := WriteXLSX(&b, table); err != nil {
		t.Fatal(err)
	}
	got, err := reopen(t, &b).GetRows("texts")
	if err != nil {
		t.Fatal(err)
	}
	texts[12], texts[13], texts[14] = "a\uFFFDb", "a\uFFFDb", strings.Repeat("長", 32_766)+"…"
	for i, want := range texts {
		if got[i+1][0] != want {
			t.Errorf("got %.40q, want %.40q", got[i+1][0], want)
		}
	}
}

func TestSheetNames(t *testing.T) {
	b := newBook()
	defer b.file.Close()
	for _, tc := range []struct{ in, want string }{
		{"Market: 1/2", "Market  1 2"}, {"market: 1/2", "market  1 2 2"}, {"", "Table"}, {"history", "Table 2"}, {"'x'", "x"}, {"a\nb", "a b"},
		{strings.Repeat("д", 40), strings.Repeat("д", 31)}, {strings.Repeat("д", 50), strings.Repeat("д", 29) + " 2"},
		{strings.Repeat("😀", 20), strings.Repeat("😀", 15)},
	} {
		if got := b.name(tc.in); got != tc.want {
			t.Errorf("name(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}

func TestWriteXLSXRows(t *testing.T) {
	defer func(n int) { sheetRows = n }(sheetRows)
	sheetRows = 4
	table := Table{Title: "long", Columns: []Column{{Title: "n", Format: FormatInteger}, {Title: "word"}}}
	var b bytes.Buffer
	if err := WriteXLSXRows(&b, table, rows(7, nil)); err != nil {
		t.Fatal(err)
	}
	f := reopen(t, &b)
	if d := cmp.Diff([]string{"long", "long 2", "long 3", "About"}, f.GetSheetList()); d != "" {
		t.Fatal(d)
	}
	if got, _ := f.GetRows("long 3"); len(got) != 2 || got[0][0] != "n" || got[1][0] != "6" {
		t.Errorf("last sheet: %v", got)
	}
	stop := errors.New("the store is gone")
	b.Reset()
	if err := WriteXLSXRows(&b, table, rows(2, stop)); !errors.Is(err, stop) || b.Len() != 0 {
		t.Errorf("got %v and %d bytes, want %v and none", err, b.Len(), stop)
	}
}

func TestXLSXOfNothing(t *testing.T) {
	var b bytes.Buffer
	if err := WriteXLSX(&b); err != nil {
		t.Fatal(err)
	}
	reopen(t, &b)
	b.Reset()
	if err := WriteXLSX(&b, Table{}, Table{Title: "x"}); err != nil {
		t.Fatal(err)
	}
	reopen(t, &b)
}

func BenchmarkWriteXLSXRows(b *testing.B) {
	table := Table{Title: "long", Columns: []Column{{Title: "n"}, {Title: "word"}}}
	for b.Loop() {
		WriteXLSXRows(io.Discard, table, rows(100_000, nil))
	}
}

// TestXLSXOpensOnTheTable: the table comes first and is the sheet that opens.
func TestXLSXOpensOnTheTable(t *testing.T) {
	var b bytes.Buffer
	if err := WriteXLSX(&b, example(), Table{Title: "second"}); err != nil {
		t.Fatal(err)
	}
	f := reopen(t, &b)
	if f.GetActiveSheetIndex() != 0 || len(f.GetSheetList()) != 3 {
		t.Errorf("sheet %d of %v", f.GetActiveSheetIndex(), f.GetSheetList())
	}
}
