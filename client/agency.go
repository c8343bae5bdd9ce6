package client

import (
	"context"

	"paiza/wire"
)

// Agencies lists the agencies of the node.
func (c *Client) Agencies(ctx context.Context) (wire.AgencyList, error) {
	var out wire.AgencyList
	return out, c.get(ctx, "/agencies", nil, &out)
}
