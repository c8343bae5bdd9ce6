package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"paiza"
	"paiza/wire"
)

// What this node carries for others: sealed parcels, of which it knows from whom
// to whom, when, and how large.

const (
	relayPairColumns = "a, b, reason, person, at"
	parcelColumns    = "num, sender, receiver, run, hash, size, raw, received"
	relayFlowColumns = "sender, receiver, parcels, bytes, failed, refused, reason, at"
)

// AllowRelay keeps that parcels of two nodes are carried.
func (t *Tx) AllowRelay(p paiza.RelayPair) error {
	_, err := t.exec(insertText("relay_pair", strings.Split(relayPairColumns, ", "))+" ON CONFLICT (a, b) DO UPDATE SET reason = excluded.reason, person = excluded.person, at = excluded.at",
		p.A, p.B, p.Reason, p.Person, p.At.UnixMilli())
	return err
}

// EndRelay takes that back; false when there was nothing.
func (t *Tx) EndRelay(a, b string) (bool, error) {
	res, err := t.exec("DELETE FROM relay_pair WHERE a = $1 AND b = $2", a, b)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// RelayPairs lists for whom parcels are carried.
func (s *Store) RelayPairs(ctx context.Context) (out []paiza.RelayPair, err error) {
	err = each(ctx, s.read, func(r scanner) error {
		var p paiza.RelayPair
		err := r.Scan(&p.A, &p.B, &p.Reason, &p.Person, (*asTime)(&p.At))
		out = append(out, p)
		return err
	}, "SELECT "+relayPairColumns+" FROM relay_pair ORDER BY a, b")
	return out, err
}

// RelayAllowed reports whether parcels of the two nodes are carried, by name or
// as members of the trust directory.
func (t *Tx) RelayAllowed(a, b string) (byName, byDirectory bool, err error) {
	err = t.each(func(r scanner) error {
		var one string
		err := r.Scan(&one)
		byName = byName || one != ""
		byDirectory = byDirectory || one == ""
		return err
	}, "SELECT a FROM relay_pair WHERE a = $1 AND b = $2 OR a = '' AND b = ''", min(a, b), max(a, b))
	return byName, byDirectory, err
}

// RelayLoad is how much waits of a sender, for one receiver and for all.
type RelayLoad struct{ Parcels, Bytes, AllParcels, AllBytes int64 }

// RelayLoad reads it. Questions of an earlier run that wait for the receiver are
// not counted when a later one replaces them.
func (t *Tx) RelayLoad(sender, receiver string, run uint64) (l RelayLoad, err error) {
	const sums = "SELECT count(*), coalesce(CAST(sum(size) AS BIGINT), 0) FROM parcel WHERE sender = $1"
	if err = t.row(sums, sender).Scan(&l.AllParcels, &l.AllBytes); err != nil {
		return l, err
	}
	err = t.row(sums+" AND receiver = $2 AND (run = 0 OR run = $3 OR $3 = 0)", sender, receiver, int64(run)).Scan(&l.Parcels, &l.Bytes)
	return l, err
}

// HasParcel reports whether a parcel is here already.
func (t *Tx) HasParcel(hash wire.Hash) (bool, error) {
	var one int64
	err := t.row("SELECT 1 FROM parcel WHERE hash = $1", hash.String()).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// KeepParcel keeps a parcel until its receiver collects it. Questions of an
// earlier run of the sender, which nobody waits for any more, make room.
func (t *Tx) KeepParcel(p *wire.Parcel, at time.Time) error {
	num, err := t.next("parcel", 1)
	if err != nil {
		return err
	}
	if p.Run != 0 {
		if _, err := t.exec("DELETE FROM parcel WHERE sender = $1 AND receiver = $2 AND run <> 0 AND run <> $3", p.From.String(), p.To.String(), int64(p.Run)); err != nil {
			return err
		}
	}
	_, err = t.exec(insertText("parcel", strings.Split(parcelColumns, ", ")), num, p.From.String(), p.To.String(), int64(p.Run), p.Hash().String(), int64(len(p.Bytes())), p.Bytes(), at.UnixMilli())
	if err != nil {
		return err
	}
	return t.relayFlow(p.From.String(), p.To.String(), paiza.RelayFlow{Parcels: 1, Bytes: int64(len(p.Bytes())), At: at})
}

// CountRefused counts a parcel that was not taken.
func (t *Tx) CountRefused(sender, receiver string, why wire.Reason, at time.Time) error {
	return t.relayFlow(sender, receiver, paiza.RelayFlow{Refused: 1, Reason: string(why), At: at})
}

func (t *Tx) relayFlow(sender, receiver string, f paiza.RelayFlow) error {
	_, err := t.exec(insertText("relay_flow", strings.Split(relayFlowColumns, ", "))+` ON CONFLICT (sender, receiver) DO UPDATE SET
		parcels = relay_flow.parcels + excluded.parcels, bytes = relay_flow.bytes + excluded.bytes, failed = relay_flow.failed + excluded.failed,
		refused = relay_flow.refused + excluded.refused, reason = CASE WHEN excluded.reason = '' THEN relay_flow.reason ELSE excluded.reason END, at = excluded.at`,
		sender, receiver, f.Parcels, f.Bytes, f.Failed, f.Refused, f.Reason, f.At.UnixMilli())
	return err
}

// GiveParcel lets go of a parcel that its receiver has dealt with; nil when it is
// not here for him.
func (t *Tx) GiveParcel(receiver string, hash wire.Hash) (*wire.Parcel, error) {
	list, err := t.giveParcels("receiver = $1 AND hash = $2", receiver, hash.String())
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// OldParcels lets go of parcels that came before a time, at most n.
func (t *Tx) OldParcels(before time.Time, n int) ([]*wire.Parcel, error) {
	return t.giveParcels("num IN (SELECT num FROM parcel WHERE received < $1 ORDER BY num LIMIT $2)", before.UnixMilli(), int64(n))
}

// ParcelsBetween lets go of all parcels of two nodes that wait.
func (t *Tx) ParcelsBetween(a, b string) ([]*wire.Parcel, error) {
	return t.giveParcels("sender = $1 AND receiver = $2 OR sender = $2 AND receiver = $1", a, b)
}

func (t *Tx) giveParcels(where string, args ...any) (out []*wire.Parcel, err error) {
	err = t.each(func(r scanner) error {
		var raw []byte
		if err := r.Scan(&raw); err != nil {
			return err
		}
		p, err := wire.ParseParcel(raw)
		out = append(out, p)
		return err
	}, "DELETE FROM parcel WHERE "+where+" RETURNING raw", args...)
	return out, err
}

// OldParcel reports whether a parcel waits that came before a time.
func (s *Store) OldParcel(ctx context.Context, before time.Time) (bool, error) {
	var n int64
	err := s.read.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 AS one FROM parcel WHERE received < $1 LIMIT 1) AS old", before.UnixMilli()).Scan(&n)
	return n > 0, diskError(err)
}

// TellSender keeps a receipt for the sender of a parcel until he has heard it.
func (t *Tx) TellSender(r *wire.Receipt, at time.Time) error {
	num, err := t.next("parcel_told", 1)
	if err != nil {
		return err
	}
	if _, err := t.exec("INSERT INTO parcel_told (num, node, digest, raw) VALUES ($1, $2, $3, $4) ON CONFLICT (digest) DO NOTHING", num, r.From.String(), wire.Digest(r.Bytes()).String(), r.Bytes()); err != nil {
		return err
	}
	return t.relayFlow(r.From.String(), r.To.String(), paiza.RelayFlow{Failed: 1, Reason: string(r.Reason), At: at})
}

// HeardReceipt lets go of a receipt that its addressee has.
func (t *Tx) HeardReceipt(node string, digest wire.Hash) error {
	_, err := t.exec("DELETE FROM parcel_told WHERE node = $1 AND digest = $2", node, digest.String())
	return err
}

// ParcelsFor gives what waits for a node, in the order in which it came: parcels
// up to a number of bytes, at least one, and receipts.
func (s *Store) ParcelsFor(ctx context.Context, node string, n, size int) (parcels, receipts [][]byte, err error) {
	var sizes []int64
	var nums []any
	err = each(ctx, s.read, func(r scanner) error {
		var num, one int64
		err := r.Scan(&num, &one)
		nums, sizes = append(nums, num), append(sizes, one)
		return err
	}, "SELECT num, size FROM parcel WHERE receiver = $1 ORDER BY num LIMIT $2", node, int64(n))
	if err != nil {
		return nil, nil, err
	}
	for i, num := range nums {
		if size -= int(sizes[i]) + 4; size < 0 && i > 0 {
			break
		}
		var raw []byte
		err := s.read.QueryRowContext(ctx, "SELECT raw FROM parcel WHERE num = $1", num).Scan(&raw)
		if errors.Is(err, sql.ErrNoRows) {
			continue // it expired in between
		}
		if err != nil {
			return nil, nil, diskError(err)
		}
		parcels = append(parcels, raw)
	}
	err = each(ctx, s.read, func(r scanner) error {
		var raw []byte
		err := r.Scan(&raw)
		receipts = append(receipts, raw)
		return err
	}, "SELECT raw FROM parcel_told WHERE node = $1 ORDER BY num LIMIT $2", node, int64(n))
	return parcels, receipts, err
}

// ParcelWaits reports whether a parcel of the sender still waits.
func (s *Store) ParcelWaits(ctx context.Context, sender string, hash wire.Hash) (bool, error) {
	var one int64
	err := s.read.QueryRowContext(ctx, "SELECT 1 FROM parcel WHERE hash = $1 AND sender = $2", hash.String(), sender).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, diskError(err)
}

// RelayFlows lists what is and was carried, from whom to whom.
func (s *Store) RelayFlows(ctx context.Context) (out []paiza.RelayFlow, err error) {
	err = each(ctx, s.read, func(r scanner) error {
		var f paiza.RelayFlow
		err := r.Scan(&f.From, &f.To, &f.Parcels, &f.Bytes, &f.Failed, &f.Refused, &f.Reason, (*asTime)(&f.At), &f.Waiting, &f.Size, (*asTime)(&f.Oldest))
		out = append(out, f)
		return err
	}, "SELECT "+relayFlowColumns+`,
		(SELECT count(*) FROM parcel p WHERE p.sender = f.sender AND p.receiver = f.receiver),
		(SELECT coalesce(CAST(sum(size) AS BIGINT), 0) FROM parcel p WHERE p.sender = f.sender AND p.receiver = f.receiver),
		(SELECT coalesce(min(received), 0) FROM parcel p WHERE p.sender = f.sender AND p.receiver = f.receiver)
		FROM relay_flow f ORDER BY f.sender, f.receiver`)
	return out, err
}
