package desk

import (
	"context"
	"sync"
	"time"

	"paiza"
	"paiza/internal/store"
)

// repeatFor is how long the answer to a request with an Idempotency-Key is kept.
const repeatFor = 24 * time.Hour

// repeatHold is how long a request may be at work in a process of another
// machine, of which nobody can say whether it lives.
const repeatHold = time.Hour

// Repeat is a request with an Idempotency-Key and what was answered to it.
type Repeat = store.Repeat

// RepeatDone is the status of a request whose act is in the ledger and whose
// answer was lost with its process; its Subject is what the act was on.
const RepeatDone = store.RepeatDone

// underway are the named requests that this process works on.
type underway struct {
	mu   sync.Mutex
	list map[named]bool
}

type named struct{ actor, key string }

// begin reports whether nobody here works on it yet.
func (u *underway) begin(n named) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.list[n] {
		return false
	}
	if u.list == nil {
		u.list = map[named]bool{}
	}
	u.list[n] = true
	return true
}

func (u *underway) end(n named) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.list, n)
}

type repeatKey struct{}

// Named is the context in which the act of a request with an Idempotency-Key is
// done: its transaction notes that it is.
func Named(ctx context.Context, who paiza.Actor, key string) context.Context {
	return context.WithValue(ctx, repeatKey{}, named{who.ID, key})
}

// noteRepeat notes that the act of a named request is done. What the node does by
// itself on the way is none.
func noteRepeat(ctx context.Context, t *store.Tx, who paiza.Actor, subject string) error {
	if n, ok := ctx.Value(repeatKey{}).(named); ok && n.actor == who.ID {
		return t.DoneRepeat(n.actor, n.key, subject)
	}
	return nil
}

// BeginRepeat claims a caller's key for a request with this fingerprint. begun
// says that he is the first and does the work in the context of Named, which
// FinishRepeat or DropRepeat ends; otherwise the earlier answer comes back, or
// RepeatDone. Another fingerprint under the same key is invalid, one still at
// work a conflict. A key whose process died before its act is free.
func (d *Desk) BeginRepeat(ctx context.Context, who paiza.Actor, key string, fingerprint []byte) (earlier Repeat, begun bool, err error) {
	if who.Anonymous() {
		return Repeat{}, false, &paiza.Error{Kind: paiza.ErrForbidden, Key: "api.sign_in"}
	}
	now, n := d.now(), named{who.ID, key}
	// Before the store is asked: what it says of this process is compared with what
	// this process knows.
	mine := d.repeats.begin(n)
	earlier, begun, err = d.store.BeginRepeat(ctx, Repeat{Actor: who.ID, Name: key, Fingerprint: fingerprint, At: now}, d.holder, now.Add(-repeatFor),
		func(holder string, at time.Time) bool {
			if holder == d.holder {
				return mine // its end could not be written down
			}
			return diedHere(holder) || now.Sub(at) > repeatHold
		})
	if mine && !begun {
		d.repeats.end(n)
	}
	if err == nil && !begun && earlier.Status == store.RepeatAtWork {
		err = paiza.Conflict("api.repeat_at_work", nil)
	}
	return earlier, begun, err
}

// FinishRepeat keeps what was answered, for whoever asks again within a day.
func (d *Desk) FinishRepeat(ctx context.Context, who paiza.Actor, key string, status int, header map[string]string, body []byte) error {
	defer d.repeats.end(named{who.ID, key})
	return d.store.FinishRepeat(context.WithoutCancel(ctx), Repeat{Actor: who.ID, Name: key, Status: status, Header: header, Body: body})
}

// DropRepeat gives the key free, unless the act was done after all: then its
// answer was a fault on the way back.
func (d *Desk) DropRepeat(ctx context.Context, who paiza.Actor, key string) error {
	defer d.repeats.end(named{who.ID, key})
	return d.store.DropRepeat(context.WithoutCancel(ctx), who.ID, key)
}
