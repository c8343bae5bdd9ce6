package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"paiza"
	"paiza/internal/auth"
	"paiza/internal/desk"
)

// key is a security key that the browser of a test believes in.
type key struct {
	t   *testing.T
	ctx context.Context
	id  webauthn.AuthenticatorID
}

// securityKey plugs one in.
func securityKey(t *testing.T, ctx context.Context) *key {
	t.Helper()
	k := &key{t: t, ctx: ctx}
	call(k, webauthn.Enable, webauthn.EnableParams{})
	k.id = call(k, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true,
		HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}}).AuthenticatorID
	return k
}

func call[P, R any](k *key, c cdp.Command[P, R], p P) R {
	k.t.Helper()
	r, err := chromedp.Run(k.ctx, func(ctx context.Context, t *chromedp.Target) (R, error) { return cdp.Call(ctx, t, c, p) })
	if err != nil {
		k.t.Fatal(err)
	}
	return r
}

// copy puts a copy of a passkey on the key that counts from n. The parameters
// are written out, because the browser takes none of the newer ones.
func (k *key) copy(c *webauthn.Credential, n int) {
	k.t.Helper()
	call(k, webauthn.ClearCredentials, webauthn.ClearCredentialsParams{AuthenticatorID: k.id})
	call(k, cdp.Command[map[string]any, cdp.Empty]{Method: webauthn.CommandAddCredential}, map[string]any{"authenticatorId": k.id,
		"credential": map[string]any{"credentialId": c.CredentialID, "isResidentCredential": true, "rpId": "localhost", "privateKey": c.PrivateKey,
			"userHandle": c.UserHandle, "signCount": n}})
}

// TestPasskeyInBrowser walks the life of a passkey in a real browser: it is
// made, signs in without a login typed, proves presence, is refused when its
// owner does not show himself to it, and for good when it has a copy.
func TestPasskeyInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	n := inhabited(t)
	at := strings.Replace(n.URL, "127.0.0.1", "localhost", 1) // passkeys belong to names
	ctx := chromium(t)
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatalf("%v\n%s", err, n.log)
		}
	}
	ask := func(script string) string {
		t.Helper()
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](script))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	k := securityKey(t, ctx)
	do(chromedp.Navigate(at+"/sign-in"), chromedp.SendKeys("#login", "root"), chromedp.SendKeys("#password", password),
		chromedp.Click("form[action='/sign-in'] button"), chromedp.WaitVisible("nav.side"),
		chromedp.Navigate(at+"/account"), chromedp.SendKeys("#passkey-name", "office computer"), chromedp.Click("[data-passkey=create]"),
		chromedp.WaitVisible(".flash"))
	if got := ask("document.querySelector('.ways strong').textContent"); got != "office computer" {
		t.Fatalf("the page lists %q", got)
	}
	signOut := func() {
		t.Helper()
		do(chromedp.Evaluate[chromedp.Void]("document.querySelector(\"form[action='/sign-out']\").submit()"), chromedp.WaitVisible("#login"))
	}
	signOut()
	do(chromedp.Navigate(at+"/sign-in?next=/ledger"), chromedp.Click("[data-passkey=get]"), chromedp.WaitVisible("nav.side"))
	if got := ask("location.pathname + document.querySelector('.me .who').textContent"); got != "/ledgerAll Roles" {
		t.Errorf("the passkey leads to %q", got)
	}
	// Much later the same session has to prove itself anew.
	n.later(10 * time.Minute)
	do(chromedp.Navigate(at+"/account"), chromedp.Click(".prove a"), chromedp.WaitVisible("[data-passkey=get]"),
		chromedp.Click("[data-passkey=get]"), chromedp.WaitVisible("[data-passkey=create]"))
	signOut()

	// Without a fingerprint or a PIN the key opens nothing.
	call(k, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: k.id, IsUserVerified: false})
	do(chromedp.Click("[data-passkey=get]"), chromedp.WaitVisible("[data-passkey-box] [role=alert]"))
	call(k, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: k.id, IsUserVerified: true})

	// A copy that was made earlier counts from where it was copied.
	list := call(k, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: k.id}).Credentials
	if len(list) != 1 {
		t.Fatalf("%d passkeys on the key", len(list))
	}
	k.copy(list[0], 1)
	do(chromedp.Click("[data-passkey=get]"), chromedp.WaitVisible("[data-passkey-box] [role=alert]"))
	if got := ask("document.querySelector('[data-passkey-box] [role=alert]').textContent"); !strings.Contains(got, "copy") {
		t.Errorf("a copied passkey is answered with %q", got)
	}
	// From now on the one with the higher count is refused too: nobody can say
	// which of the two is the owner's.
	k.copy(list[0], 1000)
	do(chromedp.Navigate(at+"/sign-in"), chromedp.Click("[data-passkey=get]"), chromedp.WaitVisible("[data-passkey-box] [role=alert]"))
	n.wantActs(t, "person.passkey_add", "person.step_up", "person.passkey_clone")
}

