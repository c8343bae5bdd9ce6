package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"paiza"
)

// OIDC is an authority's own sign-in server (OpenID Connect Core 1.0) as the
// operator describes it. Name is what the button says.
type OIDC struct {
	Issuer       string
	ClientID     string
	ClientSecret string
	Name         string
	// ACR is asked for at every journey, and what a step-up must reach there (acr,
	// OpenID Connect Core 1.0 §2); a sign-in that reaches it counts as two factors.
	// Empty takes whatever the server asked of the person.
	ACR string
}

const (
	issuerTimeout = 10 * time.Second
	issuerRest    = 15 * time.Second // before a server that did not answer is asked again
	maxIssuerText = 1 << 20          // of any answer of the issuer, bytes
	clockLeeway   = time.Minute
)

// Issuer asks a sign-in server who a person is. The server is looked up when it
// is first needed: a node starts and works while it is down.
type Issuer struct {
	o      OIDC
	client *http.Client
	now    func() time.Time

	mu     sync.Mutex
	known  *oidc.Provider
	failed time.Time // when it last did not answer
}

// NewIssuer is the issuer for a description; nil when there is none.
func NewIssuer(o OIDC, now func() time.Time) *Issuer {
	if o.Issuer == "" {
		return nil
	}
	return &Issuer{o: o, now: now, client: &http.Client{Timeout: issuerTimeout, CheckRedirect: stay, Transport: bounded{http.DefaultTransport.(*http.Transport).Clone()}}}
}

// stay follows no redirect: the server is asked at the addresses that it states.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Name is what pages call the server; URL is its issuer identifier.
func (i *Issuer) Name() string {
	if i.o.Name != "" {
		return i.o.Name
	}
	return i.o.Issuer
}

// URL is the issuer identifier, which stands in every token.
func (i *Issuer) URL() string { return i.o.Issuer }

// TwoFactors reports whether the server says that the person proved himself by
// two factors.
func (i *Issuer) TwoFactors(id Identity) bool { return id.TwoFactors(i.o.ACR) }

// bounded reads no more of an answer than anything honest has.
type bounded struct{ next http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.next.RoundTrip(r)
	if err == nil {
		res.Body = http.MaxBytesReader(nil, res.Body, maxIssuerText)
	}
	return res, err
}

// Journey is what must be the same when a person comes back from the server.
type Journey struct {
	State    string
	Nonce    string
	Verifier string // PKCE, RFC 7636
	Redirect string
	Begun    time.Time
	Fresh    bool // he was to prove himself anew
}

// Identity is what the server says of a person.
type Identity struct {
	Issuer, Subject string
	At              time.Time // when he proved himself there; zero when it does not say
	ACR             string
	AMR             []string
}

// Begin gives the address to send a person to, and the state of the journey
// for Finish. fresh asks the server to have him prove himself anew.
func (i *Issuer) Begin(ctx context.Context, redirect string, fresh bool) (to string, state []byte, err error) {
	p, err := i.provider(ctx)
	if err != nil {
		return "", nil, err
	}
	j := Journey{State: secret(), Nonce: secret(), Verifier: oauth2.GenerateVerifier(), Redirect: redirect, Begun: i.now(), Fresh: fresh}
	opts := []oauth2.AuthCodeOption{oidc.Nonce(j.Nonce), oauth2.S256ChallengeOption(j.Verifier)}
	if fresh {
		opts = append(opts, oauth2.SetAuthURLParam("max_age", "0"), oauth2.SetAuthURLParam("prompt", "login"))
	}
	if i.o.ACR != "" {
		opts = append(opts, oauth2.SetAuthURLParam("acr_values", i.o.ACR))
	}
	if state, err = json.Marshal(j); err != nil {
		return "", nil, err
	}
	return i.config(p, redirect).AuthCodeURL(j.State, opts...), state, nil
}

