package desk

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/store"
	"paiza/wire"
)

// RecordSeizure writes one seizure that a person typed.
func (d *Desk) RecordSeizure(ctx context.Context, who paiza.Actor, in paiza.NewSeizure) (paiza.Seizure, error) {
	if err := allow(who, paiza.RightRecordSeizure); err != nil {
		return paiza.Seizure{}, err
	}
	z, err := d.typed(ctx, who, in)
	if err != nil {
		return z, err
	}
	// As the store gives it back: a release is bound to these bytes.
	z.Recorded, z.Source.Person = d.now().UTC().Truncate(time.Millisecond), who.ID
	var key store.Key
	rand.Read(key[:])
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if err := t.InsertSeizure(key, &z); err != nil {
			return entry{}, err
		}
		return changed("seizure.record", z, in.Reason, handlingText(z.Handling))
	})
	return z, err
}

// typed checks what a registrar typed and turns it into a seizure.
func (d *Desk) typed(ctx context.Context, who paiza.Actor, in paiza.NewSeizure) (paiza.Seizure, error) {
	z, fields := d.resolve(in)
	h, more, err := d.handle(ctx, who, in.Handling, "")
	if err != nil {
		return z, err
	}
	if fields = append(fields, more...); len(fields) > 0 {
		return z, &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: fields}
	}
	z.Handling = h
	return z, nil
}

// contentOf is a seizure in the form of package wire, as its versions are kept.
func contentOf(z paiza.Seizure) ([]byte, error) { return json.Marshal(wire.FromSeizure(&z)) }

// seizureOf is the inverse of contentOf.
func seizureOf(content []byte) (paiza.Seizure, error) {
	var kept wire.Seizure
	if err := json.Unmarshal(content, &kept); err != nil {
		return paiza.Seizure{}, err
	}
	return kept.ToSeizure()
}

// changed is the ledger entry of a new version of a seizure.
func changed(action string, z paiza.Seizure, reason, detail string) (entry, error) {
	content, err := contentOf(z)
	return entry{action: action, subject: "seizure/" + z.ID, reason: reason, detail: detail, version: z.Version, content: content}, err
}

// CorrectSeizure writes a new version of a seizure that a person typed; what it
// said before stays in the history. expect is the version that he saw, 0 for
// any. Rows of an import are corrected by their source's next edition.
func (d *Desk) CorrectSeizure(ctx context.Context, who paiza.Actor, id string, expect int64, in paiza.NewSeizure) (paiza.Seizure, error) {
	old, err := d.seizureFor(ctx, who, paiza.RightCorrectSeizure, id, d.when())
	if err != nil {
		return old, err
	}
	if old.Source.Import != "" {
		return old, paiza.Conflict("seizure.imported", nil)
	}
	if err := needReason(in.Reason); err != nil {
		return old, err
	}
	// Handling is another act with another right.
	in.Handling = paiza.NewHandling{}
	z, fields := d.resolve(in)
	if len(fields) > 0 {
		return z, &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: fields}
	}
	return d.change(ctx, who, "seizure.correct", id, expect, in.Reason, func(now *paiza.Seizure) string {
		z.ID, z.Handling, z.Source, z.Recorded, z.Version = now.ID, now.Handling, now.Source, now.Recorded, now.Version
		*now = z
		return ""
	})
}

// WithdrawSeizure takes a seizure out of every list and figure. Its agency can
// still read it.
func (d *Desk) WithdrawSeizure(ctx context.Context, who paiza.Actor, id string, expect int64, reason string) (paiza.Seizure, error) {
	if z, err := d.seizureFor(ctx, who, paiza.RightWithdrawSeizure, id, d.when()); err != nil {
		return z, err
	}
	if err := needReason(reason); err != nil {
		return paiza.Seizure{}, err
	}
	return d.change(ctx, who, "seizure.withdraw", id, expect, reason, func(now *paiza.Seizure) string {
		now.Withdrawn = true
		return ""
	})
}

// RelabelSeizure changes how a seizure is handled. TLP:CLEAR is not given by one
// person: that is a release.
func (d *Desk) RelabelSeizure(ctx context.Context, who paiza.Actor, id string, expect int64, in paiza.NewHandling, reason string) (paiza.Seizure, error) {
	old, err := d.seizureFor(ctx, who, paiza.RightRelabel, id, d.when())
	if err != nil {
		return old, err
	}
	h, err := d.relabel(ctx, who, old.Handling, in, reason)
	if err != nil {
		return old, err
	}
	return d.change(ctx, who, "seizure.relabel", id, expect, reason, func(now *paiza.Seizure) string {
		was := now.Handling
		now.Handling = h
		return handlingText(was) + " → " + handlingText(h)
	})
}

