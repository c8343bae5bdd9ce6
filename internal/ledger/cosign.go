package ledger

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"paiza/wire"
)

// A node cosigns the heads of other nodes' ledgers with the signing key of its
// card (c2sp.org/tlog-cosignature, cosignature/v1). The signature's name is
// "paiza.node/" and the node's name. Its bytes are a time in seconds and the
// Ed25519 signature over
//
//	cosignature/v1
//	time SECONDS
//	the text of the checkpoint
//
// A node that shows its own head signs with the same key that the ledger is its
// own: the name is "paiza.ledger-of/" and the node's name, the bytes are the
// Ed25519 signature over
//
//	paiza ledger of NODE
//	the text of the checkpoint
//
// Neither can be taken for the other, nor for anything else that the key signs
// (package wire signs "DSSEv1 …").
const (
	cosignerName = "paiza.node/"
	ownerName    = "paiza.ledger-of/"
	stampBytes   = 8
)

// signer is one key of a node under one of the two names.
type signer struct {
	node wire.NodeID
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(node wire.NodeID, key ed25519.PublicKey) signer {
	return newSigner(node, cosignerName+node.String(), "\x04", key)
}

func newOwner(node wire.NodeID, key ed25519.PublicKey) signer {
	return newSigner(node, ownerName+node.String(), "\xffpaiza ledger of", key)
}

// newSigner computes the key's id as c2sp.org/signed-note says.
func newSigner(node wire.NodeID, name, kind string, key ed25519.PublicKey) signer {
	h := sha256.Sum256(append([]byte(name+"\n"+kind), key...))
	return signer{node, name, binary.BigEndian.Uint32(h[:]), key}
}

// sign makes the line of a note.
func (s signer) sign(raw []byte) note.Signature {
	return note.Signature{Name: s.name, Hash: s.hash, Base64: base64.StdEncoding.EncodeToString(append(binary.BigEndian.AppendUint32(nil, s.hash), raw...))}
}

func ownedText(node wire.NodeID, text string) []byte {
	return []byte("paiza ledger of " + node.String() + "\n" + text)
}

func cosignedText(seconds uint64, text []byte) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", seconds, text)
}

// Cosign adds the signature of a node to a head that was checked, and answers
// the note with it. A signature of the same key is replaced.
func Cosign(signed string, node wire.NodeID, key ed25519.PrivateKey, at time.Time) (string, error) {
	n, err := open(signed)
	if err != nil {
		return "", err
	}
	seconds := uint64(at.Unix())
	sig := append(binary.BigEndian.AppendUint64(nil, seconds), ed25519.Sign(key, cosignedText(seconds, []byte(n.Text)))...)
	return join(n, newCosigner(node, key.Public().(ed25519.PublicKey)).sign(sig))
}

// Own adds to the head of a node's own ledger the node's signature that it is.
func Own(signed string, node wire.NodeID, key ed25519.PrivateKey) (string, error) {
	n, err := open(signed)
	if err != nil {
		return "", err
	}
	return join(n, newOwner(node, key.Public().(ed25519.PublicKey)).sign(ed25519.Sign(key, ownedText(node, n.Text))))
}

// Owner is the node whose ledger the head is, of those whose cards are given, by
// its own signature; false when none of them says so. A key that was revoked says
// nothing.
func Owner(signed string, nodes map[wire.NodeID]*wire.History) (wire.NodeID, bool) {
	n, err := open(signed)
	if err != nil {
		return wire.NodeID{}, false
	}
	for node, h := range nodes {
		for _, c := range h.Cards() {
			o := newOwner(node, c.SigningKey)
			for _, s := range n.UnverifiedSigs {
				raw, err := base64.StdEncoding.DecodeString(s.Base64)
				if s.Name != o.name || s.Hash != o.hash || err != nil || len(raw) != 4+ed25519.SignatureSize {
					continue
				}
				revoked := slices.ContainsFunc(h.Revocations(), func(v *wire.Revocation) bool { return v.Key == c.Signing() })
				if !revoked && ed25519.Verify(c.SigningKey, ownedText(node, n.Text), raw[4:]) {
					return node, true
				}
			}
		}
	}
	return wire.NodeID{}, false
}

