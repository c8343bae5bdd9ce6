package store

import (
	"context"
	"encoding/hex"
	"errors"
	"os"
)

// A sealed backup carries the node's secret, so that a node burnt down comes
// back from one file and one key. A plain one does not: everybody can read it.

// metaCarried is the secret inside a copy that is about to be sealed.
const metaCarried = "carried_secret"

// CarrySecret puts the node's secret into a copy of the store, which the caller
// seals at once.
func (s *Store) CarrySecret(ctx context.Context, file string) (err error) {
	c, err := open(ctx, file, asCopy)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	known, err := c.Meta(ctx, metaSecret) // the secret may have been changed since the copy was made
	if err != nil || known == "" {
		return err
	}
	key, err := s.vault.find(known)
	if err != nil {
		return err
	}
	return c.Write(ctx, func(t *Tx) error { return t.SetMeta(metaCarried, hex.EncodeToString(key)) })
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
	switch _, err := v.find(want); {
	case err == nil:
		return nil
	case len(v.keys) == 0 && !errors.Is(err, os.ErrNotExist):
		return err // what is there cannot be read
	}
	raw, err := hex.DecodeString(carried)
	if err != nil || len(raw) != 32 || fingerprint(raw) != want {
		if len(v.keys) > 0 {
			return v.fault("restore.other_secret", nil)
		}
		return v.fault("restore.no_secret", nil)
	}
	// The store that is replaced keeps its secret until the restore is done, and
	// the backup may be of a time before the secret was changed.
	return v.write(append([][]byte{raw}, v.keys...))
}
