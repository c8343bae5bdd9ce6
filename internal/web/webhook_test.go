package web

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"paiza"
)

// sent writes down an attempt, as the sender of the node does.
func (n *node) sent(t *testing.T, id string, outcome paiza.DeliveryOutcome, status int) {
	t.Helper()
	claim, err := n.desk.ClaimWebhook(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	call, err := claim.Next(t.Context())
	if err != nil || call == nil {
		t.Fatalf("nothing to send: %v", err)
	}
	if err := claim.Done(t.Context(), call, outcome, status, 120*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if err := claim.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// makeWebhook makes one on the page and answers its path and its secret.
func makeWebhook(t *testing.T, b *browser) (path, secret string) {
	t.Helper()
	r := b.page("/account/webhooks")
	form := r.fields("form[action='/account/webhooks']")
	form.Set("name", "situation board")
	form.Set("url", "http://board.example/hook/KEY-7-OF-THE-BOARD")
	form["type"] = []string{"alert", "seizure"}
	if r := b.post("/account/webhooks", form); r.StatusCode != http.StatusUnprocessableEntity || r.doc.Find("#f-url[aria-invalid]").Length() != 1 ||
		r.doc.Find("input[name=type][checked]").Length() != 2 {
		t.Fatalf("plain HTTP: %s %s", r.Status, r.text("main"))
	}
	form.Set("url", "https://board.example/hook/KEY-7-OF-THE-BOARD")
	r = b.post("/account/webhooks", form)
	if secret = r.text("#secret"); r.StatusCode != http.StatusOK || !strings.HasPrefix(secret, "whsec_") {
		t.Fatalf("made: %s %s", r.Status, r.text("main"))
	}
	return r.doc.Find("main table a").AttrOr("href", ""), secret
}

// TestWebhookPages: a webhook is made after a proof of presence, its secret is
// shown once, its page shows what came of each attempt and takes every act; to
// another person it does not exist, and who operates the node sees no path.
func TestWebhookPages(t *testing.T) {
	n := inhabited(t)
	n.account(t, paiza.RoleViewer)
	n.account(t, paiza.RoleAdministrator)
	b := n.as(t, "root")
	n.later(10 * time.Minute)
	if r := b.page("/account/webhooks"); r.doc.Find("form[action='/account/webhooks']").Length() != 0 || r.doc.Find("a[href^='/step-up']").Length() == 0 {
		t.Error("the form is shown without a proof of presence")
	}
	n.later(-10 * time.Minute)
	path, secret := makeWebhook(t, b)
	for _, page := range []string{"/account/webhooks", path} {
		if strings.Contains(string(b.page(page).body), secret) {
			t.Errorf("%s shows the secret again", page)
		}
	}
	if r := b.post(path+"/test", nil); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("a test: %s", r.Status)
	}
	if r := b.page(path); r.doc.Find("form[action$='/test']").Length() != 0 {
		t.Error("a second test can be asked for while the first waits")
	}
	id := filepath.Base(path)
	n.sent(t, id, paiza.DeliveryDone, 204)
	if _, err := n.desk.RaiseAlert(t.Context(), n.root, paiza.NewAlert{Title: "A new route", Handling: paiza.NewHandling{TLP: "green"}}); err != nil {
		t.Fatal(err)
	}
	n.sent(t, id, paiza.DeliveryRefused, 500)
	r := b.page(path)
	if rows := r.doc.Find("main tbody tr"); rows.Length() != 2 || !strings.Contains(r.text("main tbody tr:nth-child(1)"), "500") || !strings.Contains(r.text("main tbody tr:nth-child(2)"), "webhook.test") {
		t.Errorf("the attempts: %s", r.text("main tbody"))
	}
	if r.doc.Find(".alert.bad").Length() != 1 {
		t.Error("the failure is not told")
	}
	for _, act := range []string{"pause", "resume"} {
		if r := b.post(path+"/"+act, nil); r.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: %s", act, r.Status)
		}
	}
	if r := b.post(path+"/replay", url.Values{"after": {"x"}}); r.StatusCode != http.StatusUnprocessableEntity || r.doc.Find("#f-after[aria-invalid]").Length() != 1 {
		t.Errorf("sent again after x: %s", r.Status)
	}
	if r := b.post(path+"/replay", url.Values{"after": {"0"}}); r.StatusCode != http.StatusSeeOther {
		t.Errorf("sent again: %s", r.Status)
	}
	if r := n.as(t, "viewer").get(path); r.StatusCode != http.StatusNotFound {
		t.Errorf("another person: %s", r.Status)
	}
	admin := n.as(t, "administrator")
	for _, page := range []string{"/node/webhooks", path} {
		if r := admin.page(page); r.StatusCode != http.StatusOK || !strings.Contains(string(r.body), "board.example") || strings.Contains(string(r.body), "KEY-7-OF-THE-BOARD") || r.doc.Find("form[action$='/replay']").Length() != 0 {
			t.Errorf("%s to who operates the node: %s", page, r.Status)
		}
	}
	if r := admin.post(path+"/remove", nil); r.Header.Get("Location") != "/node/webhooks" {
		t.Errorf("removed: %s %s", r.Status, r.Header.Get("Location"))
	}
	n.wantActs(t, "webhook.create", "webhook.test", "webhook.pause", "webhook.resume", "webhook.replay", "webhook.remove")
	if acts, _ := n.desk.Ledger(t.Context(), paiza.Operator("test"), 0, 100); strings.Contains(actText(acts), "KEY-7-OF-THE-BOARD") {
		t.Error("the ledger holds the path of the address")
	}
	if strings.Contains(n.log.String(), secret) || strings.Contains(n.log.String(), "KEY-7-OF-THE-BOARD") {
		t.Error("the log holds the secret or the path")
	}
}

func actText(acts []paiza.Act) (text string) {
	for _, a := range acts {
		text += a.Detail + " " + a.Reason + "\n"
	}
	return text
}

// TestWebhookWidths: the pages fit every screen in every language.
func TestWebhookWidths(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	n := inhabited(t)
	b := n.as(t, "root")
	path, _ := makeWebhook(t, b)
	if _, err := n.desk.TestWebhook(t.Context(), n.root, filepath.Base(path)); err != nil {
		t.Fatal(err)
	}
	n.sent(t, filepath.Base(path), paiza.DeliveryDone, 204)
	if _, err := n.desk.RaiseAlert(t.Context(), n.root, paiza.NewAlert{Title: "A new route"}); err != nil {
		t.Fatal(err)
	}
	n.sent(t, filepath.Base(path), paiza.DeliveryUnreachable, 0)
	ctx := chromium(t)
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
		}
	}
	do(chromedp.Navigate(n.URL+"/account"), chromedp.SendKeys("#login", "root"), chromedp.SendKeys("#password", password),
		chromedp.Click("main form button"), chromedp.WaitVisible("main h1"))
	for _, tag := range []string{"en", "ru", "zh"} {
		if err := n.desk.SetLanguage(t.Context(), n.root, tag); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int64{390, 820, 1440} {
			for _, page := range []string{"/account/webhooks", "/node/webhooks", path} {
				do(chromedp.EmulateViewport(width, 900), chromedp.Navigate(n.URL+page))
				fits, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("document.documentElement.scrollWidth <= innerWidth"))
				if err != nil {
					t.Fatal(err)
				}
				if !fits {
					t.Errorf("%s in %s is wider than a screen of %d", page, tag, width)
				}
			}
		}
	}
}
