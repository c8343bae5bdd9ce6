package wire

import (
	"slices"
	"time"
)

// Limits of a checkpoint.
const (
	MaxNote     = 64 << 10 // bytes of a signed note
	maxLedger   = 126      // hashes of a proof: a tree has at most 63 levels
	maxVerifier = 300      // bytes of a verifier key
	maxTurns    = 200      // changes of a ledger's key
	maxTurn     = 4 << 10  // bytes of the statement of one
)

const magicCheckpoint = "PZN1"

// CheckpointKind is what a checkpoint says.
type CheckpointKind uint8

// The kinds of a checkpoint.
const (
	CheckpointHead     CheckpointKind = 0 // the sender's ledger as it is
	CheckpointCosigned CheckpointKind = 1 // the receiver's ledger as he showed it, cosigned by the sender
	CheckpointHeld     CheckpointKind = 2 // the same, in answer to a head that continues one which the sender does not hold
)

// Checkpoint carries the head of a node's ledger to a peer, and back with the
// peer's cosignature. Both are signed notes (c2sp.org/signed-note), which package
// ledger makes and checks; here they are bytes.
type Checkpoint struct {
	Kind     CheckpointKind
	Verifier string // key of the log, in the form of a note's verifier
	Note     []byte
	Since    uint64 // entries of the head that it is proved to continue; 0 for the first one
	Proof    []Hash // that it does (RFC 6962 §2.1.2)
	Turns    []LedgerTurn
	Restored time.Time // when the ledger was put back from a backup since then; zero: it was not
}

// LedgerTurn is a change of a ledger's key since the head that is continued.
type LedgerTurn struct {
	Former string // verifier of the key before
	Signed []byte // the statement of both keys, a signed note; see package ledger
}

// Encode gives the bytes of the checkpoint.
func (c *Checkpoint) Encode() []byte {
	w := &writer{}
	w.raw([]byte(magicCheckpoint))
	w.u8(uint8(c.Kind))
	w.text(c.Verifier)
	w.bytes(c.Note)
	w.u64(c.Since)
	w.u16(uint16(len(c.Proof)))
	for _, h := range c.Proof {
		w.raw(h[:])
	}
	w.u16(uint16(len(c.Turns)))
	for _, t := range c.Turns {
		w.text(t.Former)
		w.bytes(t.Signed)
	}
	w.time(c.Restored)
	return w.b
}

// ParseCheckpoint reads a checkpoint. Nothing in it is verified yet.
func ParseCheckpoint(raw []byte) (*Checkpoint, error) {
	r := &reader{b: raw}
	r.magic(magicCheckpoint)
	c := &Checkpoint{Kind: CheckpointKind(r.u8()), Verifier: r.text(maxVerifier), Note: slices.Clone(r.bytes(MaxNote)), Since: r.u64()}
	for range r.count(maxLedger) {
		var h Hash
		r.fixed(h[:])
		c.Proof = append(c.Proof, h)
	}
	for range r.count(maxTurns) {
		c.Turns = append(c.Turns, LedgerTurn{Former: r.text(maxVerifier), Signed: slices.Clone(r.bytes(maxTurn))})
	}
	c.Restored = r.time()
	switch {
	case c.Kind > CheckpointHeld:
		r.fail(ReasonMalformed, "a checkpoint of no kind")
	case len(c.Note) == 0:
		r.fail(ReasonMalformed, "a checkpoint without a note")
	case c.Since > 1<<62:
		r.fail(ReasonLimit, "a ledger has no such number of entries")
	case c.Since == 0 && len(c.Proof)+len(c.Turns) > 0, c.Kind != CheckpointHead && (c.Since != 0 || !c.Restored.IsZero()):
		r.fail(ReasonMalformed, "a proof where nothing is to be proved")
	}
	return c, r.done()
}
