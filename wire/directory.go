package wire

import (
	"crypto/ed25519"
	"slices"
	"time"
)

// Limits of a trust directory.
const (
	MaxDirectory   = 16 << 20 // bytes
	maxDirectory   = 2000     // nodes
	maxBodies      = 64
	magicDirectory = "PZD1"
	leastGrace     = 7 * 24 * time.Hour
)

// Body is one of the states, or bodies of states, that keep a directory.
type Body struct {
	Code string // ISO 3166-1 alpha-3, or the code of a body
	Key  ed25519.PublicKey
}

// DirectoryBody is what a directory says: which nodes its bodies admit.
type DirectoryBody struct {
	Version   uint64
	Previous  Hash // of the version before; zero for the first
	Issued    time.Time
	Expires   time.Time
	Warn      time.Duration // after Expires: warn for so long
	Known     time.Duration // then for so long: only peers with whom traffic took place
	Threshold int           // how many of Bodies must sign
	Bodies    []Body
	Cards     []*Card // in the order of the nodes' names, one for each
	Revoked   []*Revocation
}

// Directory is one version of the list of admitted nodes. Each version is
// signed by enough bodies of the version before and by enough of its own (as
// the root role of The Update Framework §5.3), so that neither the list nor the
// rule by which it changes can be changed by fewer.
type Directory struct {
	DirectoryBody
	signed *Signed
	hash   Hash
}

// NewDirectory makes a version and signs it with the keys.
func NewDirectory(in DirectoryBody, keys ...ed25519.PrivateKey) (*Directory, error) {
	s := &Signed{Kind: magicDirectory, Body: in.encode()}
	for _, k := range keys {
		s.Sign(k)
	}
	return ParseDirectory(s.Encode())
}

// Sign gives the version with one more signature.
func (d *Directory) Sign(key ed25519.PrivateKey) *Directory {
	s := &Signed{Kind: d.signed.Kind, Body: d.signed.Body, Signatures: slices.Clone(d.signed.Signatures)}
	s.Sign(key)
	return &Directory{d.DirectoryBody, s, d.hash}
}

// Join gives the version with the signatures of another copy of it too: those
// that hold and are of keys that count. Another version is a conflict.
func (d *Directory) Join(o *Directory, keys ...ed25519.PublicKey) (*Directory, error) {
	if d.hash != o.hash {
		return nil, refuse(ReasonConflict, "it is another version, or the same with another content")
	}
	s := &Signed{Kind: d.signed.Kind, Body: d.signed.Body, Signatures: slices.Clone(d.signed.Signatures)}
	for _, x := range o.signed.Signatures {
		counts := slices.ContainsFunc(keys, func(k ed25519.PublicKey) bool { return KeyIDOf(k) == x.Key && o.signed.SignedBy(k) })
		if s.Signatures = slices.DeleteFunc(s.Signatures, func(y Signature) bool { return counts && x.Key == y.Key }); counts {
			s.Signatures = append(s.Signatures, x)
		}
	}
	if len(s.Signatures) > MaxSignatures {
		return nil, refuse(ReasonLimit, "%d signatures", len(s.Signatures))
	}
	return &Directory{d.DirectoryBody, s, d.hash}, nil
}

// Fingerprint is what bodies compare by voice before they sign a version: equal
// words mean that they have the same one.
func (d *Directory) Fingerprint() Fingerprint {
	return fingerprint("paiza directory words 1", d.hash[:])
}

// Bytes gives the directory as it travels.
func (d *Directory) Bytes() []byte { return d.signed.Encode() }

// Hash is the hash of what the version says.
func (d *Directory) Hash() Hash { return d.hash }

func (d *DirectoryBody) encode() []byte {
	w := &writer{}
	w.u64(d.Version)
	w.raw(d.Previous[:])
	w.time(d.Issued)
	w.time(d.Expires)
	w.u32(uint32(d.Warn / time.Second))
	w.u32(uint32(d.Known / time.Second))
	w.u16(uint16(d.Threshold))
	w.u16(uint16(len(d.Bodies)))
	for _, b := range d.Bodies {
		w.text(b.Code)
		w.bytes(b.Key)
	}
	w.u16(uint16(len(d.Cards)))
	for _, c := range d.Cards {
		w.bytes(c.Bytes())
	}
	w.u16(uint16(len(d.Revoked)))
	for _, v := range d.Revoked {
		w.bytes(v.Bytes())
	}
	return w.b
}

// ParseDirectory reads a version and checks its form and its cards. Who signed
// it is checked by VerifyFirst or Follows.
func ParseDirectory(raw []byte) (*Directory, error) {
	s, err := parseSigned(raw, magicDirectory, MaxDirectory)
	if err != nil {
		return nil, err
	}
	d := &Directory{signed: s, hash: sum("paiza directory 1", s.Body)}
	r := &reader{b: s.Body}
	d.Version = r.u64()
	r.fixed(d.Previous[:])
	d.Issued, d.Expires = r.time(), r.time()
	d.Warn, d.Known = time.Duration(r.u32())*time.Second, time.Duration(r.u32())*time.Second
	d.Threshold = int(r.u16())
	for range r.count(maxBodies) {
		d.Bodies = append(d.Bodies, Body{r.text(16), slices.Clone(r.bytes(ed25519.PublicKeySize))})
	}
	for range r.count(maxDirectory) {
		c, err := ParseCard(r.bytes(MaxCard))
		if r.err == nil && err != nil {
			return nil, err
		}
		d.Cards = append(d.Cards, c)
	}
	for range r.count(maxDirectory) {
		v, err := ParseRevocation(r.bytes(2048))
		if r.err == nil && err != nil {
			return nil, err
		}
		d.Revoked = append(d.Revoked, v)
	}
	if err := r.done(); err != nil {
		return nil, err
	}
	return d, d.check()
}

