package desk

import (
	"context"
	"strings"

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
	return d.LedgerWhere(ctx, who, paiza.ActFilter{Subject: subject}, before, n)
}

// LedgerWhere lists the acts that match, as Ledger does.
func (d *Desk) LedgerWhere(ctx context.Context, who paiza.Actor, f paiza.ActFilter, before int64, n int) ([]paiza.Act, error) {
	if err := allow(who, paiza.RightReadLedger); err != nil {
		return nil, err
	}
	return d.store.ActsWhere(ctx, f, before, min(max(n, 1), 500))
}

// LedgerPeople lists who may have acted, for a filter of the ledger: id, name
// and agency, and nothing else of their accounts.
func (d *Desk) LedgerPeople(ctx context.Context, who paiza.Actor) ([]paiza.Person, error) {
	if err := allow(who, paiza.RightReadLedger); err != nil {
		return nil, err
	}
	people, err := d.store.People(ctx)
	return namesOnly(people, func(paiza.Person) bool { return true }), err
}

// Act reads one entry of the ledger.
func (d *Desk) Act(ctx context.Context, who paiza.Actor, seq int64) (paiza.Act, error) {
	if err := allow(who, paiza.RightReadLedger); err != nil {
		return paiza.Act{}, err
	}
	return d.store.Act(ctx, seq)
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

// LedgerKey is the key with which proofs of this node's ledger are checked. It
// is no secret: whoever works here may know it.
func (d *Desk) LedgerKey(ctx context.Context, who paiza.Actor) (string, error) {
	if who.Anonymous() {
		return "", paiza.Forbidden(paiza.RightReadLedger)
	}
	_, key, err := d.store.Checkpoint(ctx)
	return key, err
}

// Prove makes a file that proves entries of the ledger by itself.
func (d *Desk) Prove(ctx context.Context, who paiza.Actor, of ProofOf) (*ledger.Proof, error) {
	if err := allow(who, paiza.RightReadLedger); err != nil {
		return nil, err
	}
	return d.store.Prove(ctx, of)
}

// ProveEntry makes a file that proves one entry. The particulars of an entry
// that holds a record stay hidden: who reads the ledger does not read records.
func (d *Desk) ProveEntry(ctx context.Context, who paiza.Actor, seq int64) (*ledger.Proof, error) {
	a, err := d.Act(ctx, who, seq)
	if err != nil {
		return nil, err
	}
	return d.store.Prove(ctx, store.ProofOf{Seq: seq, Show: a.Version == 0})
}

// ProveSubject makes a file that proves the history of a seizure, an alert, a
// case or an import, for who may read it. The particulars and the record itself are in it
// only where he may read every version of it; otherwise the file proves that
// the acts stand in the ledger and hides what they hold.
func (d *Desk) ProveSubject(ctx context.Context, who paiza.Actor, subject string) (*ledger.Proof, error) {
	kind, id, _ := strings.Cut(subject, "/")
	show := true
	var err error
	switch kind {
	case "seizure":
		var z paiza.Seizure
		if z, err = d.seizureFor(ctx, who, paiza.RightReadSeizure, id, d.when()); err == nil {
			show, err = d.readsVersions(ctx, who, z)
		}
	case "alert":
		var a paiza.Alert
		if a, err = d.alertFor(ctx, who, paiza.RightReadAlert, id); err == nil {
			show, err = d.readsAlerts(ctx, who, a)
		}
	case "case":
		_, err = d.caseFor(ctx, who, paiza.RightReadCase, id)
	case "import":
		_, _, err = d.importFor(ctx, who, paiza.RightReadSeizure, id)
	default:
		err = paiza.NotFound("subject", subject)
	}
	if err != nil {
		return nil, err
	}
	return d.store.Prove(ctx, store.ProofOf{Subject: subject, Show: show})
}

// readsVersions reports whether the actor may read every version of a seizure
// that is still kept.
func (d *Desk) readsVersions(ctx context.Context, who paiza.Actor, z paiza.Seizure) (bool, error) {
	if err := d.sawRedSeizures(ctx, who, z); err != nil {
		return false, err
	}
	return readsAll("seizure", z.Version, func(version int64) error {
		_, err := d.seizureAt(ctx, who, z.ID, version)
		return err
	})
}

// readsAlerts is readsVersions of an alert.
func (d *Desk) readsAlerts(ctx context.Context, who paiza.Actor, a paiza.Alert) (bool, error) {
	if err := d.sawRedAlerts(ctx, who, a); err != nil {
		return false, err
	}
	return readsAll("alert", a.Version, func(version int64) error {
		_, err := d.alertAt(ctx, who, a.ID, version)
		return err
	})
}

func readsAll(what string, last int64, read func(version int64) error) (bool, error) {
	for v := int64(1); v <= last; v++ {
		switch err := read(v); {
		case err == nil:
		case isNotFound(err, what):
			return false, nil
		case !isNotFound(err, "version"): // a row of an import has no first version
			return false, err
		}
	}
	return true, nil
}
