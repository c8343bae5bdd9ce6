package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"strings"
)

// A token is "paiza_", 256 random bits and a checksum of them, both in base32
// of lower case: 65 letters. The checksum protects nothing; it lets a scanner of
// code or logs tell a leaked token from a word, and this program a mistyped one
// without asking the store.
const (
	tokenPrefix = "paiza_"
	tokenBytes  = 32
	tokenLength = len(tokenPrefix) + 52 + 7
)

var tokenText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// ErrToken says that a text is no token of Paiza.
var ErrToken = errors.New("auth: not a token")

// Digest is the SHA-256 of a token's secret: what is kept of it.
type Digest [sha256.Size]byte

// Hint is the part of the digest by which the store finds a token; the whole is
// then compared in constant time.
func (d Digest) Hint() string { return tokenText.EncodeToString(d[:5]) }

// Equal compares whole digests in constant time.
func (d Digest) Equal(stored []byte) bool { return subtle.ConstantTimeCompare(d[:], stored) == 1 }

// NewToken makes a token and its digest.
func NewToken() (string, Digest) {
	var secret [tokenBytes]byte
	rand.Read(secret[:])
	return formatToken(secret), sha256.Sum256(secret[:])
}

func formatToken(secret [tokenBytes]byte) string {
	var sum [4]byte
	binary.BigEndian.PutUint32(sum[:], crc32.ChecksumIEEE(secret[:]))
	return tokenPrefix + tokenText.EncodeToString(secret[:]) + tokenText.EncodeToString(sum[:])
}

// ParseToken gives the digest of a token, or ErrToken. There is one spelling of
// a token and no other.
func ParseToken(text string) (Digest, error) {
	if len(text) != tokenLength || !strings.HasPrefix(text, tokenPrefix) {
		return Digest{}, ErrToken
	}
	var secret [tokenBytes]byte
	raw, err := tokenText.DecodeString(text[len(tokenPrefix) : len(tokenPrefix)+52])
	if err != nil || copy(secret[:], raw) != tokenBytes || formatToken(secret) != text {
		return Digest{}, ErrToken
	}
	return sha256.Sum256(secret[:]), nil
}
