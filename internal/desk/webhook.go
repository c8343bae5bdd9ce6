package desk

import (
	"context"
	"crypto/rand"
	"net/url"
	"strconv"
	"strings"
	"time"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/store"
	"paiza/wire"
)

// A webhook belongs to a person: it is sent what he may know of, with the rights
// that he has when it is sent. Who looks after the node sees that it exists and
// may pause or remove it. webhook_send.go is how events are sent.

// CreateWebhook makes a webhook and answers its secret, which is shown this
// once. Who makes one has just proved that it is he: it goes on when he is away.
func (d *Desk) CreateWebhook(ctx context.Context, who paiza.Actor, in paiza.NewWebhook) (paiza.Webhook, string, error) {
	none := paiza.Webhook{}
	if who.Anonymous() {
		return none, "", &paiza.Error{Kind: paiza.ErrForbidden, Key: "api.sign_in"}
	}
	if !access.SteppedUp(who, d.now()) {
		return none, "", errStepUp()
	}
	if _, err := d.store.Person(ctx, who.ID); err != nil {
		return none, "", err // the operator has no account of his own
	}
	in.URL = strings.TrimSpace(in.URL)
	fields := in.Validate(append(EventKinds(), EventTypes()...))
	if u, err := url.Parse(in.URL); err == nil && d.dial.URL(u) != nil && len(fields) == 0 {
		fields = append(fields, paiza.FieldError{Field: "url", Key: "webhook.url_denied"})
	}
	if len(fields) > 0 {
		return none, "", &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: fields}
	}
	mine, err := d.store.Webhooks(ctx, who.ID)
	if err != nil {
		return none, "", err
	}
	if len(mine) >= paiza.MaxWebhooks {
		return none, "", paiza.Conflict("webhook.too_many", paiza.Args{"n": paiza.MaxWebhooks})
	}
	var key [32]byte
	rand.Read(key[:])
	secret := wire.FormatWebhookSecret(key[:])
	h := paiza.Webhook{ID: newID(), Person: who.ID, Name: strings.TrimSpace(in.Name), URL: in.URL, Types: in.Types,
		Created: d.now().UTC().Truncate(time.Millisecond), State: paiza.WebhookActive}
	if h.Cursor, err = d.store.LastAct(ctx); err != nil {
		return none, "", err
	}
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "webhook.create", subject: "webhook/" + h.ID, reason: in.Reason, detail: "to " + h.Host() + "; types: " + strings.Join(h.Types, " ")},
			t.InsertWebhook(h, secret)
	})
	return h, secret, err
}

// Webhooks lists one's own webhooks; all lists everybody's, for who operates the
// node.
func (d *Desk) Webhooks(ctx context.Context, who paiza.Actor, all bool) ([]paiza.Webhook, error) {
	person := who.ID
	if all {
		if err := allow(who, paiza.RightOperate); err != nil {
			return nil, err
		}
		person = ""
	} else if who.Anonymous() {
		return nil, &paiza.Error{Kind: paiza.ErrForbidden, Key: "api.sign_in"}
	}
	list, err := d.store.Webhooks(ctx, person)
	out := make([]paiza.Webhook, len(list))
	for i, h := range list {
		out[i] = h.Webhook
	}
	return out, err
}

// deliveriesKept is how many attempts are kept of each webhook.
const deliveriesKept = 200

// WebhookDetail is a webhook with its newest attempts, newest first.
type WebhookDetail struct {
	paiza.Webhook
	Own        bool // it is the actor's
	Deliveries []paiza.WebhookDelivery
}

// Webhook reads one webhook.
func (d *Desk) Webhook(ctx context.Context, who paiza.Actor, id string) (WebhookDetail, error) {
	h, err := d.webhookFor(ctx, who, id)
	if err != nil {
		return WebhookDetail{}, err
	}
	out := WebhookDetail{Webhook: h, Own: h.Person == who.ID}
	out.Deliveries, err = d.store.Deliveries(ctx, h.ID, deliveriesKept)
	return out, err
}

