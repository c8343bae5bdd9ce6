package client

import (
	"context"
	"net/http"
	"net/url"

	"paiza/wire"
)

// Account is who the token acts for, and what he may do.
func (c *Client) Account(ctx context.Context) (wire.Account, error) {
	var out wire.Account
	return out, c.get(ctx, "/account", nil, &out)
}

// People lists accounts.
func (c *Client) People(ctx context.Context) (wire.PersonList, error) {
	var out wire.PersonList
	return out, c.get(ctx, "/people", nil, &out)
}

// Person reads one account.
func (c *Client) Person(ctx context.Context, id string) (wire.Person, error) {
	var out wire.Person
	return out, c.get(ctx, "/people/"+url.PathEscape(id), nil, &out)
}

// CreatePerson opens an account. It is sent once: a password is in it.
func (c *Client) CreatePerson(ctx context.Context, in wire.NewPerson) (wire.Person, error) {
	var out wire.Person
	return out, c.into(ctx, call{method: http.MethodPost, path: "/people", body: in}, &out)
}

// UpdatePerson changes an account.
func (c *Client) UpdatePerson(ctx context.Context, id string, in wire.PersonChange) (wire.Person, error) {
	var out wire.Person
	return out, c.into(ctx, call{method: http.MethodPut, path: "/people/" + url.PathEscape(id), body: in, again: true}, &out)
}

// ResetPassword gives an account a new password.
func (c *Client) ResetPassword(ctx context.Context, id string, in wire.NewPassword) error {
	return c.into(ctx, call{method: http.MethodPost, path: "/people/" + url.PathEscape(id) + "/password", body: in}, nil)
}

// Tokens lists one's own tokens.
func (c *Client) Tokens(ctx context.Context) (wire.TokenList, error) {
	var out wire.TokenList
	return out, c.get(ctx, "/tokens", nil, &out)
}

// RevokeToken ends a token at once; reason is for the ledger.
func (c *Client) RevokeToken(ctx context.Context, id, reason string) error {
	return c.into(ctx, call{method: http.MethodDelete, path: "/tokens/" + url.PathEscape(id), query: url.Values{"reason": {reason}}}, nil)
}

// Sessions lists where the token's owner is signed in.
func (c *Client) Sessions(ctx context.Context) (wire.SessionList, error) {
	var out wire.SessionList
	return out, c.get(ctx, "/account/sessions", nil, &out)
}

// Colleagues lists who can be named in a record or a case.
func (c *Client) Colleagues(ctx context.Context) (wire.ColleagueList, error) {
	var out wire.ColleagueList
	return out, c.get(ctx, "/colleagues", nil, &out)
}
