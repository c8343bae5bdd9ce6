package store

import (
	"context"
	"fmt"
	"time"

	"paiza"
	"paiza/internal/ledger"
)

// Stores of the first kind held the ledger as a chain: act.hash covered the
// entry and the hash before it. buildTree checks that chain once, makes the
// tree of the same entries, and takes the column away, so that a program which
// knows only the chain is refused its acts instead of writing past the tree.

// buildTree runs in one transaction and does nothing where the tree exists.
func (s *Store) buildTree(ctx context.Context) error {
	var built int64
	if err := s.read.QueryRowContext(ctx, "SELECT value FROM counter WHERE name = 'tree'").Scan(&built); err != nil {
		return diskError(err)
	}
	if built != 0 {
		return nil
	}
	return s.Write(ctx, func(t *Tx) error {
		size, err := t.next("act", 0) // the lock that orders acts also orders processes that start at once
		if err != nil {
			return err
		}
		if built, err := t.next("tree", 0); err != nil || built != 0 {
			return err
		}
		if signed, err := t.setting(metaCheckpoint); err != nil {
			return err
		} else if signed != "" {
			return &ledger.Fault{Kind: ledger.FaultTree, At: 0} // there was a tree, and it was taken away
		}
		if err := t.plant(size); err != nil {
			return err
		}
		return t.dropChain()
	})
}

// plant checks the chain of the first size entries and writes their tree.
func (t *Tx) plant(size int64) error {
	var chain ledger.Chain
	var tree ledger.Tree
	var key *ledger.Key
	for tree.Size() <= size {
		page, err := t.chained(tree.Size())
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			if err := chain.Check(e.act, e.hash); err != nil {
				return upgradeFault(err)
			}
			if key == nil {
				if _, key, err = t.head(0); err != nil {
					return err
				}
			}
			salt := ledger.NewSalt()
			first := ledger.Stored(tree.Size())
			if err := t.insertHashes(first, tree.Append(ledger.Leaf(e.act, ledger.Sealed{Form: 1, Salt: salt}))); err != nil {
				return err
			}
			if _, err := t.exec("UPDATE act SET salt = $1 WHERE seq = $2", salt, e.act.Seq); err != nil {
				return err
			}
		}
	}
	if err := chain.Ends(size); err != nil {
		return upgradeFault(err)
	}
	if size == 0 {
		return nil
	}
	signed, err := key.Sign(&tree)
	if err != nil {
		return err
	}
	return t.SetMeta(metaCheckpoint, signed)
}

func upgradeFault(err error) error {
	return &paiza.Error{Kind: paiza.ErrUnavailable, Key: "cli.ledger.chain", Args: paiza.Args{"fault": err.Error()}, Err: err}
}

type chainedAct struct {
	act  paiza.Act
	hash string
}

// chained reads entries of the first kind after a number.
func (t *Tx) chained(after int64) ([]chainedAct, error) {
	rows, err := t.conn.QueryContext(t.ctx, `SELECT seq, at, actor, name, roles, origin, action, subject, reason, detail, hash
		FROM act WHERE seq > $1 ORDER BY seq LIMIT 2000`, after)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []chainedAct
	for rows.Next() {
		var e chainedAct
		var at int64
		var roles string
		a := &e.act
		if err := rows.Scan(&a.Seq, &at, &a.Actor.ID, &a.Actor.Name, &roles, &a.Actor.From, &a.Action, &a.Subject, &a.Reason, &a.Detail, &e.hash); err != nil {
			return nil, err
		}
		a.At, a.Actor.Roles = time.UnixMilli(at).UTC(), splitRoles(roles)
		out = append(out, e)
	}
	return out, rows.Err()
}

// dropChain takes the chain's column away where it still stands.
func (t *Tx) dropChain() error {
	built, err := t.next("tree", 0)
	if err != nil || built != 0 {
		return err
	}
	if _, err := t.exec("ALTER TABLE act DROP COLUMN hash"); err != nil {
		return fmt.Errorf("take the chain's column away: %w", err)
	}
	_, err = t.next("tree", 1)
	return err
}
