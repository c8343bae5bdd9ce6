package ingest

import (
	"strings"
	"testing"
)

// One table in every way of setting columns and lines apart reads the same.
func TestDelimiters(t *testing.T) {
	plain := ours + "2014-02-14,RUS,,\"Moscow, centre\",inland,heroin,\"1,5\",kg,1\n2014-02-15,RUS,,Kazan,,opium,2,kg,1\n"
	quoted := func(delim string) string {
		var b strings.Builder
		records, _, err := split(plain, ',')
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			for i, c := range r {
				if i > 0 {
					b.WriteString(delim)
				}
				b.WriteString(`"` + c + `"`)
			}
			b.WriteByte('\n')
		}
		return b.String()
	}
	var want []Row
	for _, test := range []struct {
		name, body, format string
		delim              rune
	}{
		{"comma", plain, "csv", ','},
		{"semicolon", quoted(";"), "csv", ';'},
		{"tab", quoted("\t"), "tsv", '\t'},
		{"bar", quoted("|"), "csv", '|'},
		{"CR LF", strings.ReplaceAll(quoted(";"), "\n", "\r\n"), "csv", ';'},
		{"CR alone", strings.ReplaceAll(quoted(";"), "\n", "\r"), "csv", ';'},
		{"hint", "sep=;\n" + quoted(";"), "csv", ';'},
		{"hint of a rare sign", "sep=^\n" + quoted("^"), "csv", '^'},
	} {
		f := open(t, write(t, "file", []byte(test.body)))
		if f.Delimiter != test.delim || f.Format != test.format || !f.Recognised {
			t.Errorf("%s: delimiter %q, format %s, profile %s", test.name, f.Delimiter, f.Format, f.Profile.Name)
			continue
		}
		rows, _ := readAll(t, f, f.Profile, Options{})
		if want == nil {
			want = rows
		}
		if len(rows) != 2 || rows[0].Key != want[0].Key || rows[1].Key != want[1].Key || rows[0].Seizure.Place != "Moscow, centre" ||
			rows[0].Seizure.Equivalent != 1_500_000_000 {
			t.Errorf("%s: %+v", test.name, rows)
		}
	}
}
