package web

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// refilled is a page with a form as it was typed, under a sentence that says so.
// Every other byte of the page stays as it is. found is false when no form of the
// page leads to where the form was sent.
func refilled(page []byte, form typedForm, said string) (out []byte, found bool) {
	f := filling{form: form, said: said, next: map[string]int{}}
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		if z.Next() == html.ErrorToken {
			return f.out, f.found
		}
		raw := slices.Clone(z.Raw()) // Token may change them
		f.token(z.Token(), raw)
	}
}

// filling is the state of refilled between two tokens.
type filling struct {
	form    typedForm
	said    string
	out     []byte
	details []int // where the open <details> around end their names
	inside  bool  // the form
	found   bool
	next    map[string]int // of a field that stands several times
	list    []string       // what is chosen in the <select> around; nil outside
	skip    bool           // the old text of a <textarea>
}

func (f *filling) token(t html.Token, raw []byte) {
	start := t.Type == html.StartTagToken || t.Type == html.SelfClosingTagToken
	switch {
	case start && t.DataAtom == atom.Details:
		f.details = append(f.details, len(f.out)+len("<details"))
	case t.Type == html.EndTagToken && t.DataAtom == atom.Details && len(f.details) > 0:
		f.details = f.details[:len(f.details)-1]
	case start && t.DataAtom == atom.Form:
		f.begin(t, raw)
		return
	case t.Type == html.EndTagToken && t.DataAtom == atom.Form:
		f.inside = false
	case f.inside && start:
		f.field(t, raw)
		return
	case t.Type == html.EndTagToken && t.DataAtom == atom.Select:
		f.list = nil
	case t.Type == html.EndTagToken && t.DataAtom == atom.Textarea:
		f.skip = false
	}
	if !f.skip {
		f.out = append(f.out, raw...)
	}
}

// begin writes the start of a form, and if it is the one, opens what hides it.
func (f *filling) begin(t html.Token, raw []byte) {
	method, _ := attribute(t, "method")
	action, _ := attribute(t, "action")
	f.inside = strings.EqualFold(method, "post") && action == f.form.Action
	if !f.inside {
		f.out = append(f.out, raw...)
		return
	}
	f.found = true
	for _, at := range slices.Backward(f.details) {
		if tag, _, _ := bytes.Cut(f.out[at:], []byte(">")); !bytes.Contains(tag, []byte(" open")) {
			f.out = slices.Insert(f.out, at, []byte(" open")...)
		}
	}
	f.details = nil
	f.out = append(f.out, raw...)
	f.out = append(f.out, `<p class="alert" role="status">`+html.EscapeString(f.said)+`</p>`...)
}

// field writes a start tag of the form with what was typed.
func (f *filling) field(t html.Token, raw []byte) {
	name, _ := attribute(t, "name")
	list, sent := f.form.Values[name]
	value, _ := attribute(t, "value")
	switch t.DataAtom {
	case atom.Input:
		switch kind, _ := attribute(t, "type"); kind {
		case "password", "file", "submit":
		case "checkbox", "radio":
			if name != "" {
				raw = []byte(withAttribute(t, "checked", "", slices.Contains(list, value)).String())
			}
		default:
			if sent {
				raw = []byte(withAttribute(t, "value", f.nth(name), true).String())
			}
		}
	case atom.Select:
		if f.list = list; !sent {
			f.list = nil
		}
	case atom.Option:
		if f.list != nil {
			raw = []byte(withAttribute(t, "selected", "", slices.Contains(f.list, value)).String())
		}
	case atom.Textarea:
		if sent {
			f.out = append(f.out, raw...)
			// A parser drops the first line break of the text.
			f.out = append(f.out, "\n"+html.EscapeString(f.nth(name))...)
			f.skip = true
			return
		}
	}
	f.out = append(f.out, raw...)
}

// nth is the next value of a field.
func (f *filling) nth(name string) string {
	n := f.next[name]
	f.next[name]++
	if list := f.form.Values[name]; n < len(list) {
		return list[n]
	}
	return ""
}

func attribute(t html.Token, name string) (string, bool) {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// withAttribute is a tag with an attribute, or without it.
func withAttribute(t html.Token, name, value string, has bool) html.Token {
	t.Attr = slices.DeleteFunc(slices.Clone(t.Attr), func(a html.Attribute) bool { return a.Key == name })
	if has {
		t.Attr = append(t.Attr, html.Attribute{Key: name, Val: value})
	}
	return t
}
