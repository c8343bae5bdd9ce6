package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/desk"
	"paiza/internal/locale"
	"paiza/internal/obs"
)

// maxForm bounds the body of an ordinary form.
const maxForm = 1 << 20

// csp lets nothing run or load that does not come from this node as a file.
const csp = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// chain is what happens to every request before its route is asked.
func (s *Site) chain(mux http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(s.anonymous(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, &paiza.Error{Kind: paiza.ErrForbidden, Key: "error.cross_origin"})
	})))
	pages := cross.Handler(s.sessions.LoadAndSave(s.visiting(mux)))
	top := http.NewServeMux()
	top.Handle("GET /assets/", noting("/assets/", s.assets))
	top.Handle("GET "+aliveRoute, noting(aliveRoute, s.Alive()))
	top.Handle("GET "+readyRoute, noting(readyRoute, s.Ready()))
	if s.opt.API != nil {
		// Programs come with tokens; the reference page tries with its session. The
		// API looks at cross-origin requests itself, since a token needs no such care.
		top.Handle("/api/v1/", s.sessions.LoadAndSave(s.visiting(s.opt.API)))
	}
	top.Handle("/", pages)
	return s.opt.Proxies.Handler(obs.Requests(s.log, s.opt.Metrics, s.recovering(s.headers(top)), aliveRoute, readyRoute))
}

// headers sets what holds for every answer.
func (s *Site) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A connection serves many requests: each begins with limits of its own,
		// which the guard of a slow route widens. A writer without deadlines (a
		// test's recorder) has none to set.
		limit(w, s.opt.Request)
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
		if s.opt.TLS {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// recovering turns a panic into a page and a line in the operator's log.
func (s *Site) recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			what := recover()
			if what == nil {
				return
			}
			if err, ok := what.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(what)
			}
			s.log.ErrorContext(r.Context(), "page failed", "panic", fmt.Sprint(what), "stack", string(debug.Stack()))
			s.anonymous(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				s.refuse(w, r, errors.New("panic"))
			})).ServeHTTP(w, r)
		}()
		next.ServeHTTP(w, r)
	})
}

// visit is who asks, and how he wants to be answered.
type visit struct {
	Actor  paiza.Actor
	Person paiza.Person
	Print  *locale.Printer
	Theme  string // light, dark, or empty for what the machine prefers
	// Session is the id of the person's session; empty when nobody is signed in.
	Session string
	// Half is a session whose second factor is owed; Actor is nobody then.
	Half *desk.Half
	// RanOut is whose session has run out with this request; Actor is nobody then.
	RanOut string
}

type visitKey struct{}

// visitOf gives the visit of a request; every page has one.
func visitOf(r *http.Request) *visit {
	if v, ok := r.Context().Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{Print: locale.For(locale.Default)}
}

// Visitor is who is signed in with the session of a request that passed the
// site: what the API asks.
func Visitor(r *http.Request) (paiza.Actor, paiza.Person) {
	v := visitOf(r)
	return v.Actor, v.Person
}

// VisitorAgain is who is signed in now with the session of a request that passed
// the site earlier: what the API asks while an answer goes on.
func VisitorAgain(d *desk.Desk) func(*http.Request) (paiza.Actor, error) {
	return func(r *http.Request) (paiza.Actor, error) {
		session := visitOf(r).Session
		if session == "" {
			return paiza.Actor{}, paiza.NotFound("session", "")
		}
		return d.StillPresent(r.Context(), session, from(r))
	}
}

func (v *visit) into(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
}

// can reports whether the person holds the right: for showing or leaving out a
// link. The desk decides again when the act is done.
func (v *visit) can(right paiza.Right) bool { return access.Allow(v.Actor, right) == nil }

// anonymous gives a request the visit of nobody, for answers outside a session.
func (s *Site) anonymous(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Print: locale.For(language(r, "")), Theme: theme(r)}
		next.ServeHTTP(w, v.into(r))
	})
}

