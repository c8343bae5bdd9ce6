package desk

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// Package jobs sends; here is what is to be sent next, who of several processes
// sends it, and what is written down of it. Each event is sent until it is
// received, so it may come twice; its id says so. Events of one webhook come in
// their order: the first that is not received holds those behind it.

const (
	// webhookLease is how long a process may be silent before another sends in its
	// place. One call takes less.
	webhookLease = time.Minute
	// webhookPatience is how long a receiver may be away before the webhook is
	// disabled.
	webhookPatience = 72 * time.Hour
)

// DueWebhooks names the webhooks to which something may have to be sent now and
// which no other process has.
func (d *Desk) DueWebhooks(ctx context.Context) ([]string, error) {
	head, err := d.newestEvent(ctx, 0)
	if err != nil {
		return nil, err
	}
	list, err := d.store.DueWebhooks(ctx, d.now(), head)
	var out []string
	for _, h := range list {
		if d.free(h) {
			out = append(out, h.ID)
		}
	}
	return out, err
}

// free reports whether no living process sends to a webhook.
func (d *Desk) free(h store.HeldWebhook) bool {
	return h.Holder == "" || h.Until.Before(d.now()) || diedHere(h.Holder)
}

// WebhookClaim is a webhook to which this process sends and no other.
type WebhookClaim struct {
	d      *Desk
	id     string
	holder string
}

// WebhookCall is one message to send.
type WebhookCall struct {
	ID   string // of the event or the test
	URL  string
	Key  []byte // signs it
	Body []byte

	kind    string
	seq     int64 // of the event; 0 for a test
	attempt int
}

// ClaimWebhook takes a webhook for this process; nil when another has it.
func (d *Desk) ClaimWebhook(ctx context.Context, id string) (*WebhookClaim, error) {
	c := &WebhookClaim{d: d, id: id, holder: d.holder + newID()}
	taken := false
	err := d.store.Write(ctx, func(t *store.Tx) error {
		h, err := t.Webhook(id)
		if err != nil {
			return err
		}
		if taken = d.free(h); !taken {
			return nil
		}
		h.Holder, h.Until = c.holder, d.now().Add(webhookLease)
		return t.SetWebhook(h)
	})
	if err != nil || !taken {
		return nil, err
	}
	return c, nil
}

// mine reads the webhook while this claim has it.
func (c *WebhookClaim) mine(t *store.Tx) (store.HeldWebhook, error) {
	h, err := t.Webhook(c.id)
	if err == nil && h.Holder != c.holder {
		err = paiza.Conflict("job.lost", nil)
	}
	return h, err
}

// Release gives the webhook back.
func (c *WebhookClaim) Release(ctx context.Context) error {
	return c.d.store.Write(ctx, func(t *store.Tx) error {
		h, err := c.mine(t)
		if err != nil {
			return err
		}
		h.Holder, h.Until = "", time.Time{}
		return t.SetWebhook(h)
	})
}

// Next is what to send now; nil when there is nothing. The owner's rights are
// asked for each event. A webhook whose owner is out is disabled.
func (c *WebhookClaim) Next(ctx context.Context) (*WebhookCall, error) {
	h, secret, err := c.renew(ctx)
	if err != nil {
		return nil, err
	}
	key, err := wire.ParseWebhookSecret(secret)
	if err != nil {
		return nil, err
	}
	if h.Test != "" {
		return c.call(h, key, paiza.Event{At: c.d.now(), Type: wire.WebhookTest, Subject: "webhook/" + h.ID}, h.Test, 1)
	}
	if h.State != paiza.WebhookActive || h.Next.After(c.d.now()) {
		return nil, nil
	}
	who, _, err := c.d.Actor(ctx, h.Person, "webhook/"+h.ID)
	if errors.Is(err, paiza.ErrForbidden) || errors.Is(err, paiza.ErrNotFound) {
		return nil, c.disable(ctx, "the owner's account is closed")
	}
	if err != nil {
		return nil, err
	}
	for at := h.Cursor; ; {
		page, err := c.d.Events(ctx, who, at, 1)
		if err != nil {
			return nil, err
		}
		for _, e := range page.Events {
			if h.Wants(e.Type) {
				return c.call(h, key, e, e.ID(), h.Failures+1)
			}
		}
		if page.Next > at {
			at = page.Next
		}
		if !page.More {
			return nil, c.reached(ctx, h.Cursor, at)
		}
	}
}

