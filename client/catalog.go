package client

import (
	"context"
	"net/url"

	"paiza/wire"
)

// Substances lists the substances of the node's catalog.
func (c *Client) Substances(ctx context.Context) (wire.SubstanceList, error) {
	var out wire.SubstanceList
	return out, c.get(ctx, "/catalog/substances", nil, &out)
}

// Units lists the units of the node's catalog.
func (c *Client) Units(ctx context.Context) (wire.UnitList, error) {
	var out wire.UnitList
	return out, c.get(ctx, "/catalog/units", nil, &out)
}

// Countries lists the states of the node's catalog.
func (c *Client) Countries(ctx context.Context) (wire.StateList, error) {
	var out wire.StateList
	return out, c.get(ctx, "/catalog/countries", nil, &out)
}

// Factors lists the conversion factors of the node's catalog.
func (c *Client) Factors(ctx context.Context) (wire.FactorList, error) {
	var out wire.FactorList
	return out, c.get(ctx, "/catalog/factors", nil, &out)
}

// Resolve explains what a text means; country is its state when it may be a
// division.
func (c *Client) Resolve(ctx context.Context, text, country string) (wire.ResolutionList, error) {
	q := url.Values{"text": {text}}
	if country != "" {
		q.Set("country", country)
	}
	var out wire.ResolutionList
	return out, c.get(ctx, "/catalog/resolve", q, &out)
}
