package desk

import (
	"context"
	"time"

	"paiza"
	"paiza/internal/store"
)

// repeatFor is how long the answer to a request with an Idempotency-Key is kept.
const repeatFor = 24 * time.Hour

// Repeat is a request with an Idempotency-Key and what was answered to it.
type Repeat = store.Repeat

// BeginRepeat claims a caller's key for a request with this fingerprint. begun
// says that he is the first and does the work, which FinishRepeat or DropRepeat
// ends; otherwise the earlier answer comes back. Another fingerprint under the
// same key is invalid, one still at work a conflict.
func (d *Desk) BeginRepeat(ctx context.Context, who paiza.Actor, key string, fingerprint []byte) (earlier Repeat, begun bool, err error) {
	if who.Anonymous() {
		return Repeat{}, false, &paiza.Error{Kind: paiza.ErrForbidden, Key: "api.sign_in"}
	}
	now := d.now()
	earlier, begun, err = d.store.BeginRepeat(ctx, Repeat{Actor: who.ID, Name: key, Fingerprint: fingerprint, At: now}, now.Add(-repeatFor))
	if err == nil && !begun && earlier.Status == 0 {
		err = paiza.Conflict("api.repeat_at_work", nil)
	}
	return earlier, begun, err
}

// FinishRepeat keeps what was answered, for whoever asks again within a day.
func (d *Desk) FinishRepeat(ctx context.Context, who paiza.Actor, key string, status int, header map[string]string, body []byte) error {
	return d.store.FinishRepeat(context.WithoutCancel(ctx), Repeat{Actor: who.ID, Name: key, Status: status, Header: header, Body: body})
}

// DropRepeat gives the key free: nothing was done.
func (d *Desk) DropRepeat(ctx context.Context, who paiza.Actor, key string) error {
	return d.store.DropRepeat(context.WithoutCancel(ctx), who.ID, key)
}
