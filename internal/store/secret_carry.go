package store

import (
	"context"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"

	"paiza"
)

// A sealed backup carries the node's secret, so that a node burnt down comes
// back from one file and one key. A plain one does not: everybody can read it.

// metaCarried is the secret inside a copy that is about to be sealed.
const metaCarried = "carried_secret"

// CarrySecret puts the node's secret into a copy of the store, which the caller
// seals at once.
func (s *Store) CarrySecret(ctx context.Context, file string) error {
	known, err := s.Meta(ctx, metaSecret)
	if err != nil || known == "" {
		return err
	}
	key, err := s.vault.open(false)
	if err != nil {
		return err
	}
	c, err := open(ctx, file, asCopy)
	if err != nil {
		return err
	}
	err = c.Write(ctx, func(t *Tx) error { return t.SetMeta(metaCarried, hex.EncodeToString(key)) })
	return errors.Join(err, c.Close())
}

// readySecret sees to it that a restored store finds its secret beside it: the
// one that is there, or the one that the backup carries, which is taken out of
// it. Without either the restore is refused before it has touched anything.
func readySecret(ctx context.Context, backup, target string) error {
	c, err := open(ctx, backup, asCopy)
	if err != nil {
		return err
	}
	defer c.Close()
	want, err := c.Meta(ctx, metaSecret)
	if err != nil || want == "" {
		return err
	}
	carried, err := c.Meta(ctx, metaCarried)
	if err != nil {
		return err
	}
	if carried != "" {
		if err := c.Write(ctx, func(t *Tx) error {
			_, err := t.exec("DELETE FROM meta WHERE name = $1", metaCarried)
			return err
		}); err != nil {
			return err
		}
	}
	file, err := SecretFile(target)
	if err != nil {
		return err
	}
	v := vault{file: file}
	switch key, err := v.open(false); {
	case err == nil && fingerprint(key) == want:
		return nil
	case err == nil:
		return v.fault("restore.other_secret", nil)
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	raw, err := hex.DecodeString(carried)
	if err != nil || len(raw) != 32 || fingerprint(raw) != want {
		return v.fault("restore.no_secret", nil)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return &paiza.Error{Kind: paiza.ErrUnavailable, Key: "store.cannot_open", Args: paiza.Args{"file": file}, Err: err}
	}
	_, err = f.WriteString(carried + "\n")
	return errors.Join(err, f.Sync(), f.Close())
}
