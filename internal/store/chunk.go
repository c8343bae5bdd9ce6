package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"

	"paiza"
)

// ImportRow is one usable row of a file on its way into the store: a seizure or
// an official total.
type ImportRow struct {
	Key     Key
	Ident   Key // of aggregated series whose later vintages revise a row; else zero
	Cells   []string
	Seizure *paiza.Seizure
	Total   *paiza.Total
}

// Chunk is some rows of a file with all that can be made ready before the
// transaction: their search words and the compressed block of source rows.
type Chunk struct {
	rows  []ImportRow
	words []string
	block []byte
}

// Pack makes a chunk ready. It needs no store, so that it runs on another core
// than the writer.
func Pack(rows []ImportRow) *Chunk {
	c := &Chunk{rows: rows, words: make([]string, len(rows))}
	var b strings.Builder
	cells := make([][]string, len(rows))
	for i := range rows {
		cells[i] = rows[i].Cells
		if z := rows[i].Seizure; z != nil {
			c.words[i] = wordsOf(&b, z)
		}
	}
	c.block = packRows(cells)
	return c
}

// Loader writes the rows of one import a chunk at a time and keeps its sums.
type Loader struct {
	s        *Store
	num      int64
	handling int64 // of all rows
	first    bool  // no row of the series is in the store: nothing can be repeated
	errSeq   int64

	Sum      *Rollup
	Repeated int64
	Imported int64
	Flagged  int64

	table  string         // of the rows: seizure or total
	idents map[int64]bool // identities that the file names
}

// NewLoader starts the loading of an import. first says that the store holds
// nothing of the series yet; handling is the number of the rows' handling.
func (s *Store) NewLoader(importNum, handling int64, first bool) *Loader {
	return &Loader{s: s, num: importNum, handling: handling, first: first, Sum: NewRollup(), table: "seizure", idents: map[int64]bool{}}
}

func (k Key) ident() int64 { return int64(binary.BigEndian.Uint64(k[:8])) }

// Load writes one chunk and its row errors in a transaction of its own, so that
// other acts go on between chunks.
// also runs in the same transaction.
func (l *Loader) Load(ctx context.Context, c *Chunk, errs []paiza.RowError, p paiza.Progress, also func(*Tx) error) error {
	rows := c.rows
	return l.s.Write(ctx, func(t *Tx) error {
		if err := t.relax(); err != nil {
			return err
		}
		fresh, base, err := l.rows(t, c)
		if err != nil {
			return err
		}
		if len(fresh) > 0 {
			block, n := c.block, len(rows)
			if len(fresh) < len(rows) && l.s.engine == postgres {
				// There only the new rows have numbers.
				kept := make([][]string, len(fresh))
				for i, at := range fresh {
					kept[i] = rows[at].Cells
				}
				block, n = packRows(kept), len(kept)
			}
			if _, err := t.exec("INSERT INTO source_block (import, first, last, data) VALUES ($1, $2, $3, $4)",
				l.num, base, base+int64(n)-1, block); err != nil {
				return err
			}
		}
		if err := l.errors(t, errs); err != nil {
			return err
		}
		if err := t.SetProgress(l.num, p); err != nil {
			return err
		}
		if err := also(t); err != nil {
			return err
		}
		l.count(rows, fresh)
		return nil
	})
}

// count adds the rows that were new to the sums.
func (l *Loader) count(rows []ImportRow, fresh []int) {
	l.Repeated += int64(len(rows) - len(fresh))
	l.Imported += int64(len(fresh))
	for _, at := range fresh {
		r := &rows[at]
		var flags paiza.Flags
		if r.Seizure != nil {
			l.Sum.Seizure(r.Seizure, l.handling)
			flags = r.Seizure.Flags
		} else {
			l.Sum.Total(r.Total)
			flags = r.Total.Flags
		}
		if flags&paiza.Warning != 0 {
			l.Flagged++
		}
	}
	for i := range rows {
		if rows[i].Ident != (Key{}) && !l.first {
			l.idents[rows[i].Ident.ident()] = true
		}
	}
}

