package paiza

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// The kinds of refusal. They are tested with errors.Is; a door maps each to
// its status in one table. The list is append-only: other nodes will read it.
var (
	// ErrInvalid: what was given is malformed or incomplete.
	ErrInvalid = errors.New("invalid")
	// ErrForbidden: the actor lacks the right.
	ErrForbidden = errors.New("forbidden")
	// ErrNotFound: there is no such thing, or the actor may not know of it.
	ErrNotFound = errors.New("not found")
	// ErrConflict: the act contradicts the present state.
	ErrConflict = errors.New("conflict")
	// ErrUnavailable: something the act needs does not answer now.
	ErrUnavailable = errors.New("unavailable")
)

// Args are the named values that a translated message needs.
type Args map[string]any

// Error is a refusal that a person is told in his own language. Key names the
// sentence in package locale; Args fill it. Err is the cause and is for the
// operator's log only: it never reaches a person.
type Error struct {
	Kind   error
	Key    string
	Args   Args
	Fields []FieldError
	Err    error
}

// FieldError says what is wrong with one field of a form.
type FieldError struct {
	Field string
	Key   string
	Args  Args
}

// Error gives the kind, the key and the arguments, for logs and tests; pages
// and the command line print the translated sentence instead.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Kind.Error())
	b.WriteString(": ")
	b.WriteString(e.Key)
	names := make([]string, 0, len(e.Args))
	for name := range e.Args {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(&b, " %s=%v", name, e.Args[name])
	}
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Field, f.Key)
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the kind and the cause, so that errors.Is finds both.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// Invalid is a refusal of kind ErrInvalid with the sentence key.
func Invalid(key string, args Args) *Error { return &Error{Kind: ErrInvalid, Key: key, Args: args} }

// Forbidden is a refusal of kind ErrForbidden that names the missing right.
func Forbidden(right Right) *Error {
	return &Error{Kind: ErrForbidden, Key: "error.forbidden", Args: Args{"right": string(right)}}
}

// NotFound is a refusal of kind ErrNotFound; what is the noun of the subject.
func NotFound(what, id string) *Error {
	return &Error{Kind: ErrNotFound, Key: "error.not_found", Args: Args{"what": what, "id": id}}
}

// Conflict is a refusal of kind ErrConflict with the sentence key.
func Conflict(key string, args Args) *Error { return &Error{Kind: ErrConflict, Key: key, Args: args} }

// Unavailable is a refusal of kind ErrUnavailable with its cause.
func Unavailable(key string, err error) *Error {
	return &Error{Kind: ErrUnavailable, Key: key, Err: err}
}
