package wire

import (
	"crypto/ed25519"
	"slices"
	"time"
)

// Slack is how far the clocks of two nodes may differ before a key's validity
// suffers from it. A clock that is wrong is reported and stops nothing.
const Slack = 48 * time.Hour

const magicRevocation = "PZV1"

// Revocation says from which moment on signatures of a key count no more. What
// it signed before stays evidence.
type Revocation struct {
	Node   NodeID
	Key    KeyID
	At     time.Time
	Reason string
	signed *Signed
}

// NewRevocation makes the statement and signs it: with the key itself, or with a
// later key of the node.
func NewRevocation(in Revocation, key ed25519.PrivateKey) (*Revocation, error) {
	w := &writer{}
	w.raw(in.Node[:])
	w.raw(in.Key[:])
	w.time(in.At)
	w.text(in.Reason)
	s := &Signed{Kind: magicRevocation, Body: w.b}
	s.Sign(key)
	return ParseRevocation(s.Encode())
}

// ParseRevocation reads a revocation. Its signature is checked where the node's
// keys are known: History.Revoke.
func ParseRevocation(raw []byte) (*Revocation, error) {
	s, err := parseSigned(raw, magicRevocation, 1024)
	if err != nil {
		return nil, err
	}
	v := &Revocation{signed: s}
	r := &reader{b: s.Body}
	r.fixed(v.Node[:])
	r.fixed(v.Key[:])
	v.At = r.time()
	v.Reason = r.text(maxName)
	if v.At.IsZero() {
		r.fail(ReasonMalformed, "a revocation without a time")
	}
	return v, r.done()
}

// Bytes gives the revocation as it travels.
func (v *Revocation) Bytes() []byte { return v.signed.Encode() }

// History is the cards of one node in their order and what was revoked: it
// answers which key was good when. The zero History is empty.
type History struct {
	cards   []*Card
	revoked map[KeyID]*Revocation
}

// Latest is the node's present card; nil when none is known.
func (h *History) Latest() *Card {
	if len(h.cards) == 0 {
		return nil
	}
	return h.cards[len(h.cards)-1]
}

// Cards are the cards from the first known to the present one.
func (h *History) Cards() []*Card { return slices.Clone(h.cards) }

// Revocations are the statements that were added.
func (h *History) Revocations() []*Revocation {
	var out []*Revocation
	for _, c := range h.cards {
		if v := h.revoked[c.Signing()]; v != nil && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// Add takes the next card of the node: its serial follows, it names the card
// before by hash, and the key before signed it and was not revoked then. The
// first card of a history is taken as it is: trusting it is pairing. A card that
// is there already is no error, another one with its serial is.
func (h *History) Add(c *Card) error {
	last := h.Latest()
	if last == nil {
		h.cards = append(h.cards, c)
		return nil
	}
	if c.Node != last.Node {
		return refuse(ReasonSender, "the card is of another node")
	}
	for _, old := range h.cards {
		if old.Serial == c.Serial {
			if old.Hash() == c.Hash() {
				return nil
			}
			return refuse(ReasonConflict, "two different cards with the serial %d", c.Serial)
		}
	}
	switch {
	case c.Serial < last.Serial:
		return refuse(ReasonRollback, "card %d, where %d is known", c.Serial, last.Serial)
	case c.Serial != last.Serial+1:
		return refuse(ReasonGap, "card %d, where %d is known: the cards between are needed", c.Serial, last.Serial)
	case c.Previous != last.Hash():
		return refuse(ReasonChain, "card %d does not continue the card that is known", c.Serial)
	case !c.SignedBy(last.SigningKey):
		return refuse(ReasonSignature, "the former key did not sign the new card")
	}
	if v := h.revoked[last.Signing()]; v != nil && !c.Issued.Before(v.At) {
		return refuse(ReasonKeyRevoked, "the former key was revoked before it signed the new card")
	}
	h.cards = append(h.cards, c)
	return nil
}

// Readmit takes a card that the bodies of a trust directory vouch for, where no
// former key can: after a loss or a theft of it.
func (h *History) Readmit(c *Card) error {
	last := h.Latest()
	if last != nil && (c.Node != last.Node || c.Serial <= last.Serial) {
		return refuse(ReasonRollback, "a node is readmitted with a later card of its own")
	}
	h.cards = append(h.cards, c)
	return nil
}

// Revoke takes a revocation that the key itself or a later key of the node
// signed. The earliest moment counts.
func (h *History) Revoke(v *Revocation) error {
	at := slices.IndexFunc(h.cards, func(c *Card) bool { return c.Signing() == v.Key })
	if at < 0 || h.cards[at].Node != v.Node {
		return refuse(ReasonKey, "the node has no such key")
	}
	if !slices.ContainsFunc(h.cards[at:], func(c *Card) bool { return v.signed.SignedBy(c.SigningKey) }) {
		return refuse(ReasonSignature, "neither the key nor a later one of the node signed the revocation")
	}
	if h.revoked == nil {
		h.revoked = map[KeyID]*Revocation{}
	}
	if old := h.revoked[v.Key]; old == nil || v.At.Before(old.At) {
		h.revoked[v.Key] = v
	}
	return nil
}

// Signer gives the signing key with the id if it was good at the time: within
// the validity of its card, give or take Slack, and before a revocation.
func (h *History) Signer(id KeyID, at time.Time) (ed25519.PublicKey, error) {
	for _, c := range slices.Backward(h.cards) {
		if c.Signing() != id {
			continue
		}
		if v := h.revoked[id]; v != nil && !at.Before(v.At) {
			return nil, refuse(ReasonKeyRevoked, "key %s was revoked at %s", id, v.At.Format(time.RFC3339))
		}
		if at.Before(c.NotBefore.Add(-Slack)) || at.After(c.NotAfter.Add(Slack)) {
			return nil, refuse(ReasonKeyExpired, "key %s is valid from %s to %s", id, c.NotBefore.Format(time.RFC3339), c.NotAfter.Format(time.RFC3339))
		}
		return c.SigningKey, nil
	}
	return nil, refuse(ReasonKey, "key %s is on no card of the node", id)
}

// Pinned reports whether the node speaks TLS with the key whose
// SubjectPublicKeyInfo hashes to pin: those of the present card and of the card
// before it, which a peer may still hold.
func (h *History) Pinned(pin Hash) bool {
	from := max(0, len(h.cards)-2)
	return slices.ContainsFunc(h.cards[from:], func(c *Card) bool { return slices.Contains(c.Pins, pin) })
}
