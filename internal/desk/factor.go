package desk

import (
	"context"
	"errors"
	"time"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/auth"
	"paiza/internal/store"
)

// SecondFactor is from whom the node demands a second factor beside a password
// (OWASP ASVS 5.0 6.3.3). A passkey with user verification is two factors by
// itself. The zero value demands none.
type SecondFactor string

// The policies.
const (
	FactorRequired       SecondFactor = "required"       // from everybody
	FactorAdministrators SecondFactor = "administrators" // from who decides about people or the node, and who chose to have one
	FactorOff            SecondFactor = "off"
)

const (
	byCode = "one-time code"

	// halfTime is how long a session may stay half-way.
	halfTime = 30 * time.Minute

	forFactor  = "passkey-factor"
	forNewCode = "otp-new"
)

// Half is a session that one factor has begun and that is worth nothing until a
// second is given, or made by who has none.
type Half struct {
	Session string
	Person  paiza.Person
	Enrol   bool // he has no second factor: he makes one first
	Code    bool // he has an app for one-time codes
	Passkey bool // he has a passkey
}

const halfKey = "factor.owed"

func errHalf() error { return &paiza.Error{Kind: paiza.ErrForbidden, Key: halfKey} }

// IsHalf reports whether a session was refused because its second factor is
// owed: Halfway says which.
func IsHalf(err error) bool {
	var e *paiza.Error
	return errors.As(err, &e) && e.Key == halfKey
}

// asksTwo reports whether one factor is not enough for a person.
func (d *Desk) asksTwo(ctx context.Context, p paiza.Person) (bool, error) {
	switch {
	case d.factor == FactorRequired, d.factor == FactorAdministrators && access.Administers(p.Roles):
		return true, nil
	case d.factor != FactorAdministrators:
		return false, nil
	}
	codes, _, err := d.store.SecondFactors(ctx, p.ID)
	return codes > 0, err
}

// halfway says what a person owes to a session that one factor began.
func (d *Desk) halfway(ctx context.Context, p paiza.Person, session string) (Half, error) {
	codes, passkeys, err := d.store.SecondFactors(ctx, p.ID)
	return Half{Session: session, Person: p, Enrol: codes+passkeys == 0, Code: codes > 0, Passkey: passkeys > 0}, err
}

// Halfway is a session of which Present said IsHalf. It is NotFound when it has
// ended, is whole, or took longer than half an hour.
func (d *Desk) Halfway(ctx context.Context, session, from string) (Half, error) {
	s, err := d.live(ctx, session)
	if err != nil {
		return Half{}, err
	}
	_, p, err := d.Actor(ctx, s.Person, from)
	if err != nil {
		return Half{}, err
	}
	asked, err := d.asksTwo(ctx, p)
	if err != nil {
		return Half{}, err
	}
	if s.Factors > 1 || !asked || d.now().Sub(s.Created) >= halfTime {
		return Half{}, paiza.NotFound("session", "")
	}
	return d.halfway(ctx, p, s.ID)
}

// LeaveHalf ends a session that is half-way.
func (d *Desk) LeaveHalf(ctx context.Context, h Half, from string) error {
	return d.Leave(ctx, self(h.Person, from), h.Session)
}

// PassByCode gives a session its second factor: a code of the person's app. It
// counts as SignIn does, apart from passwords.
func (d *Desk) PassByCode(ctx context.Context, session, code string, v Visitor) (Entry, error) {
	h, err := d.Halfway(ctx, session, v.From)
	if err != nil {
		return Entry{}, err
	}
	used, err := d.checkCode(ctx, self(h.Person, v.From), h.Person, code, v)
	if err != nil {
		return Entry{}, err
	}
	return d.pass(ctx, h, byCode, v, used)
}

// BeginPass asks the browser of a person half-way for a passkey of his.
func (d *Desk) BeginPass(ctx context.Context, session string, rp auth.RelyingParty, v Visitor) (options []byte, ceremony string, err error) {
	h, err := d.Halfway(ctx, session, v.From)
	if err != nil {
		return nil, "", err
	}
	return d.beginAssertion(ctx, rp, forFactor, h.Person.ID, v.From)
}

// PassByPasskey gives a session its second factor: a passkey of the person.
func (d *Desk) PassByPasskey(ctx context.Context, session string, rp auth.RelyingParty, ceremony string, answer []byte, v Visitor) (Entry, error) {
	h, err := d.Halfway(ctx, session, v.From)
	if err != nil {
		return Entry{}, err
	}
	p, used, err := d.assertion(ctx, rp, forFactor, h.Person.ID, ceremony, answer, v.From)
	if err != nil {
		return Entry{}, err
	}
	if p.ID != h.Person.ID {
		return Entry{}, d.refuseFactor(ctx, self(h.Person, v.From), byPasskey, errRefused())
	}
	return d.pass(ctx, h, byPasskey, v, used)
}

