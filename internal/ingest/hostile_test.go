package ingest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"paiza"
)

func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zipped(t testing.TB, files map[string][]byte, order ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range order {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const ours = "date,country,division,place,routing,substance,amount,unit,count\n"

// table makes n rows of our own layout.
func ourRows(n int) []byte {
	var b bytes.Buffer
	b.WriteString(ours)
	for i := range n {
		b.WriteString("2014-02-14,RUS,,Moscow,inland,heroin,")
		b.WriteString(strings.TrimLeft(string(rune('1'+i%9)), "0"))
		b.WriteString(".5,kg,1\n")
	}
	return b.Bytes()
}

func TestBadFiles(t *testing.T) {
	random := make([]byte, 200_000)
	src := rand.New(rand.NewPCG(1, 2))
	for i := range random {
		random[i] = byte(src.Uint32())
	}
	good := gzipped(t, ourRows(5000))
	damaged := bytes.Clone(good)
	damaged[len(damaged)-6] ^= 0xff
	small := Limits{MaxUnpacked: 1 << 20}
	tests := []struct {
		name string
		body []byte
		lim  Limits
		key  string
	}{
		{"empty", nil, Limits{}, "ingest.empty"},
		{"only blanks", []byte(" \n\n  \n"), Limits{}, "ingest.empty"},
		{"random bytes", random, Limits{}, "ingest.binary"},
		{"PDF", []byte("%PDF-1.7\n..."), Limits{}, "ingest.not_table"},
		{"HTML", []byte("<!DOCTYPE html><table></table>"), Limits{}, "ingest.not_table"},
		{"old Excel", append([]byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}, random[:600]...), Limits{}, "ingest.xls"},
		{"one column", []byte("drug\nheroin\ncocaine\n"), Limits{}, "ingest.no_columns"},
		{"no header", []byte("2014-02-14,1,2\n2014-02-15,3,4\n2014-02-16,5,6\n"), Limits{}, "ingest.no_header"},
		{"header alone", []byte("a,b,c\n"), Limits{}, "ingest.no_header"},
		{"known header alone", []byte(ours), Limits{}, "ingest.no_rows"},
		{"a few bytes that are not UTF-8", append(append([]byte(ours), strings.Repeat("2014-02-14,RUS,,Омск,,heroin,1,kg,1\n", 5)...), "2014-02-14,RUS,,\xce\xec\xf1\xea,,heroin,1,kg,1\n"...), Limits{}, "ingest.encoding"},
		{"truncated gzip", good[:len(good)/2], Limits{}, "ingest.truncated"},
		{"truncated gzip header", good[:5], Limits{}, "ingest.truncated"},
		{"damaged gzip", damaged, Limits{}, "ingest.damaged"},
		{"gzip in gzip", gzipped(t, good), Limits{}, "ingest.nested"},
		{"zip in gzip", gzipped(t, zipped(t, map[string][]byte{"a.csv": ourRows(2)}, "a.csv")), Limits{}, "ingest.nested"},
		{"gzip in zip", zipped(t, map[string][]byte{"a.csv.gz": good}, "a.csv.gz"), Limits{}, "ingest.nested"},
		{"gzip in zip under another name", zipped(t, map[string][]byte{"a.csv": good}, "a.csv"), Limits{}, "ingest.nested"},
		{"empty zip", zipped(t, nil), Limits{}, "ingest.archive_empty"},
		{"zip without a table", zipped(t, map[string][]byte{"a.pdf": []byte("%PDF")}, "a.pdf"), Limits{}, "ingest.archive_empty"},
		{"truncated zip", zipped(t, map[string][]byte{"a.csv": ourRows(500)}, "a.csv")[:200], Limits{}, "ingest.damaged"},
		{"bomb of blanks", gzipped(t, bytes.Repeat([]byte(" "), 60<<20)), Limits{}, "ingest.bomb"},
		{"bomb of one cell", gzipped(t, append([]byte(ours), bytes.Repeat([]byte("x"), 60<<20)...)), Limits{}, "ingest.bomb"},
		{"bomb of rows", gzipped(t, append([]byte(ours), bytes.Repeat([]byte("2014-02-14,RUS,,,,heroin,1,kg,1\n"), 2<<20)...)), Limits{}, "ingest.bomb"},
		{"bomb of rows in zip", zipped(t, map[string][]byte{"a.csv": append([]byte(ours), bytes.Repeat([]byte("2014-02-14,RUS,,,,heroin,1,kg,1\n"), 2<<20)...)}, "a.csv"), Limits{}, "ingest.bomb"},
		{"beyond the absolute limit", gzipped(t, ourRows(40_000)), small, "ingest.unpacked_too_large"},
		{"too large", ourRows(100), Limits{MaxFile: 100}, "ingest.too_large"},
		{"too many rows", ourRows(100), Limits{MaxRows: 50}, "ingest.too_many_rows"},
		{"cell of 10 MB", append([]byte(ours+"2014-02-14,RUS,,"), append(bytes.Repeat([]byte("x"), 10<<20), ",,heroin,1,kg,1\n"...)...), Limits{}, "ingest.cell_too_long"},
		{"too many columns", []byte(ours + strings.Repeat(",", 3000) + "\n"), Limits{}, "ingest.too_many_columns"},
		{"quote never closed", append(ourRows(100), "2014-02-14,RUS,,\"Moscow,inland\n2014-02-14,RUS,,,,x,1,kg,1\n"...), Limits{}, "ingest.quote_open"},
		{"zero bytes late", append(ourRows(40_000), "2014-02-14,RUS,,\x00,,heroin,1,kg,1\n"...), Limits{}, "ingest.binary_row"},
		{"not UTF-8 late", append(append(ourRows(10), "2014-02-14,RUS,,Köln,,heroin,1,kg,1\n"...), append(ourRows(40_000)[len(ours):], "2014-02-14,RUS,,K\xf6ln,,heroin,1,kg,1\n"...)...), Limits{}, "ingest.encoding"},
		{"damaged workbook", zipped(t, map[string][]byte{"xl/workbook.xml": []byte("<workbook><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>")}, "xl/workbook.xml"), Limits{}, "ingest.damaged"},
		{"ODS", zipped(t, map[string][]byte{"mimetype": []byte("application/vnd.oasis.opendocument.spreadsheet")}, "mimetype"), Limits{}, "ingest.other_workbook"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rows := 0
			err := func() error {
				f, err := Open(context.Background(), write(t, "file", test.body), "file", test.lim)
				if err != nil {
					return err
				}
				defer f.Close()
				_, err = Read(context.Background(), f, f.Profile, plainCatalog{}, Options{}, func(b *Batch) error {
					rows += len(b.Rows)
					return nil
				})
				return err
			}()
			if got := keyOf(err); got != test.key {
				t.Errorf("got %v, want %s", err, test.key)
			}
			if err != nil && !errors.Is(err, paiza.ErrInvalid) {
				t.Errorf("%v is not of kind invalid", err)
			}
			if _, ok := Messages[keyOf(err)]; !ok {
				t.Errorf("no sentence for %v", err)
			}
		})
	}
}

