package store

import (
	"errors"
	"strings"
	"time"

	"paiza/wire"
)

// A log is reopened when the peer has another history of it than this node,
// which was restored from a backup then. What the peer gives back is laid aside
// batch by batch, because it may be a million messages, and takes its place in
// one transaction at the end.

// ClearReturned throws away what an earlier try laid aside.
func (t *Tx) ClearReturned(peer int64) error {
	_, err := t.exec("DELETE FROM outback WHERE peer = $1", peer)
	return err
}

// LayAside keeps a batch that the peer gave back.
func (t *Tx) LayAside(peer int64, o *wire.Opened) error {
	prev := o.Prev
	rows := make([][]any, 0, len(o.Items))
	for _, it := range o.Items {
		withheld := ""
		if it.Raw == nil {
			withheld = string(wire.ReasonWithheld)
		}
		rows = append(rows, []any{peer, int64(it.Epoch), int64(it.Seq), bytesOf(prev), bytesOf(it.Hash), bytesOf(it.Digest), bytesOr(it.Raw), withheld})
		prev = it.Hash
	}
	const q = "INSERT INTO outback (peer, epoch, seq, prev, hash, digest, raw, withheld) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (peer, epoch, seq) DO NOTHING"
	for _, row := range rows {
		if _, err := t.exec(q, row...); err != nil {
			return err
		}
	}
	return nil
}

