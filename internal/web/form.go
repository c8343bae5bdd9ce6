package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"paiza"
	"paiza/internal/locale"
)

// form is what a person typed and what was wrong with it, so that a refused
// form comes back filled in.
type form struct {
	values url.Values
	Error  string            // about the whole
	Fields map[string]string // about one field, by its name
}

// readForm takes the fields of an ordinary form.
func readForm(r *http.Request) form {
	if err := r.ParseForm(); err != nil {
		return form{values: url.Values{}}
	}
	return form{values: r.PostForm}
}

// Get is a field as typed, without space around it.
func (f form) Get(name string) string { return strings.TrimSpace(f.values.Get(name)) }

// Raw is a field exactly as typed: a password.
func (f form) Raw(name string) string { return f.values.Get(name) }

// All are the values of a field that may stand several times.
func (f form) All(name string) []string { return f.values[name] }

// Has reports whether a field that may stand several times has the value.
func (f form) Has(name, value string) bool {
	for _, v := range f.values[name] {
		if v == value {
			return true
		}
	}
	return false
}

// Bad is what is wrong with one field, empty when nothing is.
func (f form) Bad(name string) string { return f.Fields[name] }

// same refuses when a password and its repetition differ.
func (f form) same(a, b string) error {
	if f.Raw(a) == f.Raw(b) {
		return nil
	}
	return &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form",
		Fields: []paiza.FieldError{{Field: b, Key: "error.password.differ"}}}
}

// failed is the form again with the sentences of its refusal.
func (f form) failed(p *locale.Printer, err error) form {
	f.Fields = map[string]string{}
	var e *paiza.Error
	if !errors.As(err, &e) {
		f.Error = p.Error(err)
		return f
	}
	whole := *e
	whole.Fields = nil
	f.Error = p.Error(&whole)
	for _, field := range e.Fields {
		f.Fields[field.Field] = p.Field(field)
	}
	return f
}
