package store

import (
	"context"
	"fmt"
	"time"

	"paiza"
	"paiza/internal/ledger"
)

// RewriteForTest changes the first entry and computes the tree anew over all of
// them, as a forger would; with the key he signs it too.
func (s *Store) RewriteForTest(ctx context.Context, sign bool) error {
	return s.Write(ctx, func(t *Tx) error {
		if _, err := t.exec("UPDATE act SET reason = reason || '!' WHERE seq = 1"); err != nil {
			return err
		}
		acts, err := readActs(ctx, t.conn, "ORDER BY seq")
		if err != nil {
			return err
		}
		if _, err := t.exec("DELETE FROM ledger_hash"); err != nil {
			return err
		}
		var tree ledger.Tree
		for _, e := range acts {
			if err := t.insertHashes(ledger.Stored(tree.Size()), tree.Append(ledger.Leaf(e.act, e.sealed))); err != nil {
				return err
			}
		}
		if !sign {
			return nil
		}
		secret, err := t.Secret(metaKey)
		if err != nil {
			return err
		}
		key, err := ledger.ParseKey(secret)
		if err != nil {
			return err
		}
		signed, err := key.Sign(&tree)
		if err != nil {
			return err
		}
		return t.SetMeta(metaCheckpoint, signed)
	})
}

// ChainForTest makes of an empty store one of the first kind, with n acts in a
// chain.
func (s *Store) ChainForTest(ctx context.Context, n int) error {
	return s.Write(ctx, func(t *Tx) error {
		for _, q := range []string{"ALTER TABLE act ADD COLUMN hash TEXT NOT NULL DEFAULT ''",
			"UPDATE counter SET value = 0 WHERE name = 'tree'", fmt.Sprintf("UPDATE counter SET value = %d WHERE name = 'act'", n)} {
			if _, err := t.exec(q); err != nil {
				return err
			}
		}
		last := ""
		for i := range n {
			a := paiza.Act{Seq: int64(i + 1), At: time.UnixMilli(1.7e12 + int64(i)).UTC(), Actor: paiza.Actor{ID: "p", Name: "Имя", Roles: []paiza.Role{"viewer", "analyst"}},
				Action: "test", Subject: "s", Detail: "d"}
			last = ledger.ChainHash(last, a)
			if _, err := t.exec(`INSERT INTO act (seq, at, actor, name, roles, origin, action, subject, reason, detail, hash)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, a.Seq, a.At.UnixMilli(), a.Actor.ID, a.Actor.Name, joinRoles(a.Actor.Roles),
				a.Actor.From, a.Action, a.Subject, a.Reason, a.Detail, last); err != nil {
				return err
			}
		}
		return nil
	})
}

// ForgeForTest signs the ledger as it stands with a new key and puts its
// verifier into the database, as a forger would who has it but not the secret.
func (s *Store) ForgeForTest(ctx context.Context) error {
	return s.Write(ctx, func(t *Tx) error {
		acts, err := readActs(ctx, t.conn, "ORDER BY seq")
		if err != nil {
			return err
		}
		var tree ledger.Tree
		for _, e := range acts {
			tree.Append(ledger.Leaf(e.act, e.sealed))
		}
		secret, err := ledger.NewKey()
		if err != nil {
			return err
		}
		key, err := ledger.ParseKey(secret)
		if err != nil {
			return err
		}
		signed, err := key.Sign(&tree)
		if err != nil {
			return err
		}
		if err := t.SetMeta(metaVerifier, key.Verifier()); err != nil {
			return err
		}
		return t.SetMeta(metaCheckpoint, signed)
	})
}
