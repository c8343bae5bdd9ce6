package desk

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"paiza"
	"paiza/chem"
	"paiza/internal/access"
	"paiza/internal/store"
	"paiza/wire"
)

// Alerts lists the alerts that match and that the actor may read, newest first;
// before is the id of the last one of the page before.
func (d *Desk) Alerts(ctx context.Context, who paiza.Actor, f paiza.AlertFilter, before string, n int) ([]paiza.Alert, error) {
	if err := allow(who, paiza.RightReadAlert); err != nil {
		return nil, err
	}
	list, err := d.store.Alerts(ctx, f, before, min(max(n, 1), 500), d.may(who, paiza.RightReadAlert))
	if err != nil {
		return nil, err
	}
	if err := d.sawRedAlerts(ctx, who, list...); err != nil {
		return nil, err
	}
	var foreign []string
	for _, a := range list {
		if a.Handling.Origin != "" {
			foreign = append(foreign, a.ID)
		}
	}
	return list, d.notified(ctx, who, "alert", foreign)
}

// AlertDetail is an alert with its history.
type AlertDetail struct {
	paiza.Alert
	History []paiza.Act
	May     []paiza.Right // what the reader may do to it
}

// Alert reads one alert.
func (d *Desk) Alert(ctx context.Context, who paiza.Actor, id string) (AlertDetail, error) {
	a, err := d.alertFor(ctx, who, paiza.RightReadAlert, id)
	if err != nil {
		return AlertDetail{}, err
	}
	if err := d.sawRedAlerts(ctx, who, a); err != nil {
		return AlertDetail{}, err
	}
	if a.Handling.Origin != "" {
		if err := d.openedItem(ctx, who, "alert", a.ID); err != nil {
			return AlertDetail{}, err
		}
	}
	history, err := d.store.History(ctx, "alert/"+a.ID)
	return AlertDetail{a, history, d.mayDo(who, objectOfAlert(a), d.when(), paiza.RightRaiseAlert, paiza.RightRelabel, paiza.RightProposeRelease)}, err
}

// AlertFor reads an alert for the form of an act: it is refused as the act would
// be.
func (d *Desk) AlertFor(ctx context.Context, who paiza.Actor, right paiza.Right, id string) (paiza.Alert, error) {
	a, err := d.alertFor(ctx, who, right, id)
	if err != nil {
		return a, err
	}
	return a, d.sawRedAlerts(ctx, who, a)
}

// AlertAt is an alert as it was at an earlier version.
func (d *Desk) AlertAt(ctx context.Context, who paiza.Actor, id string, version int64) (paiza.Alert, error) {
	then, err := d.alertAt(ctx, who, id, version)
	if err != nil {
		return then, err
	}
	return then, d.sawRedAlerts(ctx, who, then)
}

func (d *Desk) alertAt(ctx context.Context, who paiza.Actor, id string, version int64) (paiza.Alert, error) {
	now, err := d.alertFor(ctx, who, paiza.RightReadAlert, id)
	if err != nil {
		return now, err
	}
	content, err := d.store.Version(ctx, "alert/"+now.ID, version)
	if err != nil {
		return now, err
	}
	then, err := alertOf(content)
	if err != nil {
		return now, err
	}
	// Who may read it now may not have been allowed to read it then.
	return then, d.decide(who, paiza.RightReadAlert, objectOfAlert(then), d.when(), "alert", id)
}

func (d *Desk) sawRedAlerts(ctx context.Context, who paiza.Actor, list ...paiza.Alert) error {
	var red []string
	for _, a := range list {
		if a.Handling.TLP == paiza.TLPRed {
			red = append(red, a.ID)
		}
	}
	return d.sawRed(ctx, who, "alert", red)
}

func (d *Desk) alertFor(ctx context.Context, who paiza.Actor, right paiza.Right, id string) (paiza.Alert, error) {
	if err := allow(who, right); err != nil {
		return paiza.Alert{}, err
	}
	a, err := d.store.Alert(ctx, id)
	if err != nil {
		return a, err
	}
	return a, d.decide(who, right, objectOfAlert(a), d.when(), "alert", id)
}

func objectOfAlert(a paiza.Alert) access.Object {
	return access.Object{Kind: access.KindAlert, Handling: a.Handling, Withdrawn: a.Withdrawn}
}

// RaiseAlert writes a new alert.
func (d *Desk) RaiseAlert(ctx context.Context, who paiza.Actor, in paiza.NewAlert) (paiza.Alert, error) {
	if err := allow(who, paiza.RightRaiseAlert); err != nil {
		return paiza.Alert{}, err
	}
	a, fields := d.fillAlert(in)
	h, more, err := d.handle(ctx, who, in.Handling, "")
	if err != nil {
		return a, err
	}
	if fields = append(fields, more...); len(fields) > 0 {
		return a, &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: fields}
	}
	// As the store gives it back.
	a.Handling, a.Recorded, a.Person, a.Version = h, d.now().UTC().Truncate(time.Millisecond), who.ID, 1
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if err := t.InsertAlert(&a, ""); err != nil {
			return entry{}, err
		}
		return changedAlert("alert.raise", a, in.Reason, handlingText(a.Handling))
	})
	return a, err
}

// contentOfAlert is an alert as its versions are kept.
func contentOfAlert(a paiza.Alert) ([]byte, error) { return json.Marshal(wire.FromAlert(&a)) }

