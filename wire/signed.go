package wire

import (
	"crypto/ed25519"
	"slices"
	"strconv"
)

// MaxSignatures is the most signatures that one statement carries.
const MaxSignatures = 64

// Signature is a signature under the bytes of a statement.
type Signature struct {
	Key KeyID
	Sig [ed25519.SignatureSize]byte
}

// Signed is a statement with the signatures under it. Body is what was signed,
// as it was; it is never made anew from what was read out of it.
type Signed struct {
	Kind       string // the four bytes with which the format begins
	Body       []byte
	Signatures []Signature
}

// preAuth is the pre-authentication encoding of DSSE (secure-systems-lab,
// protocol.md): it puts the kind of a statement under the signature, so that
// bytes signed as one thing are never taken for another.
func preAuth(kind string, body []byte) []byte {
	b := make([]byte, 0, len(body)+64)
	b = append(b, "DSSEv1 "...)
	b = strconv.AppendInt(b, int64(len("paiza/")+len(kind)), 10)
	b = append(b, " paiza/"...)
	b = append(b, kind...)
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(len(body)), 10)
	b = append(b, ' ')
	return append(b, body...)
}

// Sign adds a signature, or leaves the one that the key made before.
func (s *Signed) Sign(key ed25519.PrivateKey) {
	id := KeyIDOf(key.Public().(ed25519.PublicKey))
	if slices.ContainsFunc(s.Signatures, func(x Signature) bool { return x.Key == id }) {
		return
	}
	s.Signatures = append(s.Signatures, Signature{id, [64]byte(ed25519.Sign(key, preAuth(s.Kind, s.Body)))})
}

// SignedBy reports whether the key signed the statement.
func (s *Signed) SignedBy(key ed25519.PublicKey) bool {
	if len(key) != ed25519.PublicKeySize {
		return false
	}
	id := KeyIDOf(key)
	for _, x := range s.Signatures {
		if x.Key == id {
			return ed25519.Verify(key, preAuth(s.Kind, s.Body), x.Sig[:])
		}
	}
	return false
}

// Encode gives the bytes of the statement with its signatures.
func (s *Signed) Encode() []byte {
	w := &writer{b: make([]byte, 0, 9+len(s.Body)+80*len(s.Signatures))}
	w.raw([]byte(s.Kind))
	w.bytes(s.Body)
	w.u8(uint8(len(s.Signatures)))
	for _, x := range s.Signatures {
		w.raw(x.Key[:])
		w.raw(x.Sig[:])
	}
	return w.b
}

// parseSigned reads a statement of one kind. It checks no signature.
func parseSigned(raw []byte, kind string, most int) (*Signed, error) {
	r := &reader{b: raw}
	r.magic(kind)
	s := &Signed{Kind: kind, Body: slices.Clone(r.bytes(most))}
	n := int(r.u8())
	if n > MaxSignatures {
		r.fail(ReasonLimit, "%d signatures", n)
		n = 0
	}
	for range n {
		var x Signature
		r.fixed(x.Key[:])
		r.fixed(x.Sig[:])
		if slices.ContainsFunc(s.Signatures, func(y Signature) bool { return x.Key == y.Key }) {
			r.fail(ReasonMalformed, "two signatures of one key")
		}
		s.Signatures = append(s.Signatures, x)
	}
	return s, r.done()
}
