package store

import (
	"context"
	"math"

	"paiza"
	"paiza/internal/ledger"
)

// TurnLedger writes the entry of an act that gives the ledger another key, and
// the statement with which the former key hands it over. The former key is gone
// when the act has committed; its verifier and the statement stay for ever, so
// that whoever holds the verifier can follow (package ledger, turn.go).
func (t *Tx) TurnLedger(a *paiza.Act) error {
	if _, err := t.settingShared(metaSecret); err != nil { // before the ledger's lock, as other acts do
		return err
	}
	if _, err := t.nextEntry(); err != nil {
		return err
	}
	if t.growth.tree.Size() == 0 {
		return paiza.Conflict("cli.ledger.empty", nil)
	}
	former := t.growth.key
	secret, err := former.Next()
	if err != nil {
		return err
	}
	next, err := ledger.ParseKey(secret)
	if err != nil {
		return err
	}
	a.Action, a.Detail = ledger.TurnAction, next.Verifier()
	if err := t.Append(a); err != nil {
		return err
	}
	turn, err := former.Turn(&t.growth.tree, next)
	if err != nil {
		return err
	}
	if _, err := t.exec("INSERT INTO ledger_turn (size, former, signed) VALUES ($1, $2, $3)", a.Seq, turn.Key, turn.Signed); err != nil {
		return err
	}
	if err := t.SetSecret(metaKey, secret); err != nil {
		return err
	}
	t.growth.key = next // it signs the head at the end of the transaction
	return t.SetMeta(metaVerifier, next.Verifier())
}

// readTurns reads the changes of the key after and up to numbers of entries.
func readTurns(ctx context.Context, q querier, after, upTo int64) ([]ledger.Turn, error) {
	rows, err := q.QueryContext(ctx, "SELECT former, signed FROM ledger_turn WHERE size > $1 AND size <= $2 ORDER BY size", after, upTo)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []ledger.Turn
	for rows.Next() {
		var t ledger.Turn
		if err := rows.Scan(&t.Key, &t.Signed); err != nil {
			return nil, diskError(err)
		}
		out = append(out, t)
	}
	return out, diskError(rows.Err())
}

// followTurns reads the changes of the key and checks that they lead to the
// present one.
func followTurns(ctx context.Context, q querier, verifier string, size int64) ([]ledger.Turn, []ledger.Turned, error) {
	return leadTo(ctx, q, verifier, size, math.MaxInt64)
}

func leadTo(ctx context.Context, q querier, verifier string, size, upTo int64) ([]ledger.Turn, []ledger.Turned, error) {
	turns, err := readTurns(ctx, q, 0, upTo)
	if err != nil {
		return nil, nil, err
	}
	turned, err := ledger.Follow(turns, verifier, size)
	if err != nil {
		return nil, nil, &ledger.Fault{Kind: ledger.FaultTurn, At: size}
	}
	return turns, turned, nil
}

// Turns are the changes of the key after an entry and up to another.
func (s *Store) Turns(ctx context.Context, after, upTo int64) ([]ledger.Turn, error) {
	return readTurns(ctx, s.read, after, upTo)
}

// turnsOf puts into a proof under the head c, which may be an earlier one that
// peers cosigned, how its key came about.
func turnsOf(ctx context.Context, q querier, p *ledger.Proof, c ledger.Checkpoint, read ledger.Reader) ([]ledger.Turned, error) {
	turns, turned, err := leadTo(ctx, q, p.Key, c.Size, c.Size)
	if err != nil {
		return nil, err
	}
	for i, t := range turned {
		if turns[i].Path, err = ledger.Extend(c.Size, t.Size, read); err != nil {
			return nil, err
		}
	}
	p.Turns = turns
	return turned, nil
}

// earlier opens a checkpoint that this ledger's key, or one before it, signed.
func (s *Store) earlier(ctx context.Context, signed string) (c ledger.Checkpoint, err error) {
	tx, err := s.snapshot(ctx)
	if err != nil {
		return c, err
	}
	defer tx.Rollback()
	h, err := readHead(ctx, tx)
	if err != nil {
		return c, err
	}
	_, turned, err := followTurns(ctx, tx, h.verifier, math.MaxInt64)
	if err != nil {
		return c, err
	}
	return ledger.OpenEarlier(signed, turned, h.verifier)
}
