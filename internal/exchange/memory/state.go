package memory

import (
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
}

type subjectKey struct {
	owner wire.NodeID
	name  string
}

// subject is a subject with every content that was ever seen under one of its
// versions.
type subject struct {
	latest   uint64
	body     []byte // of the latest version
	groups   []wire.GroupRef
	versions map[uint64][]wire.Hash
	audience []wire.NodeID // of a subject of this node: to whom it was sent
	again    bool          // a backup had forgotten something of it: it needs a new version
}

func (s *state) subject(k subjectKey) *subject {
	x := s.subjects[k]
	if x == nil {
		x = &subject{versions: map[uint64][]wire.Hash{}}
		s.subjects[k] = x
	}
	return x
}

// take notes a version; the latest one is what the subject is.
func (s *subject) take(version uint64, content wire.Hash, body []byte, groups []wire.GroupRef) {
	s.versions[version] = append(s.versions[version], content)
	if version > s.latest {
		s.latest, s.body, s.groups = version, body, groups
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
