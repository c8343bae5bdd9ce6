package store

import (
	"context"
	"os"
	"path/filepath"
	"time"
)

// Size is how large a store is, in bytes and in rows.
type Size struct {
	File     int64 // the database: the file, or what PostgreSQL says of it
	Log      int64 // SQLite's write-ahead log
	Seizures int64
	Totals   int64
	Imports  int64
	Entries  int64 // of the ledger
	People   int64
	Sessions int64 // that have not run out
	Uploads  int64 // waiting to be imported
}

// Bytes is what the store takes on disk.
func (z Size) Bytes() int64 { return z.File + z.Log }

// Size measures the store.
func (s *Store) Size(ctx context.Context, now time.Time) (Size, error) {
	var z Size
	err := s.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM seizure), (SELECT count(*) FROM total), (SELECT count(*) FROM import),
		(SELECT value FROM counter WHERE name = 'act'), (SELECT count(*) FROM person),
		(SELECT count(*) FROM session WHERE expiry > $1), (SELECT count(*) FROM upload)`, now.UnixMilli()).
		Scan(&z.Seizures, &z.Totals, &z.Imports, &z.Entries, &z.People, &z.Sessions, &z.Uploads)
	if err != nil {
		return z, diskError(err)
	}
	z.File, z.Log, err = s.Bytes(ctx)
	return z, err
}

// Bytes is the size of the database, and of SQLite's write-ahead log.
func (s *Store) Bytes(ctx context.Context) (file, log int64, err error) {
	if s.engine == postgres {
		err := s.read.QueryRowContext(ctx, "SELECT pg_database_size(current_database())").Scan(&file)
		return file, 0, diskError(err)
	}
	if file, err = fileSize(s.path); err != nil {
		return 0, 0, err
	}
	log, err = fileSize(s.path + "-wal")
	if os.IsNotExist(err) {
		err = nil
	}
	return file, log, err
}

func fileSize(path string) (int64, error) {
	st, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}

// Folder is where the database file lies; empty for PostgreSQL, whose disk is
// another machine's affair.
func (s *Store) Folder() string {
	if s.engine == postgres {
		return ""
	}
	return filepath.Dir(s.path)
}

// Versions are the engine's version and the number of the newest migration of
// the tables.
func (s *Store) Versions(ctx context.Context) (engine string, tables int64, err error) {
	query := "SELECT sqlite_version()"
	if s.engine == postgres {
		query = "SELECT current_setting('server_version')"
	}
	if err := s.read.QueryRowContext(ctx, query).Scan(&engine); err != nil {
		return "", 0, diskError(err)
	}
	err = s.read.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version WHERE is_applied").Scan(&tables)
	return engine, tables, diskError(err)
}

// Measure is how large the store was on a day.
type Measure struct {
	Day     int64 // yyyymmdd, UTC
	Bytes   int64
	Rows    int64
	Entries int64
}

// PutMeasure keeps the measurement of a day in the place of an earlier one, and
// forgets those of days before oldest.
func (t *Tx) PutMeasure(m Measure, oldest int64) error {
	if _, err := t.exec(`INSERT INTO measure (day, bytes, lines, entries) VALUES ($1, $2, $3, $4)
		ON CONFLICT (day) DO UPDATE SET bytes = excluded.bytes, lines = excluded.lines, entries = excluded.entries`, m.Day, m.Bytes, m.Rows, m.Entries); err != nil {
		return err
	}
	_, err := t.exec("DELETE FROM measure WHERE day < $1", oldest)
	return err
}

// Measures lists the measurements from a day on, oldest first.
func (s *Store) Measures(ctx context.Context, from int64) ([]Measure, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT day, bytes, lines, entries FROM measure WHERE day >= $1 ORDER BY day", from)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []Measure
	for rows.Next() {
		var m Measure
		if err := rows.Scan(&m.Day, &m.Bytes, &m.Rows, &m.Entries); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, diskError(rows.Err())
}

// OldUploads counts uploads from before a time.
func (s *Store) OldUploads(ctx context.Context, before time.Time) (n int64, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT count(*) FROM upload WHERE created < $1", before.UnixMilli()).Scan(&n)
	return n, diskError(err)
}

// DropOldUploads forgets uploads from before a time and says how many.
func (t *Tx) DropOldUploads(before time.Time) (int64, error) {
	if _, err := t.exec("DELETE FROM upload_chunk WHERE upload IN (SELECT id FROM upload WHERE created < $1)", before.UnixMilli()); err != nil {
		return 0, err
	}
	res, err := t.exec("DELETE FROM upload WHERE created < $1", before.UnixMilli())
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
