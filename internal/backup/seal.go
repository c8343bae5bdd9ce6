package backup

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"

	"filippo.io/age"

	"paiza"
)

// form stands in the gzip header of every backup and says what is inside and in
// which version.
const form = "paiza backup 1"

const (
	// magic is how an age file begins, and headEnd how the line begins that ends
	// its header (age-encryption.org/v1, "Header").
	magic   = "age-encryption.org/"
	headEnd = "\n--- "
	// maxHead bounds the header: one of MaxRecipients takes some 3 KiB.
	maxHead = 64 << 10
)

// Sum is what went through: how many bytes, and their SHA-256 in hexadecimal.
type Sum struct {
	Size   int64
	SHA256 string
}

// Proof opens the file that Seal has just written, once, to see that it holds
// what went in. See docs/design/backup.md.
type Proof struct {
	key   Key
	Plain Sum // of what went in
}

// Seal writes what src gives to dst, for who holds the lock's keys. For
// recipients it adds one more key, made for this run and known to nobody else,
// so that Check can open the written file although the recipients' secret keys
// are elsewhere.
func Seal(ctx context.Context, dst io.Writer, src io.Reader, lock Lock) (*Proof, error) {
	to, err := lock.recipients()
	if err != nil {
		return nil, err
	}
	p := &Proof{}
	if lock.Passphrase != "" {
		if p.key, err = PassphraseKey(lock.Passphrase); err != nil {
			return nil, err
		}
	} else {
		once, err := age.GenerateX25519Identity()
		if err != nil {
			return nil, err
		}
		to, p.key = append(to, once.Recipient()), Key{[]age.Identity{once}}
	}
	out := bufio.NewWriterSize(dst, 256<<10)
	sealed, err := age.Encrypt(out, to...)
	if err != nil {
		return nil, err
	}
	packed, err := gzip.NewWriterLevel(sealed, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	packed.Comment = form
	if p.Plain, err = pass(ctx, packed, src, -1); err != nil {
		return nil, err
	}
	for _, end := range []func() error{packed.Close, sealed.Close, out.Flush} {
		if err := end(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Check reads the written file to its end, authenticates and opens it, and
// compares what is inside with what went in. It answers the sum of the file and
// forgets the key: it can be done once.
func (p *Proof) Check(ctx context.Context, written io.Reader) (Sum, error) {
	key := p.key
	p.key = Key{}
	file := &counted{r: written, sum: sha256.New()}
	inside, err := Open(ctx, io.Discard, file, key, p.Plain.Size)
	if err != nil {
		return Sum{}, err
	}
	if inside != p.Plain {
		return Sum{}, paiza.Unavailable("backup.not_proved", nil)
	}
	return Sum{file.n, hex.EncodeToString(file.sum.Sum(nil))}, nil
}

// Open writes what a sealed backup holds to dst, at most limit bytes of it.
// What was written counts only when Open answers no error: a file that was cut
// off or changed is found at the place of the damage, not before.
func Open(ctx context.Context, dst io.Writer, src io.Reader, key Key, limit int64) (Sum, error) {
	in := bufio.NewReaderSize(src, 256<<10)
	head, err := in.Peek(maxHead)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return Sum{}, err
	case !Sealed(head):
		return Sum{}, paiza.Invalid("backup.not_sealed", nil)
	case !bytes.Contains(head, []byte(headEnd)):
		return Sum{}, fault(errors.New("no end of the header"))
	}
	opened, err := age.Decrypt(in, key.ids...)
	if err != nil {
		return Sum{}, fault(err)
	}
	// gzip reads from a buffer of ours byte by byte and so leaves in it whatever
	// follows its stream.
	rest := bufio.NewReaderSize(opened, 64<<10)
	packed, err := gzip.NewReader(rest)
	if err != nil {
		return Sum{}, fault(err)
	}
	if packed.Comment != form {
		if strings.HasPrefix(packed.Comment, "paiza backup ") {
			return Sum{}, paiza.Invalid("backup.newer", nil)
		}
		return Sum{}, paiza.Invalid("backup.not_sealed", nil)
	}
	packed.Multistream(false)
	sum, err := pass(ctx, dst, &faulty{packed}, limit)
	if err != nil {
		return Sum{}, err
	}
	// Nothing may follow the copy: read to the end, where age authenticates that
	// the file is whole.
	switch _, err := rest.ReadByte(); {
	case err == nil:
		return Sum{}, fault(errors.New("bytes follow the copy"))
	case !errors.Is(err, io.EOF):
		return Sum{}, fault(err)
	}
	return sum, nil
}

// Sealed reports whether a file begins as a sealed backup does.
func Sealed(head []byte) bool { return strings.HasPrefix(string(head), magic) }

// Hash sums a file as it lies, without opening it.
func Hash(ctx context.Context, r io.Reader) (Sum, error) { return pass(ctx, io.Discard, r, -1) }

// fault says in a sentence why a file does not open.
func fault(err error) error {
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return &paiza.Error{Kind: paiza.ErrInvalid, Key: "backup.no_key", Err: err}
	}
	return &paiza.Error{Kind: paiza.ErrInvalid, Key: "backup.torn", Err: err}
}

// faulty gives the faults of reading as sentences, apart from those of writing.
type faulty struct{ r io.Reader }

func (f *faulty) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fault(err)
	}
	return n, err
}

// counted sums what is read through it.
type counted struct {
	r   io.Reader
	n   int64
	sum interface {
		io.Writer
		Sum([]byte) []byte
	}
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.sum.Write(p[:n])
	return n, err
}

// pass copies and sums, at most limit bytes unless that is negative, until the
// context ends.
func pass(ctx context.Context, dst io.Writer, src io.Reader, limit int64) (Sum, error) {
	sum := sha256.New()
	buf := make([]byte, 256<<10)
	var s Sum
	for {
		if err := ctx.Err(); err != nil {
			return s, err
		}
		n, err := src.Read(buf)
		s.Size += int64(n)
		if limit >= 0 && s.Size > limit {
			return s, paiza.Invalid("backup.too_large", paiza.Args{"n": limit >> 20})
		}
		sum.Write(buf[:n])
		if _, werr := dst.Write(buf[:n]); werr != nil {
			return s, werr
		}
		if errors.Is(err, io.EOF) {
			s.SHA256 = hex.EncodeToString(sum.Sum(nil))
			return s, nil
		}
		if err != nil {
			return s, err
		}
	}
}
