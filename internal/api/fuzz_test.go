package api

import (
	"net/http"
	"net/http/httptest"
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

// FuzzBody: whatever a program sends as a body or a query, an operation answers
// it and is not at fault.
func FuzzBody(f *testing.F) {
	f.Add("POST", "/seizures", `{"date":"2024-02-03","country":"KAZ","substance":"heroin","amount":"1.5","unit":"kg"}`)
	f.Add("POST", "/imports", `{"upload":"x","mapping":"name = \"x\"\n[[column]]\n","accept":true}`)
	f.Add("POST", "/imports/dry-run", `{"upload":"x"}`)
	f.Add("POST", "/imports/1/undo", `{"reason":"x"}`)
	f.Add("POST", "/people", `{"login":"x","name":"X","roles":["viewer"]}`)
	f.Add("PUT", "/people/x", `{"name":"X","roles":null}`)
	f.Add("POST", "/tokens", `{"name":"x","scopes":["export"],"networks":["0.0.0.0/0"],"days":-1}`)
	f.Add("GET", "/seizures?country=KAZ&limit=1&after=x&flag=doubtful&q=%00", "")
	f.Add("GET", "/picture/market?from=2014-13&to=0&level=%ff&group=a&group=b", "")
	f.Add("GET", "/ledger/proof?seq=-1&since=x", "")
	n := small(f, Options{})
	f.Fuzz(func(t *testing.T, method, target, body string) {
		if method != "GET" && method != "POST" && method != "PUT" || !strings.HasPrefix(target, "/") {
			return
		}
		r, err := http.NewRequest(method, "http://node"+Prefix+target, strings.NewReader(body))
		if err != nil {
			return
		}
		r.RemoteAddr = "192.0.2.1:1"
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+n.token)
		w := httptest.NewRecorder()
		n.api.ServeHTTP(w, r)
		if w.Code == http.StatusInternalServerError {
			t.Errorf("%s %q with %q is answered %d: %s", method, target, body, w.Code, w.Body)
		}
	})
}
