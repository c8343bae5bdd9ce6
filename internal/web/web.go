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
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"

	"paiza/internal/auth"
	"paiza/internal/catalog"
	"paiza/internal/desk"
	"paiza/internal/listen"
	"paiza/internal/obs"
)

// Options are what a node's operator decides about its pages.
type Options struct {
	Catalog   *catalog.Catalog // names of substances and places; the one the desk has; nil means the built-in
	Log       *slog.Logger     // nil means slog.Default
	Now       func() time.Time // nil means time.Now
	TLS       bool             // pages are reached over https, here or at a proxy before us
	MaxUpload int64            // largest file taken in, bytes; 0 means 2 GiB, the desk's own bound
	Version   string           // of the program, shown on the page about it

	Metrics *obs.Metrics   // nil counts nothing
	Proxies listen.Proxies // whose word on a client's address is believed
	Secure  *tls.Config    // the node's own TLS; nil speaks HTTP
	Request time.Duration  // for an ordinary request; 0 means a minute
	Pages   int            // how many requests a person may make in a minute; 0 means 600
	Drain   time.Duration  // at a stop: from "not ready" to closing the address
	Stop    time.Duration  // at a stop: for requests under way; 0 means ten seconds
	// PublicURL is the address of the pages as browsers see it, such as
	// https://node.example. Without it passkeys and the sign-in server of the
	// authority work on the machine itself only, at localhost.
	PublicURL string
	PasskeyID string       // name for which passkeys are made; empty: the host of PublicURL
	OIDC      auth.OIDC    // the authority's own sign-in server; zero: none
	API       http.Handler // answers /api/v1/; nil when this node has no API
	Reference []byte       // OpenAPI document of the API, for its page
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
	issuer   *auth.Issuer // nil: none
	demo     demo
	handler  http.Handler
	pages    *listen.Rate // of people who are signed in
	stopping atomic.Bool  // no new work, please: see ready
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
	if opt.Request == 0 {
		opt.Request = time.Minute
	}
	if opt.Pages == 0 {
		opt.Pages = 600
	}
	if opt.Stop == 0 {
		opt.Stop = 10 * time.Second
	}
	s := &Site{desk: d, catalog: opt.Catalog, log: opt.Log, now: opt.Now, opt: opt,
		pages: listen.NewRate(opt.Pages, opt.Now), assets: loadAssets(), issuer: auth.NewIssuer(opt.OIDC, opt.Now)}
	s.sessions = newSessions(d, opt.TLS)
	s.sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		s.anonymous(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.refuse(w, r, err) })).ServeHTTP(w, r)
	}
	s.sheets = newSheets(s)
	s.readReference = sync.OnceValues(func() (referenceView, error) { return readReference(opt.Reference) })
	s.handler = s.chain(s.mux())
	return s
}

// ServeHTTP answers one request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve answers requests at the listener until the context ends. Then it says
// that it is not ready, takes no new connections after Options.Drain, lets the
// requests under way finish within Options.Stop, and cuts off the rest.
func (s *Site) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		TLSConfig:         s.opt.Secure,
		ErrorLog:          obs.ServerLog(s.log, time.Now),
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	done := make(chan error, 1)
	go func() {
		if s.opt.Secure != nil {
			done <- srv.ServeTLS(l, "", "")
		} else {
			done <- srv.Serve(l)
		}
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	select {
	case err := <-done:
		return err
	case <-time.After(s.opt.Drain):
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.opt.Stop)
	defer cancel()
	if err := srv.Shutdown(last); err != nil {
		s.log.Warn("requests were cut off at the stop", "after", s.opt.Stop)
		return srv.Close()
	}
	return nil
}
