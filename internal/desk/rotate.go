package desk

import (
	"context"
	"fmt"

	"paiza"
	"paiza/internal/ledger"
	"paiza/internal/store"
)

// RotateSecret gives the node another secret and seals anew what is sealed with
// it: the keys of the ledger and of the node, the secrets of webhooks and of apps
// for codes. A node that is killed on the way opens. Who does it has just proved
// that it is he. With prepared the next secret is one that stands in the file
// already, which is left as it is: a vault hands it out.
func (d *Desk) RotateSecret(ctx context.Context, who paiza.Actor, prepared bool, reason string) error {
	if err := allow(who, paiza.RightOperate); err != nil {
		return err
	}
	if err := d.decided(who, reason); err != nil {
		return err
	}
	err := d.act(ctx, who, func(t *store.Tx) (entry, error) {
		n, err := t.RotateSecret(prepared)
		if err != nil {
			return entry{}, err
		}
		// A secret that waits for its first code is not worth carrying over: its
		// person begins anew.
		return entry{action: "secret.rotate", reason: reason, detail: fmt.Sprintf("sealed=%d", n)}, t.EndCeremonies(forNewCode)
	})
	if err != nil || prepared {
		return err
	}
	return d.store.DropFormerSecrets(ctx)
}

// RotateLedger gives the ledger another key and answers its verifier. The former
// key signs the change, which is an entry of the ledger. Who does it has just
// proved that it is he.
func (d *Desk) RotateLedger(ctx context.Context, who paiza.Actor, reason string) (string, error) {
	if err := allow(who, paiza.RightOperate); err != nil {
		return "", err
	}
	if err := d.decided(who, reason); err != nil {
		return "", err
	}
	err := d.act(ctx, who, func(*store.Tx) (entry, error) {
		return entry{action: ledger.TurnAction, reason: reason, turns: true}, nil
	})
	if err != nil {
		return "", err
	}
	return d.LedgerKey(ctx, who)
}
