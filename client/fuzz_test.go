package client

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"paiza"
)

type answering func() *http.Response

func (f answering) RoundTrip(*http.Request) (*http.Response, error) { return f(), nil }

// FuzzAnswer: whatever a node, or what stands in its place, answers, a call ends
// with a value or an error.
func FuzzAnswer(f *testing.F) {
	f.Add(200, "application/json", `{"seizures":[{"id":"1"}],"next":"x"}`)
	f.Add(422, "application/problem+json", `{"type":"x","detail":"no","errors":[{"pointer":"#/date","code":"error.date"}]}`)
	f.Add(502, "text/html", "<html>")
	f.Fuzz(func(t *testing.T, status int, kind, body string) {
		if status < 100 || status > 999 {
			return
		}
		c, err := New("http://127.0.0.1", Options{Tries: 1, HTTP: &http.Client{Transport: answering(func() *http.Response {
			return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body))}
		})}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Seizures(t.Context(), paiza.SeizureFilter{}, paiza.Page{})
		if status/100 != 2 && err == nil {
			t.Errorf("an answer %d is taken for a good one", status)
		}
		for range c.EachSeizure(t.Context(), paiza.SeizureFilter{}) {
		}
	})
}
