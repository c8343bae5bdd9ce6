// Package web is the pages of a node: what a person sees in a browser.
//
// Read routes.go first: it is the contents page, one table of every address,
// the right it takes and the function that answers. Each subject has one file
// here and one folder under templates with the same name. middleware.go is
// what happens before a page is asked, render.go what happens after, error.go
// how a refusal becomes a page. slice.go is the contract of the query
// parameters that lists and the picture share, so that every figure opens to
// its rows.
//
// The package decides nothing: every act and every right is the desk's. It
// never touches the store. Pages read without JavaScript; the scripts in
// assets/dist (built from assets/src) only make them quicker to use.
package web

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"paiza/internal/catalog"
	"paiza/internal/desk"
)

// Options are what a node's operator decides about its pages.
type Options struct {
	Catalog   *catalog.Catalog // names of substances and places; the one the desk has; nil means the built-in
	Log       *slog.Logger     // nil means slog.Default
	Now       func() time.Time // nil means time.Now
	TLS       bool             // pages are reached over https, here or at a proxy before us
	MaxUpload int64            // largest file taken in, bytes; 0 means 2 GiB, the desk's own bound
	Version   string           // of the program, shown on the page about it
	API       http.Handler     // answers /api/v1/; nil when this node has no API
	Reference []byte           // OpenAPI document of the API, for its page
}

// Site answers every request to the pages of a node.
type Site struct {
	desk     *desk.Desk
	catalog  *catalog.Catalog
	log      *slog.Logger
	now      func() time.Time
	opt      Options
	sessions *scs.SessionManager
	sheets   sheets
	assets   *assets
	attempts *attempts
	demo     demo
	handler  http.Handler
	// readReference reads the reference of the API when it is first asked for.
	readReference func() (referenceView, error)
}

// New makes the pages over a desk.
func New(d *desk.Desk, opt Options) *Site {
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Catalog == nil {
		opt.Catalog = catalog.Default()
	}
	if opt.MaxUpload == 0 {
		opt.MaxUpload = 2 << 30
	}
	s := &Site{desk: d, catalog: opt.Catalog, log: opt.Log, now: opt.Now, opt: opt,
		assets: loadAssets(), attempts: newAttempts(opt.Now)}
	s.sessions = newSessions(d.Sessions(), opt.TLS)
	s.sheets = newSheets(s)
	s.readReference = sync.OnceValues(func() (referenceView, error) { return readReference(opt.Reference) })
	s.handler = s.chain(s.mux())
	return s
}

// ServeHTTP answers one request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve answers requests at the listener until the context ends, then lets
// those under way finish for ten seconds.
func (s *Site) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return srv.Shutdown(last)
}
