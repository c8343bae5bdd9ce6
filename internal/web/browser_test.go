package web

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// chromium starts a browser of its own, or skips the test where there is none.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium here: the pages are not tested in a browser (on Debian: apt-get install chromium)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// TestInBrowser walks the way of a newcomer in a real browser: sign in, import
// a file, read the market. Nothing of it may be stopped by the policy of
// contents or fail in a script.
func TestInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	n := inhabited(t)
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
	file, err := filepath.Abs(filepath.Join("testdata", "ids.csv"))
	if err != nil {
		t.Fatal(err)
	}
	do(chromedp.Navigate(n.URL + "/imports"))
	complaints := make(chan string, 100)
	go func() {
		for m, err := range chromedp.Console(ctx) {
			if err != nil {
				return
			}
			complaints <- m.Text
		}
	}()
	do(chromedp.SendKeys("#login", "root"), chromedp.SendKeys("#password", password), chromedp.Click("main form button"),
		chromedp.WaitVisible(".drop"),
		chromedp.SetUploadFiles("#file", []string{file}), chromedp.Click(".drop button"),
		chromedp.WaitVisible("form[action$='/check'] button"), chromedp.Click("form[action$='/check'] .button.primary"),
		chromedp.WaitVisible("form[action$='/run'] button"), chromedp.Click("form[action$='/run'] .button.primary"),
		// The page of a running import loads itself again until it is done.
		chromedp.WaitVisible("a[href^='/picture/market?import=']"), chromedp.Click("a[href^='/picture/market?import=']"),
		chromedp.WaitVisible("main h1"))
	if got := ask("location.pathname"); got != "/picture/market" {
		t.Errorf("the import leads to %s", got)
	}
	// Keys: g then s to the list, also on a keyboard whose letters are Cyrillic.
	do(chromedp.Navigate(n.URL+"/"), chromedp.KeyEvent("g"), chromedp.KeyEvent("s"), chromedp.WaitVisible(".filter"))
	do(chromedp.KeyEvent("/"))
	if got := ask("document.activeElement.id"); got != "find" {
		t.Errorf("the key / leads to %q", got)
	}
	// A form without what is empty makes a short address.
	do(chromedp.Click(".filter .button.primary"), chromedp.WaitVisible(".filter"))
	if got := ask("location.search"); got != "" && got != "?" {
		t.Errorf("an empty filter makes the address %q", got)
	}
	pages := n.rightPages(t)
	for _, width := range []int64{390, 820, 1440} {
		for _, path := range append([]string{"/", "/seizures", "/seizures/new", "/imports", "/catalog", "/people", "/people/new", "/account", "/step-up", "/recover", "/ledger", "/help", "/messages", "/messages/sent", "/partners", "/identity", "/directory", "/groups"}, pages...) {
			do(chromedp.EmulateViewport(width, 900), chromedp.Navigate(n.URL+path))
			if got := ask("String(document.documentElement.scrollWidth <= innerWidth)"); got != "true" {
				t.Errorf("%s is wider than a screen of %d", path, width)
			}
		}
	}
	for {
		select {
		case text := <-complaints:
			if text != "" {
				t.Errorf("the browser says: %s", text)
			}
			continue
		case <-time.After(200 * time.Millisecond):
		}
		break
	}
}
