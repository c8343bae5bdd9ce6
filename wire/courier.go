package wire

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"hash"
	"io"
	"time"
)

const (
	magicCourier   = "PZK1"
	courierEnd     = 0
	courierBatch   = 1
	courierPart    = 2
	maxCourierPart = MaxBatch
)

// CourierHead is the beginning of a courier file: whose traffic it carries.
type CourierHead struct {
	From, To NodeID
	Made     time.Time
}

// CourierPart is one record of a courier file: a batch, the same bytes as over
// the network; or a sealed chunk of an attachment, or its manifest under
// ManifestIndex.
type CourierPart struct {
	Batch      []byte
	Attachment AttachmentQuery
	Chunk      []byte
}

// CourierWriter writes a courier file: a range of a log for a medium that
// somebody carries.
type CourierWriter struct {
	w   io.Writer
	sum hash.Hash
}

// NewCourierWriter begins a file.
func NewCourierWriter(w io.Writer, head CourierHead) (*CourierWriter, error) {
	c := &CourierWriter{w, sha256.New()}
	b := &writer{}
	b.raw([]byte(magicCourier))
	b.raw(head.From[:])
	b.raw(head.To[:])
	b.time(head.Made)
	return c, c.write(b.b)
}

func (c *CourierWriter) write(b []byte) error {
	c.sum.Write(b)
	_, err := c.w.Write(b)
	return err
}

// Batch adds a batch.
func (c *CourierWriter) Batch(batch []byte) error {
	b := &writer{}
	b.u8(courierBatch)
	b.bytes(batch)
	return c.write(b.b)
}

// Chunk adds a sealed chunk of an attachment, or its manifest.
func (c *CourierWriter) Chunk(q AttachmentQuery, sealed []byte) error {
	b := &writer{}
	b.u8(courierPart)
	b.raw(q.ID[:])
	b.u32(q.Index)
	b.bytes(sealed)
	return c.write(b.b)
}

// Close ends the file with the hash of all before it.
func (c *CourierWriter) Close() error {
	if err := c.write([]byte{courierEnd}); err != nil {
		return err
	}
	_, err := c.w.Write(c.sum.Sum(nil))
	return err
}

// CourierReader reads a courier file.
type CourierReader struct {
	CourierHead
	r     *bufio.Reader
	sum   hash.Hash
	ended bool
}

// NewCourierReader reads the beginning of a file.
func NewCourierReader(r io.Reader) (*CourierReader, error) {
	c := &CourierReader{r: bufio.NewReader(r), sum: sha256.New()}
	b, err := c.take(4 + 16 + 16 + 8)
	if err != nil {
		return nil, err
	}
	h := &reader{b: b}
	h.magic(magicCourier)
	h.fixed(c.From[:])
	h.fixed(c.To[:])
	c.Made = h.time()
	return c, h.done()
}

// take grows with what is there and not with what a length claims.
func (c *CourierReader) take(n int) ([]byte, error) {
	var b bytes.Buffer
	if _, err := io.CopyN(&b, c.r, int64(n)); err != nil {
		if err == io.EOF {
			return nil, refuse(ReasonTruncated, "the courier file ends too early")
		}
		return nil, err
	}
	c.sum.Write(b.Bytes())
	return b.Bytes(), nil
}

// Next gives the next record, and io.EOF after the last one when the file is
// whole. A batch that came before a fault is good by its own signature.
func (c *CourierReader) Next() (*CourierPart, error) {
	if c.ended {
		return nil, io.EOF
	}
	kind, err := c.take(1)
	if err != nil {
		return nil, err
	}
	switch kind[0] {
	case courierBatch:
		b, err := c.block()
		return &CourierPart{Batch: b}, err
	case courierPart:
		head, err := c.take(36)
		if err != nil {
			return nil, err
		}
		p := &CourierPart{}
		r := &reader{b: head}
		r.fixed(p.Attachment.ID[:])
		p.Attachment.Index = r.u32()
		p.Chunk, err = c.block()
		return p, err
	case courierEnd:
		return nil, c.end()
	}
	return nil, refuse(ReasonMalformed, "a record of the kind %d", kind[0])
}

func (c *CourierReader) block() ([]byte, error) {
	head, err := c.take(4)
	if err != nil {
		return nil, err
	}
	n := (&reader{b: head}).u32()
	if n > max(maxCourierPart, MaxManifest) {
		return nil, refuse(ReasonLimit, "a record of %d bytes", n)
	}
	return c.take(int(n))
}

func (c *CourierReader) end() error {
	want := c.sum.Sum(nil)
	got, err := c.take(sha256.Size)
	if err != nil {
		return err
	}
	if !bytes.Equal(want, got) {
		return refuse(ReasonAltered, "the courier file is not as it was written")
	}
	if _, err := c.r.ReadByte(); err != io.EOF {
		return refuse(ReasonMalformed, "something follows the end of the courier file")
	}
	c.ended = true
	return io.EOF
}
