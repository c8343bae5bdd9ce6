package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"paiza"
	"paiza/internal/ledger"
)

// Append writes the ledger entry of an act. The counter's row lock puts acts in
// one order, and each entry's hash covers the one before it.
func (t *Tx) Append(a *paiza.Act) error {
	seq, err := t.next("act", 1)
	if err != nil {
		return err
	}
	a.Seq, a.At = seq, a.At.UTC().Truncate(time.Millisecond)
	prev := ""
	if seq > 1 {
		if err := t.queryRow("SELECT hash FROM act WHERE seq = $1", seq-1).Scan(&prev); err != nil {
			return err
		}
	}
	_, err = t.exec("INSERT INTO act (seq, at, actor, name, roles, origin, action, subject, reason, detail, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
		seq, a.At.UnixMilli(), a.Actor.ID, a.Actor.Name, joinRoles(a.Actor.Roles), a.Actor.From, a.Action, a.Subject, a.Reason, a.Detail, ledger.Hash(prev, *a))
	return err
}

const actColumns = "seq, at, actor, name, roles, origin, action, subject, reason, detail, hash"

// Acts lists acts before a number, newest first; before 0 begins at the newest.
func (s *Store) Acts(ctx context.Context, before int64, limit int) ([]paiza.Act, error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	return s.acts(ctx, "SELECT "+actColumns+" FROM act WHERE seq < $1 ORDER BY seq DESC LIMIT "+strconv.Itoa(limit), before)
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

func scanAct(row scanner) (a paiza.Act, hash string, err error) {
	var at int64
	var roles string
	err = row.Scan(&a.Seq, &at, &a.Actor.ID, &a.Actor.Name, &roles, &a.Actor.From, &a.Action, &a.Subject, &a.Reason, &a.Detail, &hash)
	a.At, a.Actor.Roles = time.UnixMilli(at).UTC(), splitRoles(roles)
	return a, hash, err
}

// VerifyLedger reads the whole ledger and checks its order and its hashes. It
// answers how many entries it holds.
func (s *Store) VerifyLedger(ctx context.Context) (int64, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+actColumns+" FROM act ORDER BY seq")
	if err != nil {
		return 0, diskError(err)
	}
	defer rows.Close()
	var chain ledger.Chain
	for rows.Next() {
		a, hash, err := scanAct(rows)
		if err != nil {
			return 0, err
		}
		if err := chain.Check(a, hash); err != nil {
			return chain.Len(), err
		}
	}
	if err := rows.Err(); err != nil {
		return 0, diskError(err)
	}
	var counter int64
	if err := s.read.QueryRowContext(ctx, "SELECT value FROM counter WHERE name = 'act'").Scan(&counter); err != nil {
		return 0, diskError(err)
	}
	return chain.Len(), chain.Ends(counter)
}

// Meta reads a setting of the store; empty when it was never set.
func (s *Store) Meta(ctx context.Context, name string) (string, error) {
	var v string
	err := s.read.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = $1", name).Scan(&v)
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
