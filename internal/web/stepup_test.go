package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"paiza"
)

// TestStepUp: what changes rights asks first whether it is he, under a new token
// afterwards, and not for long.
func TestStepUp(t *testing.T) {
	n := inhabited(t)
	p := n.account(t, paiza.RoleViewer)
	b := n.as(t, "root")
	n.later(10 * time.Minute)
	page := "/people/" + p.ID
	b.header.Set("Referer", n.URL+page)
	change := b.page(page).fields("form[action='" + page + "']")
	change.Set("role", "analyst")
	r := b.post(page, change)
	to := r.Header.Get("Location")
	if r.StatusCode != http.StatusSeeOther || to != "/step-up?again=1&next="+url.QueryEscape(page) {
		t.Fatalf("a role is granted without proof: %s %s", r.Status, to)
	}
	for _, path := range []string{"/account/passkeys/x/remove", "/account/sessions/x/end", "/account/sessions/end", "/account/oidc/remove",
		page + "/sessions/end", page + "/recovery", page + "/enrolment", "/people"} {
		form := url.Values{"login": {"another"}, "name": {"Another"}, "role": {"viewer"}, "language": {"en"}, "reason": {"x"}}
		if r := b.post(path, form); !strings.HasPrefix(r.Header.Get("Location"), "/step-up?") {
			t.Errorf("%s without proof: %s %s", path, r.Status, r.Header.Get("Location"))
		}
	}
	form := b.page(to).fields("form[action='/step-up']")
	form.Set("password", "wrong wrong wrong")
	if r := b.post("/step-up", form); r.StatusCode != http.StatusUnprocessableEntity || r.text("[role=alert]") == "" {
		t.Fatalf("a wrong proof: %s", r.Status)
	}
	at, _ := url.Parse(n.URL)
	old := cookie(t, b.client.Jar.Cookies(at), "paiza")
	form.Set("password", password)
	if r := b.post("/step-up", form); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != page {
		t.Fatalf("a proof: %s %s", r.Status, r.Header.Get("Location"))
	}
	if r := b.post(page, change); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/people" {
		t.Errorf("after the proof: %s %s", r.Status, r.text("main"))
	}
	thief := n.browser(t)
	thief.client.Jar.SetCookies(at, []*http.Cookie{old})
	if r := thief.get("/account"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("the token of before the proof still opens pages: %s", r.Status)
	}
	form.Set("next", "https://evil.example/")
	if r := b.post("/step-up", form); r.Header.Get("Location") != "/" {
		t.Errorf("an open redirect: %q", r.Header.Get("Location"))
	}
	n.wantActs(t, "person.step_up", "person.step_up_refused", "person.update")
}

// TestEnrolment walks the way of a new person without JavaScript: an
// administrator opens the account, the code is shown once, the person chooses
// his password.
func TestEnrolment(t *testing.T) {
	n := inhabited(t)
	root := n.as(t, "root")
	shown := root.post("/people", url.Values{"login": {"duty"}, "name": {"Duty officer"}, "role": {"registrar"}, "language": {"ru"}})
	code := shown.text("#onetime")
	if shown.StatusCode != http.StatusOK || code == "" || !strings.HasSuffix(shown.text("#link"), "/recover#"+code) {
		t.Fatalf("%s %s", shown.Status, shown.text("main"))
	}
	check(t, "code", shown)
	b := n.browser(t)
	if r := b.get("/recover/choose"); r.Header.Get("Location") != "/recover" {
		t.Errorf("the page of choice opens without a code: %s", r.Status)
	}
	if r := b.post("/recover", url.Values{"code": {"aaaa-bbbb"}}); r.StatusCode != http.StatusUnprocessableEntity || r.text("[role=alert]") == "" {
		t.Errorf("a wrong code: %s", r.Status)
	}
	if r := b.post("/recover", url.Values{"code": {strings.ToUpper(code)}}); r.Header.Get("Location") != "/recover/choose" {
		t.Fatalf("the code: %s %s", r.Status, r.text("main"))
	}
	choose := b.page("/recover/choose")
	check(t, "choose", choose)
	form := choose.fields("form[action='/recover/password']")
	form.Set("password", "short")
	form.Set("again", "short")
	if r := b.post("/recover/password", form); r.StatusCode != http.StatusUnprocessableEntity || r.doc.Find("#h-password .bad").Length() == 0 {
		t.Errorf("a short password: %s", r.Status)
	}
	form.Set("password", password)
	form.Set("again", password)
	if r := b.post("/recover/password", form); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s %s", r.Status, r.text("main"))
	}
	if got := b.page("/account").text(".me .who"); got != "Duty officer" {
		t.Errorf("signed in as %q", got)
	}
	if r := n.browser(t).post("/recover", url.Values{"code": {code}}); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("the code works twice: %s", r.Status)
	}
	n.as(t, "duty").page("/account")
	if strings.Contains(n.log.String(), code) {
		t.Error("the code stands in the log")
	}
}

// TestDeviceIsKnown: failures at an address hold up a stranger there and not the
// person whose browser has signed in before.
func TestDeviceIsKnown(t *testing.T) {
	n := inhabited(t)
	known := n.as(t, "root")
	known.post("/sign-out", nil)
	stranger := n.browser(t)
	for range 6 {
		stranger.post("/sign-in", url.Values{"login": {"root"}, "password": {"guess guess guess"}})
	}
	good := url.Values{"login": {"root"}, "password": {password}}
	if r := stranger.post("/sign-in", good); r.StatusCode != http.StatusTooManyRequests {
		t.Errorf("a guesser goes on: %s", r.Status)
	}
	if r := known.post("/sign-in", good); r.StatusCode != http.StatusSeeOther {
		t.Errorf("the person is locked out of his own browser: %s", r.Status)
	}
}

// TestSessionsPage: a person sees where he is signed in, and ends it.
func TestSessionsPage(t *testing.T) {
	n := inhabited(t)
	here, there := n.as(t, "root"), n.as(t, "root")
	page := here.page("/account")
	if got := page.doc.Find("form[action^='/account/sessions/'][action$='/end']").Length(); got != 2 { // the other, and all others
		t.Fatalf("%d ways to end a session", got)
	}
	if r := here.post("/account/sessions/end", nil); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	here.page("/account")
	if r := there.get("/account"); r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(r.Header.Get("Location"), "/sign-in") {
		t.Errorf("the ended session still opens pages: %s", r.Status)
	}
	n.later(3 * time.Hour)
	if r := here.get("/account"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("a session that was not used for three hours opens pages: %s", r.Status)
	}
}
