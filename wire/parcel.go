package wire

import (
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// Limits of parcels.
const (
	// MaxLetters is the most bytes of what one parcel carries.
	MaxLetters = 7 << 20
	// MaxParcel is the most bytes of a parcel as it travels.
	MaxParcel = 15 << 19
)

const (
	magicParcel   = "PZY1"
	parcelCore    = 4 + 2 + 16*5 + 8*3 + 32*2
	parcelHead    = parcelCore + ed25519.SignatureSize
	parcelEpoch   = 1 // in receipts of a relay; no log has an epoch so low
	parcelDomain  = "paiza parcel 1"
	carriedDomain = "paiza carried 1"
)

// ParcelHeader is the outer part of a parcel: all that the node which relays it,
// or anybody else between two nodes, sees.
type ParcelHeader struct {
	Suite    Suite
	From, To NodeID
	Relay    NodeID // the node that may carry it, and no other
	Signer   KeyID  // the sender's key that signed
	Sealer   KeyID  // the receiver's key for which it is sealed
	Run      uint64 // of the sender's loop whose questions it carries; a later run replaces those that wait; 0 for answers
	Number   uint64 // ascending in one direction by one relay
	Made     time.Time
	Carried  Hash // commitment to the part of the log inside (Carriage); zero for none
	Sealed   Hash // of everything after the signature
}

func (h *ParcelHeader) encode() []byte {
	w := &writer{b: make([]byte, 0, parcelHead)}
	w.raw([]byte(magicParcel))
	w.u16(uint16(h.Suite))
	w.raw(h.From[:])
	w.raw(h.To[:])
	w.raw(h.Relay[:])
	w.raw(h.Signer[:])
	w.raw(h.Sealer[:])
	w.u64(h.Run)
	w.u64(h.Number)
	w.time(h.Made)
	w.raw(h.Carried[:])
	w.raw(h.Sealed[:])
	return w.b
}

func (h *ParcelHeader) decode(r *reader) {
	r.magic(magicParcel)
	h.Suite = Suite(r.u16())
	r.fixed(h.From[:])
	r.fixed(h.To[:])
	r.fixed(h.Relay[:])
	r.fixed(h.Signer[:])
	r.fixed(h.Sealer[:])
	h.Run, h.Number, h.Made = r.u64(), r.u64(), r.time()
	r.fixed(h.Carried[:])
	r.fixed(h.Sealed[:])
	switch {
	case r.err != nil:
	case h.Number == 0 || h.Number > 1<<62 || h.Run > 1<<62 || h.Made.IsZero():
		r.fail(ReasonMalformed, "a parcel without a number or a time")
	case h.From == h.To || h.Relay == h.From || h.Relay == h.To:
		r.fail(ReasonMalformed, "a parcel needs three nodes")
	}
}

// info is what HPKE binds: everything of the header but the hash of what is
// sealed.
func (h *ParcelHeader) info() []byte {
	return append([]byte(parcelDomain+"\x00"), h.encode()[:parcelCore-32]...)
}

// Parcel is a sealed part of the conversation of two nodes that have no direct
// link, on its way by a third. The third sees the header and the size class.
type Parcel struct {
	ParcelHeader
	raw []byte
}

// ParseParcel reads the header of a parcel and checks its form. It needs no key.
func ParseParcel(raw []byte) (*Parcel, error) {
	if len(raw) > MaxParcel {
		return nil, refuse(ReasonLimit, "a parcel of %d bytes", len(raw))
	}
	p := &Parcel{raw: raw}
	r := &reader{b: raw}
	p.decode(r)
	r.take(ed25519.SignatureSize)
	if r.err != nil {
		return nil, r.err
	}
	if sha256.Sum256(r.b) != p.Sealed {
		return nil, refuse(ReasonAltered, "the sealed part is not the one that was signed")
	}
	return p, nil
}

// Bytes gives the parcel as it travels.
func (p *Parcel) Bytes() []byte { return p.raw }

// Head gives the header with its signature, for a proof.
func (p *Parcel) Head() []byte { return append([]byte(nil), p.raw[:parcelHead]...) }

// Hash names the parcel: it is that of the signed header, which binds all of it.
func (p *Parcel) Hash() Hash { return sum(parcelDomain, p.raw[:parcelCore]) }

// ParcelHash is the name of a parcel whose form may be bad; zero for what is too
// short to be one.
func ParcelHash(raw []byte) Hash {
	if len(raw) < parcelHead {
		return Hash{}
	}
	return sum(parcelDomain, raw[:parcelCore])
}

// Verify checks the sender's signature.
func (p *Parcel) Verify(key ed25519.PublicKey) error { return verifyParcel(p.raw, p.Signer, key) }

func verifyParcel(raw []byte, signer KeyID, key ed25519.PublicKey) error {
	if KeyIDOf(key) != signer || !ed25519.Verify(key, preAuth(magicParcel, raw[:parcelCore]), raw[parcelCore:parcelHead]) {
		return refuse(ReasonSignature, "the parcel is not signed by the key %s", signer)
	}
	return nil
}

// SealParcel makes a parcel of letters. Of h it takes From, Relay, Run, Number,
// Made and Carried; of to, the receiver's card, its name, its key and the suite.
func SealParcel(h ParcelHeader, in *Letters, key ed25519.PrivateKey, to *Card) (*Parcel, error) {
	suite, err := to.BestSuite()
	if err != nil {
		return nil, err
	}
	aead, _ := suite.aead()
	content := in.Encode()
	if len(content) > MaxLetters {
		return nil, refuse(ReasonLimit, "letters of %d bytes", len(content))
	}
	h.Suite, h.To, h.Signer, h.Sealer = suite, to.Node, KeyIDOf(key.Public().(ed25519.PublicKey)), to.Sealing()
	h.Made = h.Made.Truncate(time.Millisecond)
	public, err := hpke.MLKEM768X25519().NewPublicKey(to.SealingKey)
	if err != nil {
		return nil, refuse(ReasonMalformed, "the sealing key of %s cannot be used", to.Node)
	}
	enc, sender, err := hpke.NewSender(public, hpke.HKDFSHA256(), aead, h.info())
	if err != nil {
		return nil, refuse(ReasonSealed, "the key of %s cannot be used", to.Node)
	}
	plain := make([]byte, padded(4+len(content)))
	binary.BigEndian.PutUint32(plain, uint32(len(content)))
	copy(plain[4:], content)
	sealed, err := sender.Seal(nil, plain)
	if err != nil {
		return nil, refuse(ReasonSealed, "%v", err)
	}
	w := &writer{b: make([]byte, parcelHead, parcelHead+2+len(enc)+len(sealed))}
	w.u16(uint16(len(enc)))
	w.raw(enc)
	w.raw(sealed)
	h.Sealed = sha256.Sum256(w.b[parcelHead:])
	core := h.encode()
	copy(w.b, core)
	copy(w.b[parcelCore:], ed25519.Sign(key, preAuth(magicParcel, core)))
	return ParseParcel(w.b)
}

// Unseal opens a parcel and reads what it carries. It does not check who signed
// it: inside may be the card that is needed for that. Nothing of it may be used
// before Verify has been asked, but for such cards, which prove themselves.
func (o *Opener) Unseal(p *Parcel) (*Letters, error) {
	private, err := o.addressed("parcel", p.Suite, p.To, p.Sealer)
	if err != nil {
		return nil, err
	}
	aead, _ := p.Suite.aead()
	r := &reader{b: p.raw[parcelHead:]}
	n := int(r.u16())
	if n > maxEnc {
		return nil, refuse(ReasonLimit, "an encapsulated key of %d bytes", n)
	}
	enc := r.take(n)
	if r.err != nil {
		return nil, r.err
	}
	recipient, err := hpke.NewRecipient(enc, private, hpke.HKDFSHA256(), aead, p.info())
	if err != nil {
		return nil, refuse(ReasonSealed, "the parcel is not sealed for the key %s", p.Sealer)
	}
	plain, err := recipient.Open(nil, r.b)
	if err != nil {
		return nil, refuse(ReasonSealed, "the parcel cannot be opened")
	}
	in := &reader{b: plain}
	content := in.bytes(MaxLetters)
	if in.err != nil {
		return nil, in.err
	}
	if len(plain) != padded(4+len(content)) {
		return nil, refuse(ReasonPadding, "the parcel is not in its size class")
	}
	for _, b := range in.b {
		if b != 0 {
			return nil, refuse(ReasonPadding, "the padding of the parcel is not empty")
		}
	}
	return ParseLetters(content)
}

// NewRun is a random number for the questions of one loop.
func NewRun() uint64 {
	var b [8]byte
	rand.Read(b[:])
	return binary.BigEndian.Uint64(b[:])>>2 | 1
}
