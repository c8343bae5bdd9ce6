package auth

import (
	"bufio"
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"paiza"
)

// MinLength and MaxLength bound a password in characters, not bytes. There is
// no rule about kinds of characters and no forced change: NIST SP 800-63B-4
// §3.1.1.2 forbids both, because they lead to worse passwords.
const (
	MinLength = 12
	MaxLength = 200
)

// normal makes one text out of the ways in which keyboards compose it, so that a
// rule cannot be got round by another spelling. What is hashed is what came (OWASP
// ASVS 5.0 6.2.8), and not this.
func normal(password string) string { return norm.NFKC.String(password) }

//go:embed common.txt
var commonText string

var common = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for s := bufio.NewScanner(strings.NewReader(commonText)); s.Scan(); {
		if word := strings.TrimSpace(s.Text()); word != "" && !strings.HasPrefix(word, "#") {
			out[word] = true
		}
	}
	return out
})

// trade are words of this program and of its users' work (OWASP ASVS 5.0
// 6.2.11): what is left of a password without them must still be one.
var trade = []string{"paiza", "password", "administrator", "registrar", "analyst", "prosecutor", "narcotics", "narcotic", "customs", "police", "seizure",
	"ministry", "пароль", "администратор", "наркотики", "наркотик", "таможня", "полиция", "министерство", "изъятие"}

// CheckPassword refuses a new password that is too short, too long, one
// character or run repeated, well known, made of words of this work, or of the
// person's own login or name. The error is of kind paiza.ErrInvalid with the field "password".
func CheckPassword(password, login, name string) error {
	long := utf8.RuneCountInString(password) > MaxLength
	password = normal(password)
	n := utf8.RuneCountInString(password)
	bare := letters(password)
	switch {
	case n < MinLength:
		return refuse("error.password.short", paiza.Args{"n": MinLength})
	case long:
		return refuse("error.password.long", paiza.Args{"n": MaxLength})
	case !utf8.ValidString(password):
		return refuse("error.password.characters", nil)
	case common()[bare] || common()[strings.TrimRight(bare, "0123456789")] || repeated(bare):
		return refuse("error.password.common", nil)
	}
	rest := bare
	for _, word := range trade {
		rest = strings.ReplaceAll(rest, word, "")
	}
	if rest != bare && utf8.RuneCountInString(rest) < MinLength/2 {
		return refuse("error.password.common", nil)
	}
	for _, own := range append(strings.Fields(name), login, name) {
		own = letters(own)
		// What is left without one's own name must still be a password.
		if utf8.RuneCountInString(own) >= 4 && strings.Contains(bare, own) &&
			utf8.RuneCountInString(strings.ReplaceAll(bare, own, "")) < MinLength/2 {
			return refuse("error.password.own", nil)
		}
	}
	return nil
}

func refuse(key string, args paiza.Args) error {
	return &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form",
		Fields: []paiza.FieldError{{Field: "password", Key: key, Args: args}}}
}

// letters is the text in lower case without anything between its letters and
// digits.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// repeated reports whether the text is one short piece over and over, or runs
// through neighbouring characters only.
func repeated(s string) bool {
	r := []rune(s)
	if len(r) == 0 {
		return true
	}
	for size := 1; size <= 4 && size < len(r); size++ {
		same := true
		for i := size; i < len(r); i++ {
			same = same && r[i] == r[i-size]
		}
		if same {
			return true
		}
	}
	up, down := true, true
	for i := 1; i < len(r); i++ {
		up = up && (r[i] == r[i-1]+1 || r[i-1] == '9' && r[i] == '0')
		down = down && (r[i] == r[i-1]-1 || r[i-1] == '0' && r[i] == '9')
	}
	return up || down
}
