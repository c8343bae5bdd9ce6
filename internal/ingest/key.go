package ingest

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"strconv"

	"paiza"
)

// A key makes importing a file twice, or two overlapping files, change nothing:
// it is the hash of the series, of what the cells say (not how they are
// written: a date as a date, a number by ten digits, blanks collapsed) and
// of the occurrence. The second of two identical rows of a file has occurrence
// 2; in the next export of the table the same two rows get the same two keys.

// keyWriter builds the text that is hashed. Every part is preceded by its
// length, so that no two lists of parts give the same text.
type keyWriter struct{ buf []byte }

func (k *keyWriter) reset(series string) {
	k.buf = k.buf[:0]
	k.add(series)
}

func (k *keyWriter) add(s string) {
	k.buf = binary.AppendUvarint(k.buf, uint64(len(s)))
	k.buf = append(k.buf, s...)
}

// pair adds a column and its value; an empty value is no column at all, so that
// a column added to a later export leaves the keys of older rows as they were.
func (k *keyWriter) pair(tag, value string) {
	if value != "" {
		k.add(tag)
		k.add(value)
	}
}

func (k *keyWriter) sum() [32]byte { return sha256.Sum256(k.buf) }

// keyNumber writes a number for a key by its ten first significant digits. Sums
// that a publisher makes anew for each export come out with other binary dust
// in the fourteenth digit and after; rounding to thirteen digits takes it off,
// so that the rounding to ten, which meets a number ending in 5 as often as
// not, goes the same way for both.
func keyNumber(d paiza.Decimal) string {
	c, e, neg := d.Coef, d.Exp, d.Coef < 0
	if c == 0 {
		return "0"
	}
	if neg {
		c = -c
	}
	c, e = toDigits(c, e, 1e13)
	c, e = toDigits(c, e, 1e10)
	for c%10 == 0 {
		c /= 10
		e++
	}
	if neg {
		c = -c
	}
	b := make([]byte, 0, 24)
	b = strconv.AppendInt(b, c, 10)
	b = append(b, 'e')
	return string(strconv.AppendInt(b, int64(e), 10))
}

// toDigits rounds half to even to fewer digits than below has.
func toDigits(c int64, e int, below int64) (int64, int) {
	den := int64(1)
	for c/den >= below {
		den *= 10
		e++
	}
	if den == 1 {
		return c, e
	}
	q, rem := c/den, c%den
	if rem > den/2 || rem == den/2 && q&1 == 1 {
		q++
	}
	return q, e
}

// occurrences counts how often each row content has come in this file. It is a
// table of 64-bit hashes with open addressing, cut into parts that grow one by
// one: about 12 bytes a row, 120 MB for ten million rows. Two different rows
// that share 64 bits of SHA-256 would be taken for equal: with ten million rows
// that happens once in 370,000 files, and its effect is a mistaken flag, and a
// row that a later overlapping export may add again.
type occurrences struct{ part [256]occurrencePart }

type occurrencePart struct {
	hash  []uint64 // 0 is free
	count []uint8  // saturates; more has the true number
	more  map[uint64]uint32
	used  int
}

// next counts one more row with this content and gives its number, from 1.
func (o *occurrences) next(sum [32]byte) uint32 {
	h := binary.LittleEndian.Uint64(sum[:8])
	if h == 0 {
		h = 1
	}
	return o.part[sum[8]].next(h)
}

func (p *occurrencePart) next(h uint64) uint32 {
	if p.used*10 >= len(p.hash)*7 {
		p.grow()
	}
	i := p.find(h)
	if p.hash[i] == 0 {
		p.hash[i], p.count[i] = h, 1
		p.used++
		return 1
	}
	if p.count[i] < 255 {
		p.count[i]++
		return uint32(p.count[i])
	}
	if p.more == nil {
		p.more = map[uint64]uint32{}
	}
	if p.more[h] == 0 {
		p.more[h] = 255
	}
	p.more[h]++
	return p.more[h]
}

// find gives the place of h, or the free place where it belongs. The home of a
// hash is its share of the table, so that the size need not be a power of two.
func (p *occurrencePart) find(h uint64) int {
	home, _ := bits.Mul64(h, uint64(len(p.hash)))
	for i := int(home); ; {
		if p.hash[i] == 0 || p.hash[i] == h {
			return i
		}
		if i++; i == len(p.hash) {
			i = 0
		}
	}
}

func (p *occurrencePart) grow() {
	old := *p
	size := max(64, len(p.hash)*3/2)
	p.hash, p.count = make([]uint64, size), make([]uint8, size)
	for i, h := range old.hash {
		if h != 0 {
			j := p.find(h)
			p.hash[j], p.count[j] = h, old.count[i]
		}
	}
}

// key joins content and occurrence.
func key(sum [32]byte, occurrence uint32) (out [16]byte) {
	if occurrence == 1 {
		copy(out[:], sum[:16])
		return out
	}
	var b [36]byte
	copy(b[:], sum[:])
	binary.LittleEndian.PutUint32(b[32:], occurrence)
	again := sha256.Sum256(b[:])
	copy(out[:], again[:16])
	return out
}