// visiting finds out who asks: the roles are read anew each time, so that a
// person who is disabled is out at once.
func (s *Site) visiting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Add("Vary", "Cookie")
		v := &visit{Theme: theme(r)}
		if id := s.sessions.GetString(r.Context(), sessionEntry); id != "" {
			actor, person, err := s.desk.Present(r.Context(), id, from(r))
			switch {
			case err == nil:
				v.Actor, v.Person, v.Session = actor, person, id
				obs.NotePerson(r.Context(), person.ID)
			case desk.IsHalf(err):
				if err := s.visitHalf(r, v, id); err != nil {
					v.Print = locale.For(language(r, ""))
					s.refuse(w, v.into(r), err)
					return
				}
			case errors.Is(err, paiza.ErrForbidden), errors.Is(err, paiza.ErrNotFound):
				if v.RanOut, err = s.desk.RanOut(r.Context(), id); err != nil {
					s.log.ErrorContext(r.Context(), "session not asked", "err", err)
				}
				if err := s.sessions.Destroy(r.Context()); err != nil {
					s.log.ErrorContext(r.Context(), "session not ended", "err", err)
				}
			default:
				v.Print = locale.For(language(r, ""))
				s.refuse(w, v.into(r), err)
				return
			}
		}
		tag := v.Person.Language
		if v.Half != nil && choice(r, cookieLanguage) == "" {
			tag = v.Half.Person.Language
		}
		v.Print = locale.For(language(r, tag))
		next.ServeHTTP(w, v.into(r))
	})
}

// visitHalf is the visit of who owes his second factor. Whoever took too long
// begins again.
func (s *Site) visitHalf(r *http.Request, v *visit, session string) error {
	h, err := s.desk.Halfway(r.Context(), session, from(r))
	if errors.Is(err, paiza.ErrNotFound) {
		return s.sessions.Destroy(r.Context())
	}
	v.Half = &h
	if err != nil {
		v.Half = nil
	}
	return err
}

// guard asks for what the route needs, sets its limits and turns its error
// into a page.
func (s *Site) guard(row route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		obs.NoteRoute(r.Context(), row.pattern)
		v := visitOf(r)
		if err := s.paced(v); err != nil {
			s.refuse(w, r, err)
			return
		}
		if v.Half != nil && row.needs != public && row.needs != halfway {
			http.Redirect(w, r, halfPath(v.Half), http.StatusSeeOther)
			return
		}
		if row.needs != public && v.Half == nil && v.Actor.Anonymous() {
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			s.askToSignIn(w, r)
			return
		}
		if row.needs != public && row.needs != signedIn && row.needs != halfway {
			if err := access.Allow(v.Actor, row.needs); err != nil {
				s.refuse(w, r, err)
				return
			}
		}
		if row.slow {
			limit(w, time.Hour)
		} else {
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		}
		if err := row.handle(s, w, r); desk.NeedsStepUp(err) {
			s.askToStepUp(w, r)
		} else if err != nil {
			s.refuse(w, r, err)
		}
	})
}

// paced counts a request of a person who is signed in, whatever the session:
// many sessions are no way to more. Strangers get nothing but the forms of the
// door, which the desk counts.
func (s *Site) paced(v *visit) error {
	id := v.Actor.ID
	if v.Half != nil {
		id = v.Half.Person.ID
	}
	if id == "" {
		return nil
	}
	if _, wait, ok := s.pages.Take(id); !ok {
		return refuseMany(wait)
	}
	return nil
}

// limit bounds the time in which a request is read and its answer written.
func limit(w http.ResponseWriter, d time.Duration) {
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Now().Add(d))
	_ = c.SetWriteDeadline(time.Now().Add(d + 30*time.Second))
}

// from is the network address of the request, for the ledger and the limits;
// package listen has put that of the client there.
func from(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// language is what the account says, else the cookie, else the browser.
func language(r *http.Request, account string) string {
	if locale.Known(account) {
		return account
	}
	if tag := choice(r, cookieLanguage); locale.Known(tag) {
		return tag
	}
	tag, _ := locale.Match(r.Header.Get("Accept-Language"))
	return tag
}

// theme is light or dark as chosen by hand, or empty.
func theme(r *http.Request) string {
	if v := choice(r, cookieTheme); v == "light" || v == "dark" {
		return v
	}
	return ""
}

// choice is what a cookie that is no secret says, over TLS under its bound name.
func choice(r *http.Request, name string) string {
	for _, name := range []string{hostPrefix + name, name} {
		if c, err := r.Cookie(name); err == nil {
			return c.Value
		}
	}
	return ""
}

// local reports whether a path leads to a page of this node and nowhere else.
func local(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && !strings.ContainsAny(path, "\\\r\n\t")
}
