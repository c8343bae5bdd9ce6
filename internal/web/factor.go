package web

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"

	"paiza"
	"paiza/internal/auth"
	"paiza/internal/desk"
)

// factorRoutes are the second factor: giving it, and making it. They are all
// that a session half-way opens, besides what is public.
func factorRoutes() []route {
	return []route{
		{"GET", passPath, halfway, (*Site).passForm, false},
		{"POST", passPath, halfway, (*Site).passByCode, false},
		{"POST", passPath + "/passkey/begin", halfway, (*Site).beginPass, false},
		{"POST", passPath + "/passkey", halfway, (*Site).passByPasskey, false},
		{"GET", newFactorPath, halfway, (*Site).newFactor, false},
		{"POST", newFactorPath, halfway, (*Site).addCodes, false},
		{"POST", newFactorPath + "/passkey/begin", halfway, (*Site).beginFirstPasskey, false},
		{"POST", newFactorPath + "/passkey", halfway, (*Site).addFirstPasskey, false},
		{"POST", newFactorPath + "/remove", signedIn, (*Site).removeCodes, false},
		{"POST", "/step-up/code", signedIn, (*Site).stepUpCode, false},
	}
}

const (
	passPath      = "/sign-in/second"
	newFactorPath = "/account/second-factor"
)

// halfPath is the page on which a session half-way goes on.
func halfPath(h *desk.Half) string {
	if h.Enrol {
		return newFactorPath
	}
	return passPath
}

// onward goes on with a session that has just begun: to the page that was
// wanted, or first to the second factor.
func (s *Site) onward(w http.ResponseWriter, r *http.Request, e desk.Entry, next string) {
	if e.Half {
		s.sessions.Put(r.Context(), sessionNext, inside(next))
		next = passPath
	}
	http.Redirect(w, r, inside(next), http.StatusSeeOther)
}

// passed goes on with a session that has become whole, under a new token.
func (s *Site) passed(w http.ResponseWriter, r *http.Request, e desk.Entry) (next string, err error) {
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return "", err
	}
	s.keepDevice(w, e)
	return inside(s.sessions.PopString(r.Context(), sessionNext)), nil
}

// passView is the page on which the second factor is given.
type passView struct {
	Login   string
	Form    form
	Code    bool
	Passkey bool // he has one and the address allows passkeys
	Other   bool // he has one and the address allows none
}

func (s *Site) passForm(w http.ResponseWriter, r *http.Request) error {
	return s.passPage(w, r, http.StatusOK, form{})
}

