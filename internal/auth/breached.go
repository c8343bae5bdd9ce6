package auth

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"paiza"
)

// breachedLine is more than the longest line of a list has: a hash, a colon, a
// count, and the end of the line.
const breachedLine = 64

// ErrBreachedForm is a list that is not SHA-1 hashes in hexadecimal, one at the
// beginning of each line, in their order.
var ErrBreachedForm = errors.New("auth: not a list of SHA-1 hashes in order")

// Breached is a list of passwords that are known from breaches (NIST SP 800-63B-4
// §3.1.1.2): their SHA-1 hashes in order, one a line, with a count after a colon
// or without, as the list of Have I Been Pwned is downloaded. It stays on the
// disk: a question reads some forty short pieces of it.
type Breached struct {
	r    *os.File
	size int64
}

// Close closes the file.
func (b *Breached) Close() error { return b.r.Close() }

// OpenBreached opens a list and looks at a hundred places of it.
func OpenBreached(path string) (*Breached, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	b := &Breached{f, info.Size()}
	if err := b.check(); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}

func (b *Breached) check() error {
	if b.size == 0 {
		return ErrBreachedForm
	}
	last := ""
	const places = 100
	for i := range int64(places + 1) {
		hash, _, _, err := b.line((b.size - 1) * i / places)
		if err != nil {
			return err
		}
		if hash < last {
			return ErrBreachedForm
		}
		last = hash
	}
	return nil
}

// line is the line that holds the byte at an offset: its hash, and from where to
// where it stands.
func (b *Breached) line(at int64) (hash string, from, to int64, err error) {
	start := max(0, at-breachedLine)
	buf := make([]byte, 2*breachedLine)
	n, err := b.r.ReadAt(buf, start)
	if err != nil && err != io.EOF {
		return "", 0, 0, err
	}
	buf = buf[:n]
	here := int(at - start)
	if here >= n {
		return "", 0, 0, ErrBreachedForm
	}
	i := bytes.LastIndexByte(buf[:here], '\n') + 1
	if i == 0 && start > 0 {
		return "", 0, 0, ErrBreachedForm // a line longer than any of a list
	}
	end := len(buf)
	if j := bytes.IndexByte(buf[here:], '\n'); j >= 0 {
		end = here + j + 1
	} else if start+int64(n) < b.size {
		return "", 0, 0, ErrBreachedForm
	}
	text, _, _ := strings.Cut(strings.TrimRight(string(buf[i:end]), "\r\n"), ":")
	if sum, err := hex.DecodeString(text); err != nil || len(sum) != sha1.Size {
		return "", 0, 0, ErrBreachedForm
	}
	return strings.ToUpper(text), start + int64(i), start + int64(end), nil
}

// Has reports whether a password stands in the list.
func (b *Breached) Has(password string) (bool, error) {
	for _, form := range []string{password, normal(password)} {
		// The list is of SHA-1; nothing rests on its strength here.
		sum := sha1.Sum([]byte(form))
		want := strings.ToUpper(hex.EncodeToString(sum[:]))
		for lo, hi := int64(0), b.size; lo < hi; {
			hash, from, to, err := b.line(lo + (hi-lo)/2)
			switch {
			case err != nil:
				return false, err
			case hash == want:
				return true, nil
			case hash < want:
				lo = to
			default:
				hi = from
			}
		}
	}
	return false, nil
}

// ErrBreached is the refusal of a password that stands in the list.
func ErrBreached() error { return refuse("error.password.breached", paiza.Args{}) }
