package desk

import (
	"context"
	"net/url"
	"strings"
	"time"

	"paiza"
	"paiza/internal/auth"
	"paiza/internal/store"
)

// Journey is why a person goes to another sign-in server.
type Journey string

// The journeys.
const (
	JourneySignIn Journey = "oidc.signin"
	JourneyStepUp Journey = "oidc.step_up"
	JourneyLink   Journey = "oidc.link"
)

// BeginJourney gives the address at the issuer to send a person to, and the
// name under which the node waits for his return to the address redirect.
func (d *Desk) BeginJourney(ctx context.Context, j Journey, who paiza.Actor, issuer *auth.Issuer, redirect, from string) (to, ceremony string, err error) {
	if j == JourneyLink {
		if err := d.steppedUp(who); err != nil {
			return "", "", err
		}
	}
	if (j == JourneySignIn) != who.Anonymous() {
		return "", "", paiza.NotFound("page", "")
	}
	to, state, err := issuer.Begin(ctx, redirect, j == JourneyStepUp)
	if err != nil {
		return "", "", err
	}
	ceremony, err = d.wait(ctx, string(j), who.ID, from, state)
	return to, ceremony, err
}

// arrive takes a person back from the issuer and answers who he is there.
func (d *Desk) arrive(ctx context.Context, j Journey, person string, issuer *auth.Issuer, ceremony string, back url.Values) (auth.Identity, error) {
	state, err := d.resume(ctx, ceremony, string(j), person)
	if err != nil {
		return auth.Identity{}, err
	}
	id, err := issuer.Finish(ctx, state, back)
	if err != nil {
		d.log.Warn("sign-in server", "issuer", issuer.URL(), "err", err)
	}
	return id, err
}

// SignInOIDC begins a session for the person to whom the account at the issuer
// is linked. An account that is linked to nobody opens nothing, and none is
// made.
func (d *Desk) SignInOIDC(ctx context.Context, issuer *auth.Issuer, ceremony string, back url.Values, v Visitor) (Entry, error) {
	id, err := d.arrive(ctx, JourneySignIn, "", issuer, ceremony, back)
	if err != nil {
		return Entry{}, err
	}
	l, err := d.store.Link(ctx, id.Issuer, id.Subject)
	if err != nil {
		return Entry{}, err
	}
	if l.Person == "" {
		return Entry{}, &paiza.Error{Kind: paiza.ErrForbidden, Key: "signin.not_linked"}
	}
	p, err := d.store.Person(ctx, l.Person)
	if err != nil {
		return Entry{}, err
	}
	if p.Disabled {
		return Entry{}, d.refuseAtDoor(ctx, p, byOIDC, v)
	}
	// The issuer may have let him through on a proof of this morning.
	proved := id.At
	if proved.After(d.now()) {
		proved = d.now()
	}
	factors := int64(1)
	if issuer.TwoFactors(id) {
		factors = 2
	}
	return d.enter(ctx, p, byOIDC, factors, strength(id), v, proved, func(t *store.Tx) error {
		return t.UseLink(id.Issuer, id.Subject, d.now())
	})
}

// strength is how the issuer says that a person proved himself, for the ledger.
func strength(id auth.Identity) string {
	var out []string
	if id.ACR != "" {
		out = append(out, "acr "+clip(id.ACR, 60))
	}
	if len(id.AMR) > 0 {
		out = append(out, "amr "+clip(strings.Join(id.AMR, " "), 60))
	}
	return strings.Join(out, ", ")
}

// StepUpOIDC takes the actor's new proof at the issuer as the proof that it is
// he. It answers whether that is enough: otherwise StepUpCode goes on.
func (d *Desk) StepUpOIDC(ctx context.Context, who paiza.Actor, session string, issuer *auth.Issuer, ceremony string, back url.Values) (bool, error) {
	id, err := d.arrive(ctx, JourneyStepUp, who.ID, issuer, ceremony, back)
	if err != nil {
		return false, err
	}
	l, err := d.store.Link(ctx, id.Issuer, id.Subject)
	if err != nil {
		return false, err
	}
	if l.Person != who.ID {
		err := d.act(ctx, who, func(*store.Tx) (entry, error) {
			return entry{action: "person.step_up_refused", subject: "person/" + who.ID, detail: byOIDC + "; another account"}, nil
		})
		if err != nil {
			return false, err
		}
		return false, &paiza.Error{Kind: paiza.ErrForbidden, Key: "signin.other_account"}
	}
	how := byOIDC
	if s := strength(id); s != "" {
		how += "; " + s
	}
	use := func(t *store.Tx) error { return t.UseLink(id.Issuer, id.Subject, d.now()) }
	if issuer.TwoFactors(id) {
		return true, d.stepUp(ctx, who, session, how, use)
	}
	return d.firstProof(ctx, who, session, how, use)
}

