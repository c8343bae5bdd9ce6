package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"paiza"
)

// The node's keys are kept in the database sealed with the node's secret, which
// is not: 32 bytes in a file of their own. Whoever has the database, or a backup
// of it, can sign nothing. The file is made with the first key; every process
// of a node needs the same one (docs/design/secret.md). secret_rotate.go changes
// it.

// EnvSecret names the file of the secret where it is not at its usual place.
const EnvSecret = "PAIZA_SECRET_FILE"

// metaSecret is the fingerprint of the secret, so that a process with another
// one is told so and does not make keys of its own.
const metaSecret = "secret_fingerprint"

// maxSecrets is how many secrets a file may hold: the present one, and former
// ones of which a change or a restore has not yet been finished.
const maxSecrets = 8

// sealedPrefix marks a setting that is sealed.
const sealedPrefix = "sealed1:"

// SecretFile is where the secret of a store lies: beside the file of SQLite; for
// PostgreSQL in the user's folder of settings. EnvSecret names another place.
func SecretFile(target string) (string, error) {
	if file := os.Getenv(EnvSecret); file != "" {
		return file, nil
	}
	if !IsPostgres(target) {
		abs, err := filepath.Abs(target)
		return abs + ".secret", err
	}
	u, err := url.Parse(target)
	dir, err2 := os.UserConfigDir()
	if err = errors.Join(err, err2); err != nil {
		return "", &paiza.Error{Kind: paiza.ErrUnavailable, Key: "store.secret_place", Args: paiza.Args{"env": EnvSecret}, Err: err}
	}
	sum := sha256.Sum256([]byte(u.Host + u.Path + u.Query().Get("host")))
	return filepath.Join(dir, "paiza", hex.EncodeToString(sum[:8])+".secret"), nil
}

// vault seals settings with the secret. The zero value reads its file when it is
// first asked, and again when it is asked for a secret that it does not know: a
// process that serves lives through a change of the secret.
type vault struct {
	file string
	mu   sync.Mutex
	keys [][]byte // of the file: one, or two while the secret changes
}

// first is the secret of a store that has sealed nothing yet; it is made where
// there is none.
func (v *vault) first() ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	err := v.read()
	if errors.Is(err, os.ErrNotExist) {
		var text []byte
		if text, err = newSecret(v.file); err != nil {
			return nil, v.fault("store.no_secret", err)
		}
		v.keys, err = v.parse(text)
	}
	if err != nil {
		return nil, err
	}
	return v.keys[0], nil
}

// find is the secret with a fingerprint.
func (v *vault) find(print string) ([]byte, error) {
	return v.search(func(key []byte) bool { return fingerprint(key) == print })
}

// search is the first secret that fits, of those known or else of the file as
// it is now.
func (v *vault) search(fits func(key []byte) bool) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if i := slices.IndexFunc(v.keys, fits); i >= 0 {
		return v.keys[i], nil
	}
	if err := v.read(); err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(v.keys, fits); i >= 0 {
		return v.keys[i], nil
	}
	return nil, v.fault("store.other_secret", nil)
}

func (v *vault) read() error {
	text, err := os.ReadFile(v.file)
	if err != nil {
		return v.fault("store.no_secret", err)
	}
	v.keys, err = v.parse(text)
	return err
}

// parse reads a file of secrets, one a line.
func (v *vault) parse(text []byte) (keys [][]byte, err error) {
	for _, line := range strings.Fields(string(text)) {
		key, err := hex.DecodeString(line)
		if err != nil || len(key) != 32 {
			return nil, v.fault("store.secret_form", err)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 || len(keys) > maxSecrets {
		return nil, v.fault("store.secret_form", nil)
	}
	return keys, nil
}

func (v *vault) fault(key string, err error) error {
	return &paiza.Error{Kind: paiza.ErrUnavailable, Key: key, Args: paiza.Args{"file": v.file, "env": EnvSecret}, Err: err}
}

// newSecret makes the file; another process that made it first wins.
func newSecret(file string) ([]byte, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	text := []byte(NewSecret() + "\n")
	tmp, err := os.CreateTemp(filepath.Dir(file), ".secret-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(text)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return nil, err
	}
	// A link fails where the name exists: nobody's secret is written over.
	if err := os.Link(tmp.Name(), file); err != nil {
		if errors.Is(err, os.ErrExist) {
			return os.ReadFile(file)
		}
		return nil, err
	}
	return text, nil
}

func cipherOf(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func fingerprint(key []byte) string {
	sum := sha256.Sum256(append([]byte("paiza node secret\n"), key...))
	return hex.EncodeToString(sum[:8])
}

// seal seals the value of a setting; its name is part of what is sealed.
func seal(key []byte, name, value string) (string, error) {
	c, err := cipherOf(key)
	if err != nil {
		return "", err
	}
	return sealedPrefix + base64.StdEncoding.EncodeToString(c.Seal(nil, nil, []byte(value), []byte(name))), nil
}

var errSealed = errors.New("store: a sealed setting does not open")

func unseal(key []byte, name, text string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, sealedPrefix))
	if err != nil {
		return "", errSealed
	}
	c, err := cipherOf(key)
	if err != nil {
		return "", err
	}
	value, err := c.Open(nil, nil, raw, []byte(name))
	if err != nil {
		return "", errSealed
	}
	return string(value), nil
}

// SetSecret writes a setting sealed with the node's secret, which is made when
// there is none yet.
func (t *Tx) SetSecret(name, value string) error {
	sealed, err := t.Seal(name, value)
	if err != nil {
		return err
	}
	return t.SetMeta(name, sealed)
}

// Seal seals a value with the node's secret, which is made when there is none
// yet, for a column of a row. It opens only under the same name.
func (t *Tx) Seal(name, value string) (string, error) {
	// Whoever changes the secret waits for this act, and the other way round: no
	// row is sealed with a secret that is on its way out.
	known, err := t.settingShared(metaSecret)
	if err != nil {
		return "", err
	}
	if known != "" {
		key, err := t.s.vault.find(known)
		if err != nil {
			return "", err
		}
		return seal(key, name, value)
	}
	key, err := t.s.vault.first()
	if err != nil {
		return "", err
	}
	if err := t.SetMeta(metaSecret, fingerprint(key)); err != nil {
		return "", err
	}
	return seal(key, name, value)
}

// Secret reads a setting that SetSecret wrote; empty when it was never set.
func (t *Tx) Secret(name string) (string, error) {
	text, err := t.setting(name)
	if err != nil || text == "" {
		return "", err
	}
	return t.s.unsealed(name, text)
}

// Unseal opens what Seal sealed under the name.
func (s *Store) Unseal(name, text string) (string, error) { return s.unsealed(name, text) }

func (s *Store) unsealed(name, text string) (value string, err error) {
	_, err = s.vault.search(func(key []byte) bool {
		opened, err := unseal(key, name, text)
		if err == nil {
			value = opened
		}
		return err == nil
	})
	return value, err
}