// rows writes the rows that are not in the store yet and gives their indexes
// and the number of the first.
func (l *Loader) rows(t *Tx, c *Chunk) (fresh []int, base int64, err error) {
	rows := c.rows
	if len(rows) == 0 {
		return nil, 0, nil
	}
	counter := "seizure"
	if rows[0].Total != nil {
		counter = "total"
	}
	l.table = counter
	if l.s.engine == postgres {
		return l.copyFresh(t, counter, c)
	}
	last, err := t.next(counter, int64(len(rows)))
	if err != nil {
		return nil, 0, err
	}
	base = last - int64(len(rows)) + 1
	data := make([][]any, len(rows))
	for i := range rows {
		data[i] = l.rowArgs(base+int64(i), &rows[i])
	}
	columns, data := filled(columnsOf(counter), data)
	st, err := t.prepare(insertText(counter, columns) + " ON CONFLICT (key_hi, key_lo) DO NOTHING")
	if err != nil {
		return nil, 0, err
	}
	words, err := t.prepare(addWords)
	if err != nil {
		return nil, 0, err
	}
	fresh = make([]int, 0, len(rows))
	for i := range rows {
		res, err := st.ExecContext(t.ctx, data[i]...)
		if err != nil {
			return nil, 0, err
		}
		if n, _ := res.RowsAffected(); n == 0 {
			hi, lo := rows[i].Key.halves()
			if _, err := t.exec("INSERT INTO sighting (kind, import, num) SELECT $1, $2, num FROM "+counter+" WHERE key_hi = $3 AND key_lo = $4",
				counter, l.num, hi, lo); err != nil {
				return nil, 0, err
			}
			continue
		}
		fresh = append(fresh, i)
		if rows[i].Seizure != nil {
			if _, err := words.ExecContext(t.ctx, base+int64(i), c.words[i]); err != nil {
				return nil, 0, err
			}
		}
	}
	return fresh, base, nil
}

func (l *Loader) rowArgs(num int64, r *ImportRow) []any {
	var ident int64
	if r.Ident != (Key{}) {
		ident = r.Ident.ident()
	}
	if r.Seizure != nil {
		args := make([]any, len(seizureColumns))
		seizureArgs(args, num, l.num, l.handling, r.Key, ident, r.Seizure)
		return args
	}
	return totalArgs(num, l.num, l.handling, r.Key, ident, r.Total)
}

func columnsOf(table string) []string {
	if table == "total" {
		return totalColumns
	}
	return seizureColumns
}

// filled leaves out the columns that no row of a chunk fills: most sources know
// half of them, and each costs both engines as much as one that is filled. Only
// seizures have defaults.
func filled(columns []string, data [][]any) ([]string, [][]any) {
	if len(columns) != len(seizureColumns) || len(data) == 0 {
		return columns, data
	}
	var kept []int
	for j := range columns {
		for _, row := range data {
			if row[j] != "" && row[j] != int64(0) {
				kept = append(kept, j)
				break
			}
		}
	}
	names := make([]string, len(kept))
	for k, j := range kept {
		names[k] = columns[j]
	}
	for _, row := range data {
		for k, j := range kept {
			row[k] = row[j]
		}
	}
	for i := range data {
		data[i] = data[i][:len(kept)]
	}
	return names, data
}

// copyFresh asks which keys exist and copies the rest in.
func (l *Loader) copyFresh(t *Tx, counter string, c *Chunk) (fresh []int, base int64, err error) {
	rows := c.rows
	known := map[Key]int64{}
	if !l.first {
		if known, err = l.known(t, counter, rows); err != nil {
			return nil, 0, err
		}
	}
	var again [][]any
	for i := range rows {
		if num, ok := known[rows[i].Key]; ok {
			again = append(again, []any{counter, l.num, num})
		} else {
			fresh = append(fresh, i)
		}
	}
	if len(again) > 0 {
		if err := copyRows(t.ctx, t.raw, "sighting", []string{"kind", "import", "num"}, again); err != nil {
			return nil, 0, err
		}
	}
	if len(fresh) == 0 {
		return nil, 0, nil
	}
	last, err := t.next(counter, int64(len(fresh)))
	if err != nil {
		return nil, 0, err
	}
	base = last - int64(len(fresh)) + 1
	data := make([][]any, len(fresh))
	texts := make([][]any, 0, len(fresh))
	for i, at := range fresh {
		num := base + int64(i)
		data[i] = l.rowArgs(num, &rows[at])
		if rows[at].Seizure != nil {
			texts = append(texts, []any{num, c.words[at]})
		}
	}
	columns, data := filled(columnsOf(counter), data)
	if err := copyRows(t.ctx, t.raw, counter, columns, data); err != nil {
		return nil, 0, err
	}
	if len(texts) > 0 {
		if err := copyRows(t.ctx, t.raw, "seizure_text", []string{"rowid", "words"}, texts); err != nil {
			return nil, 0, err
		}
	}
	return fresh, base, nil
}

