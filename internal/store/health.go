package store

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"paiza"
)

// Meter is told of every transaction that writes. lost says that the store
// could not keep it, which a refusal of the act itself is not.
type Meter interface {
	WriteBegan()
	WriteEnded(took time.Duration, lost bool)
}

// Measure sets who is told. It is called before the store is used.
func (s *Store) Measure(m Meter) { s.meter = m }

// lost tells a fault of the store from a refusal and from an asker who left.
func lost(err error) bool {
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false
	case errors.Is(err, paiza.ErrUnavailable):
		return true
	}
	var pe *paiza.Error
	return !errors.As(err, &pe)
}

// Ping asks the database for an answer. On SQLite the one writing connection is
// left alone: a long import may hold it, and that is no fault.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	if err := s.read.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return paiza.Unavailable("store.no_database", err)
	}
	return nil
}

// Current is an error when the tables are not of this program's version: a
// newer program has brought a shared database further.
func (s *Store) Current(ctx context.Context) error {
	var have int64
	err := s.read.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version").Scan(&have)
	if err != nil {
		return diskError(err)
	}
	want, err := newestMigration()
	if err != nil {
		return err
	}
	if have != want {
		return paiza.Conflict("store.other_version", paiza.Args{"have": have, "want": want})
	}
	return nil
}

func newestMigration() (newest int64, err error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	for _, name := range names {
		number, _, _ := strings.Cut(filepath.Base(name), "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return 0, err
		}
		newest = max(newest, n)
	}
	return newest, err
}

// LedgerSound checks that the end of the ledger is what its signed head says.
// It costs the last entries and not the whole.
func (s *Store) LedgerSound(ctx context.Context) error {
	_, err := s.verify(ctx, nil, true)
	return damaged(err)
}

// Pulse is what the store says of itself in a few cheap questions.
type Pulse struct {
	Entries        int64     // of the ledger
	LastAct        time.Time // zero for none
	ImportsRunning int
	ImportRows     int64     // read by the import that runs
	ImportAt       time.Time // when it last said how far it is
	LastBackup     time.Time // zero for none
}

// metaBackup holds when the last backup was written and proved, unix ms.
const metaBackup = "backup_done"

// SetBackupDone notes when a backup was written and proved.
func (t *Tx) SetBackupDone(at time.Time) error {
	return t.SetMeta(metaBackup, strconv.FormatInt(at.UnixMilli(), 10))
}

// Pulse answers for figures and checks.
func (s *Store) Pulse(ctx context.Context) (Pulse, error) {
	var p Pulse
	var last int64
	err := s.read.QueryRowContext(ctx, `SELECT (SELECT value FROM counter WHERE name = 'act'),
		coalesce((SELECT at FROM act ORDER BY seq DESC LIMIT 1), 0)`).Scan(&p.Entries, &last)
	if err != nil {
		return p, diskError(err)
	}
	if last > 0 {
		p.LastAct = time.UnixMilli(last)
	}
	done, err := s.Meta(ctx, metaBackup)
	if err != nil {
		return p, err
	}
	if ms, err := strconv.ParseInt(done, 10, 64); err == nil {
		p.LastBackup = time.UnixMilli(ms)
	}
	return p, s.runningImports(ctx, &p)
}

func (s *Store) runningImports(ctx context.Context, p *Pulse) error {
	rows, err := s.read.QueryContext(ctx, "SELECT started, progress FROM import WHERE state = $1", string(paiza.StateRunning))
	if err != nil {
		return diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var started int64
		var text string
		if err := rows.Scan(&started, &text); err != nil {
			return diskError(err)
		}
		var progress paiza.Progress
		if err := json.Unmarshal([]byte(text), &progress); err != nil {
			return err
		}
		at := time.UnixMilli(started)
		if progress.Updated.After(at) {
			at = progress.Updated
		}
		p.ImportsRunning++
		p.ImportRows += progress.Rows
		if p.ImportAt.IsZero() || at.Before(p.ImportAt) { // the most silent one
			p.ImportAt = at
		}
	}
	return diskError(rows.Err())
}
