package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"paiza"
	"paiza/internal/access"
)

const importColumns = "num, file, sha256, size, profile, source, kind, state, actor, started, finished, counts, progress, failure, notes, catalog, handling, person"

// selectImport reads imports beside their handling.
const selectImport = "SELECT " + importColumns + ", " + handlingColumns + " FROM import LEFT JOIN handling ON handling.id = import.handling"

// BeginImport opens an import and answers its number and that of its handling;
// its rows are seen by nobody until FinishImport.
func (t *Tx) BeginImport(in *paiza.Import) (num, handling int64, err error) {
	if num, err = t.next("import", 1); err != nil {
		return 0, 0, err
	}
	if handling, err = t.Handling(in.Handling); err != nil {
		return 0, 0, err
	}
	in.Handling = in.Handling.Clean()
	in.ID, in.State = strconv.FormatInt(num, 10), paiza.StateRunning
	_, err = t.exec(`INSERT INTO import (num, file, sha256, size, profile, source, kind, state, actor, started, finished,
		counts, progress, failure, notes, catalog, header, purged, handling, person)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, '{}', '{}', '', '[]', $11, '[]', 0, $12, $13)`,
		num, in.File, in.SHA256, in.Size, in.Profile, in.Source, string(in.Kind), string(in.State), in.Actor,
		in.Started.UnixMilli(), in.Catalog, handling, in.Person)
	return num, handling, err
}

// SetProgress says how far a running import has come.
func (t *Tx) SetProgress(importNum int64, p paiza.Progress) error {
	_, err := t.exec("UPDATE import SET progress = $1 WHERE num = $2", jsonText(p), importNum)
	return err
}

// FinishImport makes the rows of an import count, with its sums. One that does
// not run any more, because it was taken for cut off, is a conflict.
func (t *Tx) FinishImport(importNum int64, in *paiza.Import, header []string, sum *Rollup) error {
	if err := t.AddRollup(importNum, sum); err != nil {
		return err
	}
	in.State = paiza.StateDone
	res, err := t.exec("UPDATE import SET state = $1, finished = $2, counts = $3, notes = $4, header = $5, progress = $6, kind = $7 WHERE num = $8 AND state = $9",
		string(in.State), in.Finished.UnixMilli(), jsonText(in.Counts), jsonText(in.Notes), jsonText(header), jsonText(in.Progress), string(in.Kind), importNum, string(paiza.StateRunning))
	if err != nil {
		return err
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return paiza.Conflict("import.cut_off", nil)
	}
	return nil
}

// FailImport marks an import as failed; PurgeImport then removes its rows.
func (t *Tx) FailImport(importNum int64, at time.Time, why *paiza.Error) error {
	_, err := t.exec("UPDATE import SET state = $1, finished = $2, failure = $3 WHERE num = $4",
		string(paiza.StateFailed), at.UnixMilli(), failureText(why), importNum)
	return err
}

// UndoImport takes the rows of an import out of every list and figure, except
// those that another import holds too, and brings back the rows that it had
// replaced. PurgeImport then removes them.
func (t *Tx) UndoImport(importNum int64, at time.Time) error {
	res, err := t.exec("UPDATE import SET state = $1, finished = $2 WHERE num = $3 AND state = $4",
		string(paiza.StateUndone), at.UnixMilli(), importNum, string(paiza.StateDone))
	if err != nil {
		return err
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return paiza.Conflict("import.not_done", paiza.Args{"id": importNum})
	}
	if err := t.ClearRollup(importNum); err != nil {
		return err
	}
	return t.handOver(importNum)
}

// purgeStep is how many rows a purge removes in one transaction, so that others
// write in between.
const purgeStep = 5000

