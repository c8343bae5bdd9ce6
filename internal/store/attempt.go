package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"
)

// CountAttempt raises the counts of the names by one, in windows of a fixed
// length that begin with the first, and answers them in the order of the names
// with when each window ends. The rows' locks put the attempts of all processes
// in one order, so that none slips by while another is being checked.
func (t *Tx) CountAttempt(names []string, now time.Time, window time.Duration) (n []int64, until []time.Time, err error) {
	n, until = make([]int64, len(names)), make([]time.Time, len(names))
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	// One order for everybody: two attempts never wait for each other in a ring.
	slices.SortFunc(order, func(a, b int) int {
		if names[a] < names[b] {
			return -1
		}
		return 1
	})
	for _, i := range order {
		var since int64
		err := t.row(`INSERT INTO attempt (name, since, n) VALUES ($1, $2, 1) ON CONFLICT (name) DO UPDATE SET
			n = CASE WHEN attempt.since <= $3 THEN 1 ELSE attempt.n + 1 END,
			since = CASE WHEN attempt.since <= $3 THEN excluded.since ELSE attempt.since END
			RETURNING n, since`, names[i], now.UnixMilli(), now.Add(-window).UnixMilli()).Scan(&n[i], &since)
		if err != nil {
			return nil, nil, err
		}
		until[i] = time.UnixMilli(since).Add(window)
	}
	return n, until, nil
}

// LowerAttempt takes one from the count of a name.
func (t *Tx) LowerAttempt(name string) error {
	_, err := t.exec("UPDATE attempt SET n = n - 1 WHERE name = $1 AND n > 0", name)
	return err
}

// ForgetAttempt forgets the count of a name.
func (t *Tx) ForgetAttempt(name string) error {
	_, err := t.exec("DELETE FROM attempt WHERE name = $1", name)
	return err
}

// Greet notes that a person signed in from an address.
func (t *Tx) Greet(person, address string, at time.Time) error {
	_, err := t.exec("INSERT INTO familiar (person, address, seen) VALUES ($1, $2, $3) ON CONFLICT (person, address) DO UPDATE SET seen = excluded.seen",
		person, address, at.UnixMilli())
	return err
}

// Familiar reports whether a person has signed in from an address since a time.
func (s *Store) Familiar(ctx context.Context, person, address string, since time.Time) (bool, error) {
	var n int
	err := s.read.QueryRowContext(ctx, "SELECT count(*) FROM familiar WHERE person = $1 AND address = $2 AND seen >= $3", person, address, since.UnixMilli()).Scan(&n)
	return n > 0, diskError(err)
}

// Ceremony is what waits for a browser to come back.
type Ceremony struct {
	ID      string
	Kind    string
	Person  string // who began it; empty for nobody
	Address string
	Data    []byte
	Expiry  time.Time
}

// InsertCeremony keeps a ceremony unless limit of the same address wait
// already; false then.
func (t *Tx) InsertCeremony(c Ceremony, now time.Time, limit int) (bool, error) {
	var open int
	if err := t.row("SELECT count(*) FROM ceremony WHERE address = $1 AND expiry > $2", c.Address, now.UnixMilli()).Scan(&open); err != nil || open >= limit {
		return false, err
	}
	_, err := t.exec("INSERT INTO ceremony (id, kind, person, address, data, expiry) VALUES ($1, $2, $3, $4, $5, $6)",
		c.ID, c.Kind, c.Person, c.Address, c.Data, c.Expiry.UnixMilli())
	return err == nil, err
}

// EndCeremonies removes all that waits of a kind.
func (t *Tx) EndCeremonies(kind string) error {
	_, err := t.exec("DELETE FROM ceremony WHERE kind = $1", kind)
	return err
}

// TakeCeremony reads a ceremony and removes it: of two who come back with it,
// one finds it. The zero value when there is none or it has run out.
func (s *Store) TakeCeremony(ctx context.Context, id, kind string) (c Ceremony, err error) {
	err = s.Write(ctx, func(t *Tx) error {
		var expiry int64
		err := t.row("DELETE FROM ceremony WHERE id = $1 AND kind = $2 RETURNING id, kind, person, address, data, expiry", id, kind).
			Scan(&c.ID, &c.Kind, &c.Person, &c.Address, &c.Data, &expiry)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		c.Expiry = time.UnixMilli(expiry)
		return err
	})
	if err == nil && !c.Expiry.After(s.now()) {
		return Ceremony{}, nil
	}
	return c, err
}

// SecretMeta reads a secret of the store and makes it when it is first asked
// for; processes that ask at the same moment get the same.
func (s *Store) SecretMeta(ctx context.Context, name, fresh string) (string, error) {
	v, err := s.Meta(ctx, name)
	if err != nil || v != "" {
		return v, err
	}
	err = s.Write(ctx, func(t *Tx) error {
		if _, err := t.exec("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", name, fresh); err != nil {
			return err
		}
		return t.row("SELECT value FROM meta WHERE name = $1", name).Scan(&v)
	})
	return v, err
}
