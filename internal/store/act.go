package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"paiza"
	"paiza/internal/ledger"
)

// Append writes the ledger entry of an act. Its hashes in the tree and the signed
// head are written at the end of the transaction (see growth). Whatever cannot be
// written or does not fit the tree refuses the act.
func (t *Tx) Append(a *paiza.Act) error {
	if t.s.repair {
		return paiza.Unavailable("cli.ledger.repair", nil)
	}
	seq, err := t.nextEntry()
	if err != nil {
		return err
	}
	*a = clean(*a)
	a.Seq = seq
	sealed := ledger.Seal(a.Content)
	if _, err := t.exec(insertAct,
		seq, a.At.UnixMilli(), a.Actor.ID, a.Actor.Name, joinRoles(a.Actor.Roles), a.Actor.From, a.Action, a.Subject, a.Reason, a.Detail, sealed.Salt,
		sealed.Form, a.Actor.Agency, a.Version, sealed.Content); err != nil {
		return err
	}
	if len(a.Content) > 0 && !a.InLog {
		if _, err := t.exec("INSERT INTO version (subject, version, seq, content) VALUES ($1, $2, $3, $4)", a.Subject, a.Version, seq, a.Content); err != nil {
			return err
		}
	}
	t.growth.hashes = append(t.growth.hashes, t.growth.tree.Append(ledger.Leaf(*a, sealed))...)
	return nil
}

// ActedOn reports whether an act on a subject stands after a number of the
// ledger. It holds until the transaction ends: no other act commits meanwhile.
func (t *Tx) ActedOn(subject string, after int64) (acted bool, err error) {
	if _, err := t.next("act", 0); err != nil {
		return false, err
	}
	var n int64
	err = t.row("SELECT count(*) FROM act WHERE subject = $1 AND seq > $2", subject, after).Scan(&n)
	return n > 0, err
}

// clean gives an act the form in which both engines give it back: times in
// milliseconds, texts without the null character and in whole UTF-8.
func clean(a paiza.Act) paiza.Act {
	a.At = a.At.UTC().Truncate(time.Millisecond)
	for _, s := range []*string{&a.Actor.ID, &a.Actor.Name, &a.Actor.Agency, &a.Actor.From, &a.Action, &a.Subject, &a.Reason, &a.Detail} {
		*s = strings.ReplaceAll(strings.ToValidUTF8(*s, "\uFFFD"), "\x00", "\uFFFD")
	}
	a.Actor.Roles = splitRoles(joinRoles(a.Actor.Roles))
	return a
}

const actColumns = "seq, at, actor, name, roles, origin, action, subject, reason, detail, salt, form, agency, version, content"

var insertAct = insertText("act", strings.Split(actColumns, ", "))

// Acts lists acts before a number, newest first; before 0 begins at the newest.
func (s *Store) Acts(ctx context.Context, before int64, limit int) ([]paiza.Act, error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	return s.acts(ctx, "SELECT "+actColumns+" FROM act WHERE seq < $1 ORDER BY seq DESC LIMIT "+strconv.Itoa(limit), before)
}

// ActsOn lists the acts on one subject before a number, newest first.
func (s *Store) ActsOn(ctx context.Context, subject string, before int64, limit int) ([]paiza.Act, error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	return s.acts(ctx, "SELECT "+actColumns+" FROM act WHERE subject = $1 AND seq < $2 ORDER BY seq DESC LIMIT "+strconv.Itoa(limit), subject, before)
}

// ActsWhere lists the acts that match before a number, newest first.
func (s *Store) ActsWhere(ctx context.Context, f paiza.ActFilter, before int64, limit int) ([]paiza.Act, error) {
	w := &where{}
	if before > 0 {
		w.add("seq < %s", before)
	}
	if f.Subject != "" {
		w.add("subject = %s", f.Subject)
	}
	if f.Person != "" {
		w.add("actor = %s", f.Person)
	}
	if f.Agency != "" {
		w.add("agency = %s", f.Agency)
	}
	if f.Action != "" {
		w.add("action = %s", f.Action)
	}
	if !f.From.IsZero() {
		w.add("at >= %s", f.From.UnixMilli())
	}
	if !f.Until.IsZero() {
		w.add("at < %s", f.Until.UnixMilli())
	}
	return s.acts(ctx, "SELECT "+actColumns+" FROM act"+w.String()+" ORDER BY seq DESC LIMIT "+strconv.Itoa(limit), w.args...)
}

// Act reads one act by its number.
func (s *Store) Act(ctx context.Context, seq int64) (paiza.Act, error) {
	list, err := s.acts(ctx, "SELECT "+actColumns+" FROM act WHERE seq = $1", seq)
	if err == nil && len(list) == 0 {
		err = paiza.NotFound("entry", strconv.FormatInt(seq, 10))
	}
	if err != nil {
		return paiza.Act{}, err
	}
	return list[0], nil
}

// History lists the acts on one subject, oldest first.
func (s *Store) History(ctx context.Context, subject string) ([]paiza.Act, error) {
	return s.acts(ctx, "SELECT "+actColumns+" FROM act WHERE subject = $1 ORDER BY seq", subject)
}

func (s *Store) acts(ctx context.Context, query string, args ...any) ([]paiza.Act, error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []paiza.Act
	for rows.Next() {
		a, _, err := scanAct(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, diskError(rows.Err())
}

func scanAct(row scanner) (a paiza.Act, sealed ledger.Sealed, err error) {
	var at int64
	var roles string
	err = row.Scan(&a.Seq, &at, &a.Actor.ID, &a.Actor.Name, &roles, &a.Actor.From, &a.Action, &a.Subject, &a.Reason, &a.Detail, &sealed.Salt,
		&sealed.Form, &a.Actor.Agency, &a.Version, &sealed.Content)
	a.At, a.Actor.Roles = time.UnixMilli(at).UTC(), splitRoles(roles)
	return a, sealed, err
}

// Meta reads a setting of the store; empty when it was never set.
func (s *Store) Meta(ctx context.Context, name string) (string, error) {
	var v string
	err := s.askOften(ctx, "SELECT value FROM meta WHERE name = $1", name).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return v, diskError(err)
}

// SetMeta writes a setting of the store.
func (t *Tx) SetMeta(name, value string) error {
	_, err := t.exec("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)
	return err
}

// TakeLease takes or keeps a lease: one holder at a time, until the time given.
// It answers false when another holds it.
func (t *Tx) TakeLease(name, holder string, now time.Time, d time.Duration) (bool, error) {
	res, err := t.exec(`INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE lease.holder = excluded.holder OR lease.until < $4`,
		name, holder, now.Add(d).UnixMilli(), now.UnixMilli())
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// DropLease gives a lease back.
func (t *Tx) DropLease(name, holder string) error {
	_, err := t.exec("DELETE FROM lease WHERE name = $1 AND holder = $2", name, holder)
	return err
}
