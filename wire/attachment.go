package wire

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"io"
)

// Limits of attachments.
const (
	ChunkSize   = 1 << 20 // bytes of every chunk but the last
	MaxChunks   = 1 << 21 // chunks of one attachment: 2 TiB
	MaxManifest = 16 + 32*MaxChunks
)

const magicManifest = "PZA1"

// Attachment is what a message says of a file that travels beside it.
type Attachment struct {
	ID   Hash   // of its manifest: its content and nothing else
	Size uint64 // bytes
	Name string
	Type string   // media type
	Key  [32]byte // seals its chunks
}

func (a *Attachment) write(w *writer) {
	w.raw(a.ID[:])
	w.u64(a.Size)
	w.text(a.Name)
	w.text(a.Type)
	w.raw(a.Key[:])
}

func readAttachment(r *reader) (a Attachment) {
	r.fixed(a.ID[:])
	a.Size, a.Name, a.Type = r.u64(), r.text(255), r.text(100)
	r.fixed(a.Key[:])
	if a.Size > ChunkSize*MaxChunks {
		r.fail(ReasonLimit, "an attachment of %d bytes", a.Size)
	}
	return a
}

// NewAttachmentKey gives a random key for an attachment.
func NewAttachmentKey() (k [32]byte) { rand.Read(k[:]); return k }

// Manifest is the list of an attachment's chunks by their hashes. Each chunk is
// checked alone, so a transfer goes on where it stopped, from any side.
type Manifest struct {
	Size   uint64
	Chunks []Hash
	id     Hash
}

// ReadManifest hashes a file chunk by chunk.
func ReadManifest(r io.Reader) (*Manifest, error) {
	m := &Manifest{}
	buf := make([]byte, ChunkSize)
	for {
		n, err := io.ReadFull(r, buf)
		if n > 0 {
			if len(m.Chunks) == MaxChunks {
				return nil, refuse(ReasonLimit, "an attachment of more than %d chunks", MaxChunks)
			}
			m.Size += uint64(n)
			m.Chunks = append(m.Chunks, sha256.Sum256(buf[:n]))
		}
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			m.id = sum("paiza attachment 1", m.Encode())
			return m, nil
		default:
			return nil, err
		}
	}
}

// ID is the name of the content.
func (m *Manifest) ID() Hash { return m.id }

// Encode gives the manifest's bytes.
func (m *Manifest) Encode() []byte {
	w := &writer{b: make([]byte, 0, 16+32*len(m.Chunks))}
	w.raw([]byte(magicManifest))
	w.u64(m.Size)
	w.u32(uint32(len(m.Chunks)))
	for _, c := range m.Chunks {
		w.raw(c[:])
	}
	return w.b
}

// ParseManifest reads a manifest and checks that it is the one that id names.
func ParseManifest(raw []byte, id Hash) (*Manifest, error) {
	r := &reader{b: raw}
	r.magic(magicManifest)
	m := &Manifest{Size: r.u64()}
	n := r.u32()
	if n > MaxChunks || m.Size > ChunkSize*MaxChunks || (m.Size+ChunkSize-1)/ChunkSize != uint64(n) {
		r.fail(ReasonMalformed, "%d bytes in %d chunks", m.Size, n)
	}
	if r.err == nil && len(r.b) != int(n)*32 {
		r.fail(ReasonTruncated, "%d bytes for %d chunks", len(r.b), n)
	}
	if r.err == nil {
		m.Chunks = make([]Hash, n)
		for i := range m.Chunks {
			r.fixed(m.Chunks[i][:])
		}
	}
	if err := r.done(); err != nil {
		return nil, err
	}
	m.id = sum("paiza attachment 1", raw)
	if m.id != id {
		return nil, refuse(ReasonAltered, "the manifest is not that of the attachment")
	}
	return m, nil
}

// length is the number of bytes of chunk i.
func (m *Manifest) length(i int) int {
	if i == len(m.Chunks)-1 {
		return int(m.Size - uint64(i)*ChunkSize)
	}
	return ChunkSize
}

// SealChunk seals chunk i: AES-256-GCM under a key made of key and ID, with the
// chunk's number as nonce; the last chunk is padded to its size class. The same
// chunk under the same key gives the same bytes.
func (m *Manifest) SealChunk(key [32]byte, i int, chunk []byte) ([]byte, error) {
	if i < 0 || i >= len(m.Chunks) || sha256.Sum256(chunk) != [32]byte(m.Chunks[i]) {
		return nil, refuse(ReasonAltered, "chunk %d is not what the manifest says", i)
	}
	plain := make([]byte, min(padded(len(chunk)), ChunkSize))
	copy(plain, chunk)
	return m.aead(key).Seal(nil, chunkNonce(i), plain, nil), nil
}

// OpenChunk opens chunk i and checks it.
func (m *Manifest) OpenChunk(key [32]byte, i int, sealed []byte) ([]byte, error) {
	if i < 0 || i >= len(m.Chunks) || len(sealed) > ChunkSize+16 {
		return nil, refuse(ReasonLimit, "chunk %d of %d bytes", i, len(sealed))
	}
	plain, err := m.aead(key).Open(nil, chunkNonce(i), sealed, nil)
	if err != nil {
		return nil, refuse(ReasonSealed, "chunk %d cannot be opened", i)
	}
	n := m.length(i)
	if len(plain) < n || sha256.Sum256(plain[:n]) != [32]byte(m.Chunks[i]) {
		return nil, refuse(ReasonAltered, "chunk %d is not what the manifest says", i)
	}
	return plain[:n], nil
}

// aead uses a key made of the attachment's key and its name, so that one key
// given to two attachments by mistake uses no nonce twice.
func (m *Manifest) aead(key [32]byte) cipher.AEAD {
	own := sum("paiza chunk 1", key[:], m.id[:])
	block, err := aes.NewCipher(own[:])
	if err != nil {
		panic(err) // only for a key of another length
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}

func chunkNonce(i int) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 4, 12), uint64(i))
}