// PurgeImport removes what is left of an import that failed or was undone.
func (s *Store) PurgeImport(ctx context.Context, importNum int64) error {
	for _, table := range []string{"seizure", "total"} {
		var from, to sql.NullInt64
		q := "SELECT min(num), max(num) FROM " + table + " WHERE import = $1"
		if err := s.read.QueryRowContext(ctx, q, importNum).Scan(&from, &to); err != nil {
			return diskError(err)
		}
		for at := from.Int64; from.Valid && at <= to.Int64; at += purgeStep {
			err := s.Write(ctx, func(t *Tx) error {
				if table == "seizure" {
					if _, err := t.exec("DELETE FROM seizure_text WHERE rowid IN (SELECT num FROM seizure WHERE import = $1 AND num BETWEEN $2 AND $3)",
						importNum, at, at+purgeStep-1); err != nil {
						return err
					}
				}
				_, err := t.exec("DELETE FROM "+table+" WHERE import = $1 AND num BETWEEN $2 AND $3", importNum, at, at+purgeStep-1)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return s.Write(ctx, func(t *Tx) error {
		// A block stays while a row of it that was handed over needs it.
		for _, q := range []string{
			"DELETE FROM source_block WHERE import = $1 AND NOT EXISTS (SELECT 1 FROM seizure WHERE num BETWEEN first AND last)",
			"DELETE FROM import_error WHERE import = $1",
			"DELETE FROM sighting WHERE import = $1",
			"UPDATE import SET purged = 1 WHERE num = $1",
		} {
			if _, err := t.exec(q, importNum); err != nil {
				return err
			}
		}
		return nil
	})
}

// Unpurged lists imports that still have rows although they were undone, failed
// or were cut off, except the one that holder runs now.
func (s *Store) Unpurged(ctx context.Context) (stale, running []int64, err error) {
	rows, err := s.read.QueryContext(ctx, "SELECT num, state FROM import WHERE state = 'running' OR (state IN ('undone', 'failed') AND purged = 0)")
	if err != nil {
		return nil, nil, diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var num int64
		var state string
		if err := rows.Scan(&num, &state); err != nil {
			return nil, nil, err
		}
		if state == string(paiza.StateRunning) {
			running = append(running, num)
		} else {
			stale = append(stale, num)
		}
	}
	return stale, running, rows.Err()
}

// Imports lists the imports that access allows, newest first.
func (s *Store) Imports(ctx context.Context, limit int, may access.Expr) ([]paiza.Import, error) {
	w := &where{}
	w.may("import", may, false)
	rows, err := s.read.QueryContext(ctx, selectImport+w.String()+" ORDER BY num DESC LIMIT "+strconv.Itoa(limit), w.args...)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []paiza.Import
	for rows.Next() {
		in, err := scanImport(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, in)
	}
	return out, diskError(rows.Err())
}

// Import reads one import.
func (s *Store) Import(ctx context.Context, id string) (paiza.Import, error) {
	num, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return paiza.Import{}, paiza.NotFound("import", id)
	}
	in, err := scanImport(s.read.QueryRowContext(ctx, selectImport+" WHERE num = $1", num))
	if errors.Is(err, sql.ErrNoRows) {
		return in, paiza.NotFound("import", id)
	}
	return in, err
}

// HasSource reports whether rows of a series may already be in the store.
func (s *Store) HasSource(ctx context.Context, source string) (bool, error) {
	return s.HasEarlier(ctx, source, 0)
}

// HasEarlier reports whether rows of a series may be in the store from another
// import.
func (s *Store) HasEarlier(ctx context.Context, source string, besides int64) (bool, error) {
	var n int
	err := s.read.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 FROM import WHERE source = $1 AND num <> $2 AND state = 'done' LIMIT 1) AS one", source, besides).Scan(&n)
	return n > 0, diskError(err)
}

func scanImport(row scanner) (paiza.Import, error) {
	var in paiza.Import
	var num, started, finished int64
	var handling int64
	var counts, progress, failure, notes string
	var h handlingRow
	into := []any{&num, &in.File, &in.SHA256, &in.Size, &in.Profile, &in.Source, &in.Kind, &in.State, &in.Actor,
		&started, &finished, &counts, &progress, &failure, &notes, &in.Catalog, &handling, &in.Person}
	if err := row.Scan(append(into, h.into()...)...); err != nil {
		return in, err
	}
	in.ID, in.Handling = strconv.FormatInt(num, 10), h.value()
	in.Started = time.UnixMilli(started).UTC()
	if finished != 0 {
		in.Finished = time.UnixMilli(finished).UTC()
	}
	if failure != "" {
		in.Failure = parseFailure(failure)
	}
	return in, errors.Join(json.Unmarshal([]byte(counts), &in.Counts), json.Unmarshal([]byte(progress), &in.Progress),
		json.Unmarshal([]byte(notes), &in.Notes))
}

func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("store: %T cannot be written as JSON: %v", v, err))
	}
	return string(b)
}

