package web

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"paiza"
	"paiza/internal/auth"
)

// signInServer is an authority's own sign-in server: the OpenID provider of
// zitadel over a storage in memory, where the test says who signs in.
type signInServer struct {
	*httptest.Server
	key       *rsa.PrivateKey
	published *rsa.PublicKey

	mu       sync.Mutex
	requests map[string]*journey // by id and by code
	subject  string              // who signs in next
	acr      string
	amr      []string  // how; nil: password and one-time code
	proved   time.Time // when he proved himself; zero: now
	nonce    string    // what stands in the token instead of the nonce
	lifetime time.Duration
	seen     *oidc.AuthRequest // the last request
	down     bool
}

const clientID, clientSecret = "paiza-node", "a secret of the test"

func newSignInServer(t *testing.T) *signInServer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s := &signInServer{key: key, requests: map[string]*journey{}, subject: "subject-1", lifetime: time.Hour, published: &key.PublicKey}
	mux := http.NewServeMux()
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.down {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Server.Close)
	var secret [32]byte
	rand.Read(secret[:])
	provider, err := op.NewProvider(&op.Config{CryptoKey: secret, CodeMethodS256: true}, s, op.StaticIssuer(s.URL), op.WithAllowInsecure())
	if err != nil {
		t.Fatal(err)
	}
	back := op.AuthCallbackURL(provider)
	mux.Handle("/", provider)
	// The page on which a person would prove himself: here he is done at once.
	mux.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		j := s.requests[r.URL.Query().Get("id")]
		j.subject, j.acr, j.at, j.done = s.subject, s.acr, time.Now(), true
		if j.amr = s.amr; j.amr == nil {
			j.amr = []string{"pwd", "otp"}
		}
		if !s.proved.IsZero() {
			j.at = s.proved
		}
		s.mu.Unlock()
		http.Redirect(w, r, back(op.ContextWithIssuer(r.Context(), s.URL), j.id), http.StatusFound)
	})
	return s
}

func (s *signInServer) options() auth.OIDC {
	return auth.OIDC{Issuer: s.URL, ClientID: clientID, ClientSecret: clientSecret, Name: "Ministry"}
}

// journey is one request of the server.
type journey struct {
	*oidc.AuthRequest
	id, subject, acr, nonce string
	at                      time.Time
	amr                     []string
	done                    bool
}

func (j *journey) GetID() string          { return j.id }
func (j *journey) GetACR() string         { return j.acr }
func (j *journey) GetAMR() []string       { return j.amr }
func (j *journey) GetAudience() []string  { return []string{j.ClientID} }
func (j *journey) GetAuthTime() time.Time { return j.at }
func (j *journey) GetClientID() string    { return j.ClientID }
func (j *journey) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: j.CodeChallenge, Method: j.CodeChallengeMethod}
}
func (j *journey) GetNonce() string                   { return j.nonce }
func (j *journey) GetRedirectURI() string             { return j.RedirectURI }
func (j *journey) GetResponseType() oidc.ResponseType { return j.ResponseType }
func (j *journey) GetResponseMode() oidc.ResponseMode { return j.ResponseMode }
func (j *journey) GetScopes() []string                { return j.Scopes }
func (j *journey) GetState() string                   { return j.State }
func (j *journey) GetSubject() string                 { return j.subject }
func (j *journey) Done() bool                         { return j.done }

var errNone = errors.New("none")

func (s *signInServer) CreateAuthRequest(_ context.Context, r *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := &journey{AuthRequest: r, id: rand.Text(), nonce: r.Nonce}
	if s.nonce != "" {
		j.nonce = s.nonce
	}
	s.requests[j.id], s.seen = j, r
	return j, nil
}

func (s *signInServer) find(key string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if j := s.requests[key]; j != nil {
		return j, nil
	}
	return nil, errNone
}

func (s *signInServer) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	return s.find(id)
}
func (s *signInServer) AuthRequestByCode(_ context.Context, code string) (op.AuthRequest, error) {
	return s.find(code)
}

func (s *signInServer) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[code] = s.requests[id]
	return nil
}

func (s *signInServer) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, j := range s.requests {
		if j.id == id {
			delete(s.requests, key)
		}
	}
	return nil
}

