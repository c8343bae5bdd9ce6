package web

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// typedForm is a form that was sent when its person had to prove first that it is
// he. It waits in his session, sealed, and comes back into its page.
type typedForm struct {
	Action string     // path to which it was sent
	Page   string     // path and query of the page that it stands on
	Values url.Values // what was typed; never a password or a code
	Files  bool       // it brought files, which are not kept
}

// notKept are fields that are typed anew each time.
var notKept = []string{"password", "again", "old", "code", "token"}

// keepTyped keeps the form of a request that was stopped, for a person, and gives
// the page to come back to. A form that is too large is not kept.
func (s *Site) keepTyped(r *http.Request, person string) string {
	form := typedForm{Action: r.URL.Path, Page: pageOf(r), Values: url.Values{}}
	var values url.Values
	values, form.Files = typedIn(r)
	for name, list := range values {
		if !slices.Contains(notKept, name) {
			form.Values[name] = list
		}
	}
	if len(form.Values) == 0 || person == "" {
		return form.Page
	}
	raw, err := json.Marshal(form)
	if err != nil {
		return form.Page
	}
	sealed, err := s.desk.SealTyped(r.Context(), person, raw)
	if err != nil {
		s.log.InfoContext(r.Context(), "a form was not kept", "route", r.URL.Path, "bytes", len(raw))
		return form.Page
	}
	s.sessions.Put(r.Context(), sessionTyped, sealed)
	return form.Page
}

// typedIn are the fields of a request's form: as a handler has read them, or what
// stands before the first file.
func typedIn(r *http.Request) (values url.Values, files bool) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.PostForm != nil:
		return r.PostForm, kind == "multipart/form-data"
	case kind == "multipart/form-data":
		mr, err := r.MultipartReader()
		if err != nil {
			return nil, false
		}
		values = url.Values{}
		for left := int64(maxForm); left > 0; {
			part, err := mr.NextPart()
			if err != nil || part.FileName() != "" {
				break
			}
			raw, err := io.ReadAll(io.LimitReader(part, left))
			if err != nil {
				break
			}
			left -= int64(len(raw))
			values.Add(part.FormName(), string(raw))
		}
		return values, true
	case kind == "application/x-www-form-urlencoded":
		_ = r.ParseForm() // what cannot be read is not kept
		return r.PostForm, false
	}
	return nil, false
}

// pageOf is the page that the form of a request stands on: the one that the
// browser names, or where that is the answer to a form itself, the page of the
// table of routes that offers it.
func pageOf(r *http.Request) string {
	if u, err := url.Parse(r.Referer()); err == nil && u.Host == r.Host && local(u.Path) && u.Path != r.URL.Path {
		return u.RequestURI()
	}
	pattern := r.Pattern[strings.Index(r.Pattern, "/"):]
	has := func(pattern string) bool {
		return slices.ContainsFunc(routes(), func(row route) bool { return row.method == http.MethodGet && row.pattern == pattern })
	}
	at := r.URL.Path
	for ; at != "/"; at, pattern = path.Dir(at), path.Dir(pattern) {
		if has(pattern + "/new") {
			return at + "/new"
		}
		if has(pattern) {
			return at
		}
	}
	return "/account"
}

// kept is the form that waits for the person of a request; false for none.
func (s *Site) kept(r *http.Request) (form typedForm, ok bool) {
	sealed := s.sessions.GetString(r.Context(), sessionTyped)
	if v := visitOf(r); sealed != "" && !v.Actor.Anonymous() {
		if raw, open := s.desk.OpenTyped(v.Person.ID, sealed); open {
			ok = json.Unmarshal(raw, &form) == nil
		} else {
			s.sessions.Remove(r.Context(), sessionTyped)
		}
	}
	return form, ok
}

// refill puts a form that waits back into the page that it stands on. Where the
// page no longer has it, a link leads to what was typed.
func (s *Site) refill(r *http.Request, code int, buf *bytes.Buffer) {
	if r.Method != http.MethodGet || code != http.StatusOK {
		return
	}
	form, ok := s.kept(r)
	if !ok || r.URL.RequestURI() != form.Page {
		return
	}
	p := visitOf(r).Print
	said := p.T("stepup.kept")
	if form.Files {
		said += " " + p.T("stepup.files")
	}
	page, found := refilled(buf.Bytes(), form, said)
	if found {
		s.sessions.Remove(r.Context(), sessionTyped)
	} else {
		link := `<p class="alert" role="note"><a href="` + typedPath + `">` + html.EscapeString(p.T("stepup.see")) + `</a></p>`
		page = bytes.Replace(page, []byte(mainTag), []byte(mainTag+link), 1)
	}
	buf.Reset()
	buf.Write(page)
}

// mainTag is where the layout begins what a page says.
const mainTag = `<main id="main" tabindex="-1">`

// typedPath is the page of a form that found no page to go back to.
const typedPath = "/step-up/typed"

// typedView is that page.
type typedView struct {
	typedForm
	Fields []fact
}

func (s *Site) typedPage(w http.ResponseWriter, r *http.Request) error {
	form, ok := s.kept(r)
	if !ok {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	s.sessions.Remove(r.Context(), sessionTyped) // it stands on the page from here on
	view := typedView{typedForm: form}
	for name, list := range form.Values {
		for _, value := range list {
			if strings.TrimSpace(value) != "" {
				view.Fields = append(view.Fields, fact{visitOf(r).Print.FieldName(name), value})
			}
		}
	}
	slices.SortFunc(view.Fields, func(a, b fact) int { return strings.Compare(a.Field, b.Field) })
	return s.render(w, r, http.StatusOK, "session/typed", view)
}
