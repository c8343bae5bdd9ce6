package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// engine is the database engine, and all that differs between the two.
type engine string

const (
	sqlite   engine = "sqlite"
	postgres engine = "postgres"
)

// searchTable is the full-text index. Both engines are given words that package
// store has cut itself (search.go), so both find the same rows.
func (e engine) searchTable() string {
	if e == sqlite {
		return "CREATE VIRTUAL TABLE seizure_text USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='unicode61 remove_diacritics 0');"
	}
	return "CREATE TABLE seizure_text (rowid BIGINT PRIMARY KEY, words TEXT NOT NULL);\n" +
		"CREATE INDEX seizure_text_words ON seizure_text USING GIN (to_tsvector('simple', words));"
}

// addWords writes the words of one row into the index.
const addWords = "INSERT INTO seizure_text (rowid, words) VALUES ($1, $2)"

// matchWords is the condition that a row's number is among those that hold all
// words; the argument is what matchQuery makes of them.
func (e engine) matchWords(arg string) string {
	if e == sqlite {
		return "SELECT rowid FROM seizure_text WHERE seizure_text MATCH " + arg
	}
	return "SELECT rowid FROM seizure_text WHERE to_tsvector('simple', words) @@ to_tsquery('simple', " + arg + ")"
}

// among is the condition that a column is among the numbers that a query gives.
// PostgreSQL guesses badly how many rows hold a word and would rather read the
// whole table; of a list it looks up each number.
func (e engine) among(query string) string {
	if e == sqlite {
		return "IN (" + query + ")"
	}
	return "= ANY (ARRAY(" + query + "))"
}

// matchQuery asks for rows with all of the words, the last of a word open.
func (e engine) matchQuery(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		if e == sqlite {
			quoted[i] = `"` + w + `"*`
		} else {
			quoted[i] = "'" + w + "':*"
		}
	}
	if e == sqlite {
		return strings.Join(quoted, " AND ")
	}
	return strings.Join(quoted, " & ")
}

// sharing ends a query whose row nobody may change until the transaction ends.
// On SQLite a transaction that writes is alone.
func (e engine) sharing() string {
	if e == sqlite {
		return ""
	}
	return " FOR SHARE"
}

// elsewhere counts what holds the database open from another machine, as far as
// the database can tell: processes of this one read the same file of the secret.
func (t *Tx) elsewhere() (n int64, err error) {
	if t.s.engine == sqlite {
		return 0, nil
	}
	err = t.row(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user
		AND backend_type = 'client backend' AND client_addr IS DISTINCT FROM inet_client_addr()`).Scan(&n)
	return n, err
}

var placeholder = regexp.MustCompile(`\$([0-9]+)`)

// anonymous writes ? for $1, $2 … where they stand in order and once each: the
// SQLite driver looks up every numbered one by its name for every row, which
// costs a sixth of an import.
func (e engine) anonymous(query string) string {
	if e != sqlite {
		return query
	}
	for i, m := range placeholder.FindAllStringSubmatch(query, -1) {
		if m[1] != strconv.Itoa(i+1) {
			return query
		}
	}
	return placeholder.ReplaceAllString(query, "?")
}

//go:embed migrations/*.sql
var migrations embed.FS

// migrationFS serves the migrations with the engine's words put in.
type migrationFS struct {
	fs.FS
	engine engine
}

func (m migrationFS) Open(name string) (fs.File, error) {
	f, err := m.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	sqlText := strings.Replace(string(text), "-- SEARCH INDEX", m.engine.searchTable(), 1)
	if m.engine == sqlite {
		// In SQLite only this spelling makes the key the row's own number.
		sqlText = strings.ReplaceAll(sqlText, "BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY")
		sqlText = strings.ReplaceAll(sqlText, "BYTEA", "BLOB")
	}
	return &textFile{Reader: strings.NewReader(sqlText), info: info}, nil
}

type textFile struct {
	*strings.Reader
	info fs.FileInfo
}

func (f *textFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *textFile) Close() error               { return nil }

// migrate brings the tables up to date. Several processes may start at once on
// one PostgreSQL: a session lock lets one of them do it.
func (s *Store) migrate(ctx context.Context) error {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	dialect := goose.DialectSQLite3
	opts := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if s.engine == postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, s.write, migrationFS{sub, s.engine}, opts...)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring tables up to date: %w", err)
	}
	return nil
}

// openPool opens PostgreSQL for what this program asks: many short questions at
// once. Translating a query to machine code and spreading it over processors make
// one of them quicker and two hundred slower; and its disk is not a spinning one.
func openPool(target string) (*sql.DB, error) {
	c, err := pgx.ParseConfig(target)
	if err != nil {
		return nil, err
	}
	return stdlib.OpenDB(*c, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "SET jit = off; SET max_parallel_workers_per_gather = 0; SET random_page_cost = 1.1")
		return err
	})), nil
}

// by names the index by which SQLite reads the table before it: without figures
// about the rows it cannot know that an order is worth more than a condition
// which most rows meet. PostgreSQL knows.
func (e engine) by(index string) string {
	if e != sqlite {
		return ""
	}
	return " INDEXED BY " + index
}

// forUpdate locks the rows that a transaction reads to change them. On SQLite
// there is one writer, and nothing to lock.
func (e engine) forUpdate(table string) string {
	if e == sqlite {
		return ""
	}
	return " FOR UPDATE OF " + table
}

// relax lets a transaction return before it is on disk, on PostgreSQL. It is for
// the chunks of an import that nobody sees before its last transaction: that one
// waits, and the log is written in order, so it takes the chunks with it. If
// power fails before, the import is cut off as it would be anyway.
func (t *Tx) relax() error {
	if t.s.engine != postgres {
		return nil
	}
	_, err := t.conn.ExecContext(t.ctx, "SET LOCAL synchronous_commit = off")
	return err
}

// copyRows loads many rows at once: COPY on PostgreSQL. SQLite has nothing
// faster than its prepared insert and uses insertRows.
func copyRows(ctx context.Context, conn *sql.Conn, table string, columns []string, rows [][]any) error {
	return conn.Raw(func(dc any) error {
		_, err := dc.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
		return err
	})
}

// Learn tells the planner of PostgreSQL what a large import has brought, and
// empties the list in which its word index keeps what it has not sorted in: until
// the server does so by itself, filtered lists take a hundred times as long.
// SQLite plans without.
func (s *Store) Learn(ctx context.Context) error {
	if s.engine != postgres {
		return nil
	}
	for _, q := range []string{"ANALYZE seizure, seizure_text, total, cell, route_cell, total_cell", "SELECT gin_clean_pending_list('seizure_text_words')"} {
		if _, err := s.write.ExecContext(ctx, q); err != nil {
			return diskError(err)
		}
	}
	return nil
}
