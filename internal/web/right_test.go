package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/locale"
)

// filled is the pattern with something in its wildcards.
func filled(pattern string) string {
	return strings.NewReplacer("{$}", "", "{id}", "1", "{seq}", "1", "{version}", "1").Replace(pattern)
}

// TestRefusals is made from the table of routes: every route refuses a person
// without a session and every role that lacks its right, and none refuses a
// role that has it.
func TestRefusals(t *testing.T) {
	n := inhabited(t)
	browsers := map[paiza.Role]*browser{}
	for _, role := range paiza.Roles() {
		n.account(t, role)
		browsers[role] = n.as(t, string(role))
	}
	nobody := n.browser(t)
	for _, row := range routes() {
		name := row.method + " " + row.pattern
		if row.needs == "" {
			t.Errorf("%s declares no right", name)
		}
		if row.needs == public {
			continue
		}
		r := nobody.do(row.method, filled(row.pattern), nil, "")
		if r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(r.Header.Get("Location"), "/sign-in") {
			t.Errorf("%s without a session: %s", name, r.Status)
		}
		if row.needs == signedIn || row.needs == halfway {
			continue
		}
		for _, role := range paiza.Roles() {
			may := access.Allow(paiza.Actor{ID: "x", Roles: []paiza.Role{role}}, row.needs) == nil
			r := browsers[role].do(row.method, filled(row.pattern), nil, "")
			if refused := r.StatusCode == http.StatusForbidden; refused == may {
				t.Errorf("%s as %s: %s, may = %v", name, role, r.Status, may)
			}
			if !may && r.doc != nil && !strings.Contains(r.text(".reason"), n.words("right."+string(row.needs))) {
				t.Errorf("%s as %s does not name the missing right: %q", name, role, r.text(".reason"))
			}
			if r.StatusCode >= 500 {
				t.Errorf("%s as %s: %s\n%s", name, role, r.Status, n.log)
			}
		}
	}
}

// TestRules: whatever rule refuses has a sentence that says what to do.
func TestRules(t *testing.T) {
	allowing := []string{"console", "own", "shared", "member", "named", "community"}
	for _, tag := range locale.Languages() {
		for _, id := range access.Rules() {
			if has := locale.For(tag).Has("error.rule." + id); has == slices.Contains(allowing, id) {
				t.Errorf("%s: error.rule.%s: %v", tag, id, has)
			}
		}
	}
}

func (n *node) words(key string) string {
	return visitOf(httptest.NewRequest("GET", "/", nil)).Print.T(key)
}

// TestNavigation shows to each role only what it may open.
func TestNavigation(t *testing.T) {
	n := inhabited(t)
	for _, role := range paiza.Roles() {
		n.account(t, role)
		b := n.as(t, string(role))
		r := b.page("/")
		for _, a := range r.doc.Find("nav.side a").EachIter() {
			if to := a.AttrOr("href", ""); b.get(to).StatusCode != http.StatusOK {
				t.Errorf("%s is shown %s and may not open it", role, to)
			}
		}
	}
}

// TestMethods: what is not in the table does not exist.
func TestMethods(t *testing.T) {
	n := inhabited(t)
	b := n.as(t, "root")
	for _, tt := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/nowhere", http.StatusNotFound},
		{"DELETE", "/people/1", http.StatusNotFound},
		{"GET", "/uploads/1/run", http.StatusNotFound},
		{"GET", "/seizures/999999", http.StatusNotFound},
		{"GET", "/imports/x", http.StatusNotFound},
		{"GET", "/people/x", http.StatusNotFound},
		{"GET", "/uploads/x", http.StatusNotFound},
		{"GET", "/templates/layout.html", http.StatusNotFound},
		{"GET", "/assets/../web.go", http.StatusTemporaryRedirect},
		{"GET", "/assets/nothing.js", http.StatusNotFound},
		{"HEAD", "/", http.StatusOK},
	} {
		r := b.do(tt.method, tt.path, nil, "")
		if r.StatusCode != tt.want && !(tt.want == http.StatusTemporaryRedirect && r.StatusCode/100 == 3) {
			t.Errorf("%s %s: %s, want %d", tt.method, tt.path, r.Status, tt.want)
		}
	}
}

