// Package access decides whether an actor may do something to something. It is
// pure: tables and nothing else. Package desk asks it at the beginning of every
// act; no other package may decide on rights.
//
// Read role.go for what each role may do at all, rule.go for the rules that
// look at the object, expr.go for the form in which a rule is both asked of one
// object here and put into a query by package store.
package access

import (
	"slices"
	"time"

	"paiza"
)

// Kind is what an object is.
type Kind string

// The kinds of objects.
const (
	KindSeizure Kind = "seizure"
	KindTotal   Kind = "total"
	KindImport  Kind = "import"
	KindCase    Kind = "case"
	KindAlert   Kind = "alert"
	KindNote    Kind = "note"
)

// Object is what an act is done to, as far as a decision needs it.
type Object struct {
	Kind      Kind
	Handling  paiza.Handling
	Withdrawn bool
}

// Context is what a decision needs besides actor and object.
type Context struct {
	Now time.Time
	// Proposer is who proposed what is to be confirmed.
	Proposer string
	// Public says that what leaves goes to the public and not to another state.
	Public bool
}

// Decision is an answer with the rule that gave it.
type Decision struct {
	Allow bool
	Rule  string
}

// Decide answers whether the actor may do it to the object. The first rule that
// denies decides; without one the first that allows; without that it is denied
// by the rule "default".
func Decide(who paiza.Actor, right paiza.Right, what Object, c Context) Decision {
	if id := refusedAtAll(who, right); id != "" {
		return Decision{false, id}
	}
	for _, r := range rules {
		if !r.deny || !r.concerns(right) {
			continue
		}
		if eval(r.when(&who, right, &c), &what) {
			return Decision{false, r.id}
		}
	}
	for _, r := range rules {
		if r.deny || !r.concerns(right) {
			continue
		}
		if eval(r.when(&who, right, &c), &what) {
			return Decision{true, r.id}
		}
	}
	return Decision{false, "default"}
}

// Filter is the condition that holds for exactly those objects for which Decide
// allows: what package store puts into a query.
func Filter(who paiza.Actor, right paiza.Right, c Context) Expr {
	if refusedAtAll(who, right) != "" {
		return never
	}
	var all, any []Expr
	for _, r := range rules {
		switch {
		case !r.concerns(right):
		case r.deny:
			all = append(all, not(r.when(&who, right, &c)))
		default:
			any = append(any, r.when(&who, right, &c))
		}
	}
	return and(append(all, or(any...))...)
}

// Allow answers nil when the actor may do such a thing at all, to whatever
// object, and otherwise a refusal that names the right.
func Allow(who paiza.Actor, right paiza.Right) error {
	if refusedAtAll(who, right) != "" {
		return paiza.Forbidden(right)
	}
	return nil
}

// refusedAtAll names the rule that denies a right whatever the object.
func refusedAtAll(who paiza.Actor, right paiza.Right) string {
	switch {
	case who.Anonymous():
		return "nobody"
	case who.Scopes != nil && !slices.Contains(who.Scopes, right):
		return "token-scope"
	case !holds(who.Roles, right):
		return "role"
	}
	return ""
}

// FreshStepUp is how long a proof of presence counts.
const FreshStepUp = 5 * time.Minute

// SteppedUp reports whether the actor proved a short time ago that it is he.
// The operator at the machine's own command line proves it by being there.
func SteppedUp(who paiza.Actor, now time.Time) bool {
	if who.Via == paiza.ViaConsole {
		return true
	}
	return !who.StepUp.IsZero() && now.Sub(who.StepUp) < FreshStepUp && !who.StepUp.After(now.Add(time.Minute))
}

// CanGrant answers nil when the actor may give the roles to somebody or take
// them away: nobody grants a right he lacks. Otherwise the refusal names the
// first right that he lacks.
func CanGrant(who paiza.Actor, roles []paiza.Role) error {
	for _, role := range roles {
		for _, right := range rights[role] {
			if err := Allow(who, right); err != nil {
				return err
			}
		}
	}
	return nil
}
