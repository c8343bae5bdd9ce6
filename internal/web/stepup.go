package web

import (
	"errors"
	"net/http"
	"net/url"

	"paiza"
	"paiza/internal/auth"
	"paiza/internal/desk"
)

// stepUpView is the page on which a person proves that it is he.
type stepUpView struct {
	Login   string
	Next    string
	Again   bool // an act was stopped and is to be done again
	Kept    bool // what was typed for it comes back
	Ways    desk.WaysIn
	Passkey bool // the address allows passkeys and he has one
	Issuer  string
	Form    form
	Half    bool // the first of two proofs is given: a code is owed
	Alone   bool // a password is enough, or a code can follow it
}

// askToStepUp sends a person to prove that it is he, and back to the page he
// came from. An act that was stopped is done again from there, with the form as
// he typed it.
func (s *Site) askToStepUp(w http.ResponseWriter, r *http.Request) {
	to := stepUpLink(r.URL.RequestURI())
	if r.Method != http.MethodGet {
		to = stepUpAgain(s.keepTyped(r, visitOf(r).Person.ID))
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// stepUpAgain is the address of the page of proof for an act that was stopped.
func stepUpAgain(page string) string { return "/step-up?again=1&next=" + url.QueryEscape(page) }

func (s *Site) stepUpForm(w http.ResponseWriter, r *http.Request) error {
	return s.stepUpPage(w, r, http.StatusOK, form{}, r.URL.Query().Get("next"))
}

func (s *Site) stepUpPage(w http.ResponseWriter, r *http.Request, code int, f form, next string) error {
	v := visitOf(r)
	view := stepUpView{Login: v.Person.Login, Next: inside(next), Again: r.URL.Query().Get("again") != "", Form: f}
	_, view.Kept = s.kept(r)
	var err error
	if view.Ways, err = s.desk.WaysIn(r.Context(), v.Actor, s.opt.OIDC.Issuer); err != nil {
		return err
	}
	if view.Half, err = s.desk.StepUpHalf(r.Context(), v.Session); err != nil {
		return err
	}
	view.Half = view.Half && view.Ways.Codes
	view.Alone = view.Ways.Password && (!view.Ways.Asked || view.Ways.Codes)
	_, named := s.relyingParty(r)
	view.Passkey = named && view.Ways.Passkeys > 0
	if view.Ways.Linked {
		view.Issuer = s.issuerName(r)
	}
	return s.render(w, r, code, "session/step_up", view)
}

func (s *Site) stepUpPassword(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f := readForm(r)
	enough, err := s.desk.StepUpPassword(r.Context(), v.Actor, v.Session, f.Raw("password"), s.visitor(r))
	if wait, ok := desk.WaitOf(err); ok {
		w.Header().Set("Retry-After", retryAfter(wait))
		return s.stepUpPage(w, r, http.StatusTooManyRequests, f.failed(v.Print, err), f.Get("next"))
	}
	if errors.Is(err, paiza.ErrInvalid) {
		return s.stepUpPage(w, r, http.StatusUnprocessableEntity, f.failed(v.Print, err), f.Get("next"))
	}
	if err != nil {
		return err
	}
	return s.proved(w, r, enough, f.Get("next"))
}

// proved goes back to the page after a proof that was enough, or on to the code
// that completes it.
func (s *Site) proved(w http.ResponseWriter, r *http.Request, enough bool, next string) error {
	if enough {
		return s.steppedUp(w, r, next)
	}
	return s.steppedUp(w, r, stepUpLink(inside(next)))
}

// steppedUp goes back to the page, with a new token.
func (s *Site) steppedUp(w http.ResponseWriter, r *http.Request, next string) error {
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	http.Redirect(w, r, inside(next), http.StatusSeeOther)
	return nil
}

func (s *Site) beginPasskeyStepUp(w http.ResponseWriter, r *http.Request) error {
	return s.begin(w, r, func(rp auth.RelyingParty) ([]byte, string, error) {
		return s.desk.BeginPasskeyStepUp(r.Context(), visitOf(r).Actor, rp)
	})
}

func (s *Site) stepUpPasskey(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	return s.finish(w, r, func(rp auth.RelyingParty, ceremony string, a passkeyAnswer) (string, error) {
		if err := s.desk.StepUpPasskey(r.Context(), v.Actor, v.Session, rp, ceremony, a.Answer); err != nil {
			return "", err
		}
		return inside(a.Next), s.sessions.RenewToken(r.Context())
	})
}