// open reads a note without checking a signature.
func open(signed string) (*note.Note, error) {
	if len(signed) > MaxCheckpoint {
		return nil, fmt.Errorf("a checkpoint has at most %d bytes", MaxCheckpoint)
	}
	_, err := note.Open([]byte(signed), note.VerifierList())
	var unverified *note.UnverifiedNoteError
	if !errors.As(err, &unverified) {
		return nil, errors.New("the checkpoint is malformed")
	}
	return unverified.Note, nil
}

// join writes a note with a signature more.
func join(n *note.Note, s note.Signature) (string, error) {
	list := slices.DeleteFunc(slices.Clone(n.UnverifiedSigs), func(o note.Signature) bool { return o.Name == s.Name && o.Hash == s.Hash })
	var b strings.Builder
	b.WriteString(n.Text + "\n")
	for _, o := range append(list, s) {
		b.WriteString("— " + o.Name + " " + o.Base64 + "\n")
	}
	if b.Len() > MaxCheckpoint {
		return "", errors.New("the checkpoint has too many signatures")
	}
	return b.String(), nil
}

// Merge adds to a note the signatures of a node that another copy of it has. Both
// must be of one text.
func Merge(signed, other string, node wire.NodeID) (string, error) {
	a, err := open(signed)
	if err != nil {
		return "", err
	}
	b, err := open(other)
	if err != nil {
		return "", err
	}
	if a.Text != b.Text {
		return "", errors.New("the checkpoints differ")
	}
	for _, s := range b.UnverifiedSigs {
		if s.Name == cosignerName+node.String() {
			if signed, err = join(a, s); err != nil {
				return "", err
			}
			if a, err = open(signed); err != nil {
				return "", err
			}
		}
	}
	return signed, nil
}

// Witness is a cosignature that was checked.
type Witness struct {
	Node wire.NodeID
	At   time.Time // as the node says, to the second
}

// Witnesses are the nodes that cosigned a head, of those whose cards are given,
// in the order in which they did. A signature counts when its key was good at
// its time; any other is passed over, as c2sp.org/signed-note asks.
func Witnesses(signed string, nodes map[wire.NodeID]*wire.History) []Witness {
	good, _ := witnesses(signed, nodes)
	return good
}

// Forged are the nodes in whose name and under whose key a signature stands that
// does not hold for this head: it was made for another one.
func Forged(signed string, nodes map[wire.NodeID]*wire.History) []wire.NodeID {
	_, bad := witnesses(signed, nodes)
	return bad
}

func witnesses(signed string, nodes map[wire.NodeID]*wire.History) (good []Witness, bad []wire.NodeID) {
	n, err := open(signed)
	if err != nil {
		return nil, nil
	}
	for node, h := range nodes {
		for _, c := range h.Cards() {
			v := newCosigner(node, c.SigningKey)
			for _, s := range n.UnverifiedSigs {
				if s.Name != v.name || s.Hash != v.hash {
					continue
				}
				at, ok := v.check(n.Text, s)
				if !ok {
					bad = append(bad, node)
				} else if _, err := h.Signer(c.Signing(), at); err == nil {
					good = append(good, Witness{node, at})
				}
			}
		}
	}
	slices.SortFunc(good, func(a, b Witness) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return slices.Compare(a.Node[:], b.Node[:])
	})
	seen := map[wire.NodeID]bool{}
	return slices.DeleteFunc(good, func(w Witness) bool { // of two signatures of one node the first counts
		twice := seen[w.Node]
		seen[w.Node] = true
		return twice
	}), bad
}

// check reads and checks one signature.
func (c signer) check(text string, s note.Signature) (time.Time, bool) {
	raw, err := base64.StdEncoding.DecodeString(s.Base64)
	if err != nil || len(raw) != 4+stampBytes+ed25519.SignatureSize {
		return time.Time{}, false
	}
	seconds, sig := binary.BigEndian.Uint64(raw[4:]), raw[12:]
	if seconds > 1<<40 || !ed25519.Verify(c.key, cosignedText(seconds, []byte(text)), sig) {
		return time.Time{}, false
	}
	return time.Unix(int64(seconds), 0).UTC(), true
}

// Continues reports whether the path proves that the head continues an earlier
// one of at least one entry (RFC 6962 §2.1.2).
func (c Checkpoint) Continues(old Checkpoint, path []Hash) bool {
	switch {
	case old.Size < 1 || old.Size > c.Size || old.Log != c.Log:
		return false
	case old.Size == c.Size:
		return old.Root == c.Root && len(path) == 0
	}
	return tlog.CheckTree(path, c.Size, c.Root, old.Size, old.Root) == nil
}
