package store

import (
	"slices"

	"paiza/internal/ledger"
)

// growth is what the acts of one transaction have added to the ledger and its
// signed head does not cover yet. seal writes it once, before the commit: acts
// that share a sync of the disk share a signature.
type growth struct {
	tree   ledger.Tree
	key    *ledger.Key
	first  int64 // number of the first of hashes
	hashes []ledger.Hash
}

// clone is what to go back to when the act that follows is taken back.
func (g *growth) clone() *growth {
	if g == nil {
		return nil
	}
	return &growth{g.tree.Clone(), g.key, g.first, slices.Clip(g.hashes)}
}

// nextEntry is the number of the next entry. The counter's row lock, which the
// transaction's first entry takes, puts the acts of all processes in one order.
func (t *Tx) nextEntry() (int64, error) {
	if t.growth != nil {
		return t.growth.tree.Size() + 1, nil
	}
	seq, err := t.next("act", 1)
	if err != nil {
		return 0, err
	}
	tree, key, err := t.head(seq - 1)
	if err != nil {
		return 0, err
	}
	t.growth = &growth{tree: tree, key: key, first: ledger.Stored(seq - 1)}
	return seq, nil
}

// seal writes the tree's new hashes and signs its head, if there are entries.
func (t *Tx) seal() error {
	g := t.growth
	if g == nil {
		return nil
	}
	if _, err := t.exec("UPDATE counter SET value = $1 WHERE name = 'act'", g.tree.Size()); err != nil {
		return err
	}
	if err := t.insertHashes(g.first, g.hashes); err != nil {
		return err
	}
	signed, err := g.key.Sign(&g.tree)
	if err != nil {
		return err
	}
	t.s.heads.keep(head{signed, g.tree, g.key})
	return t.SetMeta(metaCheckpoint, signed)
}

// hashRows are how many hashes one statement writes: few shapes of it, each
// prepared once.
var hashRows = []int{64, 8, 1}

// insertHashes writes hashes of the tree from a number on.
func (t *Tx) insertHashes(first int64, hashes []ledger.Hash) error {
	for _, n := range hashRows {
		for ; len(hashes) >= n; first, hashes = first+int64(n), hashes[n:] {
			args := make([]any, 0, 2*n)
			for i, h := range hashes[:n] {
				args = append(args, first+int64(i), h[:])
			}
			if _, err := t.exec(insertHashText[n], args...); err != nil {
				return err
			}
		}
	}
	return nil
}

var insertHashText = func() map[int]string {
	out := map[int]string{}
	for _, n := range hashRows {
		out[n] = insertManyText("ledger_hash", []string{"num", "hash"}, n)
	}
	return out
}()
