package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"paiza"
)

func example() Table {
	return Table{
		Title: "Market: KAZ & UZB, 2014", Notes: []string{"Source: example.", "=SUM(A1) is only a text"},
		Columns: []Column{{Title: "Period", Format: FormatDate}, {Title: "Substance"}, {Title: "kg", Align: Right, Format: FormatDecimal},
			{Title: "Seizures", Align: Right, Format: FormatInteger}, {Title: "Share", Align: Right, Format: FormatPercent}},
		Rows: [][]Value{
			{Date(20140214), Text("героин"), Kilograms(817_000_000), Integer(12345), Fraction(0.25)},
			{Date(20140200), Text("=cmd|' /C calc'!A0"), Kilograms(1_234_567_890_123_456_789), Integer(-5)},
			{Date(20140000), Text("鸦片, \"raw\"\nsecond line"), Value{}, Integer(0), Fraction(1)},
		},
	}
}

func TestWriteCSV(t *testing.T) {
	for _, tc := range []struct {
		name    string
		options []Option
		want    string
	}{
		{"plain", nil, "Period,Substance,kg,Seizures,Share\r\n" +
			"2014-02-14,героин,0.817,12345,0.25\r\n" +
			"2014-02,'=cmd|' /C calc'!A0,1234567890.123456789,-5,\r\n" +
			"2014,\"鸦片, \"\"raw\"\"\r\nsecond line\",,0,1\r\n"},
		{"with everything", []Option{WithBOM(), WithNotes(), WithSemicolon()}, "\uFEFFPeriod;Substance;kg;Seizures;Share\r\n" +
			"2014-02-14;героин;0.817;12345;0.25\r\n" +
			"2014-02;'=cmd|' /C calc'!A0;1234567890.123456789;-5;\r\n" +
			"2014;\"鸦片, \"\"raw\"\"\r\nsecond line\";;0;1\r\n" +
			";;;;\r\nMarket: KAZ & UZB, 2014;;;;\r\nSource: example.;;;;\r\n'=SUM(A1) is only a text;;;;\r\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := WriteCSV(&b, example(), tc.options...); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tc.want, b.String()); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestCSVReadsBack: whatever texts a table holds, a reader gets as many cells in
// every record, and the texts as they were once the guard is taken away.
func TestCSVReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 4).Draw(t, "width")
		cell := rapid.OneOf(rapid.String(), rapid.StringMatching(`['=+@,;"\t\r\n 1-]{0,5}`), rapid.Just(""))
		texts := rapid.SliceOfN(rapid.SliceOfN(cell, width, width), 0, 6).Draw(t, "rows")
		table := Table{Columns: make([]Column, width)}
		want := [][]string{make([]string, width)}
		for _, row := range texts {
			var values []Value
			var read []string
			for _, s := range row {
				values = append(values, Text(s))
				read = append(read, lines(s))
			}
			table.Rows, want = append(table.Rows, values), append(want, read)
		}
		var b bytes.Buffer
		if err := WriteCSV(&b, table); err != nil {
			t.Fatal(err)
		}
		got, err := csv.NewReader(&b).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range got {
			for j, s := range row {
				if risky(s) {
					if !strings.HasPrefix(s, "'") {
						t.Fatalf("%q may be a formula", s)
					}
					got[i][j] = s[1:]
				}
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
	})
}

func rows(n int, end error) iter.Seq2[[]Value, error] {
	return func(yield func([]Value, error) bool) {
		row := make([]Value, 2)
		for i := range n {
			row[0], row[1] = Integer(int64(i)), Text("x")
			if !yield(row, nil) {
				return
			}
		}
		if end != nil {
			yield(nil, end)
		}
	}
}

func TestWriteCSVRows(t *testing.T) {
	columns := []Column{{Title: "n"}, {Title: "word"}}
	var b bytes.Buffer
	if err := WriteCSVRows(&b, columns, rows(2, nil)); err != nil || b.String() != "n,word\r\n0,x\r\n1,x\r\n" {
		t.Errorf("%v %q", err, b.String())
	}
	stop := errors.New("the store is gone")
	if err := WriteCSVRows(io.Discard, columns, rows(2, stop)); !errors.Is(err, stop) {
		t.Errorf("got %v, want %v", err, stop)
	}
	if err := WriteCSVRows(io.Discard, columns[:1], rows(1, nil)); err == nil {
		t.Error("a row that is too long was written")
	}
	if err := WriteCSVRows(broken{}, columns, rows(1_000_000, nil)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v, want %v", err, io.ErrClosedPipe)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestValue(t *testing.T) {
	for _, tc := range []struct {
		value Value
		want  Value
	}{
		{Number("-0.817"), Value{kind: number, text: "-0.817"}},
		{Number("1e5"), Value{kind: text, text: "1e5"}},
		{Number(".5"), Value{kind: text, text: ".5"}},
		{Number("5."), Value{kind: text, text: "5."}},
		{Number("-"), Value{kind: text, text: "-"}},
		{Number("=1"), Value{kind: text, text: "=1"}},
		{Number(strings.Repeat("9", 65)), Value{kind: text, text: strings.Repeat("9", 65)}},
		{Number(""), Value{}},
		{Text(""), Value{}},
		{Date(0), Value{}},
		{Date(20140200), Value{kind: day, text: "2014-02", date: paiza.Date(20140200)}},
		{Fraction(1.0 / 3), Value{kind: number, text: "0.3333333333333333"}},
	} {
		if tc.value != tc.want {
			t.Errorf("got %+v, want %+v", tc.value, tc.want)
		}
	}
}

func BenchmarkWriteCSVRows(b *testing.B) {
	columns := []Column{{Title: "n"}, {Title: "word"}}
	for b.Loop() {
		WriteCSVRows(io.Discard, columns, rows(100_000, nil))
	}
}
