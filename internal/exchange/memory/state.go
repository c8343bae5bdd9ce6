package memory

import (
	"slices"
	"time"

	"paiza/wire"
)

// state is everything that a backup holds.
type state struct {
	out      map[wire.NodeID]*outLog
	in       map[wire.NodeID]*inLog
	subjects map[subjectKey]*subject
	groups   map[wire.GroupRef]*wire.Group
	cards    map[wire.NodeID][]*wire.Card
	revoked  map[wire.NodeID][]*wire.Revocation // this node's too
	restored time.Time                          // when a backup was last put back
}

type subjectKey struct {
	owner wire.NodeID
	name  string
}

// subject is a subject with every content that was ever seen under one of its
// versions.
type subject struct {
	latest   uint64
	said     uint64 // the version in which body was said, or in which the subject was taken back from everybody
	body     []byte
	groups   []wire.GroupRef
	gone     bool // taken back from everybody
	versions map[uint64][]wire.Hash
	readers  []reader // of a subject of this node
	again    bool     // a backup had forgotten something of it: it needs a new version
}

// reader is a peer to whom a subject of this node was sent.
type reader struct {
	peer  wire.NodeID
	gone  bool // it was taken back from him
	again bool // he must be told anew that it was
}

// reader is what is known of the peer; he becomes a reader when he was none.
func (s *subject) reader(peer wire.NodeID) *reader {
	i := slices.IndexFunc(s.readers, func(r reader) bool { return r.peer == peer })
	if i < 0 {
		i, s.readers = len(s.readers), append(s.readers, reader{peer: peer})
	}
	return &s.readers[i]
}

// which lists the readers of whom f holds.
func (s *subject) which(f func(reader) bool) (out []wire.NodeID) {
	for _, r := range s.readers {
		if f(r) {
			out = append(out, r.peer)
		}
	}
	return out
}

// deserted notes that nobody is left who has the subject, when that is so.
func (s *subject) deserted() bool {
	if slices.ContainsFunc(s.readers, func(r reader) bool { return !r.gone }) {
		return false
	}
	s.gone, s.body, s.said = true, nil, s.latest
	return true
}

func (s *state) subject(k subjectKey) *subject {
	x := s.subjects[k]
	if x == nil {
		x = &subject{versions: map[uint64][]wire.Hash{}}
		s.subjects[k] = x
	}
	return x
}

// take notes a version; the latest one is what the subject is. gone says that it
// takes the subject back.
func (s *subject) take(version uint64, content wire.Hash, body []byte, groups []wire.GroupRef, gone bool) {
	s.versions[version] = append(s.versions[version], content)
	if version <= s.latest {
		return
	}
	s.latest, s.said, s.body, s.groups, s.gone = version, version, body, groups, gone
	if gone {
		s.body, s.groups = nil, nil
	}
}

// outLog is the log for a peer.
type outLog struct {
	rows     []outRow
	epochs   []wire.Epoch
	have     wire.Cursor
	proven   wire.Cursor
	receipts []*wire.Receipt
	stale    int // so many receipts are from before the peer was put back
	denials  []*wire.Receipt
	early    []*wire.Receipt // for places that this node has lost and not got back yet
}

type outRow struct {
	wire.Cursor
	prev     wire.Hash
	raw      []byte    // nil for a message that came back withheld
	digest   wire.Hash // of raw
	withheld wire.Reason
}

// inLog is the log of a peer.
type inLog struct {
	have     wire.Cursor
	rows     []inRow
	kept     []*wire.Kept
	receipts []*wire.Receipt
	forks    []Fork
	stated   time.Time // the latest time on a receipt for it
}

// stamp is the time for the next receipt for a log: later than that of every one
// before and than the last restore, though the clock was put back. Who reads two of
// them must know which counts.
func (n *Node) stamp(l *inLog) time.Time {
	last := l.stated
	if n.s.restored.After(last) {
		last = n.s.restored
	}
	now := n.Now().Truncate(time.Millisecond)
	if !now.After(last) {
		now = last.Add(time.Millisecond)
	}
	l.stated = now
	return now
}

type inRow struct {
	wire.Cursor
	raw     []byte
	refused wire.Reason
}

func (l *outLog) head() wire.Cursor {
	if len(l.rows) == 0 {
		return wire.Cursor{}
	}
	return l.rows[len(l.rows)-1].Cursor
}

// open begins an epoch after the end of the log.
func (l *outLog) open(from, to wire.NodeID, epoch uint64) {
	l.epochs = append(l.epochs, wire.Epoch{Epoch: epoch, Base: l.head()})
}

// add places a content at the end of the log.
func (l *outLog) add(from, to wire.NodeID, content []byte) {
	e := &l.epochs[len(l.epochs)-1]
	prev := l.head().Hash
	if e.Last == 0 {
		prev = wire.Start(from, to, e.Epoch, e.Base)
	}
	e.Last++
	raw := wire.Place(content, from, to, e.Epoch, e.Last, prev)
	l.rows = append(l.rows, outRow{Cursor: wire.Cursor{Epoch: e.Epoch, Seq: e.Last, Hash: wire.Next(prev, e.Epoch, e.Last, wire.Digest(raw))},
		prev: prev, raw: raw, digest: wire.Digest(raw)})
}

// at is the index of a place; false when the log has none such.
func (l *outLog) at(c wire.Cursor) (int, bool) {
	lo, hi := 0, len(l.rows)
	for lo < hi {
		mid := (lo + hi) / 2
		if l.rows[mid].Compare(c) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < len(l.rows) && l.rows[lo].Epoch == c.Epoch && l.rows[lo].Seq == c.Seq
}

// refused is why the peer set a message aside, by the latest receipt that speaks
// of it. Receipts do not come in the order in which they were signed.
func (l *outLog) refused(c wire.Cursor) (why wire.Reason) {
	var at time.Time
	for _, r := range l.receipts {
		covers, reason := r.Covers(c.Epoch, c.Seq)
		if covers && (r.At.After(at) || r.At.Equal(at) && reason == "") {
			why, at = reason, r.At
		}
	}
	return why
}
