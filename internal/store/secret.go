package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"paiza"
)

// The node's keys are kept in the database sealed with the node's secret, which
// is not: 32 bytes in a file of their own. Whoever has the database, or a backup
// of it, can sign nothing. The file is made with the first key; every process
// of a node needs the same one (docs/design/secret.md).

// EnvSecret names the file of the secret where it is not at its usual place.
const EnvSecret = "PAIZA_SECRET_FILE"

// metaSecret is the fingerprint of the secret, so that a process with another
// one is told so and does not make keys of its own.
const metaSecret = "secret_fingerprint"

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
// first asked.
type vault struct {
	file string
	mu   sync.Mutex
	key  []byte
}

// open reads the secret; make makes one where there is none.
func (v *vault) open(make bool) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.key != nil {
		return v.key, nil
	}
	text, err := os.ReadFile(v.file)
	if errors.Is(err, os.ErrNotExist) && make {
		text, err = newSecret(v.file)
	}
	if err != nil {
		return nil, v.fault("store.no_secret", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != 32 {
		return nil, v.fault("store.secret_form", err)
	}
	v.key = key
	return key, nil
}

func (v *vault) fault(key string, err error) error {
	return &paiza.Error{Kind: paiza.ErrUnavailable, Key: key, Args: paiza.Args{"file": v.file, "env": EnvSecret}, Err: err}
}

// newSecret makes the file; another process that made it first wins.
func newSecret(file string) ([]byte, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	raw := make([]byte, 32)
	rand.Read(raw)
	text := []byte(hex.EncodeToString(raw) + "\n")
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
	known, err := t.setting(metaSecret)
	if err != nil {
		return "", err
	}
	key, err := t.s.vault.open(known == "")
	if err != nil {
		return "", err
	}
	switch {
	case known == "":
		if err := t.SetMeta(metaSecret, fingerprint(key)); err != nil {
			return "", err
		}
	case known != fingerprint(key):
		return "", t.s.vault.fault("store.other_secret", nil)
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

func (s *Store) unsealed(name, text string) (string, error) {
	key, err := s.vault.open(false)
	if err != nil {
		return "", err
	}
	value, err := unseal(key, name, text)
	if err != nil {
		return "", s.vault.fault("store.other_secret", err)
	}
	return value, nil
}
