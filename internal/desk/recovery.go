package desk

import (
	"context"
	"strings"
	"time"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/auth"
	"paiza/internal/store"
)

// A person who lost his means of sign-in gets a new way in from two
// administrators: one proposes with a reason, another confirms and is shown a
// one-time code, once. The person himself is neither. A new account gets its
// first way in by the same code. The operator at the machine's own command line
// can do it alone: he holds the store's files and can do more.
const (
	kindEnrolment = "enrolment"
	kindRecovery  = "recovery"

	codeLife     = 24 * time.Hour
	proposalLife = 72 * time.Hour
)

// Recovery is a one-time way in that is proposed or open.
type Recovery struct {
	ID        string
	Kind      string // enrolment, recovery
	Open      bool   // confirmed, its code is out
	Person    paiza.Person
	Proposer  string // name
	Confirmer string // name
	Reason    string
	Proposed  time.Time
	Expiry    time.Time
	// Mine says that the actor proposed it or is the person: he cannot confirm.
	Mine bool
}

// EnrolPerson opens an account and answers the one-time code by which the
// person chooses his password or passkey.
func (d *Desk) EnrolPerson(ctx context.Context, who paiza.Actor, in paiza.NewPerson) (paiza.Person, string, error) {
	if err := d.mayGrant(who, in.Roles); err != nil {
		return paiza.Person{}, "", err
	}
	p, fields := d.newAccount(in)
	if len(fields) > 0 {
		return p, "", &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: fields}
	}
	code, v := d.newCode(who, p.ID, kindEnrolment, "")
	err := d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if err := t.InsertPerson(p, ""); err != nil {
			return entry{}, err
		}
		return entry{action: "person.create", subject: "person/" + p.ID, detail: p.Login + "; roles: " + roleText(p.Roles)}, t.InsertRecovery(v)
	})
	return p, code, err
}

// newCode makes a code and the recovery that it opens.
func (d *Desk) newCode(who paiza.Actor, person, kind, reason string) (string, store.Recovery) {
	code := auth.NewCode()
	hash, _ := auth.CodeHash(code)
	return code, store.Recovery{ID: newID(), Person: person, Kind: kind, State: "open", Proposer: who.ID, Reason: reason,
		Proposed: d.now(), Code: hash, Expiry: d.now().Add(codeLife)}
}

// newcomer is a person who has never signed in. Who gives him his way in could
// take it himself, so he holds every right of the account; and he has just
// proved that it is he.
func (d *Desk) newcomer(ctx context.Context, who paiza.Actor, id string) (paiza.Person, error) {
	if err := d.steppedUp(who); err != nil {
		return paiza.Person{}, err
	}
	p, err := d.store.Person(ctx, id)
	if err != nil {
		return p, err
	}
	if err := access.CanGrant(who, p.Roles); err != nil {
		return p, err
	}
	if !p.LastSeen.IsZero() || p.Disabled {
		return p, paiza.Conflict("recovery.not_new", nil)
	}
	return p, nil
}

// Newcomer reports whether a person has no means of sign-in yet and has never
// signed in.
func (d *Desk) Newcomer(ctx context.Context, p paiza.Person) (bool, error) {
	if !p.LastSeen.IsZero() {
		return false, nil
	}
	n, err := d.store.WaysIn(ctx, p.ID)
	return n == 0, err
}

func stillNewcomer(t *store.Tx, person string) error {
	if err := t.LockPerson(person); err != nil {
		return err
	}
	n, err := t.WaysIn(person)
	if err == nil && n > 0 {
		err = paiza.Conflict("recovery.not_new", nil)
	}
	return err
}

// RenewEnrolment makes a new code for an account that nobody has used yet; the
// earlier one opens nothing any more.
func (d *Desk) RenewEnrolment(ctx context.Context, who paiza.Actor, id string) (string, error) {
	if err := allow(who, paiza.RightManagePeople); err != nil {
		return "", err
	}
	p, err := d.newcomer(ctx, who, id)
	if err != nil {
		return "", err
	}
	code, v := d.newCode(who, p.ID, kindEnrolment, "")
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if err := stillNewcomer(t, p.ID); err != nil {
			return entry{}, err
		}
		return entry{action: "person.enrolment", subject: "person/" + p.ID}, t.InsertRecovery(v)
	})
	return code, err
}

// ProposeRecovery proposes that a person gets a new way in.
func (d *Desk) ProposeRecovery(ctx context.Context, who paiza.Actor, id, reason string) error {
	p, err := d.recoverable(ctx, who, id)
	if err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return fieldFault("reason", "error.reason_missing")
	}
	v := store.Recovery{ID: newID(), Person: p.ID, Kind: kindRecovery, State: "proposed", Proposer: who.ID, Reason: clip(reason, 1000),
		Proposed: d.now(), Expiry: d.now().Add(proposalLife)}
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "person.recovery_propose", subject: "person/" + p.ID, reason: v.Reason}, t.InsertRecovery(v)
	})
}

