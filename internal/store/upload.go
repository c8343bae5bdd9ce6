package store

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"io"
	"time"

	"paiza"
)

// Upload is a file that a person gave and that waits to be imported. It is kept
// in the store, so that any process of the node can go on with it.
type Upload struct {
	ID     string
	Name   string
	Size   int64
	SHA256 string
	Actor  string
	At     time.Time
}

const uploadChunk = 1 << 20

// SaveUpload keeps the bytes of r, up to limit. The upload exists only when all
// of it is kept; also runs in the transaction that makes it exist.
func (s *Store) SaveUpload(ctx context.Context, u Upload, r io.Reader, limit int64, also func(*Tx, Upload) error) (Upload, error) {
	sum := sha256.New()
	buf := make([]byte, uploadChunk)
	source := &watched{r: r}
	in := bufio.NewReaderSize(io.TeeReader(source, sum), uploadChunk)
	fail := func(err error) (Upload, error) {
		clean := context.WithoutCancel(ctx)
		return u, errors.Join(err, s.DropUpload(clean, u.ID))
	}
	for seq := int64(0); ; seq++ {
		n, err := io.ReadFull(in, buf)
		if n > 0 {
			u.Size += int64(n)
			if u.Size > limit {
				return fail(paiza.Invalid("upload.too_large", paiza.Args{"limit": limit >> 20}))
			}
			part := buf[:n]
			if werr := s.Write(ctx, func(t *Tx) error {
				_, err := t.exec("INSERT INTO upload_chunk (upload, seq, data) VALUES ($1, $2, $3)", u.ID, seq, part)
				return err
			}); werr != nil {
				return fail(werr)
			}
		}
		if source.err != nil {
			return fail(source.err)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return fail(err)
		}
	}
	u.SHA256 = hex.EncodeToString(sum.Sum(nil))
	err := s.Write(ctx, func(t *Tx) error {
		_, err := t.exec("INSERT INTO upload (id, name, size, sha256, actor, created) VALUES ($1, $2, $3, $4, $5, $6)",
			u.ID, u.Name, u.Size, u.SHA256, u.Actor, u.At.UnixMilli())
		if err != nil {
			return err
		}
		return also(t, u)
	})
	if err != nil {
		return fail(err)
	}
	return u, nil
}

// watched remembers how a source failed: one that breaks off says
// io.ErrUnexpectedEOF, which is also how a full read of its last part ends.
type watched struct {
	r   io.Reader
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

// Upload reads what is known of an upload.
func (s *Store) Upload(ctx context.Context, id string) (Upload, error) {
	var u Upload
	var at int64
	err := s.read.QueryRowContext(ctx, "SELECT id, name, size, sha256, actor, created FROM upload WHERE id = $1", id).
		Scan(&u.ID, &u.Name, &u.Size, &u.SHA256, &u.Actor, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return u, paiza.NotFound("upload", id)
	}
	u.At = time.UnixMilli(at).UTC()
	return u, diskError(err)
}

// ReadUpload writes the bytes of an upload to w.
func (s *Store) ReadUpload(ctx context.Context, id string, w io.Writer) error {
	for seq := int64(0); ; seq++ {
		var data []byte
		err := s.read.QueryRowContext(ctx, "SELECT data FROM upload_chunk WHERE upload = $1 AND seq = $2", id, seq).Scan(&data)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return diskError(err)
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
}

// DropUpload forgets an upload.
func (s *Store) DropUpload(ctx context.Context, id string) error {
	return s.Write(ctx, func(t *Tx) error {
		if _, err := t.exec("DELETE FROM upload_chunk WHERE upload = $1", id); err != nil {
			return err
		}
		_, err := t.exec("DELETE FROM upload WHERE id = $1", id)
		return err
	})
}
