package desk

import (
	"context"
	"errors"
	"fmt"

	"paiza"
	"paiza/internal/store"
)

// FsckReport says what was proved of the store.
type FsckReport struct {
	Proofs []store.Proof `json:"proofs"`
	Sound  bool          `json:"sound"`
}

// Fsck proves the store: rollups equal rows, every row is searchable, the
// ledger is whole, the file is sound.
func (d *Desk) Fsck(ctx context.Context, who paiza.Actor) (FsckReport, error) {
	if err := allow(who, paiza.RightOperate); err != nil {
		return FsckReport{}, err
	}
	proofs, err := d.store.Fsck(ctx)
	r := FsckReport{Proofs: proofs, Sound: err == nil}
	for _, p := range proofs {
		if p.Fault != "" {
			r.Sound = false
		}
	}
	return r, err
}

// Backup writes a checked copy of the store to a new file on this machine.
func (d *Desk) Backup(ctx context.Context, who paiza.Actor, file string) error {
	if err := allow(who, paiza.RightOperate); err != nil {
		return err
	}
	// The entry is written first, so that the copy holds it too.
	err := d.act(ctx, who, func(*store.Tx) (entry, error) {
		return entry{action: "node.backup"}, nil
	})
	if err != nil {
		return err
	}
	if err := d.store.Backup(ctx, file); err != nil {
		return err
	}
	// No act: it changes nothing that the node keeps, only what its figures say.
	return d.store.Write(ctx, func(t *store.Tx) error { return t.SetBackupDone(d.now()) })
}

// demoMeta marks a store that holds demonstration data.
const demoMeta = "demonstration"

// Demo reports whether the store holds demonstration data, which every page
// then says.
func (d *Desk) Demo(ctx context.Context) (bool, error) {
	v, err := d.store.Meta(ctx, demoMeta)
	return v != "", err
}

// MarkDemo marks the store as one of demonstration. It cannot be taken back:
// exercises and real data do not share a store.
func (d *Desk) MarkDemo(ctx context.Context, who paiza.Actor) error {
	if err := allow(who, paiza.RightOperate); err != nil {
		return err
	}
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "node.demonstration"}, t.SetMeta(demoMeta, "1")
	})
}

// Tidy removes what has run out: sessions, counted attempts, answers kept for
// repeated requests, and uploads that nobody imported within a week. That
// uploads were removed is an act; a session that has run out opens nothing any
// more, and its row is dust.
func (d *Desk) Tidy(ctx context.Context) error {
	if err := d.store.Sessions().DropExpired(ctx); err != nil {
		return err
	}
	if err := d.store.DropOldRepeats(ctx, d.now().Add(-repeatFor)); err != nil {
		return err
	}
	now := d.now()
	if err := d.store.DropSignIns(ctx, now, now.Add(-d.length), now.Add(-d.idle), now.Add(-attemptWindow)); err != nil {
		return err
	}
	today, _ := d.day()
	if err := d.store.DropOldUse(ctx, today-31); err != nil {
		return err
	}
	// Of a change, or a restore, that was cut short. A file that a vault hands out
	// cannot be written, and is not ours to tidy.
	if err := d.store.DropFormerSecrets(ctx); err != nil && !errors.Is(err, paiza.ErrUnavailable) {
		return err
	}
	before := now.AddDate(0, 0, -7)
	if n, err := d.store.OldUploads(ctx, before); err != nil || n == 0 {
		return err
	}
	return d.act(ctx, node(), func(t *store.Tx) (entry, error) {
		n, err := t.DropOldUploads(before)
		return entry{action: "node.tidy", detail: fmt.Sprintf("uploads=%d", n)}, err
	})
}

// Restored notes in the ledger that the store was put back from a backup.
func (d *Desk) Restored(ctx context.Context, who paiza.Actor) error {
	if err := allow(who, paiza.RightOperate); err != nil {
		return err
	}
	return d.act(ctx, who, func(*store.Tx) (entry, error) {
		return entry{action: "node.restore"}, nil
	})
}