// TestCrossOrigin: a form of another site changes nothing.
func TestCrossOrigin(t *testing.T) {
	n := inhabited(t)
	root := n.as(t, "root")
	root.header.Set("Sec-Fetch-Site", "cross-site")
	root.header.Set("Origin", "https://evil.example")
	for _, row := range routes() {
		if row.method == http.MethodGet {
			continue
		}
		if r := root.do(row.method, filled(row.pattern), strings.NewReader("x=1"), "application/x-www-form-urlencoded"); r.StatusCode != http.StatusForbidden {
			t.Errorf("%s %s from another site: %s", row.method, row.pattern, r.Status)
		}
	}
	b := n.browser(t)
	b.header.Set("Origin", "https://evil.example")
	if r := b.post("/sign-in", url.Values{"login": {"root"}, "password": {password}}); r.StatusCode != http.StatusForbidden {
		t.Errorf("sign-in from another site: %s", r.Status)
	}
}

func TestHeaders(t *testing.T) {
	n := inhabited(t)
	b := n.browser(t)
	b.header.Set("Accept-Encoding", "gzip")
	for _, path := range []string{"/sign-in", "/nowhere", n.site.assets.url("paiza.css"), "/seizures"} {
		h := b.get(path).Header
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'self'", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "same-origin", "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if !strings.HasPrefix(h.Get(name), want) {
				t.Errorf("%s: %s is %q, want %q", path, name, h.Get(name), want)
			}
		}
		if policy := h.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, policy)
		}
	}
	page := b.get("/sign-in")
	if got := page.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("a page may be kept by caches: %q", got)
	}
	css := b.get(n.site.assets.url("paiza.css"))
	if got := css.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("hashed asset: Cache-Control %q", got)
	}
	if css.Header.Get("Content-Encoding") != "gzip" || css.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("style sheet: %v", css.Header)
	}
}

func cookie(t *testing.T, list []*http.Cookie, name string) *http.Cookie {
	t.Helper()
	for _, c := range list {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no cookie %s among %v", name, list)
	return nil
}

func TestCookies(t *testing.T) {
	n := inhabited(t)
	b := n.browser(t)
	r := b.post("/sign-in", url.Values{"login": {"root"}, "password": {password}})
	c := cookie(t, r.Cookies(), "paiza")
	if c.Name != "paiza" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Secure {
		t.Errorf("session cookie: %v", c)
	}
	secure := New(n.desk, Options{TLS: true})
	w := httptest.NewRecorder()
	req := httptest.NewRequest("POST", "https://node.example/sign-in", strings.NewReader(url.Values{"login": {"root"}, "password": {password}}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	secure.ServeHTTP(w, req)
	if c := cookie(t, w.Result().Cookies(), "__Host-device"); !c.Secure || !c.HttpOnly || c.Domain != "" || c.Path != "/" {
		t.Errorf("device cookie over TLS: %v", c)
	}
	c = cookie(t, w.Result().Cookies(), "__Host-paiza")
	if c.Name != "__Host-paiza" || !c.Secure || !c.HttpOnly || c.Domain != "" {
		t.Errorf("session cookie over TLS: %v", c)
	}
	if got := w.Header().Get("Strict-Transport-Security"); got != "max-age=31536000; includeSubDomains" {
		t.Errorf("Strict-Transport-Security over TLS: %q", got)
	}
	w = httptest.NewRecorder()
	req = httptest.NewRequest("POST", "https://node.example/theme", strings.NewReader("theme=dark"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	secure.ServeHTTP(w, req)
	if c := cookie(t, w.Result().Cookies(), "__Host-theme"); !c.Secure || !c.HttpOnly {
		t.Errorf("cookie of the theme over TLS: %v", c)
	}
	req = httptest.NewRequest("GET", "https://node.example/sign-in", nil)
	req.AddCookie(&http.Cookie{Name: "__Host-theme", Value: "dark"})
	if theme(req) != "dark" {
		t.Error("the theme chosen over TLS is forgotten")
	}
}
