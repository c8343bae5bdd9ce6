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

// By which node a peer without a direct link is reached, and what became of the
// parcels that carried parts of the log for him.

const parcelSentColumns = "hash, node, relay, epoch, first, last, chain, salt, head, made"

// SetWay keeps by which node a peer is reached; an empty relay for a direct link.
func (t *Tx) SetWay(node, relay string) error {
	var err error
	if relay == "" {
		_, err = t.exec("DELETE FROM way WHERE node = $1", node)
	} else {
		_, err = t.exec("INSERT INTO way (node, relay) VALUES ($1, $2) ON CONFLICT (node) DO UPDATE SET relay = excluded.relay", node, relay)
	}
	if err != nil {
		return err
	}
	return t.trustChanged()
}

func ways(ctx context.Context, q querier, out map[string]string) error {
	return each(ctx, q, func(r scanner) error {
		var node, relay string
		err := r.Scan(&node, &relay)
		out[node] = relay
		return err
	}, "SELECT node, relay FROM way")
}

// NextParcel gives the number of the next parcel to a peer by a relay: above all
// before, and above what a backup can have forgotten, because the clock went on.
func (t *Tx) NextParcel(node, relay string, now time.Time) (uint64, error) {
	var n int64
	err := t.row(`INSERT INTO parcel_number (node, relay, sent, seen) VALUES ($1, $2, $3, 0)
		ON CONFLICT (node, relay) DO UPDATE SET sent = CASE WHEN parcel_number.sent >= excluded.sent THEN parcel_number.sent + 1 ELSE excluded.sent END
		RETURNING sent`, node, relay, now.UnixMilli()*1000).Scan(&n)
	return uint64(n), err
}

// SeenParcel is the highest number of a parcel that was taken from a peer by a
// relay.
func (s *Store) SeenParcel(ctx context.Context, node, relay string) (uint64, error) {
	var n int64
	err := s.read.QueryRowContext(ctx, "SELECT seen FROM parcel_number WHERE node = $1 AND relay = $2", node, relay).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return uint64(n), diskError(err)
}

// SeeParcel keeps that a parcel was dealt with.
func (t *Tx) SeeParcel(node, relay string, number uint64) error {
	_, err := t.exec(`INSERT INTO parcel_number (node, relay, sent, seen) VALUES ($1, $2, 0, $3)
		ON CONFLICT (node, relay) DO UPDATE SET seen = CASE WHEN parcel_number.seen >= excluded.seen THEN parcel_number.seen ELSE excluded.seen END`, node, relay, int64(number))
	return err
}

// KeepSending keeps which part of a log a parcel carries.
func (t *Tx) KeepSending(c wire.Sending) error {
	_, err := t.exec(insertText("parcel_sent", strings.Split(parcelSentColumns, ", ")), c.Parcel.Hash().String(), c.Parcel.To.String(), c.Parcel.Relay.String(),
		int64(c.End.Epoch), int64(c.First), int64(c.End.Seq), c.End.Hash[:], c.Salt[:], c.Parcel.Head(), c.Parcel.Made.UnixMilli())
	return err
}

// RefusedBefore reports whether the newest statement of the relay on a part of a
// log was already the same refusal: it is asked for again and again.
func (t *Tx) RefusedBefore(c wire.Sending, why wire.Reason) (bool, error) {
	var event, reason string
	err := t.row(`SELECT d.event, d.reason FROM parcel_sent s JOIN parcel_said d ON d.hash = s.hash
		WHERE s.node = $1 AND s.relay = $2 AND s.epoch = $3 AND s.last >= $4 AND s.first <= $5 ORDER BY d.at DESC, s.made DESC LIMIT 1`,
		c.Parcel.To.String(), c.Parcel.Relay.String(), int64(c.End.Epoch), int64(c.End.Seq), int64(c.First)).Scan(&event, &reason)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil && event == string(wire.EventRelayRejection) && reason == string(why), err
}

// KeepSaid keeps what a relay stated of a parcel in which a part of a log went.
// It says whether the parcel is known and the statement new.
func (t *Tx) KeepSaid(relay string, r *wire.Receipt) (bool, error) {
	res, err := t.exec(`INSERT INTO parcel_said (hash, event, at, reason, raw)
		SELECT hash, $1, $2, $3, $4 FROM parcel_sent WHERE hash = $5 AND relay = $6 ON CONFLICT (hash, event) DO NOTHING`,
		string(r.Event), r.At.UnixMilli(), string(r.Reason), r.Bytes(), r.Hash.String(), relay)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// RelayedPart is what a relay said of a parcel that carried a part of a log.
type RelayedPart struct {
	First, Last uint64
	paiza.Relayed
}

// RelayedIn is what relays said of parcels that carried messages to a peer from
// one number of an epoch to another, in order of time.
func (s *Store) RelayedIn(ctx context.Context, node string, epoch, first, last uint64) (out []RelayedPart, err error) {
	err = each(ctx, s.read, func(r scanner) error {
		var x RelayedPart
		var from, to int64
		err := r.Scan(&from, &to, &x.Node, &x.Event, (*asTime)(&x.At), &x.Reason)
		x.First, x.Last = uint64(from), uint64(to)
		out = append(out, x)
		return err
	}, `SELECT s.first, s.last, s.relay, d.event, d.at, d.reason FROM parcel_sent s JOIN parcel_said d ON d.hash = s.hash
		WHERE s.node = $1 AND s.epoch = $2 AND s.last >= $3 AND s.first <= $4 ORDER BY d.at, d.event DESC`, node, int64(epoch), int64(first), int64(last))
	return out, err
}

// Carriages gives the parcels in which a message to a peer travelled, with what
// their relays said, as a proof holds them: the first n.
func (s *Store) Carriages(ctx context.Context, node string, epoch, seq uint64, n int) (out []*wire.Carriage, err error) {
	last := ""
	err = each(ctx, s.read, func(r scanner) error {
		var hash string
		var first, end int64
		var chain, salt, head, raw []byte
		if err := r.Scan(&hash, &first, &end, &chain, &salt, &head, &raw); err != nil {
			return err
		}
		if hash != last {
			if len(out) == n {
				return nil
			}
			c := &wire.Carriage{Head: head, First: uint64(first), End: wire.Cursor{Epoch: epoch, Seq: uint64(end)}}
			copy(c.End.Hash[:], chain)
			copy(c.Salt[:], salt)
			out, last = append(out, c), hash
		}
		c := out[len(out)-1]
		c.Receipts = append(c.Receipts, raw)
		return nil
	}, `SELECT s.hash, s.first, s.last, s.chain, s.salt, s.head, d.raw FROM parcel_sent s JOIN parcel_said d ON d.hash = s.hash
		WHERE s.node = $1 AND s.epoch = $2 AND s.last >= $3 AND s.first <= $4 ORDER BY s.made, s.hash, d.at`, node, int64(epoch), int64(seq), int64(seq))
	return out, err
}