// Link links the account at the issuer from which the actor comes back to his
// own account.
func (d *Desk) Link(ctx context.Context, who paiza.Actor, issuer *auth.Issuer, ceremony string, back url.Values) error {
	if err := d.steppedUp(who); err != nil {
		return err
	}
	id, err := d.arrive(ctx, JourneyLink, who.ID, issuer, ceremony, back)
	if err != nil {
		return err
	}
	return d.link(ctx, who, who.ID, id.Issuer, id.Subject, nil)
}

func (d *Desk) link(ctx context.Context, who paiza.Actor, person, issuer, subject string, more func(*store.Tx) error) error {
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if more != nil {
			if err := more(t); err != nil {
				return entry{}, err
			}
		}
		l := store.Link{Issuer: issuer, Subject: subject, Person: person, Created: d.now()}
		return entry{action: "person.oidc_link", subject: "person/" + person, detail: clip(issuer, 200)}, t.InsertLink(l)
	})
}

// LinkNewcomer links an account at the issuer to a person who has never signed
// in and has no other way in yet: an administrator's act. Later only the person
// himself links: otherwise one administrator could become anybody.
func (d *Desk) LinkNewcomer(ctx context.Context, who paiza.Actor, person, issuer, subject string) error {
	if err := allow(who, paiza.RightManagePeople); err != nil {
		return err
	}
	p, err := d.newcomer(ctx, who, person)
	if err != nil {
		return err
	}
	if subject = strings.TrimSpace(subject); subject == "" || len(subject) > 255 {
		return fieldFault("subject", "signin.subject_form")
	}
	return d.link(ctx, who, p.ID, issuer, subject, func(t *store.Tx) error {
		if err := t.CancelRecoveries(p.ID); err != nil {
			return err
		}
		return stillNewcomer(t, p.ID)
	})
}

// Unlink takes the link to the issuer from the actor's account; not his last
// means of sign-in.
func (d *Desk) Unlink(ctx context.Context, who paiza.Actor) error {
	if err := d.steppedUp(who); err != nil {
		return err
	}
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if err := t.LockPerson(who.ID); err != nil {
			return entry{}, err
		}
		if n, err := t.DeleteLinks(who.ID); err != nil {
			return entry{}, err
		} else if n == 0 {
			return entry{}, paiza.NotFound("link", "")
		}
		return entry{action: "person.oidc_unlink", subject: "person/" + who.ID}, keepsWayIn(t, who.ID)
	})
}

// WaysIn is by what a person can sign in.
type WaysIn struct {
	Password bool
	Passkeys int
	Linked   bool
	// LinkUsed is when he last came by the linked server; zero for never.
	LinkUsed time.Time
	Codes    bool // he has an app for one-time codes, which opens nothing by itself
	// CodesMade and CodesUsed are when it was set up and last used.
	CodesMade, CodesUsed time.Time
	Asked                bool // one factor is not enough for him
	Demanded             bool // the node demands two of somebody
}

// WaysIn says by what the actor can sign in; issuer may be empty.
func (d *Desk) WaysIn(ctx context.Context, who paiza.Actor, issuer string) (w WaysIn, err error) {
	if w.Password, err = d.store.HasPassword(ctx, who.ID); err != nil {
		return w, err
	}
	keys, err := d.store.Passkeys(ctx, who.ID)
	if err != nil {
		return w, err
	}
	for _, k := range keys {
		if !k.Cloned {
			w.Passkeys++
		}
	}
	l, err := d.store.LinkOf(ctx, who.ID, issuer)
	if err != nil {
		return w, err
	}
	w.Linked, w.LinkUsed = l.Person != "", l.LastUsed
	o, err := d.store.OTP(ctx, who.ID)
	if err != nil {
		return w, err
	}
	w.Codes, w.CodesMade, w.CodesUsed = o.Person != "", o.Created, o.LastUsed
	w.Demanded = d.factor == FactorRequired || d.factor == FactorAdministrators
	w.Asked, err = d.asksTwo(ctx, paiza.Person{ID: who.ID, Roles: who.Roles})
	return w, err
}
