package web

import (
	"errors"
	"net/http"
	"time"

	"paiza"
	"paiza/internal/auth"
	"paiza/internal/desk"
)

// codeView is the page on which a person types his one-time code.
type codeView struct{ Form form }

func (s *Site) codeForm(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, http.StatusOK, "recovery/code", codeView{})
}

func (s *Site) openCode(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	hash, _, err := s.desk.OpenCode(r.Context(), f.Raw("code"), s.visitor(r))
	if wait, ok := desk.WaitOf(err); ok {
		w.Header().Set("Retry-After", retryAfter(wait))
		return s.render(w, r, http.StatusTooManyRequests, "recovery/code", codeView{f.failed(visitOf(r).Print, err)})
	}
	if errors.Is(err, paiza.ErrNotFound) {
		err = paiza.Invalid("recovery.no_code", nil)
		return s.render(w, r, http.StatusUnprocessableEntity, "recovery/code", codeView{f.failed(visitOf(r).Print, err)})
	}
	if err != nil {
		return err
	}
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), sessionCode, hash)
	http.Redirect(w, r, "/recover/choose", http.StatusSeeOther)
	return nil
}

// chooseView is the page on which a person with a code chooses his way in.
type chooseView struct {
	Recovery desk.Recovery
	Form     form
	Passkey  bool // the address allows passkeys
}

func (s *Site) chooseForm(w http.ResponseWriter, r *http.Request) error {
	return s.choosePage(w, r, http.StatusOK, form{})
}

func (s *Site) choosePage(w http.ResponseWriter, r *http.Request, code int, f form) error {
	open, err := s.desk.OpenRecovery(r.Context(), s.sessions.GetString(r.Context(), sessionCode))
	if errors.Is(err, paiza.ErrNotFound) {
		http.Redirect(w, r, "/recover", http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	view := chooseView{Recovery: open, Form: f}
	_, view.Passkey = s.relyingParty(r)
	return s.render(w, r, code, "recovery/choose", view)
}

func (s *Site) recoverByPassword(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	err := f.same("password", "again")
	var entry desk.Entry
	if err == nil {
		entry, err = s.desk.RecoverByPassword(r.Context(), s.sessions.GetString(r.Context(), sessionCode), f.Raw("password"), s.visitor(r))
	}
	if errors.Is(err, paiza.ErrInvalid) {
		return s.choosePage(w, r, http.StatusUnprocessableEntity, f.failed(visitOf(r).Print, err))
	}
	if err != nil {
		return err
	}
	if err := s.enter(w, r, entry); err != nil {
		return err
	}
	s.onward(w, r, entry, "/account")
	return nil
}

func (s *Site) beginRecoveryPasskey(w http.ResponseWriter, r *http.Request) error {
	return s.begin(w, r, func(rp auth.RelyingParty) ([]byte, string, error) {
		return s.desk.BeginRecoveryPasskey(r.Context(), s.sessions.GetString(r.Context(), sessionCode), rp, s.visitor(r))
	})
}

func (s *Site) recoverByPasskey(w http.ResponseWriter, r *http.Request) error {
	return s.finish(w, r, func(rp auth.RelyingParty, ceremony string, a passkeyAnswer) (string, error) {
		entry, err := s.desk.RecoverByPasskey(r.Context(), s.sessions.GetString(r.Context(), sessionCode), rp, ceremony, a.Name, a.Answer, s.visitor(r))
		if err != nil {
			return "", err
		}
		return "/account", s.enter(w, r, entry)
	})
}

// shownView is the page that shows a one-time code, once.
type shownView struct {
	Person paiza.Person
	Code   string
	Link   string // empty when the node does not know its own address
	Expiry time.Time
	New    bool // of a new account
}

// shown answers with the code. It stands behind # in the link: what stands
// there is sent to no server and stands in no log.
func (s *Site) shown(w http.ResponseWriter, r *http.Request, p paiza.Person, code string, isNew bool) error {
	view := shownView{Person: p, Code: code, Expiry: s.now().Add(24 * time.Hour), New: isNew}
	if base, ok := s.base(r); ok {
		view.Link = base + "/recover#" + code
	}
	return s.render(w, r, http.StatusOK, "recovery/shown", view)
}

func (s *Site) renewEnrolment(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	code, err := s.desk.RenewEnrolment(r.Context(), v.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	p, err := s.desk.Person(r.Context(), v.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.shown(w, r, p, code, true)
}

func (s *Site) linkNewcomer(w http.ResponseWriter, r *http.Request) error {
	if s.issuer == nil {
		return paiza.NotFound("page", "")
	}
	v, f := visitOf(r), readForm(r)
	err := s.desk.LinkNewcomer(r.Context(), v.Actor, r.PathValue("id"), s.issuer.URL(), f.Get("subject"))
	return s.backToPerson(w, r, f, err, "account.linked", "name", s.issuer.Name())
}

func (s *Site) proposeRecovery(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	err := s.desk.ProposeRecovery(r.Context(), visitOf(r).Actor, r.PathValue("id"), f.Get("reason"))
	return s.backToPerson(w, r, f, err, "recovery.proposed")
}

func (s *Site) confirmRecovery(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	code, err := s.desk.ConfirmRecovery(r.Context(), v.Actor, r.PathValue("id"), readForm(r).Get("recovery"))
	if err != nil {
		return err
	}
	list, err := s.desk.Recoveries(r.Context(), v.Actor, r.PathValue("id"))
	if err != nil || len(list) == 0 {
		return err
	}
	return s.shown(w, r, list[0].Person, code, false)
}

func (s *Site) cancelRecovery(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	err := s.desk.CancelRecovery(r.Context(), visitOf(r).Actor, r.PathValue("id"), f.Get("recovery"))
	return s.backToPerson(w, r, f, err, "recovery.cancelled")
}

func (s *Site) endSessionsOf(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	n, err := s.desk.EndSessionsOf(r.Context(), visitOf(r).Actor, r.PathValue("id"), f.Get("reason"))
	return s.backToPerson(w, r, f, err, "account.sessions_ended", "n", n)
}

// backToPerson goes back to the page of an account after an act on it, or shows
// it with what was wrong.
func (s *Site) backToPerson(w http.ResponseWriter, r *http.Request, f form, err error, key string, args ...any) error {
	if errors.Is(err, paiza.ErrInvalid) {
		return s.personPage(w, r, http.StatusUnprocessableEntity, form{}, f.failed(visitOf(r).Print, err))
	}
	if err != nil {
		return err
	}
	s.flash(r, key, args...)
	http.Redirect(w, r, "/people/"+r.PathValue("id"), http.StatusSeeOther)
	return nil
}
