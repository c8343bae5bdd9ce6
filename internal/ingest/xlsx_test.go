package ingest

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"paiza"
)

// workbook writes rows to one sheet.
func workbook(t testing.TB, sheet string, rows [][]any) []byte {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	if err := book.SetSheetName("Sheet1", sheet); err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		at, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := book.SetSheetRow(sheet, at, &row); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func oursAsCells(rows ...[]any) [][]any {
	head := []any{}
	for _, h := range strings.Split(strings.TrimSpace(ours), ",") {
		head = append(head, h)
	}
	return append([][]any{head}, rows...)
}

func TestWorkbook(t *testing.T) {
	day := time.Date(2014, 2, 14, 0, 0, 0, 0, time.UTC)
	rows := append([][]any{{"Изъятия за 2014 год"}, {}}, oursAsCells(
		[]any{day, "Россия", "", "Москва", "inland", "героин", 1.5, "кг", 1},
		[]any{"15.02.2014", "Россия", "", "Казань", "", "гашиш", 0.8170000000000001, "кг", 2},
		[]any{day.AddDate(0, 0, 2), "Россия", "", "", "", "опий", "2,5", "кг", 1},
		[]any{"ИТОГО", "", "", "", "", "", 4.817, "", 4},
	)...)
	body := workbook(t, "2014", rows)
	for name, content := range map[string][]byte{
		"plain": body, "in zip": zipped(t, map[string][]byte{"2014.xlsx": body}, "2014.xlsx"), "in gzip": gzipped(t, body),
	} {
		f := open(t, write(t, "file.xlsx", content))
		if f.Format != "xlsx" || f.HeaderRow != 3 || !f.Recognised || len(f.Titles) != 1 {
			t.Errorf("%s: format %s, header in row %d, profile %s, titles %q", name, f.Format, f.HeaderRow, f.Profile.Name, f.Titles)
		}
		if f.Sample[0][0] != "2014-02-14" {
			t.Errorf("%s: the sample shows %q for a date", name, f.Sample[0][0])
		}
		p, err := ParseProfile(f.Profile.TOML())
		if err != nil {
			t.Fatal(err)
		}
		p.DateOrder = ""
		got, rep := readAll(t, f, p, Options{})
		var dates, amounts []string
		for _, row := range got {
			if row.Err == nil {
				dates = append(dates, row.Seizure.Date.String())
				amounts = append(amounts, paiza.Kilograms(row.Seizure.Equivalent))
			}
		}
		if diff := cmp.Diff([]string{"2014-02-14", "2014-02-15", "2014-02-16"}, dates); diff != "" {
			t.Errorf("%s: dates %s", name, diff)
		}
		if diff := cmp.Diff([]string{"1.5", "0.817", "2.5"}, amounts); diff != "" {
			t.Errorf("%s: amounts %s", name, diff)
		}
		if rep.SetAside != 1 || len(rep.Checks) != 2 || !rep.Checks[0].Agrees || !rep.Checks[1].Agrees {
			t.Errorf("%s: set aside %d, checks %+v", name, rep.SetAside, rep.Checks)
		}
		if got[0].Line != 4 {
			t.Errorf("%s: first row is %d, want 4", name, got[0].Line)
		}
		f.Close()
		for _, tmp := range f.temp {
			if _, err := os.Stat(tmp); err == nil {
				t.Errorf("%s: %s is left behind", name, tmp)
			}
		}
	}
}

// A workbook and a CSV file of the same table give the same keys.
func TestWorkbookKeys(t *testing.T) {
	book := workbook(t, "a", oursAsCells([]any{time.Date(2014, 2, 14, 0, 0, 0, 0, time.UTC), "RUS", "", "Moscow", "inland", "heroin", 1.5, "kg", 1}))
	text := ours + "2014-02-14,RUS,,Moscow,inland,heroin,1.50,kg,1\n"
	var keys [][16]byte
	for _, body := range [][]byte{book, []byte(text)} {
		f := open(t, write(t, "file", body))
		rows, _ := readAll(t, f, f.Profile, Options{})
		keys = append(keys, rows[0].Key)
	}
	if keys[0] != keys[1] {
		t.Error("keys differ")
	}
}

func TestDateSystem1904(t *testing.T) {
	book := excelize.NewFile()
	on := true
	if err := book.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &on}); err != nil {
		t.Fatal(err)
	}
	for i, row := range oursAsCells([]any{40222, "RUS", "", "", "", "heroin", 1, "kg", 1}) {
		at, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := book.SetSheetRow("Sheet1", at, &row); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	f := open(t, write(t, "file.xlsx", out.Bytes()))
	rows, _ := readAll(t, f, f.Profile, Options{})
	if got := rows[0].Seizure.Date.String(); got != "2014-02-14" {
		t.Errorf("date %s, want 2014-02-14", got)
	}
}