func (s *signInServer) CreateAccessToken(context.Context, op.TokenRequest) (string, time.Time, error) {
	return rand.Text(), time.Now().Add(time.Minute), nil
}
func (s *signInServer) CreateAccessAndRefreshTokens(context.Context, op.TokenRequest, string) (string, string, time.Time, error) {
	return "", "", time.Time{}, errNone
}
func (s *signInServer) TokenRequestByRefreshToken(context.Context, string) (op.RefreshTokenRequest, error) {
	return nil, errNone
}
func (s *signInServer) TerminateSession(context.Context, string, string) error { return nil }
func (s *signInServer) RevokeToken(context.Context, string, string, string) *oidc.Error {
	return nil
}
func (s *signInServer) GetRefreshTokenInfo(context.Context, string, string) (string, string, error) {
	return "", "", op.ErrInvalidRefreshToken
}
func (s *signInServer) SigningKey(context.Context) (op.SigningKey, error) { return signing{s.key}, nil }
func (s *signInServer) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}
func (s *signInServer) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{verifying{s.published}}, nil
}
func (s *signInServer) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != clientID {
		return nil, errNone
	}
	return client{s}, nil
}
func (s *signInServer) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != clientID || secret != clientSecret {
		return errNone
	}
	return nil
}
func (s *signInServer) SetUserinfoFromScopes(_ context.Context, info *oidc.UserInfo, subject, _ string, _ []string) error {
	info.Subject = subject
	return nil
}
func (s *signInServer) SetUserinfoFromToken(context.Context, *oidc.UserInfo, string, string, string) error {
	return nil
}
func (s *signInServer) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return nil
}
func (s *signInServer) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}
func (s *signInServer) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errNone
}
func (s *signInServer) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errNone
}
func (s *signInServer) Health(context.Context) error { return nil }

type signing struct{ key *rsa.PrivateKey }

func (signing) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k signing) Key() any                                  { return k.key }
func (signing) ID() string                                  { return "k1" }

type verifying struct{ key *rsa.PublicKey }

func (verifying) ID() string                         { return "k1" }
func (verifying) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (verifying) Use() string                        { return "sig" }
func (k verifying) Key() any                         { return k.key }

type client struct{ s *signInServer }

func (client) GetID() string                       { return clientID }
func (client) RedirectURIs() []string              { return []string{"https://node.example/oidc/callback"} }
func (client) PostLogoutRedirectURIs() []string    { return nil }
func (client) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }
func (client) AuthMethod() oidc.AuthMethod         { return oidc.AuthMethodBasic }
func (client) ResponseTypes() []oidc.ResponseType  { return []oidc.ResponseType{oidc.ResponseTypeCode} }
func (client) GrantTypes() []oidc.GrantType        { return []oidc.GrantType{oidc.GrantTypeCode} }
func (client) LoginURL(id string) string           { return "/login?id=" + id }
func (client) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeBearer }
func (c client) IDTokenLifetime() time.Duration    { return c.s.lifetime }
func (client) DevMode() bool                       { return false }
func (client) RestrictAdditionalIdTokenScopes() func([]string) []string {
	return func(s []string) []string { return s }
}
func (client) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return func(s []string) []string { return s }
}
func (client) IsScopeAllowed(string) bool           { return true }
func (client) IDTokenUserinfoClaimsAssertion() bool { return false }
func (client) ClockSkew() time.Duration             { return 0 }

// travel goes to the server and gives the address with which it sends back,
// as path and query of this node.
func (b *browser) travel(from reply) string {
	b.t.Helper()
	to := from.doc.Find("#onward").AttrOr("href", "")
	if to == "" {
		b.t.Fatalf("no way to the sign-in server: %s %s", from.Status, from.text("main"))
	}
	for range 5 {
		res, err := b.client.Get(to)
		if err != nil {
			b.t.Fatal(err)
		}
		res.Body.Close()
		at, err := res.Location()
		if err != nil {
			b.t.Fatalf("%s: %s", to, res.Status)
		}
		if at.Host == "node.example" {
			return at.RequestURI()
		}
		to = at.String()
	}
	b.t.Fatal("the sign-in server sends back nowhere")
	return ""
}

// linked is a node whose root has linked subject-1, and its sign-in server.
func linked(t *testing.T) (*node, *signInServer) {
	t.Helper()
	srv := newSignInServer(t)
	n := inhabitedWith(t, Options{PublicURL: "https://node.example", OIDC: srv.options()})
	b := n.as(t, "root")
	r := b.get(b.travel(b.post("/account/oidc", nil)))
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/account" {
		t.Fatalf("link: %s %s\n%s", r.Status, r.body, n.log)
	}
	return n, srv
}