type failure struct {
	Key  string
	Args paiza.Args
}

func failureText(e *paiza.Error) string {
	if e == nil {
		e = paiza.Invalid("import.cut_off", nil)
	}
	return jsonText(failure{e.Key, e.Args})
}

func parseFailure(text string) *paiza.Error {
	var f failure
	if json.Unmarshal([]byte(text), &f) != nil {
		return nil
	}
	return paiza.Invalid(f.Key, f.Args)
}

// packRows compresses the source rows of a chunk: for each row the count of its
// cells and then each cell with its length, all varints.
func packRows(rows [][]string) []byte {
	var raw []byte
	for _, cells := range rows {
		raw = binary.AppendUvarint(raw, uint64(len(cells)))
		for _, c := range cells {
			raw = binary.AppendUvarint(raw, uint64(len(c)))
			raw = append(raw, c...)
		}
	}
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	z.Write(raw)
	z.Close()
	return out.Bytes()
}

// SourceRow reads the source row of a seizure as it was written, with the
// headings of its file.
func (s *Store) SourceRow(ctx context.Context, z paiza.Seizure) (header, cells []string, err error) {
	num, err1 := strconv.ParseInt(z.ID, 10, 64)
	if err1 != nil || z.Source.Import == "" {
		return nil, nil, nil
	}
	var head string
	var first int64
	var data []byte
	err = s.read.QueryRowContext(ctx, `SELECT header, first, data FROM source_block JOIN import ON import.num = source_block.import
		WHERE first <= $1 AND last >= $1 AND kind = 'seizures' ORDER BY first DESC LIMIT 1`, num).Scan(&head, &first, &data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, diskError(err)
	}
	if err := json.Unmarshal([]byte(head), &header); err != nil {
		return nil, nil, err
	}
	cells, err = unpackRow(data, int(num-first))
	return header, cells, err
}

// blockMax is how long a block of source rows may be when it is unpacked: no file
// that was taken in makes one of this size, but a forged backup might.
const blockMax = 256 << 20

func unpackRow(data []byte, at int) ([]string, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("source rows: %w", err)
	}
	raw, err := io.ReadAll(io.LimitReader(z, blockMax+1))
	if err != nil {
		return nil, fmt.Errorf("source rows: %w", err)
	}
	if len(raw) > blockMax {
		return nil, errors.New("source rows: damaged block")
	}
	text := func() (string, bool) {
		n, w := binary.Uvarint(raw)
		if w <= 0 || uint64(len(raw)-w) < n {
			return "", false
		}
		s := string(raw[w : w+int(n)])
		raw = raw[w+int(n):]
		return s, true
	}
	for i := 0; ; i++ {
		n, w := binary.Uvarint(raw)
		if w <= 0 || n > uint64(len(raw)) {
			return nil, errors.New("source rows: damaged block")
		}
		raw = raw[w:]
		cells := make([]string, n)
		for j := range cells {
			c, ok := text()
			if !ok {
				return nil, errors.New("source rows: damaged block")
			}
			cells[j] = c
		}
		if i == at {
			return cells, nil
		}
	}
}

// Withheld counts the rows of an import's file that the store held already, as
// another agency's, and that access does not allow: who imported the file does
// not see them here.
func (s *Store) Withheld(ctx context.Context, importNum int64, kind paiza.ImportKind, may access.Expr) (n int64, err error) {
	table := tableOf(kind)
	w := &where{}
	w.may(table, may, false)
	if len(w.text) == 0 {
		return 0, nil
	}
	q := "SELECT count(*) FROM sighting JOIN " + table + " ON " + table + ".num = sighting.num WHERE sighting.import = " + w.arg(importNum) +
		" AND sighting.kind = " + w.arg(table) + " AND NOT (" + w.text[0] + ")"
	err = s.read.QueryRowContext(ctx, q, w.args...).Scan(&n)
	return n, diskError(err)
}
