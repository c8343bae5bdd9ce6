package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"os"
	"slices"

	"paiza"
	"paiza/internal/ledger"
)

// tailLength is how many of the last entries are computed anew at every start.
const tailLength = 64

// VerifyLedger computes the whole tree from the entries and holds it to the
// stored hashes and to the signed head: a changed, removed, reordered, added or
// cut-off entry is found, and named where that can be known. It answers how many
// entries the ledger has; what it finds is a *ledger.Fault.
func (s *Store) VerifyLedger(ctx context.Context) (int64, error) {
	if err := s.buildTree(ctx); err != nil { // of a store opened for repair
		return 0, err
	}
	n, err := s.verify(ctx, nil, false)
	if err != nil {
		return n, err
	}
	return n, s.ownKey(ctx)
}

// ownKey checks, where the node's secret is at hand, that the ledger is signed
// with the key that the secret seals: a forger could put his own verifier into
// the database, but not a key behind it. A backup has no secret beside it.
func (s *Store) ownKey(ctx context.Context) error {
	h, err := readHead(ctx, s.read)
	if err != nil || h.sealed == "" {
		return err
	}
	if _, err := os.Stat(s.vault.file); err != nil {
		return nil
	}
	if _, err := s.openKey(h); err != nil {
		var f *ledger.Fault
		if errors.As(err, &f) {
			return err
		}
		return &ledger.Fault{Kind: ledger.FaultCheckpoint}
	}
	return nil
}

// VerifyLedgerSince also proves that the ledger continues an earlier checkpoint
// of it: nothing before that was rewritten, by nobody.
func (s *Store) VerifyLedgerSince(ctx context.Context, signed string) (int64, error) {
	earlier, err := s.earlier(ctx, signed)
	var f *ledger.Fault
	if errors.As(err, &f) {
		return 0, err
	}
	if err != nil {
		return 0, &paiza.Error{Kind: paiza.ErrInvalid, Key: "cli.ledger.other_log", Err: err}
	}
	return s.verify(ctx, &earlier, false)
}

// readyLedger builds the tree of a store that has none yet, and checks the end
// of the ledger.
func (s *Store) readyLedger(ctx context.Context, how manner) error {
	if how != asCopy {
		if err := s.sealKey(ctx); err != nil {
			return err
		}
	}
	if err := s.buildTree(ctx); err != nil {
		return damaged(err)
	}
	if _, err := s.verify(ctx, nil, true); err != nil || how == asCopy {
		return damaged(err)
	}
	// A node that cannot sign its acts is told at the start, not at the first act.
	h, err := readHead(ctx, s.read)
	if err == nil && h.sealed != "" {
		_, err = s.openKey(h)
	}
	return damaged(err)
}

func (s *Store) verify(ctx context.Context, earlier *ledger.Checkpoint, tail bool) (int64, error) {
	tx, err := s.snapshot(ctx)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	v := &verification{ctx: ctx, tx: tx}
	if earlier != nil {
		v.earlier = append(v.earlier, promise{Checkpoint: *earlier})
	}
	if !tail {
		if err := v.cosigned(); err != nil {
			return 0, err
		}
	}
	slices.SortFunc(v.earlier, func(a, b promise) int { return cmp.Compare(a.Size, b.Size) })
	err = v.run(tail)
	return v.tree.Size(), err
}

// verification is one check of one state of the ledger.
type verification struct {
	ctx     context.Context
	tx      *sql.Tx
	earlier []promise   // what the ledger must continue and was not reached yet, by size
	tree    ledger.Tree // computed so far
	turned  map[int64]ledger.Turned
}

func (v *verification) run(tail bool) error {
	size, err := v.extent()
	if err != nil {
		return err
	}
	h, err := readHead(v.ctx, v.tx)
	if err != nil {
		return err
	}
	if size == 0 && h.signed == "" {
		if len(v.earlier) > 0 {
			return v.earlier[0].broken()
		}
		return v.hashExtent(0)
	}
	c, err := checkHead(h, size)
	if err != nil {
		return err
	}
	if err := v.hashExtent(size); err != nil {
		return err
	}
	_, turned, err := followTurns(v.ctx, v.tx, h.verifier, size)
	if err != nil {
		return err
	}
	v.turned = make(map[int64]ledger.Turned, len(turned))
	for _, t := range turned {
		v.turned[t.Size] = t
	}
	if tail && size > tailLength {
		if v.tree, err = edge(v.ctx, v.tx, size-tailLength); err != nil {
			return err
		}
	}
	const page = 4096
	for v.tree.Size() < size {
		if err := v.page(min(v.tree.Size()+page, size)); err != nil {
			return err
		}
	}
	if v.tree.Root() != c.Root {
		return &ledger.Fault{Kind: ledger.FaultHead, At: size}
	}
	if len(v.earlier) > 0 {
		return v.earlier[0].broken()
	}
	return nil
}