func (d *DirectoryBody) check() error {
	switch {
	case d.Version == 0 || (d.Version == 1) != (d.Previous == Hash{}):
		return refuse(ReasonMalformed, "version %d does not agree with the version before", d.Version)
	case d.Issued.IsZero() || !d.Issued.Before(d.Expires):
		return refuse(ReasonMalformed, "the directory is never valid")
	case d.Warn < leastGrace || d.Known < leastGrace:
		return refuse(ReasonMalformed, "an expired directory must not stop traffic at once: a week of warning and a week of known peers are the least")
	case d.Threshold < 1 || d.Threshold > len(d.Bodies):
		return refuse(ReasonMalformed, "%d of %d bodies", d.Threshold, len(d.Bodies))
	}
	for i, b := range d.Bodies {
		if len(b.Key) != ed25519.PublicKeySize || b.Code == "" {
			return refuse(ReasonMalformed, "body %d has no key", i+1)
		}
		for _, o := range d.Bodies[:i] {
			if b.Code == o.Code || slices.Equal(b.Key, o.Key) {
				return refuse(ReasonMalformed, "the body %s is listed twice", b.Code)
			}
		}
	}
	for i := 1; i < len(d.Cards); i++ {
		if d.Cards[i-1].Node.String() >= d.Cards[i].Node.String() {
			return refuse(ReasonMalformed, "the cards are not in the order of their nodes")
		}
	}
	return nil
}

// signers counts the bodies that signed the statement.
func signers(s *Signed, bodies []Body) (n int) {
	for _, b := range bodies {
		if s.SignedBy(b.Key) {
			n++
		}
	}
	return n
}

// VerifyFirst checks a directory that is taken for the first time, by hand: its
// own bodies signed it. That they are the right bodies is what people compare.
func (d *Directory) VerifyFirst() error {
	if n := signers(d.signed, d.Bodies); n < d.Threshold {
		return refuse(ReasonThreshold, "%d of %d signatures", n, d.Threshold)
	}
	return nil
}

// Follows checks that d may replace prev: it is the version after it, names it
// by hash, and enough of both its bodies signed it. The same version again is no
// error; another one with its number is a contradiction.
func (d *Directory) Follows(prev *Directory) error {
	switch {
	case d.Version == prev.Version && d.hash == prev.hash:
		return nil
	case d.Version == prev.Version:
		return refuse(ReasonConflict, "two different directories of version %d", d.Version)
	case d.Version < prev.Version:
		return refuse(ReasonRollback, "version %d, where %d is known", d.Version, prev.Version)
	case d.Version > prev.Version+1:
		return refuse(ReasonGap, "version %d, where %d is known: those between are needed", d.Version, prev.Version)
	case d.Previous != prev.hash:
		return refuse(ReasonChain, "version %d does not continue the one that is known", d.Version)
	case d.Issued.Before(prev.Issued):
		return refuse(ReasonRollback, "version %d is older than the one before", d.Version)
	}
	if n := signers(d.signed, prev.Bodies); n < prev.Threshold {
		return refuse(ReasonThreshold, "%d of %d signatures of the bodies before", n, prev.Threshold)
	}
	return d.VerifyFirst()
}

// Standing is what a directory's age lets a node do.
type Standing string

// The standings, from the best to the worst.
const (
	StandingFresh Standing = "fresh"
	StandingWarn  Standing = "warn"  // as fresh, and the operator is told
	StandingKnown Standing = "known" // only peers with whom traffic took place
	StandingStop  Standing = "stop"
)

// Standing is the state of the directory at the time t.
func (d *DirectoryBody) Standing(t time.Time) Standing {
	switch {
	case !t.After(d.Expires):
		return StandingFresh
	case !t.After(d.Expires.Add(d.Warn)):
		return StandingWarn
	case !t.After(d.Expires.Add(d.Warn + d.Known)):
		return StandingKnown
	}
	return StandingStop
}

// Admits reports whether traffic with the node is allowed at the time t; known
// says whether some took place before.
func (d *DirectoryBody) Admits(node NodeID, t time.Time, known bool) bool {
	if d.Card(node) == nil {
		return false
	}
	switch d.Standing(t) {
	case StandingFresh, StandingWarn:
		return true
	case StandingKnown:
		return known
	}
	return false
}

// Card is the card of the node on the list; nil when it is not admitted.
func (d *DirectoryBody) Card(node NodeID) *Card {
	for _, c := range d.Cards {
		if c.Node == node {
			return c
		}
	}
	return nil
}

// SignedBy reports whether the key signed the version.
func (d *Directory) SignedBy(key ed25519.PublicKey) bool { return d.signed.SignedBy(key) }
