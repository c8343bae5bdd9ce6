package desk

import (
	"context"
	"fmt"

	"paiza"
	"paiza/internal/auth"
	"paiza/internal/store"
)

// OpenCode reads a one-time code as a person typed it. It answers the code's
// hash, with which the acts below go on, and whose account it opens. A code
// that is unknown, used or run out is NotFound; too many of them have to wait.
func (d *Desk) OpenCode(ctx context.Context, typed string, v Visitor) (hash string, r Recovery, err error) {
	counted, err := d.count(ctx, []tally{{name: tallyName("code", place(v.From)), limit: perAddress, slow: true}})
	if err != nil {
		return "", r, err
	}
	hash, ok := auth.CodeHash(typed)
	if !ok {
		return "", r, paiza.NotFound("recovery", "")
	}
	if r, err = d.OpenRecovery(ctx, hash); err != nil {
		return "", r, err
	}
	return hash, r, d.store.Write(ctx, func(t *store.Tx) error { return forgive(t, counted) })
}

// OpenRecovery is what the hash of a code opens.
func (d *Desk) OpenRecovery(ctx context.Context, hash string) (Recovery, error) {
	v, err := d.store.RecoveryByCode(ctx, hash, d.now())
	if err != nil {
		return Recovery{}, err
	}
	if v.ID == "" {
		return Recovery{}, paiza.NotFound("recovery", "")
	}
	p, err := d.store.Person(ctx, v.Person)
	if err != nil {
		return Recovery{}, err
	}
	if p.Disabled {
		return Recovery{}, paiza.NotFound("recovery", "")
	}
	return Recovery{ID: v.ID, Kind: v.Kind, Open: true, Person: p, Expiry: v.Expiry}, nil
}

// RecoverByPassword uses a code: the person has the new password and is signed
// in, half-way where a second factor is demanded. After a recovery his passkeys,
// app for codes, links and sessions are gone.
func (d *Desk) RecoverByPassword(ctx context.Context, hash, password string, v Visitor) (Entry, error) {
	r, err := d.OpenRecovery(ctx, hash)
	if err != nil {
		return Entry{}, err
	}
	secret, err := d.newPassword(r.Person, password)
	if err != nil {
		return Entry{}, err
	}
	return d.recover(ctx, hash, r, byPassword, v, func(t *store.Tx) error { return t.SetPassword(r.Person.ID, secret) })
}

// BeginRecoveryPasskey asks the browser of a person with a code for a passkey.
func (d *Desk) BeginRecoveryPasskey(ctx context.Context, hash string, rp auth.RelyingParty, v Visitor) (options []byte, ceremony string, err error) {
	r, err := d.OpenRecovery(ctx, hash)
	if err != nil {
		return nil, "", err
	}
	return d.beginPasskey(ctx, r.Person, rp, r.ID, v.From)
}

// RecoverByPasskey uses a code as RecoverByPassword does, with a passkey.
func (d *Desk) RecoverByPasskey(ctx context.Context, hash string, rp auth.RelyingParty, ceremony, name string, answer []byte, v Visitor) (Entry, error) {
	r, err := d.OpenRecovery(ctx, hash)
	if err != nil {
		return Entry{}, err
	}
	k, err := d.finishPasskey(ctx, r.Person, rp, r.ID, ceremony, name, answer)
	if err != nil {
		return Entry{}, err
	}
	return d.recover(ctx, hash, r, byPasskey, v, func(t *store.Tx) error { return t.InsertPasskey(k) })
}

func (d *Desk) recover(ctx context.Context, hash string, r Recovery, how string, v Visitor, set func(*store.Tx) error) (Entry, error) {
	err := d.act(ctx, self(r.Person, v.From), func(t *store.Tx) (entry, error) {
		if err := t.LockPerson(r.Person.ID); err != nil {
			return entry{}, err
		}
		// Of two who come with one code, one finds it open.
		used := store.Recovery{ID: r.ID, State: "used", Expiry: d.now()}
		if ok, err := t.UseRecovery(used, hash); err != nil {
			return entry{}, err
		} else if !ok {
			return entry{}, paiza.NotFound("recovery", "")
		}
		e := entry{action: "person.enrol", subject: "person/" + r.Person.ID, detail: how}
		if r.Kind == kindRecovery {
			gone, err := closeAll(t, r.Person.ID)
			if err != nil {
				return entry{}, err
			}
			e.action, e.detail = "person.recover", how+"; "+gone
		}
		return e, set(t)
	})
	if err != nil {
		return Entry{}, err
	}
	factors := int64(1)
	if how == byPasskey {
		factors = 2
	}
	return d.enter(ctx, r.Person, how, factors, "", v, d.now(), nil)
}

// closeAll takes away every earlier means of sign-in of a person, and says what.
func closeAll(t *store.Tx, person string) (string, error) {
	keys, err := t.DeletePasskeys(person)
	if err != nil {
		return "", err
	}
	if _, err := t.DeleteOTP(person); err != nil {
		return "", err
	}
	links, err := t.DeleteLinks(person)
	if err != nil {
		return "", err
	}
	sessions, err := t.EndSignIns(person, "")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("ended: passkeys %d, links %d, sessions %d", keys, links, sessions), t.SetPassword(person, "")
}
