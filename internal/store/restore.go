package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"paiza"
)

// Restore puts a backup in the place of a store, after checking it. target may
// be a file that does not exist yet, or an empty or existing PostgreSQL
// database, whose content is replaced in one transaction. replace allows an
// existing file to be replaced.
func Restore(ctx context.Context, file, target string, replace bool) error {
	if err := CheckBackup(ctx, file); err != nil {
		return err
	}
	if IsPostgres(target) {
		if err := readySecret(ctx, file, target); err != nil {
			return err
		}
		return restorePostgres(ctx, file, target, replace)
	}
	if _, err := os.Stat(target); err == nil && !replace {
		return paiza.Conflict("restore.exists", paiza.Args{"file": target})
	}
	if _, err := os.Stat(target + "-wal"); err == nil && !replace {
		return paiza.Conflict("restore.exists", paiza.Args{"file": target + "-wal"})
	}
	if err := readySecret(ctx, file, target); err != nil {
		return err
	}
	b, err := open(ctx, file, asCopy)
	if err != nil {
		return err
	}
	defer b.Close()
	tmp := target + ".part"
	os.Remove(tmp)
	defer removeStore(tmp)
	if err := b.vacuumInto(ctx, tmp); err != nil {
		return err
	}
	if err := retire(ctx, target); err != nil {
		return err
	}
	return settle(tmp, target)
}

// retire folds the write-ahead log of a store into its file, so that the file
// can be replaced by a rename alone: a log left behind would be played into the
// new one. It is refused while another process has the store open.
func retire(ctx context.Context, target string) error {
	if _, err := os.Stat(target); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := refuseForeignFile(target); errors.Is(err, paiza.ErrInvalid) {
		return setAside(target)
	} else if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: target}).EscapedPath()+"?mode=rw&_pragma=busy_timeout(2000)")
	if err != nil {
		return err
	}
	defer db.Close()
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = delete").Scan(&mode); err != nil || mode != "delete" {
		if diskFault(err) == "store.damaged" {
			// A damaged store is what a backup is for: its log goes with it.
			return errors.Join(removeTail(target+"-wal"), removeTail(target+"-shm"))
		}
		return &paiza.Error{Kind: paiza.ErrConflict, Key: "restore.in_use", Args: paiza.Args{"file": target}, Err: err}
	}
	return nil
}

// setAside gives a file and its log a name under which nothing was before.
func setAside(target string) error {
	aside := target + ".replaced-" + time.Now().UTC().Format("20060102T150405.000")
	for _, tail := range []string{"-wal", "-shm", ""} {
		if err := os.Rename(target+tail, aside+tail); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func removeTail(file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func restorePostgres(ctx context.Context, file, target string, replace bool) error {
	b, err := open(ctx, file, asCopy)
	if err != nil {
		return err
	}
	defer b.Close()
	s, err := OpenForRepair(ctx, target) // a damaged ledger is a reason to restore
	if err != nil {
		return err
	}
	defer s.Close()
	if acts, err := s.Acts(ctx, 0, 1); err != nil {
		return err
	} else if len(acts) > 0 && !replace {
		return paiza.Conflict("restore.not_empty", nil)
	}
	tx, err := b.snapshot(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	return s.Write(ctx, func(w *Tx) error {
		if err := w.dropChain(); err != nil {
			return err
		}
		for _, name := range append([]string{"seizure_text"}, running...) {
			if _, err := w.exec("DELETE FROM " + name); err != nil {
				return err
			}
		}
		for _, t := range tables {
			if _, err := w.exec("DELETE FROM " + t.name); err != nil {
				return err
			}
			columns := strings.Split(t.columns, ", ")
			err := readTable(ctx, tx, t.name, columns, func(rows [][]any) error {
				if t.name == "seizure" {
					if err := w.copyWords(columns, rows); err != nil {
						return err
					}
				}
				return copyRows(ctx, w.raw, t.name, columns, rows)
			})
			if err != nil {
				return fmt.Errorf("restore table %s: %w", t.name, err)
			}
		}
		return nil
	})
}

// copyWords fills the search index for rows in the order of seizureColumns.
func (t *Tx) copyWords(columns []string, rows [][]any) error {
	at := map[string]int{}
	for i, c := range columns {
		at[c] = i
	}
	str := func(row []any, c string) string { s, _ := row[at[c]].(string); return s }
	var b strings.Builder
	texts := make([][]any, len(rows))
	for i, row := range rows {
		z := paiza.Seizure{SubstanceText: str(row, "substance_text"), Place: str(row, "place"), DivisionText: str(row, "division_text"),
			Agency: str(row, "agency"), Reference: str(row, "reference"), Exhibit: str(row, "exhibit"), Packaging: str(row, "packaging")}
		texts[i] = []any{row[0], wordsOf(&b, &z)}
	}
	return copyRows(t.ctx, t.raw, "seizure_text", []string{"rowid", "words"}, texts)
}

// settle gives a finished file its name, durably.
func settle(tmp, file string) error {
	f, err := os.OpenFile(tmp, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	err = f.Sync()
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp, file); err != nil {
		return err
	}
	return syncDir(filepath.Dir(file))
}

// syncDir makes the names in a folder durable.
func syncDir(folder string) error {
	dir, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

func removeStore(file string) {
	for _, tail := range []string{"", "-wal", "-shm"} {
		os.Remove(file + tail)
	}
}
