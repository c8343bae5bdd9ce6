package ledger

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// MaxCheckpoint is the most bytes that a checkpoint may have. Peers add their
// signatures to it, a line each.
const MaxCheckpoint = 64 << 10

// Checkpoint is the head of a log at one moment. Its text is that of the
// checkpoints of transparency-dev (c2sp.org/tlog-checkpoint): the log's name,
// the number of entries and the head in base64, a line each; signatures follow
// as in golang.org/x/mod/sumdb/note.
type Checkpoint struct {
	Log  string // name of the log, which is the name of its key
	Size int64
	Root Hash
}

func (c Checkpoint) text() string {
	return c.Log + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + c.Root.String() + "\n"
}

// Key signs checkpoints: an Ed25519 key in the form of a note's signer.
type Key struct {
	signer   note.Signer
	verifier string
}

// NewKey makes a key for a new log and answers its text, which is secret. The
// log's name is random: a node has no name before it is paired.
func NewKey() (string, error) {
	var b [8]byte
	rand.Read(b[:])
	secret, _, err := note.GenerateKey(rand.Reader, "paiza.ledger/"+hex.EncodeToString(b[:]))
	return secret, err
}

// ParseKey reads the text of a key.
func ParseKey(secret string) (*Key, error) {
	s, err := note.NewSigner(secret)
	if err != nil {
		return nil, errors.New("the ledger key is malformed") // the cause would quote the key
	}
	parts := strings.SplitN(secret, "+", 5) // PRIVATE+KEY+name+hash+base64, and base64 has pluses too
	raw, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return nil, errors.New("the ledger key is malformed")
	}
	public := ed25519.NewKeyFromSeed(raw[1:]).Public().(ed25519.PublicKey)
	v, err := note.NewEd25519VerifierKey(s.Name(), public)
	return &Key{s, v}, err
}

// Verifier is the public half: what others need to check signatures.
func (k *Key) Verifier() string { return k.verifier }

// Sign signs the head of a tree.
func (k *Key) Sign(t *Tree) (string, error) {
	c := Checkpoint{Log: k.signer.Name(), Size: t.Size(), Root: t.Root()}
	signed, err := note.Sign(&note.Note{Text: c.text()}, k.signer)
	return string(signed), err
}

// OpenCheckpoint reads a checkpoint and checks that verifier's key signed it.
func OpenCheckpoint(signed, verifier string) (Checkpoint, error) {
	if len(signed) > MaxCheckpoint {
		return Checkpoint{}, fmt.Errorf("a checkpoint has at most %d bytes", MaxCheckpoint)
	}
	v, err := note.NewVerifier(verifier)
	if err != nil {
		return Checkpoint{}, errors.New("the key is malformed")
	}
	n, err := note.Open([]byte(signed), note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("the checkpoint is not signed by the key %s: %w", v.Name(), err)
	}
	c, err := parseCheckpoint(n.Text)
	if err == nil && c.Log != v.Name() {
		err = fmt.Errorf("the checkpoint is of the log %s and not of %s", c.Log, v.Name())
	}
	return c, err
}

func parseCheckpoint(text string) (Checkpoint, error) {
	bad := errors.New("the checkpoint is malformed")
	lines := strings.SplitN(text, "\n", 4)
	if len(lines) != 4 || lines[0] == "" {
		return Checkpoint{}, bad
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, bad
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil || root.String() != lines[2] {
		return Checkpoint{}, bad
	}
	return Checkpoint{lines[0], size, root}, nil
}

// CheckVerifier reports whether text is a key with which checkpoints can be
// checked.
func CheckVerifier(text string) bool {
	_, err := note.NewVerifier(text)
	return err == nil
}
