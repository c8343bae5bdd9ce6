package web

import (
	"errors"
	"net/http"

	"paiza"
)

// accountView is one's own account.
type accountView struct {
	Person    paiza.Person
	Form      form
	Roles     []roleView
	Languages []option
	Theme     string
}

func (s *Site) account(w http.ResponseWriter, r *http.Request) error {
	return s.accountPage(w, r, http.StatusOK, form{})
}

func (s *Site) accountPage(w http.ResponseWriter, r *http.Request, code int, f form) error {
	v := visitOf(r)
	view := accountView{Person: v.Person, Form: f, Languages: languageOptions(v.Print.Tag()), Theme: v.Theme}
	for _, role := range roleViews(v.Actor.Has) {
		if role.On {
			view.Roles = append(view.Roles, role)
		}
	}
	return s.render(w, r, code, "account/account", view)
}

// changePassword changes one's own password and begins a new session with it.
func (s *Site) changePassword(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f := readForm(r)
	if wait := s.attempts.wait(v.Person.Login, from(r)); wait > 0 {
		return s.accountPage(w, r, http.StatusTooManyRequests,
			f.failed(v.Print, paiza.Invalid("error.sign_in.wait", paiza.Args{"time": wait})))
	}
	err := f.same("password", "again")
	if err == nil {
		err = s.desk.ChangePassword(r.Context(), v.Actor, f.Raw("old"), f.Raw("password"))
	}
	if err != nil {
		if !errors.Is(err, paiza.ErrInvalid) && !errors.Is(err, paiza.ErrForbidden) {
			return err
		}
		s.attempts.failed(v.Person.Login, from(r))
		return s.accountPage(w, r, http.StatusUnprocessableEntity, f.failed(v.Print, err))
	}
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	s.flash(r, "account.password_changed")
	http.Redirect(w, r, "/account", http.StatusSeeOther)
	return nil
}
