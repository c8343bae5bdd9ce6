package web

import (
	"encoding/base32"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"paiza"
	"paiza/internal/api"
	"paiza/internal/auth"
	"paiza/internal/desk"
)

// strict is a node that demands a second factor of everybody, with its API.
func strict(t *testing.T) *node {
	t.Helper()
	// The API wants the desk, which is not open yet when the pages' options are
	// made.
	var door http.Handler
	n := bareWith(t, Options{API: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { door.ServeHTTP(w, r) })},
		desk.Options{SecondFactor: desk.FactorRequired, ClockDrift: true})
	door = api.New(n.desk, api.Options{Session: Visitor, From: from})
	return settle(t, n)
}

// knock signs in by a password, which is not enough.
func (n *node) knock(t *testing.T, login string) *browser {
	t.Helper()
	b := n.browser(t)
	r := b.post("/sign-in", url.Values{"login": {login}, "password": {password}, "next": {"/help"}})
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != passPath {
		t.Fatalf("a password alone leads to %s %s", r.Status, r.Header.Get("Location"))
	}
	return b
}

// telephone is a person's app for codes.
func (n *node) telephone(t *testing.T, page reply) func() string {
	t.Helper()
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(page.doc.Find("#secret").Text(), " ", ""))
	if err != nil || len(raw) != 32 {
		t.Fatalf("the secret is %q: %v", page.doc.Find("#secret").Text(), err)
	}
	return func() string { return auth.OTPSecret(raw).Code(auth.OTPStep(n.site.now())) }
}

// setUp makes an app in a browser half-way.
func (n *node) setUp(t *testing.T, b *browser) func() string {
	t.Helper()
	code := n.telephone(t, b.page(newFactorPath))
	if r := b.post(newFactorPath, url.Values{"code": {code()}}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("the app is not set up: %s %s", r.Status, r.text("main"))
	}
	n.later(30 * time.Second)
	return code
}

// TestHalfwayOpensNothing is made from the tables of routes, of the pages and of
// the API: with a session half-way, whether a factor is to be made or to be
// given, only the page that goes on, the sign-out and what is public answer.
func TestHalfwayOpensNothing(t *testing.T) {
	n := strict(t)
	making := n.knock(t, "root")
	if r := making.get("/seizures"); r.Header.Get("Location") != newFactorPath {
		t.Fatalf("who has no second factor is sent to %s", r.Header.Get("Location"))
	}
	n.account(t, paiza.RoleAdministrator)
	owner := n.knock(t, string(paiza.RoleAdministrator))
	n.setUp(t, owner)
	giving := n.knock(t, string(paiza.RoleAdministrator))
	var document struct{ Paths map[string]map[string]any }
	if err := json.Unmarshal(api.New(n.desk, api.Options{}).Document(), &document); err != nil || len(document.Paths) < 20 {
		t.Fatalf("%d paths of the API: %v", len(document.Paths), err)
	}
	for name, tt := range map[string]struct {
		b    *browser
		page string
	}{"making": {making, newFactorPath}, "giving": {giving, passPath}} {
		for _, row := range routes() {
			if row.needs == public || row.needs == halfway && row.pattern == "/sign-out" {
				continue
			}
			r := tt.b.do(row.method, filled(row.pattern), strings.NewReader("x=1"), "application/x-www-form-urlencoded")
			if row.needs == halfway {
				if r.StatusCode >= 500 || r.StatusCode == http.StatusSeeOther && r.Header.Get("Location") != newFactorPath && r.Header.Get("Location") != passPath {
					t.Errorf("%s: %s %s: %s %s", name, row.method, row.pattern, r.Status, r.Header.Get("Location"))
				}
				continue
			}
			if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != tt.page || r.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s: %s %s opens: %s %s", name, row.method, row.pattern, r.Status, r.Header.Get("Location"))
			}
		}
		for path, methods := range document.Paths {
			for method := range methods {
				r := tt.b.do(strings.ToUpper(method), filled("/api/v1"+strings.TrimPrefix(path, "/api/v1")), nil, "")
				if r.StatusCode != http.StatusUnauthorized && path != "/openapi.json" {
					t.Errorf("%s: API %s %s: %s", name, method, path, r.Status)
				}
			}
		}
		if r := tt.b.page(tt.page); r.doc.Find("nav.side, form.find").Length() > 0 {
			t.Errorf("%s: the page shows what it does not open", name)
		}
	}
	if r := giving.post("/sign-out", nil); r.Header.Get("Location") != "/sign-in" || r.Header.Get("Clear-Site-Data") == "" {
		t.Errorf("signing out half-way: %s", r.Status)
	}
	if r := giving.get(passPath); !strings.HasPrefix(r.Header.Get("Location"), "/sign-in?") {
		t.Errorf("after it: %s %s", r.Status, r.Header.Get("Location"))
	}
	owner.page("/people")
}