// TestRecoveryPasskeyInBrowser: who was given a code makes a passkey with it
// and is signed in.
func TestRecoveryPasskeyInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	n := inhabited(t)
	_, code, err := n.desk.EnrolPerson(t.Context(), paiza.Operator("test"), paiza.NewPerson{Login: "new.analyst", Name: "New analyst", Roles: []paiza.Role{paiza.RoleAnalyst}})
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Replace(n.URL, "127.0.0.1", "localhost", 1)
	ctx := chromium(t)
	securityKey(t, ctx)
	err = chromedp.Do(ctx, chromedp.Navigate(at+"/recover#"+code), chromedp.Click("form[action='/recover'] button"),
		chromedp.WaitVisible("#passkey-name"), chromedp.SendKeys("#passkey-name", "first key"), chromedp.Click("[data-passkey=create]"),
		chromedp.WaitVisible("nav.side"))
	if err != nil {
		t.Fatalf("%v\n%s", err, n.log)
	}
	name, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.querySelector('.me .who').textContent"))
	if err != nil || name != "New analyst" {
		t.Errorf("signed in as %q, %v", name, err)
	}
	if _, err := n.desk.RecoverByPassword(t.Context(), hashOf(t, code), "another long secret", desk.Visitor{}); err == nil {
		t.Error("the code works twice")
	}
}

func hashOf(t *testing.T, code string) string {
	t.Helper()
	hash, ok := auth.CodeHash(code)
	if !ok {
		t.Fatalf("not a code: %q", code)
	}
	return hash
}

// TestPasskeyCeremony: a challenge is this session's, is used once, and waits
// for the person who began it.
func TestPasskeyCeremony(t *testing.T) {
	n := inhabitedWith(t, Options{PublicURL: "https://node.example"})
	b := n.browser(t)
	post := func(b *browser, path, body string) reply {
		t.Helper()
		return b.do("POST", path, strings.NewReader(body), "application/json")
	}
	if r := post(b, "/sign-in/passkey/begin", "{}"); r.StatusCode != http.StatusOK || !strings.Contains(string(r.body), `"userVerification":"required"`) ||
		!strings.Contains(string(r.body), `"rpId":"node.example"`) || strings.Contains(string(r.body), "allowCredentials") {
		t.Fatalf("%s %s", r.Status, r.body)
	}
	other := n.browser(t)
	wrong := `{"answer":{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AAAA","signature":"AAAA"}}}`
	if r := post(other, "/sign-in/passkey", wrong); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(string(r.body), "Begin again") {
		t.Errorf("an answer without a challenge: %s %s", r.Status, r.body)
	}
	if r := post(b, "/sign-in/passkey", wrong); r.StatusCode != http.StatusForbidden {
		t.Errorf("a wrong answer: %s %s", r.Status, r.body)
	}
	if r := post(b, "/sign-in/passkey", wrong); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(string(r.body), "Begin again") {
		t.Errorf("a challenge is used twice: %s %s", r.Status, r.body)
	}
	root := n.as(t, "root")
	if r := post(root, "/account/passkeys/begin", "{}"); !strings.Contains(string(r.body), `"residentKey":"required"`) || !strings.Contains(string(r.body), `"attestation":"none"`) {
		t.Errorf("a new passkey is asked for with %s", r.body)
	}
	if r := b.do("POST", "/sign-in/passkey", strings.NewReader(wrong), "text/plain"); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an answer of another type: %s", r.Status)
	}
	if r := post(b, "/sign-in/passkey", `{"answer":"`+strings.Repeat("x", auth.MaxPasskeyAnswer)+`"}`); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an endless answer: %s", r.Status)
	}
}

// TestRelyingParty: a request's word for its host is believed on the machine
// itself only.
func TestRelyingParty(t *testing.T) {
	for _, tt := range []struct {
		opt  Options
		host string
		want string
	}{
		{Options{}, "localhost:8080", "localhost http://localhost:8080"},
		{Options{TLS: true}, "localhost", "localhost https://localhost"},
		{Options{}, "127.0.0.1:8080", ""},
		{Options{}, "evil.example", ""},
		{Options{TLS: true}, "node.example", ""},
		{Options{PublicURL: "https://node.example/"}, "evil.example", "node.example https://node.example"},
		{Options{PublicURL: "https://node.example:8443"}, "x", "node.example https://node.example:8443"},
		{Options{PublicURL: "https://a.node.example", PasskeyID: "node.example"}, "x", "node.example https://a.node.example"},
		{Options{PublicURL: "http://node.example"}, "x", ""},
		{Options{PublicURL: "https://192.0.2.1"}, "x", ""},
		{Options{PublicURL: "node.example"}, "x", ""},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = tt.host
		got := ""
		if rp, ok := (&Site{opt: tt.opt}).relyingParty(r); ok {
			got = rp.ID + " " + strings.Join(rp.Origins, " ")
		}
		if got != tt.want {
			t.Errorf("%+v at %s: %q, want %q", tt.opt, tt.host, got, tt.want)
		}
	}
}

// FuzzReadAnswer: whatever a browser sends about a passkey, it is refused or
// has an answer in it.
func FuzzReadAnswer(f *testing.F) {
	f.Add([]byte(`{"name":"x","answer":{"id":"AAAA"}}`))
	f.Add([]byte(`{"answer":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
		a, err := readAnswer(httptest.NewRecorder(), r)
		if err == nil && len(a.Answer) == 0 {
			t.Error("an answer without an answer")
		}
		rp := auth.RelyingParty{ID: "node.example", Origins: []string{"https://node.example"}}
		_, state, err := rp.BeginAssertion()
		if err != nil {
			t.Fatal(err)
		}
		find := func(string) (auth.PasskeyOwner, error) { return auth.PasskeyOwner{ID: "p"}, nil }
		if _, _, err := rp.FinishAssertion(state, a.Answer, find); err == nil {
			t.Error("a guessed assertion is taken")
		}
		_, state, err = rp.BeginPasskey(auth.PasskeyOwner{ID: "p", Login: "p", Name: "P"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rp.FinishPasskey(auth.PasskeyOwner{ID: "p"}, state, a.Answer); err == nil {
			t.Error("a guessed passkey is taken")
		}
	})
}
