package ingest

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseNumber(t *testing.T) {
	tests := []struct {
		in    string
		comma bool
		want  string // canonical; empty when it is no number
	}{
		{"0.8170000000000001", false, "817e-3"},
		{"0.817", false, "817e-3"},
		{"7e+06", false, "7e6"},
		{"9e-05", false, "9e-5"},
		{"5.9999999999999995e-05", false, "6e-5"},
		{"1,525", false, "1525e0"},
		{"1,525", true, "1525e-3"},
		{"1.525", true, "1525e0"},
		{"1.525", false, "1525e-3"},
		{"0,5", false, "5e-1"},
		{"0,817", false, "817e-3"},
		{"12,5", false, "125e-1"},
		{"1.234,56", false, "123456e-2"},
		{"1,234.56", true, "123456e-2"},
		{"1 234,5", true, "12345e-1"},
		{"1\u00a0234\u00a0567", false, "1234567e0"},
		{"1\u202f234,5", true, "12345e-1"},
		{"1'234.50", false, "12345e-1"},
		{"1.234.567", false, "1234567e0"},
		{"1,234,567", true, "1234567e0"},
		{"１２．５", false, "125e-1"},
		{"−3", false, "-3e0"},
		{"  4.0 ", false, "4e0"},
		{".5", false, "5e-1"},
		{"0", false, "0"},
		{"", false, ""},
		{"kg", false, ""},
		{"12 5", false, ""},
		{"1,23,456", false, ""},
		{"1.2.3", false, ""},
		{"12kg", false, ""},
		{"1e", false, ""},
		{"--1", false, ""},
		{"1 2345", false, ""},
	}
	for _, test := range tests {
		d, ok := parseNumber(test.in, test.comma)
		got := ""
		if ok {
			got = d.Canonical()
		}
		want := test.want
		if strings.HasSuffix(want, "e0") {
			// Canonical takes trailing zeros into the exponent.
			if n := strings.TrimRight(strings.TrimSuffix(want, "e0"), "0"); len(n) < len(want)-2 {
				t.Fatalf("write %q without trailing zeros", want)
			}
		}
		if got != want {
			t.Errorf("parseNumber(%q, %v) = %q, want %q", test.in, test.comma, got, want)
		}
	}
}

// A number written with any grouping and decimal sign reads back as itself.
func TestNumberRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Int64Range(0, 999_999_999_999).Draw(t, "whole")
		frac := rapid.StringMatching(`[0-9]{0,2}[1-9]`).Draw(t, "frac") + "5" // never three digits: "1,234" is open
		if len(frac) == 3 {
			frac += "1"
		}
		group := rapid.SampledFrom([]string{"", " ", "\u00a0", "\u202f", "'", "."}).Draw(t, "group")
		digits := big.NewInt(whole).String()
		var parts []string
		for len(digits) > 3 && group != "" {
			parts = append([]string{digits[len(digits)-3:]}, parts...)
			digits = digits[:len(digits)-3]
		}
		text := strings.Join(append([]string{digits}, parts...), group) + "," + frac
		got, ok := parseNumber(text, true)
		want, _ := parseNumber(big.NewInt(whole).String()+"."+frac, false)
		if !ok || got.Canonical() != want.Canonical() {
			t.Fatalf("parseNumber(%q) = %v, %v; want %v", text, got, ok, want)
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"0.817", "1.234,5", "1 234", "７", "1e400", "--", "٣٫٥", "1'1"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, comma bool) {
		d, ok := parseNumber(s, comma)
		if !ok {
			return
		}
		// What is read is a fixed point of its canonical form.
		again, ok := parseNumber(d.Canonical(), false)
		if !ok || again.Canonical() != d.Canonical() {
			t.Errorf("parseNumber(%q) = %v; its canonical form %q reads as %v", s, d, d.Canonical(), again)
		}
	})
}

func TestExactSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sum exact
		want := new(big.Rat)
		for range rapid.IntRange(0, 50).Draw(t, "n") {
			text := rapid.StringMatching(`-?[0-9]{1,18}(\.[0-9]{1,3})?(e-?[0-9])?`).Draw(t, "number")
			d, ok := parseNumber(text, false)
			if !ok {
				t.Fatalf("not a number: %q", text)
			}
			sum.add(d)
			want.Add(want, ratOf(d))
		}
		if got := sum.rat(); got.Cmp(want) != 0 {
			t.Fatalf("sum = %v, want %v", got, want)
		}
	})
}