// TestSecondFactorPages walks the second factor without JavaScript: set up, wrong
// and used codes, a proof of presence, replaced, and not removed where it is the
// last.
func TestSecondFactorPages(t *testing.T) {
	n := strict(t)
	b := n.knock(t, "root")
	page := b.page(newFactorPath)
	check(t, "second factor", page)
	if page.doc.Find("svg.qr path").Length() != 2 || strings.Contains(n.log.String(), page.text("#secret")) {
		t.Error("no picture, or the secret is in the log")
	}
	if r := b.post(newFactorPath, url.Values{"code": {"000000"}}); r.StatusCode != http.StatusUnprocessableEntity || r.text("#secret") != page.text("#secret") {
		t.Errorf("a wrong code: %s, and another secret", r.Status)
	}
	// The language may be changed half-way, and nothing else.
	b.post("/language", url.Values{"language": {"ru"}, "here": {newFactorPath}})
	if got := b.page(newFactorPath).doc.Find("html").AttrOr("lang", ""); !strings.HasPrefix(got, "ru") {
		t.Errorf("the page is in %q", got)
	}
	code := n.setUp(t, b)
	if got := b.page("/account").doc.Find("#second-factor .ways").Length(); got != 1 {
		t.Error("the account does not show the app")
	}
	next := n.knock(t, "root")
	check(t, "second step", next.page(passPath))
	if r := next.post(passPath, url.Values{"code": {"123"}}); r.StatusCode != http.StatusUnprocessableEntity || r.doc.Find("#h-code .bad").Length() != 1 {
		t.Errorf("a wrong code: %s", r.Status)
	}
	used := code()
	if r := next.post(passPath, url.Values{"code": {used}}); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/help" {
		t.Fatalf("the code: %s %s", r.Status, r.Header.Get("Location"))
	}
	next.page("/seizures")
	if r := n.knock(t, "root").post(passPath, url.Values{"code": {used}}); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("the code opens twice: %s", r.Status)
	}
	n.later(10 * time.Minute)
	if r := next.post("/step-up", url.Values{"password": {password}, "next": {"/account"}}); r.Header.Get("Location") != "/step-up?next=%2Faccount" {
		t.Fatalf("a proof by password alone: %s %s", r.Status, r.Header.Get("Location"))
	}
	if r := next.post("/account/sessions/end", nil); !strings.HasPrefix(r.Header.Get("Location"), "/step-up?") {
		t.Errorf("half a proof is one: %s", r.Status)
	}
	if r := next.page("/step-up?next=%2Faccount"); r.doc.Find("form[action='/step-up/code']").Length() != 1 || r.doc.Find("form[action='/step-up']").Length() != 0 {
		t.Error("the second half of the proof is not asked for")
	}
	if r := next.post("/step-up/code", url.Values{"code": {code()}, "next": {"/account"}}); r.Header.Get("Location") != "/account" {
		t.Fatalf("the second half: %s %s", r.Status, r.text("main"))
	}
	if r := next.post(newFactorPath+"/remove", nil); r.StatusCode != http.StatusConflict {
		t.Errorf("the last second factor is removed: %s", r.Status)
	}
	n.later(30 * time.Second)
	old := code
	code = n.setUp(t, next)
	if again := n.knock(t, "root"); again.post(passPath, url.Values{"code": {old()}}).StatusCode != http.StatusUnprocessableEntity {
		t.Error("the app that was replaced opens still")
	} else if r := again.post(passPath, url.Values{"code": {code()}}); r.StatusCode != http.StatusSeeOther {
		t.Errorf("the new app: %s", r.Status)
	}
	n.wantActs(t, "person.otp_add", "person.factor_refused", "person.signin_half", "person.step_up_half")
}

