package wire

import (
	"slices"
	"time"
)

// Protocol is the version of the protocol that this package speaks.
const Protocol = 1

const (
	magicHello     = "PZH1"
	maxHelloCards  = 32
	maxVersions    = 16
	maxHelloProofs = 16
	// MaxHello is the most bytes of a hello.
	MaxHello = 4096 + maxHelloCards*MaxCard + maxHelloProofs*MaxReceipt
)

// Hello is what both sides say first, and what tells both in one round trip
// that nothing is new: where each one's log for the other ends and how far each
// one has the other's.
type Hello struct {
	Versions  []uint16  // of the protocol; the highest common one is spoken
	Clock     time.Time // of who says it; a difference is shown and stops nothing
	Serial    uint64    // of his present card
	NeedCards uint64    // cards wanted of the other, from this serial on; 0 for none
	Cards     [][]byte  // cards that the other asked for
	Directory uint64    // version of the trust directory he has; 0 for none
	Head      Cursor    // of his log for the other
	Have      Cursor    // of the other's log, as far as he has it durably
	Proven    Cursor    // how far he holds the other's receipts for his own log
	Receipts  [][]byte  // receipts for the other's log that the other lacks
	Window    uint16    // how many batches he takes at once
}

// Encode gives the bytes of a hello.
func (h *Hello) Encode() []byte {
	w := &writer{}
	w.raw([]byte(magicHello))
	w.u16(uint16(len(h.Versions)))
	for _, v := range h.Versions {
		w.u16(v)
	}
	w.time(h.Clock)
	w.u64(h.Serial)
	w.u64(h.NeedCards)
	writeList(w, h.Cards)
	w.u64(h.Directory)
	writeCursor(w, h.Head)
	writeCursor(w, h.Have)
	writeCursor(w, h.Proven)
	writeList(w, h.Receipts)
	w.u16(h.Window)
	return w.b
}

// ParseHello reads a hello.
func ParseHello(raw []byte) (*Hello, error) {
	r := &reader{b: raw}
	r.magic(magicHello)
	h := &Hello{}
	for range r.count(maxVersions) {
		h.Versions = append(h.Versions, r.u16())
	}
	h.Clock, h.Serial, h.NeedCards = r.time(), r.u64(), r.u64()
	h.Cards = readList(r, maxHelloCards, MaxCard)
	h.Directory = r.u64()
	h.Head, h.Have, h.Proven = readCursor(r), readCursor(r), readCursor(r)
	h.Receipts = readList(r, maxHelloProofs, MaxReceipt)
	h.Window = r.u16()
	return h, r.done()
}

// Speak is the highest version of the protocol that both name.
func Speak(ours, theirs []uint16) (uint16, error) {
	best := uint16(0)
	for _, v := range ours {
		if slices.Contains(theirs, v) {
			best = max(best, v)
		}
	}
	if best == 0 {
		return 0, refuse(ReasonVersion, "no version of the protocol in common: %v here, %v there", ours, theirs)
	}
	return best, nil
}

func writeList(w *writer, list [][]byte) {
	w.u16(uint16(len(list)))
	for _, b := range list {
		w.bytes(b)
	}
}

func readList(r *reader, most, size int) [][]byte {
	var out [][]byte
	for range r.count(most) {
		out = append(out, slices.Clone(r.bytes(size)))
	}
	return out
}

func writeCursor(w *writer, c Cursor) {
	w.u64(c.Epoch)
	w.u64(c.Seq)
	w.raw(c.Hash[:])
}

func readCursor(r *reader) (c Cursor) {
	c.Epoch, c.Seq = r.u64(), r.u64()
	r.fixed(c.Hash[:])
	return c
}
