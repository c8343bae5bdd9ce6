package client

import (
	"context"
	"net/url"
	"strconv"

	"paiza"
	"paiza/wire"
)

func leveled(s paiza.Slice, by paiza.Grain, level string) url.Values {
	q := wire.FormatSlice(s)
	if by != "" {
		q.Set(wire.KeyBy, string(by))
	}
	if level != "" {
		q.Set(wire.KeyLevel, level)
	}
	return q
}

// Market is the structure of what was seized, by period; level is substance or
// group.
func (c *Client) Market(ctx context.Context, s paiza.Slice, by paiza.Grain, level string) (wire.Market, error) {
	var out wire.Market
	return out, c.get(ctx, "/picture/market", leveled(s, by, level), &out)
}

// Balance is how much was seized inland, at the border and in transit.
func (c *Client) Balance(ctx context.Context, s paiza.Slice, by paiza.Grain, level string) (wire.Balance, error) {
	var out wire.Balance
	return out, c.get(ctx, "/picture/balance", leveled(s, by, level), &out)
}

// Routes is where consignments came from and went to; limit 0 is all.
func (c *Client) Routes(ctx context.Context, s paiza.Slice, limit int) (wire.Routes, error) {
	q := wire.FormatSlice(s)
	q.Set("limit", strconv.Itoa(limit))
	var out wire.Routes
	return out, c.get(ctx, "/picture/routes", q, &out)
}

// Calendar is who reported when.
func (c *Client) Calendar(ctx context.Context, s paiza.Slice) (wire.Calendar, error) {
	var out wire.Calendar
	return out, c.get(ctx, "/picture/calendar", wire.FormatSlice(s), &out)
}

// Coverage sets seizures beside official totals.
func (c *Client) Coverage(ctx context.Context, s paiza.Slice) (wire.Coverage, error) {
	var out wire.Coverage
	return out, c.get(ctx, "/picture/coverage", wire.FormatSlice(s), &out)
}
