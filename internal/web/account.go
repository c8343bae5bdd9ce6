package web

import (
	"errors"
	"net/http"
	"strings"

	"paiza"
	"paiza/internal/desk"
)

// accountView is one's own account.
type accountView struct {
	Person    paiza.Person
	Form      form
	Roles     []roleView
	Languages []option
	Theme     string
	Fresh     bool // he has just proved that it is he: what changes the ways in may be shown
	Ways      desk.WaysIn
	Passkeys  []desk.Passkey
	CanAdd    bool   // the address allows passkeys
	Issuer    string // name of the sign-in server, empty for none
	Sessions  []sessionView
}

// sessionView is one place in which a person is signed in.
type sessionView struct {
	desk.Session
	Device string
	This   bool
}

func (s *Site) account(w http.ResponseWriter, r *http.Request) error {
	return s.accountPage(w, r, http.StatusOK, form{})
}

func (s *Site) accountPage(w http.ResponseWriter, r *http.Request, code int, f form) error {
	v := visitOf(r)
	ctx := r.Context()
	view := accountView{Person: v.Person, Form: f, Languages: languageOptions(v.Print.Tag()), Theme: v.Theme,
		Fresh: s.desk.SteppedUp(v.Actor), Issuer: s.issuerName(r)}
	_, view.CanAdd = s.relyingParty(r)
	var err error
	if view.Ways, err = s.desk.WaysIn(ctx, v.Actor, s.opt.OIDC.Issuer); err != nil {
		return err
	}
	if view.Passkeys, err = s.desk.Passkeys(ctx, v.Actor); err != nil {
		return err
	}
	list, err := s.desk.Sessions(ctx, v.Actor, v.Actor.ID)
	if err != nil {
		return err
	}
	for _, e := range list {
		view.Sessions = append(view.Sessions, sessionView{e, deviceName(e.Agent), e.ID == v.Session})
	}
	for _, role := range roleViews(v.Actor.Has) {
		if role.On {
			view.Roles = append(view.Roles, role)
		}
	}
	return s.render(w, r, code, "account/account", view)
}

// deviceName is a short name for what a browser calls itself: enough to know
// one's own again.
func deviceName(agent string) string {
	find := func(list [][2]string) string {
		for _, row := range list {
			if strings.Contains(agent, row[0]) {
				return row[1]
			}
		}
		return ""
	}
	browser := find([][2]string{{"Firefox/", "Firefox"}, {"Edg/", "Edge"}, {"YaBrowser/", "Yandex Browser"}, {"OPR/", "Opera"},
		{"Chrome/", "Chrome"}, {"Safari/", "Safari"}})
	system := find([][2]string{{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Mac OS", "macOS"},
		{"Linux", "Linux"}})
	switch {
	case browser == "" && system == "":
		return agent
	case browser == "" || system == "":
		return browser + system
	}
	return browser + ", " + system
}

// changePassword changes one's own password; the session goes on under a new
// token, the others end.
func (s *Site) changePassword(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f := readForm(r)
	err := f.same("password", "again")
	if err == nil {
		err = s.desk.ChangePassword(r.Context(), v.Actor, v.Session, f.Raw("old"), f.Raw("password"), s.visitor(r))
	}
	if wait, ok := desk.WaitOf(err); ok {
		w.Header().Set("Retry-After", retryAfter(wait))
		return s.accountPage(w, r, http.StatusTooManyRequests, f.failed(v.Print, err))
	}
	if errors.Is(err, paiza.ErrInvalid) {
		return s.accountPage(w, r, http.StatusUnprocessableEntity, f.failed(v.Print, err))
	}
	if err != nil {
		return err
	}
	return s.backToAccount(w, r, "account.password_changed")
}

// backToAccount goes on under a new token.
func (s *Site) backToAccount(w http.ResponseWriter, r *http.Request, key string, args ...any) error {
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	s.flash(r, key, args...)
	http.Redirect(w, r, "/account", http.StatusSeeOther)
	return nil
}

// endSession ends one of one's own sessions; the present one ends as by
// signing out.
func (s *Site) endSession(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	if r.PathValue("id") == v.Session {
		return s.signOut(w, r)
	}
	if err := s.desk.EndSession(r.Context(), v.Actor, r.PathValue("id")); err != nil {
		return err
	}
	return s.backToAccount(w, r, "account.sessions_ended", "n", 1)
}

func (s *Site) endOtherSessions(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	n, err := s.desk.EndOtherSessions(r.Context(), v.Actor, v.Session)
	if err != nil {
		return err
	}
	return s.backToAccount(w, r, "account.sessions_ended", "n", n)
}
