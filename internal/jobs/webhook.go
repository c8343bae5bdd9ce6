package jobs

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/dial"
	"paiza/wire"
)

// Webhooks sends events to the webhooks of a node. What is sent, and who of
// several processes sends it, is the desk's.
type Webhooks struct {
	desk   *desk.Desk
	log    *slog.Logger
	caller *dial.Caller
	look   time.Duration
	now    func() time.Time
	work   sync.WaitGroup
	turn   chan struct{} // bounds the calls at once
}

const (
	// webhookLook is how often the store is asked for what is due when no event
	// wakes the sender: for tests, and for what is tried again.
	webhookLook = 2 * time.Second
	// webhooksAtOnce is how many receivers are called at once.
	webhooksAtOnce = 8
)

// NewWebhooks makes a sender that calls addresses within what the operator
// allows.
func NewWebhooks(d *desk.Desk, log *slog.Logger, allow dial.Allow) *Webhooks {
	return &Webhooks{desk: d, log: log, caller: dial.NewCaller(allow), look: webhookLook, now: time.Now, turn: make(chan struct{}, webhooksAtOnce)}
}

// Run sends what is due until the context ends, and then waits for the calls
// under way.
func (s *Webhooks) Run(ctx context.Context) {
	defer s.caller.Close()
	defer s.work.Wait()
	watch := s.desk.Watch()
	defer watch.Close()
	tick := time.NewTicker(s.look)
	defer tick.Stop()
	for {
		due, err := s.desk.DueWebhooks(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Error("webhooks were not looked at", "error", err)
		}
		for _, id := range due {
			s.begin(ctx, id)
		}
		select {
		case <-ctx.Done():
			return
		case <-watch.C:
		case <-tick.C:
		}
	}
}

// begin takes one webhook, when there is room for a call, and sends to it.
func (s *Webhooks) begin(ctx context.Context, id string) {
	select {
	case s.turn <- struct{}{}:
	default:
		return // looked at again
	}
	claim, err := s.desk.ClaimWebhook(ctx, id)
	if err != nil && ctx.Err() == nil && !errors.Is(err, paiza.ErrNotFound) {
		s.log.Error("a webhook was not claimed", "webhook", id, "error", err)
	}
	if claim == nil {
		<-s.turn
		return
	}
	s.work.Go(func() {
		defer func() { <-s.turn }()
		err := s.sendAll(ctx, id, claim)
		// What was lost meanwhile is another's; what was removed is nobody's.
		if err != nil && ctx.Err() == nil && !errors.Is(err, paiza.ErrConflict) && !errors.Is(err, paiza.ErrNotFound) {
			s.log.Error("events were not sent to a webhook", "webhook", id, "error", err)
		}
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := claim.Release(last); err != nil && !errors.Is(err, paiza.ErrConflict) && !errors.Is(err, paiza.ErrNotFound) {
			s.log.Warn("a webhook was not given back", "webhook", id, "error", err)
		}
	})
}

// sendAll sends one message after the other until nothing is left or one is not
// received.
func (s *Webhooks) sendAll(ctx context.Context, id string, claim *desk.WebhookClaim) error {
	for ctx.Err() == nil {
		call, err := claim.Next(ctx)
		if err != nil || call == nil {
			return err
		}
		began := time.Now()
		outcome, status := s.send(ctx, call)
		if ctx.Err() != nil && outcome != paiza.DeliveryDone {
			return nil // the node stops: that is no failure of the receiver
		}
		if outcome != paiza.DeliveryDone {
			s.log.Info("a message was not received at a webhook", "webhook", id, "kind", string(outcome), "status", status)
		}
		if err := claim.Done(context.WithoutCancel(ctx), call, outcome, status, time.Since(began)); err != nil {
			return err
		}
	}
	return nil
}

// send makes one call.
func (s *Webhooks) send(ctx context.Context, call *desk.WebhookCall) (paiza.DeliveryOutcome, int) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, call.URL, bytes.NewReader(call.Body))
	if err != nil {
		return paiza.DeliveryForbidden, 0
	}
	at := s.now()
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "paiza")
	r.Header.Set(wire.HeaderWebhookID, call.ID)
	r.Header.Set(wire.HeaderWebhookTimestamp, wire.FormatWebhookTime(at))
	r.Header.Set(wire.HeaderWebhookSignature, wire.SignWebhook(call.Key, call.ID, at, call.Body))
	switch status, err := s.caller.Send(r); {
	case errors.Is(err, dial.ErrForbidden):
		return paiza.DeliveryForbidden, 0
	case err != nil:
		return paiza.DeliveryUnreachable, 0
	case status/100 == 2:
		return paiza.DeliveryDone, status
	default:
		return paiza.DeliveryRefused, status
	}
}
