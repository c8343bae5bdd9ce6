package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"paiza/internal/ledger"
	"paiza/wire"
)

// LedgerHead is the head of a ledger as it is kept: one of this node's own that
// was sent to peers, or one that a peer showed.
type LedgerHead struct {
	Num      int64
	Peer     int64 // whose ledger; 0 for this node's own
	Head     ledger.Checkpoint
	Verifier string
	Note     string    // with all cosignatures
	At       time.Time // when it was made, or came
	Refused  wire.Reason
	Against  int64     // number of the head that it contradicts
	Restored time.Time // when its node says that it was put back from a backup
	Epoch    uint64    // place of the message that brought it
	Seq      uint64
}

const headColumns = "num, peer, size, root, verifier, note, at, refused, against, restored, epoch, seq"

const selectHead = "SELECT " + headColumns + " FROM checkpoint "

func scanHead(row scanner) (h LedgerHead, err error) {
	var root []byte
	var epoch, seq int64
	if err := row.Scan(&h.Num, &h.Peer, &h.Head.Size, &root, &h.Verifier, &h.Note, (*asTime)(&h.At), &h.Refused, &h.Against, (*asTime)(&h.Restored), &epoch, &seq); err != nil {
		return h, err
	}
	h.Epoch, h.Seq = uint64(epoch), uint64(seq)
	var ok bool
	if h.Head.Root, ok = ledger.HashOf(root); !ok {
		return h, errors.New("store: the root of a checkpoint is not a hash")
	}
	h.Head.Log, _, _ = strings.Cut(h.Note, "\n")
	return h, nil
}

func oneHead(row scanner) (h LedgerHead, found bool, err error) {
	h, err = scanHead(row)
	if errors.Is(err, sql.ErrNoRows) {
		return h, false, nil
	}
	return h, err == nil, diskError(err)
}

// InsertHead keeps a head and gives its number.
func (t *Tx) InsertHead(h *LedgerHead) (err error) {
	if h.Num, err = t.next("checkpoint", 1); err != nil {
		return err
	}
	_, err = t.exec(insertText("checkpoint", strings.Split(headColumns, ", ")), h.Num, h.Peer, h.Head.Size, h.Head.Root[:], h.Verifier, h.Note, milli(h.At),
		string(h.Refused), h.Against, milli(h.Restored), int64(h.Epoch), int64(h.Seq))
	return err
}

// UpdateHead writes what may change of a head: its cosignatures and whether it
// counts.
func (t *Tx) UpdateHead(h LedgerHead) error {
	_, err := t.exec("UPDATE checkpoint SET note = $1, refused = $2 WHERE num = $3", h.Note, string(h.Refused), h.Num)
	return err
}

// OwnHead finds a head of this node's own ledger that was sent to peers.
func (t *Tx) OwnHead(c ledger.Checkpoint) (LedgerHead, bool, error) {
	return oneHead(t.row(selectHead+"WHERE peer = 0 AND size = $1 AND root = $2 ORDER BY num DESC LIMIT 1", c.Size, c.Root[:]))
}

// LastHead is the head of a peer's ledger that counts now.
func (t *Tx) LastHead(peer int64) (LedgerHead, bool, error) {
	return oneHead(t.row(selectHead+"WHERE peer = $1 AND refused = '' ORDER BY num DESC LIMIT 1", peer))
}

// HeadAt is a head of a peer's ledger that counted once, by its number of
// entries.
func (t *Tx) HeadAt(peer, size int64) (LedgerHead, bool, error) {
	return oneHead(t.row(selectHead+"WHERE peer = $1 AND refused = '' AND size = $2 ORDER BY num DESC LIMIT 1", peer, size))
}

// AsideHead is the newest head of a peer's ledger that was set aside after the
// one that counts.
func (t *Tx) AsideHead(peer int64) (LedgerHead, bool, error) {
	last, _, err := t.LastHead(peer)
	if err != nil {
		return LedgerHead{}, false, err
	}
	return oneHead(t.row(selectHead+"WHERE peer = $1 AND refused <> '' AND refused <> $2 AND num > $3 ORDER BY num DESC LIMIT 1", peer, string(wire.ReasonGap), last.Num))
}

// HeadGap reports whether a head came after the one that counts that continues
// something which is not here.
func (t *Tx) HeadGap(peer, last int64) (bool, error) {
	_, found, err := oneHead(t.row(selectHead+"WHERE peer = $1 AND refused = $2 AND num > $3 ORDER BY num DESC LIMIT 1", peer, string(wire.ReasonGap), last))
	return found, err
}

// ShownHeads are the heads of a peer's ledger: the one that counts, the newest that
// was set aside since, and what that contradicts; zero where there is none.
type ShownHeads struct {
	Last, Aside, Against LedgerHead
}

