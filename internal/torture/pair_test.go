package main

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paiza/wire"
)

// between is a proxy that gives each request to the next of several nodes, and
// to another one when that does not answer.
func between(t *testing.T, nodes ...*node) string {
	t.Helper()
	var next atomic.Int64
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: nodes[0].address})
			r.SetXForwarded()
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		Transport: turns(func(r *http.Request) (resp *http.Response, err error) {
			first := int(next.Add(1))
			var body []byte
			if r.Body != nil {
				if body, err = io.ReadAll(r.Body); err != nil {
					return nil, err
				}
			}
			for i := range nodes {
				r.URL.Host, r.Body = nodes[(first+i)%len(nodes)].address, http.NoBody
				if len(body) > 0 {
					r.Body = io.NopCloser(bytes.NewReader(body))
				}
				resp, err = http.DefaultTransport.RoundTrip(r)
				var op *net.OpError
				if err == nil || !errors.As(err, &op) || op.Op != "dial" {
					return resp, err // a request that may have arrived is not sent again
				}
			}
			return resp, err
		}),
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: proxy, ReadHeaderTimeout: 10 * time.Second}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return "http://" + l.Addr().String()
}

type turns func(*http.Request) (*http.Response, error)

func (f turns) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestPair: two processes serve one PostgreSQL behind a proxy. One is killed in
// the middle of its import and under readers: who is signed in goes on, nothing
// of the import stays, the next one works at once.
func TestPair(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	ctx := t.Context()
	target, err := newDatabase(server(t), "torture")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	a := serving(t, target, dir)
	b, err := newNode(built, target, dir, "second")
	if err != nil {
		t.Fatal(err)
	}
	begin(t, b)
	front := between(t, a, b)
	atA, err := program(ctx, a, a.url(), login, 1)
	if err != nil {
		t.Fatal(err)
	}
	k, err := program(ctx, a, front, login, 10)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	up, err := atA.Upload(ctx, "f.csv", strings.NewReader(file(r, "row", 60_000)), nil)
	if err != nil {
		t.Fatal(err)
	}
	var readers sync.WaitGroup
	stop := make(chan struct{})
	var pages, away atomic.Int64
	for range 4 {
		p, err := signIn(front, login)
		if err != nil {
			t.Fatal(err)
		}
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				status, body, err := p.get(ctx, "/seizures")
				switch {
				case err != nil || status == http.StatusBadGateway:
					away.Add(1) // it was on its way when the process died
				case status != http.StatusOK || !strings.Contains(body, "/sign-out"):
					t.Errorf("the page answered %d; signed in: %v", status, strings.Contains(body, "/sign-out"))
				default:
					pages.Add(1)
				}
			}
		})
	}
	imp, err := atA.StartImport(ctx, wire.Take{Upload: up.ID, Profile: "paiza", Reason: "test"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for imp.Progress == nil || imp.Progress.Rows == 0 {
		if imp, err = atA.Import(ctx, imp.ID); err != nil || imp.State != "running" {
			t.Fatalf("the import was over before the kill: %s, %v", imp.State, err)
		}
	}
	a.kill()
	before := pages.Load()

	small, err := k.Upload(ctx, "g.csv", strings.NewReader(file(r, "other", 500)), nil)
	if err != nil {
		t.Fatal(err)
	}
	done, err := k.TakeIn(ctx, wire.Take{Upload: small.ID, Profile: "paiza", Reason: "test"}, nil)
	if err != nil || done.Counts.Imported != 500 {
		t.Errorf("an import after the death of the other process: %+v, %v", done.Counts, err)
	}
	dead, err := k.Import(ctx, imp.ID)
	if err != nil || dead.State != "failed" {
		t.Errorf("the import of the dead process is %s, %v", dead.State, err)
	}
	if _, err := k.RecordSeizure(ctx, newSeizure(r, "after")); err != nil {
		t.Errorf("a record: %v", err)
	}
	close(stop)
	readers.Wait()
	if pages.Load() == before {
		t.Error("nobody read a page after the kill")
	}
	// Each of four readers has one on its way, and one more on a kept connection
	// of which the proxy has not yet seen that it is closed.
	if away.Load() > 8 {
		t.Errorf("%d pages were lost, more than were on their way", away.Load())
	}
	seen, err := look(ctx, k)
	if err != nil {
		t.Fatal(err)
	}
	if err := seen.files(); err != nil {
		t.Error(err)
	}
	sound(t, b)
}
