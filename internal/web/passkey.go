package web

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"

	"paiza"
	"paiza/internal/auth"
	"paiza/internal/desk"
)

// base is the address of the pages as browsers see it, without a slash at the
// end; false when the operator did not say it and the request is not the
// machine's own. What a request says of its host is otherwise not believed.
func (s *Site) base(r *http.Request) (string, bool) {
	if s.opt.PublicURL != "" {
		u, err := url.Parse(s.opt.PublicURL)
		if err != nil || u.Host == "" {
			return "", false
		}
		return u.Scheme + "://" + u.Host, true
	}
	host := hostname(r.Host)
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return "", false
	}
	if s.opt.TLS {
		return "https://" + r.Host, true
	}
	return "http://" + r.Host, true
}

func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

// relyingParty is this node for passkeys; false where browsers allow none,
// because the address is no name (Web Authentication Level 3 §5.1.3).
func (s *Site) relyingParty(r *http.Request) (auth.RelyingParty, bool) {
	base, ok := s.base(r)
	if !ok {
		return auth.RelyingParty{}, false
	}
	u, err := url.Parse(base)
	if err != nil {
		return auth.RelyingParty{}, false
	}
	rp := auth.RelyingParty{ID: s.opt.PasskeyID, Origins: []string{base}}
	if rp.ID == "" {
		rp.ID = u.Hostname()
	}
	if _, err := netip.ParseAddr(rp.ID); err == nil || u.Scheme != "https" && rp.ID != "localhost" {
		return auth.RelyingParty{}, false
	}
	return rp, true
}

// passkeyAnswer is what the script of a page sends back.
type passkeyAnswer struct {
	Name   string          `json:"name"`
	Next   string          `json:"next"`
	Answer json.RawMessage `json:"answer"`
}

// readAnswer takes a passkey's answer off a request.
func readAnswer(w http.ResponseWriter, r *http.Request) (a passkeyAnswer, err error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return a, paiza.Invalid("error.invalid", nil)
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, auth.MaxPasskeyAnswer))
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(raw, &a); err != nil || len(a.Answer) == 0 {
		return passkeyAnswer{}, &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.invalid", Err: err}
	}
	return a, nil
}

// reply answers the script of a page.
type scriptReply struct {
	Options json.RawMessage `json:"options,omitempty"`
	Go      string          `json:"go,omitempty"`    // address to go on to
	Error   string          `json:"error,omitempty"` // sentence for the person
}

func (s *Site) answerScript(w http.ResponseWriter, r *http.Request, reply scriptReply, err error) error {
	code := http.StatusOK
	switch {
	case desk.NeedsStepUp(err):
		reply = scriptReply{Go: stepUpAgain(pageOf(r))}
	case err != nil:
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			err = paiza.Invalid("error.invalid", nil)
		}
		code, _ = statusOf(err)
		if wait, ok := desk.WaitOf(err); ok {
			w.Header().Set("Retry-After", retryAfter(wait))
			code = http.StatusTooManyRequests
		}
		var known *paiza.Error
		if !errors.As(err, &known) || known.Err != nil {
			s.log.Warn("passkey", "path", r.URL.Path, "err", err)
		}
		reply = scriptReply{Error: visitOf(r).Print.Error(err)}
	}
	raw, err := json.Marshal(reply)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, err = w.Write(raw)
	return gone(err)
}

// begin starts a ceremony of a passkey and keeps its name in the session.
func (s *Site) begin(w http.ResponseWriter, r *http.Request, start func(auth.RelyingParty) ([]byte, string, error)) error {
	rp, ok := s.relyingParty(r)
	if !ok {
		return s.answerScript(w, r, scriptReply{}, paiza.Conflict("passkey.no_name", nil))
	}
	options, ceremony, err := start(rp)
	if err == nil {
		s.sessions.Put(r.Context(), sessionCeremony, ceremony)
	}
	return s.answerScript(w, r, scriptReply{Options: options}, err)
}

// finish takes the answer to the ceremony that the session waits for. end gives
// the address to go on to.
func (s *Site) finish(w http.ResponseWriter, r *http.Request, end func(rp auth.RelyingParty, ceremony string, a passkeyAnswer) (string, error)) error {
	rp, ok := s.relyingParty(r)
	if !ok {
		return s.answerScript(w, r, scriptReply{}, paiza.Conflict("passkey.no_name", nil))
	}
	a, err := readAnswer(w, r)
	to := ""
	if err == nil {
		to, err = end(rp, s.sessions.PopString(r.Context(), sessionCeremony), a)
	}
	return s.answerScript(w, r, scriptReply{Go: to}, err)
}

func (s *Site) beginPasskeySignIn(w http.ResponseWriter, r *http.Request) error {
	return s.begin(w, r, func(rp auth.RelyingParty) ([]byte, string, error) {
		return s.desk.BeginPasskeySignIn(r.Context(), rp, s.visitor(r))
	})
}

func (s *Site) signInPasskey(w http.ResponseWriter, r *http.Request) error {
	return s.finish(w, r, func(rp auth.RelyingParty, ceremony string, a passkeyAnswer) (string, error) {
		entry, err := s.desk.SignInPasskey(r.Context(), rp, ceremony, a.Answer, s.visitor(r))
		if err != nil {
			return "", err
		}
		return inside(a.Next), s.enter(w, r, entry)
	})
}

func (s *Site) beginPasskey(w http.ResponseWriter, r *http.Request) error {
	return s.begin(w, r, func(rp auth.RelyingParty) ([]byte, string, error) {
		return s.desk.BeginPasskey(r.Context(), visitOf(r).Actor, rp)
	})
}

func (s *Site) addPasskey(w http.ResponseWriter, r *http.Request) error {
	return s.finish(w, r, func(rp auth.RelyingParty, ceremony string, a passkeyAnswer) (string, error) {
		err := s.desk.AddPasskey(r.Context(), visitOf(r).Actor, rp, ceremony, a.Name, a.Answer)
		if err == nil {
			s.flash(r, "passkey.added")
		}
		return "/account", err
	})
}

func (s *Site) removePasskey(w http.ResponseWriter, r *http.Request) error {
	if err := s.desk.RemovePasskey(r.Context(), visitOf(r).Actor, r.PathValue("id")); err != nil {
		return err
	}
	s.flash(r, "passkey.removed")
	http.Redirect(w, r, "/account", http.StatusSeeOther)
	return nil
}
