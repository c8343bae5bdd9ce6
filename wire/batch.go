package wire

import (
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"slices"
	"time"
)

// Limits of a batch.
const (
	MaxBatchItems = 1024
	MaxBatch      = 5 << 20 // bytes as it travels
	// BatchTarget is how many bytes of messages a sender puts into a batch before
	// it begins the next; a batch of one message may be larger.
	BatchTarget = 1 << 20
)

const (
	magicBatch   = "PZB1"
	coreSize     = 4 + 1 + 2 + 16*4 + 8 + 8 + 2 + 32*3
	evidenceSize = coreSize + ed25519.SignatureSize
	maxEnc       = 4096
	minPadded    = 256
)

// BatchKind says in which direction the messages of a batch were written.
type BatchKind uint8

// The kinds.
const (
	BatchLog    BatchKind = 0 // the sender's own log, on its way to the receiver
	BatchReturn BatchKind = 1 // the receiver's log to the sender, given back to who wrote it
)

// Header is the outer part of a batch: all that anybody between two nodes sees.
type Header struct {
	Kind     BatchKind
	Suite    Suite
	From, To NodeID
	Signer   KeyID // the sender's key that signed
	Sealer   KeyID // the receiver's key for which it is sealed
	Epoch    uint64
	First    uint64 // number of the first message
	Count    int
	Prev     Hash // chain hash before the first message
	Head     Hash // chain hash at the last message
	Sealed   Hash // of everything after the signature
}

// Last is the number of the last message.
func (h *Header) Last() uint64 { return h.First + uint64(h.Count) - 1 }

// End is the place of the last message.
func (h *Header) End() Cursor { return Cursor{h.Epoch, h.Last(), h.Head} }

// log is who wrote the messages and to whom.
func (h *Header) log() (from, to NodeID) {
	if h.Kind == BatchReturn {
		return h.To, h.From
	}
	return h.From, h.To
}

func (h *Header) encode() []byte {
	w := &writer{b: make([]byte, 0, evidenceSize)}
	w.raw([]byte(magicBatch))
	w.u8(uint8(h.Kind))
	w.u16(uint16(h.Suite))
	w.raw(h.From[:])
	w.raw(h.To[:])
	w.raw(h.Signer[:])
	w.raw(h.Sealer[:])
	w.u64(h.Epoch)
	w.u64(h.First)
	w.u16(uint16(h.Count))
	w.raw(h.Prev[:])
	w.raw(h.Head[:])
	w.raw(h.Sealed[:])
	return w.b
}

func (h *Header) decode(r *reader) {
	r.magic(magicBatch)
	h.Kind, h.Suite = BatchKind(r.u8()), Suite(r.u16())
	r.fixed(h.From[:])
	r.fixed(h.To[:])
	r.fixed(h.Signer[:])
	r.fixed(h.Sealer[:])
	h.Epoch, h.First, h.Count = r.u64(), r.u64(), int(r.u16())
	r.fixed(h.Prev[:])
	r.fixed(h.Head[:])
	r.fixed(h.Sealed[:])
	switch {
	case r.err != nil:
	case h.Kind > BatchReturn:
		r.fail(ReasonMalformed, "a batch of the kind %d", h.Kind)
	case h.Count == 0 || h.Count > MaxBatchItems:
		r.fail(ReasonLimit, "a batch of %d messages", h.Count)
	case h.First == 0 || h.First > 1<<62 || h.Epoch == 0:
		r.fail(ReasonMalformed, "a batch at epoch %d, number %d", h.Epoch, h.First)
	}
}

// info is what HPKE binds: everything of the header but the hash of what is
// sealed, which is not known before.
func (h *Header) info() []byte {
	return append([]byte("paiza batch 1\x00"), h.encode()[:coreSize-32]...)
}

// Evidence is the header of a batch and its signature: it proves, without the
// messages, what its sender's log was. A receiver keeps it.
type Evidence struct {
	Header
	core []byte
	sig  []byte
}

// ParseEvidence reads what Evidence.Bytes wrote, or the beginning of a batch.
func ParseEvidence(raw []byte) (*Evidence, error) {
	e := &Evidence{}
	r := &reader{b: raw}
	if len(raw) > evidenceSize {
		r.b = raw[:evidenceSize:evidenceSize]
	}
	whole := r.b
	e.Header.decode(r)
	e.sig = r.take(ed25519.SignatureSize)
	if err := r.done(); err != nil {
		return nil, err
	}
	e.core = whole[:coreSize:coreSize]
	return e, nil
}

// Bytes gives the header and its signature.
func (e *Evidence) Bytes() []byte { return append(append([]byte(nil), e.core...), e.sig...) }

// Verify checks the signature.
func (e *Evidence) Verify(key ed25519.PublicKey) error {
	if KeyIDOf(key) != e.Signer || !ed25519.Verify(key, preAuth(magicBatch, e.core), e.sig) {
		return refuse(ReasonSignature, "the batch is not signed by the key %s", e.Signer)
	}
	return nil
}

