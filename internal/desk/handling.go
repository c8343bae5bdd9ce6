package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/store"
)

// when is the context of a decision that needs no more than the time.
func (d *Desk) when() access.Context { return access.Context{Now: d.now()} }

// may is the condition under which the actor may do it, for a query.
func (d *Desk) may(who paiza.Actor, right paiza.Right) access.Expr {
	return access.Filter(who, right, d.when())
}

// reading is the right to read each kind of object.
var reading = map[access.Kind]paiza.Right{access.KindSeizure: paiza.RightReadSeizure, access.KindTotal: paiza.RightReadSeizure,
	access.KindImport: paiza.RightReadSeizure, access.KindCase: paiza.RightReadCase, access.KindAlert: paiza.RightReadAlert,
	access.KindNote: paiza.RightReadMessage}

// decide asks for one object. What a person may not read does not exist for
// him; what he may read and not do is forbidden, with the rule that says why.
func (d *Desk) decide(who paiza.Actor, right paiza.Right, o access.Object, c access.Context, what, id string) error {
	got := access.Decide(who, right, o, c)
	if got.Allow {
		return nil
	}
	if err := allow(who, right); err != nil {
		return err
	}
	if read := reading[o.Kind]; right == read || !access.Decide(who, read, o, c).Allow {
		return paiza.NotFound(what, id)
	}
	if got.Rule == "step-up" {
		return errStepUp()
	}
	return &paiza.Error{Kind: paiza.ErrForbidden, Key: "error.rule." + got.Rule, Args: paiza.Args{"right": string(right)}}
}

// known are the handlings of the store, which only ever grow in number.
type known struct {
	mu   sync.Mutex
	list []store.NumberedHandling
	open map[string][]bool // by who asks, for as many handlings as there were
}

// last is the highest number that is known. Called with the lock held.
func (k *known) last() int64 {
	if n := len(k.list); n > 0 {
		return k.list[n-1].ID
	}
	return 0
}

// opened says for every handling, by its number, whether the actor may count
// its records; nil when he may count all.
func (d *Desk) opened(ctx context.Context, who paiza.Actor, right paiza.Right) ([]bool, error) {
	k := &d.handlings
	k.mu.Lock()
	last := k.last()
	k.mu.Unlock()
	// Nobody waits for another's question to the store.
	more, err := d.store.Handlings(ctx, last)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	more = slices.DeleteFunc(more, func(h store.NumberedHandling) bool { return h.ID <= k.last() })
	if len(more) > 0 || k.open == nil || len(k.open) > 256 {
		k.list, k.open = append(k.list, more...), map[string][]bool{}
	}
	name := fmt.Sprint(right, who.ID, who.Agency, who.AgencyKind, who.Roles, who.Cases, who.Scopes, who.Via)
	if open, ok := k.open[name]; ok {
		return open, nil
	}
	var open []bool
	c := d.when()
	for _, h := range k.list {
		for int64(len(open)) <= h.ID {
			open = append(open, false)
		}
		open[h.ID] = access.Decide(who, right, access.Object{Kind: access.KindSeizure, Handling: h.Handling}, c).Allow
	}
	k.open[name] = open
	return open, nil
}

// handle turns what a person gave into a handling of a record of his agency.
// kept is the case that the record is of already: nothing new is put into a
// closed one. Faults are added to fields.
func (d *Desk) handle(ctx context.Context, who paiza.Actor, in paiza.NewHandling, kept string) (h paiza.Handling, fields []paiza.FieldError, err error) {
	bad := func(field, key, value string) {
		fields = append(fields, paiza.FieldError{Field: field, Key: key, Args: paiza.Args{"value": value}})
	}
	h = paiza.Handling{TLP: paiza.TLP(in.TLP), Purpose: paiza.Purpose(in.Purpose), Owner: who.Agency, Case: strings.TrimSpace(in.Case)}
	if h.TLP == "" {
		h.TLP = paiza.TLPAmber
	}
	if h.Purpose == "" {
		h.Purpose = paiza.PurposeStatistics
	}
	if !slices.Contains(paiza.TLPs(), h.TLP) {
		bad("tlp", "error.choice_unknown", in.TLP)
	}
	if !slices.Contains(paiza.Purposes(), h.Purpose) {
		bad("purpose", "error.choice_unknown", in.Purpose)
	}
	if h.Case != "" && h.Case != kept {
		key, err := d.caseFault(ctx, who, h.Case)
		if err != nil {
			return h, nil, err
		}
		if key != "" {
			bad("case", key, in.Case)
		}
	}
	agencies, err := d.store.Agencies(ctx)
	if err != nil {
		return h, nil, err
	}
	h.Agencies = in.Agencies
	if i := slices.IndexFunc(agencies, func(a paiza.Agency) bool { return a.ID == who.Agency }); i >= 0 && len(in.Agencies) == 0 && !in.Own {
		h.Agencies = agencies[i].Shares
	}
	for _, id := range in.Agencies {
		if !slices.ContainsFunc(agencies, func(a paiza.Agency) bool { return a.ID == id && !a.Closed }) {
			bad("agencies", "error.choice_unknown", id)
		}
	}
	if h.TLP == paiza.TLPRed {
		if err := d.named(ctx, who, in, &h, bad); err != nil {
			return h, nil, err
		}
	}
	return h.Clean(), fields, nil
}

// caseFault is the sentence why a record cannot be put into a case; empty when
// it can.
func (d *Desk) caseFault(ctx context.Context, who paiza.Actor, id string) (string, error) {
	if who.Via != paiza.ViaConsole && !slices.Contains(who.Cases, id) {
		return "error.choice_unknown", nil
	}
	c, err := d.store.Case(ctx, id)
	switch {
	case isNotFound(err, "case"):
		return "error.choice_unknown", nil
	case err != nil:
		return "", err
	case c.Closed:
		return "case.is_closed", nil
	}
	return "", nil
}

// handleAll is handle for the rows of a file.
func (d *Desk) handleAll(ctx context.Context, who paiza.Actor, in paiza.NewHandling) (paiza.Handling, error) {
	h, fields, err := d.handle(ctx, who, in, "")
	if err == nil && len(fields) > 0 {
		err = &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: fields}
	}
	return h, err
}

// named are the persons who may read a TLP:RED record: those given, and who
// records it.
func (d *Desk) named(ctx context.Context, who paiza.Actor, in paiza.NewHandling, h *paiza.Handling, bad func(field, key, value string)) error {
	h.Persons = slices.Clone(in.Persons)
	if who.Via != paiza.ViaConsole {
		h.Persons = append(h.Persons, who.ID)
	}
	if len(in.Persons) == 0 {
		return nil
	}
	people, err := d.store.People(ctx)
	if err != nil {
		return err
	}
	for _, id := range in.Persons {
		if !slices.ContainsFunc(people, func(p paiza.Person) bool { return p.ID == id && !p.Disabled }) {
			bad("persons_named", "error.choice_unknown", id)
		}
	}
	return nil
}

// handlingText says a handling in a ledger entry, without content.
func handlingText(h paiza.Handling) string {
	text := "TLP:" + strings.ToUpper(string(h.TLP)) + ", " + string(h.Purpose)
	if h.Case != "" {
		text += ", case " + h.Case
	}
	if len(h.Agencies) > 0 {
		text += ", shared with " + strings.Join(h.Agencies, " ")
	}
	if len(h.Persons) > 0 {
		text += ", for " + strings.Join(h.Persons, " ")
	}
	return text
}
