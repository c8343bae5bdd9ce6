package client

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"paiza"
	"paiza/wire"
)

// served is a client of a handler that does not wait between tries but notes
// how long it would.
func served(t *testing.T, handler http.HandlerFunc) (*Client, *[]time.Duration) {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	c, err := New(srv.URL, Options{Token: "secret", Tries: 4})
	if err != nil {
		t.Fatal(err)
	}
	var waits []time.Duration
	c.pause = func(ctx context.Context, d time.Duration) error {
		waits = append(waits, d)
		return ctx.Err()
	}
	return c, &waits
}

func problem(w http.ResponseWriter, status int, kind, code string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	io.WriteString(w, `{"type":"urn:paiza:problem:`+kind+`","title":"t","status":1,"detail":"what is wrong","code":"`+code+`","errors":[{"pointer":"#/date","detail":"d","code":"error.date"}]}`)
}

// TestAgain: an act is sent again under one key until the node takes it.
func TestAgain(t *testing.T) {
	var keys []string
	var bodies []string
	c, waits := served(t, func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		keys, bodies = append(keys, r.Header.Get("Idempotency-Key")), append(bodies, string(raw))
		switch len(keys) {
		case 1:
			w.Header().Set("Retry-After", "7")
			problem(w, 429, "too_many", "api.too_many")
		case 2:
			panic(http.ErrAbortHandler) // the line breaks
		case 3:
			problem(w, 409, "conflict", "api.repeat_at_work") // our second try is still at work
		default:
			io.WriteString(w, `{"id":"5"}`)
		}
	})
	z, err := c.RecordSeizure(t.Context(), wire.NewSeizure{Date: "2024"})
	if err != nil || z.ID != "5" {
		t.Fatalf("%+v, %v", z, err)
	}
	for i := range keys {
		if keys[i] != keys[0] || keys[i] == "" || bodies[i] != bodies[0] {
			t.Errorf("try %d: key %q, body %q", i, keys[i], bodies[i])
		}
	}
	// The broken line may be mended by package http itself, which knows the key.
	if len(keys) != 4 || len(*waits) < 2 || (*waits)[0] < 7*time.Second || (*waits)[1] > maxWait {
		t.Errorf("waits: %v", *waits)
	}
}

// TestNotAgain: what the node has decided, and what must not come twice, is sent
// once.
func TestNotAgain(t *testing.T) {
	n := 0
	status, kind := 422, "invalid"
	c, _ := served(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		problem(w, status, kind, "error.form")
	})
	_, err := c.RecordSeizure(t.Context(), wire.NewSeizure{})
	var p *Problem
	var e *paiza.Error
	if !errors.As(err, &p) || p.Detail != "what is wrong" || !errors.Is(err, paiza.ErrInvalid) || !errors.As(err, &e) || e.Key != "error.form" || e.Fields[0].Field != "date" || n != 1 {
		t.Errorf("after %d tries: %v", n, err)
	}
	n, status, kind = 0, 503, "unavailable"
	if _, err := c.CreatePerson(t.Context(), wire.NewPerson{}); !errors.Is(err, paiza.ErrUnavailable) || n != 1 {
		t.Errorf("an account, after %d tries: %v", n, err)
	}
	n = 0
	if _, err := c.Imports(t.Context()); !errors.Is(err, paiza.ErrUnavailable) || n != 4 {
		t.Errorf("a read, after %d tries: %v", n, err)
	}
	for kind, want := range map[string]error{"forbidden": paiza.ErrForbidden, "not_found": paiza.ErrNotFound, "conflict": paiza.ErrConflict,
		"unauthenticated": paiza.ErrForbidden, "precondition": paiza.ErrConflict} {
		p := &Problem{Problem: wire.Problem{Type: wire.ProblemType + kind}}
		if !errors.Is(p, want) {
			t.Errorf("%s is not %v", kind, want)
		}
	}
	if p := (&Problem{Problem: wire.Problem{Type: wire.ProblemType + "internal"}}); errors.As(p, new(*paiza.Error)) {
		t.Error("a fault of the node is taken for a refusal")
	}
}

// TestStrange: what is no node is told as such, and the token stays here.
func TestStrange(t *testing.T) {
	elsewhere := false
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { elsewhere = true }))
	defer other.Close()
	answer := ""
	c, _ := served(t, func(w http.ResponseWriter, r *http.Request) {
		switch answer {
		case "redirect":
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		case "page":
			w.WriteHeader(http.StatusForbidden)
			io.WriteString(w, "<html>")
		default:
			io.WriteString(w, "<html>")
		}
	})
	for _, answer = range []string{"redirect", "page", "words"} {
		_, err := c.Node(t.Context())
		var e *paiza.Error
		if !errors.As(err, &e) || e.Key != "api.strange" {
			t.Errorf("%s: %v", answer, err)
		}
	}
	if elsewhere {
		t.Error("a redirect was followed with the token")
	}
	gone, err := New(other.URL, Options{Tries: 1})
	if err != nil {
		t.Fatal(err)
	}
	other.Close()
	if _, err := gone.Node(t.Context()); !errors.Is(err, paiza.ErrUnavailable) {
		t.Errorf("nobody there: %v", err)
	}
	for _, address := range []string{"", "node", "ftp://x", "http://", "https://user:pw@x"} {
		if _, err := New(address, Options{}); !errors.Is(err, paiza.ErrInvalid) {
			t.Errorf("%q is an address: %v", address, err)
		}
	}
	if _, err := New("http://node.example", Options{Token: "x"}); !errors.Is(err, paiza.ErrInvalid) {
		t.Errorf("a token unencrypted: %v", err)
	}
	if _, err := New("http://[::1]:8080", Options{Token: "x"}); err != nil {
		t.Errorf("a token on loopback: %v", err)
	}
}

// TestUploadAgain: a file whose line breaks is sent anew and whole.
func TestUploadAgain(t *testing.T) {
	file := bytes.Repeat([]byte("date,country\n"), 100_000)
	var mu sync.Mutex
	tries := 0
	c, _ := served(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		tries++
		first := tries == 1
		mu.Unlock()
		if first {
			io.CopyN(io.Discard, r.Body, 1000)
			panic(http.ErrAbortHandler)
		}
		raw, err := io.ReadAll(r.Body)
		if err != nil || !bytes.Equal(raw, file) || !strings.HasPrefix(r.Header.Get("Content-Digest"), "sha-256=:") {
			t.Errorf("%d bytes, %v, %q", len(raw), err, r.Header.Get("Content-Digest"))
		}
		io.WriteString(w, `{"upload":"u"}`)
	})
	var last int64
	up, err := c.Upload(t.Context(), "f.csv", bytes.NewReader(file), func(sent, size int64) { last = sent })
	if err != nil || up.ID != "u" || tries != 2 || last != int64(len(file)) {
		t.Errorf("%+v after %d tries, %d sent: %v", up, tries, last, err)
	}
}

// TestCutOff: a file that breaks off does not look whole.
func TestCutOff(t *testing.T) {
	c, _ := served(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"id":"1"}`+"\n"+`{"id":"2"`)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	n := 0
	var last error
	for _, err := range c.EachSeizure(t.Context(), paiza.SeizureFilter{}) {
		if n++; err != nil {
			last = err
		}
	}
	if n != 2 || last == nil {
		t.Errorf("%d rows, %v", n, last)
	}
}
