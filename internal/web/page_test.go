package web

import (
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"paiza"
	"paiza/internal/locale"
)

func TestSetup(t *testing.T) {
	n := bare(t)
	b := n.browser(t)
	if r := b.get("/seizures"); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/setup" {
		t.Fatalf("an empty node answers %s to %s, want a redirect to /setup", r.Status, r.Header.Get("Location"))
	}
	token, err := n.desk.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	form := b.page("/setup?token=" + token).fields("form[action='/setup']")
	if form.Get("token") != "" {
		t.Error("the one-time token is taken from the address")
	}
	form.Set("token", token)
	form.Set("name", "Aigerim Serikova")
	form.Set("login", "a.serikova")
	form.Set("password", "short")
	form.Set("again", "short")
	r := b.post("/setup", form)
	if r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.text("#h-password"), "12") {
		t.Fatalf("a short password: %s, %q", r.Status, r.text("#h-password"))
	}
	if got := r.doc.Find("#f-login").AttrOr("value", ""); got != "a.serikova" {
		t.Errorf("the refused form lost the login: %q", got)
	}
	form.Set("password", password)
	form.Set("again", password+"x")
	if r := b.post("/setup", form); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("two different passwords: %s", r.Status)
	}
	form.Set("again", password)
	if r := b.post("/setup", form); r.StatusCode != http.StatusUnprocessableEntity || r.text("#h-agency_name") == "" {
		t.Errorf("a node whose agency has no name: %s, %q", r.Status, r.text("#h-agency_name"))
	}
	form.Set("agency_name", "Central Police")
	form.Set("agency_kind", "police")
	wrong := url.Values{}
	for k, v := range form {
		wrong[k] = v
	}
	wrong.Set("token", "guessed")
	if r := b.post("/setup", wrong); r.StatusCode != http.StatusNotFound {
		t.Errorf("a guessed token: %s", r.Status)
	}
	if r := b.post("/setup", form); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("setup: %s\n%.500s", r.Status, r.body)
	}
	if r := b.page("/"); !strings.Contains(r.text(".me summary"), "Aigerim Serikova") {
		t.Error("the first administrator is not signed in after the setup")
	} else if got := r.text(".me .house"); got != "Central Police" {
		t.Errorf("the frame names the agency %q", got)
	}
	if r := n.browser(t).get("/setup"); r.Header.Get("Location") != "/sign-in" {
		t.Errorf("the link works twice: %s", r.Status)
	}
}

func TestSignIn(t *testing.T) {
	n := inhabited(t)
	b := n.browser(t)
	r := b.get("/seizures?country=KAZ")
	to := r.Header.Get("Location")
	if r.StatusCode != http.StatusSeeOther || to != "/sign-in?next=%2Fseizures%3Fcountry%3DKAZ" {
		t.Fatalf("%s to %q", r.Status, to)
	}
	form := b.page(to).fields("main form")
	form.Set("login", "root")
	form.Set("password", "wrong wrong wrong")
	if r := b.post("/sign-in", form); r.StatusCode != http.StatusUnprocessableEntity || r.text("[role=alert]") == "" {
		t.Fatalf("a wrong password: %s", r.Status)
	}
	known := b.post("/sign-in", form).text("[role=alert]")
	form.Set("login", "nobody.there")
	if unknown := b.post("/sign-in", form).text("[role=alert]"); unknown != known {
		t.Errorf("an unknown login is told from a wrong password: %q, %q", unknown, known)
	}
	form.Set("login", "root")
	form.Set("password", password)
	r = b.post("/sign-in", form)
	if r.Header.Get("Location") != "/seizures?country=KAZ" {
		t.Errorf("after signing in one comes to %q", r.Header.Get("Location"))
	}
	form.Set("next", "//evil.example/")
	if r := b.post("/sign-in", form); r.Header.Get("Location") != "/" {
		t.Errorf("an open redirect: %q", r.Header.Get("Location"))
	}
	if r := b.post("/sign-out", nil); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	if r := b.get("/"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("after signing out the home page answers %s", r.Status)
	}
}

