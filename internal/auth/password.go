// Package auth answers one question, who is this: by a password (password.go,
// rule.go), by a passkey (passkey.go), by the word of an authority's own
// sign-in server (oidc.go), and it makes and reads the small secrets that stand
// for an answer already given (code.go, device.go).
//
// It keeps nothing of a person and decides nothing: accounts, challenges and
// the counting of failures are package store's, what follows from an answer is
// package desk's. Read password.go first.
package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"

	"paiza"
)

// cost are the parameters of argon2id.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// present is the second recommended option of RFC 9106 §4: 64 MiB, three
// passes, four lanes.
var present = cost{memory: 64 << 10, passes: 3, threads: 4}

const (
	saltSize = 16
	keySize  = 32
)

// turns bounds how many hashes run at once: each takes 64 MiB, and a burst of
// sign-ins must not take the machine's memory. waiting counts those in the
// queue, which has an end too.
var (
	turns   = make(chan struct{}, 4)
	waiting atomic.Int64
)

const maxWaiting = 64

// errBusy is the refusal of a sign-in when too many wait for their turn.
func errBusy() error { return paiza.Unavailable("signin.busy", nil) }

// Hash derives the text to store for a password, in the PHC form
// $argon2id$v=19$m=…,t=…,p=…$salt$key. Two hashes of one password differ. It is
// refused with paiza.ErrUnavailable when too many hashes are being made.
func Hash(password string) (string, error) {
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails (crypto/rand)
	key, err := derive(present, salt, password, keySize)
	if err != nil {
		return "", err
	}
	return encode(present, salt, key), nil
}

// Verify reports whether the password is the one that was hashed, byte for byte
// as it was received (OWASP ASVS 5.0 6.2.8). NIST SP 800-63B-4 §3.1.1.2 would let
// it be normalised first; keyboards in use compose a letter in one way, and a
// rule that changes what people type is one rule more to be wrong. stale says
// that the hash was made with parameters of an earlier time and should be made
// anew now that the password is at hand. An empty hash (an account without a
// password) and a malformed one verify nothing and take the usual time. The
// error is of kind paiza.ErrUnavailable: too many wait for their turn.
func Verify(hash, password string) (ok, stale bool, err error) {
	c, salt, key, err := decode(hash)
	if err != nil {
		return false, false, VerifyNobody(password)
	}
	if len(password) > 4*MaxLength { // longer than any password may be: not hashed at length
		return false, false, VerifyNobody("")
	}
	got, err := derive(c, salt, password, uint32(len(key)))
	if err != nil {
		return false, false, err
	}
	return subtle.ConstantTimeCompare(got, key) == 1, c != present, nil
}

// nobody is the hash that VerifyNobody spends its time on.
var nobody = encode(present, make([]byte, saltSize), make([]byte, keySize))

// VerifyNobody takes as long as Verify and always fails: signing in with an
// unknown login must not be told from a wrong password by the clock.
func VerifyNobody(password string) error {
	_, _, err := Verify(nobody, password)
	return err
}

func derive(c cost, salt []byte, password string, size uint32) ([]byte, error) {
	if waiting.Add(1) > maxWaiting {
		waiting.Add(-1)
		return nil, errBusy()
	}
	turns <- struct{}{}
	waiting.Add(-1)
	defer func() { <-turns }()
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.threads, size), nil
}

func encode(c cost, salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.threads,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

var errHash = errors.New("auth: not an argon2id hash")

func decode(hash string) (c cost, salt, key []byte, err error) {
	part := strings.Split(hash, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" {
		return c, nil, nil, errHash
	}
	var version int
	if _, err := fmt.Sscanf(part[2], "v=%d", &version); err != nil || version != argon2.Version {
		return c, nil, nil, errHash
	}
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); err != nil {
		return c, nil, nil, errHash
	}
	// A hash from a tampered store must not ask for all of the memory.
	if c.memory < 8 || c.memory > 1<<20 || c.passes < 1 || c.passes > 20 || c.threads < 1 {
		return c, nil, nil, errHash
	}
	if salt, err = base64.RawStdEncoding.DecodeString(part[4]); err != nil || len(salt) < 8 {
		return c, nil, nil, errHash
	}
	if key, err = base64.RawStdEncoding.DecodeString(part[5]); err != nil || len(key) < 16 {
		return c, nil, nil, errHash
	}
	return c, salt, key, nil
}