func TestOIDC(t *testing.T) {
	n, srv := linked(t)
	b := n.browser(t)
	back := b.travel(b.post("/sign-in/oidc", url.Values{"next": {"/ledger"}}))
	if srv.seen.CodeChallengeMethod != oidc.CodeChallengeMethodS256 || srv.seen.Nonce == "" || len(srv.seen.State) < 40 || !slices.Equal([]string(srv.seen.Scopes), []string{"openid"}) {
		t.Errorf("the request is weak: %+v", srv.seen)
	}
	if r := b.get(back); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/ledger" {
		t.Fatalf("sign-in: %s %s\n%s", r.Status, r.body, n.log)
	}
	if got := b.page("/account").text(".me .who"); got != "All Roles" {
		t.Errorf("signed in as %q", got)
	}
	if r := n.browser(t).get(back); r.StatusCode == http.StatusSeeOther {
		t.Error("the answer of the server works twice, in another browser")
	}
	n.wantActs(t, "person.oidc_link", "person.signin")
}

// TestOIDCRefusals: whatever does not belong to the journey that this browser
// began opens nothing.
func TestOIDCRefusals(t *testing.T) {
	n, srv := linked(t)
	key := srv.key
	for _, tt := range []struct {
		name string
		set  func(*signInServer)
		back func(url.Values)
	}{
		{name: "state of another", back: func(q url.Values) { q.Set("state", "x") }},
		{name: "no state", back: func(q url.Values) { q.Del("state") }},
		{name: "nonce of another", set: func(s *signInServer) { s.nonce = "another" }},
		{name: "code of another", back: func(q url.Values) { q.Set("code", "x") }},
		{name: "no code", back: func(q url.Values) { q.Del("code") }},
		{name: "an error", back: func(q url.Values) { q.Set("error", "access_denied") }},
		{name: "issuer of another", back: func(q url.Values) { q.Set("iss", "https://other.example") }},
		{name: "a token that has run out", set: func(s *signInServer) { s.lifetime = -time.Hour }},
		{name: "a subject that nobody has linked", set: func(s *signInServer) { s.subject = "stranger" }},
		{name: "a key that the server does not publish", set: func(s *signInServer) {
			s.key, _ = rsa.GenerateKey(rand.Reader, 2048)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := n.browser(t)
			srv.mu.Lock()
			srv.key, srv.subject, srv.nonce, srv.lifetime = key, "subject-1", "", time.Hour
			if tt.set != nil {
				tt.set(srv)
			}
			srv.mu.Unlock()
			back, err := url.Parse(b.travel(b.post("/sign-in/oidc", nil)))
			if err != nil {
				t.Fatal(err)
			}
			q := back.Query()
			if tt.back != nil {
				tt.back(q)
			}
			r := b.get(back.Path + "?" + q.Encode())
			if r.StatusCode != http.StatusUnprocessableEntity || r.text("[role=alert]") == "" {
				t.Errorf("%s %s", r.Status, r.text("main"))
			}
			if r := b.get("/account"); r.StatusCode != http.StatusSeeOther {
				t.Error("signed in all the same")
			}
			people, err := n.desk.People(t.Context(), paiza.Operator("test"))
			if err != nil || len(people) != 1 {
				t.Errorf("%d accounts, %v", len(people), err)
			}
		})
	}
}

// TestOIDCVerifier: a code that was stolen on its way is of no use without the
// verifier of the browser's own journey (PKCE).
func TestOIDCVerifier(t *testing.T) {
	n, _ := linked(t)
	victim, thief := n.browser(t), n.browser(t)
	stolen, _ := url.Parse(victim.travel(victim.post("/sign-in/oidc", nil)))
	own, _ := url.Parse(thief.travel(thief.post("/sign-in/oidc", nil)))
	q := own.Query()
	q.Set("code", stolen.Query().Get("code"))
	if r := thief.get(own.Path + "?" + q.Encode()); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a stolen code: %s", r.Status)
	}
	if !strings.Contains(n.log.String(), "the code is not taken") {
		t.Errorf("the server did not refuse it: %s", n.log)
	}
}

