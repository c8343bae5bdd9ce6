package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"paiza"
)

// tokensView is one's own tokens, and the form of a new one.
type tokensView struct {
	Tokens []tokenRow
	Form   form
	Scopes []scopeView
	Fresh  bool   // the person has just proved that it is he
	Secret string // of the token made just now
	Max    int    // days
	API    bool
}

type tokenRow struct {
	paiza.Token
	State string // good, expired, revoked
	Good  bool
}

type scopeView struct {
	Right paiza.Right
	On    bool
}

func (s *Site) tokens(w http.ResponseWriter, r *http.Request) error {
	return s.tokensPage(w, r, http.StatusOK, form{}, "")
}

func (s *Site) tokensPage(w http.ResponseWriter, r *http.Request, code int, f form, made string) error {
	v := visitOf(r)
	list, err := s.desk.Tokens(r.Context(), v.Actor, "")
	if err != nil {
		return err
	}
	view := tokensView{Form: f, Fresh: s.desk.SteppedUp(v.Actor), Secret: made, Max: paiza.MaxTokenDays, API: s.opt.API != nil}
	for _, k := range list {
		row := tokenRow{Token: k, State: "token.state_good", Good: true}
		switch {
		case !k.Revoked.IsZero():
			row.State, row.Good = "token.state_revoked", false
		case !k.Good(s.now()):
			row.State, row.Good = "token.state_expired", false
		}
		view.Tokens = append(view.Tokens, row)
	}
	for _, right := range paiza.Rights() {
		if v.can(right) {
			view.Scopes = append(view.Scopes, scopeView{right, f.Has("scope", string(right))})
		}
	}
	return s.render(w, r, code, "token/list", view)
}

// createToken makes a token and shows it this once.
func (s *Site) createToken(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	in := paiza.NewToken{Name: f.Get("name"), Reason: f.Get("reason"), Networks: strings.Fields(f.Get("networks"))}
	in.Days, _ = strconv.Atoi(f.Get("days"))
	for _, scope := range f.All("scope") {
		in.Scopes = append(in.Scopes, paiza.Right(scope))
	}
	_, text, err := s.desk.CreateToken(r.Context(), visitOf(r).Actor, in)
	if err != nil {
		if !errors.Is(err, paiza.ErrInvalid) {
			return err
		}
		return s.tokensPage(w, r, http.StatusUnprocessableEntity, f.failed(visitOf(r).Print, err), "")
	}
	return s.tokensPage(w, r, http.StatusOK, form{}, text)
}

func (s *Site) revokeToken(w http.ResponseWriter, r *http.Request) error {
	if err := s.desk.RevokeToken(r.Context(), visitOf(r).Actor, r.PathValue("id"), ""); err != nil {
		return err
	}
	s.flash(r, "token.revoke_done")
	http.Redirect(w, r, "/account/tokens", http.StatusSeeOther)
	return nil
}
