package api

import (
	"net/url"
	"strings"
	"testing"
)

func FuzzCursor(f *testing.F) {
	q := url.Values{"country": {"KAZ"}}
	f.Add(formatCursor("seizures", q, "20240203-12"))
	f.Add("AQ")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		inner, err := parseCursor("seizures", q, text)
		if err != nil || text == "" {
			return
		}
		if again := formatCursor("seizures", q, inner); again != text {
			t.Errorf("%q is taken and would be written %q", text, again)
		}
		if _, err := parseCursor("seizures", url.Values{"country": {"UZB"}}, text); err == nil {
			t.Errorf("%q is good for two lists", text)
		}
	})
}

func FuzzKey(f *testing.F) {
	f.Add("a-1")
	f.Add(`"quoted"`)
	f.Add(`"`)
	f.Fuzz(func(t *testing.T, text string) {
		key, err := parseKey([]string{text})
		if err == nil && (len(key) == 0 || len(key) > 200 || strings.ContainsAny(key, " \"\\\n\x00")) {
			t.Errorf("%q is taken as %q", text, key)
		}
	})
}

func FuzzDigest(f *testing.F) {
	f.Add("sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", "")
	f.Add("md5=:AA==:, sha-256=:x:", strings.Repeat("0", 64))
	f.Add("", "E3B0")
	f.Fuzz(func(t *testing.T, header, parameter string) {
		digest, err := announced(header, parameter)
		if err == nil && digest != "" && (len(digest) != 64 || strings.Trim(digest, "0123456789abcdef") != "") {
			t.Errorf("%q, %q give %q", header, parameter, digest)
		}
	})
}

func FuzzPrefer(f *testing.F) {
	f.Add("wait=30")
	f.Add("respond-async, wait=99999999999999999999")
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := parsePrefer(text); err == nil && (d < 0 || d.Minutes() > 1) {
			t.Errorf("%q waits %v", text, d)
		}
	})
}
