package web

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"paiza"
	"paiza/internal/api"
)

// programmed is an inhabited node that programs can ask too, as cmd/paiza
// composes it.
func programmed(t *testing.T) *node {
	t.Helper()
	n := inhabited(t)
	door := api.New(n.desk, api.Options{Session: Visitor, Log: slog.New(slog.NewTextHandler(n.log, nil)), Version: "test"})
	n.site = New(n.desk, Options{Log: slog.New(slog.NewTextHandler(n.log, nil)), Version: "test", API: door, Reference: door.Document()})
	n.Server.Config.Handler = n.site
	return n
}

// TestSessionAsksAPI: who is signed in on the pages may ask the API from there,
// and from nowhere else.
func TestSessionAsksAPI(t *testing.T) {
	n := programmed(t)
	b := n.as(t, "root")
	if r := b.get("/api/v1/account"); r.StatusCode != http.StatusOK || !strings.Contains(string(r.body), `"login":"root"`) || !strings.Contains(string(r.body), `"via":"page"`) {
		t.Errorf("with a session: %s %s", r.Status, r.body)
	}
	if r := n.browser(t).get("/api/v1/account"); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("without: %s", r.Status)
	}
	if r := b.do("POST", "/api/v1/seizures", strings.NewReader(`{"date":"2024","country":"KAZ","substance":"heroin","amount":"1","unit":"kg"}`), "application/json"); r.StatusCode != http.StatusCreated {
		t.Errorf("an act: %s %s", r.Status, r.body)
	}
	b.header.Set("Sec-Fetch-Site", "cross-site")
	b.header.Set("Origin", "https://evil.example")
	r := b.do("POST", "/api/v1/seizures", strings.NewReader(`{}`), "application/json")
	if r.StatusCode != http.StatusForbidden || !strings.Contains(string(r.body), "error.cross_origin") {
		t.Errorf("an act from another site: %s %s", r.Status, r.body)
	}
	if r := b.get("/api/v1/account"); r.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("another site may read the API")
	} else if got := r.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("a browser keeps what the API answers: %q", got)
	}
	if policy := r.Header.Get("Content-Security-Policy"); policy == "" {
		t.Error("the API answers without a policy")
	}
}

// TestTokenPage: a token is shown once, to a person who has just proved that it
// is he, and works until it is revoked.
func TestTokenPage(t *testing.T) {
	n := programmed(t)
	b := n.as(t, "root")
	n.later(6 * time.Minute) // coming in was a proof too
	if r := b.page("/account/tokens"); r.doc.Find("form[action='/account/tokens']").Length() != 0 || r.doc.Find("main form[action='/step-up']").Length() != 1 {
		t.Error("the form is shown to a person who has not proved that it is he")
	}
	form := url.Values{"name": {"nightly figures"}, "days": {"30"}, "scope": {"picture.read"}, "networks": {"127.0.0.0/8\n::1"}}
	if r := b.post("/account/tokens", form); r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(r.Header.Get("Location"), "/step-up") {
		t.Errorf("without that: %s %s", r.Status, r.Header.Get("Location"))
	}
	if r := b.post("/step-up", url.Values{"password": {password}, "next": {"/account/tokens"}}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("the proof: %s", r.Status)
	}
	fresh := func(form url.Values) reply { return b.post("/account/tokens", form) }
	wrong := url.Values{"name": {""}, "days": {"900"}, "networks": {"everywhere"}}
	if r := fresh(wrong); r.StatusCode != http.StatusUnprocessableEntity || r.doc.Find(".bad").Length() < 4 {
		t.Errorf("a wrong form: %s, %d complaints", r.Status, r.doc.Find(".bad").Length())
	}
	r := fresh(form)
	secret := r.text("#secret")
	if !strings.HasPrefix(secret, "paiza_") {
		t.Fatalf("the token is not shown: %s %s", r.Status, r.body)
	}
	program := n.browser(t)
	program.header.Set("Authorization", "Bearer "+secret)
	if r := program.get("/api/v1/picture/market"); r.StatusCode != http.StatusOK {
		t.Errorf("the token: %s %s", r.Status, r.body)
	}
	page := b.page("/account/tokens")
	if strings.Contains(string(page.body), secret) || !strings.Contains(page.text("main"), "nightly figures") {
		t.Error("the list shows the secret, or not the token")
	}
	b.post(page.doc.Find("form[action$='/revoke']").AttrOr("action", ""), nil)
	if r := program.get("/api/v1/picture/market"); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("the revoked token: %s", r.Status)
	}
	if strings.Contains(n.log.String(), secret) {
		t.Error("the log holds the token")
	}
}

