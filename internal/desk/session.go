package desk

import (
	"context"
	"strconv"
	"time"

	"paiza"
	"paiza/internal/store"
)

// Session is one place in which a person is signed in.
type Session struct {
	ID       string
	Kind     string // password, passkey, oidc
	Created  time.Time
	LastSeen time.Time
	Address  string
	Agent    string
}

// touchEvery bounds how often the use of a session is written.
const touchEvery = time.Minute

// SessionStore is where package scs keeps its sessions.
func (d *Desk) SessionStore() *store.Sessions { return d.store.Sessions() }

// SessionLength is how long a session lasts at most.
func (d *Desk) SessionLength() time.Duration { return d.length }

// Present is the person of a session, with the roles he has now and the time
// when he last proved that it is he. A session that was ended or has run out is
// NotFound, a person whose account is closed ErrForbidden, and so is a session
// whose second factor is owed (IsHalf): it acts for nobody.
func (d *Desk) Present(ctx context.Context, session, from string) (paiza.Actor, paiza.Person, error) {
	return d.present(ctx, session, from, true)
}

// StillPresent is Present for an answer that goes on for long: it does not count
// as use, so that an open page does not keep a session alive.
func (d *Desk) StillPresent(ctx context.Context, session, from string) (paiza.Actor, error) {
	who, _, err := d.present(ctx, session, from, false)
	return who, err
}

func (d *Desk) present(ctx context.Context, session, from string, use bool) (paiza.Actor, paiza.Person, error) {
	s, err := d.live(ctx, session)
	if err != nil {
		return paiza.Actor{}, paiza.Person{}, err
	}
	who, p, err := d.Actor(ctx, s.Person, from)
	if err != nil {
		return who, p, err
	}
	if s.Factors < 2 {
		// Asked anew each time: a policy and roles that change hold at once.
		asked, err := d.asksTwo(ctx, p)
		if err == nil && asked {
			err = errHalf()
		}
		if err != nil {
			return paiza.Actor{}, paiza.Person{}, err
		}
	}
	who.StepUp = s.StepUp
	now := d.now()
	if use && now.Sub(s.LastSeen) >= touchEvery {
		if err := d.store.TouchSignIn(ctx, s.ID, now); err != nil {
			return paiza.Actor{}, p, err
		}
	}
	return who, p, nil
}

// live is a session that has neither ended nor run out.
func (d *Desk) live(ctx context.Context, session string) (store.SignIn, error) {
	s, err := d.store.SignIn(ctx, session)
	if err != nil {
		return s, err
	}
	now := d.now()
	if s.ID == "" || now.Sub(s.Created) >= d.length || now.Sub(s.LastSeen) >= d.idle {
		return s, paiza.NotFound("session", "")
	}
	return s, nil
}

// Leave ends the actor's session because he signs out.
func (d *Desk) Leave(ctx context.Context, who paiza.Actor, session string) error {
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		_, err := t.EndSignIn(who.ID, session)
		return entry{action: "person.signout", subject: "person/" + who.ID}, err
	})
}

// Sessions lists where a person is signed in, the latest used first: anybody
// his own, an administrator any.
func (d *Desk) Sessions(ctx context.Context, who paiza.Actor, person string) ([]Session, error) {
	if who.ID != person {
		if err := allow(who, paiza.RightManagePeople); err != nil {
			return nil, err
		}
	}
	list, err := d.store.SignIns(ctx, person)
	if err != nil {
		return nil, err
	}
	now := d.now()
	var out []Session
	for _, s := range list {
		if now.Sub(s.Created) < d.length && now.Sub(s.LastSeen) < d.idle {
			out = append(out, Session{ID: s.ID, Kind: s.Kind, Created: s.Created, LastSeen: s.LastSeen, Address: s.Address, Agent: s.Agent})
		}
	}
	return out, nil
}

// EndSession ends one of the actor's own sessions.
func (d *Desk) EndSession(ctx context.Context, who paiza.Actor, id string) error {
	if err := d.steppedUp(who); err != nil {
		return err
	}
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		found, err := t.EndSignIn(who.ID, id)
		if err == nil && !found {
			err = paiza.NotFound("session", "")
		}
		return entry{action: "person.session_end", subject: "person/" + who.ID, detail: ended(1)}, err
	})
}

// EndOtherSessions ends the actor's sessions besides one, and counts them.
func (d *Desk) EndOtherSessions(ctx context.Context, who paiza.Actor, keep string) (int64, error) {
	if err := d.steppedUp(who); err != nil {
		return 0, err
	}
	return d.endSessions(ctx, who, who.ID, keep, "")
}

// EndSessionsOf ends every session of a person, and counts them: an
// administrator's act.
func (d *Desk) EndSessionsOf(ctx context.Context, who paiza.Actor, person, reason string) (int64, error) {
	if err := allow(who, paiza.RightManagePeople); err != nil {
		return 0, err
	}
	if err := d.steppedUp(who); err != nil {
		return 0, err
	}
	if _, err := d.store.Person(ctx, person); err != nil {
		return 0, err
	}
	return d.endSessions(ctx, who, person, "", reason)
}

func (d *Desk) endSessions(ctx context.Context, who paiza.Actor, person, keep, reason string) (n int64, err error) {
	err = d.act(ctx, who, func(t *store.Tx) (e entry, err error) {
		n, err = t.EndSignIns(person, keep)
		return entry{action: "person.session_end", subject: "person/" + person, reason: reason, detail: ended(n)}, err
	})
	return n, err
}

// shut closes every way that is open for a person at this moment.
func (d *Desk) shut(t *store.Tx, person string) error {
	if err := t.CancelRecoveries(person); err != nil {
		return err
	}
	_, err := t.EndSignIns(person, "")
	return err
}

func ended(n int64) string { return "sessions ended: " + strconv.FormatInt(n, 10) }
