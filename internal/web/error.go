package web

import (
	"errors"
	"net/http"
	"path"
	"time"

	"paiza"
	"paiza/internal/desk"
)

// status is the one table from the kind of a refusal to its HTTP status.
var status = []struct {
	kind error
	code int
	name string // of the sentence under error.title and error.mend
}{
	{paiza.ErrInvalid, http.StatusUnprocessableEntity, "invalid"},
	{paiza.ErrForbidden, http.StatusForbidden, "forbidden"},
	{paiza.ErrNotFound, http.StatusNotFound, "not_found"},
	{paiza.ErrConflict, http.StatusConflict, "conflict"},
	{paiza.ErrUnavailable, http.StatusServiceUnavailable, "unavailable"},
}

func statusOf(err error) (code int, name string) {
	for _, row := range status {
		if errors.Is(err, row.kind) {
			return row.code, row.name
		}
	}
	return http.StatusInternalServerError, "internal"
}

// tooMany refuses a person who asks for more pages than anybody reads.
type tooMany struct {
	error
	wait time.Duration
}

// Unwrap gives the sentence.
func (t *tooMany) Unwrap() error { return t.error }

func refuseMany(wait time.Duration) error {
	return &tooMany{&paiza.Error{Kind: paiza.ErrUnavailable, Key: "api.too_many", Args: paiza.Args{"time": wait}}, wait}
}

// errorView is a refusal as a page: what, why, and what to do now.
type errorView struct {
	Status int
	Name   string
	Reason string
	Link   string // what mends it, where that is a page of the node
	Act    string
}

// refuse answers with the page of an error. What is not a paiza.Error is
// logged for the operator, and the person learns only that it was.
func (s *Site) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		err = paiza.Invalid("error.too_large", paiza.Args{"size": visitOf(r).Print.Bytes(tooLarge.Limit)})
	}
	code, name := statusOf(err)
	wait, ok := desk.WaitOf(err)
	var many *tooMany
	if errors.As(err, &many) {
		wait, ok = many.wait, true
	}
	if ok {
		code = http.StatusTooManyRequests
		w.Header().Set("Retry-After", retryAfter(wait))
	}
	var known *paiza.Error
	if !errors.As(err, &known) || known.Err != nil && code >= 500 {
		s.log.ErrorContext(r.Context(), "request failed", "err", err)
	}
	view := errorView{Status: code, Name: name, Reason: visitOf(r).Print.Error(err)}
	if known != nil && known.Key == "error.rule."+ruleStepUp {
		view.Link, view.Act = stepUpLink(before(r)), visitOf(r).Print.T("release.step_up")
	}
	if err := s.render(w, r, code, "error/error", view); err != nil {
		s.log.ErrorContext(r.Context(), "error page failed", "err", err)
		http.Error(w, http.StatusText(code), code)
	}
}

// before is the page that a person was on when he did what was refused: the
// page itself, or the one over the address of a form.
func before(r *http.Request) string {
	if r.Method == http.MethodGet {
		return r.URL.RequestURI()
	}
	return path.Dir(r.URL.Path)
}