func TestGoodArchives(t *testing.T) {
	table := ourRows(3)
	for name, body := range map[string][]byte{
		"gzip": gzipped(t, table),
		"zip":  zipped(t, map[string][]byte{"data/a.csv": table}, "data/a.csv"),
		"zip with a read-me": zipped(t, map[string][]byte{"README.txt": []byte("about these data\n"), "a.csv": table, "__MACOSX/._a.csv": {1, 2}},
			"README.txt", "__MACOSX/._a.csv", "a.csv"),
		"two gzip members": append(gzipped(t, table[:len(table)/2]), gzipped(t, table[len(table)/2:])...),
	} {
		f := open(t, write(t, "file", body))
		rows, rep := readAll(t, f, f.Profile, Options{})
		if len(rows) != 3 || rep.Accepted != 3 || rows[0].Err != nil {
			t.Errorf("%s: %d rows, %+v", name, len(rows), rep)
		}
	}
	// Two parts of one table in an archive are read one after the other.
	f := open(t, write(t, "file", zipped(t, map[string][]byte{"2014.csv": table, "2015.csv": ourRows(2)}, "2014.csv", "2015.csv")))
	rows, _ := readAll(t, f, f.Profile, Options{})
	if len(rows) != 5 || rows[0].Sheet != "2014.csv" || rows[4].Sheet != "2015.csv" || rows[4].Line != 3 {
		t.Errorf("two parts: %d rows, last %+v", len(rows), rows[len(rows)-1])
	}
}