// TestRotation: the session of before signing in is worth nothing after it, and
// one that was ended opens nothing.
func TestRotation(t *testing.T) {
	n := inhabited(t)
	b := n.as(t, "root")
	at, _ := url.Parse(n.URL)
	old := cookie(t, b.client.Jar.Cookies(at), "paiza")
	if r := b.post("/account/password", url.Values{"old": {password}, "password": {"another long secret"}, "again": {"another long secret"}}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("change of password: %s %.400s", r.Status, r.body)
	}
	b.page("/account")
	thief := n.browser(t)
	thief.client.Jar.SetCookies(at, []*http.Cookie{old})
	if r := thief.get("/account"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("the session of before the change still opens pages: %s", r.Status)
	}
}

func TestDisabledIsOut(t *testing.T) {
	n := inhabited(t)
	viewer := n.account(t, paiza.RoleViewer)
	b := n.as(t, "viewer")
	b.page("/seizures")
	admin := n.as(t, "root")
	form := admin.page("/people/" + viewer.ID).fields("form[action='/people/" + viewer.ID + "']")
	form.Set("disabled", "1")
	form.Set("reason", "left the service")
	if r := admin.post("/people/"+viewer.ID, form); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("disable: %s %.400s", r.Status, r.body)
	}
	if r := b.get("/seizures"); r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(r.Header.Get("Location"), "/sign-in") {
		t.Errorf("a disabled person still reads: %s", r.Status)
	}
	if r := b.post("/sign-in", url.Values{"login": {"viewer"}, "password": {password}}); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a disabled person signs in: %s", r.Status)
	}
}

func TestSignInLimit(t *testing.T) {
	n := inhabited(t)
	b := n.browser(t)
	bad := url.Values{"login": {"root"}, "password": {"not the password"}}
	for range 5 {
		b.post("/sign-in", bad)
	}
	good := url.Values{"login": {"ROOT "}, "password": {password}}
	r := b.post("/sign-in", good)
	if r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Retry-After") == "" {
		t.Fatalf("after five failures: %s", r.Status)
	}
	n.later(15*time.Minute + time.Second)
	if r := b.post("/sign-in", good); r.StatusCode != http.StatusSeeOther {
		t.Errorf("after a quarter of an hour: %s", r.Status)
	}
}

