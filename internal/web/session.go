package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/alexedwards/scs/v2"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/locale"
)

// What a session holds, and the cookies of what is not secret.
const (
	sessionEntry    = "entry"    // id of the person's session at the desk
	sessionFlash    = "flash"    // a sentence for the next page
	sessionCeremony = "ceremony" // what waits for this browser to come back
	sessionJourney  = "journey"  // why it went to the sign-in server
	sessionNext     = "next"     // where it wanted to go
	sessionTyped    = "typed"    // a form that waits for a proof, sealed
	sessionCodes    = "codes"    // app for one-time codes that is being set up
	sessionCode     = "code"     // hash of the one-time code that it brought
	cookieLanguage  = "language"
	cookieTheme     = "theme"

	// hostPrefix binds a cookie to this host and to TLS (RFC 6265bis §4.1.3.2).
	hostPrefix = "__Host-"
)

// newSessions keeps the sessions of browsers. How long one lasts is the desk's:
// a session of package scs only carries the name of the desk's.
func newSessions(d *desk.Desk, tls bool) *scs.SessionManager {
	m := scs.New()
	m.Store = d.SessionStore()
	m.Lifetime = d.SessionLength()
	m.Cookie.Name = "paiza"
	if tls {
		m.Cookie.Name = "__Host-paiza"
	}
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode // Strict would lose the session on a link from an e-mail
	m.Cookie.Secure = tls
	m.Cookie.Path = "/"
	m.Cookie.Persist = false // ends with the browser too
	return m
}

// askToSignIn sends a person without a session to the sign-in page, and back
// to the page he wanted. An act is refused; what was typed for it is kept for who
// was signed in until his session ran out.
func (s *Site) askToSignIn(w http.ResponseWriter, r *http.Request) {
	if setup, err := s.desk.NeedsSetup(r.Context()); err == nil && setup {
		http.Redirect(w, r, "/setup", http.StatusSeeOther)
		return
	}
	to := "/sign-in"
	if r.Method == http.MethodGet && r.URL.Path != "/" {
		to += "?next=" + url.QueryEscape(r.URL.RequestURI())
	}
	if v := visitOf(r); r.Method == http.MethodPost && v.RanOut != "" {
		to += "?next=" + url.QueryEscape(s.keepTyped(r, v.RanOut))
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// setupView is the page on which the first administrator makes his account.
type setupView struct {
	Token string // as it was typed; in the link it stands behind #, where no server sees it
	Form  form
	Kinds []option
}

func (s *Site) setupForm(w http.ResponseWriter, r *http.Request) error {
	needed, err := s.desk.NeedsSetup(r.Context())
	if err != nil {
		return err
	}
	if !needed {
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return nil
	}
	return s.render(w, r, http.StatusOK, "session/setup", setupView{Kinds: kindOptions(visitOf(r).Print, "")})
}

func (s *Site) setup(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	token := strings.TrimSpace(f.Get("token")) // pasted
	in := paiza.NewPerson{Login: f.Get("login"), Name: f.Get("name"), Password: f.Raw("password"),
		Language: visitOf(r).Print.Tag(), Roles: paiza.Roles()}
	person, err := paiza.Person{}, f.same("password", "again")
	if err == nil {
		person, err = s.desk.Setup(r.Context(), token, in, homeOf(f), from(r))
	}
	if err != nil {
		if code, _ := statusOf(err); code >= 500 {
			return err
		}
		view := setupView{Token: token, Form: f.failed(visitOf(r).Print, err), Kinds: kindOptions(visitOf(r).Print, f.Get("agency_kind"))}
		code, _ := statusOf(err)
		return s.render(w, r, code, "session/setup", view)
	}
	in.Login = person.Login
	entry, err := s.desk.SignIn(r.Context(), in.Login, in.Password, s.visitor(r))
	if err != nil {
		return err
	}
	if err := s.enter(w, r, entry); err != nil {
		return err
	}
	s.onward(w, r, entry, "/")
	return nil
}

// homeOf is what a person says of the node's own agency when he sets it up.
func homeOf(f form) desk.Home {
	return desk.Home{Name: f.Get("agency_name"), Kind: paiza.AgencyKind(f.Get("agency_kind"))}
}

// setLanguage keeps the language in a cookie and in the account.
func (s *Site) setLanguage(w http.ResponseWriter, r *http.Request) error {
	tag := r.PostFormValue("language")
	if !locale.Known(tag) {
		return paiza.Invalid("error.language", nil)
	}
	s.keep(w, cookieLanguage, tag)
	if v := visitOf(r); !v.Actor.Anonymous() {
		if err := s.desk.SetLanguage(r.Context(), v.Actor, tag); err != nil {
			return err
		}
	}
	return back(w, r)
}

// setTheme keeps light or dark in a cookie; anything else forgets it.
func (s *Site) setTheme(w http.ResponseWriter, r *http.Request) error {
	choice := r.PostFormValue("theme")
	if choice != "light" && choice != "dark" {
		choice = ""
	}
	s.keep(w, cookieTheme, choice)
	return back(w, r)
}

func (s *Site) keep(w http.ResponseWriter, name, value string) {
	if s.opt.TLS {
		name = hostPrefix + name
	}
	c := &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: s.opt.TLS, SameSite: http.SameSiteLaxMode}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// back returns to the page that a small form stands on.
func back(w http.ResponseWriter, r *http.Request) error {
	to := r.PostFormValue("here")
	if !local(to) {
		to = "/"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
