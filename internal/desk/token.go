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

// CreateToken makes a token for a program and answers its secret, which is shown
// this once. It has no right that its owner lacks, and a token makes no token.
func (d *Desk) CreateToken(ctx context.Context, who paiza.Actor, in paiza.NewToken) (paiza.Token, string, error) {
	if who.Anonymous() {
		return paiza.Token{}, "", &paiza.Error{Kind: paiza.ErrForbidden, Key: "api.sign_in"}
	}
	if !access.SteppedUp(who, d.now()) {
		return paiza.Token{}, "", errStepUp()
	}
	if in.Owner == "" {
		in.Owner = who.ID
	}
	owner := who
	if in.Owner != who.ID {
		if who.Via != paiza.ViaConsole {
			return paiza.Token{}, "", paiza.NotFound("person", in.Owner)
		}
		var err error
		if owner, _, err = d.Actor(ctx, in.Owner, who.From); err != nil {
			return paiza.Token{}, "", err
		}
	} else if _, err := d.store.Person(ctx, who.ID); err != nil {
		return paiza.Token{}, "", err // the operator has no account of his own
	}
	networks, err := in.Validate()
	if err != nil {
		return paiza.Token{}, "", err
	}
	for _, right := range in.Scopes {
		if access.Allow(owner, right) != nil {
			return paiza.Token{}, "", &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form",
				Fields: []paiza.FieldError{{Field: "scopes", Key: "token.scope_lacking", Args: paiza.Args{"right": string(right)}}}}
		}
	}
	now := d.now()
	k := paiza.Token{ID: newID(), Person: in.Owner, Name: strings.TrimSpace(in.Name), Scopes: in.Scopes, Networks: networks,
		Created: now.UTC().Truncate(time.Millisecond), Expires: now.UTC().AddDate(0, 0, in.Days).Truncate(time.Millisecond)}
	text, digest := auth.NewToken()
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "token.create", subject: "token/" + k.ID, reason: in.Reason,
				detail: fmt.Sprintf("for person/%s until %s; scopes: %s; networks: %d", k.Person, k.Expires.Format(time.DateOnly), scopeText(k.Scopes), len(networks))},
			t.InsertToken(k, digest.Hint(), digest[:])
	})
	return k, text, err
}

func scopeText(rights []paiza.Right) string {
	out := make([]string, len(rights))
	for i, r := range rights {
		out[i] = string(r)
	}
	return strings.Join(out, ", ")
}

// Tokens lists one's own tokens; an administrator may ask for another person's.
func (d *Desk) Tokens(ctx context.Context, who paiza.Actor, person string) ([]paiza.Token, error) {
	if person == "" {
		person = who.ID
	}
	if person != who.ID || who.Anonymous() {
		if err := allow(who, paiza.RightManagePeople); err != nil {
			return nil, err
		}
	}
	return d.store.Tokens(ctx, person)
}

// RevokeToken ends one of one's own tokens at once, or for an administrator
// anybody's.
func (d *Desk) RevokeToken(ctx context.Context, who paiza.Actor, id, reason string) error {
	k, err := d.store.Token(ctx, id)
	if err != nil {
		return err
	}
	if k.Person != who.ID && allow(who, paiza.RightManagePeople) != nil {
		return paiza.NotFound("token", id) // that it exists is its owner's
	}
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "token.revoke", subject: "token/" + k.ID, reason: reason, detail: "of person/" + k.Person}, t.RevokeToken(k.ID, d.now())
	})
}

// tokenUseEvery is how often the use of a token is written down.
const tokenUseEvery = time.Minute

// TokenActor is the owner of a token with the roles he has now and the token's
// scopes. A token that is unknown, expired, revoked, used from elsewhere, or of
// somebody who is out is refused as forbidden.
func (d *Desk) TokenActor(ctx context.Context, token, from string) (paiza.Actor, paiza.Person, error) {
	refused := func(key string) (paiza.Actor, paiza.Person, error) {
		return paiza.Actor{}, paiza.Person{}, &paiza.Error{Kind: paiza.ErrForbidden, Key: key}
	}
	digest, err := auth.ParseToken(token)
	if err != nil {
		return refused("token.refused")
	}
	k, ok, err := d.store.FindToken(ctx, digest.Hint(), digest.Equal)
	switch {
	case err != nil:
		return paiza.Actor{}, paiza.Person{}, err
	case !ok:
		return refused("token.refused")
	case !k.Revoked.IsZero():
		return refused("token.revoked")
	case !k.Good(d.now()):
		return refused("token.expired")
	case !k.From(from):
		return refused("token.elsewhere")
	}
	who, p, err := d.Actor(ctx, k.Person, from)
	if err != nil {
		return refuseOwner(err)
	}
	// A token never counts as the person's own presence.
	who.Via, who.Token, who.StepUp = paiza.ViaToken, k.ID, time.Time{}
	who.Scopes = append([]paiza.Right{}, k.Scopes...)
	if now := d.now(); now.Sub(k.LastUsed) >= tokenUseEvery {
		err := d.store.Write(ctx, func(t *store.Tx) error { return t.TokenUsed(k.ID, from, now) })
		if err != nil {
			d.log.Warn("the use of a token was not noted", "token", k.ID, "error", err)
		}
	}
	return who, p, nil
}

// refuseOwner turns a refusal of the owner into one of his token; a store that
// does not answer stays what it is.
func refuseOwner(err error) (paiza.Actor, paiza.Person, error) {
	if errors.Is(err, paiza.ErrForbidden) || errors.Is(err, paiza.ErrNotFound) {
		err = &paiza.Error{Kind: paiza.ErrForbidden, Key: "token.owner", Err: err}
	}
	return paiza.Actor{}, paiza.Person{}, err
}
