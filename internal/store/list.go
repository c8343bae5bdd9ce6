package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"paiza"
	"paiza/internal/access"
)

// countMax bounds how far a list counts its rows; beyond it the count is -1 and
// the page says "more than".
const countMax = 100000

// Seizures lists the rows that access allows, newest first. The cursor is the date and number of the
// last row given, so that pages stay whole while others write.
func (s *Store) Seizures(ctx context.Context, f paiza.SeizureFilter, p paiza.Page, may access.Expr) (paiza.SeizureList, error) {
	list := paiza.SeizureList{Count: -1}
	size := min(max(p.Size, 1), 1000)
	w := s.seizures(f, may)
	if p.After == "" && !p.Counted {
		n, err := s.count(ctx, w)
		if err != nil {
			return list, err
		}
		list.Count = n
	}
	if p.After != "" {
		date, num, err := parseCursor(p.After)
		if err != nil {
			return list, err
		}
		w.add("(date, num) < (%s, %s)", date, num)
	}
	err := s.each(ctx, w, size+1, func(z paiza.Seizure) error {
		list.Seizures = append(list.Seizures, z)
		return nil
	})
	if err != nil {
		return list, err
	}
	if len(list.Seizures) > size {
		list.Seizures = list.Seizures[:size]
		last := list.Seizures[size-1]
		list.Next = strconv.Itoa(int(last.Date)) + "-" + last.ID
	}
	return list, nil
}

// EachSeizure calls fn for every row that matches and access allows, newest
// first, without holding them in memory.
func (s *Store) EachSeizure(ctx context.Context, f paiza.SeizureFilter, may access.Expr, fn func(paiza.Seizure) error) error {
	return s.each(ctx, s.seizures(f, may), 0, fn)
}

func (s *Store) each(ctx context.Context, w *where, limit int, fn func(paiza.Seizure) error) error {
	q := selectSeizure + w.String() + " ORDER BY date DESC, num DESC"
	if limit > 0 {
		q += " LIMIT " + strconv.Itoa(limit)
	}
	rows, err := s.read.QueryContext(ctx, q, w.args...)
	if err != nil {
		return diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		z, err := scanSeizure(rows)
		if err != nil {
			return err
		}
		if err := fn(z); err != nil {
			return err
		}
	}
	return diskError(rows.Err())
}

func (s *Store) count(ctx context.Context, w *where) (int64, error) {
	var n int64
	q := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM seizure%s LIMIT %d) AS part", w, countMax+1)
	if err := s.read.QueryRowContext(ctx, q, w.args...).Scan(&n); err != nil {
		return 0, diskError(err)
	}
	if n > countMax {
		return -1, nil
	}
	return n, nil
}

func parseCursor(text string) (date, num int64, err error) {
	d, n, ok := strings.Cut(text, "-")
	date, err1 := strconv.ParseInt(d, 10, 64)
	num, err2 := strconv.ParseInt(n, 10, 64)
	if !ok || err1 != nil || err2 != nil {
		return 0, 0, paiza.Invalid("error.cursor", paiza.Args{"value": text})
	}
	return date, num, nil
}
