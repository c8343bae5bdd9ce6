// Package matrix says what every address of a node should answer to whom. It is
// for tests: packages web and api send what the table says and compare.
//
// The table (row.go) declares for each route of both doors the right that it
// needs, the object that it opens and the right that the act takes over it. What
// is expected is not written down: Row.Expect asks package access of the object
// as it is handled. world.go makes the objects, one in each state, and a person
// of each role in two agencies. A route without a row fails the tests of its door.
package matrix

import (
	"time"

	"paiza"
	"paiza/internal/access"
)

// Class is a kind of answer.
type Class string

// The classes. Allowed is anything but a refusal: also a form that comes back
// because it was sent empty.
const (
	Allowed   Class = "allowed"
	SignIn    Class = "sign in"
	Forbidden Class = "forbidden"
	NotFound  Class = "not found"
)

// Row is what is declared of one route.
type Row struct {
	Needs paiza.Right // public, signedin, or a right
	Opens string      // kind of the object: seizure, alert, import, case, release; empty for none that has a handling
	Act   paiza.Right // over the object; empty: Needs
	Lists string      // kind of the objects that it lists
	Body  string      // a body of the API that gets as far as the decision
	// Presence says that the act itself asks for a proof of presence.
	Presence bool
	// OneOf are rights of which one is needed besides Needs.
	OneOf []paiza.Right
	// Lacks says that the object may lack what is asked for.
	Lacks bool
}

const (
	public   paiza.Right = "public"
	signedIn paiza.Right = "signedin"
	halfway  paiza.Right = "halfway" // signed in, though the second factor may be owed
)

// reading is the right to read each kind.
var reading = map[string]paiza.Right{"seizure": paiza.RightReadSeizure, "import": paiza.RightReadSeizure, "release": paiza.RightReadSeizure,
	"case": paiza.RightReadCase, "alert": paiza.RightReadAlert}

// Expect is the class of the answer to an actor; item is nil for a route that
// opens nothing.
func (r Row) Expect(who paiza.Actor, item *Item, now time.Time) Class {
	switch {
	case r.Needs == public:
		return Allowed
	case who.Anonymous():
		return SignIn
	case r.Needs != signedIn && r.Needs != halfway && access.Allow(who, r.Needs) != nil:
		return Forbidden
	case len(r.OneOf) > 0 && !oneOf(who, r.OneOf):
		return Forbidden
	case r.Presence && !access.SteppedUp(who, now):
		return Forbidden
	case item == nil:
		return Allowed
	}
	read, act := reading[r.Opens], r.Act
	if act == "" {
		act = r.Needs
	}
	c := access.Context{Now: now, Proposer: item.Proposer}
	if !access.Decide(who, read, item.Object, c).Allow || r.Opens == "release" && item.Object.Handling.Owner != who.Agency {
		return NotFound
	}
	if act != read && !access.Decide(who, act, item.Object, c).Allow {
		return Forbidden
	}
	return Allowed
}

func oneOf(who paiza.Actor, rights []paiza.Right) bool {
	for _, right := range rights {
		if access.Allow(who, right) == nil {
			return true
		}
	}
	return false
}

// Listed reports whether a list of the row should show the item to the actor.
func (r Row) Listed(who paiza.Actor, item *Item, now time.Time) bool {
	right := r.Needs
	if item.Kind == "release" && item.Object.Handling.Owner != who.Agency {
		return false
	}
	return (!item.Object.Withdrawn || item.Kind == "release") && access.Decide(who, right, item.Object, access.Context{Now: now}).Allow
}

// Of are the items of a kind; nil stands for a route that opens nothing.
func (w *World) Of(kind string) []*Item {
	if kind == "" {
		return []*Item{nil}
	}
	var out []*Item
	for _, i := range w.Items {
		if i.Kind == kind {
			out = append(out, i)
		}
	}
	return out
}

// Red reports whether reading the item is an act.
func (i *Item) Red() bool {
	return i != nil && i.Kind != "import" && i.Object.Handling.TLP == paiza.TLPRed
}

// Name says a question for the messages of a test.
func Name(route string, who paiza.Actor, item *Item) string {
	name := route + " by " + who.Name
	if item != nil {
		name += ", " + item.Kind + ": " + item.State
	}
	return name
}
