package client

import (
	"context"
	"net/url"

	"paiza/wire"
)

// Cases lists the cases of which the token's owner is a member.
func (c *Client) Cases(ctx context.Context) (wire.CaseList, error) {
	var out wire.CaseList
	return out, c.get(ctx, "/cases", nil, &out)
}

// Case reads one case.
func (c *Client) Case(ctx context.Context, id string) (wire.Case, error) {
	var out wire.Case
	return out, c.get(ctx, "/cases/"+url.PathEscape(id), nil, &out)
}

// OpenCase opens a case.
func (c *Client) OpenCase(ctx context.Context, in wire.NewCase) (wire.Case, error) {
	var out wire.Case
	return out, c.post(ctx, "/cases", in, &out)
}

// ChangeCase says what a case is to be.
func (c *Client) ChangeCase(ctx context.Context, id string, in wire.NewCase) (wire.Case, error) {
	var out wire.Case
	return out, c.put(ctx, "/cases/"+url.PathEscape(id), nil, in, &out)
}