func (s *Site) passPage(w http.ResponseWriter, r *http.Request, code int, f form) error {
	h := visitOf(r).Half
	if h == nil || h.Enrol {
		to := "/"
		if h != nil {
			to = newFactorPath
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	_, named := s.relyingParty(r)
	return s.render(w, r, code, "factor/pass", passView{Login: h.Person.Login, Form: f, Code: h.Code, Passkey: h.Passkey && named, Other: h.Passkey && !named})
}

// halfSession is the session half-way of a request; empty for none.
func halfSession(r *http.Request) string {
	if h := visitOf(r).Half; h != nil {
		return h.Session
	}
	return ""
}

func (s *Site) passByCode(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	e, err := s.desk.PassByCode(r.Context(), halfSession(r), f.Raw("code"), s.visitor(r))
	if code, f, shown := s.codeRefused(w, r, f, err); shown {
		return s.passPage(w, r, code, f)
	}
	if err != nil {
		return err
	}
	next, err := s.passed(w, r, e)
	if err != nil {
		return err
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// codeRefused is how a page with a field for a code comes back when the code was
// not taken; false when it was, or when something else went wrong.
func (s *Site) codeRefused(w http.ResponseWriter, r *http.Request, f form, err error) (int, form, bool) {
	if wait, ok := desk.WaitOf(err); ok {
		w.Header().Set("Retry-After", retryAfter(wait))
		return http.StatusTooManyRequests, f.failed(visitOf(r).Print, err), true
	}
	if errors.Is(err, paiza.ErrInvalid) {
		return http.StatusUnprocessableEntity, f.failed(visitOf(r).Print, err), true
	}
	return 0, f, false
}

func (s *Site) beginPass(w http.ResponseWriter, r *http.Request) error {
	return s.begin(w, r, func(rp auth.RelyingParty) ([]byte, string, error) {
		return s.desk.BeginPass(r.Context(), halfSession(r), rp, s.visitor(r))
	})
}

func (s *Site) passByPasskey(w http.ResponseWriter, r *http.Request) error {
	return s.finish(w, r, func(rp auth.RelyingParty, ceremony string, a passkeyAnswer) (string, error) {
		e, err := s.desk.PassByPasskey(r.Context(), halfSession(r), rp, ceremony, a.Answer, s.visitor(r))
		if err != nil {
			return "", err
		}
		return s.passed(w, r, e)
	})
}

// newFactorView is the page on which a second factor is made.
type newFactorView struct {
	Form    form
	Half    bool // he has none yet, and goes on here
	Passkey bool // half-way, and the address allows passkeys
	Replace bool // he has an app for codes already
	QR      template.HTML
	Secret  string // as text, for who cannot hold a camera to the screen
	Hash    string
	URL     template.URL
}

func (s *Site) newFactor(w http.ResponseWriter, r *http.Request) error {
	return s.newFactorPage(w, r, http.StatusOK, form{})
}

func (s *Site) newFactorPage(w http.ResponseWriter, r *http.Request, code int, f form) error {
	v, ctx := visitOf(r), r.Context()
	if v.Half != nil && !v.Half.Enrol {
		http.Redirect(w, r, passPath, http.StatusSeeOther)
		return nil
	}
	codes, ceremony, err := s.desk.BeginCodes(ctx, v.Actor, halfSession(r), s.sessions.GetString(ctx, sessionCodes), s.nodeName(r), s.visitor(r))
	if err != nil {
		return err
	}
	s.sessions.Put(ctx, sessionCodes, ceremony)
	view := newFactorView{Form: f, Half: v.Half != nil, Secret: codes.Text, Hash: codes.Hash, URL: template.URL(codes.URL)}
	if view.Half {
		_, view.Passkey = s.relyingParty(r)
	} else {
		ways, err := s.desk.WaysIn(ctx, v.Actor, "")
		if err != nil {
			return err
		}
		view.Replace = ways.Codes
	}
	if view.QR, err = qrCode(codes.URL, v.Print.T("factor.picture")); err != nil {
		return err
	}
	return s.render(w, r, code, "factor/new", view)
}

// nodeName is what an app shows above the codes of this node.
func (s *Site) nodeName(r *http.Request) string {
	host := hostname(r.Host)
	if u, err := url.Parse(s.opt.PublicURL); err == nil && u.Host != "" {
		host = u.Hostname()
	}
	return "Paiza " + host
}

func (s *Site) addCodes(w http.ResponseWriter, r *http.Request) error {
	v, ctx, f := visitOf(r), r.Context(), readForm(r)
	e, err := s.desk.AddCodes(ctx, v.Actor, halfSession(r), s.sessions.GetString(ctx, sessionCodes), f.Raw("code"), s.visitor(r))
	if code, f, shown := s.codeRefused(w, r, f, err); shown {
		return s.newFactorPage(w, r, code, f)
	}
	if err != nil {
		return err
	}
	s.sessions.Remove(ctx, sessionCodes)
	if v.Half == nil {
		return s.backToAccount(w, r, "factor.added")
	}
	next, err := s.passed(w, r, e)
	if err != nil {
		return err
	}
	s.flash(r, "factor.added")
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

func (s *Site) beginFirstPasskey(w http.ResponseWriter, r *http.Request) error {
	return s.begin(w, r, func(rp auth.RelyingParty) ([]byte, string, error) {
		return s.desk.BeginFirstPasskey(r.Context(), halfSession(r), rp, s.visitor(r))
	})
}

func (s *Site) addFirstPasskey(w http.ResponseWriter, r *http.Request) error {
	return s.finish(w, r, func(rp auth.RelyingParty, ceremony string, a passkeyAnswer) (string, error) {
		e, err := s.desk.AddFirstPasskey(r.Context(), halfSession(r), rp, ceremony, a.Name, a.Answer, s.visitor(r))
		if err != nil {
			return "", err
		}
		return s.passed(w, r, e)
	})
}

func (s *Site) removeCodes(w http.ResponseWriter, r *http.Request) error {
	if err := s.desk.RemoveCodes(r.Context(), visitOf(r).Actor); err != nil {
		return err
	}
	return s.backToAccount(w, r, "factor.removed")
}

func (s *Site) stepUpCode(w http.ResponseWriter, r *http.Request) error {
	v, f := visitOf(r), readForm(r)
	err := s.desk.StepUpCode(r.Context(), v.Actor, v.Session, f.Raw("code"), s.visitor(r))
	if code, f, shown := s.codeRefused(w, r, f, err); shown {
		return s.stepUpPage(w, r, code, f, f.Get("next"))
	}
	if err != nil {
		return err
	}
	return s.steppedUp(w, r, f.Get("next"))
}