func (l *Loader) known(t *Tx, table string, rows []ImportRow) (map[Key]int64, error) {
	known := map[Key]int64{}
	his, los := make([]int64, len(rows)), make([]int64, len(rows))
	for i := range rows {
		his[i], los[i] = rows[i].Key.halves()
	}
	got, err := t.conn.QueryContext(t.ctx, "SELECT key_hi, key_lo, num FROM "+table+" JOIN unnest($1::bigint[], $2::bigint[]) AS k(hi, lo) ON key_hi = hi AND key_lo = lo", his, los)
	if err != nil {
		return nil, err
	}
	defer got.Close()
	for got.Next() {
		var hi, lo, num int64
		if err := got.Scan(&hi, &lo, &num); err != nil {
			return nil, err
		}
		var k Key
		binary.BigEndian.PutUint64(k[:8], uint64(hi))
		binary.BigEndian.PutUint64(k[8:], uint64(lo))
		known[k] = num
	}
	return known, got.Err()
}

func (l *Loader) errors(t *Tx, errs []paiza.RowError) error {
	for i := range errs {
		e := &errs[i]
		l.errSeq++
		if _, err := t.exec(`INSERT INTO import_error (import, seq, sheet, line, field, value, reason, args, aside)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, l.num, l.errSeq, e.Sheet, int64(e.Row), e.Column, e.Value, e.Key, jsonText(e.Args), flag(e.Aside)); err != nil {
			return err
		}
	}
	return nil
}

// ImportErrors calls fn for each refused or set-aside row of an import, in the
// order of the file; limit 0 is all.
func (s *Store) ImportErrors(ctx context.Context, importNum int64, limit int, fn func(paiza.RowError) error) error {
	q := "SELECT sheet, line, field, value, reason, args, aside FROM import_error WHERE import = $1 ORDER BY seq"
	if limit > 0 {
		q += " LIMIT " + strconv.Itoa(limit)
	}
	rows, err := s.read.QueryContext(ctx, q, importNum)
	if err != nil {
		return diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanRowError(rows)
		if err != nil {
			return err
		}
		if err := fn(e); err != nil {
			return err
		}
	}
	return diskError(rows.Err())
}

// Held says which of the keys are already in the store, for a dry run, and how
// many of those rows count (are not replaced by a newer edition).
func (s *Store) Held(ctx context.Context, kind paiza.ImportKind, keys []Key) (held []bool, counting int64, err error) {
	st, err := s.read.PrepareContext(ctx, "SELECT superseded FROM "+tableOf(kind)+" WHERE key_hi = $1 AND key_lo = $2")
	if err != nil {
		return nil, 0, diskError(err)
	}
	defer st.Close()
	held = make([]bool, len(keys))
	for i, k := range keys {
		hi, lo := k.halves()
		var superseded int64
		switch err := st.QueryRowContext(ctx, hi, lo).Scan(&superseded); {
		case errors.Is(err, sql.ErrNoRows):
			continue
		case err != nil:
			return nil, 0, diskError(err)
		}
		held[i] = true
		if superseded == 0 {
			counting++
		}
	}
	return held, counting, nil
}

// Counting says how many rows of standing imports that count have one of the
// identities, for a dry run.
func (s *Store) Counting(ctx context.Context, kind paiza.ImportKind, idents map[Key]bool) (n int64, err error) {
	st, err := s.read.PrepareContext(ctx, "SELECT count(*) FROM "+tableOf(kind)+
		" WHERE ident = $1 AND ident <> 0 AND superseded = 0 AND import IN (SELECT num FROM import WHERE state = 'done')")
	if err != nil {
		return 0, diskError(err)
	}
	defer st.Close()
	seen := map[int64]bool{}
	for k := range idents {
		ident := k.ident()
		if seen[ident] {
			continue
		}
		seen[ident] = true
		var one int64
		if err := st.QueryRowContext(ctx, ident).Scan(&one); err != nil {
			return 0, diskError(err)
		}
		n += one
	}
	return n, nil
}

func tableOf(kind paiza.ImportKind) string {
	if kind == paiza.KindTotals {
		return "total"
	}
	return "seizure"
}

// snapshot begins a transaction that reads one state of the store throughout.
func (s *Store) snapshot(ctx context.Context) (*sql.Tx, error) {
	opts := &sql.TxOptions{ReadOnly: true}
	if s.engine == postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	tx, err := s.read.BeginTx(ctx, opts)
	return tx, diskError(err)
}
