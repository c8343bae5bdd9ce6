package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"paiza"
	"paiza/internal/locale"
)

//go:embed all:templates
var templateFiles embed.FS

// sheets are the templates of all pages, parsed once for each language when
// the first person asks for it: the functions of a template are bound to its
// language, so that {{t "key"}} needs no more.
type sheets map[string]func() map[string]*template.Template

func newSheets(s *Site) sheets {
	out := sheets{}
	for _, tag := range locale.Languages() {
		out[tag] = sync.OnceValue(func() map[string]*template.Template { return s.parse(locale.For(tag)) })
	}
	return out
}

// parse reads templates/layout.html, templates/part/*.html (pieces that many
// pages share) and for each page templates/<subject>/<page>.html, which defines
// "title" and "main", together with the pieces of its own subject, whose file
// names begin with "_".
func (s *Site) parse(p *locale.Printer) map[string]*template.Template {
	base := template.New("").Funcs(s.funcs(p))
	base = template.Must(base.ParseFS(templateFiles, "templates/layout.html", "templates/part/*.html"))
	out := map[string]*template.Template{}
	files, err := fs.Glob(templateFiles, "templates/*/*.html")
	if err != nil {
		panic(err)
	}
	for _, file := range files {
		dir, name := path.Split(file)
		if dir == "templates/part/" || strings.HasPrefix(name, "_") {
			continue
		}
		one := template.Must(base.Clone())
		if own, _ := fs.Glob(templateFiles, dir+"_*.html"); len(own) > 0 {
			one = template.Must(one.ParseFS(templateFiles, own...))
		}
		one = template.Must(one.ParseFS(templateFiles, file))
		out[path.Base(dir)+"/"+strings.TrimSuffix(name, ".html")] = one
	}
	return out
}

// page is what the layout needs; Body is the typed view of the page itself,
// and the dot of its "title" and "main".
type page struct {
	Print   *locale.Printer
	Person  *paiza.Person // nil when nobody is signed in
	Agency  string        // name of his agency
	Theme   string
	Here    string // path and query, to come back to
	Search  string // words in the search box
	Nav     []navGroup
	Demo    bool
	Flash   string
	Refresh int // seconds until the page asks for itself again; 0 never
	CanRead bool
	Body    any
}

// refresher is a view whose page should load itself again, without JavaScript
// too.
type refresher interface{ refresh() int }

// render answers with the page templates/<name>.html over its view.
func (s *Site) render(w http.ResponseWriter, r *http.Request, code int, name string, view any) error {
	v := visitOf(r)
	t := s.sheets[v.Print.Tag()]()[name]
	if t == nil {
		return fmt.Errorf("web: no template %q", name)
	}
	p := page{Print: v.Print, Theme: v.Theme, Here: here(r), Search: r.URL.Query().Get("q"),
		Nav: s.counted(r, nav(v, r.URL.Path)), Demo: s.isDemo(r), Body: view, CanRead: v.can(paiza.RightReadSeizure)}
	if !v.Actor.Anonymous() {
		p.Person = &v.Person
		p.Agency = s.ownAgency(r)
		p.Flash = s.sessions.PopString(r.Context(), sessionFlash)
	}
	if again, ok := view.(refresher); ok {
		p.Refresh = again.refresh()
	}
	// Everything is written before anything is sent: a page that fails half way
	// becomes an error page, not half a page.
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	if err := t.ExecuteTemplate(buf, "layout", p); err != nil {
		return err
	}
	s.refill(r, code, buf)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.Print.HTML())
	h.Add("Vary", "Accept-Encoding, Accept-Language")
	if buf.Len() < 1400 || !acceptsGzip(r) {
		w.WriteHeader(code)
		_, err := w.Write(buf.Bytes())
		return gone(err)
	}
	h.Set("Content-Encoding", "gzip")
	w.WriteHeader(code)
	z := packers.Get().(*gzip.Writer)
	defer packers.Put(z)
	z.Reset(w)
	if _, err := z.Write(buf.Bytes()); err != nil {
		return gone(err)
	}
	return gone(z.Close())
}

var (
	buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	packers = sync.Pool{New: func() any { z, _ := gzip.NewWriterLevel(nil, 4); return z }}
)

// gone drops the error of writing to a browser that left: the status is sent
// and nobody is there to be told.
func gone(error) error { return nil }

