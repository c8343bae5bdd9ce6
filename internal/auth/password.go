// Package auth answers one question, who is this, with pure functions: the
// hash of a password and its check, and the rule a new password must meet.
// It keeps nothing and reads no clock; sessions and the counting of failed
// attempts are package web's, accounts package store's.
package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
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
// sign-ins must not take the machine's memory.
var turns = make(chan struct{}, 4)

// Hash derives the text to store for a password, in the PHC form
// $argon2id$v=19$m=…,t=…,p=…$salt$key. Two hashes of one password differ.
func Hash(password string) string {
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails (crypto/rand)
	return encode(present, salt, derive(present, salt, password, keySize))
}

// Verify reports whether the password is the one that was hashed; stale says
// that the hash was made with parameters of an earlier time and should be made
// anew now that the password is at hand. A malformed hash verifies nothing.
func Verify(hash, password string) (ok, stale bool) {
	c, salt, key, err := decode(hash)
	if err != nil {
		return false, false
	}
	got := derive(c, salt, password, uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1, c != present
}

// nobody is the hash that VerifyNobody spends its time on.
var nobody = encode(present, make([]byte, saltSize), make([]byte, keySize))

// VerifyNobody takes as long as Verify and always fails: signing in with an
// unknown login must not be told from a wrong password by the clock.
func VerifyNobody(password string) { Verify(nobody, password) }

func derive(c cost, salt []byte, password string, size uint32) []byte {
	turns <- struct{}{}
	defer func() { <-turns }()
	return argon2.IDKey([]byte(normal(password)), salt, c.passes, c.memory, c.threads, size)
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