// ShownHeads reads them.
func (s *Store) ShownHeads(ctx context.Context, peer int64) (out ShownHeads, err error) {
	one := func(rest string, args ...any) (LedgerHead, error) {
		h, _, err := oneHead(s.read.QueryRowContext(ctx, selectHead+rest, args...))
		return h, err
	}
	if out.Last, err = one("WHERE peer = $1 AND refused = '' ORDER BY num DESC LIMIT 1", peer); err != nil {
		return out, err
	}
	if out.Aside, err = one("WHERE peer = $1 AND refused <> '' AND refused <> $2 AND num > $3 ORDER BY num DESC LIMIT 1", peer, string(wire.ReasonGap), out.Last.Num); err != nil || out.Aside.Num == 0 {
		return out, err
	}
	out.Against, err = one("WHERE num = $1", out.Aside.Against)
	return out, err
}

// Contradicting are the peers whose ledger waits to be accepted, or who signed two
// histories of their log after a time.
func (s *Store) Contradicting(ctx context.Context, after time.Time) (map[int64]bool, error) {
	out := map[int64]bool{}
	return out, each(ctx, s.read, func(r scanner) error {
		var peer int64
		err := r.Scan(&peer)
		out[peer] = true
		return err
	}, `SELECT c.peer FROM checkpoint c WHERE c.peer <> 0 AND c.refused <> '' AND c.refused <> $1
		AND c.num > coalesce((SELECT max(o.num) FROM checkpoint o WHERE o.peer = c.peer AND o.refused = ''), 0)
		UNION SELECT f.peer FROM fork f WHERE f.at > $2`, string(wire.ReasonGap), milli(after))
}

// Cosigning is how far a peer has an own head.
type Cosigning struct {
	Checkpoint, Peer int64
	Size             int64
	Node, Name       string
	Sent, Signed     time.Time // Signed is zero until he cosigned
	Epoch, Seq       uint64
	Base             bool // the next head for him is proved from this one
}

const selectCosigning = `SELECT s.checkpoint, s.peer, c.size, p.node, p.name, s.sent, s.signed, s.epoch, s.seq, s.base
	FROM cosignature s JOIN checkpoint c ON c.num = s.checkpoint JOIN peer p ON p.num = s.peer `

// Cosignings lists the sendings of own heads to a peer, the newest first, at most
// n; to all peers for 0.
func (s *Store) Cosignings(ctx context.Context, peer int64, n int) (out []Cosigning, err error) {
	where, args := "", []any{}
	if peer != 0 {
		where, args = "WHERE s.peer = $1 ", []any{peer}
	}
	return s.cosignings(ctx, where+"ORDER BY s.checkpoint DESC LIMIT "+strconv.Itoa(n), args...)
}

// Cosigned lists for each peer the newest own head that he cosigned.
func (s *Store) Cosigned(ctx context.Context) ([]Cosigning, error) {
	return s.cosignings(ctx, `WHERE s.signed > 0 AND s.checkpoint = (SELECT max(o.checkpoint) FROM cosignature o WHERE o.peer = s.peer AND o.signed > 0)
		ORDER BY c.size DESC, p.name, p.node`)
}

// BaseFor is the own head from which the next one for a peer is proved.
func (s *Store) BaseFor(ctx context.Context, peer int64) (Cosigning, bool, error) {
	list, err := s.cosignings(ctx, "WHERE s.peer = $1 AND s.base = 1 LIMIT 1", peer)
	if err != nil || len(list) == 0 {
		return Cosigning{}, false, err
	}
	return list[0], true, nil
}

func (s *Store) cosignings(ctx context.Context, rest string, args ...any) (out []Cosigning, err error) {
	err = each(ctx, s.read, func(r scanner) error {
		var c Cosigning
		var epoch, seq, base int64
		if err := r.Scan(&c.Checkpoint, &c.Peer, &c.Size, &c.Node, &c.Name, (*asTime)(&c.Sent), (*asTime)(&c.Signed), &epoch, &seq, &base); err != nil {
			return err
		}
		c.Epoch, c.Seq, c.Base = uint64(epoch), uint64(seq), base != 0
		out = append(out, c)
		return nil
	}, selectCosigning+rest, args...)
	return out, err
}

// SendHead keeps that an own head stands in the log for a peer; the next one is
// proved from it.
func (t *Tx) SendHead(head, peer int64, at time.Time, place wire.Cursor) error {
	if _, err := t.exec(`INSERT INTO cosignature (checkpoint, peer, sent, signed, epoch, seq, base) VALUES ($1, $2, $3, 0, $4, $5, 0)
		ON CONFLICT (checkpoint, peer) DO UPDATE SET sent = excluded.sent, epoch = excluded.epoch, seq = excluded.seq`,
		head, peer, milli(at), int64(place.Epoch), int64(place.Seq)); err != nil {
		return err
	}
	return t.SetBase(head, peer)
}

