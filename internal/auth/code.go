package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
)

// codeLetters are lower-case base32 (RFC 4648 §6), which has no 0, 1, 8 and 9
// to mistake for letters.
var codeLetters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// codeSize is the length of a one-time code in letters: 136 random bits, where
// ASVS 5.0 11.5.1 asks for 128 of what nobody may guess.
const (
	codeSize  = 28
	codeGroup = 4
)

// NewCode makes a one-time code that a person can type: groups of letters
// joined by hyphens.
func NewCode() string {
	var raw [codeSize * 5 / 8]byte
	rand.Read(raw[:])
	text := codeLetters.EncodeToString(raw[:])
	var b strings.Builder
	for i := 0; i < len(text); i += codeGroup {
		if i > 0 {
			b.WriteByte('-')
		}
		b.WriteString(text[i : i+codeGroup])
	}
	return b.String()
}

// CodeHash reads a code as a person typed it, in any case and with any blanks
// and hyphens, and gives the hash under which it is kept; false when it cannot
// be a code. The code is random, so its hash needs no salt.
func CodeHash(typed string) (string, bool) {
	if len(typed) > 4*codeSize {
		return "", false
	}
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r == '-' || r == ' ' || r == '\t' || r == '\u00a0' || r == '\n' || r == '\r':
			return -1
		}
		return r
	}, typed)
	if _, err := codeLetters.DecodeString(clean); err != nil || len(clean) != codeSize {
		return "", false
	}
	sum := sha256.Sum256([]byte(clean))
	return hex.EncodeToString(sum[:]), true
}
