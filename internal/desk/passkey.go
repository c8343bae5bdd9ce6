package desk

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"paiza"
	"paiza/internal/auth"
	"paiza/internal/store"
)

// Passkey is one of a person's passkeys as pages show it.
type Passkey struct {
	ID       string
	Name     string
	Created  time.Time
	LastUsed time.Time // zero for never
	Cloned   bool      // a copy was seen; it opens nothing any more
}

const (
	maxPasskeys = 20
	// ceremonyLimit bounds what one address can leave waiting in the store.
	ceremonyLimit = 300

	forSignIn  = "passkey-signin"
	forStepUp  = "passkey-step-up"
	forPasskey = "passkey-add"
)

// wait keeps what a browser has to come back with, under a new name.
func (d *Desk) wait(ctx context.Context, kind, person, from string, data []byte) (string, error) {
	return d.waitFor(ctx, kind, person, from, data, auth.PasskeyTime)
}

// waitFor keeps it for so long.
func (d *Desk) waitFor(ctx context.Context, kind, person, from string, data []byte, life time.Duration) (string, error) {
	c := store.Ceremony{ID: newID() + newID(), Kind: kind, Person: person, Address: place(from), Data: data, Expiry: d.now().Add(life)}
	kept := false
	err := d.store.Write(ctx, func(t *store.Tx) (err error) {
		kept, err = t.InsertCeremony(c, d.now(), ceremonyLimit)
		return err
	})
	if err == nil && !kept {
		err = &paiza.Error{Kind: paiza.ErrUnavailable, Key: "error.sign_in.wait", Args: paiza.Args{"time": auth.PasskeyTime}}
	}
	return c.ID, err
}

// resume takes what waited. Who began it, if anybody, must be who comes back.
func (d *Desk) resume(ctx context.Context, id, kind, person string) ([]byte, error) {
	c, err := d.store.TakeCeremony(ctx, id, kind)
	if err != nil {
		return nil, err
	}
	if c.ID == "" || c.Person != person {
		return nil, paiza.Invalid("signin.ceremony_gone", nil)
	}
	return c.Data, nil
}

// BeginPasskeySignIn asks a browser for any passkey of the node: options for
// the browser, and the name under which the node waits for its answer.
func (d *Desk) BeginPasskeySignIn(ctx context.Context, rp auth.RelyingParty, v Visitor) (options []byte, ceremony string, err error) {
	return d.beginAssertion(ctx, rp, forSignIn, "", v.From)
}

// BeginPasskeyStepUp asks the actor's browser for a passkey of his.
func (d *Desk) BeginPasskeyStepUp(ctx context.Context, who paiza.Actor, rp auth.RelyingParty) (options []byte, ceremony string, err error) {
	return d.beginAssertion(ctx, rp, forStepUp, who.ID, who.From)
}

func (d *Desk) beginAssertion(ctx context.Context, rp auth.RelyingParty, kind, person, from string) ([]byte, string, error) {
	options, state, err := rp.BeginAssertion()
	if err != nil {
		return nil, "", err
	}
	id, err := d.wait(ctx, kind, person, from, state)
	return options, id, err
}

// SignInPasskey begins a session for the owner of the passkey that answered.
func (d *Desk) SignInPasskey(ctx context.Context, rp auth.RelyingParty, ceremony string, answer []byte, v Visitor) (Entry, error) {
	p, used, err := d.assertion(ctx, rp, forSignIn, "", ceremony, answer, v.From)
	if err != nil {
		return Entry{}, err
	}
	if p.Disabled {
		return Entry{}, d.refuseAtDoor(ctx, p, byPasskey, v)
	}
	return d.enter(ctx, p, byPasskey, 2, "", v, d.now(), used)
}

// StepUpPasskey takes an answer of one of the actor's passkeys as the proof that
// it is he.
func (d *Desk) StepUpPasskey(ctx context.Context, who paiza.Actor, session string, rp auth.RelyingParty, ceremony string, answer []byte) error {
	p, used, err := d.assertion(ctx, rp, forStepUp, who.ID, ceremony, answer, who.From)
	if err != nil {
		return err
	}
	if p.ID != who.ID {
		return errRefused()
	}
	return d.stepUp(ctx, who, session, byPasskey, used)
}

// assertion checks a passkey's answer. It answers the owner, and what is to be
// written when the answer is used.
func (d *Desk) assertion(ctx context.Context, rp auth.RelyingParty, kind, person, ceremony string, answer []byte, from string) (p paiza.Person, used func(*store.Tx) error, err error) {
	state, err := d.resume(ctx, ceremony, kind, person)
	if err != nil {
		return p, nil, err
	}
	var keys []store.Passkey
	owner, k, err := rp.FinishAssertion(state, answer, func(id string) (o auth.PasskeyOwner, err error) {
		if p, err = d.store.Person(ctx, id); err != nil {
			return o, err
		}
		if keys, err = d.store.Passkeys(ctx, id); err != nil {
			return o, err
		}
		return ownerOf(p, keys), nil
	})
	switch {
	case errors.Is(err, auth.ErrCloned):
		return p, nil, d.blockPasskey(ctx, p, k.ID, from)
	case errors.Is(err, paiza.ErrNotFound):
		return p, nil, errRefused()
	case err != nil:
		var known *paiza.Error
		if errors.As(err, &known) {
			return p, nil, err
		}
		return p, nil, &paiza.Error{Kind: paiza.ErrForbidden, Key: "signin.passkey_refused", Err: err}
	}
	for _, before := range keys {
		if before.ID == k.ID && owner == p.ID {
			now := store.Passkey{ID: k.ID, Record: k.Record, LastUsed: d.now()}
			return p, func(t *store.Tx) error { return usePasskey(t, now, before) }, nil
		}
	}
	return p, nil, errRefused()
}

