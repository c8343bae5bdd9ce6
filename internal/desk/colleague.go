package desk

import (
	"context"
	"errors"
	"slices"

	"paiza"
	"paiza/internal/access"
)

// Colleagues lists the people of the node who can be named in a record or a
// case: id, name and agency, and nothing else of their accounts. Only who may
// name somebody gets the list.
func (d *Desk) Colleagues(ctx context.Context, who paiza.Actor) ([]paiza.Person, error) {
	naming := []paiza.Right{paiza.RightRecordSeizure, paiza.RightImport, paiza.RightRelabel, paiza.RightManageCase, paiza.RightRaiseAlert}
	if !slices.ContainsFunc(naming, func(r paiza.Right) bool { return allow(who, r) == nil }) {
		return nil, paiza.Forbidden(paiza.RightRecordSeizure)
	}
	people, err := d.store.People(ctx)
	return namesOnly(people, func(p paiza.Person) bool { return !p.Disabled }), err
}

func namesOnly(people []paiza.Person, keep func(paiza.Person) bool) []paiza.Person {
	var out []paiza.Person
	for _, p := range people {
		if keep(p) {
			out = append(out, paiza.Person{ID: p.ID, Name: p.Name, Agency: p.Agency})
		}
	}
	return out
}

// Handled is a handling with the names of what it speaks of.
type Handled struct {
	paiza.Handling
	OwnerName string
	Shared    []paiza.Agency
	Named     []paiza.Person // id, name and agency alone
	CaseFile  *paiza.Case    // nil without a case, and for who is not a member of it
}

// Handled gives the names in a handling of something that the actor reads.
func (d *Desk) Handled(ctx context.Context, who paiza.Actor, h paiza.Handling) (Handled, error) {
	out := Handled{Handling: h}
	agencies, err := d.Agencies(ctx, who)
	if err != nil {
		return out, err
	}
	for _, a := range agencies {
		if a.ID == h.Owner {
			out.OwnerName = a.Name
		}
		if slices.Contains(h.Agencies, a.ID) {
			out.Shared = append(out.Shared, a)
		}
	}
	if len(h.Persons) > 0 {
		people, err := d.store.People(ctx)
		if err != nil {
			return out, err
		}
		out.Named = namesOnly(people, func(p paiza.Person) bool { return slices.Contains(h.Persons, p.ID) })
	}
	if h.Case != "" && (who.Via == paiza.ViaConsole || slices.Contains(who.Cases, h.Case)) {
		c, err := d.store.Case(ctx, h.Case)
		if err != nil && !isNotFound(err, "case") {
			return out, err
		}
		if err == nil {
			out.CaseFile = &c
		}
	}
	return out, nil
}

// isNotFound reports whether an error says that there is no such thing.
func isNotFound(err error, what string) bool {
	var e *paiza.Error
	return errors.As(err, &e) && errors.Is(err, paiza.ErrNotFound) && e.Args["what"] == what
}

// mayDo lists which of the rights the actor has over one object: for showing or
// leaving out a button. The act decides again.
func (d *Desk) mayDo(who paiza.Actor, o access.Object, c access.Context, rights ...paiza.Right) []paiza.Right {
	var out []paiza.Right
	for _, r := range rights {
		if access.Decide(who, r, o, c).Allow {
			out = append(out, r)
		}
	}
	return out
}
