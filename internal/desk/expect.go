package desk

import (
	"context"

	"paiza"
	"paiza/internal/store"
)

type expectKey struct{}

// expectation is that nothing was done to a subject after an entry of the ledger.
type expectation struct {
	subject string
	after   int64
}

// Expect begins a look at a subject, such as person/ID, on which an act will
// rest. What is read from now on is at least as new as the entry of the ledger
// that stands in the context, and an act with that context is refused, in its own
// transaction, when the subject was acted on later: by whichever process. It is
// how something without versions is changed by one of two who read the same.
func (d *Desk) Expect(ctx context.Context, subject string) (context.Context, error) {
	last, err := d.store.LastAct(ctx)
	return context.WithValue(ctx, expectKey{}, expectation{subject, last}), err
}

// expected holds an act to what its context expects. The ledger's lock is taken
// first: whoever acted before has committed, and whoever comes later waits.
func expected(ctx context.Context, t *store.Tx) error {
	x, ok := ctx.Value(expectKey{}).(expectation)
	if !ok {
		return nil
	}
	acted, err := t.ActedOn(x.subject, x.after)
	if err == nil && acted {
		err = paiza.Conflict("api.changed", nil)
	}
	return err
}