// rightPages are the pages of a seizure with two versions, a case and a release.
func (n *node) rightPages(t *testing.T) []string {
	t.Helper()
	ctx := t.Context()
	c, err := n.desk.CreateCase(ctx, n.root, paiza.NewCase{Reference: "2026-17", Title: "By rail"})
	if err != nil {
		t.Fatal(err)
	}
	in := paiza.NewSeizure{Date: "2026-02-03", Country: "KAZ", Substance: "heroin", Amount: "2", Unit: "kg", Handling: paiza.NewHandling{TLP: "green"}, Reason: "report"}
	z, err := n.desk.RecordSeizure(ctx, n.root, in)
	if err == nil {
		in.Amount = "3"
		_, err = n.desk.CorrectSeizure(ctx, n.root, z.ID, 1, in)
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := n.desk.ProposeRelease(ctx, n.root, paiza.NewRelease{Subject: "seizure/" + z.ID, Audience: "KGZ", Reason: "request"})
	if err != nil {
		t.Fatal(err)
	}
	alert := paiza.NewAlert{Title: "A long line that says what was seen and where, for a narrow screen", Structure: "CCN(CC)CCn1c(Cc2ccc(OC)cc2)nc2cc([N+](=O)[O-])ccc12", Handling: paiza.NewHandling{TLP: "green"}, Reason: "report"}
	a, err := n.desk.RaiseAlert(ctx, n.root, alert)
	if err == nil {
		alert.Text = "Corrected"
		_, err = n.desk.CorrectAlert(ctx, n.root, a.ID, 1, alert)
	}
	if err != nil {
		t.Fatal(err)
	}
	warn := "/alerts/" + a.ID
	at := "/seizures/" + z.ID
	return []string{"/alerts", "/alerts/new", warn, warn + "/versions/1", warn + "/correct", warn + "/relabel", warn + "/withdraw", at, at + "/versions/1", at + "/correct", at + "/relabel", at + "/withdraw", at + "/release", "/seizures?withdrawn=only", "/seizures?label=green&red=without",
		"/cases", "/cases/new", "/cases/" + c.ID, "/cases/" + c.ID + "/change", "/releases", "/releases/" + r.ID, "/imports/1/relabel",
		"/agencies", "/agencies/new", "/agencies/home", "/ledger?action=seizure.correct&from=2026", "/ledger/3", "/people?agency=home"}
}

// get every page in every language: it has one h1, a title, landmarks, no
// unresolved key and no inline code that the policy would stop.
func TestEveryPage(t *testing.T) {
	n := inhabited(t)
	imp := n.load(t, "ids.csv")
	b := n.as(t, "root")
	first := b.page("/seizures").doc.Find("tbody a.rowlink").First().AttrOr("href", "")
	upload := b.send("own.csv")
	root := n.root.ID
	paths := []string{"/", "/seizures", "/seizures?country=KAZ&from=2014&flag=identical&q=алматы&departure=KAZ&via=RUS", "/seizures?country=XXX&from=2013&to=2012",
		first, "/seizures/new", "/imports", "/imports/" + imp.ID, upload,
		"/catalog", "/catalog/units", "/catalog/countries?find=qazaq", "/catalog/resolve?text=Block+(350gr)", "/catalog/resolve?text=zzz",
		"/people", "/people/new", "/people/" + root, "/account", "/step-up", "/recover", "/ledger", "/help", "/nowhere"}
	paths = append(append(paths, "/ledger?from=never"), n.rightPages(t)...)
	for _, row := range pictureRoutes() {
		if !strings.Contains(row.pattern, ".") {
			paths = append(paths, row.pattern)
		}
	}
	for _, tag := range locale.Languages() {
		if r := b.post("/language", url.Values{"language": {tag}, "here": {"/"}}); r.StatusCode != http.StatusSeeOther {
			t.Fatal(r.Status)
		}
		for _, path := range paths {
			r := b.get(path)
			if r.doc == nil || r.StatusCode >= 500 {
				t.Errorf("%s %s: %s\n%s", tag, path, r.Status, n.log)
				continue
			}
			check(t, tag+" "+path, r)
			if got := r.doc.Find("html").AttrOr("lang", ""); got != locale.For(tag).HTML() {
				t.Errorf("%s %s: lang=%q", tag, path, got)
			}
		}
	}
}

// check holds a page to what every page must be.
func check(t *testing.T, name string, r reply) {
	t.Helper()
	for selector, want := range map[string]int{"h1": 1, "main": 1, "header": 1, "title": 1,
		"script:not([src])": 0, "style": 0, "[style]": 0, "[onclick], [onload], [onsubmit], [onchange]": 0, "a[href='#'], a[href='']": 0,
		"a[href^='javascript:']": 0, "img:not([alt])": 0, "th:not([scope])": 0, "table:not(:has(th))": 0, "button:empty, a[href]:empty:not([aria-label])": 0, "form[method='get'] input[type='password']": 0} {
		if got := r.doc.Find(selector).Length(); got != want {
			t.Errorf("%s: %d of %q, want %d", name, got, selector, want)
		}
	}
	seen := map[string]bool{}
	r.doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if seen[id] {
			t.Errorf("%s: id %q stands twice", name, id)
		}
		seen[id] = true
	})
	r.doc.Find("main input:not([type='hidden'], [hidden]), main select, main textarea:not([hidden])").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if s.AttrOr("aria-label", "") == "" && s.Closest("label").Length() == 0 && (id == "" || r.doc.Find("label[for='"+id+"']").Length() == 0) {
			t.Errorf("%s: field %q has no label", name, s.AttrOr("name", ""))
		}
	})
	// What reads a page aloud follows these names, and the order of the headings.
	r.doc.Find("[aria-describedby], [aria-labelledby]").Each(func(_ int, s *goquery.Selection) {
		for _, id := range append(strings.Fields(s.AttrOr("aria-describedby", "")), strings.Fields(s.AttrOr("aria-labelledby", ""))...) {
			if !seen[id] {
				t.Errorf("%s: %q is named and is not there", name, id)
			}
		}
	})
	level := 1
	r.doc.Find("main h1, main h2, main h3, main h4").Each(func(_ int, s *goquery.Selection) {
		now := int(goquery.NodeName(s)[1] - '0')
		if now > level+1 {
			t.Errorf("%s: the heading %q of level %d follows one of level %d", name, s.Text(), now, level)
		}
		level = now
	})
	for word := range strings.FieldsSeq(r.text("body")) {
		word = strings.Trim(word, ".,:;()«»“”")
		if strings.Count(word, ".") >= 1 && locale.For("en").Has(word) || strings.Contains(word, "{n}") || strings.Contains(word, "<no value>") || strings.Contains(word, "%!") {
			t.Errorf("%s: shows %q", name, word)
		}
	}
}

