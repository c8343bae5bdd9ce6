package store

import (
	"context"
	"strings"
)

// ExecForTest changes the database behind the store's back.
func (s *Store) ExecForTest(ctx context.Context, query string) error {
	return s.Write(ctx, func(t *Tx) error {
		_, err := t.exec(query)
		return err
	})
}

// TablesForTest lists the tables that a backup holds, and those that it leaves
// out because they belong to running processes.
func TablesForTest() (kept, left []string) {
	for _, t := range tables {
		kept = append(kept, t.name)
	}
	return kept, running
}

// ColumnsForTest lists the columns that a backup keeps of a table.
func ColumnsForTest(table string) []string {
	for _, t := range tables {
		if t.name == table {
			return strings.Split(t.columns, ", ")
		}
	}
	return nil
}

// QueryForTest reads the first column of a query.
func (s *Store) QueryForTest(ctx context.Context, query string, args ...any) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