// webhookFor reads a webhook that is the actor's, or any for who operates the
// node. To anybody else it does not exist.
func (d *Desk) webhookFor(ctx context.Context, who paiza.Actor, id string) (paiza.Webhook, error) {
	h, err := d.store.Webhook(ctx, id)
	if err != nil {
		return paiza.Webhook{}, err
	}
	if h.Person != who.ID && allow(who, paiza.RightOperate) != nil {
		return paiza.Webhook{}, paiza.NotFound("webhook", id)
	}
	return h.Webhook, nil
}

// changeWebhook changes a webhook as one act. own says that only its owner may.
func (d *Desk) changeWebhook(ctx context.Context, who paiza.Actor, action, id, reason string, own bool, do func(h *store.HeldWebhook) (detail string, err error)) (paiza.Webhook, error) {
	h, err := d.webhookFor(ctx, who, id)
	if err != nil {
		return h, err
	}
	if own && h.Person != who.ID {
		return h, &paiza.Error{Kind: paiza.ErrForbidden, Key: "webhook.owner_only"}
	}
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		now, err := t.Webhook(id)
		if err != nil {
			return entry{}, err
		}
		detail, err := do(&now)
		if err != nil {
			return entry{}, err
		}
		h = now.Webhook
		return entry{action: action, subject: "webhook/" + id, reason: reason, detail: detail}, t.SetWebhook(now)
	})
	return h, err
}

// PauseWebhook stops sending. Events wait in the ledger.
func (d *Desk) PauseWebhook(ctx context.Context, who paiza.Actor, id, reason string) (paiza.Webhook, error) {
	return d.changeWebhook(ctx, who, "webhook.pause", id, reason, false, func(h *store.HeldWebhook) (string, error) {
		if h.State != paiza.WebhookActive {
			return "", paiza.Conflict("webhook.not_active", nil)
		}
		h.State = paiza.WebhookPaused
		return "", nil
	})
}

// ResumeWebhook goes on after the last event that was done with.
func (d *Desk) ResumeWebhook(ctx context.Context, who paiza.Actor, id, reason string) (paiza.Webhook, error) {
	return d.changeWebhook(ctx, who, "webhook.resume", id, reason, false, func(h *store.HeldWebhook) (string, error) {
		if h.State == paiza.WebhookActive {
			return "", paiza.Conflict("webhook.is_active", nil)
		}
		h.State, h.Failures, h.Since, h.Next = paiza.WebhookActive, 0, time.Time{}, time.Time{}
		return "after " + strconv.FormatInt(h.Cursor, 10), nil
	})
}

// TestWebhook asks for one message of type webhook.test, whatever the state of
// the webhook. What came of it stands among the attempts.
func (d *Desk) TestWebhook(ctx context.Context, who paiza.Actor, id string) (paiza.Webhook, error) {
	return d.changeWebhook(ctx, who, "webhook.test", id, "", true, func(h *store.HeldWebhook) (string, error) {
		if h.Test != "" {
			return "", paiza.Conflict("webhook.test_waits", nil)
		}
		h.Test = "test-" + newID()
		return "", nil
	})
}

// ReplayWebhook sends the events after a number again, in their order.
func (d *Desk) ReplayWebhook(ctx context.Context, who paiza.Actor, id string, after int64, reason string) (paiza.Webhook, error) {
	last, err := d.store.LastAct(ctx)
	if err != nil {
		return paiza.Webhook{}, err
	}
	return d.changeWebhook(ctx, who, "webhook.replay", id, reason, true, func(h *store.HeldWebhook) (string, error) {
		// Where the ledger ends is not for everybody: a later number is the end.
		after = min(max(after, 0), last)
		was := h.Cursor
		// A message that is under way belongs to the earlier order: its sender loses
		// the webhook and does not move the cursor.
		h.Cursor, h.Failures, h.Since, h.Next, h.Holder, h.Until = after, 0, time.Time{}, time.Time{}, "", time.Time{}
		return "after " + strconv.FormatInt(after, 10) + ", was " + strconv.FormatInt(was, 10), nil
	})
}

// RemoveWebhook removes a webhook with its secret and its attempts.
func (d *Desk) RemoveWebhook(ctx context.Context, who paiza.Actor, id, reason string) error {
	h, err := d.webhookFor(ctx, who, id)
	if err != nil {
		return err
	}
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "webhook.remove", subject: "webhook/" + h.ID, reason: reason, detail: "to " + h.Host() + " of person/" + h.Person}, t.RemoveWebhook(h.ID)
	})
}
