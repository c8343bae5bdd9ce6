package wire

import (
	"crypto/ed25519"
	"crypto/hpke"
	"net/url"
	"slices"
	"time"
)

// MaxCard is the most bytes that a card with its signatures may have.
const MaxCard = 32 << 10

const (
	magicCard      = "PZC1"
	maxName        = 200
	maxNames       = 16
	maxAuthorities = 64
	maxAddresses   = 8
	maxPins        = 4
	maxSuites      = 8
)

// Suite is a set of algorithms, under one number. A node says on its card which
// ones it opens; a message sealed in any other is refused.
type Suite uint16

// The suites. All seal with HPKE in base mode (RFC 9180) over MLKEM768-X25519
// (draft-ietf-hpke-pq, KEM 0x647a) and HKDF-SHA256, and sign with Ed25519.
const (
	SuiteAES    Suite = 1 // AES-256-GCM
	SuiteChaCha Suite = 2 // ChaCha20-Poly1305, for machines without AES instructions
)

func (s Suite) aead() (hpke.AEAD, bool) {
	switch s {
	case SuiteAES:
		return hpke.AES256GCM(), true
	case SuiteChaCha:
		return hpke.ChaCha20Poly1305(), true
	}
	return nil, false
}

// Name is a name in one language (BCP 47).
type Name struct{ Language, Value string }

// Authority is one that works on the node. Key is what messages call it.
type Authority struct {
	Key   string
	Names []Name
}

// CardBody is what a card says of a node.
type CardBody struct {
	Node   NodeID
	Serial uint64 // from 1, one more with every new card
	Names  []Name
	// Body is the state by ISO 3166-1 alpha-3, or the code of a body of states.
	Body        string
	Authorities []Authority
	Addresses   []string          // https://host:port, in the order in which they are tried
	SigningKey  ed25519.PublicKey // signs batches and receipts
	Suites      []Suite           // those that the node opens, the preferred one first
	SealingKey  []byte            // public key of KEM 0x647a
	// Pins are the SHA-256 hashes of the SubjectPublicKeyInfo of the keys with
	// which the node speaks TLS: the present one and, before a change, the next.
	Pins      []Hash
	NotBefore time.Time
	NotAfter  time.Time
	Issued    time.Time
	Previous  Hash // of the card before; zero for the first
}

// Card is a node's card: what it says, and the signatures under it. It is read
// only.
type Card struct {
	CardBody
	signed *Signed
	hash   Hash
}

// FirstNodeID is the name of the node whose first card has the signing key.
func FirstNodeID(key ed25519.PublicKey) NodeID {
	h := sum("paiza node 1", key)
	return NodeID(h[:16])
}

// NewCard makes a card and signs it with the key on it and, when it replaces
// another, with the key on that one.
func NewCard(in CardBody, key, former ed25519.PrivateKey) (*Card, error) {
	s := &Signed{Kind: magicCard, Body: in.encode()}
	s.Sign(key)
	if former != nil {
		s.Sign(former)
	}
	return ParseCard(s.Encode())
}

// Countersign gives the card with the signature of a body that admits the node.
func (c *Card) Countersign(key ed25519.PrivateKey) *Card {
	s := &Signed{Kind: c.signed.Kind, Body: c.signed.Body, Signatures: slices.Clone(c.signed.Signatures)}
	s.Sign(key)
	return &Card{c.CardBody, s, c.hash}
}

// Bytes gives the card as it travels.
func (c *Card) Bytes() []byte { return c.signed.Encode() }

// Hash is the hash of what the card says, without the signatures.
func (c *Card) Hash() Hash { return c.hash }

// SignedBy reports whether the key signed the card.
func (c *Card) SignedBy(key ed25519.PublicKey) bool { return c.signed.SignedBy(key) }

// Signing names the card's signing key.
func (c *Card) Signing() KeyID { return KeyIDOf(c.SigningKey) }

// Sealing names the card's sealing key.
func (c *Card) Sealing() KeyID { return KeyIDOf(c.SealingKey) }

// Title is the node's name in the language, or else its first one.
func (c *Card) Title(language string) string {
	for _, n := range c.Names {
		if n.Language == language {
			return n.Value
		}
	}
	return c.Names[0].Value
}

