package desk

import (
	"context"
	"errors"
	"strconv"
	"time"

	"paiza"
	"paiza/internal/store"
)

// One import runs at a time on a store, whichever process it is in: it holds a
// lease. What a dead one left is removed by the next.

// leaseTime is how long an import may be silent before its process is taken for
// dead; it says that it lives every leaseBeat.
const (
	leaseTime = 20 * time.Second
	leaseBeat = 5 * time.Second
)

// takeImportLease gives the name by which the lease is held. It is another each
// time: a second import in the same process has to be told of the first.
func (d *Desk) takeImportLease(ctx context.Context) (mine string, err error) {
	mine = d.holder + "-" + newID()
	return mine, d.store.Write(ctx, func(t *store.Tx) error {
		ok, err := t.TakeLease("import", mine, d.now(), leaseTime)
		if err != nil || ok {
			return err
		}
		// A process of this machine that is no more need not be waited for.
		holder, err := t.LeaseHolder("import")
		if err != nil {
			return err
		}
		if !diedHere(holder) {
			return paiza.Conflict("import.busy", nil)
		}
		if err := t.DropLease("import", holder); err != nil {
			return err
		}
		if ok, err = t.TakeLease("import", mine, d.now(), leaseTime); err == nil && !ok {
			err = paiza.Conflict("import.busy", nil)
		}
		return err
	})
}

// keepImportLease renews the lease until the context ends.
func (d *Desk) keepImportLease(ctx context.Context, mine string) {
	beat := time.NewTicker(leaseBeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			err := d.store.Write(ctx, func(t *store.Tx) error {
				_, err := t.TakeLease("import", mine, d.now(), leaseTime)
				return err
			})
			if err != nil && ctx.Err() == nil {
				d.log.Warn("the lease of an import was not renewed", "error", err)
			}
		}
	}
}

func (d *Desk) dropImportLease(ctx context.Context, mine string) error {
	return d.store.Write(context.WithoutCancel(ctx), func(t *store.Tx) error { return t.DropLease("import", mine) })
}

// purgeStale removes rows of imports that were undone or cut off. The caller
// holds the lease, so an import that says it runs is dead.
func (d *Desk) purgeStale(ctx context.Context) error {
	stale, running, err := d.store.Unpurged(ctx)
	if err != nil {
		return err
	}
	for _, num := range running {
		err := d.act(ctx, paiza.Operator("node"), func(t *store.Tx) (entry, error) {
			return entry{action: "import.cut_off", subject: "import/" + strconv.FormatInt(num, 10)},
				t.FailImport(num, d.now(), paiza.Invalid("import.cut_off", nil))
		})
		if err != nil {
			return err
		}
	}
	for _, num := range append(stale, running...) {
		if err := d.store.PurgeImport(ctx, num); err != nil {
			return err
		}
	}
	return nil
}

// clearCutOff runs when a process starts: what a dead one left is removed unless
// another import is at work, which then does it.
func (d *Desk) clearCutOff(ctx context.Context) error {
	stale, running, err := d.store.Unpurged(ctx)
	if err != nil || len(stale)+len(running) == 0 {
		return err
	}
	mine, err := d.takeImportLease(ctx)
	if err != nil {
		if errors.Is(err, paiza.ErrConflict) {
			return nil
		}
		return err
	}
	return errors.Join(d.purgeStale(ctx), d.dropImportLease(ctx, mine))
}
