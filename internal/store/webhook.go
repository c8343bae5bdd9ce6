package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"paiza"
)

const (
	webhookColumns  = "id, person, name, url, types, created, state, reached, failures, since, next, test, holder, until"
	deliveryColumns = "num, webhook, event, type, attempt, at, took, status, outcome"
)

// webhookSecret names the sealed setting that is the secret of a webhook.
func webhookSecret(id string) string { return "webhook_secret/" + id }

// HeldWebhook is a webhook with the process that sends to it now.
type HeldWebhook struct {
	paiza.Webhook
	Holder string
	Until  time.Time
}

// InsertWebhook writes a new webhook and its secret.
func (t *Tx) InsertWebhook(h paiza.Webhook, secret string) error {
	_, err := t.exec(insertText("webhook", strings.Split(webhookColumns, ", ")), h.ID, h.Person, h.Name, h.URL, strings.Join(h.Types, " "),
		millis(h.Created), string(h.State), h.Cursor, h.Failures, millis(h.Since), millis(h.Next), h.Test, "", 0)
	if err != nil {
		return err
	}
	return t.SetSecret(webhookSecret(h.ID), secret)
}

// SetWebhook writes what may change of a webhook.
func (t *Tx) SetWebhook(h HeldWebhook) error {
	_, err := t.exec("UPDATE webhook SET state = $1, reached = $2, failures = $3, since = $4, next = $5, test = $6, holder = $7, until = $8 WHERE id = $9",
		string(h.State), h.Cursor, h.Failures, millis(h.Since), millis(h.Next), h.Test, h.Holder, millis(h.Until), h.ID)
	return err
}

// RemoveWebhook removes a webhook, its secret and what is known of its
// deliveries.
func (t *Tx) RemoveWebhook(id string) error {
	for _, query := range []string{"DELETE FROM webhook WHERE id = $1", "DELETE FROM delivery WHERE webhook = $1"} {
		if _, err := t.exec(query, id); err != nil {
			return err
		}
	}
	_, err := t.exec("DELETE FROM meta WHERE name = $1", webhookSecret(id))
	return err
}

// Webhook reads one webhook for a change of it: its row is locked until the
// transaction ends.
func (t *Tx) Webhook(id string) (HeldWebhook, error) {
	// An update that changes nothing is the lock that both engines know.
	if _, err := t.exec("UPDATE webhook SET reached = reached WHERE id = $1", id); err != nil {
		return HeldWebhook{}, err
	}
	h, err := scanWebhook(t.row("SELECT "+webhookColumns+" FROM webhook WHERE id = $1", id))
	if errors.Is(err, sql.ErrNoRows) {
		return h, paiza.NotFound("webhook", id)
	}
	return h, err
}

// WebhookSecret is the secret of a webhook as its owner was shown it.
func (t *Tx) WebhookSecret(id string) (string, error) { return t.Secret(webhookSecret(id)) }

// Webhook reads one webhook.
func (s *Store) Webhook(ctx context.Context, id string) (HeldWebhook, error) {
	list, err := s.webhooks(ctx, "WHERE id = $1", id)
	if err == nil && len(list) == 0 {
		err = paiza.NotFound("webhook", id)
	}
	if err != nil {
		return HeldWebhook{}, err
	}
	return list[0], nil
}

// Webhooks lists the webhooks of a person, or of everybody when it is empty, by
// name.
func (s *Store) Webhooks(ctx context.Context, person string) ([]HeldWebhook, error) {
	return s.webhooks(ctx, "WHERE ($1 = '' OR person = $2) ORDER BY name, id", person, person)
}

// DueWebhooks lists the webhooks to which something may have to be sent now:
// a test, or an event that is no newer than head.
func (s *Store) DueWebhooks(ctx context.Context, now time.Time, head int64) ([]HeldWebhook, error) {
	return s.webhooks(ctx, "WHERE test <> '' OR (state = $1 AND next <= $2 AND reached < $3) ORDER BY next, id", string(paiza.WebhookActive), now.UnixMilli(), head)
}

func (s *Store) webhooks(ctx context.Context, rest string, args ...any) ([]HeldWebhook, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+webhookColumns+" FROM webhook "+rest, args...)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []HeldWebhook
	for rows.Next() {
		h, err := scanWebhook(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, diskError(rows.Err())
}

func scanWebhook(row scanner) (h HeldWebhook, err error) {
	var types string
	var created, since, next, until int64
	err = row.Scan(&h.ID, &h.Person, &h.Name, &h.URL, &types, &created, &h.State, &h.Cursor, &h.Failures, &since, &next, &h.Test, &h.Holder, &until)
	h.Types, h.Created, h.Since, h.Next, h.Until = strings.Fields(types), moment(created), moment(since), moment(next), moment(until)
	return h, err
}

// PutDelivery writes an attempt, and forgets all but the newest keep of its
// webhook.
func (t *Tx) PutDelivery(a paiza.WebhookDelivery, keep int) error {
	num, err := t.next("delivery", 1)
	if err != nil {
		return err
	}
	if _, err := t.exec(insertText("delivery", strings.Split(deliveryColumns, ", ")), num, a.Webhook, a.Event, a.Type, a.Attempt, millis(a.At),
		a.Took.Milliseconds(), a.Status, string(a.Outcome)); err != nil {
		return err
	}
	_, err = t.exec("DELETE FROM delivery WHERE webhook = $1 AND num NOT IN (SELECT num FROM delivery WHERE webhook = $2 ORDER BY num DESC LIMIT $3)",
		a.Webhook, a.Webhook, keep)
	return err
}

// Deliveries lists the newest attempts to send to a webhook, newest first.
func (s *Store) Deliveries(ctx context.Context, webhook string, limit int) ([]paiza.WebhookDelivery, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+deliveryColumns+" FROM delivery WHERE webhook = $1 ORDER BY num DESC LIMIT $2", webhook, limit)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []paiza.WebhookDelivery
	for rows.Next() {
		var a paiza.WebhookDelivery
		var at, took int64
		if err := rows.Scan(&a.Num, &a.Webhook, &a.Event, &a.Type, &a.Attempt, &at, &took, &a.Status, &a.Outcome); err != nil {
			return nil, err
		}
		a.At, a.Took = moment(at), time.Duration(took)*time.Millisecond
		out = append(out, a)
	}
	return out, diskError(rows.Err())
}
