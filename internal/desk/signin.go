package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/auth"
	"paiza/internal/store"
)

// Entry is a person who has just come in: his new session and the cookie by
// which his device is known again.
type Entry struct {
	Person  paiza.Person
	Session string
	Device  string // empty while the session is half-way
	Half    bool   // the second factor is owed: the session is worth nothing yet
}

// The ways by which a session was begun.
const (
	byPassword = "password"
	byPasskey  = "passkey"
	byOIDC     = "oidc"
)

// errRefused is the one answer to whatever is wrong at the door.
func errRefused() *paiza.Error { return &paiza.Error{Kind: paiza.ErrForbidden, Key: "signin.refused"} }

// self is a person who acts on his own account before he has a session.
func self(p paiza.Person, from string) paiza.Actor {
	return paiza.Actor{ID: p.ID, Name: p.Name, Agency: p.Agency, Roles: p.Roles, From: from, Via: paiza.ViaPage}
}

// SignIn begins a session for the person whose login and password these are.
// The answer to a wrong password and to an unknown login is the same and takes
// the same time. Too many failures are answered with a time to wait (WaitOf).
func (d *Desk) SignIn(ctx context.Context, login, password string, v Visitor) (Entry, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	if len(login) > 100 {
		login = login[:100]
	}
	id, hash, err := d.store.Password(ctx, login)
	if err != nil {
		return Entry{}, err
	}
	counted, err := d.attempt(ctx, login, id, v)
	if err != nil {
		return Entry{}, err
	}
	ok, stale, err := auth.Verify(hash, password) // takes its time for an empty hash too
	if err != nil {
		d.unanswered(ctx, counted)
		return Entry{}, err
	}
	if id == "" {
		return Entry{}, d.refuseStranger(ctx)
	}
	p, err := d.store.Person(ctx, id)
	if err != nil {
		return Entry{}, err
	}
	if !ok || p.Disabled {
		return Entry{}, d.refuseAtDoor(ctx, p, byPassword, v)
	}
	fresh := ""
	if stale {
		if fresh, err = auth.Hash(password); err != nil {
			return Entry{}, err
		}
	}
	return d.enter(ctx, p, byPassword, 1, "", v, d.now(), func(t *store.Tx) error {
		if fresh != "" {
			if err := t.SetPassword(p.ID, fresh); err != nil {
				return err
			}
		}
		return forgive(t, counted)
	})
}

// refuseAtDoor notes a refused sign-in of a known account and answers the
// refusal.
func (d *Desk) refuseAtDoor(ctx context.Context, p paiza.Person, how string, v Visitor) error {
	err := d.act(ctx, self(p, v.From), func(*store.Tx) (entry, error) {
		return entry{action: "person.signin_refused", subject: "person/" + p.ID, detail: how}, nil
	})
	if err != nil {
		return err
	}
	return errRefused()
}

// refuseStranger answers a login that nobody has. It writes to the store as
// refuseAtDoor does, because the disk takes its time too.
func (d *Desk) refuseStranger(ctx context.Context) error {
	err := d.store.Write(ctx, func(t *store.Tx) error {
		_, _, err := t.CountAttempt([]string{tallyName("stranger")}, d.now(), attemptWindow)
		return err
	})
	if err != nil {
		return err
	}
	return errRefused()
}

// enter begins a session for who proved himself by so many factors. proved is
// when, zero when that is not known; more is done in the same transaction. Where
// one factor is not enough the session is half-way: neither the device nor the
// address becomes the person's.
func (d *Desk) enter(ctx context.Context, p paiza.Person, how string, factors int64, detail string, v Visitor, proved time.Time, more func(*store.Tx) error) (Entry, error) {
	key, err := d.deviceKey(ctx)
	if err != nil {
		return Entry{}, err
	}
	half := false
	if factors < 2 {
		if half, err = d.asksTwo(ctx, p); err != nil {
			return Entry{}, err
		}
	}
	now := d.now()
	s := store.SignIn{ID: newID(), Person: p.ID, Kind: how, Created: now, LastSeen: now, StepUp: proved, Address: v.From, Agent: clip(v.Agent, 300), Factors: factors}
	if half {
		s.StepUp = time.Time{}
	}
	if detail != "" {
		detail = "; " + detail
	}
	err = d.act(ctx, self(p, v.From), func(t *store.Tx) (entry, error) {
		if more != nil {
			if err := more(t); err != nil {
				return entry{}, err
			}
		}
		if half {
			return entry{action: "person.signin_half", subject: "person/" + p.ID, detail: how + detail}, t.InsertSignIn(s)
		}
		if err := errors.Join(t.InsertSignIn(s), t.Greet(p.ID, place(v.From), now), t.Seen(p.ID, now)); err != nil {
			return entry{}, err
		}
		return entry{action: "person.signin", subject: "person/" + p.ID, detail: how + detail}, nil
	})
	if half {
		return Entry{Person: p, Session: s.ID, Half: true}, err
	}
	return Entry{Person: p, Session: s.ID, Device: auth.NewDevice(key, p.ID, now)}, err
}

// clip cuts a foreign text to n bytes of whole characters.
func clip(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "")
}

// errStepUp is the refusal that asks the person to prove that it is he.
func errStepUp() error { return &paiza.Error{Kind: paiza.ErrForbidden, Key: stepUpKey} }

const stepUpKey = "signin.step_up"

// NeedsStepUp reports whether a refusal asks the person to prove anew that it is
// he.
func NeedsStepUp(err error) bool {
	var e *paiza.Error
	return errors.As(err, &e) && e.Key == stepUpKey
}

