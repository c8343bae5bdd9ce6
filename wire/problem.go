package wire

import "paiza"

// Problem is a refusal (RFC 9457). Type is one of the five kinds and is stable;
// detail is for a person, in the language of the request; code names the
// sentence and may grow finer in later versions.
type Problem struct {
	Type   string         `json:"type" example:"urn:paiza:problem:invalid" doc:"Stable: urn:paiza:problem: and one of invalid, forbidden, not_found, conflict, unavailable, internal, unauthenticated, too_many, precondition."`
	Title  string         `json:"title" doc:"What the type means, in the language of the request."`
	Status int            `json:"status" example:"422"`
	Detail string         `json:"detail" doc:"What is wrong and what to do."`
	Code   string         `json:"code" example:"error.form" doc:"Name of the sentence."`
	Errors []ProblemField `json:"errors,omitempty" doc:"What is wrong, field by field."`
}

// ProblemField says what is wrong with one part of the request.
type ProblemField struct {
	Pointer   string `json:"pointer,omitempty" example:"#/country" doc:"Into the body (RFC 6901)."`
	Parameter string `json:"parameter,omitempty" doc:"Of the query, the path or a header."`
	Detail    string `json:"detail"`
	Code      string `json:"code"`
}

// ProblemType is the beginning of every type.
const ProblemType = "urn:paiza:problem:"

// The names of the types that are no kind of package paiza.
const (
	ProblemUnauthenticated = "unauthenticated" // no token, or one that is refused
	ProblemTooMany         = "too_many"        // wait; see Retry-After
	ProblemPrecondition    = "precondition"    // If-Match does not hold
	ProblemInternal        = "internal"        // a fault of the node
)

// problemKinds is the one table between kinds and types.
var problemKinds = []struct {
	kind error
	name string
}{{paiza.ErrInvalid, "invalid"}, {paiza.ErrForbidden, "forbidden"}, {paiza.ErrNotFound, "not_found"},
	{paiza.ErrConflict, "conflict"}, {paiza.ErrUnavailable, "unavailable"}}

// ProblemName is the name of a kind; internal for what is none.
func ProblemName(kind error) string {
	for _, k := range problemKinds {
		if k.kind == kind {
			return k.name
		}
	}
	return ProblemInternal
}

// Kind is the kind of a problem, for errors.Is: those that package paiza does
// not know are counted to the nearest; nil for a fault of the node.
func (p Problem) Kind() error {
	for _, k := range problemKinds {
		if p.Type == ProblemType+k.name {
			return k.kind
		}
	}
	switch p.Type {
	case ProblemType + ProblemUnauthenticated:
		return paiza.ErrForbidden
	case ProblemType + ProblemTooMany:
		return paiza.ErrUnavailable
	case ProblemType + ProblemPrecondition:
		return paiza.ErrConflict
	}
	return nil
}
