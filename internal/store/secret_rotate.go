package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"paiza"
)

// The node's secret is changed in three steps, so that a node which is killed
// between any two of them opens:
//
//  1. the new secret is written beside the former one, into the same file, and
//     is durable there;
//  2. one transaction seals everything anew and writes the new fingerprint;
//  3. the former secret is taken out of the file.
//
// A process picks from the file the secret whose fingerprint the database holds:
// the former one until step 2 is durable, the new one from then on.

// RotateSecret is steps 1 and 2, in the transaction of the act. It answers how
// many values were sealed anew. When the act has committed, DropFormerSecrets is
// step 3.
//
// With prepared the next secret is one that stands in the file already, and the
// file is left alone: steps 1 and 3 are then those of the vault from which the
// operator has the file.
func (t *Tx) RotateSecret(prepared bool) (int, error) {
	v := &t.s.vault
	if n, err := t.elsewhere(); err != nil || n > 0 {
		return 0, errors.Join(err, paiza.Conflict("secret.elsewhere", paiza.Args{"n": n}))
	}
	known, former, err := t.lockSecret()
	if err != nil {
		return 0, err
	}
	if known == "" {
		return 0, paiza.Conflict("secret.none", nil)
	}
	next, err := v.next(former, prepared)
	if err != nil {
		return 0, err
	}
	if err := t.SetMeta(metaSecret, fingerprint(next)); err != nil {
		return 0, err
	}
	n := 0
	for _, kept := range sealedValues {
		some, err := t.sealAnew(kept, former, next)
		if err != nil {
			return 0, err
		}
		n += some
	}
	return n, nil
}

// lockSecret locks the fingerprint until the transaction ends, and answers it
// with its secret; nothing where nothing was ever sealed.
func (t *Tx) lockSecret() (known string, key []byte, err error) {
	// An update that changes nothing is the lock that both engines know.
	if _, err := t.exec("UPDATE meta SET value = value WHERE name = $1", metaSecret); err != nil {
		return "", nil, err
	}
	if known, err = t.setting(metaSecret); err != nil || known == "" {
		return "", nil, err
	}
	key, err = t.s.vault.find(known)
	return known, key, err
}

// DropFormerSecrets takes from the file every secret but that of the store. It
// does nothing where there is no other.
func (s *Store) DropFormerSecrets(ctx context.Context) error {
	if n, err := s.vault.count(); err != nil || n < 2 {
		return err
	}
	return s.Write(ctx, func(t *Tx) error {
		known, key, err := t.lockSecret()
		if err != nil || known == "" {
			return err
		}
		return s.vault.write([][]byte{key})
	})
}

// sealedValue says where sealed values lie: what names the row, what the value
// is sealed under, and the statement that puts the next one in its place.
type sealedValue struct {
	read  string // answers the row's name and the value
	name  func(row string) string
	write string // takes the value and the row's name
}

// OTPName is the name under which the secret of a person's app is sealed: it
// opens in no other row.
func OTPName(person string) string { return "otp/" + person }

// sealedValues are all places of sealed values, but for ceremonies, which end
// within minutes. Whoever calls Seal for another column adds it here.
var sealedValues = []sealedValue{
	{"SELECT name, value FROM meta WHERE value LIKE 'sealed1:%'", func(name string) string { return name },
		"UPDATE meta SET value = $1 WHERE name = $2"},
	{"SELECT person, secret FROM otp", OTPName, "UPDATE otp SET secret = $1 WHERE person = $2"},
}

func (t *Tx) sealAnew(kept sealedValue, former, next []byte) (int, error) {
	rows, err := t.conn.QueryContext(t.ctx, kept.read)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var list [][2]string
	for rows.Next() {
		var row, text string
		if err := rows.Scan(&row, &text); err != nil {
			return 0, err
		}
		list = append(list, [2]string{row, text})
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return 0, err
	}
	for _, e := range list {
		name := kept.name(e[0])
		value, err := unseal(former, name, e[1])
		if err != nil {
			return 0, t.s.vault.fault("store.other_secret", err)
		}
		text, err := seal(next, name, value)
		if err != nil {
			return 0, err
		}
		if _, err := t.exec(kept.write, text, e[0]); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// next makes the secret that follows, or finds the one that was prepared.
func (v *vault) next(former []byte, prepared bool) ([]byte, error) {
	if !prepared {
		key := make([]byte, 32)
		rand.Read(key)
		return key, v.write([][]byte{former, key})
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.read(); err != nil {
		return nil, err
	}
	for _, key := range v.keys {
		if !bytes.Equal(key, former) {
			return key, nil
		}
	}
	return nil, &paiza.Error{Kind: paiza.ErrConflict, Key: "secret.not_prepared", Args: paiza.Args{"file": v.file}}
}

// NewSecret is the text of a new secret, a line of a file of secrets.
func NewSecret() string {
	raw := make([]byte, 32)
	rand.Read(raw)
	return hex.EncodeToString(raw)
}

// count is how many secrets the file holds; none where there is no file.
func (v *vault) count() (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, err := os.Stat(v.file); errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	err := v.read()
	return len(v.keys), err
}

// write puts secrets into the file in the place of those that it holds. The file
// is whole at every moment, and durable when write returns.
func (v *vault) write(keys [][]byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(keys) > maxSecrets {
		keys = keys[:maxSecrets]
	}
	if err := v.replace(keys); err != nil {
		return v.fault("secret.cannot_write", err)
	}
	v.keys = slices.Clone(keys)
	return nil
}

func (v *vault) replace(keys [][]byte) error {
	file := v.file
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	}
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".secret-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	lines := make([]string, len(keys))
	for i, key := range keys {
		lines[i] = hex.EncodeToString(key) + "\n"
	}
	_, err = tmp.WriteString(strings.Join(lines, ""))
	if err = errors.Join(err, sameOwner(tmp, file), tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), file); err != nil {
		return err
	}
	return syncDir(dir)
}
