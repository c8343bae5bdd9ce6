// Package ledger makes the record of acts provable: each entry's hash covers
// the entry before it, so that a changed, removed, reordered or added entry is
// found.
//
// The package computes and checks; package store keeps the entries and package
// desk decides what is written. Read Hash first.
package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"

	"paiza"
)

// Hash is the hash of an entry after the hash of the one before it, in
// hexadecimal. Every field is preceded by its length, so that no two different
// entries have the same bytes.
func Hash(previous string, a paiza.Act) string {
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
	text(h, a.Actor.From)
	text(h, a.Action)
	text(h, a.Subject)
	text(h, a.Reason)
	text(h, a.Detail)
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
	if got := Hash(c.last, a); got != stored {
		return fmt.Errorf("ledger entry %d was changed: its hash is %.16s…, the ledger says %.16s…", a.Seq, got, stored)
	}
	c.n, c.last = a.Seq, stored
	return nil
}

// Ends checks that the last entry has the number that the counter holds.
func (c *Chain) Ends(counter int64) error {
	if c.n != counter {
		return fmt.Errorf("the ledger ends at entry %d and should end at %d: entries were cut off", c.n, counter)
	}
	return nil
}

// Len is how many entries were checked.
func (c *Chain) Len() int64 { return c.n }
