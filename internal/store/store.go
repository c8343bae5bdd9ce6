// Package store keeps everything a node knows: all SQL of Paiza is here, one
// file per subject, over SQLite (one file, the default) and PostgreSQL.
//
// Read store.go for opening, tx.go for the one way to write, and
// migrations/00001_house.sql for the tables. What the two engines do
// differently is in dialect.go and nowhere else.
//
// The package decides nothing: package desk asks whether an act is allowed and
// writes its ledger entry in the same transaction.
package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"paiza"

	_ "modernc.org/sqlite" // the SQLite driver, named "sqlite"
)

// Store is an open database. It is safe for concurrent use.
type Store struct {
	engine engine
	path   string  // the file, for SQLite
	read   *sql.DB // many readers
	write  *sql.DB // one writer for SQLite; the same pool for PostgreSQL
	queue  chan *job
	quit   chan struct{} // closed, once, when the store closes
	once   sync.Once
	done   chan struct{} // closed when the writer has stopped
	meter  Meter         // nil: nobody measures
	now    func() time.Time
	heads  heads    // of the ledger
	often  sync.Map // queries that every act asks, prepared: *sql.Stmt by text
	vault  vault
	repair bool // see OpenForRepair
}

// Open opens the store that target names and brings its tables up to date:
// a file path for SQLite, or postgres://… for PostgreSQL. It refuses a store
// whose ledger does not end as its checkpoint says.
func Open(ctx context.Context, target string) (*Store, error) { return open(ctx, target, whole) }

// OpenForRepair opens a store without that check, to look at a damaged ledger
// and to restore a backup over it: every act is refused.
func OpenForRepair(ctx context.Context, target string) (*Store, error) {
	return open(ctx, target, forRepair)
}

// manner is how a store is opened.
type manner int

const (
	whole     manner = iota // to work with
	forRepair               // to look at a damaged ledger
	asCopy                  // a backup on its way: it has no secret, and no act is written
)

func open(ctx context.Context, target string, how manner) (*Store, error) {
	s := &Store{now: time.Now, repair: how == forRepair}
	var err error
	if s.vault.file, err = SecretFile(target); err != nil && how == whole {
		return nil, err
	}
	if IsPostgres(target) {
		s.engine = postgres
		err = s.openPostgres(ctx, target)
	} else {
		s.engine = sqlite
		err = s.openSQLite(ctx, target)
	}
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx); err != nil {
		s.closePools()
		return nil, err
	}
	if s.engine == sqlite {
		s.queue, s.quit, s.done = make(chan *job), make(chan struct{}), make(chan struct{})
		go s.writer()
	}
	if err := s.readyLedger(ctx, how); err != nil && how != forRepair {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// IsPostgres reports whether target names a PostgreSQL database.
func IsPostgres(target string) bool {
	return strings.HasPrefix(target, "postgres://") || strings.HasPrefix(target, "postgresql://")
}

// Engine names the database engine: "sqlite" or "postgres".
func (s *Store) Engine() string { return string(s.engine) }

// Path is the database file, empty for PostgreSQL.
func (s *Store) Path() string { return s.path }

// Close waits for the writer and closes the pools. Who writes afterwards is
// refused.
func (s *Store) Close() error {
	if s.quit != nil {
		s.once.Do(func() { close(s.quit) })
		<-s.done
	}
	return s.closePools()
}

func (s *Store) closePools() error {
	err := s.read.Close()
	if s.write != s.read {
		err = errors.Join(err, s.write.Close())
	}
	return err
}

// askOften asks for one row with a query that is prepared once: for what every
// act and every page asks.
func (s *Store) askOften(ctx context.Context, query string, args ...any) scanner {
	st, ok := s.often.Load(query)
	if !ok {
		made, err := s.read.PrepareContext(context.WithoutCancel(ctx), query)
		if err != nil {
			return failed{err}
		}
		if st, ok = s.often.LoadOrStore(query, made); ok {
			made.Close()
		}
	}
	return st.(*sql.Stmt).QueryRowContext(ctx, args...)
}

func (s *Store) openSQLite(ctx context.Context, path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	s.path = abs
	dir := filepath.Dir(abs)
	if _, err := os.Stat(dir); err != nil {
		return &paiza.Error{Kind: paiza.ErrUnavailable, Key: "store.no_folder", Args: paiza.Args{"folder": dir}, Err: err}
	}
	if err := refuseNetworkFile(dir); err != nil {
		return err
	}
	if err := refuseForeignFile(abs); err != nil {
		return err
	}
	if s.write, err = sql.Open("sqlite", sqliteDSN(abs, "rwc", "immediate")); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	if err := s.write.PingContext(ctx); err != nil {
		s.write.Close()
		return &paiza.Error{Kind: paiza.ErrUnavailable, Key: "store.cannot_open", Args: paiza.Args{"file": abs}, Err: err}
	}
	if s.read, err = sql.Open("sqlite", sqliteDSN(abs, "ro", "deferred")); err != nil {
		s.write.Close()
		return err
	}
	s.read.SetMaxOpenConns(8)
	s.read.SetMaxIdleConns(8)
	return nil
}

// sqliteDSN: synchronous=FULL, because an acknowledged act must survive the
// loss of power and not only of the process.
func sqliteDSN(path, mode, lock string) string {
	q := url.Values{"mode": {mode}, "_txlock": {lock}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)",
		"cache_size(-32768)", "temp_store(memory)", "wal_autocheckpoint(4000)"}}
	if mode == "ro" {
		q["_pragma"] = []string{"busy_timeout(10000)", "query_only(1)", "cache_size(-8192)", "temp_store(memory)"}
		q.Set("mode", "rw") // a read-only handle cannot take part in WAL recovery
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// refuseForeignFile stops Paiza from writing tables into a file that is not its
// own, which happens when a person swaps two arguments.
func refuseForeignFile(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return &paiza.Error{Kind: paiza.ErrUnavailable, Key: "store.cannot_open", Args: paiza.Args{"file": path}, Err: err}
	}
	defer f.Close()
	head := make([]byte, 16)
	n, _ := f.Read(head)
	if n != 0 && string(head[:n]) != "SQLite format 3\x00" {
		return paiza.Invalid("store.not_a_store", paiza.Args{"file": path})
	}
	return nil
}

func (s *Store) openPostgres(ctx context.Context, target string) error {
	db, err := openPool(target)
	if err != nil {
		return paiza.Unavailable("store.no_database", err)
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(8)
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return paiza.Unavailable("store.no_database", err)
	}
	s.read, s.write = db, db
	return nil
}