// Finish takes what the server sent the person back with, and answers who he
// is. What does not agree with the journey is refused with ErrInvalid, a server
// that does not answer with ErrUnavailable.
func (i *Issuer) Finish(ctx context.Context, state []byte, back url.Values) (Identity, error) {
	var j Journey
	if err := json.Unmarshal(state, &j); err != nil {
		return Identity{}, refused(err)
	}
	if subtle.ConstantTimeCompare([]byte(back.Get("state")), []byte(j.State)) != 1 || j.State == "" {
		return Identity{}, refused(errors.New("state differs"))
	}
	if iss := back.Get("iss"); iss != "" && iss != i.o.Issuer { // RFC 9207
		return Identity{}, refused(errors.New("answer of another issuer"))
	}
	if back.Get("error") != "" || back.Get("code") == "" || len(back.Get("code")) > 4096 {
		return Identity{}, refused(errors.New("no code"))
	}
	p, err := i.provider(ctx)
	if err != nil {
		return Identity{}, err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, i.client), issuerTimeout)
	defer cancel()
	token, err := i.config(p, j.Redirect).Exchange(ctx, back.Get("code"), oauth2.VerifierOption(j.Verifier))
	if err != nil {
		var answer *oauth2.RetrieveError
		if errors.As(err, &answer) && answer.Response != nil && answer.Response.StatusCode < 500 {
			return Identity{}, refused(errors.New("the code is not taken"))
		}
		return Identity{}, paiza.Unavailable("signin.issuer_down", err)
	}
	raw, _ := token.Extra("id_token").(string)
	return i.read(ctx, p, j, raw)
}

// read checks the identity token (OpenID Connect Core 1.0 §3.1.3.7).
func (i *Issuer) read(ctx context.Context, p *oidc.Provider, j Journey, raw string) (Identity, error) {
	t, err := p.VerifierContext(oidc.ClientContext(ctx, i.client), &oidc.Config{ClientID: i.o.ClientID, Now: i.now}).Verify(ctx, raw)
	if err != nil {
		return Identity{}, refused(err)
	}
	var claims struct {
		AuthTime int64    `json:"auth_time"`
		ACR      string   `json:"acr"`
		AMR      []string `json:"amr"`
		Party    string   `json:"azp"`
	}
	if err := t.Claims(&claims); err != nil {
		return Identity{}, refused(err)
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(t.Nonce), []byte(j.Nonce)) != 1 || j.Nonce == "":
		return Identity{}, refused(errors.New("nonce differs"))
	case claims.Party != "" && claims.Party != i.o.ClientID, len(t.Audience) > 1 && claims.Party == "":
		return Identity{}, refused(errors.New("token for another party"))
	case t.Subject == "" || len(t.Subject) > 255:
		return Identity{}, refused(errors.New("no subject"))
	}
	id := Identity{Issuer: t.Issuer, Subject: t.Subject, ACR: claims.ACR, AMR: claims.AMR}
	if claims.AuthTime > 0 {
		id.At = time.Unix(claims.AuthTime, 0)
	}
	if j.Fresh && i.o.ACR != "" && id.ACR != i.o.ACR {
		return Identity{}, paiza.Invalid("signin.issuer_weak", nil)
	}
	if j.Fresh && (id.At.Before(j.Begun.Add(-clockLeeway)) || id.At.After(i.now().Add(clockLeeway))) {
		return Identity{}, paiza.Invalid("signin.issuer_stale", nil)
	}
	return id, nil
}

func (i *Issuer) config(p *oidc.Provider, redirect string) *oauth2.Config {
	return &oauth2.Config{ClientID: i.o.ClientID, ClientSecret: i.o.ClientSecret, Endpoint: p.Endpoint(), RedirectURL: redirect, Scopes: []string{oidc.ScopeOpenID}}
}

// provider looks the server up, once it answers.
func (i *Issuer) provider(ctx context.Context) (*oidc.Provider, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.known != nil {
		return i.known, nil
	}
	// Whoever waited while it did not answer is told so at once.
	if !i.failed.IsZero() && i.now().Sub(i.failed) < issuerRest {
		return nil, paiza.Unavailable("signin.issuer_down", nil)
	}
	// Who leaves early must not make it fail for the others.
	ctx, cancel := context.WithTimeout(oidc.ClientContext(context.WithoutCancel(ctx), i.client), issuerTimeout)
	defer cancel()
	p, err := oidc.NewProvider(ctx, i.o.Issuer)
	if err != nil {
		i.failed = i.now()
		return nil, paiza.Unavailable("signin.issuer_down", err)
	}
	i.known = p
	return p, nil
}

func refused(err error) error {
	return &paiza.Error{Kind: paiza.ErrInvalid, Key: "signin.issuer_refused", Err: err}
}

// secret is 256 random bits in the text of URLs.
func secret() string {
	var raw [32]byte
	rand.Read(raw[:])
	return base64.RawURLEncoding.EncodeToString(raw[:])
}