// alertOf is the inverse of contentOfAlert.
func alertOf(content []byte) (paiza.Alert, error) {
	var kept wire.Alert
	if err := json.Unmarshal(content, &kept); err != nil {
		return paiza.Alert{}, err
	}
	return kept.ToAlert()
}

func changedAlert(action string, a paiza.Alert, reason, detail string) (entry, error) {
	content, err := contentOfAlert(a)
	return entry{action: action, subject: "alert/" + a.ID, reason: reason, detail: detail, version: a.Version, content: content}, err
}

// fillAlert checks what a person typed and turns it into an alert.
func (d *Desk) fillAlert(in paiza.NewAlert) (paiza.Alert, []paiza.FieldError) {
	fields := in.Validate()
	a := paiza.Alert{Kind: paiza.AlertKind(in.Kind), Urgency: paiza.Urgency(in.Urgency), Title: strings.TrimSpace(in.Title), Text: strings.TrimSpace(in.Text),
		Substance: strings.TrimSpace(in.Substance), Structure: strings.TrimSpace(in.Structure), Caveat: strings.TrimSpace(in.Caveat), Exercise: in.Exercise}
	if a.Kind == "" {
		a.Kind = paiza.AlertSubstance
	}
	if a.Urgency == "" {
		a.Urgency = paiza.UrgencyRoutine
	}
	f := &form{d: d}
	a.Country = f.country("country", in.Country)
	if text := strings.TrimSpace(in.Date); text != "" {
		date, err := paiza.ParseDate(text)
		switch {
		case err != nil:
			f.bad("date", "error.date", in.Date)
		case date.First() > paiza.DateOf(d.now()):
			f.bad("date", "error.date_future", in.Date)
		}
		a.Date = date
	}
	if a.Structure != "" {
		if _, err := chem.Parse(a.Structure); err != nil {
			f.bad("structure", "alert.structure_form", a.Structure)
		}
	}
	return a, append(fields, f.fields...)
}

// CorrectAlert writes a new version of an alert.
func (d *Desk) CorrectAlert(ctx context.Context, who paiza.Actor, id string, expect int64, in paiza.NewAlert) (paiza.Alert, error) {
	if a, err := d.alertFor(ctx, who, paiza.RightRaiseAlert, id); err != nil {
		return a, err
	}
	if err := needReason(in.Reason); err != nil {
		return paiza.Alert{}, err
	}
	a, fields := d.fillAlert(in)
	if len(fields) > 0 {
		return a, &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: fields}
	}
	return d.changeAlert(ctx, who, paiza.RightRaiseAlert, "alert.correct", id, expect, in.Reason, func(now *paiza.Alert) string {
		a.ID, a.Handling, a.Recorded, a.Person, a.Version, a.Exercise = now.ID, now.Handling, now.Recorded, now.Person, now.Version, now.Exercise
		*now = a
		return ""
	})
}

// RelabelAlert changes how an alert is handled.
func (d *Desk) RelabelAlert(ctx context.Context, who paiza.Actor, id string, expect int64, in paiza.NewHandling, reason string) (paiza.Alert, error) {
	old, err := d.alertFor(ctx, who, paiza.RightRelabel, id)
	if err != nil {
		return old, err
	}
	h, err := d.relabel(ctx, who, old.Handling, in, reason)
	if err != nil {
		return old, err
	}
	return d.changeAlert(ctx, who, paiza.RightRelabel, "alert.relabel", id, expect, reason, func(now *paiza.Alert) string {
		was := now.Handling
		now.Handling = h
		return handlingText(was) + " → " + handlingText(h)
	})
}

// WithdrawAlert takes an alert back. Its agency can still read it.
func (d *Desk) WithdrawAlert(ctx context.Context, who paiza.Actor, id string, expect int64, reason string) (paiza.Alert, error) {
	if a, err := d.alertFor(ctx, who, paiza.RightRaiseAlert, id); err != nil {
		return a, err
	}
	if err := needReason(reason); err != nil {
		return paiza.Alert{}, err
	}
	return d.changeAlert(ctx, who, paiza.RightRaiseAlert, "alert.withdraw", id, expect, reason, func(now *paiza.Alert) string {
		now.Withdrawn = true
		return ""
	})
}

func (d *Desk) changeAlert(ctx context.Context, who paiza.Actor, right paiza.Right, action, id string, expect int64, reason string, do func(now *paiza.Alert) string) (a paiza.Alert, err error) {
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		detail := ""
		a, err = t.ChangeAlert(id, expect, func(now *paiza.Alert) error {
			if got := access.Decide(who, right, objectOfAlert(*now), d.when()); !got.Allow {
				return paiza.NotFound("alert", id)
			}
			detail = do(now)
			return nil
		})
		if err != nil {
			return entry{}, err
		}
		if err := d.passOnAlert(ctx, t, a, reason); err != nil {
			return entry{}, err
		}
		return changedAlert(action, a, reason, detail)
	})
	return a, err
}

// passOnAlert gives everybody who has the alert what it is now.
func (d *Desk) passOnAlert(ctx context.Context, t *store.Tx, a paiza.Alert, reason string) error {
	return d.passOn(ctx, t, "alert", a.ID, func() (letter, error) { return d.letterOfAlert(ctx, a) }, a.Handling, a.Withdrawn, reason)
}