func TestMissingAndFolder(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(context.Background(), dir+"/none.csv", "none.csv", Limits{}); keyOf(err) != "ingest.no_file" || !errors.Is(err, paiza.ErrNotFound) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := Open(context.Background(), dir, "dir", Limits{}); keyOf(err) != "ingest.directory" {
		t.Errorf("folder: %v", err)
	}
}

func TestReadStops(t *testing.T) {
	f := open(t, write(t, "file", ourRows(10_000)))
	stop := errors.New("disk full")
	if _, err := Read(context.Background(), f, f.Profile, plainCatalog{}, Options{}, func(*Batch) error { return stop }); !errors.Is(err, stop) || !IsAbort(err) {
		t.Errorf("error of emit: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if _, err := Read(ctx, f, f.Profile, plainCatalog{}, Options{}, func(*Batch) error { cancel(); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// FuzzOpen gives any bytes to Open and Read: they may refuse, never panic, and
// what they accept adds up.
func FuzzOpen(f *testing.F) {
	f.Add(ourRows(3))
	f.Add(gzipped(f, ourRows(3)))
	f.Add(zipped(f, map[string][]byte{"a.csv": ourRows(3)}, "a.csv"))
	f.Add([]byte(ruShort))
	f.Add(encode(f, encCP1251, ruShort))
	f.Add(encode(f, encUTF16LE, "\ufeff"+zhShort))
	f.Add([]byte("Drug,Alabama,Alaska,Arizona,Idaho,Ohio\nHeroin,1,2,3,4,5\nTOTAL,1,2,3,4,5\n"))
	path := f.TempDir() + "/file"
	f.Fuzz(func(t *testing.T, body []byte) {
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		lim := Limits{MaxUnpacked: 1 << 20, MaxCell: 1 << 12}
		file, err := Open(context.Background(), path, "file-2014.csv", lim)
		if err != nil {
			if _, ok := Messages[keyOf(err)]; !ok {
				t.Fatalf("no sentence for %v", err)
			}
			return
		}
		defer file.Close()
		p := file.Profile
		if !file.Recognised {
			if p.Constant == nil {
				p.Constant = map[Field]string{}
			}
			p.Constant[FieldCountry] = "RUS"
		}
		var rows int64
		rep, err := Read(context.Background(), file, p, plainCatalog{}, Options{Batch: 3}, func(b *Batch) error {
			for _, row := range b.Rows {
				set := 0
				for _, on := range []bool{row.Seizure != nil, row.Total != nil, row.Err != nil} {
					if on {
						set++
					}
				}
				if set != 1 {
					t.Fatalf("row %d: %d of seizure, total, error", row.Line, set)
				}
			}
			rows += int64(len(b.Rows))
			return nil
		})
		if err != nil {
			if _, ok := Messages[keyOf(err)]; !ok && err != io.EOF {
				t.Fatalf("no sentence for %v", err)
			}
			return
		}
		if rows != rep.Read || rep.Read != rep.Accepted+rep.Refused+rep.SetAside {
			t.Fatalf("%d rows, report %+v", rows, rep)
		}
	})
}
