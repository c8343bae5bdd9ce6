package client

import (
	"context"
	"net/url"

	"paiza/wire"
)

// Releases lists the releases of the agency, the open ones first.
func (c *Client) Releases(ctx context.Context) (wire.ReleaseList, error) {
	var out wire.ReleaseList
	return out, c.get(ctx, "/releases", nil, &out)
}

// Release reads one release.
func (c *Client) Release(ctx context.Context, id string) (wire.ReleaseDetail, error) {
	var out wire.ReleaseDetail
	return out, c.get(ctx, "/releases/"+url.PathEscape(id), nil, &out)
}

// ProposeRelease proposes that a record leaves the agency.
func (c *Client) ProposeRelease(ctx context.Context, in wire.NewRelease) (wire.Release, error) {
	var out wire.Release
	return out, c.post(ctx, "/releases", in, &out)
}

// ConfirmRelease confirms what another person proposed. With a token it is
// refused: it takes a person who has just proved that it is he.
func (c *Client) ConfirmRelease(ctx context.Context, id, note string) (wire.Release, error) {
	var out wire.Release
	return out, c.post(ctx, "/releases/"+url.PathEscape(id)+"/confirm", wire.Note{Note: note}, &out)
}

// RefuseRelease refuses a proposal, or takes back one's own.
func (c *Client) RefuseRelease(ctx context.Context, id, reason string) (wire.Release, error) {
	var out wire.Release
	return out, c.post(ctx, "/releases/"+url.PathEscape(id)+"/refuse", wire.Why{Reason: reason}, &out)
}

// ReleasedFile takes out the record of a confirmed release with its limits.
func (c *Client) ReleasedFile(ctx context.Context, id string) ([]byte, error) {
	return c.file(ctx, "/releases/"+url.PathEscape(id)+"/file")
}
