package ingest

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// unaccent takes the accents off: año is ano, й is и. It is used to compare
// headings and names of months, never for a value that is kept.
func unaccent(s string) string {
	ascii := true
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if ascii {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
}

// foldHeader is the form in which headings are compared: lower case, without
// accents, with every run of blanks, underscores, hyphens, line breaks and
// asterisks as one blank.
func foldHeader(s string) string {
	return strings.Join(strings.FieldsFunc(unaccent(strings.ToLower(s)), func(r rune) bool {
		return unicode.IsSpace(r) || r == '_' || r == '-' || r == '*' || r == '\ufeff' || r == '\u200b' || r == '"'
	}), " ")
}

// collapse trims a text and makes every run of blanks in it one blank. It
// allocates only when there is something to do.
func collapse(s string) string {
	clean, prevSpace := true, true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x80 {
			// NBSP and the other wide blanks begin with these bytes.
			if c == 0xc2 || c == 0xe2 || c == 0xe3 || c == 0xef {
				clean = false
				break
			}
			prevSpace = false
			continue
		}
		space := c == ' '
		if (space && prevSpace) || c < ' ' {
			clean = false
			break
		}
		prevSpace = space
	}
	if clean && (len(s) == 0 || s[len(s)-1] != ' ') {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b'
	}), " ")
}
