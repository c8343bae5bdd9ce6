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
// card, and its own too, so that the head says whose it is
// (c2sp.org/tlog-cosignature, cosignature/v1). The signature's name is
// "paiza.node/" and the node's name. Its bytes are a time in seconds and the
// Ed25519 signature over
//
//	cosignature/v1
//	time SECONDS
//	the text of the checkpoint
//
// which begins like nothing else that the key signs (package wire signs
// "DSSEv1 …").
const (
	cosignerName  = "paiza.node/"
	algCosigned   = 4
	cosignedBytes = 8 + ed25519.SignatureSize
)

// cosigner is one key of a node.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(node wire.NodeID, key ed25519.PublicKey) cosigner {
	name := cosignerName + node.String()
	h := sha256.Sum256(append([]byte(name+"\n\x04"), key...))
	return cosigner{name, binary.BigEndian.Uint32(h[:]), key}
}

func cosignedText(seconds uint64, text []byte) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", seconds, text)
}

// Cosign adds the signature of a node to a head that was checked, and answers
// the note with it. A signature of the same key is replaced.
func Cosign(signed string, node wire.NodeID, key ed25519.PrivateKey, at time.Time) (string, error) {
	c := newCosigner(node, key.Public().(ed25519.PublicKey))
	n, err := open(signed)
	if err != nil {
		return "", err
	}
	sig := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(nil, c.hash), uint64(at.Unix()))
	sig = append(sig, ed25519.Sign(key, cosignedText(uint64(at.Unix()), []byte(n.Text)))...)
	return join(n, note.Signature{Name: c.name, Hash: c.hash, Base64: base64.StdEncoding.EncodeToString(sig)})
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
func (c cosigner) check(text string, s note.Signature) (time.Time, bool) {
	raw, err := base64.StdEncoding.DecodeString(s.Base64)
	if err != nil || len(raw) != 4+cosignedBytes {
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
