package wire

import "slices"

// MaxNote is the most bytes of a signed note.
const MaxNote = 64 << 10

const magicCheckpoint = "PZN1"

// Checkpoint carries the head of a node's ledger to a peer, and back with the
// peer's cosignature. Both are signed notes (c2sp.org/signed-note), which package
// ledger makes and checks; here they are bytes.
type Checkpoint struct {
	Verifier string // key of the log, in the form of a note's verifier
	Note     []byte
	Proof    []byte // that it continues the checkpoint sent before; empty for the first
}

// Encode gives the bytes of the checkpoint.
func (c *Checkpoint) Encode() []byte {
	w := &writer{}
	w.raw([]byte(magicCheckpoint))
	w.text(c.Verifier)
	w.bytes(c.Note)
	w.bytes(c.Proof)
	return w.b
}

// ParseCheckpoint reads a checkpoint.
func ParseCheckpoint(raw []byte) (*Checkpoint, error) {
	r := &reader{b: raw}
	r.magic(magicCheckpoint)
	c := &Checkpoint{Verifier: r.text(300), Note: slices.Clone(r.bytes(MaxNote)), Proof: slices.Clone(r.bytes(MaxNote))}
	if len(c.Note) == 0 {
		r.fail(ReasonMalformed, "a checkpoint without a note")
	}
	return c, r.done()
}
