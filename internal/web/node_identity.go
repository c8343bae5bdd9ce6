package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/locale"
)

// identityView is this node among others: its card and keys, or the form that
// makes them.
type identityView struct {
	desk.OwnNode
	Card   *desk.CardDetail // the present one; nil while there is none
	Left   time.Duration    // until its key expires
	Former []desk.CardDetail
	Keys   []desk.CardDetail // former ones whose keys may be revoked
	Acts   []actView
	Form   form
	Of     string // the form that was refused
	Proof  string
}

func (s *Site) identity(w http.ResponseWriter, r *http.Request) error {
	return s.identityPage(w, r, http.StatusOK, "", form{values: url.Values{}})
}

func (s *Site) identityPage(w http.ResponseWriter, r *http.Request, code int, of string, f form) error {
	v := visitOf(r)
	own, err := s.desk.OwnNode(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	view := identityView{OwnNode: own, Form: f, Of: of, Proof: s.proving(r, "/identity")}
	if own.Node == "" {
		return s.render(w, r, code, "identity/init", view)
	}
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	view.Card, view.Former, view.Acts = &own.Cards[0], own.Cards[1:], s.acts(v, names, own.Acts)
	for _, c := range view.Former {
		if c.Revoked.IsZero() && c.Signing() != view.Card.Signing() && !slices.ContainsFunc(view.Keys, func(k desk.CardDetail) bool { return k.Signing() == c.Signing() }) {
			view.Keys = append(view.Keys, c)
		}
	}
	view.Left = view.Card.NotAfter.Sub(s.now())
	if of == "" {
		view.Form.values.Set("name", view.Card.Names[0].Value)
		view.Form.values.Set("address", strings.Join(view.Card.Addresses, "\n"))
	}
	return s.render(w, r, code, "identity/detail", view)
}

// newNode is what an administrator typed of his node.
func newNode(f form) paiza.NewNode {
	in := paiza.NewNode{Name: f.Get("name"), Body: strings.ToUpper(f.Get("body")), Addresses: strings.Fields(f.Get("address")), Names: map[string]string{}, Reason: f.Get("reason")}
	for _, tag := range locale.Languages() {
		if name := f.Get("name_" + tag); name != "" {
			in.Names[tag] = name
		}
	}
	return in
}

func (s *Site) initNode(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	_, err := s.desk.InitNode(r.Context(), visitOf(r).Actor, newNode(f))
	return s.identityDone(w, r, "init", f, err)
}

func (s *Site) identityDone(w http.ResponseWriter, r *http.Request, what string, f form, err error) error {
	if refusedHere(err) {
		code, _ := statusOf(err)
		return s.identityPage(w, r, code, what, f.failed(visitOf(r).Print, err))
	}
	if err != nil {
		return err
	}
	s.flash(r, "identity.done."+what)
	http.Redirect(w, r, "/identity", http.StatusSeeOther)
	return nil
}

// ownCard answers with this node's card as a file to give to others.
func (s *Site) ownCard(w http.ResponseWriter, r *http.Request) error {
	card, text, err := s.desk.Card(r.Context(), visitOf(r).Actor)
	if err != nil {
		return err
	}
	return sendFile(w, "card-"+strings.ToLower(card.Body)+"-"+card.Node.String()+".txt", "text/plain; charset=utf-8", []byte(text))
}

// renewal makes the next card: with the keys that the node has, or with new
// ones.
func renewal(what string) func(*Site, http.ResponseWriter, *http.Request) error {
	return func(s *Site, w http.ResponseWriter, r *http.Request) error {
		f := readForm(r)
		var err error
		if what == "rotate" {
			_, err = s.desk.RotateKeys(r.Context(), visitOf(r).Actor, paiza.NewNode{Reason: f.Get("reason")})
		} else {
			in := newNode(f)
			in.Body = ""
			_, err = s.desk.RenewCard(r.Context(), visitOf(r).Actor, in)
		}
		return s.identityDone(w, r, what, f, err)
	}
}

func (s *Site) revokeKey(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	from, err := when(f.Get("moment"))
	if err == nil {
		err = s.desk.Revoke(r.Context(), visitOf(r).Actor, f.Get("key"), from, f.Get("reason"))
	}
	return s.identityDone(w, r, "revoke", f, err)
}

// when reads a moment as a browser's field writes it, by the clock of the
// machine; empty is now.
func when(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation("2006-01-02T15:04", text, time.Local)
	if err != nil {
		return t, badField("moment", "identity.moment_form")
	}
	return t, nil
}
