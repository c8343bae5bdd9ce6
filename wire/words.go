package wire

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"math/big"
	"strings"
)

// The lists have 256 words each, sorted, distinct by sound: in English and
// Russian no two begin with the same four letters or differ in fewer than three,
// in Chinese no two have syllables that differ in one letter (tones are lost on
// a bad line). The second column of the Chinese list is the sound.
var (
	//go:embed words_en.txt
	wordsEN string
	//go:embed words_ru.txt
	wordsRU string
	//go:embed words_zh.txt
	wordsZH string
)

const (
	fingerprintBytes = 12 // 96 bits
	// fingerprintRounds makes every try of who looks for two cards with the same
	// fingerprint dear. Who stands between two nodes may vary both of his cards,
	// which halves the bits that he must meet: 2^48 tries of 2^18 rounds are left.
	fingerprintRounds = 1 << 18
)

// Fingerprint is what two people compare by voice when their nodes exchange
// cards: equal words on both sides mean that each has the card that the other
// sent. It is made of both cards, so one call checks both ways.
type Fingerprint [fingerprintBytes]byte

// PairFingerprint is the fingerprint of two cards, in whatever order:
// PBKDF2-HMAC-SHA256 over both card hashes, the lower one first.
func PairFingerprint(a, b *Card) Fingerprint {
	x, y := a.Hash(), b.Hash()
	if bytes.Compare(x[:], y[:]) > 0 {
		x, y = y, x
	}
	return fingerprint("paiza fingerprint 1", x[:], y[:])
}

func fingerprint(salt string, parts ...[]byte) Fingerprint {
	key, err := pbkdf2.Key(sha256.New, string(bytes.Join(parts, nil)), []byte(salt), fingerprintRounds, fingerprintBytes)
	if err != nil {
		panic(err) // only for lengths that are not these
	}
	return Fingerprint(key)
}

// Words gives the twelve words in the language: ru, zh, or else English.
func (f Fingerprint) Words(language string) []string {
	list := wordList(language)
	out := make([]string, len(f))
	for i, b := range f {
		out[i] = list[b]
	}
	return out
}

// Digits gives the same fingerprint as six groups of five digits, for people who
// share no language.
func (f Fingerprint) Digits() string {
	s := fmt.Sprintf("%030d", new(big.Int).SetBytes(f[:]))
	var groups []string
	for ; s != ""; s = s[5:] {
		groups = append(groups, s[:5])
	}
	return strings.Join(groups, " ")
}

func wordList(language string) []string {
	text := wordsEN
	switch language {
	case "ru":
		text = wordsRU
	case "zh":
		text = wordsZH
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i, l := range lines {
		lines[i], _, _ = strings.Cut(l, " ")
	}
	return lines
}
