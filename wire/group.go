package wire

import (
	"bytes"
	"crypto/ed25519"
	"slices"
	"time"
)

const (
	magicGroup = "PZG1"
	maxMembers = 500
)

// GroupBody is a version of a group of nodes. Its name and its members are
// known to its members only.
type GroupBody struct {
	Group    UUID
	Version  uint64
	Previous Hash   // of the version before; zero for the first
	Owner    NodeID // who decides on the membership
	Name     string
	Members  []NodeID // in order; nobody when empty
	At       time.Time
}

// Group is a signed version of a group.
type Group struct {
	GroupBody
	signed *Signed
	hash   Hash
}

// NewGroup makes a version and signs it with the owner's key.
func NewGroup(in GroupBody, key ed25519.PrivateKey) (*Group, error) {
	in.Members = slices.Clone(in.Members)
	slices.SortFunc(in.Members, func(a, b NodeID) int { return bytes.Compare(a[:], b[:]) })
	w := &writer{}
	w.raw(in.Group[:])
	w.u64(in.Version)
	w.raw(in.Previous[:])
	w.raw(in.Owner[:])
	w.text(in.Name)
	w.u16(uint16(len(in.Members)))
	for _, m := range in.Members {
		w.raw(m[:])
	}
	w.time(in.At)
	s := &Signed{Kind: magicGroup, Body: w.b}
	s.Sign(key)
	return ParseGroup(s.Encode())
}

// ParseGroup reads a version of a group and checks its form.
func ParseGroup(raw []byte) (*Group, error) {
	s, err := parseSigned(raw, magicGroup, 32<<10)
	if err != nil {
		return nil, err
	}
	g := &Group{signed: s, hash: sum("paiza group 1", s.Body)}
	r := &reader{b: s.Body}
	r.fixed(g.Group[:])
	g.Version = r.u64()
	r.fixed(g.Previous[:])
	r.fixed(g.Owner[:])
	g.Name = r.text(maxName)
	for range r.count(maxMembers) {
		var m NodeID
		r.fixed(m[:])
		if n := len(g.Members); n > 0 && bytes.Compare(g.Members[n-1][:], m[:]) >= 0 {
			r.fail(ReasonMalformed, "the members are not in order")
		}
		g.Members = append(g.Members, m)
	}
	g.At = r.time()
	if g.Version == 0 || (g.Version == 1) != (g.Previous == Hash{}) || g.At.IsZero() {
		r.fail(ReasonMalformed, "version %d does not agree with the version before", g.Version)
	}
	return g, r.done()
}

// Bytes gives the group as it travels.
func (g *Group) Bytes() []byte { return g.signed.Encode() }

// Hash is the hash of what the version says.
func (g *Group) Hash() Hash { return g.hash }

// Ref names the version in a message's handling.
func (g *Group) Ref() GroupRef { return GroupRef{g.Group, g.Version} }

// Has reports whether the node is a member. Nobody is in an empty group.
func (g *Group) Has(node NodeID) bool { return slices.Contains(g.Members, node) }

// Verify checks that the owner signed the version with a key that was good then.
func (g *Group) Verify(owner *History) error {
	if owner == nil || owner.Latest() == nil || owner.Latest().Node != g.Owner {
		return refuse(ReasonSender, "no card of %s is known", g.Owner)
	}
	for _, s := range g.signed.Signatures {
		if key, err := owner.Signer(s.Key, g.At); err == nil && g.signed.SignedBy(key) {
			return nil
		}
	}
	return refuse(ReasonSignature, "the owner did not sign the group")
}

// Follows checks that g may stand beside the version prev of the same group:
// the owner is the same, no number has two meanings, and the next number names
// prev by hash. A member that joins later sees no versions before it joined, so
// numbers may be left out.
func (g *Group) Follows(prev *Group) error {
	switch {
	case g.Group != prev.Group || g.Owner != prev.Owner:
		return refuse(ReasonOwner, "a group keeps its owner")
	case g.Version == prev.Version && g.hash != prev.hash:
		return refuse(ReasonConflict, "two different versions %d of a group", g.Version)
	case g.Version == prev.Version+1 && g.Previous != prev.hash:
		return refuse(ReasonChain, "version %d does not continue version %d", g.Version, prev.Version)
	}
	return nil
}

// Audience says whether a message with the handling may be taken up by the
// node. group gives the version of a group, nil when it is not known. A message
// to no group is for whom it was sent to. An unknown group is a reason to wait
// in quarantine and never a wider audience.
func Audience(h Handling, node NodeID, group func(GroupRef) *Group) Reason {
	if len(h.Groups) == 0 {
		return ""
	}
	unknown := false
	for _, ref := range h.Groups {
		g := group(ref)
		if g == nil {
			unknown = true
		} else if g.Has(node) {
			return ""
		}
	}
	if unknown {
		return ReasonGroup
	}
	return ReasonNotMember
}
