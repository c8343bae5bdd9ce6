package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"paiza"
	"paiza/internal/access"
)

const alertColumns = "num, subject, kind, urgency, title, body, substance, structure, country, date, handling, caveat, exercise, recorded, person, version, withdrawn"

const selectAlert = "SELECT " + alertColumns + ", " + handlingColumns + " FROM alert LEFT JOIN handling ON handling.id = alert.handling"

func alertArgs(num, handling int64, subject string, a *paiza.Alert) []any {
	return []any{num, subject, string(a.Kind), string(a.Urgency), a.Title, a.Text, a.Substance, a.Structure, string(a.Country), int64(a.Date),
		handling, a.Caveat, flag(a.Exercise), a.Recorded.UnixMilli(), a.Person, a.Version, flag(a.Withdrawn)}
}

// InsertAlert writes a new alert. subject is its name at the node that it came
// from, empty for this one.
func (t *Tx) InsertAlert(a *paiza.Alert, subject string) error {
	handling, err := t.Handling(a.Handling)
	if err != nil {
		return err
	}
	num, err := t.next("alert", 1)
	if err != nil {
		return err
	}
	a.ID, a.Handling = strconv.FormatInt(num, 10), a.Handling.Clean()
	_, err = t.exec(insertText("alert", strings.Split(alertColumns, ", ")), alertArgs(num, handling, subject, a)...)
	return err
}

// ChangeAlert lets change make the next version of an alert, as ChangeSeizure
// does.
func (t *Tx) ChangeAlert(id string, expect int64, change func(a *paiza.Alert) error) (paiza.Alert, error) {
	num, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return paiza.Alert{}, paiza.NotFound("alert", id)
	}
	a, subject, err := scanAlert(t.row(selectAlert+" WHERE num = $1"+t.s.engine.forUpdate("alert"), num))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return a, paiza.NotFound("alert", id)
	case err != nil:
		return a, err
	case a.Withdrawn:
		return a, paiza.Conflict("alert.withdrawn", nil)
	case expect != 0 && expect != a.Version:
		return a, paiza.Conflict("alert.changed", paiza.Args{"version": a.Version})
	}
	if err := change(&a); err != nil {
		return a, err
	}
	handling, err := t.Handling(a.Handling)
	if err != nil {
		return a, err
	}
	a.Version, a.Handling = a.Version+1, a.Handling.Clean()
	return a, t.rewriteAlert(num, handling, subject, &a)
}

func (t *Tx) rewriteAlert(num, handling int64, subject string, a *paiza.Alert) error {
	_, err := t.exec("UPDATE alert SET kind = $1, urgency = $2, title = $3, body = $4, substance = $5, structure = $6, country = $7, date = $8,"+
		" handling = $9, caveat = $10, exercise = $11, version = $12, withdrawn = $13 WHERE num = $14",
		append(append(alertArgs(num, handling, subject, a)[2:13:13], a.Version, flag(a.Withdrawn)), num)...)
	return err
}

// ReplaceAlert writes another version of an alert of another node, which its
// owner may take back and give out again.
func (t *Tx) ReplaceAlert(num int64, a *paiza.Alert) error {
	handling, err := t.Handling(a.Handling)
	if err != nil {
		return err
	}
	a.Handling = a.Handling.Clean()
	return t.rewriteAlert(num, handling, "", a)
}

// AlertNow reads an alert within the transaction, also one that was withdrawn.
func (t *Tx) AlertNow(num int64) (paiza.Alert, error) {
	a, _, err := scanAlert(t.row(selectAlert+" WHERE num = $1", num))
	if errors.Is(err, sql.ErrNoRows) {
		err = paiza.NotFound("alert", strconv.FormatInt(num, 10))
	}
	return a, err
}

// Alert reads one alert, also one that was withdrawn.
func (s *Store) Alert(ctx context.Context, id string) (paiza.Alert, error) {
	num, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return paiza.Alert{}, paiza.NotFound("alert", id)
	}
	a, _, err := scanAlert(s.read.QueryRowContext(ctx, selectAlert+" WHERE num = $1", num))
	if errors.Is(err, sql.ErrNoRows) {
		return a, paiza.NotFound("alert", id)
	}
	return a, diskError(err)
}

// Alerts lists the alerts that match and that access allows, newest first, at
// most limit; before is the number of the last one of the page before, empty for
// the first page.
func (s *Store) Alerts(ctx context.Context, f paiza.AlertFilter, before string, limit int, may access.Expr) ([]paiza.Alert, error) {
	w := &where{}
	w.add("withdrawn = %s", flag(f.Withdrawn))
	w.may("alert", may, f.Withdrawn)
	in(w, "kind", f.Kinds)
	in(w, "urgency", f.Urgencies)
	if len(f.TLPs) > 0 {
		w.text = append(w.text, "alert.handling IN (SELECT id FROM handling WHERE tlp IN ("+marks(w, f.TLPs)+"))")
	}
	if before != "" {
		num, err := strconv.ParseInt(before, 10, 64)
		if err != nil {
			return nil, paiza.Invalid("error.cursor", paiza.Args{"value": before})
		}
		w.add("num < %s", num)
	}
	rows, err := s.read.QueryContext(ctx, selectAlert+w.String()+" ORDER BY num DESC LIMIT "+strconv.Itoa(limit), w.args...)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []paiza.Alert
	for rows.Next() {
		a, _, err := scanAlert(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, diskError(rows.Err())
}

func scanAlert(row scanner) (a paiza.Alert, subject string, err error) {
	var num, date, handling, exercise, recorded, out int64
	var h handlingRow
	into := []any{&num, &subject, &a.Kind, &a.Urgency, &a.Title, &a.Text, &a.Substance, &a.Structure, &a.Country, &date, &handling, &a.Caveat,
		&exercise, &recorded, &a.Person, &a.Version, &out}
	err = row.Scan(append(into, h.into()...)...)
	a.ID, a.Date, a.Handling, a.Exercise = strconv.FormatInt(num, 10), paiza.Date(date), h.value(), exercise != 0
	a.Recorded, a.Withdrawn = time.UnixMilli(recorded).UTC(), out != 0
	return a, subject, err
}
