package paiza

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// WebhookState is whether a webhook is sent to.
type WebhookState string

// The states of a webhook.
const (
	WebhookActive   WebhookState = "active"
	WebhookPaused   WebhookState = "paused"   // by a person
	WebhookDisabled WebhookState = "disabled" // by the node: its receiver did not answer for days, or its owner is out
)

// Webhook is an address of a person's program to which the node sends the
// events that this person may know of, in their order.
type Webhook struct {
	ID     string
	Person string // id of its owner, whose rights decide what is sent
	Name   string
	URL    string
	// Types narrow what is sent: a type of event, or its first word for all of a
	// kind. None sends every type.
	Types   []string
	Created time.Time
	State   WebhookState
	// Cursor is the number of the last event that is done with.
	Cursor   int64
	Failures int       // attempts in a row that failed
	Since    time.Time // of the first of them; zero when the last attempt succeeded
	Next     time.Time // not before
	Test     string    // id of a test that was asked for and not sent yet
}

// Wants reports whether the webhook is told of events of a type.
func (h Webhook) Wants(kind string) bool {
	if len(h.Types) == 0 {
		return true
	}
	first, _, _ := strings.Cut(kind, ".")
	return slices.Contains(h.Types, kind) || slices.Contains(h.Types, first)
}

// Host is where the webhook leads, without the path, which may hold a secret of
// the receiver.
func (h Webhook) Host() string {
	u, err := url.Parse(h.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

// Limits of webhooks.
const (
	MaxWebhooks   = 20 // of one person
	MaxWebhookURL = 500
)

// NewWebhook is what a person gives to make a webhook.
type NewWebhook struct {
	Name   string
	URL    string
	Types  []string
	Reason string
}

// Validate checks the form; known are the types of events and their first words.
func (in NewWebhook) Validate(known []string) []FieldError {
	var fields []FieldError
	if n := len(strings.TrimSpace(in.Name)); n == 0 || n > 200 {
		fields = append(fields, FieldError{Field: "name", Key: "webhook.name_form"})
	}
	if !webhookAddress(in.URL) {
		fields = append(fields, FieldError{Field: "url", Key: "webhook.url_form"})
	}
	for i, kind := range in.Types {
		if !slices.Contains(known, kind) || slices.Contains(in.Types[:i], kind) {
			fields = append(fields, FieldError{Field: "types", Key: "error.choice_unknown", Args: Args{"value": kind}})
		}
	}
	return fields
}

func webhookAddress(text string) bool {
	if len(text) > MaxWebhookURL {
		return false
	}
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil && u.Fragment == "" && u.Opaque == ""
}

// DeliveryOutcome is what came of one attempt to send an event.
type DeliveryOutcome string

// The outcomes of an attempt.
const (
	DeliveryDone        DeliveryOutcome = "done"        // the receiver answered 2xx
	DeliveryRefused     DeliveryOutcome = "refused"     // it answered something else
	DeliveryUnreachable DeliveryOutcome = "unreachable" // it did not answer in time
	DeliveryForbidden   DeliveryOutcome = "forbidden"   // the node does not send to such an address
)

// WebhookDelivery is one attempt to send an event to a webhook. What was sent or
// answered is not kept.
type WebhookDelivery struct {
	Num     int64
	Webhook string
	Event   string // id of the event or of the test
	Type    string
	Attempt int // of this event, from 1
	At      time.Time
	Took    time.Duration
	Status  int // of HTTP; 0 when there was no answer
	Outcome DeliveryOutcome
}
