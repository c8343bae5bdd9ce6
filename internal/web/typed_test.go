package web

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"paiza"
)

// TestTypedIsKept: what was typed for an act that was stopped comes back for who
// typed it, once and not for long; passwords never do.
func TestTypedIsKept(t *testing.T) {
	n := inhabited(t)
	p := n.account(t, paiza.RoleViewer)
	b := n.as(t, "root")
	n.later(10 * time.Minute)
	page := "/people/" + p.ID
	b.header.Set("Referer", n.URL+page)
	change := b.page(page).fields("form[action='" + page + "']")
	change.Set("name", `A "new" <name>`)
	change["role"] = []string{"analyst", "registrar"}
	prove := func() {
		t.Helper()
		if r := b.post("/step-up", url.Values{"password": {password}, "next": {page}}); r.StatusCode != http.StatusSeeOther {
			t.Fatalf("the proof: %s", r.Status)
		}
	}
	stop := func() {
		t.Helper()
		r := b.post(page, change)
		if !strings.HasPrefix(r.Header.Get("Location"), "/step-up?") {
			t.Fatalf("not stopped: %s", r.Status)
		}
		if got := b.page(r.Header.Get("Location")).text("main"); !strings.Contains(got, n.words("stepup.held")) {
			t.Errorf("the page of proof does not say that the form is kept: %q", got)
		}
	}
	stop()
	prove()
	got := b.page(page)
	fields := got.fields("form[action='" + page + "']")
	if fields.Get("name") != `A "new" <name>` || strings.Join(fields["role"], " ") != "registrar analyst" && strings.Join(fields["role"], " ") != "analyst registrar" || got.text("[role=status]") != n.words("stepup.kept") {
		t.Errorf("the form comes back as %v, %q", fields, got.text("[role=status]"))
	}
	if again := b.page(page).fields("form[action='" + page + "']"); again.Get("name") != p.Name {
		t.Errorf("it comes back twice: %q", again.Get("name"))
	}
	n.later(10 * time.Minute)
	stop()
	n.later(16 * time.Minute)
	prove()
	if late := b.page(page).fields("form[action='" + page + "']"); late.Get("name") != p.Name {
		t.Errorf("it comes back after a quarter of an hour: %q", late.Get("name"))
	}

	// A session that ran out: the same person finds his text again, another does not.
	for _, login := range []string{"root", "colleague"} {
		if login == "colleague" {
			if _, err := n.desk.CreatePerson(t.Context(), paiza.Operator("test"), paiza.NewPerson{Login: login, Name: "Colleague", Roles: paiza.Roles(), Language: "en", Password: password}); err != nil {
				t.Fatal(err)
			}
		}
		b := n.as(t, "root")
		alert := url.Values{"title": {"Unsent warning"}, "kind": {"substance"}, "password": {"not a field of it"}}
		b.header.Set("Referer", n.URL+"/alerts/new")
		n.later(3 * time.Hour)
		to := b.post("/alerts", alert).Header.Get("Location")
		if to != "/sign-in?next=%2Falerts%2Fnew" {
			t.Fatalf("after the session it leads to %q", to)
		}
		b.header.Del("Referer")
		sign := b.page(to).fields("form[action='/sign-in']")
		sign.Set("login", login)
		sign.Set("password", password)
		if r := b.post("/sign-in", sign); r.Header.Get("Location") != "/alerts/new" {
			t.Fatalf("%s goes on to %q", login, r.Header.Get("Location"))
		}
		if got, want := b.page("/alerts/new").fields("main form").Get("title") == "Unsent warning", login == "root"; got != want {
			t.Errorf("%s sees what root typed: %v", login, got)
		}
	}
	for _, secret := range []string{"Unsent warning", "not a field of it"} {
		if bytes.Contains(n.log.Bytes(), []byte(secret)) {
			t.Errorf("the log has %q", secret)
		}
	}
}

// TestTypedWithoutItsPage: a form whose page offers it no more is shown as it was
// typed, and can be sent from there.
func TestTypedWithoutItsPage(t *testing.T) {
	n := inhabited(t)
	b := n.as(t, "root")
	b.header.Set("Referer", n.URL+"/help")
	n.later(10 * time.Minute)
	b.post("/people", url.Values{"login": {"duty"}, "name": {"Duty analyst"}, "role": {"viewer"}, "language": {"en"}, "password": {"secret secret"}})
	b.post("/step-up", url.Values{"password": {password}, "next": {"/help"}})
	to, _ := b.page("/help").doc.Find("main [role=note] a").First().Attr("href")
	if to != typedPath {
		t.Fatalf("the page without the form leads to %q", to)
	}
	page := b.page(to)
	check(t, "typed", page)
	form := page.fields("main form")
	if form.Get("login") != "duty" || form.Has("password") || !strings.Contains(page.text("dl"), "Duty analyst") {
		t.Fatalf("it says %v", form)
	}
	if r := b.post(page.doc.Find("main form").AttrOr("action", ""), form); r.StatusCode != http.StatusOK || r.text("#onetime") == "" {
		t.Errorf("sent from there: %s", r.Status)
	}
}

