package client

import (
	"context"
	"net/url"
	"strconv"

	"paiza"
	"paiza/wire"
)

// Alerts reads a page of alerts, newest first, at most n; after is the cursor of
// the page before.
func (c *Client) Alerts(ctx context.Context, f paiza.AlertFilter, after string, n int) (wire.AlertList, error) {
	q := wire.FormatAlerts(f)
	q.Set("limit", strconv.Itoa(n))
	if after != "" {
		q.Set(wire.KeyAfter, after)
	}
	var out wire.AlertList
	return out, c.get(ctx, "/alerts", q, &out)
}

// Alert reads one alert.
func (c *Client) Alert(ctx context.Context, id string) (wire.Alert, error) {
	var out wire.Alert
	return out, c.get(ctx, "/alerts/"+url.PathEscape(id), nil, &out)
}

// AlertAt reads an alert as it was at a version.
func (c *Client) AlertAt(ctx context.Context, id string, version int64) (wire.Alert, error) {
	var out wire.Alert
	return out, c.get(ctx, "/alerts/"+url.PathEscape(id)+"/versions/"+strconv.FormatInt(version, 10), nil, &out)
}

// RaiseAlert raises an alert.
func (c *Client) RaiseAlert(ctx context.Context, in wire.NewAlert) (wire.Alert, error) {
	var out wire.Alert
	return out, c.post(ctx, "/alerts", in, &out)
}

// CorrectAlert corrects an alert that is at the version; 0 is any.
func (c *Client) CorrectAlert(ctx context.Context, id string, version int64, in wire.NewAlert) (wire.Alert, error) {
	var out wire.Alert
	return out, c.put(ctx, "/alerts/"+url.PathEscape(id), at(version), in, &out)
}

// RelabelAlert changes how an alert is handled that is at the version.
func (c *Client) RelabelAlert(ctx context.Context, id string, version int64, in wire.Relabel) (wire.Alert, error) {
	var out wire.Alert
	return out, c.act(ctx, "/alerts/"+url.PathEscape(id)+"/relabel", version, in, &out)
}

// WithdrawAlert takes an alert back that is at the version.
func (c *Client) WithdrawAlert(ctx context.Context, id string, version int64, reason string) (wire.Alert, error) {
	var out wire.Alert
	return out, c.act(ctx, "/alerts/"+url.PathEscape(id)+"/withdraw", version, wire.Why{Reason: reason}, &out)
}
