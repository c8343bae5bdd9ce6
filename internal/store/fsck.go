package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Proof is one statement that Fsck proved or found false.
type Proof struct {
	What  string `json:"what"`  // rollup, routes, totals, ledger, file, search
	Count int64  `json:"count"` // how many things were compared
	Fault string `json:"fault,omitempty"`
}

// groupings are the three rollups: the sums over the rows that count, and the
// cells that must equal them.
var groupings = []struct{ name, rows, cells string }{
	{"rollup",
		`SELECT import, date - date % 100, substance, country, division, routing, handling, CASE WHEN flags & 2 <> 0 THEN 1 ELSE 0 END,
			count(*), CAST(sum(events) AS BIGINT), CAST(sum(CASE WHEN dim = 'mass' THEN 1 ELSE 0 END) AS BIGINT),
			CAST(sum(CASE WHEN dim = 'mass' THEN amount ELSE 0 END) AS BIGINT), CAST(sum(equivalent) AS BIGINT),
			CAST(sum(CASE WHEN dim = 'volume' THEN amount ELSE 0 END) AS BIGINT), CAST(sum(CASE WHEN dim = 'count' THEN amount ELSE 0 END) AS BIGINT)
			FROM seizure WHERE ` + visible + ` GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`,
		`SELECT import, month, substance, country, division, routing, handling, doubtful, lines, events, weighed, micrograms, equivalent, microlitre, milliunits FROM cell WHERE lines <> 0`},
	{"routes",
		`SELECT import, date / 10000, substance, country, producing, departure, via, destination, routing, handling, CASE WHEN flags & 2 <> 0 THEN 1 ELSE 0 END,
			count(*), CAST(sum(events) AS BIGINT), CAST(sum(CASE WHEN dim = 'mass' THEN amount ELSE 0 END) AS BIGINT), CAST(sum(equivalent) AS BIGINT)
			FROM seizure WHERE ` + visible + ` GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11`,
		`SELECT import, year, substance, country, producing, departure, via, destination, routing, handling, doubtful, lines, events, micrograms, equivalent FROM route_cell WHERE lines <> 0`},
	{"totals",
		`SELECT import, year, country, substance, count(*), CAST(sum(CASE WHEN dim = 'mass' THEN amount ELSE 0 END) AS BIGINT), CAST(sum(equivalent) AS BIGINT)
			FROM total WHERE ` + visible + ` GROUP BY 1, 2, 3, 4`,
		`SELECT import, year, country, substance, lines, micrograms, equivalent FROM total_cell WHERE lines <> 0`},
}

// Fsck proves that every rollup equals the rows under it, that every row can be
// found by its words, that the ledger is whole, and for SQLite that the file is
// sound. It reads one state of the store.
func (s *Store) Fsck(ctx context.Context) ([]Proof, error) {
	tx, err := s.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	var proofs []Proof
	for _, g := range groupings {
		var n, extra, missing int64
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM ("+g.cells+") AS c").Scan(&n); err != nil {
			return proofs, diskError(err)
		}
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM ("+g.cells+" EXCEPT "+g.rows+") AS d").Scan(&extra); err != nil {
			return proofs, diskError(err)
		}
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM ("+g.rows+" EXCEPT "+g.cells+") AS d").Scan(&missing); err != nil {
			return proofs, diskError(err)
		}
		p := Proof{What: g.name, Count: n}
		if extra+missing > 0 {
			p.Fault = fmt.Sprintf("%d cells differ from their rows", max(extra, missing))
		}
		proofs = append(proofs, p)
	}
	var rows, lost int64
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM seizure").Scan(&rows); err != nil {
		return proofs, diskError(err)
	}
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM seizure WHERE NOT EXISTS (SELECT 1 FROM seizure_text WHERE seizure_text.rowid = seizure.num)").Scan(&lost); err != nil {
		return proofs, diskError(err)
	}
	search := Proof{What: "search", Count: rows}
	if lost > 0 {
		search.Fault = fmt.Sprintf("%d rows are not in the search index", lost)
	}
	proofs = append(proofs, search)
	n, err := s.VerifyLedger(ctx)
	entry := Proof{What: "ledger", Count: n}
	if err != nil {
		entry.Fault = err.Error()
	}
	proofs = append(proofs, entry)
	if s.engine == sqlite {
		p, err := s.checkFile(ctx)
		if err != nil {
			return proofs, err
		}
		proofs = append(proofs, p)
	}
	return proofs, nil
}

// checkFile uses a connection of its own: the search index keeps its layout in
// the connection, and the check of one that read before another wrote takes the
// old layout for damage.
func (s *Store) checkFile(ctx context.Context) (Proof, error) {
	p := Proof{What: "file"}
	db, err := sql.Open("sqlite", sqliteDSN(s.path, "ro", "deferred"))
	if err != nil {
		return p, err
	}
	defer db.Close()
	if err := db.QueryRowContext(ctx, "PRAGMA page_count").Scan(&p.Count); err != nil {
		return p, diskError(err)
	}
	rows, err := db.QueryContext(ctx, "PRAGMA integrity_check(10)")
	if err != nil {
		return p, diskError(err)
	}
	defer rows.Close()
	var faults []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return p, err
		}
		if line != "ok" {
			faults = append(faults, line)
		}
	}
	p.Fault = strings.Join(faults, "; ")
	return p, diskError(rows.Err())
}