// TestTypedInBrowser: a person writes a note until his session has run out, and
// another confirms a release when his proof has; both find their text again.
func TestTypedInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	h := shared(t)
	other := inhabited(t)
	root := h.as(t, "root")
	h.keyed(t, root, "KAZ")
	card := other.keyed(t, other.as(t, "root"), "UZB")
	pair, err := h.desk.Pair(t.Context(), h.actor(t, "root"), card)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.desk.ConfirmPair(t.Context(), h.actor(t, "root"), pair.Peer.Node, "compared"); err != nil {
		t.Fatal(err)
	}
	release := root.post(h.records(t, root, typed("green"))+"/release", url.Values{"audience": {"public"}, "reason": {"briefing"}}).Header.Get("Location")

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
	signIn := func() {
		t.Helper()
		do(chromedp.WaitVisible("#login"), chromedp.SendKeys("#login", "colleague"), chromedp.SendKeys("#password", password), chromedp.Click("main form button"))
	}
	do(chromedp.Navigate(h.URL + "/messages/new"))
	signIn()
	do(chromedp.WaitVisible("#f-text"), chromedp.Evaluate[chromedp.Void]("document.querySelector('#f-to').selectedIndex = 1, document.querySelector('[name=tlp][value=green]').checked = true, null"),
		chromedp.SendKeys("#f-title", "A route that is new"), chromedp.SendKeys("#f-text", "First line & second"))
	h.later(3 * time.Hour)
	do(chromedp.Click("main form .button.primary"))
	signIn()
	do(chromedp.WaitVisible("#f-text"))
	if got := ask("[location.pathname, document.querySelector('#f-to').selectedIndex, document.querySelector('#f-title').value, document.querySelector('#f-text').value, document.querySelector('[name=tlp]:checked').value].join('|')"); got != "/messages/new|1|A route that is new|First line & second|green" {
		t.Errorf("the note comes back as %q", got)
	}
	do(chromedp.Click("main form .button.primary"), chromedp.WaitVisible(".flash"))
	if got := ask("document.querySelector('main').textContent"); !strings.Contains(got, "First line & second") {
		t.Errorf("the note as it was sent: %q", got)
	}

	do(chromedp.Navigate(h.URL+release), chromedp.WaitVisible("#f-note"), chromedp.SendKeys("#f-note", "agreed with the prosecutor"))
	h.later(10 * time.Minute)
	do(chromedp.Click("form[action$='/confirm'] button"), chromedp.WaitVisible("#f-password"), chromedp.SendKeys("#f-password", password),
		chromedp.Click("form[action='/step-up'] button"), chromedp.WaitVisible("#f-note"))
	if got := ask("location.pathname + '|' + document.querySelector('#f-note').value"); got != release+"|agreed with the prosecutor" {
		t.Errorf("the release comes back as %q", got)
	}
	do(chromedp.Click("form[action$='/confirm'] button"), chromedp.WaitVisible(".flash"))
	if got := ask("document.querySelector('main').textContent"); !strings.Contains(got, "agreed with the prosecutor") {
		t.Error("the release is not confirmed with the note")
	}
}

// TestRefilled: what was typed comes back as text and never as a part of the page,
// into the one form that it was typed into, with what hides it opened.
func TestRefilled(t *testing.T) {
	page := `<main><form method="post" action="/other"><input name="a" value="1"></form><details class="more"><summary>x</summary><form method="post" action="/act">` +
		`<input name="a" value="1"><input name="a"><input type="password" name="p"><input type="checkbox" name="c" value="x" checked><input type="checkbox" name="c" value="y">` +
		`<select name="s"><option value="1" selected>one</option><option value="2">two</option></select><textarea name="t">old</textarea><button name="b" value="v">go</button></form></details></main>`
	evil := `"></textarea><script>alert(1)</script><input name="evil`
	out, found := refilled([]byte(page), typedForm{Action: "/act", Values: url.Values{"a": {evil, "second"}, "p": {"secret"}, "c": {"y"}, "s": {"2"}, "t": {"\n" + evil}, "b": {"w"}}}, "kept & well")
	if !found {
		t.Fatal("the form is not found")
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	form := doc.Find("form[action='/act']")
	if doc.Find("script, [name=evil]").Length() != 0 {
		t.Errorf("what was typed is a part of the page: %s", out)
	}
	got := reply{doc: doc}.fields("form[action='/act']")
	want := url.Values{"a": {evil, "second"}, "p": {""}, "c": {"y"}, "s": {"2"}, "t": {"\n" + evil}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if form.Find("[role=status]").Text() != "kept & well" || form.Find("button").AttrOr("value", "") != "v" || doc.Find("details[open]").Length() != 1 || doc.Find("form[action='/other'] input").AttrOr("value", "") != "1" {
		t.Errorf("the page around it: %s", out)
	}
	if _, found := refilled([]byte(page), typedForm{Action: "/nowhere"}, ""); found {
		t.Error("a form that is not there is found")
	}
}
