package web

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"paiza/internal/desk"
)

// TestSetupInBrowser: the one-time code of the first start stands behind # in its
// link. It goes into its field and out of the address, and neither the address
// of a request nor the log ever holds it.
func TestSetupInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	n := bareWith(t, Options{}, desk.Options{})
	token, err := n.desk.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx := chromium(t)
	ask := func(script string) string {
		t.Helper()
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](script))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(n.URL+"/setup#"+token), chromedp.WaitVisible("#token")); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool]("document.querySelector('#token').value !== ''")); err != nil {
		t.Fatal(err)
	}
	if got := ask("document.querySelector('#token').value + ' ' + location.href"); got != token+" "+n.URL+"/setup" {
		t.Errorf("the field and the address are %q", got)
	}
	ask("document.querySelector('#f-agency_kind').value = 'police'")
	if err := chromedp.Do(ctx, chromedp.SendKeys("#f-name", "First Administrator"), chromedp.SendKeys("#f-login", "first"), chromedp.SendKeys("#f-password", password),
		chromedp.SendKeys("#f-again", password), chromedp.SendKeys("#f-agency_name", "Central Police"), chromedp.Click("form[action='/setup'] button.wide"),
		chromedp.WaitVisible(".me summary")); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(n.log.String(), token) {
		t.Error("the code stands in the log")
	}
}
