package ledger

import (
	"crypto/rand"
	"errors"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// MaxTurns is how often a ledger's key can be changed.
const MaxTurns = 200

// TurnAction is the act that changes the key. Its particulars are the verifier
// of the next key.
const TurnAction = "ledger.rotate"

// Turn is a change of a log's key. The log keeps its name. The statement is a
// checkpoint whose last entry is the act of the change, with one line more (an
// extension line of c2sp.org/tlog-checkpoint):
//
//	key NAME+HASH+KEY          the verifier of the next key
//
// Both keys sign it: the former one hands the log over, the next one takes it.
// From then on the former key signs nothing. Whoever holds the verifier of the
// former key learns the next one from the statement and needs nobody's word.
type Turn struct {
	Key    string // verifier of the former key
	Signed string // the statement
	Path   []Hash // that a later log continues it; only in proof files
}

const turnLine = "key "

// Next makes the key that follows this one and answers its text, which is
// secret.
func (k *Key) Next() (string, error) {
	secret, _, err := note.GenerateKey(rand.Reader, k.signer.Name())
	return secret, err
}

// Turn hands the log over to the next key, at the head of a tree.
func (k *Key) Turn(t *Tree, next *Key) (Turn, error) {
	c := Checkpoint{Log: k.signer.Name(), Size: t.Size(), Root: t.Root()}
	signed, err := note.Sign(&note.Note{Text: c.text() + turnLine + next.verifier + "\n"}, k.signer, next.signer)
	return Turn{Key: k.verifier, Signed: string(signed)}, err
}

var errTurn = errors.New("this is not a change of the ledger's key, or one of its two keys did not sign it")

// Open checks that both keys signed the statement. It answers the head at which
// the key changed and the verifier of the next key.
func (t Turn) Open() (head Checkpoint, next string, err error) {
	head, err = OpenCheckpoint(t.Signed, t.Key)
	if err != nil {
		return head, "", errTurn
	}
	text, _, _ := strings.Cut(t.Signed, "\n\n")
	next, ok := strings.CutPrefix(strings.TrimPrefix(text+"\n", head.text()), turnLine)
	next, whole := strings.CutSuffix(next, "\n")
	if !ok || !whole || strings.Contains(next, "\n") || next == t.Key {
		return head, "", errTurn
	}
	if _, err := OpenCheckpoint(t.Signed, next); err != nil {
		return head, "", errTurn
	}
	return head, next, nil
}

// Turned is a turn that holds: where, to which head of the log, and to which key.
type Turned struct {
	Checkpoint
	Former, Next string
}

// Follow checks that turns lead one after the other to the key last, in a log of
// size entries.
func Follow(turns []Turn, last string, size int64) ([]Turned, error) {
	if len(turns) > MaxTurns {
		return nil, errTurn
	}
	out := make([]Turned, len(turns))
	at := int64(0)
	for i, t := range turns {
		head, next, err := t.Open()
		if err != nil {
			return nil, err
		}
		follows := last
		if i+1 < len(turns) {
			follows = turns[i+1].Key
		}
		if next != follows || head.Size <= at || head.Size > size {
			return nil, errTurn
		}
		at = head.Size
		out[i] = Turned{head, t.Key, next}
	}
	return out, nil
}

// OpenEarlier reads a checkpoint that the last key or one before it signed. A
// key signs nothing after its turn: such a checkpoint is of another history.
func OpenEarlier(signed string, turned []Turned, last string) (Checkpoint, error) {
	c, err := OpenCheckpoint(signed, last)
	for i := len(turned) - 1; i >= 0 && err != nil; i-- {
		c, err = OpenCheckpoint(signed, turned[i].Former)
		if err == nil && c.Size > turned[i].Size {
			return c, &Fault{Kind: FaultHistory, At: c.Size}
		}
	}
	return c, err
}

// followed checks the turns of a proof, and that the proof's log continues the
// log of each.
func (p *Proof) followed(head Checkpoint) ([]Turned, error) {
	turned, err := Follow(p.Turns, p.Key, head.Size)
	if err != nil {
		return nil, err
	}
	for i, t := range turned {
		if tlog.CheckTree(p.Turns[i].Path, head.Size, head.Root, t.Size, t.Root) != nil {
			return nil, errTurn
		}
	}
	return turned, nil
}
