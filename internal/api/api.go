// Package api is the node's door for programs: the acts of the pages as JSON
// over HTTP, with the same rights, described by an OpenAPI 3.1 document that the
// node serves itself.
//
// Read routes.go first: it is the contents page, one row for each operation with
// the right it takes. operation.go turns a row into a handler, guard.go is what
// happens around every one of them (who asks, how often, conditional and
// repeated requests), problem.go how a refusal is told. Each subject has one
// file with its operations. shape.go gives the answers of the desk the shapes of
// package wire; the command line uses it too.
//
// The package decides nothing: every act and every right is the desk's. It never
// touches the store. It answers no browser of another site: there is no CORS.
package api

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"paiza"
	"paiza/internal/catalog"
	"paiza/internal/desk"
	"paiza/internal/listen"
)

// Prefix is where the API answers.
const Prefix = "/api/v1"

// Options are what a node's operator and program decide about the API.
type Options struct {
	Catalog *catalog.Catalog // the one the desk has; nil means the built-in
	Log     *slog.Logger     // nil means slog.Default
	Now     func() time.Time // nil means time.Now
	Version string           // of the program
	// Session finds who is signed in on the pages with the cookies of a request,
	// and the language of his pages; nil when only tokens are taken.
	Session func(*http.Request) (paiza.Actor, paiza.Person)
	// Again is who is signed in with the session of an earlier request now, for
	// answers that go on for long; nil asks Session again.
	Again func(*http.Request) (paiza.Actor, error)
	// Until ends streams of events, because the node stops; nil: none ends.
	Until context.Context
	// From is the network address of a request, for the ledger and for the
	// addresses of tokens; nil takes that of the connection.
	From func(*http.Request) string
	// PerMinute is how many requests a token or an account may make; 0 means 1200.
	PerMinute int
}

// API answers requests of programs.
type API struct {
	desk    *desk.Desk
	catalog *catalog.Catalog
	log     *slog.Logger
	now     func() time.Time
	opt     Options
	mux     *http.ServeMux
	huma    huma.API
	calls   *listen.Rate
	failed  *listen.Rate // refused tokens by address
	readers readers
	beat    time.Duration // of streams of events
	cross   *http.CrossOriginProtection
	doc     func() []byte // the description, made when it is first asked for
	handler http.Handler
}

// New makes the API over a desk.
func New(d *desk.Desk, opt Options) *API {
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Catalog == nil {
		opt.Catalog = catalog.Default()
	}
	if opt.PerMinute == 0 {
		opt.PerMinute = 1200
	}
	if opt.Until == nil {
		opt.Until = context.Background()
	}
	if opt.From == nil {
		opt.From = from
	}
	a := &API{desk: d, catalog: opt.Catalog, log: opt.Log, now: opt.Now, opt: opt, mux: http.NewServeMux(),
		calls: listen.NewRate(opt.PerMinute, opt.Now), failed: listen.NewRate(30, opt.Now), beat: eventBeat, cross: http.NewCrossOriginProtection()}
	a.describe()
	for _, r := range routes() {
		r.register(a)
	}
	a.doc = sync.OnceValue(a.Document)
	a.mux.HandleFunc("/", a.nowhere)
	a.handler = a.recovering(a.asking(a.mux))
	return a
}

// ServeHTTP answers one request under Prefix.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// from is the address of the connection.
func from(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