func TestOIDCStepUp(t *testing.T) {
	n, srv := linked(t)
	b := n.as(t, "root")
	n.later(10 * time.Minute)
	if n.stale(b) != true {
		t.Fatal("a proof of ten minutes ago still counts")
	}
	at := func() { srv.mu.Lock(); srv.proved = time.Now().Add(time.Duration(n.ahead.Load())); srv.mu.Unlock() }

	// The token says when the person proved himself: an old proof is none.
	srv.proved = time.Now().Add(-time.Hour)
	if r := b.get(b.travel(b.post("/step-up/oidc", url.Values{"next": {"/account"}}))); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an old proof: %s", r.Status)
	}
	if srv.seen.MaxAge == nil || *srv.seen.MaxAge != 0 || !slices.Contains([]string(srv.seen.Prompt), "login") {
		t.Errorf("the server was not asked for a new proof: %+v", srv.seen)
	}
	srv.subject = "stranger"
	at()
	if r := b.get(b.travel(b.post("/step-up/oidc", nil))); r.StatusCode != http.StatusForbidden {
		t.Errorf("somebody else's proof: %s", r.Status)
	}
	if !n.stale(b) {
		t.Error("a refused proof counts")
	}
	srv.subject = "subject-1"
	at()
	if r := b.get(b.travel(b.post("/step-up/oidc", url.Values{"next": {"/people"}}))); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/people" {
		t.Errorf("step-up: %s %s %s", r.Status, r.Header.Get("Location"), n.log)
	}
	if n.stale(b) {
		t.Error("the proof does not count")
	}
	n.wantActs(t, "person.step_up", "person.step_up_refused")
}

// stale reports whether the person in a browser has to prove himself first.
func (n *node) stale(b *browser) bool {
	b.t.Helper()
	return b.page("/account").doc.Find(".prove").Length() > 0
}

// TestIssuerDown: the node works while the server does not, and finds it when
// it is back.
func TestIssuerDown(t *testing.T) {
	srv := newSignInServer(t)
	srv.down = true
	n := inhabitedWith(t, Options{PublicURL: "https://node.example", OIDC: srv.options()})
	b := n.browser(t)
	if r := b.post("/sign-in/oidc", nil); r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(r.text(".reason"), "does not answer") {
		t.Errorf("while the server is down: %s %s", r.Status, r.text(".reason"))
	}
	n.as(t, "root").page("/account")
	srv.down = false
	n.later(time.Minute)
	if r := b.post("/sign-in/oidc", nil); r.StatusCode != http.StatusOK {
		t.Errorf("when it is back: %s", r.Status)
	}
}

// TestLinkNewcomer: an administrator links for whom has never come in, and for
// nobody else: he would become anybody.
func TestLinkNewcomer(t *testing.T) {
	n, srv := linked(t)
	p, code, err := n.desk.EnrolPerson(t.Context(), paiza.Operator("test"), paiza.NewPerson{Login: "new", Name: "New analyst", Roles: []paiza.Role{paiza.RoleAnalyst}})
	if err != nil {
		t.Fatal(err)
	}
	root := n.as(t, "root")
	if r := root.post("/people/"+p.ID+"/oidc", url.Values{"subject": {"subject-2"}}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("link of a newcomer: %s %s", r.Status, r.text("main"))
	}
	if _, err := n.desk.OpenRecovery(t.Context(), hashOf(t, code)); !errors.Is(err, paiza.ErrNotFound) {
		t.Errorf("the code of the newcomer still opens: %v", err)
	}
	if r := root.post("/people/"+p.ID+"/oidc", url.Values{"subject": {"subject-1"}}); r.StatusCode != http.StatusConflict {
		t.Errorf("a second link: %s", r.Status)
	}
	srv.subject = "subject-2"
	b := n.browser(t)
	if r := b.get(b.travel(b.post("/sign-in/oidc", nil))); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("the newcomer: %s", r.Status)
	}
	if got := b.page("/account").text(".me .who"); got != "New analyst" {
		t.Errorf("signed in as %q", got)
	}
	viewer := n.account(t, paiza.RoleViewer)
	if r := root.post("/people/"+viewer.ID+"/oidc", url.Values{"subject": {"subject-3"}}); r.StatusCode != http.StatusConflict {
		t.Errorf("an administrator links an account that has a password: %s", r.Status)
	}
}