// usePasskey writes a use. Another use in between is a conflict, unless the
// passkey does not count its uses.
func usePasskey(t *store.Tx, now, before store.Passkey) error {
	used, err := t.UsePasskey(now, before.Record)
	if err == nil && !used && !bytes.Equal(now.Record, before.Record) {
		err = errRefused()
	}
	return err
}

// blockPasskey refuses a passkey of which there is a copy, for good.
func (d *Desk) blockPasskey(ctx context.Context, p paiza.Person, id, from string) error {
	err := d.act(ctx, self(p, from), func(t *store.Tx) (entry, error) {
		return entry{action: "person.passkey_clone", subject: "person/" + p.ID, detail: "passkey " + clip(id, 12)}, t.BlockPasskey(id)
	})
	if err != nil {
		return err
	}
	return &paiza.Error{Kind: paiza.ErrForbidden, Key: "passkey.cloned"}
}

// ownerOf gives package auth the passkeys that still open something.
func ownerOf(p paiza.Person, keys []store.Passkey) auth.PasskeyOwner {
	o := auth.PasskeyOwner{ID: p.ID, Login: p.Login, Name: p.Name}
	for _, k := range keys {
		if !k.Cloned {
			o.Passkeys = append(o.Passkeys, auth.Passkey{ID: k.ID, Record: k.Record})
		}
	}
	return o
}

// Passkeys lists the actor's passkeys.
func (d *Desk) Passkeys(ctx context.Context, who paiza.Actor) ([]Passkey, error) {
	keys, err := d.store.Passkeys(ctx, who.ID)
	var out []Passkey
	for _, k := range keys {
		out = append(out, Passkey{ID: k.ID, Name: k.Name, Created: k.Created, LastUsed: k.LastUsed, Cloned: k.Cloned})
	}
	return out, err
}

// BeginPasskey asks the actor's browser to make a passkey for him.
func (d *Desk) BeginPasskey(ctx context.Context, who paiza.Actor, rp auth.RelyingParty) (options []byte, ceremony string, err error) {
	if err := d.steppedUp(who); err != nil {
		return nil, "", err
	}
	p, err := d.store.Person(ctx, who.ID)
	if err != nil {
		return nil, "", err
	}
	return d.beginPasskey(ctx, p, rp, who.ID, who.From)
}

func (d *Desk) beginPasskey(ctx context.Context, p paiza.Person, rp auth.RelyingParty, holder, from string) ([]byte, string, error) {
	keys, err := d.store.Passkeys(ctx, p.ID)
	if err != nil {
		return nil, "", err
	}
	if len(keys) >= maxPasskeys {
		return nil, "", paiza.Conflict("passkey.many", paiza.Args{"n": maxPasskeys})
	}
	options, state, err := rp.BeginPasskey(ownerOf(p, keys))
	if err != nil {
		return nil, "", err
	}
	id, err := d.wait(ctx, forPasskey, holder, from, state)
	return options, id, err
}

// AddPasskey keeps the passkey that the actor's browser made, under a name.
func (d *Desk) AddPasskey(ctx context.Context, who paiza.Actor, rp auth.RelyingParty, ceremony, name string, answer []byte) error {
	if err := d.steppedUp(who); err != nil {
		return err
	}
	p, err := d.store.Person(ctx, who.ID)
	if err != nil {
		return err
	}
	k, err := d.finishPasskey(ctx, p, rp, who.ID, ceremony, name, answer)
	if err != nil {
		return err
	}
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "person.passkey_add", subject: "person/" + p.ID, detail: "passkey " + clip(k.ID, 12)}, t.InsertPasskey(k)
	})
}

func (d *Desk) finishPasskey(ctx context.Context, p paiza.Person, rp auth.RelyingParty, holder, ceremony, name string, answer []byte) (store.Passkey, error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > 60 || !utf8.ValidString(name) {
		return store.Passkey{}, fieldFault("name", "passkey.name_form")
	}
	state, err := d.resume(ctx, ceremony, forPasskey, holder)
	if err != nil {
		return store.Passkey{}, err
	}
	k, err := rp.FinishPasskey(auth.PasskeyOwner{ID: p.ID, Login: p.Login, Name: p.Name}, state, answer)
	if err != nil {
		return store.Passkey{}, &paiza.Error{Kind: paiza.ErrInvalid, Key: "signin.passkey_refused", Err: err}
	}
	return store.Passkey{ID: k.ID, Person: p.ID, Name: name, Record: k.Record, Created: d.now()}, nil
}

// RemovePasskey takes one of the actor's passkeys away; not his last means of
// sign-in.
func (d *Desk) RemovePasskey(ctx context.Context, who paiza.Actor, id string) error {
	if err := d.steppedUp(who); err != nil {
		return err
	}
	p, err := d.store.Person(ctx, who.ID)
	if err != nil {
		return err
	}
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if err := t.LockPerson(who.ID); err != nil {
			return entry{}, err
		}
		found, err := t.DeletePasskey(who.ID, id)
		if err != nil {
			return entry{}, err
		}
		if !found {
			return entry{}, paiza.NotFound("passkey", "")
		}
		if err := keepsWayIn(t, who.ID); err != nil {
			return entry{}, err
		}
		return entry{action: "person.passkey_remove", subject: "person/" + who.ID, detail: "passkey " + clip(id, 12)}, d.keepsFactor(t, p)
	})
}

// keepsWayIn refuses a change after which a person could not sign in any more.
func keepsWayIn(t *store.Tx, person string) error {
	n, err := t.WaysIn(person)
	if err == nil && n == 0 {
		err = paiza.Conflict("signin.last_way", nil)
	}
	return err
}
