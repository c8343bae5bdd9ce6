package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"paiza"
	"paiza/wire"
)

// Tx is a transaction that may write. Whoever gets one from Write may not keep
// it after his function returns.
type Tx struct {
	s *Store
	// ctx is that of the act. On SQLite it has no end: to be interruptible, a
	// statement takes a goroutine of its own. The act ends between two of them,
	// with asked.
	ctx, asked context.Context
	conn       querier
	raw        *sql.Conn     // under conn, for COPY
	took       time.Duration // the last commit
	crowd      bool          // it was of several acts
	rev        int64         // of the cells this transaction touches; 0 until asked for
	stmt       map[string]*sql.Stmt
	plain      map[string]driver.Stmt // those that give no rows: see execSQLite
	values     []driver.NamedValue    // of one of them at a time
	work
	grown []wire.NodeID // peers whose logs this act has appended to
	many  int64         // how many numbers are taken of a counter at once; see Expect
}

// work is what the acts of one transaction share. Of an act that is taken back
// nothing stays in it.
type work struct {
	acts      int64            // that are in the transaction
	growth    *growth          // of the ledger
	ends      []logEnd         // of logs for peers
	handlings map[string]int64 // that were looked up; replaced, never changed
	spans     []span           // of counters
}

// clone is what to go back to when the act that follows is taken back. It is made
// for every act, and so of little.
func (w *work) clone() work {
	return work{w.acts, w.growth.clone(), slices.Clone(w.ends), w.handlings, slices.Clone(w.spans)}
}

// span is numbers of a counter that were taken and not used yet.
type span struct {
	counter    string
	used, last int64
}

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
const batchMax = 128

// statementMax bounds how many prepared statements the writer keeps: some are
// made for one act alone.
const statementMax = 400

func (s *Store) writer() {
	defer close(s.done)
	tx := &Tx{s: s, stmt: map[string]*sql.Stmt{}, plain: map[string]driver.Stmt{}}
	defer tx.letGo()
	for {
		select {
		case j := <-s.queue:
			s.commitBatch(tx, j)
		case <-s.quit:
			return
		}
	}
}

// begin opens a transaction on the connection that the writer keeps with its
// statements.
func (t *Tx) begin(ctx context.Context) error {
	t.work = work{}
	if len(t.stmt)+len(t.plain) > statementMax {
		t.closeStatements()
	}
	if t.conn == nil {
		conn, err := t.s.write.Conn(ctx)
		if err != nil {
			return err
		}
		t.conn, t.raw = conn, conn
	}
	err := t.run(ctx, "BEGIN IMMEDIATE")
	if err != nil {
		t.letGo()
	}
	return diskError(err)
}

// letGo gives the writer's connection back.
func (t *Tx) letGo() {
	t.closeStatements()
	if t.raw != nil {
		t.raw.Close()
		t.conn, t.raw = nil, nil
	}
}

// run executes a statement that has neither arguments nor rows.
func (t *Tx) run(ctx context.Context, statement string) error {
	_, err := t.execSQLite(ctx, statement)
	return err
}

func (s *Store) commitBatch(tx *Tx, first *job) {
	ctx := context.Background()
	if err := tx.begin(ctx); err != nil {
		first.err <- err
		return
	}
	// The first act needs no savepoint: if it fails, nothing else has happened
	// yet. A savepoint costs a copy of every page, which a long import feels.
	if err := s.try(tx, first); err != nil {
		tx.rollback()
		first.err <- diskError(err)
		return
	}
	waiting := []*job{first}
	patience := min(tx.took/2, patienceMax)
	for len(waiting) < batchMax {
		j := s.another(tx.crowd || len(waiting) > 1, &patience)
		if j == nil {
			break
		}
		if err := s.savepoint(tx, j); err != nil {
			j.err <- err
		} else {
			waiting = append(waiting, j)
		}
	}
	began := time.Now()
	tx.ctx, tx.asked = ctx, ctx
	err := tx.finish()
	if err == nil {
		err = tx.run(ctx, "COMMIT")
	}
	if err != nil {
		tx.rollback()
		err = diskError(err)
	}
	tx.took, tx.crowd = time.Since(began), len(waiting) > 1
	for _, j := range waiting {
		j.err <- err
	}
}

// patienceMax bounds how long acts wait for company.
const patienceMax = 2 * time.Millisecond

// another is an act that shares the transaction of those before it. One that is
// alone waits for nobody. Several are a crowd, and so is one that comes after a
// crowd: for half the time that the last commit took, what is about to come is
// waited for, because it would have to wait for the next commit.
func (s *Store) another(crowd bool, patience *time.Duration) *job {
	select {
	case j := <-s.queue:
		return j
	default:
	}
	if !crowd || *patience <= 0 {
		return nil
	}
	began := time.Now()
	timer := time.NewTimer(*patience)
	defer timer.Stop()
	select {
	case j := <-s.queue:
		*patience -= time.Since(began)
		return j
	case <-timer.C:
		return nil
	}
}

// finish writes what the transaction's acts have in common.
func (t *Tx) finish() error {
	if err := t.writeEnds(); err != nil {
		return err
	}
	return t.seal()
}

