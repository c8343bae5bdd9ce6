package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/listen"
	"paiza/internal/locale"
	"paiza/internal/obs"
	"paiza/wire"
)

// Limits of a request.
const (
	maxBody   = 1 << 20
	slowLimit = 2 * time.Hour // for a file of two gigabytes over a slow line
)

// caller is who asks, and how he wants to be answered.
type caller struct {
	Actor  paiza.Actor
	Person paiza.Person
	Print  *locale.Printer
	method string
	// expect is the version that If-Match was compared with; matched says that it
	// was.
	expect  int64
	matched bool
	log     *slog.Logger
}

type callerKey struct{}

func callerOf(ctx context.Context) *caller {
	if c, ok := ctx.Value(callerKey{}).(*caller); ok {
		return c
	}
	return &caller{Print: locale.For(locale.Default), log: slog.New(slog.DiscardHandler)}
}

// who is the actor of an operation.
func who(ctx context.Context) paiza.Actor { return callerOf(ctx).Actor }

// recovering turns a panic into a problem and a line in the operator's log.
func (a *API) recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			what := recover()
			if what == nil {
				return
			}
			if err, ok := what.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(what)
			}
			a.log.Error("operation failed", "method", r.Method, "path", r.URL.Path, "panic", fmt.Sprint(what), "stack", string(debug.Stack()))
			a.refuse(w, r, errors.New("panic"))
		}()
		next.ServeHTTP(w, r)
	})
}

// asking finds out who asks and whether he asks too often.
func (a *API) asking(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "private, no-cache") // kept only to be asked about again
		h.Set("X-Content-Type-Options", "nosniff")
		h.Add("Vary", "Authorization, Cookie, Accept-Language, Accept-Encoding")
		c, err := a.callerOf(w, r)
		if c.Actor.Token == "" {
			h.Set("Cache-Control", "no-store") // a browser's caches outlive the session
		}
		c.method, c.log = r.Method, a.log
		r = r.WithContext(context.WithValue(r.Context(), callerKey{}, c))
		h.Set("Content-Language", c.Print.HTML())
		if err == nil {
			err = a.rated(w, r, c)
		}
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// callerOf takes a token, or else the session of the pages. A request with a
// token that is refused is not taken for one of nobody.
func (a *API) callerOf(w http.ResponseWriter, r *http.Request) (*caller, error) {
	tag, _ := locale.Match(r.Header.Get("Accept-Language"))
	c := &caller{Print: locale.For(tag)}
	var err error
	if token, given := tokenOf(r); given {
		address := a.opt.From(r)
		c.Actor, c.Person, err = a.desk.TokenActor(r.Context(), token, address)
		if errors.Is(err, paiza.ErrForbidden) {
			// Counted after the look, so that who sends wrong tokens does not lock out
			// the good ones behind the same address.
			if _, wait, ok := a.failed.Take(address); !ok {
				return c, &tooMany{wait, "api.too_many_failed"}
			}
			w.Header().Set("WWW-Authenticate", `Bearer realm="paiza", error="invalid_token"`)
			err = &unauthenticated{err}
		}
	} else if a.opt.Session != nil {
		c.Actor, c.Person = a.opt.Session(r)
		if c.Actor.Via == "" && !c.Actor.Anonymous() {
			c.Actor.Via = paiza.ViaPage
		}
		// A form of another site would ride on the session; a token it has not.
		if a.cross.Check(r) != nil {
			err = &paiza.Error{Kind: paiza.ErrForbidden, Key: "error.cross_origin"}
		}
	}
	if r.Header.Get("Accept-Language") == "" && locale.Known(c.Person.Language) {
		c.Print = locale.For(c.Person.Language)
	}
	return c, err
}

// tokenOf is the token of a request; empty for another scheme.
func tokenOf(r *http.Request) (token string, given bool) {
	header := r.Header.Get("Authorization")
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		token = ""
	}
	return strings.TrimSpace(token), header != ""
}

// again is who asked, as he is now: the token or the session may have ended
// since, and his rights may be others.
func (a *API) again(r *http.Request) (paiza.Actor, error) {
	if token, given := tokenOf(r); given {
		actor, _, err := a.desk.TokenActor(r.Context(), token, a.opt.From(r))
		return actor, err
	}
	if a.opt.Again != nil {
		return a.opt.Again(r)
	}
	actor := callerOf(r.Context()).Actor
	if a.opt.Session != nil {
		actor, _ = a.opt.Session(r)
	}
	if actor.Anonymous() {
		return actor, &paiza.Error{Kind: paiza.ErrForbidden, Key: "api.sign_in"}
	}
	return actor, nil
}

// rated counts the request and says in its headers what is left.
func (a *API) rated(w http.ResponseWriter, r *http.Request, c *caller) error {
	key := c.Actor.Token
	if key == "" {
		key = c.Actor.ID
	}
	if key == "" {
		key = a.opt.From(r)
	}
	left, reset, ok := a.calls.Take(key)
	w.Header().Set("RateLimit-Policy", fmt.Sprintf(`"minute";q=%d;w=60`, a.calls.Most()))
	w.Header().Set("RateLimit", fmt.Sprintf(`"minute";r=%d;t=%d`, left, listen.Seconds(reset)))
	if !ok {
		return &tooMany{reset, "api.too_many"}
	}
	return nil
}

// guard asks for what the row needs, sets its limits, and gives its answer what
// every answer has: a tag, compression, and the same answer to a repeated
// request.
func (a *API) guard(row *route, handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := callerOf(r.Context())
		obs.NoteRoute(r.Context(), Prefix+row.path)
		obs.NotePerson(r.Context(), c.Actor.ID)
		if err := permit(c.Actor, row.needs); err != nil {
			if errors.As(err, new(*unauthenticated)) {
				w.Header().Set("WWW-Authenticate", `Bearer realm="paiza"`)
			}
			a.refuse(w, r, err)
			return
		}
		if row.slow {
			limit(w, slowLimit)
		} else {
			limit(w, time.Minute)
		}
		if !row.stream {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		}
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			a.read(row, handle, w, r)
			return
		}
		if err := a.changing(row, handle, w, r); err != nil {
			a.refuse(w, r, err)
		}
	}
}

func permit(actor paiza.Actor, needs paiza.Right) error {
	switch {
	case needs == public:
		return nil
	case actor.Anonymous():
		return &unauthenticated{&paiza.Error{Kind: paiza.ErrForbidden, Key: "api.sign_in"}}
	case needs == signedIn:
		return nil
	}
	return access.Allow(actor, needs)
}

// limit bounds the time in which a request is read and its answer written; a
// writer without deadlines (a test's recorder) has none to set.
func limit(w http.ResponseWriter, d time.Duration) {
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Now().Add(d))
	_ = c.SetWriteDeadline(time.Now().Add(d + 30*time.Second))
}

// nowhere answers what no row answers.
func (a *API) nowhere(w http.ResponseWriter, r *http.Request) {
	var allow []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := a.mux.Handler(other); pattern != "/" && pattern != "" {
			allow = append(allow, method)
		}
	}
	if len(allow) == 0 {
		a.refuse(w, r, paiza.NotFound("operation", ""))
		return
	}
	w.Header().Set("Allow", strings.Join(allow, ", "))
	a.tell(w, r, &Problem{Type: wire.ProblemType + "invalid", Status: http.StatusMethodNotAllowed, Code: "api.no_method"})
}
