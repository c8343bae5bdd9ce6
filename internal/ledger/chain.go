package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"

	"paiza"
)

// Stores made before the tree kept a chain: each entry's hash covered the one
// before it. Chain checks such a ledger once, when its tree is built.

// Chain checks entries one after the other, from the first. The zero value is
// ready.
type Chain struct {
	last string
	n    int64
}

// Check checks the next entry against its stored hash.
func (c *Chain) Check(a paiza.Act, stored string) error {
	if a.Seq != c.n+1 {
		return fmt.Errorf("ledger entry %d is missing: the next one found is %d", c.n+1, a.Seq)
	}
	if got := ChainHash(c.last, a); got != stored {
		return fmt.Errorf("ledger entry %d was changed: its hash is %.16s…, the ledger says %.16s…", a.Seq, got, stored)
	}
	c.n, c.last = a.Seq, stored
	return nil
}

// Ends checks that the last entry has the number that the counter holds.
func (c *Chain) Ends(counter int64) error {
	if c.n != counter {
		return &Fault{Kind: FaultCut, At: c.n, Want: counter}
	}
	return nil
}

// ChainHash covers the hash before and every field, each preceded by its
// length, so that no two different entries have the same bytes.
func ChainHash(previous string, a paiza.Act) string {
	h := sha256.New()
	h.Write([]byte("paiza act 1\n"))
	text(h, previous)
	number(h, a.Seq)
	number(h, a.At.UnixMilli())
	text(h, a.Actor.ID)
	text(h, a.Actor.Name)
	number(h, int64(len(a.Actor.Roles)))
	for _, r := range a.Actor.Roles {
		text(h, string(r))
	}
	for _, s := range []string{a.Actor.From, a.Action, a.Subject, a.Reason, a.Detail} {
		text(h, s)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func number(h hash.Hash, n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

func text(h hash.Hash, s string) {
	number(h, int64(len(s)))
	h.Write([]byte(s))
}
