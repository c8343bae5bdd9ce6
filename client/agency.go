package client

import (
	"context"
	"net/url"

	"paiza/wire"
)

// Agencies lists the agencies of the node.
func (c *Client) Agencies(ctx context.Context) (wire.AgencyList, error) {
	var out wire.AgencyList
	return out, c.get(ctx, "/agencies", nil, &out)
}

// Agency reads one agency.
func (c *Client) Agency(ctx context.Context, id string) (wire.Agency, error) {
	var out wire.Agency
	return out, c.get(ctx, "/agencies/"+url.PathEscape(id), nil, &out)
}

// CreateAgency adds an agency.
func (c *Client) CreateAgency(ctx context.Context, in wire.NewAgency) (wire.Agency, error) {
	var out wire.Agency
	return out, c.post(ctx, "/agencies", in, &out)
}

// UpdateAgency says what an agency is to be.
func (c *Client) UpdateAgency(ctx context.Context, id string, in wire.NewAgency) (wire.Agency, error) {
	var out wire.Agency
	return out, c.put(ctx, "/agencies/"+url.PathEscape(id), nil, in, &out)
}