// TestIssuersFactors: who comes by the sign-in server owes a second factor unless
// the server says that it asked for two; and half a proof of presence from there
// is completed by a code.
func TestIssuersFactors(t *testing.T) {
	srv := newSignInServer(t)
	o := srv.options()
	o.ACR = "gold"
	n := settle(t, bareWith(t, Options{PublicURL: "https://node.example", OIDC: o}, desk.Options{SecondFactor: desk.FactorRequired, ClockDrift: true}))
	p, _, err := n.desk.EnrolPerson(t.Context(), paiza.Operator("test"), paiza.NewPerson{Login: "new", Name: "New analyst", Roles: []paiza.Role{paiza.RoleAnalyst}})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.desk.LinkNewcomer(t.Context(), paiza.Operator("test"), p.ID, srv.URL, "subject-1"); err != nil {
		t.Fatal(err)
	}
	come := func(acr string, amr ...string) *browser {
		t.Helper()
		srv.acr, srv.amr, srv.proved = acr, amr, n.site.now()
		b := n.browser(t)
		if r := b.get(b.travel(b.post("/sign-in/oidc", url.Values{"next": {"/account"}}))); r.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s %s", r.Status, n.log)
		}
		return b
	}
	come("", "pwd", "otp").page("/account")
	come("gold", "pwd").page("/account")
	if srv.seen.ACRValues[0] != "gold" {
		t.Errorf("the server was not asked for the class: %v", srv.seen.ACRValues)
	}
	b := come("", "pwd")
	if r := b.get("/account"); r.Header.Get("Location") != newFactorPath {
		t.Fatalf("by a password at the server: %s %s", r.Status, r.Header.Get("Location"))
	}
	code := n.setUp(t, b)
	b = come("silver", "pwd")
	if r := b.post(passPath, url.Values{"code": {code()}}); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/account" {
		t.Fatalf("%s %s", r.Status, r.text("main"))
	}
	b.page("/account")
}

// TestSecondFactorInBrowser: a real browser sets the app up with the secret that
// the page shows, signs in by password and code, and with a passkey as second
// factor.
func TestSecondFactorInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	n := strict(t)
	at := strings.Replace(n.URL, "127.0.0.1", "localhost", 1)
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
	securityKey(t, ctx)
	signIn := func() {
		t.Helper()
		do(chromedp.Navigate(at+"/sign-in?next=/help"), chromedp.SendKeys("#login", "root"), chromedp.SendKeys("#password", password),
			chromedp.Click("form[action='/sign-in'] button"), chromedp.WaitVisible("#code"))
	}
	signIn()
	if got := ask("location.pathname"); got != newFactorPath {
		t.Fatalf("who has no second factor is at %s", got)
	}
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(ask("document.querySelector('#secret').textContent"), " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	code := func() string { return auth.OTPSecret(raw).Code(auth.OTPStep(n.site.now())) }
	// Lines around the modules would close the gaps between them.
	if got := ask("[...document.querySelectorAll('.qr path')].map((p) => getComputedStyle(p).stroke + ' ' + getComputedStyle(p).fill).join('; ')"); got != "none rgb(255, 255, 255); none rgb(0, 0, 0)" {
		t.Errorf("the picture cannot be read: %s", got)
	}
	for _, width := range []int64{390, 1440} {
		do(chromedp.EmulateViewport(width, 900))
		if got := ask("String(document.documentElement.scrollWidth <= innerWidth)"); got != "true" {
			t.Errorf("the page is wider than a screen of %d", width)
		}
	}
	do(chromedp.SendKeys("#code", code()), chromedp.Click("form[action='"+newFactorPath+"'] button.wide"), chromedp.WaitVisible(".me summary"))
	if got := ask("location.pathname"); got != "/help" {
		t.Errorf("the set-up leads to %s", got)
	}
	n.later(30 * time.Second)
	do(chromedp.Navigate(at+"/account"), chromedp.WaitVisible("#passkey-name"), chromedp.SendKeys("#passkey-name", "key"),
		chromedp.Click("[data-passkey='create']"), chromedp.WaitVisible("form[action^='/account/passkeys/']"))
	leave := func() {
		t.Helper()
		do(chromedp.Click(".me summary"), chromedp.Click("form[action='/sign-out'] button"), chromedp.WaitVisible("#login"))
	}
	leave()
	signIn()
	do(chromedp.SendKeys("#code", "000000"), chromedp.Click("form[action='"+passPath+"'] button"), chromedp.WaitVisible("#h-code .bad"),
		chromedp.SendKeys("#code", code()), chromedp.Click("form[action='"+passPath+"'] button"), chromedp.WaitVisible(".me summary"))
	leave()
	signIn()
	do(chromedp.Click("[data-passkey='get']"), chromedp.WaitVisible(".me summary"))
	if got := ask("location.pathname"); got != "/help" {
		t.Errorf("the passkey leads to %s", got)
	}
	n.wantActs(t, "person.factor_refused", "person.passkey_add", "person.signin")
}
