package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"paiza"
)

// The headers of what is sent to a webhook (Standard Webhooks 1.0.0).
const (
	HeaderWebhookID        = "Webhook-Id"        // id of the event: the same when it is sent again
	HeaderWebhookTimestamp = "Webhook-Timestamp" // of the attempt, seconds since 1970
	HeaderWebhookSignature = "Webhook-Signature" // v1, and base64 of HMAC-SHA256; several separated by spaces
)

// webhookSecretPrefix marks the secret of a webhook.
const webhookSecretPrefix = "whsec_"

// Limits of the headers, in bytes.
const (
	maxWebhookID        = 200
	maxWebhookSignature = 2000
	maxWebhookSecret    = 64 // of the key, without its prefix and before base64
)

// WebhookTolerance is how old or how far ahead an attempt may be when it is
// received. An older one may be a copy that somebody kept.
const WebhookTolerance = 5 * time.Minute

// FormatWebhookSecret writes a key as its owner is shown it.
func FormatWebhookSecret(key []byte) string {
	return webhookSecretPrefix + base64.StdEncoding.EncodeToString(key)
}

// ErrWebhook is the refusal of something that claims to come from a node: its
// secret or its signature is malformed or wrong, or it is too old.
var ErrWebhook = errors.New("webhook: not from the node, or not now")

// ParseWebhookSecret is the inverse of FormatWebhookSecret; the answer is
// ErrWebhook for a text that is no such secret.
func ParseWebhookSecret(text string) ([]byte, error) {
	body, ok := strings.CutPrefix(text, webhookSecretPrefix)
	if !ok || len(body) > base64.StdEncoding.EncodedLen(maxWebhookSecret) || strings.ContainsAny(body, "\r\n") {
		return nil, ErrWebhook
	}
	key, err := base64.StdEncoding.Strict().DecodeString(body)
	if err != nil || len(key) < 24 || len(key) > maxWebhookSecret {
		return nil, ErrWebhook
	}
	return key, nil
}

// FormatWebhookTime writes the time of an attempt as its header has it.
func FormatWebhookTime(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

// SignWebhook is the signature of a body sent at a time.
func SignWebhook(key []byte, id string, at time.Time, body []byte) string {
	return "v1," + base64.StdEncoding.EncodeToString(webhookMAC(key, id, FormatWebhookTime(at), body))
}

func webhookMAC(key []byte, id, at string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + at + "."))
	mac.Write(body)
	return mac.Sum(nil)
}

// CheckWebhook answers nil when one of the signatures of a header is that of
// the body under the key, and it was sent about now.
func CheckWebhook(key []byte, id, timestamp, signature string, body []byte, now time.Time) error {
	if id == "" || len(id) > maxWebhookID || len(timestamp) > 20 || len(signature) > maxWebhookSignature {
		return ErrWebhook
	}
	sent, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || sent < 0 || sent > 1<<40 {
		return ErrWebhook
	}
	if d := now.Sub(time.Unix(sent, 0)); d > WebhookTolerance || d < -WebhookTolerance {
		return ErrWebhook
	}
	want := webhookMAC(key, id, timestamp, body)
	for _, one := range strings.Fields(signature) {
		text, ok := strings.CutPrefix(one, "v1,")
		if !ok {
			continue
		}
		got, err := base64.StdEncoding.Strict().DecodeString(text)
		if err == nil && hmac.Equal(got, want) {
			return nil
		}
	}
	return ErrWebhook
}

// WebhookMessage is the body of what is sent to a webhook.
type WebhookMessage struct {
	Type string    `json:"type" example:"seizure.record" doc:"Of the event; webhook.test for a test."`
	Time time.Time `json:"timestamp" doc:"Of the event."`
	Data ActEvent  `json:"data"`
}

// WebhookTest is the type of the message that the button for a test sends.
const WebhookTest = "webhook.test"

// Webhook is an address to which the node sends events, without its secret.
type Webhook struct {
	ID       string             `json:"id"`
	Person   string             `json:"person" doc:"Id of its owner, whose rights decide what is sent."`
	Name     string             `json:"name" example:"situation board"`
	URL      string             `json:"url,omitempty" doc:"Absent to who is not the owner."`
	Host     string             `json:"host"`
	Types    []string           `json:"types,omitempty" doc:"What is sent: types of events or their first words; absent for every type."`
	Created  time.Time          `json:"created"`
	State    paiza.WebhookState `json:"state" doc:"active, paused by a person, or disabled by the node."`
	Failures int                `json:"failures" doc:"Attempts in a row that failed."`
	Since    *time.Time         `json:"since,omitempty" doc:"Of the first of them."`
	Next     *time.Time         `json:"next,omitempty" doc:"Of the next attempt, after a failure."`
}

// FromWebhook gives a webhook its shape; own shows its whole address.
func FromWebhook(h paiza.Webhook, own bool) Webhook {
	out := Webhook{ID: h.ID, Person: h.Person, Name: h.Name, Host: h.Host(), Types: h.Types, Created: h.Created.UTC(), State: h.State,
		Failures: h.Failures, Since: instant(h.Since)}
	if own {
		out.URL = h.URL
	}
	if h.Failures > 0 {
		out.Next = instant(h.Next)
	}
	return out
}

// WebhookList is webhooks by name.
type WebhookList struct {
	Webhooks []Webhook `json:"webhooks"`
}

// NewWebhook makes a webhook.
type NewWebhook struct {
	Name   string   `json:"name" example:"situation board"`
	URL    string   `json:"url" example:"https://board.example/paiza" doc:"https; http only to an address of the node's own machine that the operator allows."`
	Types  []string `json:"types,omitempty" example:"[\"seizure\",\"alert.raise\"]" doc:"Types of events or their first words; every type when not given."`
	Reason string   `json:"reason,omitempty"`
}

// ToNewWebhook is the form as the desk takes it.
func (n NewWebhook) ToNewWebhook() paiza.NewWebhook {
	return paiza.NewWebhook{Name: n.Name, URL: n.URL, Types: n.Types, Reason: n.Reason}
}

// MadeWebhook is a new webhook with its secret, which is answered this once.
type MadeWebhook struct {
	Webhook
	Secret string `json:"secret" doc:"Checks the signatures of what is sent."`
}

// Replay sends events again.
type Replay struct {
	After  string `json:"after" example:"1000" doc:"Events after this one are sent again; 0 for all."`
	Reason string `json:"reason,omitempty"`
}

// Delivery is one attempt to send an event.
type Delivery struct {
	Num     int64                 `json:"num"`
	Event   string                `json:"event" doc:"Id of the event or of the test."`
	Type    string                `json:"type"`
	Attempt int                   `json:"attempt" doc:"Of this event, from 1."`
	At      time.Time             `json:"at"`
	Took    int64                 `json:"took_ms"`
	Status  int                   `json:"status,omitempty" doc:"Of HTTP; absent when there was no answer."`
	Outcome paiza.DeliveryOutcome `json:"outcome" doc:"done, refused, unreachable, or forbidden by the node's own rules for addresses."`
}

// DeliveryList is the newest attempts, newest first.
type DeliveryList struct {
	Deliveries []Delivery `json:"deliveries"`
}

// FromDelivery gives an attempt its shape.
func FromDelivery(d paiza.WebhookDelivery) Delivery {
	return Delivery{Num: d.Num, Event: d.Event, Type: d.Type, Attempt: d.Attempt, At: d.At.UTC(), Took: d.Took.Milliseconds(), Status: d.Status, Outcome: d.Outcome}
}
