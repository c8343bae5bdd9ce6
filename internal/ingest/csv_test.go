package ingest

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// split reads a whole text with csvReader.
func split(text string, delim rune) ([][]string, []int, error) {
	r := newCSVReader(strings.NewReader(text), delim, encUTF8, Limits{}.withDefaults())
	var out [][]string
	var lines []int
	for {
		cells, line, err := r.next(nil)
		if err == io.EOF {
			return out, lines, nil
		}
		if err != nil {
			return out, lines, err
		}
		out, lines = append(out, cells), append(lines, line)
	}
}

func TestCSV(t *testing.T) {
	tests := []struct {
		name, in string
		want     [][]string
		lines    []int
	}{
		{"plain", "a,b\n1,2\n", [][]string{{"a", "b"}, {"1", "2"}}, []int{1, 2}},
		{"no end of line", "a,b\r\n1,2", [][]string{{"a", "b"}, {"1", "2"}}, []int{1, 2}},
		{"line break in a field", "\"a\nb\",c\r\n1,2\n", [][]string{{"a\nb", "c"}, {"1", "2"}}, []int{1, 3}},
		{"doubled quotes", "\"a \"\"b\"\"\",c\n", [][]string{{`a "b"`, "c"}}, []int{1}},
		{"quote inside a field", "5\" pipe,x\n", [][]string{{`5" pipe`, "x"}}, []int{1}},
		{"quote inside a quoted field", "\"Block \"350gr\" x\",y\n", [][]string{{`Block "350gr" x`, "y"}}, []int{1}},
		{"empty fields", ",,\n", [][]string{{"", "", ""}}, []int{1}},
		{"blank lines", "a,b\n\n\n1,2\n", [][]string{{"a", "b"}, {"1", "2"}}, []int{1, 4}},
		{"delimiter in quotes", "\"a,b\",c\n", [][]string{{"a,b", "c"}}, []int{1}},
		{"open quote on the last line", "a,\"b", [][]string{{"a", "b"}}, []int{1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, lines, err := split(test.in, ',')
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.lines, lines); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCSVErrors(t *testing.T) {
	tests := []struct{ name, in, key string }{
		{"quote never closed", "a,b\n\"1,2\n3,4\n5,6\n", "ingest.quote_open"},
		{"not UTF-8", "a,b\n\xff\xfe,2\n", "ingest.encoding"},
		{"zero byte", "a,b\n1,\x002\n", "ingest.binary_row"},
		{"cell too long", "a,b\n" + strings.Repeat("x", 2<<20) + ",2\n", "ingest.cell_too_long"},
		{"cell too long in quotes", "a,b\n\"" + strings.Repeat("x\n", 1<<20) + "\",2\n", "ingest.cell_too_long"},
		{"line without an end", strings.Repeat("x", 10<<20), "ingest.cell_too_long"},
		{"too many columns", strings.Repeat(",", 2000) + "\n", "ingest.too_many_columns"},
		{"too many columns with quotes", "\"\"" + strings.Repeat(",", 2000) + "\n", "ingest.too_many_columns"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := split(test.in, ',')
			if got := keyOf(err); got != test.key {
				t.Errorf("got %v, want %s", err, test.key)
			}
		})
	}
}

// FuzzCSV compares csvReader with encoding/csv, which reads the same language
// when LazyQuotes is set.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\"a\nb\",c\r\n", "\"a\"\"b\",\"\n", "a\"b,c\r\n\r\n,", "\"\r\n\",x\r", "\"a\"b\",c\n", "\r", "\"\r\r\n\"\n"} {
		f.Add([]byte(s), uint8(0))
		f.Add([]byte(strings.ReplaceAll(s, ",", ";")), uint8(1))
	}
	f.Fuzz(func(t *testing.T, text []byte, which uint8) {
		delim := []rune{',', ';', '\t', '|'}[which%4]
		want := csv.NewReader(bytes.NewReader(text))
		want.Comma, want.LazyQuotes, want.FieldsPerRecord = delim, true, -1
		records, wantErr := want.ReadAll()
		got, _, err := split(string(text), delim)
		switch keyOf(err) {
		case "ingest.quote_open", "ingest.encoding", "ingest.binary_row", "ingest.too_many_columns":
			return // stricter on purpose
		}
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("error %v, encoding/csv has %v", err, wantErr)
		}
		if diff := cmp.Diff(records, got); diff != "" {
			t.Errorf("%q (-encoding/csv +got):\n%s", text, diff)
		}
	})
}