// steppedUp refuses an act for which the person has to have proved a short time
// ago that it is he.
func (d *Desk) steppedUp(who paiza.Actor) error {
	if access.SteppedUp(who, d.now()) {
		return nil
	}
	return errStepUp()
}

// SteppedUp reports whether the actor proved a short time ago that it is he:
// for pages that ask before they show a form.
func (d *Desk) SteppedUp(who paiza.Actor) bool { return access.SteppedUp(who, d.now()) }

// StepUpPassword takes the actor's password as the proof that it is he. It
// counts as SignIn does. It answers whether that is enough: otherwise StepUpCode
// goes on.
func (d *Desk) StepUpPassword(ctx context.Context, who paiza.Actor, session, password string, v Visitor) (bool, error) {
	counted, err := d.ownPassword(ctx, who, "password", password, v)
	if err != nil {
		return false, err
	}
	return d.firstProof(ctx, who, session, byPassword, func(t *store.Tx) error { return forgive(t, counted) })
}

// ownPassword checks the actor's own password, typed into the field.
func (d *Desk) ownPassword(ctx context.Context, who paiza.Actor, field, password string, v Visitor) ([]tally, error) {
	p, err := d.store.Person(ctx, who.ID)
	if err != nil {
		return nil, err
	}
	_, hash, err := d.store.Password(ctx, p.Login)
	if err != nil {
		return nil, err
	}
	counted, err := d.attempt(ctx, p.Login, p.ID, v)
	if err != nil {
		return nil, err
	}
	ok, _, err := auth.Verify(hash, password)
	if err != nil {
		d.unanswered(ctx, counted)
		return nil, err
	}
	if ok {
		return counted, nil
	}
	err = d.act(ctx, who, func(*store.Tx) (entry, error) {
		return entry{action: "person.step_up_refused", subject: "person/" + p.ID, detail: byPassword}, nil
	})
	if err != nil {
		return nil, err
	}
	return nil, fieldFault(field, "person.password_wrong")
}

// stepUp notes that the actor proved that it is he.
func (d *Desk) stepUp(ctx context.Context, who paiza.Actor, session, how string, more func(*store.Tx) error) error {
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if more != nil {
			if err := more(t); err != nil {
				return entry{}, err
			}
		}
		return entry{action: "person.step_up", subject: "person/" + who.ID, detail: how}, t.StepUp(session, d.now())
	})
}

// ChangePassword changes the actor's own password, and ends his other sessions.
// The present password is the proof that it is he; without one, or where one
// factor is not enough, he has proved it before.
func (d *Desk) ChangePassword(ctx context.Context, who paiza.Actor, session, old, password string, v Visitor) error {
	p, err := d.store.Person(ctx, who.ID)
	if err != nil {
		return err
	}
	has, err := d.store.HasPassword(ctx, p.ID)
	if err != nil {
		return err
	}
	asked, err := d.asksTwo(ctx, p)
	if err != nil {
		return err
	}
	if !has || asked {
		if err := d.steppedUp(who); err != nil {
			return err
		}
	}
	var counted []tally
	if has {
		if counted, err = d.ownPassword(ctx, who, "old", old, v); err != nil {
			return err
		}
	}
	return d.setPassword(ctx, who, p, password, "person.password", "", session, func(t *store.Tx) error {
		if !has {
			return nil
		}
		if !asked {
			if err := t.StepUp(session, d.now()); err != nil {
				return err
			}
		}
		return forgive(t, counted)
	})
}

// ResetPassword gives another person a new password and ends his sessions: for
// the operator at the machine, who holds the store's files. An administrator
// uses ProposeRecovery.
func (d *Desk) ResetPassword(ctx context.Context, who paiza.Actor, id, password, reason string) error {
	if err := allow(who, paiza.RightManagePeople); err != nil {
		return err
	}
	if who.Via != paiza.ViaConsole {
		return paiza.Forbidden(paiza.RightOperate)
	}
	p, err := d.store.Person(ctx, id)
	if err != nil {
		return err
	}
	return d.setPassword(ctx, who, p, password, "person.password_reset", reason, "", nil)
}

// setPassword gives a person a new password and ends his sessions besides one.
func (d *Desk) setPassword(ctx context.Context, who paiza.Actor, p paiza.Person, password, action, reason, session string, more func(*store.Tx) error) error {
	hash, err := d.newPassword(p, password)
	if err != nil {
		return err
	}
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if more != nil {
			if err := more(t); err != nil {
				return entry{}, err
			}
		}
		n, err := t.EndSignIns(p.ID, session)
		if err != nil {
			return entry{}, err
		}
		return entry{action: action, subject: "person/" + p.ID, reason: reason, detail: ended(n)}, t.SetPassword(p.ID, hash)
	})
}

// newPassword checks a new password and hashes it.
func (d *Desk) newPassword(p paiza.Person, password string) (string, error) {
	if err := d.checkPassword(p, password); err != nil {
		if !errors.Is(err, paiza.ErrInvalid) {
			return "", err
		}
		return "", &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: []paiza.FieldError{passwordFault(err)}}
	}
	return auth.Hash(password)
}

// checkPassword refuses a new password for a person that is weak, or known from
// a breach where the operator gave a list.
func (d *Desk) checkPassword(p paiza.Person, password string) error {
	if err := auth.CheckPassword(password, p.Login, p.Name); err != nil || d.breached == nil {
		return err
	}
	found, err := d.breached.Has(password)
	if err != nil {
		return fmt.Errorf("the list of breached passwords: %w", err)
	}
	if found {
		return auth.ErrBreached()
	}
	return nil
}
