package store

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"paiza"
)

// The words of a row are cut here and not by the database, so that both engines
// find the same rows, accents and case do not matter in any script, and Chinese,
// which has no blanks, is found by any two characters.

// fold brings one rune to the form in which words are compared: lower case,
// without accents, ё as е.
func fold(r rune) rune {
	r = unicode.ToLower(r)
	if r == 'ё' {
		return 'е'
	}
	return r
}

func isHan(r rune) bool {
	return unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r)
}

// cut calls word for each word of text: runs of letters and digits; for Han
// script each character and each pair of neighbours.
func cut(text string, pairsOnly bool, word func(string)) {
	ascii := true
	for i := 0; i < len(text); i++ {
		if text[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if !ascii {
		text = norm.NFKD.String(text)
	}
	var run []rune
	var han []rune
	flush := func() {
		if len(run) > 0 {
			word(string(run))
			run = run[:0]
		}
		for i := range han {
			if !pairsOnly || len(han) == 1 {
				word(string(han[i : i+1]))
			}
			if i+1 < len(han) {
				word(string(han[i : i+2]))
			}
		}
		han = han[:0]
	}
	for _, r := range text {
		switch {
		case isHan(r):
			if len(run) > 0 {
				flush()
			}
			han = append(han, r)
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if len(han) > 0 {
				flush()
			}
			run = append(run, fold(r))
		case unicode.Is(unicode.Mn, r): // an accent split off by NFKD
		default:
			flush()
		}
	}
	flush()
}

// wordsOf is the text that goes into the search index for one row.
func wordsOf(b *strings.Builder, z *paiza.Seizure, more ...string) string {
	b.Reset()
	seen := make([]string, 0, 24)
	add := func(w string) {
		for _, s := range seen {
			if s == w {
				return
			}
		}
		seen = append(seen, w)
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	for _, text := range [...]string{z.SubstanceText, z.Place, z.DivisionText, z.Agency, z.Reference, z.Exhibit, z.Packaging} {
		if text != "" {
			cut(text, false, add)
		}
	}
	for _, text := range more {
		cut(text, false, add)
	}
	return b.String()
}

// queryWords cuts what a person typed into the words that a row must hold.
func queryWords(text string) []string {
	var out []string
	cut(text, true, func(w string) {
		if len(out) < 8 {
			out = append(out, w)
		}
	})
	return out
}
