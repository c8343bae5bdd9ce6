package access

import (
	"slices"

	"paiza"
)

// Expr is a condition on an object. There are five forms and no others; package
// store writes each as SQL, and eval asks it of one object.
type Expr interface{ expr() }

// Field is a property of an object.
type Field string

// The fields. FieldAgencies and FieldPersons are sets.
const (
	FieldOwner     Field = "owner"
	FieldOrigin    Field = "origin"
	FieldCase      Field = "case"
	FieldTLP       Field = "tlp"
	FieldPurpose   Field = "purpose"
	FieldWithdrawn Field = "withdrawn" // "1" or "0"
	FieldAgencies  Field = "agencies"
	FieldPersons   Field = "persons"
)

const yes = "1"

// In holds when the field is one of the values.
type In struct {
	Field  Field
	Values []string
}

// Has holds when the set holds the value.
type Has struct {
	Set   Field
	Value string
}

// Const always or never holds.
type Const bool

// Not holds when the condition does not.
type Not struct{ Of Expr }

// All holds when each does.
type All []Expr

// Any holds when one does.
type Any []Expr

func (In) expr()    {}
func (Has) expr()   {}
func (Const) expr() {}
func (Not) expr()   {}
func (All) expr()   {}
func (Any) expr()   {}

const (
	always = Const(true)
	never  = Const(false)
)

func is(f Field, values ...string) Expr {
	if len(values) == 0 {
		return never
	}
	return In{f, values}
}

func has(set Field, value string) Expr {
	if value == "" {
		return never
	}
	return Has{set, value}
}

func not(e Expr) Expr {
	switch e := e.(type) {
	case Const:
		return !e
	case Not:
		return e.Of
	}
	return Not{e}
}

// and and or drop what decides nothing, so that a query has only what matters.
func and(list ...Expr) Expr { return join(list, always, func(l []Expr) Expr { return All(l) }) }
func or(list ...Expr) Expr  { return join(list, never, func(l []Expr) Expr { return Any(l) }) }

func join(list []Expr, neutral Const, make func([]Expr) Expr) Expr {
	var kept []Expr
	for _, e := range list {
		if c, ok := e.(Const); ok {
			if c != neutral {
				return c
			}
			continue
		}
		kept = append(kept, e)
	}
	switch len(kept) {
	case 0:
		return neutral
	case 1:
		return kept[0]
	}
	return make(kept)
}

// eval asks a condition of one object.
func eval(e Expr, o *Object) bool {
	switch e := e.(type) {
	case Const:
		return bool(e)
	case Not:
		return !eval(e.Of, o)
	case All:
		return !slices.ContainsFunc(e, func(x Expr) bool { return !eval(x, o) })
	case Any:
		return slices.ContainsFunc(e, func(x Expr) bool { return eval(x, o) })
	case In:
		return slices.Contains(e.Values, field(&o.Handling, o.Withdrawn, e.Field))
	case Has:
		return slices.Contains(set(&o.Handling, e.Set), e.Value)
	}
	return false
}

func field(h *paiza.Handling, withdrawn bool, f Field) string {
	switch f {
	case FieldOwner:
		return h.Owner
	case FieldOrigin:
		return h.Origin
	case FieldCase:
		return h.Case
	case FieldTLP:
		return string(h.TLP)
	case FieldPurpose:
		return string(h.Purpose)
	case FieldWithdrawn:
		if withdrawn {
			return yes
		}
		return "0"
	}
	return ""
}

func set(h *paiza.Handling, f Field) []string {
	switch f {
	case FieldAgencies:
		return h.Agencies
	case FieldPersons:
		return h.Persons
	}
	return nil
}

// Fix is the condition for objects of which one field is known: "1" where on
// holds and "0" where it does not.
func Fix(e Expr, f Field, on bool) Expr {
	value := "0"
	if on {
		value = yes
	}
	return fix(e, f, value)
}

func fix(e Expr, f Field, value string) Expr {
	list := func(in []Expr) []Expr {
		out := make([]Expr, len(in))
		for i := range in {
			out[i] = fix(in[i], f, value)
		}
		return out
	}
	switch e := e.(type) {
	case Not:
		return not(fix(e.Of, f, value))
	case All:
		return and(list(e)...)
	case Any:
		return or(list(e)...)
	case In:
		if e.Field == f {
			return Const(slices.Contains(e.Values, value))
		}
	}
	return e
}
