package web

import (
	"net/http"
	"strconv"
	"time"

	"paiza"
	"paiza/internal/auth"
	"paiza/internal/desk"
	"paiza/internal/listen"
)

// signinRoutes are the ways in and out, and what a person does with his own
// account and with the ways in of others.
func signinRoutes() []route {
	return []route{
		{"GET", "/setup", public, (*Site).setupForm, false},
		{"POST", "/setup", public, (*Site).setup, false},
		{"GET", "/sign-in", public, (*Site).signInForm, false},
		{"POST", "/sign-in", public, (*Site).signIn, false},
		{"POST", "/sign-in/passkey/begin", public, (*Site).beginPasskeySignIn, false},
		{"POST", "/sign-in/passkey", public, (*Site).signInPasskey, false},
		{"POST", "/sign-in/oidc", public, (*Site).leaveToSignIn, false},
		{"GET", "/oidc/callback", public, (*Site).arrive, false},
		{"POST", "/sign-out", halfway, (*Site).signOut, false},
		{"GET", "/recover", public, (*Site).codeForm, false},
		{"POST", "/recover", public, (*Site).openCode, false},
		{"GET", "/recover/choose", public, (*Site).chooseForm, false},
		{"POST", "/recover/password", public, (*Site).recoverByPassword, false},
		{"POST", "/recover/passkey/begin", public, (*Site).beginRecoveryPasskey, false},
		{"POST", "/recover/passkey", public, (*Site).recoverByPasskey, false},
		{"POST", "/language", public, (*Site).setLanguage, false},
		{"POST", "/theme", public, (*Site).setTheme, false},

		{"GET", "/step-up", signedIn, (*Site).stepUpForm, false},
		{"GET", typedPath, signedIn, (*Site).typedPage, false},
		{"POST", "/step-up", signedIn, (*Site).stepUpPassword, false},
		{"POST", "/step-up/passkey/begin", signedIn, (*Site).beginPasskeyStepUp, false},
		{"POST", "/step-up/passkey", signedIn, (*Site).stepUpPasskey, false},
		{"POST", "/step-up/oidc", signedIn, (*Site).leaveToStepUp, false},

		{"GET", "/account", signedIn, (*Site).account, false},
		{"POST", "/account/password", signedIn, (*Site).changePassword, false},
		{"POST", "/account/passkeys/begin", signedIn, (*Site).beginPasskey, false},
		{"POST", "/account/passkeys", signedIn, (*Site).addPasskey, false},
		{"POST", "/account/passkeys/{id}/remove", signedIn, (*Site).removePasskey, false},
		{"POST", "/account/oidc", signedIn, (*Site).leaveToLink, false},
		{"POST", "/account/oidc/remove", signedIn, (*Site).unlink, false},
		{"POST", "/account/sessions/end", signedIn, (*Site).endOtherSessions, false},
		{"POST", "/account/sessions/{id}/end", signedIn, (*Site).endSession, false},

		{"POST", "/people/{id}/sessions/end", paiza.RightManagePeople, (*Site).endSessionsOf, false},
		{"POST", "/people/{id}/enrolment", paiza.RightManagePeople, (*Site).renewEnrolment, false},
		{"POST", "/people/{id}/oidc", paiza.RightManagePeople, (*Site).linkNewcomer, false},
		{"POST", "/people/{id}/recovery", paiza.RightRecoverPerson, (*Site).proposeRecovery, false},
		{"POST", "/people/{id}/recovery/confirm", paiza.RightRecoverPerson, (*Site).confirmRecovery, false},
		{"POST", "/people/{id}/recovery/cancel", paiza.RightRecoverPerson, (*Site).cancelRecovery, false},
	}
}

// signInView is the sign-in page.
type signInView struct {
	Login   string
	Next    string
	Error   string
	Passkey bool   // the address allows passkeys
	Issuer  string // name of the sign-in server, empty for none
}

