package store

import (
	"context"

	"paiza"
	"paiza/internal/access"
)

// Seen is what occurs in the cells of the store.
type Seen struct {
	Years      []int // newest first
	Countries  []paiza.Country
	Substances []string
	Rows       int64
	Seizures   int64
	Doubtful   int64
	From, To   paiza.Date // months
}

// Seen reads which values occur among the records that access allows, from the
// cells and not from the rows.
func (s *Store) Seen(ctx context.Context, may access.Expr) (Seen, error) {
	var out Seen
	w := &where{text: []string{"lines <> 0"}}
	w.may("cell", may, false)
	cells := " FROM cell" + w.String()
	tx, err := s.snapshot(ctx)
	if err != nil {
		return out, err
	}
	defer tx.Rollback()
	var from, to int64
	err = tx.QueryRowContext(ctx, `SELECT coalesce(CAST(sum(lines) AS BIGINT), 0), coalesce(CAST(sum(events) AS BIGINT), 0),
		coalesce(CAST(sum(lines * doubtful) AS BIGINT), 0), coalesce(min(month), 0), coalesce(max(month), 0)`+cells, w.args...).
		Scan(&out.Rows, &out.Seizures, &out.Doubtful, &from, &to)
	if err != nil {
		return out, diskError(err)
	}
	out.From, out.To = paiza.Date(from), paiza.Date(to)
	for _, q := range []struct {
		text string
		scan func(scanner) error
	}{
		{"SELECT DISTINCT month / 10000" + cells + " ORDER BY 1 DESC", func(r scanner) error {
			var y int
			err := r.Scan(&y)
			out.Years = append(out.Years, y)
			return err
		}},
		{"SELECT DISTINCT country" + cells + " ORDER BY 1", func(r scanner) error {
			var c paiza.Country
			err := r.Scan(&c)
			out.Countries = append(out.Countries, c)
			return err
		}},
		{"SELECT DISTINCT substance" + cells + " ORDER BY 1", func(r scanner) error {
			var c string
			err := r.Scan(&c)
			out.Substances = append(out.Substances, c)
			return err
		}},
	} {
		rows, err := tx.QueryContext(ctx, q.text, w.args...)
		if err != nil {
			return out, diskError(err)
		}
		for rows.Next() {
			if err := q.scan(rows); err != nil {
				rows.Close()
				return out, err
			}
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return out, diskError(err)
		}
	}
	return out, nil
}
