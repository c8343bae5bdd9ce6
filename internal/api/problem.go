package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"paiza"
	"paiza/internal/listen"
	"paiza/wire"
)

// status is the one table from the kind of a refusal to its HTTP status, the
// same as that of the pages.
var status = []struct {
	kind error
	code int
}{
	{paiza.ErrInvalid, http.StatusUnprocessableEntity},
	{paiza.ErrForbidden, http.StatusForbidden},
	{paiza.ErrNotFound, http.StatusNotFound},
	{paiza.ErrConflict, http.StatusConflict},
	{paiza.ErrUnavailable, http.StatusServiceUnavailable},
}

// Problem is a refusal as it leaves the API.
type Problem wire.Problem

// GetStatus is the HTTP status, for package huma.
func (p *Problem) GetStatus() int { return p.Status }

// Error is the sentence.
func (p *Problem) Error() string { return p.Detail }

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// unauthenticated is a refusal for want of a good token.
type unauthenticated struct{ error }

func (u *unauthenticated) Unwrap() error { return u.error }

// tooMany is a refusal that passes by itself.
type tooMany struct {
	wait time.Duration
	key  string
}

func (t *tooMany) Error() string { return t.key }

// errChanged is an If-Match that does not hold.
var errChanged = errors.New("changed")

func init() {
	// Package huma asks these of every program; only this one uses it here.
	huma.DefaultArrayNullable = false // a list of nothing is empty
	huma.NewErrorWithContext = func(ctx huma.Context, code int, msg string, errs ...error) huma.StatusError {
		return fault(callerOf(ctx.Context()), code, errs)
	}
	huma.NewError = func(code int, msg string, errs ...error) huma.StatusError { return fault(&caller{}, code, errs) }
}

// fault is what package huma found: a refusal of the desk that an operation
// returned, or a mistake in the form of the request.
func fault(c *caller, code int, errs []error) huma.StatusError {
	if c.Print == nil { // huma looks at the type for the document
		return &Problem{Status: code}
	}
	var found []error
	for _, err := range errs {
		var detail *huma.ErrorDetail
		if err != nil && !errors.As(err, &detail) {
			found = append(found, err)
		}
	}
	if len(found) > 0 && (code == http.StatusInternalServerError || errors.As(found[0], new(*paiza.Error))) {
		p := problemOf(c, found[0])
		if p.Status == http.StatusInternalServerError {
			c.log.Error("operation failed", "error", found[0])
		}
		return p
	}
	p := &Problem{Type: wire.ProblemType + "invalid", Status: code, Code: "error.form"}
	switch code {
	case http.StatusBadRequest:
		p.Code = "api.body_form"
	case http.StatusUnsupportedMediaType:
		p.Code, p.Detail = "api.media_type", c.Print.T("api.media_type", "value", "application/json")
	case http.StatusNotAcceptable:
		p.Code = "api.not_acceptable"
	case http.StatusRequestEntityTooLarge:
		p.Code, p.Detail = "error.too_large", c.Print.T("error.too_large", "size", c.Print.Bytes(maxBody))
	case http.StatusInternalServerError:
		p.Type, p.Code = wire.ProblemType+wire.ProblemInternal, "error.internal"
	}
	for _, err := range errs {
		var detail *huma.ErrorDetail
		if errors.As(err, &detail) {
			p.Errors = append(p.Errors, fieldOf(c, detail))
		}
	}
	return c.title(p)
}

// fieldOf says in our words what huma found in one place.
func fieldOf(c *caller, d *huma.ErrorDetail) wire.ProblemField {
	f := wire.ProblemField{Code: "api.field_form"}
	switch {
	case strings.HasPrefix(d.Message, "expected required property"), strings.HasPrefix(d.Message, "required "):
		f.Code = "error.missing"
	case strings.HasPrefix(d.Message, "unexpected property"), strings.HasPrefix(d.Message, "unknown query"):
		f.Code = "api.field_unknown"
	}
	where, name, _ := strings.Cut(d.Location, ".")
	if where == "body" {
		f.Pointer = pointer(name)
		if rest, ok := strings.CutPrefix(d.Message, "expected required property "); ok {
			missing, _, _ := strings.Cut(rest, " ")
			f.Pointer = strings.TrimSuffix(f.Pointer, "/") + "/" + missing
			if f.Pointer[0] != '#' {
				f.Pointer = "#" + f.Pointer
			}
		}
	} else {
		f.Parameter = name
	}
	f.Detail = c.Print.T(f.Code)
	return f
}

