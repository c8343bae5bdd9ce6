package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"paiza"
	"paiza/wire"
)

// Tx is a transaction that may write. Whoever gets one from Write may not keep
// it after his function returns.
type Tx struct {
	s    *Store
	ctx  context.Context
	conn querier
	raw  *sql.Conn // of PostgreSQL, for COPY
	rev  int64     // of the cells this transaction touches; 0 until asked for
	stmt map[string]*sql.Stmt
	// handlings are the numbers of those that this act has looked up.
	handlings map[string]int64
	grown     []wire.NodeID // peers whose logs this act has appended to
	many      int64         // how many numbers are taken of a counter at once; see Expect
	spans     map[string]*span
}

// span is numbers of a counter that this act has taken and not used yet.
type span struct{ next, last int64 }

// querier is what *sql.DB, *sql.Conn and *sql.Tx have in common.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

type job struct {
	ctx context.Context
	fn  func(*Tx) error
	err chan error
}

// Write runs fn in a transaction and returns when it is durable. On SQLite there
// is one writer: acts that wait at the same moment share one transaction, each
// in a savepoint of its own, and so one sync of the disk (group commit). If fn
// fails, nothing of it is kept and its error comes back.
func (s *Store) Write(ctx context.Context, fn func(*Tx) error) error {
	if s.meter == nil {
		return s.keep(ctx, fn)
	}
	s.meter.WriteBegan()
	began := time.Now()
	err := s.keep(ctx, fn)
	s.meter.WriteEnded(time.Since(began), lost(err))
	return err
}

func (s *Store) keep(ctx context.Context, fn func(*Tx) error) error {
	if s.engine == postgres {
		return s.writePostgres(ctx, fn)
	}
	j := &job{ctx: ctx, fn: fn, err: make(chan error, 1)}
	select {
	case s.queue <- j:
	case <-s.quit:
		return paiza.Unavailable("store.closed", nil)
	case <-ctx.Done():
		return ctx.Err()
	}
	return <-j.err
}

// batchMax bounds how many acts share a transaction, so that a crowd does not
// make the first of it wait.
const batchMax = 64

func (s *Store) writer() {
	defer close(s.done)
	for {
		select {
		case j := <-s.queue:
			s.commitBatch(j)
		case <-s.quit:
			return
		}
	}
}

func (s *Store) commitBatch(first *job) {
	ctx := context.Background()
	conn, err := s.write.Conn(ctx)
	if err != nil {
		first.err <- err
		return
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		first.err <- diskError(err)
		return
	}
	tx := &Tx{s: s, ctx: ctx, conn: conn, stmt: map[string]*sql.Stmt{}}
	defer tx.closeStatements()
	// The first act needs no savepoint: if it fails, nothing else has happened
	// yet. A savepoint costs a copy of every page, which a long import feels.
	if err := s.try(tx, first); err != nil {
		conn.ExecContext(ctx, "ROLLBACK")
		first.err <- diskError(err)
		return
	}
	waiting := []*job{first}
	for len(waiting) < batchMax {
		var j *job
		select {
		case j = <-s.queue:
		default:
		}
		if j == nil {
			break
		}
		if err := s.savepoint(conn, tx, j); err != nil {
			j.err <- err
		} else {
			waiting = append(waiting, j)
		}
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	if err != nil {
		conn.ExecContext(ctx, "ROLLBACK")
		err = diskError(err)
	}
	for _, j := range waiting {
		j.err <- err
	}
}

// try runs an act in the open transaction.
func (s *Store) try(tx *Tx, j *job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a transaction: %v", p)
		}
	}()
	if j.ctx.Err() != nil {
		return j.ctx.Err()
	}
	tx.ctx, tx.rev, tx.handlings, tx.grown, tx.many, tx.spans = j.ctx, 0, nil, nil, 0, nil // of an act that was taken back nothing may stay
	return j.fn(tx)
}

