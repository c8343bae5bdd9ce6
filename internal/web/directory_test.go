package web

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"paiza"
)

// TestDirectoryInBrowser: two bodies make a version of the trust directory by
// their pages. One begins it, admits the other by its card and sets that both
// sign; the file goes to the other and back; with both signatures it comes into
// use on both sides, and before that on neither.
func TestDirectoryInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	a, b := inhabited(t), inhabited(t)
	a.keyed(t, a.as(t, "root"), "KAZ")
	card := b.keyed(t, b.as(t, "root"), "UZB")
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
	run := func(script string) { t.Helper(); ask("(" + script + ", '')") }
	// At localhost and at 127.0.0.1 a browser keeps two sessions apart.
	bURL := strings.Replace(b.URL, "127.0.0.1", "localhost", 1)
	for _, url := range []string{a.URL, bURL} {
		do(chromedp.Navigate(url+"/directory"), chromedp.WaitVisible("#login"), chromedp.SendKeys("#login", "root"), chromedp.SendKeys("#password", password),
			chromedp.Click("main form button"), chromedp.WaitVisible("#f-begin-reason"))
	}
	file := func(n *node, name string) string {
		t.Helper()
		draft, err := n.desk.DirectoryDraft(t.Context(), paiza.Operator("test"))
		if err != nil || draft.Directory == nil {
			t.Fatalf("no version is being made: %v", err)
		}
		raw := n.as(t, "root").get("/directory/draft/file").body
		if string(raw) != string(draft.Bytes()) {
			t.Error("the file is not the version")
		}
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	done := func(form, key string) {
		t.Helper()
		run("document.querySelectorAll('.flash').forEach(f => f.remove())") // of the act before
		do(chromedp.Click(form+" button"), chromedp.WaitVisible(".flash"))
		if got := ask("document.querySelector('.flash').textContent"); got != a.words("directory.done."+key) {
			t.Fatalf("%s is answered %q", form, got)
		}
	}
	// The first body.
	do(chromedp.Navigate(a.URL+"/directory"), chromedp.SendKeys("#f-begin-reason", "agreed at the meeting"))
	done("form[action='/directory/draft']", "begin")
	run("document.querySelectorAll('details').forEach(d => d.open = true), document.querySelector('#f-card').value = " + strconv.Quote(card))
	do(chromedp.Click("form[enctype] button"), chromedp.WaitVisible(".compare .fingerprint"))
	if got := ask("String(document.querySelectorAll('.compare .fingerprint li').length) + document.querySelector('main h2').textContent"); !strings.HasPrefix(got, "12") || !strings.Contains(got, "Coordination Office of UZB") {
		t.Errorf("the card is shown as %q", got)
	}
	do(chromedp.Click("[name=same]"))
	done("form[action='/directory/draft/card']", "card")
	run("document.querySelectorAll('details').forEach(d => d.open = true), document.querySelectorAll('[name=bodies]').forEach(c => c.checked = true), document.querySelector('#f-threshold').value = '2'")
	done("form[action='/directory/draft/rule']", "rule")
	do(chromedp.SendKeys("#f-sign-reason", "checked"))
	done("form[action='/directory/draft/sign']", "sign")
	if got := ask("document.querySelector('main').textContent"); ask("String(document.querySelector('form[action$=\"/publish\"]'))") != "null" || !strings.Contains(got, "1 more signature is needed.") {
		t.Errorf("with one of two signatures the page says %q", got)
	}
	check(t, "draft", a.as(t, "root").page("/directory/draft"))
	do(chromedp.EmulateViewport(390, 900))
	if got := ask("String(document.documentElement.scrollWidth)"); got != "390" {
		t.Errorf("the page is %s wide on a screen of 390", got)
	}
	do(chromedp.EmulateViewport(1280, 900))
	words := ask("document.querySelector('.fingerprint').textContent")
	// The second, after its proof of presence has run out.
	b.later(10 * time.Minute)
	do(chromedp.Navigate(bURL+"/directory"), chromedp.Click("a[href^='/step-up']"), chromedp.WaitVisible("#f-password"), chromedp.SendKeys("#f-password", password),
		chromedp.Click("form[action='/step-up'] button"), chromedp.WaitVisible("#f-draft"), chromedp.SetUploadFiles("#f-draft", []string{file(a, "a")}), chromedp.SendKeys("#f-take-reason", "for signing"))
	done("form[action$='/take']", "take")
	if got := ask("document.querySelector('.fingerprint').textContent"); got != words {
		t.Errorf("the bodies would compare %q with %q", got, words)
	}
	do(chromedp.SendKeys("#f-sign-reason", "checked"))
	done("form[action='/directory/draft/sign']", "sign")
	back := file(b, "b")
	do(chromedp.SendKeys("#f-publish-reason", "signed by both"))
	done("form[action$='/publish']", "publish")
	// And the first again.
	do(chromedp.Navigate(a.URL + "/directory/draft"))
	run("document.querySelectorAll('details').forEach(d => d.open = true)")
	do(chromedp.SetUploadFiles("#f-draft", []string{back}), chromedp.SendKeys("#f-take-reason", "signed by both"))
	done("form[action$='/take']", "take")
	do(chromedp.SendKeys("#f-publish-reason", "signed by both"))
	done("form[action$='/publish']", "publish")
	for _, url := range []string{a.URL, bURL} {
		do(chromedp.Navigate(url + "/directory"))
		if got := ask("document.querySelector('main').textContent"); !strings.Contains(got, "KAZ, UZB") || !strings.Contains(got, a.words("directory.standing.fresh")) {
			t.Errorf("%s says %q", url, got)
		}
	}
	a.wantActs(t, "node.directory_begin", "node.directory_change", "node.directory_sign", "node.directory_draft", "node.directory")
}