// rollback takes the transaction back. A connection that cannot even do that is
// not used again.
func (t *Tx) rollback() {
	if err := t.run(context.Background(), "ROLLBACK"); err != nil && !strings.Contains(err.Error(), "no transaction is active") {
		t.letGo()
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
	tx.ctx, tx.asked = context.WithoutCancel(j.ctx), j.ctx
	tx.rev, tx.grown, tx.many = 0, nil, 0
	tx.acts++
	return j.fn(tx)
}

func (s *Store) savepoint(tx *Tx, j *job) error {
	ctx := context.Background()
	if err := tx.run(ctx, "SAVEPOINT act"); err != nil {
		return diskError(err)
	}
	before := tx.work.clone()
	err := s.try(tx, j)
	if err != nil {
		tx.work = before
		tx.run(ctx, "ROLLBACK TO act")
	}
	tx.run(ctx, "RELEASE act")
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
	tx := &Tx{s: s, ctx: ctx, asked: ctx, conn: stx, raw: conn, stmt: map[string]*sql.Stmt{}}
	defer tx.closeStatements()
	if err := fn(tx); err != nil {
		return diskError(err)
	}
	if err := tx.finish(); err != nil {
		return diskError(err)
	}
	return diskError(stx.Commit())
}

func (t *Tx) closeStatements() {
	for _, st := range t.stmt {
		st.Close()
	}
	clear(t.stmt)
	if len(t.plain) > 0 {
		_ = t.raw.Raw(func(any) error {
			for _, st := range t.plain {
				st.Close()
			}
			return nil
		})
		clear(t.plain)
	}
}

// exec runs a statement, prepared once.
func (t *Tx) exec(query string, args ...any) (sql.Result, error) {
	if t.s.engine == postgres {
		return t.conn.ExecContext(t.ctx, query, args...) // the driver keeps statements for each connection
	}
	if err := t.asked.Err(); err != nil {
		return nil, err
	}
	return t.execSQLite(t.ctx, query, args...)
}

// execSQLite runs a statement, prepared once, by the driver itself: an act
// writes eight rows of a few hundred bytes, and what database/sql does for each
// on the way, for connections that this one writer does not share, is a tenth of
// what the act takes.
func (t *Tx) execSQLite(ctx context.Context, query string, args ...any) (res sql.Result, err error) {
	t.values = t.values[:0]
	for i, a := range args {
		v, err := driver.DefaultParameterConverter.ConvertValue(a)
		if err != nil {
			return nil, fmt.Errorf("value %d of %.60q: %w", i+1, query, err)
		}
		t.values = append(t.values, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	err = t.raw.Raw(func(conn any) error {
		st, ok := t.plain[query]
		if !ok {
			var err error
			// The statement outlives the act's context.
			if st, err = conn.(driver.ConnPrepareContext).PrepareContext(context.Background(), t.s.engine.anonymous(query)); err != nil {
				return fmt.Errorf("prepare %.60q: %w", query, err)
			}
			t.plain[query] = st
		}
		res, err = st.(driver.StmtExecContext).ExecContext(ctx, t.values)
		return err
	})
	clear(t.values) // they are long
	return res, err
}

// row asks for one row with a statement that is prepared once.
func (t *Tx) row(query string, args ...any) scanner {
	if t.s.engine == postgres {
		return t.conn.QueryRowContext(t.ctx, query, args...)
	}
	st, err := t.statement(query)
	if err != nil {
		return failed{err}
	}
	return st.QueryRowContext(t.ctx, args...)
}

// failed is a row that could not be asked for.
type failed struct{ err error }

// Scan gives the error.
func (f failed) Scan(...any) error { return f.err }

// statement is the prepared query, unless the act has been given up meanwhile.
func (t *Tx) statement(query string) (*sql.Stmt, error) {
	if err := t.asked.Err(); err != nil {
		return nil, err
	}
	return t.prepare(query)
}

func (t *Tx) prepare(query string) (*sql.Stmt, error) {
	if st, ok := t.stmt[query]; ok {
		return st, nil
	}
	// The statement outlives the act's context.
	st, err := t.conn.PrepareContext(context.Background(), t.s.engine.anonymous(query))
	if err != nil {
		return nil, fmt.Errorf("prepare %.60q: %w", query, err)
	}
	t.stmt[query] = st
	return st, nil
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

// number is the next number of a counter that may leave some out. When many acts
// share a transaction they take more and more at once; a node at rest leaves
// none out.
func (t *Tx) number(name string) (int64, error) {
	at := slices.IndexFunc(t.spans, func(s span) bool { return s.counter == name })
	if at >= 0 && t.spans[at].used < t.spans[at].last {
		t.spans[at].used++
		return t.spans[at].used, nil
	}
	n := max(1, t.many, t.acts/4)
	last, err := t.next(name, n)
	if err != nil {
		return 0, err
	}
	if at < 0 {
		at = len(t.spans)
		t.spans = append(t.spans, span{counter: name})
	}
	t.spans[at].used, t.spans[at].last = last-n+1, last
	return last - n + 1, nil
}

// Counters takes the locks of the named counters in the order given, for an act
// that needs several of them in an order that what it reads decides: two such
// acts would wait for each other. All other acts take them in the order
// handling, seizure, alert, note, item, inbox, receipt. On SQLite there is one
// writer, and nothing to lock.
func (t *Tx) Counters(names ...string) error {
	if t.s.engine == sqlite {
		return nil
	}
	for _, name := range names {
		if _, err := t.next(name, 0); err != nil {
			return err
		}
	}
	return nil
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
