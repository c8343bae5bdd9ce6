package store

import (
	"context"
	"strconv"
	"time"

	"paiza"
)

// Events lists the acts of some actions after a number, in their order, without
// what they say; at most limit.
func (s *Store) Events(ctx context.Context, after int64, actions []string, limit int) ([]paiza.Event, error) {
	var w where
	return s.events(ctx, "seq > "+w.arg(after)+" AND action IN ("+marks(&w, actions)+") ORDER BY seq LIMIT "+strconv.Itoa(limit), w)
}

// EventsBefore lists the acts of some actions before a number, newest first.
func (s *Store) EventsBefore(ctx context.Context, before int64, actions []string, limit int) ([]paiza.Event, error) {
	var w where
	return s.events(ctx, "seq < "+w.arg(before)+" AND action IN ("+marks(&w, actions)+") ORDER BY seq DESC LIMIT "+strconv.Itoa(limit), w)
}

func (s *Store) events(ctx context.Context, which string, w where) ([]paiza.Event, error) {
	query := "SELECT seq, at, action, subject, version FROM act WHERE " + which
	rows, err := s.read.QueryContext(ctx, query, w.args...)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []paiza.Event
	for rows.Next() {
		var e paiza.Event
		var at int64
		if err := rows.Scan(&e.Seq, &at, &e.Type, &e.Subject, &e.Version); err != nil {
			return nil, err
		}
		e.At = time.UnixMilli(at).UTC()
		out = append(out, e)
	}
	return out, diskError(rows.Err())
}

// LastAct is the number of the newest entry of the ledger, 0 before the first.
func (s *Store) LastAct(ctx context.Context) (int64, error) {
	var n int64
	err := s.read.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM act").Scan(&n)
	return n, diskError(err)
}

// LastEvent is the number of the newest act of some actions after a number; 0
// when there is none.
func (s *Store) LastEvent(ctx context.Context, after int64, actions []string) (int64, error) {
	var w where
	var n int64
	query := "SELECT coalesce(max(seq), 0) FROM act WHERE seq > " + w.arg(after) + " AND action IN (" + marks(&w, actions) + ")"
	err := s.read.QueryRowContext(ctx, query, w.args...).Scan(&n)
	return n, diskError(err)
}
