package wire

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"log/slog"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Hash is a SHA-256 hash.
type Hash [sha256.Size]byte

// String gives the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ParseHash reads a hash from hexadecimal.
func ParseHash(s string) (Hash, error) {
	var h Hash
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) {
		return h, refuse(ReasonMalformed, "a hash has 64 hexadecimal digits")
	}
	return Hash(b), nil
}

// sum hashes parts under a domain, so that no two kinds of hash ever agree. The
// parts have fixed lengths or only the last one varies.
func sum(domain string, parts ...[]byte) Hash {
	h := sha256.New()
	h.Write([]byte(domain))
	h.Write([]byte{0})
	for _, p := range parts {
		h.Write(p)
	}
	var out Hash
	h.Sum(out[:0])
	return out
}

// NodeID names a node for ever: it is the hash of the signing key of its first
// card, so nobody else can take it.
type NodeID [16]byte

var id32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// String gives the 26 letters and digits by which people and files name a node.
func (n NodeID) String() string { return id32.EncodeToString(n[:]) }

// LogValue is how a log names a node: by the first eight letters, which tell the
// peers of a node apart and are not taken for a secret.
func (n NodeID) LogValue() slog.Value { return slog.StringValue(n.String()[:8]) }

// ParseNodeID reads what NodeID.String wrote.
func ParseNodeID(s string) (NodeID, error) {
	var n NodeID
	b, err := id32.DecodeString(strings.ToLower(s))
	if err != nil || len(b) != len(n) || id32.EncodeToString(b) != strings.ToLower(s) {
		return n, refuse(ReasonMalformed, "a node's name has 26 letters and digits")
	}
	return NodeID(b), nil
}

// KeyID names a key: the first 16 bytes of its hash.
type KeyID [16]byte

// String gives the key's name in hexadecimal.
func (k KeyID) String() string { return hex.EncodeToString(k[:]) }

// KeyIDOf names a public key, for signing or for sealing.
func KeyIDOf(public []byte) KeyID { h := sum("paiza key 1", public); return KeyID(h[:16]) }

// UUID names a group. It is random and says nothing about what it names.
type UUID [16]byte

// String gives the UUID in the form of RFC 9562 §4.
func (u UUID) String() string {
	s := hex.EncodeToString(u[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// writer makes the bytes of a format: big-endian numbers, lengths before what
// they measure.
type writer struct{ b []byte }

func (w *writer) raw(b []byte)   { w.b = append(w.b, b...) }
func (w *writer) u8(v uint8)     { w.b = append(w.b, v) }
func (w *writer) u16(v uint16)   { w.b = binary.BigEndian.AppendUint16(w.b, v) }
func (w *writer) u32(v uint32)   { w.b = binary.BigEndian.AppendUint32(w.b, v) }
func (w *writer) u64(v uint64)   { w.b = binary.BigEndian.AppendUint64(w.b, v) }
func (w *writer) bytes(b []byte) { w.u32(uint32(len(b))); w.raw(b) }
func (w *writer) text(s string)  { w.u16(uint16(len(s))); w.b = append(w.b, s...) }
func (w *writer) time(t time.Time) {
	if t.IsZero() {
		w.u64(0)
		return
	}
	w.u64(uint64(t.UnixMilli()))
}

// reader takes a format apart. The first fault stays; whatever is read after it
// is zero.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail(reason Reason, format string, args ...any) {
	if r.err == nil {
		r.err = refuse(reason, format, args...)
	}
	r.b = nil
}

func (r *reader) take(n int) []byte {
	if r.err == nil && n > len(r.b) {
		r.fail(ReasonTruncated, "%d bytes are missing", n-len(r.b))
	}
	if r.err != nil {
		return nil
	}
	out := r.b[:n:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) fixed(dst []byte) { copy(dst, r.take(len(dst))) }

func (r *reader) u8() uint8 {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) u16() uint16 {
	if b := r.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (r *reader) u32() uint32 {
	if b := r.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (r *reader) u64() uint64 {
	if b := r.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// flag is a byte that is 0 or 1, so that one meaning has one form.
func (r *reader) flag() bool {
	v := r.u8()
	if v > 1 {
		r.fail(ReasonMalformed, "a flag is neither 0 nor 1")
	}
	return v == 1
}

func (r *reader) time() time.Time {
	v := r.u64()
	if v > 1<<52 { // beyond the year 140000 nothing was ever meant
		r.fail(ReasonMalformed, "a time is out of range")
	}
	if v == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(v)).UTC()
}

func (r *reader) bytes(most int) []byte {
	n := r.u32()
	if uint64(n) > uint64(most) {
		r.fail(ReasonLimit, "%d bytes where at most %d are allowed", n, most)
		return nil
	}
	return r.take(int(n))
}

func (r *reader) text(most int) string {
	n := int(r.u16())
	if n > most {
		r.fail(ReasonLimit, "a text of %d bytes where at most %d are allowed", n, most)
		return ""
	}
	s := string(r.take(n))
	if !plain(s) {
		r.fail(ReasonMalformed, "a text is not UTF-8 or has control characters")
	}
	return s
}

// plain reports whether s may stand in a field that people are shown: UTF-8
// without control characters and without marks that turn the writing direction.
func plain(s string) bool {
	i := 0
	for i < len(s) && s[i] >= ' ' && s[i] < 0x7f {
		i++
	}
	s = s[i:] // a text of ASCII alone ends here
	if !utf8.ValidString(s) {
		return false
	}
	for _, c := range s {
		if c >= ' ' && c < 0x7f {
			continue
		}
		if unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) {
			return false
		}
	}
	return true
}

func (r *reader) count(most int) int {
	n := int(r.u16())
	if n > most {
		r.fail(ReasonLimit, "%d entries where at most %d are allowed", n, most)
		return 0
	}
	return n
}

// magic reads the four bytes with which every format begins: three letters and
// the version as a digit.
func (r *reader) magic(want string) {
	got := string(r.take(4))
	switch {
	case r.err != nil || got == want:
	case got[:3] == want[:3]:
		r.fail(ReasonVersion, "version %q of the format is not known here", got[3:])
	default:
		r.fail(ReasonMalformed, "this is not what it should be: it begins with %q", got)
	}
}

func (r *reader) done() error {
	if r.err == nil && len(r.b) > 0 {
		r.fail(ReasonMalformed, "%d bytes follow the end", len(r.b))
	}
	return r.err
}
