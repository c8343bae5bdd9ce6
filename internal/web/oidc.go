package web

import (
	"net/http"

	"paiza"
	"paiza/internal/desk"
)

// issuerName is the name of the authority's sign-in server; empty when there is
// none, or when it could not send anybody back to this address.
func (s *Site) issuerName(r *http.Request) string {
	if _, ok := s.base(r); !ok || s.issuer == nil {
		return ""
	}
	return s.issuer.Name()
}

// leaveView is the page between this node and the sign-in server.
type leaveView struct{ To, Issuer string }

// leave sends a person to the sign-in server. The address comes on a page and
// not as a redirect: the policy of contents lets no form lead elsewhere.
func (s *Site) leave(w http.ResponseWriter, r *http.Request, j desk.Journey, next string) error {
	base, ok := s.base(r)
	if !ok || s.issuer == nil {
		return paiza.NotFound("page", "")
	}
	ctx := r.Context()
	to, ceremony, err := s.desk.BeginJourney(ctx, j, visitOf(r).Actor, s.issuer, base+"/oidc/callback", from(r))
	if err != nil {
		return err
	}
	s.sessions.Put(ctx, sessionCeremony, ceremony)
	s.sessions.Put(ctx, sessionJourney, string(j))
	s.sessions.Put(ctx, sessionNext, inside(next))
	w.Header().Set("Refresh", "0; url="+to)
	return s.render(w, r, http.StatusOK, "session/leave", leaveView{to, s.issuer.Name()})
}

func (s *Site) leaveToSignIn(w http.ResponseWriter, r *http.Request) error {
	if !visitOf(r).Actor.Anonymous() {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	return s.leave(w, r, desk.JourneySignIn, r.PostFormValue("next"))
}

func (s *Site) leaveToStepUp(w http.ResponseWriter, r *http.Request) error {
	return s.leave(w, r, desk.JourneyStepUp, r.PostFormValue("next"))
}

func (s *Site) leaveToLink(w http.ResponseWriter, r *http.Request) error {
	return s.leave(w, r, desk.JourneyLink, "/account")
}

// arrive takes a person back from the sign-in server.
func (s *Site) arrive(w http.ResponseWriter, r *http.Request) error {
	if s.issuer == nil {
		return paiza.NotFound("page", "")
	}
	ctx, v := r.Context(), visitOf(r)
	ceremony, next := s.sessions.PopString(ctx, sessionCeremony), inside(s.sessions.PopString(ctx, sessionNext))
	switch desk.Journey(s.sessions.PopString(ctx, sessionJourney)) {
	case desk.JourneyStepUp:
		enough, err := s.desk.StepUpOIDC(ctx, v.Actor, v.Session, s.issuer, ceremony, r.URL.Query())
		if err != nil {
			return err
		}
		return s.proved(w, r, enough, next)
	case desk.JourneyLink:
		if err := s.desk.Link(ctx, v.Actor, s.issuer, ceremony, r.URL.Query()); err != nil {
			return err
		}
		s.flash(r, "account.linked", "name", s.issuer.Name())
		http.Redirect(w, r, "/account", http.StatusSeeOther)
		return nil
	}
	entry, err := s.desk.SignInOIDC(ctx, s.issuer, ceremony, r.URL.Query(), s.visitor(r))
	if err != nil {
		return s.signInRefused(w, r, signInView{Next: next}, err)
	}
	if err := s.enter(w, r, entry); err != nil {
		return err
	}
	s.onward(w, r, entry, next)
	return nil
}

func (s *Site) unlink(w http.ResponseWriter, r *http.Request) error {
	if err := s.desk.Unlink(r.Context(), visitOf(r).Actor); err != nil {
		return err
	}
	s.flash(r, "account.unlinked")
	http.Redirect(w, r, "/account", http.StatusSeeOther)
	return nil
}