// relabel checks a change of handling.
func (d *Desk) relabel(ctx context.Context, who paiza.Actor, old paiza.Handling, in paiza.NewHandling, reason string) (paiza.Handling, error) {
	if err := needReason(reason); err != nil {
		return old, err
	}
	in.Own = true
	h, fields, err := d.handle(ctx, who, in, old.Case)
	if err != nil {
		return old, err
	}
	// The record stays its owner's whoever at the machine changes it.
	h.Owner, h.Origin = old.Owner, old.Origin
	h = h.Clean()
	if h.TLP == paiza.TLPClear && old.TLP != paiza.TLPClear {
		fields = append(fields, paiza.FieldError{Field: "tlp", Key: "release.needed"})
	}
	if len(fields) > 0 {
		return old, &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: fields}
	}
	if h.Equal(old) {
		return old, paiza.Conflict("handling.same", nil)
	}
	return h, nil
}

// RelabelImport changes how all rows of an import are handled that are handled
// as the import is.
func (d *Desk) RelabelImport(ctx context.Context, who paiza.Actor, id string, in paiza.NewHandling, reason string) (paiza.Import, error) {
	imp, num, err := d.importFor(ctx, who, paiza.RightRelabel, id)
	if err != nil {
		return imp, err
	}
	if imp.State != paiza.StateDone {
		return imp, paiza.Conflict("import.not_done", paiza.Args{"id": id})
	}
	h, err := d.relabel(ctx, who, imp.Handling, in, reason)
	if err != nil {
		return imp, err
	}
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		n, err := t.RelabelImport(num, h)
		if err != nil {
			return entry{}, err
		}
		err = d.passOnImport(ctx, t, num, false, reason)
		return entry{action: "import.relabel", subject: "import/" + imp.ID, reason: reason,
			detail: fmt.Sprintf("%s → %s, %d rows", handlingText(imp.Handling), handlingText(h), n)}, err
	})
	if err != nil {
		return imp, err
	}
	return d.store.Import(ctx, id)
}

// passOnImport does so for the rows of an import.
func (d *Desk) passOnImport(ctx context.Context, t *store.Tx, num int64, undone bool, reason string) error {
	items, err := t.ItemsOfImport(num)
	if err != nil {
		return err
	}
	for _, i := range items {
		z, err := t.SeizureNow(i.Record)
		if errors.Is(err, paiza.ErrNotFound) {
			continue // a later edition replaced it
		}
		if err != nil {
			return err
		}
		z.Withdrawn = z.Withdrawn || undone
		if err := d.passOnSeizure(ctx, t, z, reason); err != nil {
			return err
		}
	}
	return nil
}

// change makes the next version of a seizure. do changes it and says what for
// the ledger. What access decided is decided again inside the transaction: the
// record may have changed hands in between.
func (d *Desk) change(ctx context.Context, who paiza.Actor, action, id string, expect int64, reason string, do func(now *paiza.Seizure) string) (z paiza.Seizure, err error) {
	right := map[string]paiza.Right{"seizure.correct": paiza.RightCorrectSeizure, "seizure.withdraw": paiza.RightWithdrawSeizure,
		"seizure.relabel": paiza.RightRelabel}[action]
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		detail := ""
		z, err = t.ChangeSeizure(id, expect, func(now *paiza.Seizure) error {
			if got := access.Decide(who, right, objectOf(*now), d.when()); !got.Allow {
				return paiza.NotFound("seizure", id)
			}
			detail = do(now)
			return nil
		})
		if err != nil {
			return entry{}, err
		}
		if err := d.passOnSeizure(ctx, t, z, reason); err != nil {
			return entry{}, err
		}
		return changed(action, z, reason, detail)
	})
	return z, err
}

// passOnSeizure gives everybody who has the seizure what it is now.
func (d *Desk) passOnSeizure(ctx context.Context, t *store.Tx, z paiza.Seizure, reason string) error {
	return d.passOn(ctx, t, "seizure", z.ID, func() (letter, error) { return d.letterOf(ctx, z) }, z.Handling, z.Withdrawn, reason)
}

func needReason(reason string) error {
	if strings.TrimSpace(reason) == "" {
		return fieldFault("reason", "error.reason_missing")
	}
	return nil
}

// SeizureAt is a seizure as it was at an earlier version.
func (d *Desk) SeizureAt(ctx context.Context, who paiza.Actor, id string, version int64) (paiza.Seizure, error) {
	then, err := d.seizureAt(ctx, who, id, version)
	if err != nil {
		return then, err
	}
	return then, d.sawRedSeizures(ctx, who, then)
}

func (d *Desk) seizureAt(ctx context.Context, who paiza.Actor, id string, version int64) (paiza.Seizure, error) {
	now, err := d.seizureFor(ctx, who, paiza.RightReadSeizure, id, d.when())
	if err != nil {
		return now, err
	}
	content, err := d.store.Version(ctx, "seizure/"+id, version)
	if err != nil {
		return now, err
	}
	then, err := seizureOf(content)
	if err != nil {
		return now, err
	}
	// Who may read it now may not have been allowed to read it then.
	if err := d.decide(who, paiza.RightReadSeizure, objectOf(then), d.when(), "seizure", id); err != nil {
		return now, err
	}
	return then, nil
}