// here is the address to come back to after a choice of language or theme; for
// a form that failed it is the page of the form.
func here(r *http.Request) string {
	if r.Method != http.MethodGet {
		return r.URL.Path
	}
	return r.URL.RequestURI()
}

// flash keeps a sentence for the next page.
func (s *Site) flash(r *http.Request, key string, args ...any) {
	s.sessions.Put(r.Context(), sessionFlash, visitOf(r).Print.T(key, args...))
}

// navGroup is one block of the navigation.
type navGroup struct {
	Key   string // of its heading, empty for none
	Links []navLink
}

type navLink struct {
	Key      string
	Path     string
	Shortcut string
	Current  bool
	Count    int    // of what waits there; 0 shows nothing
	Says     string // key of the sentence with that number
}

// counted puts beside the releases, the messages and the partners how many wait
// for the person.
func (s *Site) counted(r *http.Request, groups []navGroup) []navGroup {
	for i := range groups {
		for j := range groups[i].Links {
			switch link := &groups[i].Links[j]; link.Path {
			case "/releases":
				link.Count, link.Says = s.waiting(r), "release.waiting"
			case "/messages":
				link.Count, link.Says = s.unread(r), "inbox.unread"
			case "/partners":
				link.Count, link.Says = len(s.concerns(r)), "concern.count"
			}
		}
	}
	return groups
}

// ownAgency is the name of the person's agency, for the frame of the page.
func (s *Site) ownAgency(r *http.Request) string {
	v := visitOf(r)
	a, err := s.desk.Agency(r.Context(), v.Actor, v.Actor.Agency)
	if err != nil {
		s.log.Error("agency not asked", "err", err)
	}
	return a.Name
}

// nav lists what the person may open.
func nav(v *visit, at string) []navGroup {
	if v.Actor.Anonymous() {
		return nil
	}
	all := []struct {
		group, key, path, shortcut string
		needs                      paiza.Right
	}{
		{"", "nav.home", "/", "h", signedIn},
		{"", "nav.seizures", "/seizures", "s", paiza.RightReadSeizure},
		{"", "nav.imports", "/imports", "i", paiza.RightReadSeizure},
		{"", "nav.alerts", "/alerts", "w", paiza.RightReadAlert},
		{"", "nav.cases", "/cases", "a", paiza.RightReadCase},
		{"", "nav.releases", "/releases", "e", paiza.RightProposeRelease},
		{"", "nav.messages", "/messages", "x", paiza.RightReadMessage},
		{"nav.picture", "nav.market", "/picture/market", "m", paiza.RightReadPicture},
		{"nav.picture", "nav.balance", "/picture/balance", "b", paiza.RightReadPicture},
		{"nav.picture", "nav.routes", "/picture/routes", "r", paiza.RightReadPicture},
		{"nav.picture", "nav.calendar", "/picture/calendar", "c", paiza.RightReadPicture},
		{"nav.picture", "nav.coverage", "/picture/coverage", "o", paiza.RightReadPicture},
		{"nav.reference", "nav.catalog", "/catalog", "k", paiza.RightReadCatalog},
		{"nav.reference", "nav.help", "/help", "?", signedIn},
		{"nav.node", "nav.people", "/people", "p", paiza.RightManagePeople},
		{"nav.node", "nav.agencies", "/agencies", "y", paiza.RightManageAgencies},
		{"nav.node", "nav.partners", "/partners", "t", paiza.RightManagePeers},
		{"nav.node", "nav.ledger", "/ledger", "l", paiza.RightReadLedger},
		{"nav.node", "nav.condition", "/node", "n", paiza.RightOperate},
	}
	exists := map[string]bool{}
	for _, row := range routes() {
		if row.method == http.MethodGet {
			exists[strings.TrimSuffix(row.pattern, "{$}")] = true
		}
	}
	var out []navGroup
	for _, l := range all {
		if !exists[l.path] || l.needs != signedIn && !v.can(l.needs) {
			continue
		}
		if len(out) == 0 || out[len(out)-1].Key != l.group {
			out = append(out, navGroup{Key: l.group})
		}
		g := &out[len(out)-1]
		current := at == l.path || l.path != "/" && strings.HasPrefix(at, l.path+"/")
		g.Links = append(g.Links, navLink{Key: l.key, Path: l.path, Shortcut: l.shortcut, Current: current})
	}
	return out
}