func TestSheets(t *testing.T) {
	book := excelize.NewFile()
	defer book.Close()
	fill := func(sheet string, rows [][]any) {
		if _, err := book.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			at, _ := excelize.CoordinatesToCellName(1, i+1)
			if err := book.SetSheetRow(sheet, at, &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	row := []any{"2014-02-14", "RUS", "", "", "", "heroin", 1, "kg", 1}
	fill("about", [][]any{{"Contents", "Page"}, {"Seizures", "two"}, {"More", "three"}})
	fill("2014", oursAsCells(row, row))
	fill("2015", oursAsCells(row))
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	f := open(t, write(t, "file.xlsx", out.Bytes()))
	rows, rep := readAll(t, f, f.Profile, Options{})
	if len(rows) != 3 || rows[2].Sheet != "2015" || rep.Identical != 2 {
		t.Errorf("%d rows, identical %d, last sheet %q", len(rows), rep.Identical, rows[len(rows)-1].Sheet)
	}
	if len(rep.Notes) == 0 || rep.Notes[0].Key != "ingest.note.sheet_passed_over" {
		t.Errorf("notes %v", rep.Notes)
	}
}

func TestRealWorkbooks(t *testing.T) {
	dir := data(t, "russia_spb")
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if !strings.HasSuffix(e.Name(), ".xlsx") {
			continue
		}
		f, err := Open(context.Background(), dir+"/"+e.Name(), e.Name(), Limits{})
		if err != nil {
			t.Errorf("%s: %v", e.Name(), err)
			continue
		}
		t.Log(e.Name(), f.Header, f.Sample[0], f.Profile.Constant, f.Profile.Pivot)
		f.Close()
	}
}

// FuzzWorkbook changes one part of a workbook: the reader may refuse it but not
// panic or grow without bound.
func FuzzWorkbook(f *testing.F) {
	book := workbook(f, "a", oursAsCells([]any{"2014-02-14", "RUS", "", "Moscow", "inland", "heroin", 1.5, "kg", 1}))
	in, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		f.Fatal(err)
	}
	parts := map[string][]byte{}
	var order []string
	for _, e := range in.File {
		r, err := e.Open()
		if err != nil {
			f.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			f.Fatal(err)
		}
		parts[e.Name] = b
		order = append(order, e.Name)
	}
	for i, name := range order {
		f.Add(uint8(i), parts[name])
	}
	f.Add(uint8(0), []byte(`<worksheet><sheetData><row r="9999999999"><c r="XFD1" t="s"><v>99999</v></c></row></sheetData></worksheet>`))
	path := f.TempDir() + "/file.xlsx"
	f.Fuzz(func(t *testing.T, which uint8, content []byte) {
		changed := map[string][]byte{}
		for name, b := range parts {
			changed[name] = b
		}
		changed[order[int(which)%len(order)]] = content
		if err := os.WriteFile(path, zipped(t, changed, order...), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := Open(context.Background(), path, "file.xlsx", Limits{MaxRows: 100_000})
		if err != nil {
			if keyOf(err) == "" {
				t.Fatalf("no sentence for %v", err)
			}
			return
		}
		defer file.Close()
		_, err = Read(context.Background(), file, file.Profile, plainCatalog{}, Options{}, func(*Batch) error { return nil })
		if err != nil && keyOf(err) == "" {
			t.Fatalf("no sentence for %v", err)
		}
	})
}
