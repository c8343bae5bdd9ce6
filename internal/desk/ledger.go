package desk

import (
	"context"

	"paiza"
	"paiza/internal/ledger"
	"paiza/internal/store"
)

// Ledger lists acts before a number, newest first; before 0 begins at the
// newest.
func (d *Desk) Ledger(ctx context.Context, who paiza.Actor, before int64, n int) ([]paiza.Act, error) {
	if err := allow(who, paiza.RightReadLedger); err != nil {
		return nil, err
	}
	return d.store.Acts(ctx, before, min(max(n, 1), 500))
}

// LedgerOn lists the acts on one subject, as Ledger does.
func (d *Desk) LedgerOn(ctx context.Context, who paiza.Actor, subject string, before int64, n int) ([]paiza.Act, error) {
	if err := allow(who, paiza.RightReadLedger); err != nil {
		return nil, err
	}
	return d.store.ActsOn(ctx, subject, before, min(max(n, 1), 500))
}

// Checkpoint is the signed head of the ledger and the key to check it with;
// both are empty before the first act.
func (d *Desk) Checkpoint(ctx context.Context, who paiza.Actor) (signed, verifier string, err error) {
	if err := allow(who, paiza.RightReadLedger); err != nil {
		return "", "", err
	}
	return d.store.Checkpoint(ctx)
}

// ProofOf says which entries of the ledger to prove.
type ProofOf = store.ProofOf

// Prove makes a file that proves entries of the ledger by itself.
func (d *Desk) Prove(ctx context.Context, who paiza.Actor, of ProofOf) (*ledger.Proof, error) {
	if err := allow(who, paiza.RightReadLedger); err != nil {
		return nil, err
	}
	return d.store.Prove(ctx, of)
}