// ParseCard reads a card and checks its form and the signature of the key on
// it. Whether the node is trusted is another question (History, Directory).
func ParseCard(raw []byte) (*Card, error) {
	s, err := parseSigned(raw, magicCard, MaxCard)
	if err != nil {
		return nil, err
	}
	c := &Card{signed: s, hash: sum("paiza card 1", s.Body)}
	if err := c.decode(s.Body); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	if !s.SignedBy(c.SigningKey) {
		return nil, refuse(ReasonSignature, "the card is not signed by the key on it")
	}
	return c, nil
}

func (c *CardBody) encode() []byte {
	w := &writer{}
	w.raw(c.Node[:])
	w.u64(c.Serial)
	writeNames(w, c.Names)
	w.text(c.Body)
	w.u16(uint16(len(c.Authorities)))
	for _, a := range c.Authorities {
		w.text(a.Key)
		writeNames(w, a.Names)
	}
	w.u16(uint16(len(c.Addresses)))
	for _, a := range c.Addresses {
		w.text(a)
	}
	w.bytes(c.SigningKey)
	w.u16(uint16(len(c.Suites)))
	for _, s := range c.Suites {
		w.u16(uint16(s))
	}
	w.bytes(c.SealingKey)
	w.u16(uint16(len(c.Pins)))
	for _, p := range c.Pins {
		w.raw(p[:])
	}
	w.time(c.NotBefore)
	w.time(c.NotAfter)
	w.time(c.Issued)
	w.raw(c.Previous[:])
	return w.b
}

func (c *CardBody) decode(raw []byte) error {
	r := &reader{b: raw}
	r.fixed(c.Node[:])
	c.Serial = r.u64()
	c.Names = readNames(r)
	c.Body = r.text(16)
	for range r.count(maxAuthorities) {
		c.Authorities = append(c.Authorities, Authority{r.text(64), readNames(r)})
	}
	for range r.count(maxAddresses) {
		c.Addresses = append(c.Addresses, r.text(maxName))
	}
	c.SigningKey = slices.Clone(r.bytes(ed25519.PublicKeySize))
	for range r.count(maxSuites) {
		c.Suites = append(c.Suites, Suite(r.u16()))
	}
	c.SealingKey = slices.Clone(r.bytes(4096))
	for range r.count(maxPins) {
		var p Hash
		r.fixed(p[:])
		c.Pins = append(c.Pins, p)
	}
	c.NotBefore, c.NotAfter, c.Issued = r.time(), r.time(), r.time()
	r.fixed(c.Previous[:])
	return r.done()
}

func writeNames(w *writer, names []Name) {
	w.u16(uint16(len(names)))
	for _, n := range names {
		w.text(n.Language)
		w.text(n.Value)
	}
}

func readNames(r *reader) []Name {
	var out []Name
	for range r.count(maxNames) {
		out = append(out, Name{r.text(35), r.text(maxName)})
	}
	return out
}

func (c *CardBody) check() error {
	switch {
	case c.Serial == 0 || (c.Serial == 1) != (c.Previous == Hash{}):
		return refuse(ReasonMalformed, "serial %d does not agree with the card before", c.Serial)
	case len(c.SigningKey) != ed25519.PublicKeySize:
		return refuse(ReasonMalformed, "the signing key has %d bytes", len(c.SigningKey))
	case c.Serial == 1 && c.Node != FirstNodeID(c.SigningKey):
		return refuse(ReasonMalformed, "the node's name is not that of its first key")
	case len(c.Names) == 0 || c.Names[0].Value == "" || c.Body == "":
		return refuse(ReasonMalformed, "a card without a name or a state")
	case len(c.Pins) == 0 || len(c.Suites) == 0:
		return refuse(ReasonMalformed, "a card without a TLS key or a suite")
	case c.NotBefore.IsZero() || c.Issued.IsZero() || !c.NotBefore.Before(c.NotAfter):
		return refuse(ReasonMalformed, "the card is never valid")
	}
	if _, err := hpke.MLKEM768X25519().NewPublicKey(c.SealingKey); err != nil {
		return refuse(ReasonMalformed, "the sealing key cannot be used")
	}
	for _, a := range c.Addresses {
		u, err := url.Parse(a)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return refuse(ReasonMalformed, "an address is not https://host:port")
		}
	}
	return nil
}

// BestSuite is the suite in which one node seals for the holder of the card:
// the first one on the card that the sender knows.
func (c *Card) BestSuite() (Suite, error) {
	for _, s := range c.Suites {
		if _, known := s.aead(); known {
			return s, nil
		}
	}
	return 0, refuse(ReasonSuite, "the card of %s names no suite known here", c.Node)
}