// TestPieces: no two files define a piece of one name, of which one would be
// shown in the place of the other.
func TestPieces(t *testing.T) {
	files, err := fs.Glob(templateFiles, "templates/*/*.html")
	if err != nil {
		t.Fatal(err)
	}
	define, where := regexp.MustCompile(`{{define "([^"]+)"`), map[string]string{}
	for _, file := range files {
		dir, name := path.Split(file)
		if dir != "templates/part/" && !strings.HasPrefix(name, "_") {
			continue // a page has a "title" and a "main" of its own
		}
		raw, err := templateFiles.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range define.FindAllStringSubmatch(string(raw), -1) {
			piece := m[1]
			if where[piece] != "" {
				t.Errorf("%s and %s define %q", where[piece], file, piece)
			}
			where[piece] = file
		}
	}
}

// TestNoDeadLinks follows every link of every page that a person can reach.
func TestNoDeadLinks(t *testing.T) {
	n := inhabited(t)
	n.load(t, "ids.csv")
	b := n.as(t, "root")
	seen, queue := map[string]bool{"/": true}, []string{"/"}
	for len(queue) > 0 && len(seen) < 400 {
		path := queue[0]
		queue = queue[1:]
		r := b.get(path)
		if r.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, r.Status)
			continue
		}
		if r.doc == nil {
			continue
		}
		shape := map[string]int{}
		r.doc.Find("a[href], link[href], script[src]").Each(func(_ int, s *goquery.Selection) {
			to := s.AttrOr("href", s.AttrOr("src", ""))
			if !strings.HasPrefix(to, "/") {
				if !strings.HasPrefix(to, "#") && !strings.HasPrefix(to, "?") {
					t.Errorf("%s: leads away to %q", path, to)
				}
				return
			}
			to, _, _ = strings.Cut(to, "#")
			// Hundreds of rows have the same kind of link: three of each will do.
			where, _, _ := strings.Cut(to, "?")
			kind := strings.Join(strings.Split(where, "/")[:min(3, strings.Count(where, "/")+1)], "/")
			if shape[kind]++; shape[kind] > 3 || seen[to] {
				return
			}
			seen[to] = true
			queue = append(queue, to)
		})
	}
	if len(seen) < 30 {
		t.Errorf("only %d addresses were found", len(seen))
	}
}