// bytesOr gives an empty value for none: the columns hold no NULL.
func bytesOr(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

const parked = -1 // the sign of the peer's number for rows that wait for their new place

// Reopen cuts the log after the place fork, puts what was laid aside there, and
// places anew, in a new epoch, what stood after fork: but for contents that came
// back, which a backup from between two restores can hold at another place.
// remember is told of every message that came back and gives the subject that it
// speaks of. Rows of contents that cannot be read are dropped: they could never
// be sent. placed are the subjects of the rows that have a new place, and whether
// the last of them takes the subject back.
func (t *Tx) Reopen(self wire.NodeID, peer int64, to wire.NodeID, fork wire.Cursor, remember func(m *wire.Message) (int64, error)) (placed map[int64]bool, err error) {
	placed = map[int64]bool{}
	return placed, t.reopen(self, peer, to, fork, remember, placed)
}

func (t *Tx) reopen(self wire.NodeID, peer int64, to wire.NodeID, fork wire.Cursor, remember func(m *wire.Message) (int64, error), placed map[int64]bool) error {
	st, err := t.lockOutlog(peer)
	if err != nil {
		return err
	}
	if err := errors.Join(t.cut(peer, fork), t.outlive(peer, fork)); err != nil {
		return err
	}
	back := map[wire.Hash]bool{}
	head, err := t.adopt(peer, fork, func(m *wire.Message) (int64, error) {
		back[m.ContentHash()] = true
		return remember(m)
	})
	if err != nil {
		return err
	}
	proven := st.Proven
	if proven.Compare(fork) > 0 {
		proven = fork
	}
	if _, err := t.exec("UPDATE outlog SET proven_epoch = $1, proven_seq = $2, proven_hash = $3, have_epoch = $4, have_seq = $5, have_hash = $6 WHERE peer = $7",
		int64(proven.Epoch), int64(proven.Seq), proven.Hash[:], int64(head.Epoch), int64(head.Seq), head.Hash[:], peer); err != nil {
		return err
	}
	if err := t.setHead(peer, head); err != nil {
		return err
	}
	if err := t.replace(self, peer, to, st.Head, head, back, placed); err != nil {
		return err
	}
	if err := t.reconfirm(peer, proven); err != nil {
		return err
	}
	st, err = t.lockOutlog(peer)
	if err != nil {
		return err
	}
	if err := t.advanceProven(peer, st.Proven); err != nil {
		return err
	}
	// The peer would be left with an older version of these than this node has.
	_, err = t.exec(`UPDATE item SET again = 1 WHERE origin = '' AND num IN (SELECT i.num FROM item i JOIN
		(SELECT item, max(version) AS version FROM outbox WHERE peer = $1 AND item <> 0 GROUP BY item) o ON o.item = i.num WHERE o.version < i.version)`, peer)
	return err
}

// cut parks the rows after a place and forgets the epochs after it.
func (t *Tx) cut(peer int64, fork wire.Cursor) error {
	var hash []byte
	if fork != (wire.Cursor{}) {
		err := t.row("SELECT hash FROM outbox WHERE peer = $1 AND epoch = $2 AND seq = $3", peer, int64(fork.Epoch), int64(fork.Seq)).Scan(&hash)
		if err != nil || string(hash) != string(fork.Hash[:]) {
			return &wire.Refusal{Reason: wire.ReasonFork, Detail: "the place is not in the log any more"}
		}
	}
	if _, err := t.exec("UPDATE outbox SET peer = $1 WHERE peer = $2 AND (epoch, seq) > ($3, $4)",
		parked*peer, peer, int64(fork.Epoch), int64(fork.Seq)); err != nil {
		return err
	}
	if _, err := t.exec("DELETE FROM outepoch WHERE peer = $1 AND epoch > $2", peer, int64(fork.Epoch)); err != nil {
		return err
	}
	_, err := t.exec("UPDATE outepoch SET last = $1 WHERE peer = $2 AND epoch = $3", int64(fork.Seq), peer, int64(fork.Epoch))
	return err
}

// adopt moves what was laid aside into the log and gives its new end.
func (t *Tx) adopt(peer int64, head wire.Cursor, remember func(m *wire.Message) (int64, error)) (wire.Cursor, error) {
	columns := strings.Split(outboxColumns, ", ")
	at := head
	for {
		list, err := t.page("outback", peer, at)
		if err != nil || len(list) == 0 {
			return head, err
		}
		var rows [][]any
		for _, r := range list {
			at = r.Cursor
			if r.Compare(head) <= 0 {
				continue
			}
			if r.Epoch != head.Epoch {
				if err := t.openEpoch(peer, r.Epoch, head); err != nil {
					return head, err
				}
			}
			row := []any{peer, int64(r.Epoch), int64(r.Seq), bytesOf(r.Prev), bytesOf(r.Hash), bytesOf(r.Digest), bytesOr(r.raw), string(r.Withheld), "", int64(0), int64(0), int64(0)}
			if m, err := wire.ParseMessage(r.raw); err == nil {
				item, err := remember(m)
				if err != nil {
					return head, err
				}
				row[8], row[9], row[10], row[11] = m.Type, item, int64(m.Version), m.Created.UnixMilli()
			}
			rows = append(rows, row)
			head = r.Cursor
			if _, err := t.exec("UPDATE outepoch SET last = $1 WHERE peer = $2 AND epoch = $3", int64(head.Seq), peer, int64(head.Epoch)); err != nil {
				return head, err
			}
		}
		if err := t.insertMany("outbox", columns, rows); err != nil {
			return head, err
		}
	}
}

// replace gives the parked rows their places after the log's new end.
func (t *Tx) replace(self wire.NodeID, peer int64, to wire.NodeID, was, head wire.Cursor, back map[wire.Hash]bool, placed map[int64]bool) error {
	at := wire.Cursor{}
	opened := false
	for {
		list, err := t.page("outbox", parked*peer, at)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			break
		}
		var out []Outgoing
		var withheld []wire.Reason
		for _, r := range list {
			at = r.Cursor
			content, err := wire.ContentOf(r.raw)
			if err != nil || back[wire.HashContent(content)] {
				continue
			}
			out = append(out, Outgoing{Type: r.typ, Item: r.item, Version: uint64(r.version), Content: content, At: time.UnixMilli(r.created)})
			withheld = append(withheld, r.Withheld)
			if r.item != 0 {
				placed[r.item] = r.typ == wire.TypeTombstone
			}
		}
		if len(out) == 0 {
			continue
		}
		if !opened {
			if err := t.openEpoch(peer, wire.NewEpoch(was.Epoch, head.Epoch), head); err != nil {
				return err
			}
			opened = true
		}
		end, err := t.Enqueue(self, peer, to, out)
		if err != nil {
			return err
		}
		for i, why := range withheld {
			if why == "" {
				continue
			}
			if err := t.Withhold(peer, wire.Cursor{Epoch: end.Epoch, Seq: end.Seq - uint64(len(withheld)-1-i)}, why); err != nil {
				return err
			}
		}
	}
	if _, err := t.exec("DELETE FROM outbox WHERE peer = $1", parked*peer); err != nil {
		return err
	}
	return t.ClearReturned(peer)
}

// pageRow is a row of a log with its bytes, whether withheld or not.
type pageRow struct {
	wire.Row
	raw                    []byte
	typ                    string
	item, version, created int64
}

// page reads rows of a log after a place, some hundred at once.
func (t *Tx) page(table string, peer int64, after wire.Cursor) (out []pageRow, err error) {
	more := ", type, item, version, created"
	if table == "outback" {
		more = ", '', 0, 0, 0"
	}
	err = t.each(func(r scanner) error {
		var row pageRow
		var p place
		var prev, digest []byte
		if err := r.Scan(append(p.into(), &prev, &digest, &row.raw, &row.Withheld, &row.typ, &row.item, &row.version, &row.created)...); err != nil {
			return err
		}
		row.Cursor = p.cursor()
		copy(row.Prev[:], prev)
		copy(row.Digest[:], digest)
		out = append(out, row)
		return nil
	}, "SELECT epoch, seq, hash, prev, digest, raw, withheld"+more+" FROM "+table+" WHERE peer = $1 AND (epoch, seq) > ($2, $3) ORDER BY epoch, seq LIMIT 256",
		peer, int64(after.Epoch), int64(after.Seq))
	return out, err
}
