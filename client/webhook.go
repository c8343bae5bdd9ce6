package client

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"paiza/wire"
)

// maxWebhookBody bounds the body of a message to a webhook.
const maxWebhookBody = 64 << 10

// VerifyWebhook reads what a node sent to a webhook and proves that it came from
// there: signed with the webhook's secret, and within the last five minutes. It
// consumes the body. The id of the message is that of its event; an event may
// come twice. Everything else is wire.ErrWebhook and must not be believed.
func VerifyWebhook(r *http.Request, secret string, now time.Time) (wire.WebhookMessage, error) {
	var m wire.WebhookMessage
	key, err := wire.ParseWebhookSecret(secret)
	if err != nil {
		return m, err
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxWebhookBody+1))
	if err != nil {
		return m, err
	}
	if len(body) > maxWebhookBody {
		return m, wire.ErrWebhook
	}
	id := r.Header.Get(wire.HeaderWebhookID)
	if err := wire.CheckWebhook(key, id, r.Header.Get(wire.HeaderWebhookTimestamp), r.Header.Get(wire.HeaderWebhookSignature), body, now); err != nil {
		return m, err
	}
	if json.Unmarshal(body, &m) != nil || m.Data.ID != id {
		return wire.WebhookMessage{}, wire.ErrWebhook
	}
	return m, nil
}

// Webhooks lists one's own webhooks; all lists everybody's.
func (c *Client) Webhooks(ctx context.Context, all bool) (wire.WebhookList, error) {
	q := url.Values{}
	if all {
		q.Set("all", strconv.FormatBool(all))
	}
	var out wire.WebhookList
	return out, c.get(ctx, "/webhooks", q, &out)
}

// Webhook reads one webhook.
func (c *Client) Webhook(ctx context.Context, id string) (wire.Webhook, error) {
	var out wire.Webhook
	return out, c.get(ctx, "/webhooks/"+url.PathEscape(id), nil, &out)
}

// Deliveries lists the newest attempts to send to a webhook, newest first.
func (c *Client) Deliveries(ctx context.Context, id string) (wire.DeliveryList, error) {
	var out wire.DeliveryList
	return out, c.get(ctx, "/webhooks/"+url.PathEscape(id)+"/deliveries", nil, &out)
}

// PauseWebhook stops sending.
func (c *Client) PauseWebhook(ctx context.Context, id string) (wire.Webhook, error) {
	return c.onWebhook(ctx, id, "pause", nil)
}

// ResumeWebhook goes on after the last event that was done with.
func (c *Client) ResumeWebhook(ctx context.Context, id string) (wire.Webhook, error) {
	return c.onWebhook(ctx, id, "resume", nil)
}

// TestWebhook asks for one message of type webhook.test.
func (c *Client) TestWebhook(ctx context.Context, id string) (wire.Webhook, error) {
	return c.onWebhook(ctx, id, "test", nil)
}

// ReplayWebhook sends the events after an id again.
func (c *Client) ReplayWebhook(ctx context.Context, id string, in wire.Replay) (wire.Webhook, error) {
	return c.onWebhook(ctx, id, "replay", in)
}

func (c *Client) onWebhook(ctx context.Context, id, what string, in any) (wire.Webhook, error) {
	var out wire.Webhook
	return out, c.post(ctx, "/webhooks/"+url.PathEscape(id)+"/"+what, in, &out)
}

// RemoveWebhook removes a webhook at once.
func (c *Client) RemoveWebhook(ctx context.Context, id string) error {
	return c.into(ctx, call{method: http.MethodDelete, path: "/webhooks/" + url.PathEscape(id)}, nil)
}
