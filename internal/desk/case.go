package desk

import (
	"context"
	"slices"
	"strings"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/store"
)

// Cases lists the cases that the actor may know of: those of which he is a
// member. The operator at the machine sees all.
func (d *Desk) Cases(ctx context.Context, who paiza.Actor) ([]paiza.Case, error) {
	if err := allow(who, paiza.RightReadCase); err != nil {
		return nil, err
	}
	if who.Via == paiza.ViaConsole {
		return d.store.Cases(ctx)
	}
	return d.store.CasesOf(ctx, who.ID)
}

// CaseDetail is a case with its members' names and its history.
type CaseDetail struct {
	paiza.Case
	People  []paiza.Person // the members
	History []paiza.Act
	May     []paiza.Right // what the reader may do to it
}

// Case reads one case.
func (d *Desk) Case(ctx context.Context, who paiza.Actor, id string) (CaseDetail, error) {
	c, err := d.caseFor(ctx, who, paiza.RightReadCase, id)
	if err != nil {
		return CaseDetail{}, err
	}
	out := CaseDetail{Case: c, May: d.mayDo(who, objectOfCase(c), d.when(), paiza.RightManageCase)}
	people, err := d.store.People(ctx)
	if err != nil {
		return out, err
	}
	for _, p := range people {
		if slices.Contains(c.Members, p.ID) {
			out.People = append(out.People, p)
		}
	}
	out.History, err = d.store.History(ctx, "case/"+c.ID)
	return out, err
}

// caseFor reads a case for an act. To who is not a member it does not exist.
func (d *Desk) caseFor(ctx context.Context, who paiza.Actor, right paiza.Right, id string) (paiza.Case, error) {
	if err := allow(who, right); err != nil {
		return paiza.Case{}, err
	}
	c, err := d.store.Case(ctx, id)
	if err != nil {
		return c, err
	}
	return c, d.decide(who, right, objectOfCase(c), d.when(), "case", id)
}

// objectOfCase is a case as a decision sees it.
func objectOfCase(c paiza.Case) access.Object {
	return access.Object{Kind: access.KindCase, Handling: paiza.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeInvestigation, Owner: c.Owner, Case: c.ID}}
}

// CaseFor reads a case for the form of an act: it is refused as the act would be.
func (d *Desk) CaseFor(ctx context.Context, who paiza.Actor, right paiza.Right, id string) (paiza.Case, error) {
	return d.caseFor(ctx, who, right, id)
}

// CreateCase opens a case. Who opens it is its first member.
func (d *Desk) CreateCase(ctx context.Context, who paiza.Actor, in paiza.NewCase) (paiza.Case, error) {
	if err := allow(who, paiza.RightManageCase); err != nil {
		return paiza.Case{}, err
	}
	c := paiza.Case{ID: newID(), Owner: who.Agency, Created: d.now()}
	if who.Via != paiza.ViaConsole {
		in.Members = append(in.Members, who.ID)
	}
	if err := d.fillCase(ctx, &c, in); err != nil {
		return c, err
	}
	err := d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "case.open", subject: "case/" + c.ID, reason: in.Reason, detail: caseText(c)}, t.InsertCase(c)
	})
	return c, err
}

// UpdateCase changes a case: its number, its title, who is a member, whether it
// is closed.
func (d *Desk) UpdateCase(ctx context.Context, who paiza.Actor, id string, in paiza.NewCase) (paiza.Case, error) {
	c, err := d.caseFor(ctx, who, paiza.RightManageCase, id)
	if err != nil {
		return c, err
	}
	if err := d.fillCase(ctx, &c, in); err != nil {
		return c, err
	}
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "case.update", subject: "case/" + c.ID, reason: in.Reason, detail: caseText(c)}, t.UpdateCase(c)
	})
	return c, err
}

func (d *Desk) fillCase(ctx context.Context, c *paiza.Case, in paiza.NewCase) error {
	in.Reference, in.Title = strings.TrimSpace(in.Reference), strings.TrimSpace(in.Title)
	var fields []paiza.FieldError
	bad := func(field, key, value string) {
		fields = append(fields, paiza.FieldError{Field: field, Key: key, Args: paiza.Args{"value": value}})
	}
	if in.Reference == "" || len(in.Reference) > 100 {
		bad("reference", "case.reference_form", in.Reference)
	}
	if len(in.Title) > 300 {
		bad("title", "case.title_form", "")
	}
	people, err := d.store.People(ctx)
	if err != nil {
		return err
	}
	for _, id := range in.Members {
		if !slices.ContainsFunc(people, func(p paiza.Person) bool { return p.ID == id }) {
			bad("members", "error.choice_unknown", id)
		}
	}
	if len(in.Members) == 0 {
		bad("members", "case.no_member", "")
	}
	if len(fields) > 0 {
		return &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: fields}
	}
	slices.Sort(in.Members)
	c.Reference, c.Title, c.Members, c.Closed = in.Reference, in.Title, slices.Compact(in.Members), in.Closed
	return nil
}

// caseText says who are members, and not what the case is about.
func caseText(c paiza.Case) string {
	text := "members: " + strings.Join(c.Members, " ")
	if c.Closed {
		text += "; closed"
	}
	return text
}
