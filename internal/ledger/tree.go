package ledger

import (
	"crypto/sha256"
	"errors"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is the hash of a leaf or of a node of the tree: SHA-256 with the
// prefixes of RFC 6962 §2.1.
type Hash = tlog.Hash

// HashOf is a hash read from the database; false when it is not 32 bytes.
func HashOf(b []byte) (h Hash, ok bool) {
	return h, copy(h[:], b) == len(h) && len(b) == len(h)
}

// Stored is how many hashes the database keeps for a tree of n entries: each
// entry's own and that of every full subtree, numbered from 0 in the order in
// which they come to be (tlog.StoredHashIndex).
func Stored(n int64) int64 {
	if n == 0 {
		return 0
	}
	return tlog.StoredHashCount(n)
}

// Edge lists the stored hashes from which the head of a tree of n entries is
// computed: one for each full subtree, from the largest to the smallest.
func Edge(n int64) []int64 {
	var out []int64
	lo := int64(0)
	for level := bits.Len64(uint64(n)) - 1; level >= 0; level-- {
		if n&(1<<level) != 0 {
			out = append(out, tlog.StoredHashIndex(level, lo>>level))
			lo += 1 << level
		}
	}
	return out
}

// Tree is the right edge of a log: enough to append to it and to know its head.
// The zero value is the empty tree.
type Tree struct {
	size int64
	edge []Hash // of the full subtrees, from the largest to the smallest
}

// NewTree is the tree of size entries whose Edge has these hashes.
func NewTree(size int64, edge []Hash) (Tree, error) {
	if size < 0 || bits.OnesCount64(uint64(size)) != len(edge) {
		return Tree{}, errors.New("the edge does not fit the size of the tree")
	}
	return Tree{size, slices.Clone(edge)}, nil
}

// Size is how many entries the tree has.
func (t *Tree) Size() int64 { return t.size }

// Clone is a copy that can be appended to without changing t.
func (t *Tree) Clone() Tree { return Tree{t.size, slices.Clone(t.edge)} }

// Append adds a leaf and answers the hashes to store, the first of which has
// the number that Stored gave before.
func (t *Tree) Append(leaf []byte) []Hash {
	h := tlog.RecordHash(leaf)
	out := []Hash{h}
	for n := t.size; n&1 != 0; n >>= 1 {
		last := len(t.edge) - 1
		h = tlog.NodeHash(t.edge[last], h)
		t.edge = t.edge[:last]
		out = append(out, h)
	}
	t.edge = append(t.edge, h)
	t.size++
	return out
}

// Root is the head of the tree.
func (t *Tree) Root() Hash {
	if t.size == 0 {
		return sha256.Sum256(nil)
	}
	h := t.edge[len(t.edge)-1]
	for i := len(t.edge) - 2; i >= 0; i-- {
		h = tlog.NodeHash(t.edge[i], h)
	}
	return h
}

// Reader reads stored hashes by their numbers.
type Reader func(numbers []int64) ([]Hash, error)

// Include is the proof that entry seq stands in the tree of size entries.
func Include(size, seq int64, read Reader) ([]Hash, error) {
	return tlog.ProveRecord(size, seq-1, tlog.HashReaderFunc(read))
}

// Extend is the proof that the tree of size entries continues the one of old
// entries.
func Extend(size, old int64, read Reader) ([]Hash, error) {
	return tlog.ProveTree(size, old, tlog.HashReaderFunc(read))
}