// TestLanguage: the account decides, else the cookie, else the browser.
func TestLanguage(t *testing.T) {
	n := inhabited(t)
	b := n.browser(t)
	lang := func() string { return b.page("/help").doc.Find("html").AttrOr("lang", "") }
	b.header.Set("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.5")
	if got := lang(); got != "zh-Hans" {
		t.Errorf("the browser asks for Chinese and gets %s", got)
	}
	if r := b.post("/language", url.Values{"language": {"ru"}, "here": {"/help"}}); r.Header.Get("Location") != "/help" {
		t.Errorf("after the choice one comes to %q", r.Header.Get("Location"))
	}
	if got := lang(); got != "ru" {
		t.Errorf("the cookie says Russian and the page is %s", got)
	}
	b.post("/sign-in", url.Values{"login": {"root"}, "password": {password}})
	if got := lang(); got != "en" {
		t.Errorf("the account says English and the page is %s", got)
	}
	if r := b.post("/language", url.Values{"language": {"tlh"}, "here": {"/"}}); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a language that is not here: %s", r.Status)
	}
	if r := b.post("/language", url.Values{"language": {"zh"}, "here": {"https://evil.example/"}}); r.Header.Get("Location") != "/" {
		t.Errorf("an open redirect: %q", r.Header.Get("Location"))
	}
	if got := lang(); got != "zh-Hans" {
		t.Errorf("the account was changed to Chinese and the page is %s", got)
	}
}

func TestTheme(t *testing.T) {
	n := inhabited(t)
	b := n.browser(t)
	theme := func() string { return b.page("/sign-in").doc.Find("html").AttrOr("data-theme", "system") }
	for _, tt := range []struct{ choice, want string }{{"", "system"}, {"dark", "dark"}, {"light", "light"}, {"auto", "system"}, {"\"><x", "system"}} {
		if tt.choice != "" {
			b.post("/theme", url.Values{"theme": {tt.choice}, "here": {"/sign-in"}})
		}
		if got := theme(); got != tt.want {
			t.Errorf("%q gives %s, want %s", tt.choice, got, tt.want)
		}
	}
}

// TestDemonstration: a store of demonstration data says so on every page.
func TestDemonstration(t *testing.T) {
	n := inhabited(t)
	if n.as(t, "root").page("/").doc.Find(".demo").Length() != 0 {
		t.Fatal("an ordinary node says that it is a demonstration")
	}
	if err := n.desk.MarkDemo(t.Context(), n.root); err != nil {
		t.Fatal(err)
	}
	n.site.demo.known = time.Time{}
	b := n.as(t, "root")
	for _, path := range []string{"/", "/seizures", "/catalog", "/help", "/people"} {
		if b.page(path).text(".demo") == "" {
			t.Errorf("%s does not say that the data are for demonstration", path)
		}
	}
	if n.browser(t).page("/sign-in").text(".demo") == "" {
		t.Error("the sign-in page does not say so")
	}
}

// TestAssets: without the built scripts no page asks for one, and with
// or without them every address of an asset answers.
func TestAssets(t *testing.T) {
	n := inhabited(t)
	b := n.as(t, "root")
	for _, path := range []string{"/", "/picture/market", "/picture/routes"} {
		r := b.page(path)
		for _, s := range r.doc.Find("script, link").EachIter() {
			to := s.AttrOr("src", s.AttrOr("href", ""))
			if to == "" {
				t.Errorf("%s: asks for an asset without an address", path)
			} else if got := b.get(to); got.StatusCode != http.StatusOK {
				t.Errorf("%s: %s answers %s", path, to, got.Status)
			}
		}
	}
	css := n.site.assets.named["paiza.css"]
	first := b.get(n.site.assets.url("paiza.css"))
	b.header.Set("If-None-Match", first.Header.Get("ETag"))
	if r := b.get(n.site.assets.url("paiza.css")); r.StatusCode != http.StatusNotModified {
		t.Errorf("an unchanged asset is sent again: %s", r.Status)
	}
	if n := len(css.packed()); n > 16<<10 {
		t.Errorf("the style sheet weighs %d bytes compressed", n)
	}
}