// Item is one message to be put into a batch. When its bytes may not leave or
// are gone, Raw is nil, and its digest keeps the chain whole.
type Item struct {
	Raw      []byte
	Digest   Hash   // of Raw; needed only where Raw is nil
	Withheld Reason // why Raw is nil
}

func (it *Item) digest() Hash {
	if it.Raw == nil {
		return it.Digest
	}
	return Digest(it.Raw)
}

// Seal makes a batch of messages that follow each other. Of h it takes Kind,
// From, Epoch, First and Prev; of to, the receiver's card, its name and its key.
func Seal(h Header, items []Item, key ed25519.PrivateKey, to *Card, suite Suite) ([]byte, error) {
	aead, known := suite.aead()
	if !known {
		return nil, refuse(ReasonSuite, "suite %d", suite)
	}
	if len(items) == 0 || len(items) > MaxBatchItems {
		return nil, refuse(ReasonLimit, "a batch of %d messages", len(items))
	}
	h.Suite, h.To, h.Signer, h.Sealer, h.Count = suite, to.Node, KeyIDOf(key.Public().(ed25519.PublicKey)), to.Sealing(), len(items)
	h.Head = h.Prev
	size := evidenceSize + 2 + maxEnc
	for i := range items {
		h.Head = Next(h.Head, h.Epoch, h.First+uint64(i), items[i].digest())
		size += 4 + 16 + padded(37+max(len(items[i].Raw), maxReason))
	}
	public, err := hpke.MLKEM768X25519().NewPublicKey(to.SealingKey)
	if err != nil {
		return nil, refuse(ReasonMalformed, "the sealing key of %s cannot be used", to.Node)
	}
	enc, sender, err := hpke.NewSender(public, hpke.HKDFSHA256(), aead, h.info())
	if err != nil {
		return nil, refuse(ReasonSealed, "the key of %s cannot be used", to.Node)
	}
	w := &writer{b: make([]byte, evidenceSize, size)}
	w.u16(uint16(len(enc)))
	w.raw(enc)
	plainBuf := make([]byte, 0, 4096)
	for i := range items {
		plainBuf = items[i].frame(plainBuf[:0])
		sealed, err := sender.Seal(seqBytes(h.First+uint64(i)), plainBuf)
		if err != nil {
			return nil, refuse(ReasonSealed, "%v", err)
		}
		w.bytes(sealed)
	}
	if len(w.b) > MaxBatch {
		return nil, refuse(ReasonLimit, "a batch of %d bytes", len(w.b))
	}
	h.Sealed = sha256.Sum256(w.b[evidenceSize:])
	core := h.encode()
	copy(w.b, core)
	copy(w.b[coreSize:], ed25519.Sign(key, preAuth(magicBatch, core)))
	return w.b, nil
}

