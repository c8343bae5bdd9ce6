package web

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/store"
)

// password is that of every account of the tests.
const password = "tablets of the relay"

// node is a real desk over a real store, with its pages on loopback.
type node struct {
	*httptest.Server
	site *Site
	desk *desk.Desk
	root paiza.Actor // has every role
	log  *bytes.Buffer
	// ahead is by how many nanoseconds the node's clock is ahead.
	ahead atomic.Int64
}

// later puts the node's clock forward.
func (n *node) later(d time.Duration) { n.ahead.Add(int64(d)) }

// wantActs demands that the ledger has entries of these acts.
func (n *node) wantActs(t *testing.T, actions ...string) {
	t.Helper()
	acts, err := n.desk.Ledger(t.Context(), paiza.Operator("test"), 0, 500)
	if err != nil {
		t.Fatal(err)
	}
	for _, action := range actions {
		if !slices.ContainsFunc(acts, func(a paiza.Act) bool { return a.Action == action }) {
			t.Errorf("the ledger has no entry %s", action)
		}
	}
}

// bare is a node on which nobody has an account.
func bare(t testing.TB) *node { t.Helper(); return bareWith(t, Options{}, desk.Options{}) }

func bareWith(t testing.TB, opt Options, o desk.Options) *node {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "node.paiza"))
	if err != nil {
		t.Fatal(err)
	}
	log := &bytes.Buffer{}
	n := &node{log: log}
	clock := func() time.Time { return time.Now().Add(time.Duration(n.ahead.Load())) }
	opt.Log, opt.Version, opt.Now = slog.New(slog.NewTextHandler(log, nil)), "test", clock
	o.Store, o.Log, o.Now, o.Pause = st, opt.Log, clock, func(context.Context, time.Duration) {}
	d, err := desk.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	n.desk = d
	n.site = New(d, opt)
	n.Server = httptest.NewServer(n.site)
	t.Cleanup(func() {
		n.Server.Close()
		d.Close()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// inhabited is a node with one account for each role, named after it, and
// "root" with all of them.
func inhabited(t testing.TB) *node { t.Helper(); return inhabitedWith(t, Options{}) }

func inhabitedWith(t testing.TB, opt Options) *node {
	t.Helper()
	return settle(t, bareWith(t, opt, desk.Options{}))
}

// settle makes the accounts of an inhabited node.
func settle(t testing.TB, n *node) *node {
	t.Helper()
	token, err := n.desk.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	root, err := n.desk.Setup(t.Context(), token, paiza.NewPerson{Login: "root", Name: "All Roles", Password: password, Language: "en"}, desk.Home{Name: "Central Police", Kind: paiza.AgencyPolice}, "test")
	if err != nil {
		t.Fatal(err)
	}
	if n.root, _, err = n.desk.Actor(t.Context(), root.ID, "test"); err != nil {
		t.Fatal(err)
	}
	return n
}

// account opens one for a role.
func (n *node) account(t *testing.T, role paiza.Role) paiza.Person {
	t.Helper()
	p, err := n.desk.CreatePerson(t.Context(), paiza.Operator("test"), paiza.NewPerson{Login: string(role), Name: "The " + string(role),
		Roles: []paiza.Role{role}, Language: "en", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// load imports a file of testdata.
func (n *node) load(t *testing.T, name string) paiza.Import {
	t.Helper()
	imp, err := n.desk.Import(t.Context(), n.root, desk.ImportRequest{Path: filepath.Join("testdata", name), Accept: true, Reason: "test"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return imp
}

// browser is a person's client: it keeps cookies and does not follow
// redirects.
type browser struct {
	t      *testing.T
	base   string
	client *http.Client
	header http.Header
}

func (n *node) browser(t *testing.T) *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{t: t, base: n.URL, header: http.Header{}, client: &http.Client{Jar: jar, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// as is a browser in which the person has signed in.
func (n *node) as(t *testing.T, login string) *browser {
	t.Helper()
	b := n.browser(t)
	r := b.post("/sign-in", url.Values{"login": {login}, "password": {password}})
	if r.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s cannot sign in: %s", login, r.Status)
	}
	return b
}

// reply is an answer with its page.
type reply struct {
	*http.Response
	body []byte
	doc  *goquery.Document
}

func (b *browser) do(method, path string, body io.Reader, kind string) reply {
	b.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, b.base+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	for k, v := range b.header {
		req.Header[k] = v
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	r := reply{Response: res, body: raw}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		if r.doc, err = goquery.NewDocumentFromReader(bytes.NewReader(raw)); err != nil {
			b.t.Fatal(err)
		}
	}
	return r
}

func (b *browser) get(path string) reply { b.t.Helper(); return b.do("GET", path, nil, "") }

func (b *browser) post(path string, form url.Values) reply {
	b.t.Helper()
	return b.do("POST", path, strings.NewReader(form.Encode()), "application/x-www-form-urlencoded")
}

// page is a page that must be there.
func (b *browser) page(path string) reply {
	b.t.Helper()
	r := b.get(path)
	if r.StatusCode != http.StatusOK || r.doc == nil {
		b.t.Fatalf("GET %s: %s\n%.600s", path, r.Status, r.body)
	}
	return r
}

// send uploads a file of testdata and gives the address of its page.
func (b *browser) send(name string) string {
	b.t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		b.t.Fatal(err)
	}
	var buf bytes.Buffer
	mp := multipart.NewWriter(&buf)
	part, _ := mp.CreateFormFile("file", name)
	_, _ = part.Write(raw)
	_ = mp.Close()
	r := b.do("POST", "/uploads", &buf, mp.FormDataContentType())
	if r.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("upload of %s: %s\n%.600s", name, r.Status, r.body)
	}
	return r.Header.Get("Location")
}

// text is the words of a part of the page, blanks collapsed.
func (r reply) text(selector string) string {
	return strings.Join(strings.Fields(r.doc.Find(selector).Text()), " ")
}

// fields are the values of a form as a browser would send them.
func (r reply) fields(selector string) url.Values {
	out := url.Values{}
	form := r.doc.Find(selector)
	form.Find("input[name]").Each(func(_ int, s *goquery.Selection) {
		kind, _ := s.Attr("type")
		_, checked := s.Attr("checked")
		if kind == "checkbox" && !checked || kind == "radio" && !checked {
			return
		}
		out.Add(s.AttrOr("name", ""), s.AttrOr("value", ""))
	})
	form.Find("textarea[name]").Each(func(_ int, s *goquery.Selection) { out.Add(s.AttrOr("name", ""), s.Text()) })
	form.Find("select[name]").Each(func(_ int, s *goquery.Selection) {
		chosen := s.Find("option[selected]").First()
		if chosen.Length() == 0 {
			chosen = s.Find("option").First()
		}
		out.Add(s.AttrOr("name", ""), chosen.AttrOr("value", ""))
	})
	return out
}