// renew keeps the webhook for another while.
func (c *WebhookClaim) renew(ctx context.Context) (h store.HeldWebhook, secret string, err error) {
	err = c.d.store.Write(ctx, func(t *store.Tx) error {
		if h, err = c.mine(t); err != nil {
			return err
		}
		if secret, err = t.WebhookSecret(c.id); err != nil {
			return err
		}
		h.Until = c.d.now().Add(webhookLease)
		return t.SetWebhook(h)
	})
	return h, secret, err
}

// reached moves past events that are not for this webhook.
func (c *WebhookClaim) reached(ctx context.Context, from, to int64) error {
	if to <= from {
		return nil
	}
	return c.d.store.Write(ctx, func(t *store.Tx) error {
		h, err := c.mine(t)
		if err != nil {
			return err
		}
		h.Cursor = to
		return t.SetWebhook(h)
	})
}

func (c *WebhookClaim) call(h store.HeldWebhook, key []byte, e paiza.Event, id string, attempt int) (*WebhookCall, error) {
	m := wire.WebhookMessage{Type: e.Type, Time: e.At.UTC(), Data: wire.FromActEvent(e)}
	m.Data.ID = id
	body, err := json.Marshal(m)
	return &WebhookCall{ID: id, URL: h.URL, Key: key, Body: body, kind: e.Type, seq: e.Seq, attempt: attempt}, err
}

// Done writes down what came of a call. After a failure the same event is tried
// again, later each time; a receiver that is away for three days disables its
// webhook. A test changes neither.
func (c *WebhookClaim) Done(ctx context.Context, call *WebhookCall, outcome paiza.DeliveryOutcome, status int, took time.Duration) error {
	now, tooLong := c.d.now(), false
	err := c.d.store.Write(ctx, func(t *store.Tx) error {
		h, err := c.mine(t)
		if err != nil {
			return err
		}
		switch {
		case call.seq == 0:
			h.Test = ""
		case outcome == paiza.DeliveryDone:
			h.Cursor, h.Failures, h.Since, h.Next = call.seq, 0, time.Time{}, time.Time{}
		default:
			if h.Since.IsZero() {
				h.Since = now
			}
			h.Failures++
			h.Next = now.Add(webhookRetry(h.Failures))
			tooLong = now.Sub(h.Since) >= webhookPatience
		}
		if err := t.SetWebhook(h); err != nil {
			return err
		}
		return t.PutDelivery(paiza.WebhookDelivery{Webhook: c.id, Event: call.ID, Type: call.kind, Attempt: call.attempt, At: now, Took: took,
			Status: status, Outcome: outcome}, deliveriesKept)
	})
	if err == nil && tooLong {
		err = c.disable(ctx, "the receiver was away for three days")
	}
	return err
}

// webhookRetry is how long an event waits after so many failures in a row.
func webhookRetry(failures int) time.Duration {
	steps := []time.Duration{0, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour}
	return steps[min(failures, len(steps)-1)]
}

// disable ends sending as an act of the node.
func (c *WebhookClaim) disable(ctx context.Context, why string) error {
	return c.d.act(ctx, paiza.Operator("node"), func(t *store.Tx) (entry, error) {
		h, err := c.mine(t)
		if err != nil {
			return entry{}, err
		}
		h.State = paiza.WebhookDisabled
		c.d.log.Warn("a webhook was disabled", "webhook", c.id, "why", why)
		return entry{action: "webhook.disable", subject: "webhook/" + c.id, detail: why}, t.SetWebhook(h)
	})
}