// recoverable is a person whom the actor may help to recover.
func (d *Desk) recoverable(ctx context.Context, who paiza.Actor, id string) (paiza.Person, error) {
	if err := allow(who, paiza.RightRecoverPerson); err != nil {
		return paiza.Person{}, err
	}
	if err := d.steppedUp(who); err != nil {
		return paiza.Person{}, err
	}
	p, err := d.store.Person(ctx, id)
	if err != nil {
		return p, err
	}
	switch {
	case p.Disabled:
		return p, paiza.Conflict("recovery.disabled", nil)
	case p.ID == who.ID:
		return p, paiza.Conflict("recovery.self", nil)
	}
	return p, nil
}

// ConfirmRecovery confirms what another administrator proposed for a person, and
// answers the one-time code. It is the only time that the code is seen.
func (d *Desk) ConfirmRecovery(ctx context.Context, who paiza.Actor, person, id string) (string, error) {
	p, err := d.recoverable(ctx, who, person)
	if err != nil {
		return "", err
	}
	v, err := d.proposed(ctx, p.ID, id)
	if err != nil {
		return "", err
	}
	if v.Proposer == who.ID {
		return "", paiza.Conflict("recovery.four_eyes", nil)
	}
	code := auth.NewCode()
	v.Code, _ = auth.CodeHash(code)
	v.State, v.Confirmer, v.Expiry = "open", who.ID, d.now().Add(codeLife)
	return code, d.moveRecovery(ctx, who, v, "proposed", "person.recovery_confirm", "proposed by "+v.Proposer)
}

func (d *Desk) moveRecovery(ctx context.Context, who paiza.Actor, v store.Recovery, from, action, detail string) error {
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		moved, err := t.MoveRecovery(v, from)
		if err == nil && !moved {
			err = paiza.Conflict("recovery.changed", nil)
		}
		return entry{action: action, subject: "person/" + v.Person, reason: v.Reason, detail: detail}, err
	})
}

// proposed finds a recovery of a person that waits.
func (d *Desk) proposed(ctx context.Context, person, id string) (store.Recovery, error) {
	list, err := d.store.Recoveries(ctx, person, d.now())
	if err != nil {
		return store.Recovery{}, err
	}
	for _, v := range list {
		if v.ID == id {
			return v, nil
		}
	}
	return store.Recovery{}, paiza.NotFound("recovery", "")
}

// CancelRecovery withdraws a way in that was proposed or is open.
func (d *Desk) CancelRecovery(ctx context.Context, who paiza.Actor, person, id string) error {
	if err := allow(who, paiza.RightRecoverPerson); err != nil {
		return err
	}
	v, err := d.proposed(ctx, person, id)
	if err != nil {
		return err
	}
	from := v.State
	v.State, v.Code = "cancelled", ""
	return d.moveRecovery(ctx, who, v, from, "person.recovery_cancel", "")
}

// Recoveries lists the ways in that are proposed or open, for one person or,
// when person is empty, for all.
func (d *Desk) Recoveries(ctx context.Context, who paiza.Actor, person string) ([]Recovery, error) {
	if err := allow(who, paiza.RightRecoverPerson); err != nil {
		return nil, err
	}
	list, err := d.store.Recoveries(ctx, person, d.now())
	if err != nil || len(list) == 0 {
		return nil, err
	}
	people, err := d.store.People(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]paiza.Person{}
	for _, p := range people {
		known[p.ID] = p
	}
	name := func(id string) string {
		if p, ok := known[id]; ok {
			return p.Name
		}
		return id
	}
	var out []Recovery
	for _, v := range list {
		out = append(out, Recovery{ID: v.ID, Kind: v.Kind, Open: v.State == "open", Person: known[v.Person], Proposer: name(v.Proposer),
			Confirmer: name(v.Confirmer), Reason: v.Reason, Proposed: v.Proposed, Expiry: v.Expiry, Mine: who.ID == v.Proposer || who.ID == v.Person})
	}
	return out, nil
}

// RecoverAtConsole gives a person a new way in, alone: for the operator at the
// machine's own command line. It answers the one-time code and until when it
// works.
func (d *Desk) RecoverAtConsole(ctx context.Context, who paiza.Actor, id, reason string) (string, time.Time, error) {
	if who.Via != paiza.ViaConsole {
		return "", time.Time{}, paiza.Forbidden(paiza.RightOperate)
	}
	p, err := d.recoverable(ctx, who, id)
	if err != nil {
		return "", time.Time{}, err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return "", time.Time{}, fieldFault("reason", "error.reason_missing")
	}
	code, v := d.newCode(who, p.ID, kindRecovery, reason)
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "person.recovery_confirm", subject: "person/" + p.ID, reason: reason, detail: "at the console"}, t.InsertRecovery(v)
	})
	return code, v.Expiry, err
}
