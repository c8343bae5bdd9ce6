package wire

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
)

// Cursor is a place in a log: the message with that number in that epoch, and
// the chain hash there. The zero Cursor is before the first message.
type Cursor struct {
	Epoch, Seq uint64
	Hash       Hash
}

// Compare orders places of one log: by epoch, then by number. It says nothing
// about the hashes.
func (c Cursor) Compare(d Cursor) int {
	switch {
	case c.Epoch != d.Epoch:
		return cmp(c.Epoch, d.Epoch)
	default:
		return cmp(c.Seq, d.Seq)
	}
}

func cmp(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Digest is the hash of a message's bytes.
func Digest(message []byte) Hash { return sha256.Sum256(message) }

// Start is the chain hash before the first message of an epoch. It binds who
// writes to whom, and where the epoch before ended: the last place that both
// sides have. The first epoch begins at the zero Cursor.
func Start(from, to NodeID, epoch uint64, base Cursor) Hash {
	var n [24]byte
	binary.BigEndian.PutUint64(n[:], epoch)
	binary.BigEndian.PutUint64(n[8:], base.Epoch)
	binary.BigEndian.PutUint64(n[16:], base.Seq)
	return sum("paiza epoch 1", from[:], to[:], n[:], base.Hash[:])
}

// Next is the chain hash after a message:
//
//	SHA-256("paiza chain 1" ‖ 0 ‖ hash before ‖ epoch ‖ number ‖ digest of the message)
//
// It goes over the digest and not over the message, so that a proof for one
// message can show the way to a signed head without showing the messages on it.
func Next(prev Hash, epoch, seq uint64, digest Hash) Hash {
	const domain = "paiza chain 1\x00"
	var b [len(domain) + 32 + 16 + 32]byte
	n := copy(b[:], domain)
	n += copy(b[n:], prev[:])
	binary.BigEndian.PutUint64(b[n:], epoch)
	binary.BigEndian.PutUint64(b[n+8:], seq)
	copy(b[n+16:], digest[:])
	return sha256.Sum256(b[:])
}

// NewEpoch is an epoch later than both. Its upper half counts; its lower half is
// random, so that two histories of one node that know nothing of each other do
// not give two epochs one number.
func NewEpoch(a, b uint64) uint64 {
	var r [4]byte
	rand.Read(r[:])
	return (max(a, b)>>32+1)<<32 | uint64(binary.BigEndian.Uint32(r[:]))
}