func (s *Store) savepoint(conn *sql.Conn, tx *Tx, j *job) error {
	ctx := context.Background()
	begin, err := tx.prepare("SAVEPOINT act")
	if err != nil {
		return diskError(err)
	}
	end, err := tx.prepare("RELEASE act")
	if err != nil {
		return diskError(err)
	}
	if _, err := begin.ExecContext(ctx); err != nil {
		return diskError(err)
	}
	err = s.try(tx, j)
	if err != nil {
		conn.ExecContext(ctx, "ROLLBACK TO act")
	}
	end.ExecContext(ctx)
	return diskError(err)
}

func (s *Store) writePostgres(ctx context.Context, fn func(*Tx) error) error {
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return paiza.Unavailable("store.no_database", err)
	}
	defer conn.Close()
	stx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return diskError(err)
	}
	defer stx.Rollback()
	tx := &Tx{s: s, ctx: ctx, conn: stx, raw: conn, stmt: map[string]*sql.Stmt{}}
	defer tx.closeStatements()
	if err := fn(tx); err != nil {
		return diskError(err)
	}
	return diskError(stx.Commit())
}

func (t *Tx) closeStatements() {
	for _, st := range t.stmt {
		st.Close()
	}
}

// exec runs a statement, prepared once per transaction.
func (t *Tx) exec(query string, args ...any) (sql.Result, error) {
	if t.s.engine == postgres {
		return t.conn.ExecContext(t.ctx, query, args...) // the driver keeps statements for each connection
	}
	st, err := t.prepare(query)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(t.ctx, args...)
}

// row asks for one row with a statement that is prepared once.
func (t *Tx) row(query string, args ...any) scanner {
	if t.s.engine == postgres {
		return t.conn.QueryRowContext(t.ctx, query, args...)
	}
	st, err := t.prepare(query)
	if err != nil {
		return failed{err}
	}
	return st.QueryRowContext(t.ctx, args...)
}

// failed is a row that could not be asked for.
type failed struct{ err error }

// Scan gives the error.
func (f failed) Scan(...any) error { return f.err }

func (t *Tx) prepare(query string) (*sql.Stmt, error) {
	if st, ok := t.stmt[query]; ok {
		return st, nil
	}
	// The statement outlives the act's context: a batch shares it.
	st, err := t.conn.PrepareContext(context.WithoutCancel(t.ctx), t.s.engine.anonymous(query))
	if err != nil {
		return nil, fmt.Errorf("prepare %.60q: %w", query, err)
	}
	t.stmt[query] = st
	return st, nil
}

func (t *Tx) queryRow(query string, args ...any) *sql.Row {
	return t.conn.QueryRowContext(t.ctx, query, args...)
}

// next raises a counter by n and returns its new value. The row's lock orders
// concurrent writers until they commit.
func (t *Tx) next(name string, n int64) (int64, error) {
	var v int64
	err := t.row("UPDATE counter SET value = value + $1 WHERE name = $2 RETURNING value", n, name).Scan(&v)
	return v, err
}

// Expect says how many subjects the act is going to write at most. Numbers are
// then taken so many at a time; those that are left over stay unused.
func (t *Tx) Expect(n int) { t.many = int64(n) }

// number is the next number of a counter that may leave some out.
func (t *Tx) number(name string) (int64, error) {
	if s := t.spans[name]; s != nil && s.next <= s.last {
		s.next++
		return s.next - 1, nil
	}
	n := max(1, t.many)
	last, err := t.next(name, n)
	if err != nil {
		return 0, err
	}
	if t.spans == nil {
		t.spans = map[string]*span{}
	}
	t.spans[name] = &span{next: last - n + 2, last: last}
	return last - n + 1, nil
}

// Rev is the revision under which this transaction changes cells.
func (t *Tx) revision() (int64, error) {
	if t.rev == 0 {
		v, err := t.next("rev", 1)
		if err != nil {
			return 0, err
		}
		t.rev = v
	}
	return t.rev, nil
}

// diskError turns the engine's word for a full disk or a damaged file into a
// refusal that says what to do.
func diskError(err error) error {
	if err == nil {
		return nil
	}
	var pe *paiza.Error
	if errors.As(err, &pe) {
		return err
	}
	if kind := diskFault(err); kind != "" {
		return paiza.Unavailable(kind, err)
	}
	return err
}
