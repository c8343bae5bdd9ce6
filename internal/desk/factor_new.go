package desk

import (
	"context"
	"errors"
	"time"

	"paiza"
	"paiza/internal/auth"
	"paiza/internal/store"
)

// NewCodes is an app for one-time codes that a person is about to set up.
type NewCodes struct {
	Text string // of the secret, to be typed into the app
	Hash string // with which the app makes codes: SHA256, SHA1
	URL  string // of the secret, to be drawn
}

// newCodeTime is how long a person has to set up his app.
const newCodeTime = 15 * time.Minute

// maker is who makes a second factor: a person who has proved a short time ago
// that it is he, or, when who is nobody, the person of a session half-way who
// has none yet. half is that session.
func (d *Desk) maker(ctx context.Context, who paiza.Actor, session, from string) (p paiza.Person, half *Half, err error) {
	if !who.Anonymous() {
		if err := d.steppedUp(who); err != nil {
			return p, nil, err
		}
		p, err = d.store.Person(ctx, who.ID)
		return p, nil, err
	}
	h, err := d.Halfway(ctx, session, from)
	if err != nil {
		return p, nil, err
	}
	if !h.Enrol {
		return p, nil, errHalf()
	}
	return h.Person, &h, nil
}

// stillNone refuses to make a second factor half-way when there is one
// meanwhile: who holds the password alone could make it otherwise.
func stillNone(t *store.Tx, p paiza.Person, half *Half) error {
	if err := t.LockPerson(p.ID); err != nil || half == nil {
		return err
	}
	codes, passkeys, err := t.SecondFactors(p.ID)
	if err == nil && codes+passkeys > 0 {
		err = errHalf()
	}
	return err
}

// BeginCodes makes a secret for a person's app, or answers again the one that
// waits under the ceremony. node is what the app shows above the code.
func (d *Desk) BeginCodes(ctx context.Context, who paiza.Actor, session, ceremony, node string, v Visitor) (NewCodes, string, error) {
	p, _, err := d.maker(ctx, who, session, v.From)
	if err != nil {
		return NewCodes{}, "", err
	}
	secret, err := d.newSecret(ctx, p, ceremony)
	if err == nil && secret == nil {
		secret = auth.NewOTPSecret(d.oldApps)
		ceremony, err = d.keepSecret(ctx, p, secret, v.From)
	}
	return NewCodes{Text: secret.Text(), Hash: secret.Hash(), URL: secret.URL(node, p.Login)}, ceremony, err
}

// newSecret is the secret that waits for a person; nil for none.
func (d *Desk) newSecret(ctx context.Context, p paiza.Person, ceremony string) (auth.OTPSecret, error) {
	c, err := d.store.Ceremony(ctx, ceremony, forNewCode)
	if err != nil || c.Person != p.ID {
		return nil, err
	}
	text, err := d.store.Unseal(store.OTPName(p.ID), string(c.Data))
	return auth.OTPSecret(text), err
}

// keepSecret lets a secret wait, sealed.
func (d *Desk) keepSecret(ctx context.Context, p paiza.Person, secret auth.OTPSecret, from string) (string, error) {
	var sealed string
	err := d.store.Write(ctx, func(t *store.Tx) (err error) {
		sealed, err = t.Seal(store.OTPName(p.ID), string(secret))
		return err
	})
	if err != nil {
		return "", err
	}
	return d.waitFor(ctx, forNewCode, p.ID, from, []byte(sealed), newCodeTime)
}

// AddCodes takes a code of the app that was set up under the ceremony: from now
// on the app is the person's, in the place of any earlier one. A session
// half-way is whole then; entry is its new state.
func (d *Desk) AddCodes(ctx context.Context, who paiza.Actor, session, ceremony, code string, v Visitor) (Entry, error) {
	p, half, err := d.maker(ctx, who, session, v.From)
	if err != nil {
		return Entry{}, err
	}
	secret, err := d.newSecret(ctx, p, ceremony)
	if err != nil {
		return Entry{}, err
	}
	if secret == nil {
		return Entry{}, paiza.Invalid("signin.ceremony_gone", nil)
	}
	step, ok := secret.Check(code, d.now(), 0, d.drift)
	if !ok {
		key := "factor.wrong_new"
		if secret.OldApp(code, d.now()) {
			key = "factor.old_app"
		}
		return Entry{}, fieldFault("code", key)
	}
	if who.Anonymous() {
		who = self(p, v.From)
	}
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if err := stillNone(t, p, half); err != nil {
			return entry{}, err
		}
		waited, err := t.EndCeremony(ceremony)
		if err == nil && !waited {
			err = paiza.Invalid("signin.ceremony_gone", nil)
		}
		if err != nil {
			return entry{}, err
		}
		sealed, err := t.Seal(store.OTPName(p.ID), string(secret))
		if err != nil {
			return entry{}, err
		}
		o := store.OTP{Person: p.ID, Secret: sealed, Created: d.now(), LastUsed: d.now(), Step: step}
		return entry{action: "person.otp_add", subject: "person/" + p.ID}, t.PutOTP(o)
	})
	if err != nil || half == nil {
		return Entry{}, err
	}
	return d.pass(ctx, *half, byCode, v, nil)
}

// RemoveCodes takes the actor's app for one-time codes away; not the last second
// factor that the node demands of him.
func (d *Desk) RemoveCodes(ctx context.Context, who paiza.Actor) error {
	if err := d.steppedUp(who); err != nil {
		return err
	}
	p, err := d.store.Person(ctx, who.ID)
	if err != nil {
		return err
	}
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if err := t.LockPerson(p.ID); err != nil {
			return entry{}, err
		}
		found, err := t.DeleteOTP(p.ID)
		if err == nil && !found {
			err = paiza.NotFound("otp", "")
		}
		return entry{action: "person.otp_remove", subject: "person/" + p.ID}, errors.Join(err, d.keepsFactor(t, p))
	})
}

// BeginFirstPasskey asks the browser of a person half-way, who has no second
// factor yet, for a passkey.
func (d *Desk) BeginFirstPasskey(ctx context.Context, session string, rp auth.RelyingParty, v Visitor) (options []byte, ceremony string, err error) {
	p, _, err := d.maker(ctx, paiza.Actor{}, session, v.From)
	if err != nil {
		return nil, "", err
	}
	return d.beginPasskey(ctx, p, rp, session, v.From)
}

// AddFirstPasskey keeps that passkey under a name, and makes the session whole.
func (d *Desk) AddFirstPasskey(ctx context.Context, session string, rp auth.RelyingParty, ceremony, name string, answer []byte, v Visitor) (Entry, error) {
	p, half, err := d.maker(ctx, paiza.Actor{}, session, v.From)
	if err != nil {
		return Entry{}, err
	}
	k, err := d.finishPasskey(ctx, p, rp, session, ceremony, name, answer)
	if err != nil {
		return Entry{}, err
	}
	err = d.act(ctx, self(p, v.From), func(t *store.Tx) (entry, error) {
		if err := stillNone(t, p, half); err != nil {
			return entry{}, err
		}
		return entry{action: "person.passkey_add", subject: "person/" + p.ID, detail: "passkey " + clip(k.ID, 12)}, t.InsertPasskey(k)
	})
	if err != nil {
		return Entry{}, err
	}
	return d.pass(ctx, *half, byPasskey, v, nil)
}
