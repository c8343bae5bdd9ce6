package catalog

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold reduces a spelling to what two spellings of one name share: letters and
// digits only, lower case, without accents, ё as е, full-width forms as the
// ordinary ones, Greek letters of chemical names by their English names. The
// same function folds what the catalog knows and what is looked up.
func fold(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return foldWide(s, false)
		}
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		switch ch := s[i]; {
		case ch >= 'a' && ch <= 'z', ch >= '0' && ch <= '9':
			b.WriteByte(ch)
		case ch >= 'A' && ch <= 'Z':
			b.WriteByte(ch + 'a' - 'A')
		}
	}
	return b.String()
}

// words folds like fold and keeps one blank where anything but a letter or a
// digit stood.
func words(s string) string { return foldWide(s, true) }

func foldWide(s string, blanks bool) string {
	if !norm.NFKD.IsNormalString(s) {
		s = norm.NFKD.String(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, ch := range s {
		if combining(ch) || ch == '\'' || ch == '’' || ch == 'ʼ' || ch == '`' {
			continue // "Côte d'Ivoire", "Кот-д’Ивуар", "Perm' city"
		}
		if !unicode.IsLetter(ch) && !unicode.IsDigit(ch) && !unicode.IsMark(ch) {
			gap = true
			continue
		}
		if gap && blanks && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		if t, ok := spelled[ch]; ok {
			b.WriteString(t)
			continue
		}
		b.WriteRune(unicode.ToLower(ch))
	}
	return b.String()
}

// combining reports the accents that carry no meaning for a name: Latin,
// Greek and Cyrillic accents and Arabic vowel signs. Vowel signs of Indic
// scripts are letters for a reader and stay.
func combining(ch rune) bool {
	return ch >= 0x300 && ch <= 0x36f || ch >= 0x64b && ch <= 0x65f || ch == 0x670 || ch == 0x640
}

// spelled are letters without a decomposition, and Greek letters, which in
// names of substances stand for the English word.
var spelled = map[rune]string{
	'ø': "o", 'Ø': "o", 'ł': "l", 'Ł': "l", 'đ': "d", 'Đ': "d", 'ð': "d", 'þ': "th", 'ß': "ss",
	'æ': "ae", 'Æ': "ae", 'œ': "oe", 'Œ': "oe", 'ı': "i", 'ə': "a", 'Ə': "a",
	'α': "alpha", 'β': "beta", 'γ': "gamma", 'δ': "delta", 'ω': "omega", 'Δ': "delta",
	'ك': "ک", 'ي': "ی", 'ى': "ی", 'ة': "ه", // Arabic and Persian keyboards
}

// apart cuts a text at brackets: "Alprazolam (Xanax)" is "Alprazolam" and
// "Xanax". ok is false when there are none or a part is empty.
func apart(s string) (before, inside string, ok bool) {
	open := strings.IndexAny(s, "([（")
	if open < 0 {
		return "", "", false
	}
	before = strings.TrimSpace(s[:open])
	_, size := utf8.DecodeRuneInString(s[open:])
	inside = s[open+size:]
	if end := strings.IndexAny(inside, ")]）"); end >= 0 {
		inside = inside[:end]
	}
	inside = strings.TrimSpace(inside)
	return before, inside, before != "" && inside != ""
}

// number reports whether a text is only a figure ("178.0"): a value that slid
// into the wrong column.
func number(s string) bool {
	seen := false
	for _, ch := range s {
		switch {
		case ch >= '0' && ch <= '9':
			seen = true
		case ch == '.' || ch == ',' || ch == ' ' || ch == '-' || ch == '+':
		default:
			return false
		}
	}
	return seen
}