// SetBase says from which own head the next one for a peer is proved; 0 is from
// none.
func (t *Tx) SetBase(head, peer int64) error {
	_, err := t.exec("UPDATE cosignature SET base = CASE WHEN checkpoint = $1 THEN 1 ELSE 0 END WHERE peer = $2", head, peer)
	return err
}

// KeepCosignature keeps when a peer cosigned an own head.
func (t *Tx) KeepCosignature(head, peer int64, at time.Time) error {
	_, err := t.exec(`INSERT INTO cosignature (checkpoint, peer, sent, signed, epoch, seq, base) VALUES ($1, $2, $3, $4, 0, 0, 0)
		ON CONFLICT (checkpoint, peer) DO UPDATE SET signed = excluded.signed`, head, peer, milli(at), milli(at))
	return err
}

// CosignedHead is the newest own head that some peer cosigned, of at least so
// many entries.
func (s *Store) CosignedHead(ctx context.Context, atLeast int64) (LedgerHead, bool, error) {
	return oneHead(s.read.QueryRowContext(ctx, selectHead+`WHERE peer = 0 AND size >= $1 AND EXISTS (SELECT 1 FROM cosignature s WHERE s.checkpoint = checkpoint.num AND s.signed > 0)
		ORDER BY size DESC LIMIT 1`, atLeast))
}

// exchanged are the acts by which checkpoints themselves are exchanged: a ledger
// that has nothing else new has nothing to show.
const exchanged = "('ledger.send', 'ledger.witness', 'exchange.receipt')"

// GrownSince reports whether something was entered after so many entries beside
// the exchange of checkpoints and receipts.
func (s *Store) GrownSince(ctx context.Context, size int64) (bool, error) {
	var n int64
	err := s.read.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 FROM act WHERE seq > $1 AND action NOT IN "+exchanged+" LIMIT 1) AS x", size).Scan(&n)
	return n > 0, diskError(err)
}

// RestoredSince is when the store was last put back from a backup, as an entry
// after so many says; zero for not.
func (s *Store) RestoredSince(ctx context.Context, size int64) (at time.Time, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT coalesce(max(at), 0) FROM act WHERE seq > $1 AND action = 'node.restore'", size).Scan((*asTime)(&at))
	return at, diskError(err)
}

// Extend proves that the own ledger of so many entries continues the one of old
// entries.
func (s *Store) Extend(ctx context.Context, size, old int64) ([]ledger.Hash, error) {
	if old == size {
		return nil, nil
	}
	path, err := ledger.Extend(size, old, func(numbers []int64) ([]ledger.Hash, error) { return readHashes(ctx, s.read, numbers) })
	return path, damaged(err)
}

// Fork is two histories of a peer's log that he signed both.
type Fork struct {
	Peer   int64
	At     time.Time
	Epoch  uint64
	Seq    uint64
	Ours   []byte // header of the batch that is here
	Theirs []byte // header of the batch that contradicts it
}

// maxForks bounds how many contradictions of a peer are kept: one is enough to
// prove that he signs two histories.
const maxForks = 20

// KeepFork keeps evidence of a fork; what is there already stays, and false says
// that nothing was added.
func (t *Tx) KeepFork(f Fork) (bool, error) {
	var n int64
	if err := t.row("SELECT count(*) FROM fork WHERE peer = $1", f.Peer).Scan(&n); err != nil || n >= maxForks {
		return false, err
	}
	res, err := t.exec("INSERT INTO fork (peer, epoch, seq, at, ours, theirs) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (peer, epoch, seq) DO NOTHING",
		f.Peer, int64(f.Epoch), int64(f.Seq), milli(f.At), f.Ours, f.Theirs)
	if err != nil {
		return false, err
	}
	n, err = res.RowsAffected()
	return n == 1, err
}

// Forks lists the contradictions of a peer, the newest first.
func (s *Store) Forks(ctx context.Context, peer int64) (out []Fork, err error) {
	err = each(ctx, s.read, func(r scanner) error {
		f := Fork{Peer: peer}
		var epoch, seq int64
		err := r.Scan(&epoch, &seq, (*asTime)(&f.At), &f.Ours, &f.Theirs)
		f.Epoch, f.Seq = uint64(epoch), uint64(seq)
		out = append(out, f)
		return err
	}, "SELECT epoch, seq, at, ours, theirs FROM fork WHERE peer = $1 ORDER BY at DESC, epoch, seq", peer)
	return out, err
}