func seqBytes(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

const (
	frameMessage  = 0
	frameWithheld = 1
)

// frame gives what is sealed for one message: its kind, its length, its bytes,
// and zeros up to the next size class.
func (it *Item) frame(b []byte) []byte {
	w := &writer{b: b}
	if it.Raw != nil {
		w.u8(frameMessage)
		w.bytes(it.Raw)
	} else {
		in := &writer{}
		in.raw(it.Digest[:])
		in.text(clip(string(it.Withheld), maxReason))
		w.u8(frameWithheld)
		w.bytes(in.b)
	}
	n := padded(len(w.b))
	return append(w.b, make([]byte, n-len(w.b))...)
}

// padded is the size class of n bytes: at least 256, then Padmé (Nikitin et al.,
// "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs",
// PoPETs 2019, §4), which costs at most 12 % and leaves of a length only its
// order of magnitude and a few bits. Classes by powers of two would cost half of
// the line and, with messages that are mostly of some kilobytes, hide little
// more.
func padded(n int) int {
	if n <= minPadded {
		return minPadded
	}
	e := bits.Len(uint(n)) - 1
	s := bits.Len(uint(e))
	mask := 1<<(e-s) - 1
	return (n + mask) &^ mask
}

// Opened is a batch of which everything was verified.
type Opened struct {
	Evidence
	Items []OpenedItem
}

// OpenedItem is one message of a batch. Refused is why it must go into
// quarantine instead of being taken up; its place in the log stands all the
// same. Raw is nil when the sender withheld it.
type OpenedItem struct {
	Cursor           // its place and the chain hash there
	Digest  Hash     // of the message's bytes
	Raw     []byte   // the message's bytes
	Message *Message // nil when Raw is nil or does not decode
	Refused Reason
}

// Opener is what a node needs to open batches.
type Opener struct {
	Self   NodeID
	Suites []Suite                   // those on its card
	Keys   map[KeyID]hpke.PrivateKey // its sealing keys, the former ones too
	// Signer gives a node's signing key if it was good at the time.
	Signer func(node NodeID, key KeyID, at time.Time) (ed25519.PublicKey, error)
}

// Open verifies a batch and opens it: form, suite, addressee, the sender's key
// at the time now, signature over header and sealed bytes, sealing, padding, and
// the chain from Prev to Head over every message. Whatever fails refuses the
// whole batch. A message that is sound in its envelope and not in itself is
// marked, so that it does not stop the log.
func (o *Opener) Open(raw []byte, now time.Time) (*Opened, error) {
	if len(raw) > MaxBatch {
		return nil, refuse(ReasonLimit, "a batch of %d bytes", len(raw))
	}
	e, err := ParseEvidence(raw)
	if err != nil {
		return nil, err
	}
	private, err := o.admit(e, now)
	if err != nil {
		return nil, err
	}
	rest := raw[evidenceSize:]
	if sha256.Sum256(rest) != e.Sealed {
		return nil, refuse(ReasonAltered, "the sealed part is not the one that was signed")
	}
	r := &reader{b: rest}
	n := int(r.u16())
	if n > maxEnc {
		return nil, refuse(ReasonLimit, "an encapsulated key of %d bytes", n)
	}
	enc := r.take(n)
	if r.err != nil {
		return nil, r.err
	}
	aead, _ := e.Suite.aead()
	recipient, err := hpke.NewRecipient(enc, private, hpke.HKDFSHA256(), aead, e.info())
	if err != nil {
		return nil, refuse(ReasonSealed, "the batch is not sealed for the key %s", e.Sealer)
	}
	out := &Opened{Evidence: *e, Items: make([]OpenedItem, e.Count)}
	at := e.Prev
	for i := range out.Items {
		it := &out.Items[i]
		it.Epoch, it.Seq = e.Epoch, e.First+uint64(i)
		plain, err := recipient.Open(seqBytes(it.Seq), r.bytes(MaxBatch))
		if r.err != nil {
			return nil, r.err
		}
		if err != nil {
			return nil, refuse(ReasonSealed, "message %d cannot be opened", it.Seq)
		}
		if err := it.unframe(plain); err != nil {
			return nil, err
		}
		it.read(e, at)
		at = Next(at, it.Epoch, it.Seq, it.Digest)
		it.Hash = at
	}
	if err := r.done(); err != nil {
		return nil, err
	}
	if at != e.Head {
		return nil, refuse(ReasonChain, "the messages do not lead to the signed head")
	}
	return out, nil
}

// admit checks everything that needs no secret.
func (o *Opener) admit(e *Evidence, now time.Time) (hpke.PrivateKey, error) {
	private, err := o.addressed("batch", e.Suite, e.To, e.Sealer)
	if err != nil {
		return nil, err
	}
	key, err := o.Signer(e.From, e.Signer, now)
	if err != nil {
		return nil, err
	}
	return private, e.Verify(key)
}

// addressed is the key for which something is sealed, when it is for this node and
// in a suite that is on its card.
func (o *Opener) addressed(what string, suite Suite, to NodeID, sealer KeyID) (hpke.PrivateKey, error) {
	_, known := suite.aead()
	private := o.Keys[sealer]
	switch {
	case !known || !slices.Contains(o.Suites, suite):
		return nil, refuse(ReasonSuite, "suite %d is not on this node's card", suite)
	case to != o.Self:
		return nil, refuse(ReasonRecipient, "the %s is for %s", what, to)
	case private == nil:
		return nil, refuse(ReasonRecipient, "the %s is sealed for the key %s, which is not here", what, sealer)
	}
	return private, nil
}

func (it *OpenedItem) unframe(plain []byte) error {
	r := &reader{b: plain}
	kind := r.u8()
	body := r.bytes(MaxMessage)
	if r.err != nil {
		return r.err
	}
	if len(plain) != padded(len(plain)-len(r.b)) {
		return refuse(ReasonPadding, "message %d is not in its size class", it.Seq)
	}
	for _, b := range r.b {
		if b != 0 {
			return refuse(ReasonPadding, "the padding of message %d is not empty", it.Seq)
		}
	}
	switch kind {
	case frameMessage:
		it.Raw, it.Digest = body, Digest(body)
		return nil
	case frameWithheld:
		in := &reader{b: body}
		in.fixed(it.Digest[:])
		in.text(maxReason) // the sender's own word; the receiver's is ReasonWithheld
		it.Refused = ReasonWithheld
		return in.done()
	}
	return refuse(ReasonMalformed, "a frame of the kind %d", kind)
}

// read decodes the message and holds what it says of its place against its place.
func (it *OpenedItem) read(e *Evidence, prev Hash) {
	if it.Raw == nil {
		return
	}
	m, err := ParseMessage(it.Raw)
	if err != nil {
		it.Refused = ReasonUnreadable
		return
	}
	it.Message = m
	from, to := e.log()
	if m.From != from || m.To != to || m.Epoch != it.Epoch || m.Seq != it.Seq || m.Prev != prev {
		it.Refused = ReasonPosition
	}
}