// TestReference: every operation of the document stands on the page, in each
// language of the frame, without a script.
func TestReference(t *testing.T) {
	n := programmed(t)
	b := n.as(t, "root")
	for _, tag := range []string{"en", "ru", "zh"} {
		if err := n.desk.SetLanguage(t.Context(), n.root, tag); err != nil {
			t.Fatal(err)
		}
		r := b.page("/api")
		if got := r.doc.Find("form[data-operation]").Length(); got != strings.Count(string(api.New(n.desk, api.Options{}).Document()), `"operationId"`) {
			t.Errorf("%s: %d operations", tag, got)
		}
		for _, a := range r.doc.Find(".reference a[href^='#']").EachIter() {
			if id := strings.TrimPrefix(a.AttrOr("href", ""), "#"); r.doc.Find("[id='"+id+"']").Length() != 1 {
				t.Errorf("%s: the link to %s leads nowhere", tag, id)
			}
		}
		if text := r.text("main"); strings.Contains(text, "api.") && strings.Contains(text, "api.in_") {
			t.Errorf("%s: a sentence is missing", tag)
		}
	}
}

// TestReferenceInBrowser sends requests from the page under its own policy.
func TestReferenceInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	n := programmed(t)
	if _, err := n.desk.RecordSeizure(t.Context(), n.root, paiza.NewSeizure{Date: "2024-02", Country: "KAZ", Substance: "heroin", Amount: "1.5", Unit: "kg"}); err != nil {
		t.Fatal(err)
	}
	ctx := chromium(t)
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
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
	do(chromedp.Navigate(n.URL+"/api"), chromedp.SendKeys("#login", "root"), chromedp.SendKeys("#password", password), chromedp.Click("main form button"),
		chromedp.WaitVisible(".reference"), chromedp.Navigate(n.URL+"/api#listSeizures"), chromedp.WaitVisible("#listSeizures[open]"),
		chromedp.SendKeys("#listSeizures-country", "KAZ"), chromedp.Click("#listSeizures form button"), chromedp.WaitVisible("#listSeizures .reply"))
	if got := ask("document.querySelector('#listSeizures [data-status]').textContent"); got != "200" {
		t.Errorf("the list answers %s", got)
	}
	if got := ask("document.querySelector('#listSeizures [data-body]').textContent"); !strings.Contains(got, `"kilograms": "1.5"`) {
		t.Errorf("the list is %s", got)
	}
	do(chromedp.Navigate(n.URL+"/api?again#recordSeizure"), chromedp.WaitVisible("#recordSeizure[open]"), chromedp.Click("#recordSeizure form button"), chromedp.WaitVisible("#recordSeizure .reply"))
	if got := ask("document.querySelector('#recordSeizure [data-status]').textContent + document.querySelector('#recordSeizure [data-head]').textContent"); !strings.Contains(got, "201") || !strings.Contains(got, "location: /api/v1/seizures/2") {
		t.Errorf("the example of the reference, sent as it stands: %s %s", got, ask("document.querySelector('#recordSeizure [data-body]').textContent"))
	}
	for _, width := range []int64{390, 820, 1440} {
		for _, path := range []string{"/api", "/api?wide#listSeizures", "/account/tokens"} {
			do(chromedp.EmulateViewport(width, 900), chromedp.Navigate(n.URL+path))
			if got := ask("String(document.documentElement.scrollWidth <= innerWidth)"); got != "true" {
				t.Errorf("%s is wider than a screen of %d", path, width)
			}
		}
	}
}