func (s *Site) signInForm(w http.ResponseWriter, r *http.Request) error {
	setup, err := s.desk.NeedsSetup(r.Context())
	if err != nil {
		return err
	}
	if setup {
		http.Redirect(w, r, "/setup", http.StatusSeeOther)
		return nil
	}
	if h := visitOf(r).Half; h != nil {
		http.Redirect(w, r, halfPath(h), http.StatusSeeOther)
		return nil
	}
	if !visitOf(r).Actor.Anonymous() {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	return s.signInPage(w, r, http.StatusOK, signInView{Next: r.URL.Query().Get("next")})
}

func (s *Site) signInPage(w http.ResponseWriter, r *http.Request, code int, view signInView) error {
	_, view.Passkey = s.relyingParty(r)
	view.Issuer = s.issuerName(r)
	return s.render(w, r, code, "session/sign_in", view)
}

func (s *Site) signIn(w http.ResponseWriter, r *http.Request) error {
	login, next := r.PostFormValue("login"), r.PostFormValue("next")
	entry, err := s.desk.SignIn(r.Context(), login, r.PostFormValue("password"), s.visitor(r))
	if err != nil {
		return s.signInRefused(w, r, signInView{Login: login, Next: next}, err)
	}
	if err := s.enter(w, r, entry); err != nil {
		return err
	}
	s.onward(w, r, entry, next)
	return nil
}

// signInRefused shows the sign-in page again with what is wrong.
func (s *Site) signInRefused(w http.ResponseWriter, r *http.Request, view signInView, err error) error {
	code, _ := statusOf(err)
	if code == http.StatusForbidden {
		// One sentence and one status whatever is wrong: whether the account
		// exists, or is disabled, is nobody's business.
		code = http.StatusUnprocessableEntity
	}
	if wait, ok := desk.WaitOf(err); ok {
		w.Header().Set("Retry-After", retryAfter(wait))
		code = http.StatusTooManyRequests
	} else if code >= http.StatusInternalServerError {
		return err
	}
	view.Error = visitOf(r).Print.Error(err)
	return s.signInPage(w, r, code, view)
}

// inside is a path of this node to go on to: the first page instead of anything
// else.
func inside(next string) string {
	if !local(next) {
		return "/"
	}
	return next
}

// cookieDevice names the cookie by which a device is known again.
func (s *Site) cookieDevice() string {
	if s.opt.TLS {
		return "__Host-device"
	}
	return "device"
}

// visitor is who stands at the door.
func (s *Site) visitor(r *http.Request) desk.Visitor {
	v := desk.Visitor{From: from(r), Agent: r.UserAgent()}
	if c, err := r.Cookie(s.cookieDevice()); err == nil {
		v.Device = c.Value
	}
	return v
}

// enter goes on with a new session: a token from before is worth nothing, and
// whoever was signed in in this browser is so no more.
func (s *Site) enter(w http.ResponseWriter, r *http.Request, e desk.Entry) error {
	ctx := r.Context()
	typed := s.sessions.GetString(ctx, sessionTyped)
	if err := s.leaveSession(r); err != nil {
		return err
	}
	if err := s.sessions.Clear(ctx); err != nil {
		return err
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return err
	}
	s.sessions.Put(ctx, sessionEntry, e.Session)
	if typed != "" { // it opens for who typed it only
		s.sessions.Put(ctx, sessionTyped, typed)
	}
	s.keepDevice(w, e)
	return nil
}

// keepDevice lets the browser be known again, once its person is known whole.
func (s *Site) keepDevice(w http.ResponseWriter, e desk.Entry) {
	if e.Device == "" {
		return
	}
	http.SetCookie(w, &http.Cookie{Name: s.cookieDevice(), Value: e.Device, Path: "/", MaxAge: int(auth.DeviceLife / time.Second),
		HttpOnly: true, Secure: s.opt.TLS, SameSite: http.SameSiteStrictMode})
}

// leaveSession ends the session of a request, if it has one.
func (s *Site) leaveSession(r *http.Request) error {
	v := visitOf(r)
	switch {
	case v.Half != nil:
		return s.desk.LeaveHalf(r.Context(), *v.Half, from(r))
	case v.Session != "":
		return s.desk.Leave(r.Context(), v.Actor, v.Session)
	}
	return nil
}

func (s *Site) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.leaveSession(r); err != nil {
		return err
	}
	if err := s.sessions.Destroy(r.Context()); err != nil {
		return err
	}
	// Pages are kept by no cache; what a script may have kept goes too.
	w.Header().Set("Clear-Site-Data", `"storage"`)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
	return nil
}

func retryAfter(d time.Duration) string {
	return strconv.Itoa(listen.Seconds(d))
}