// extent is how many entries there are, by their numbers and by the counter.
func (v *verification) extent() (size int64, err error) {
	var first, last int64
	err = v.tx.QueryRowContext(v.ctx, "SELECT value FROM counter WHERE name = 'act'").Scan(&size)
	if err != nil {
		return 0, diskError(err)
	}
	err = v.tx.QueryRowContext(v.ctx, "SELECT coalesce((SELECT min(seq) FROM act), 1), coalesce((SELECT max(seq) FROM act), 0)").Scan(&first, &last)
	switch {
	case err != nil:
		return 0, diskError(err)
	case first != 1:
		return 0, &ledger.Fault{Kind: ledger.FaultMissing, At: 1}
	case last < size:
		return 0, &ledger.Fault{Kind: ledger.FaultCut, At: last, Want: size}
	case last > size:
		return 0, &ledger.Fault{Kind: ledger.FaultAdded, At: last, Want: size}
	}
	return size, nil
}

// hashExtent checks that the tree has hashes for size entries and no more.
func (v *verification) hashExtent(size int64) error {
	var first, last int64
	err := v.tx.QueryRowContext(v.ctx, "SELECT coalesce((SELECT min(num) FROM ledger_hash), 0), coalesce((SELECT max(num) FROM ledger_hash), -1)").Scan(&first, &last)
	switch {
	case err != nil:
		return diskError(err)
	case first != 0:
		return &ledger.Fault{Kind: ledger.FaultTree, At: min(first, 0)}
	case last+1 != ledger.Stored(size):
		return &ledger.Fault{Kind: ledger.FaultTree, At: min(last+1, ledger.Stored(size))}
	}
	return nil
}

// page computes the tree on to entry upTo and compares.
func (v *verification) page(upTo int64) error {
	from := v.tree.Size()
	acts, err := readActs(v.ctx, v.tx, "WHERE seq > $1 AND seq <= $2 ORDER BY seq", from, upTo)
	if err != nil {
		return err
	}
	stored, err := v.hashes(ledger.Stored(from), ledger.Stored(upTo))
	if err != nil {
		return err
	}
	num := ledger.Stored(from)
	for seq := from + 1; seq <= upTo; seq++ {
		i := seq - from - 1
		if i >= int64(len(acts)) || acts[i].act.Seq != seq {
			return &ledger.Fault{Kind: ledger.FaultMissing, At: seq}
		}
		for level, h := range v.tree.Append(ledger.Leaf(acts[i].act, acts[i].sealed)) {
			if want, ok := stored[num]; !ok || want != h {
				if level == 0 && ok {
					return &ledger.Fault{Kind: ledger.FaultChanged, At: seq}
				}
				return &ledger.Fault{Kind: ledger.FaultTree, At: num}
			}
			num++
		}
		// Each change of the key is an entry, and each such entry is a change.
		a, t := acts[i].act, v.turned[seq]
		if turns := a.Action == ledger.TurnAction; turns != (t.Next != "") || turns && (a.Detail != t.Next || t.Root != v.tree.Root()) {
			return &ledger.Fault{Kind: ledger.FaultTurn, At: seq}
		}
		for ; len(v.earlier) > 0 && v.earlier[0].Size <= seq; v.earlier = v.earlier[1:] {
			if p := v.earlier[0]; p.Size == seq && p.Root != v.tree.Root() {
				return p.broken()
			}
		}
	}
	return nil
}

// hashes reads the stored hashes from a number to before another.
func (v *verification) hashes(from, to int64) (map[int64]ledger.Hash, error) {
	rows, err := v.tx.QueryContext(v.ctx, "SELECT num, hash FROM ledger_hash WHERE num >= $1 AND num < $2", from, to)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	out := make(map[int64]ledger.Hash, to-from)
	for rows.Next() {
		num, h, err := scanHash(rows)
		if err != nil {
			return nil, err
		}
		out[num] = h
	}
	return out, diskError(rows.Err())
}