// pointer turns items[3].name into #/items/3/name (RFC 6901).
func pointer(path string) string {
	if path == "" {
		return "#"
	}
	path = strings.NewReplacer("~", "~0", "/", "~1", ".", "/", "[", "/", "]", "").Replace(path)
	return "#/" + path
}

// problemOf tells an error to a caller. What is no refusal is told as such and
// no more.
func problemOf(c *caller, err error) *Problem {
	p := &Problem{Type: wire.ProblemType + wire.ProblemInternal, Status: http.StatusInternalServerError, Code: "error.internal"}
	var many *tooMany
	var large *http.MaxBytesError
	var e *paiza.Error
	switch {
	case errors.As(err, &many):
		p.Type, p.Status, p.Code = wire.ProblemType+wire.ProblemTooMany, http.StatusTooManyRequests, many.key
		p.Detail = c.Print.T(many.key, "time", many.wait.Round(time.Second))
	case errors.Is(err, errChanged):
		p.Type, p.Status, p.Code = wire.ProblemType+wire.ProblemPrecondition, http.StatusPreconditionFailed, "api.changed"
	case errors.As(err, &large):
		p.Type, p.Status, p.Code = wire.ProblemType+"invalid", http.StatusRequestEntityTooLarge, "error.too_large"
		p.Detail = c.Print.T("error.too_large", "size", c.Print.Bytes(large.Limit))
	case errors.As(err, &e):
		for _, row := range status {
			if errors.Is(e, row.kind) {
				p.Status, p.Type = row.code, wire.ProblemType+wire.ProblemName(row.kind)
				break
			}
		}
		if errors.As(err, new(*unauthenticated)) {
			p.Status, p.Type = http.StatusUnauthorized, wire.ProblemType+wire.ProblemUnauthenticated
		}
		if c.matched && strings.HasSuffix(e.Key, ".changed") && errors.Is(e, paiza.ErrConflict) {
			p.Status, p.Type = http.StatusPreconditionFailed, wire.ProblemType+wire.ProblemPrecondition
		}
		whole := *e
		whole.Fields = nil
		p.Code, p.Detail = e.Key, c.Print.Error(&whole)
		for _, f := range e.Fields {
			field := wire.ProblemField{Code: f.Key, Detail: c.Print.Field(f)}
			if c.method == http.MethodGet || c.method == http.MethodHead {
				field.Parameter = f.Field
			} else {
				field.Pointer = pointer(f.Field)
			}
			p.Errors = append(p.Errors, field)
		}
	}
	return c.title(p)
}

// title writes the sentences that a problem still lacks.
func (c *caller) title(p *Problem) *Problem {
	if p.Detail == "" {
		p.Detail = c.Print.T(p.Code)
	}
	name := strings.TrimPrefix(p.Type, wire.ProblemType)
	switch name {
	case wire.ProblemUnauthenticated:
		name = "forbidden"
	case wire.ProblemTooMany:
		name = "unavailable"
	case wire.ProblemPrecondition:
		name = "conflict"
	}
	p.Title = c.Print.T("error.title." + name)
	return p
}

// refuse answers with the problem of an error. What is no refusal is logged for
// the operator.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var many *tooMany
	if errors.As(err, &many) {
		w.Header().Set("Retry-After", strconv.Itoa(listen.Seconds(many.wait)))
	}
	p := problemOf(callerOf(r.Context()), err)
	if p.Status == http.StatusInternalServerError {
		a.log.Error("operation failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	a.tell(w, r, p)
}

func (a *API) tell(w http.ResponseWriter, r *http.Request, p *Problem) {
	callerOf(r.Context()).title(p)
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // our own struct
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(append(body, '\n'))
	}
}