// pass makes a session whole. Only now the device and the address are his.
func (d *Desk) pass(ctx context.Context, h Half, how string, v Visitor, more func(*store.Tx) error) (Entry, error) {
	key, err := d.deviceKey(ctx)
	if err != nil {
		return Entry{}, err
	}
	now := d.now()
	err = d.act(ctx, self(h.Person, v.From), func(t *store.Tx) (entry, error) {
		if more != nil {
			if err := more(t); err != nil {
				return entry{}, err
			}
		}
		passed, err := t.PassSignIn(h.Session, now)
		if err == nil && !passed {
			err = paiza.NotFound("session", "")
		}
		if err = errors.Join(err, t.Greet(h.Person.ID, place(v.From), now), t.Seen(h.Person.ID, now)); err != nil {
			return entry{}, err
		}
		return entry{action: "person.signin", subject: "person/" + h.Person.ID, detail: "second factor: " + how}, nil
	})
	return Entry{Person: h.Person, Session: h.Session, Device: auth.NewDevice(key, h.Person.ID, now)}, err
}

// checkCode checks a code of a person's app. It answers what is to be written
// when the code is used.
func (d *Desk) checkCode(ctx context.Context, who paiza.Actor, p paiza.Person, typed string, v Visitor) (used func(*store.Tx) error, err error) {
	o, err := d.store.OTP(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	if o.Person == "" {
		return nil, paiza.Conflict("factor.none", nil)
	}
	// Capital letters are in no login: what is tried here and what is tried at the
	// door are counted apart.
	counted, err := d.attemptOf(ctx, "CODE "+p.Login, p.ID, v, perCodes)
	if err != nil {
		return nil, err
	}
	secret, err := d.store.Unseal(store.OTPName(p.ID), o.Secret)
	if err != nil {
		d.unanswered(ctx, counted)
		return nil, err
	}
	step, ok := auth.OTPSecret(secret).Check(typed, d.now(), o.Step, d.drift)
	if !ok {
		return nil, d.refuseFactor(ctx, who, byCode, fieldFault("code", "factor.wrong"))
	}
	return func(t *store.Tx) error {
		fresh, err := t.UseOTP(p.ID, step, d.now())
		if err == nil && !fresh {
			err = fieldFault("code", "factor.wrong")
		}
		if err != nil {
			return err
		}
		return forgive(t, counted)
	}, nil
}

// refuseFactor notes a refused second factor and answers the refusal.
func (d *Desk) refuseFactor(ctx context.Context, who paiza.Actor, how string, refusal error) error {
	err := d.act(ctx, who, func(*store.Tx) (entry, error) {
		return entry{action: "person.factor_refused", subject: "person/" + who.ID, detail: how}, nil
	})
	if err != nil {
		return err
	}
	return refusal
}

// halfStepUp notes the first of two proofs of presence.
func (d *Desk) halfStepUp(ctx context.Context, who paiza.Actor, session, how string, more func(*store.Tx) error) error {
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if more != nil {
			if err := more(t); err != nil {
				return entry{}, err
			}
		}
		return entry{action: "person.step_up_half", subject: "person/" + who.ID, detail: how}, t.HalfStepUp(session, d.now())
	})
}

// firstProof takes a proof by one factor. It answers whether that is enough;
// otherwise StepUpCode goes on, for a person who has an app for codes.
func (d *Desk) firstProof(ctx context.Context, who paiza.Actor, session, how string, more func(*store.Tx) error) (bool, error) {
	p, err := d.store.Person(ctx, who.ID)
	if err != nil {
		return false, err
	}
	asked, err := d.asksTwo(ctx, p)
	if err != nil {
		return false, err
	}
	if !asked {
		return true, d.stepUp(ctx, who, session, how, more)
	}
	codes, _, err := d.store.SecondFactors(ctx, p.ID)
	if err == nil && codes == 0 {
		err = paiza.Conflict("factor.none", nil)
	}
	if err != nil {
		return false, err
	}
	return false, d.halfStepUp(ctx, who, session, how, more)
}

// StepUpHalf reports whether the actor gave the first of two proofs a short time
// ago, in this session.
func (d *Desk) StepUpHalf(ctx context.Context, session string) (bool, error) {
	s, err := d.store.SignIn(ctx, session)
	return !s.Half.IsZero() && d.now().Sub(s.Half) < access.FreshStepUp, err
}

// StepUpCode takes a code of the actor's app as the second of two proofs that it
// is he.
func (d *Desk) StepUpCode(ctx context.Context, who paiza.Actor, session, code string, v Visitor) error {
	half, err := d.StepUpHalf(ctx, session)
	if err != nil {
		return err
	}
	if !half {
		return errStepUp()
	}
	p, err := d.store.Person(ctx, who.ID)
	if err != nil {
		return err
	}
	used, err := d.checkCode(ctx, who, p, code, v)
	if err != nil {
		return err
	}
	return d.stepUp(ctx, who, session, byCode, used)
}

// keepsFactor refuses a change that takes from a person the last second factor
// that the node demands of him.
func (d *Desk) keepsFactor(t *store.Tx, p paiza.Person) error {
	if d.factor != FactorRequired && !(d.factor == FactorAdministrators && access.Administers(p.Roles)) {
		return nil
	}
	codes, passkeys, err := t.SecondFactors(p.ID)
	if err == nil && codes+passkeys == 0 {
		err = paiza.Conflict("factor.last", nil)
	}
	return err
}
