package desk

import (
	"context"
	"encoding/json"
	"time"

	"paiza"
	"paiza/internal/store"
)

// Limits of a form that is kept while its person proves that it is he.
const (
	typedLife = 15 * time.Minute
	typedMost = 64 << 10 // bytes, with the names of its fields
)

// typed is what is sealed: a form, and until when it counts.
type typed struct {
	Until time.Time
	Form  json.RawMessage
}

// SealTyped seals a form that a person typed and that waits for a proof that it
// is he, for his session. It opens for him alone, for a quarter of an hour. A
// larger one than 64 KiB is invalid.
func (d *Desk) SealTyped(ctx context.Context, person string, form []byte) (sealed string, err error) {
	if len(form) > typedMost {
		return "", paiza.Invalid("error.invalid", nil)
	}
	raw, err := json.Marshal(typed{d.now().Add(typedLife), form})
	if err != nil {
		return "", err
	}
	err = d.store.Write(ctx, func(t *store.Tx) error {
		sealed, err = t.Seal("typed/"+person, string(raw))
		return err
	})
	return sealed, err
}

// OpenTyped opens what SealTyped sealed; false when it was another person's, or
// its time has run out.
func (d *Desk) OpenTyped(person, sealed string) ([]byte, bool) {
	raw, err := d.store.Unseal("typed/"+person, sealed)
	if err != nil {
		return nil, false
	}
	var v typed
	if err := json.Unmarshal([]byte(raw), &v); err != nil || !d.now().Before(v.Until) {
		return nil, false
	}
	return v.Form, true
}

// RanOut is the person whose session has run out by itself; empty for one that
// goes on, and for one that somebody ended.
func (d *Desk) RanOut(ctx context.Context, session string) (string, error) {
	s, err := d.store.SignIn(ctx, session)
	if err != nil || s.ID == "" {
		return "", err
	}
	if now := d.now(); now.Sub(s.Created) < d.length && now.Sub(s.LastSeen) < d.idle {
		return "", nil
	}
	return s.Person, nil
}
