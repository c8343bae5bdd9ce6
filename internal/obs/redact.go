package obs

import (
	"net/url"
	"regexp"
	"strings"
)

// withheld stands for what was held back.
const withheld = "[withheld]"

var (
	// password=…, "Cookie: …", "Authorization: Bearer …" and the like.
	named = regexp.MustCompile(`(?i)\b(pass(?:word|wd|phrase)?|pwd|secret|token|code|state|nonce|assertion|api[_-]?key|cookie|set-cookie|session|authorization|bearer|basic)(["']?\s*[=:]\s*|\s+)(?:(?:bearer|basic)\s+)?["']?[^\s"'&;,)]+["']?`)
	// The user and password of an address.
	userInfo = regexp.MustCompile(`\b([a-z][a-z0-9+.-]*://)[^\s/@"']+@`)
	// What follows the question mark of an address.
	query = regexp.MustCompile(`\?[^\s"'<>]*=[^\s"'<>]*`)
	// Long words of letters and digits: tokens, keys, hashes, JWTs.
	word = regexp.MustCompile(`[A-Za-z0-9_~+=-]{22,}`)
	// What an error quotes, in the quotation marks that libraries use.
	quoted = regexp.MustCompile("\"(?:[^\"\\\\\n]|\\\\.)*\"|'[^'\n]*'|`[^`\n]*`|“[^”\n]*”|«[^»\n]*»")
)

// redact takes out of a text what looks like a secret.
func redact(s string) string {
	if s == "" {
		return s
	}
	s = userInfo.ReplaceAllString(s, "${1}"+withheld+"@")
	s = query.ReplaceAllString(s, "?"+withheld)
	s = named.ReplaceAllStringFunc(s, func(m string) string {
		// "token expired" is a sentence; "token=x" and "Bearer x" are not.
		g := named.FindStringSubmatch(m)
		if strings.TrimSpace(g[2]) == "" && !strings.EqualFold(g[1], "bearer") && !strings.EqualFold(g[1], "basic") {
			return m
		}
		return g[1] + g[2] + withheld
	})
	return word.ReplaceAllStringFunc(s, func(w string) string {
		if secretive(w) {
			return withheld
		}
		return w
	})
}

// secretive reports whether a long word looks made by a machine: it has digits
// and letters.
func secretive(w string) bool {
	return strings.ContainsAny(w, "0123456789") && strings.IndexFunc(w, func(r rune) bool { return r|32 >= 'a' && r|32 <= 'z' }) >= 0
}

// unquote takes out what a text quotes: there libraries put the values that
// they were given.
func unquote(s string) string {
	return quoted.ReplaceAllStringFunc(s, func(q string) string {
		// An address of our own making helps: Get "https://id.example/keys".
		if u, err := url.Parse(strings.Trim(q, `"`)); err == nil && u.Scheme == "https" && u.Host != "" {
			return `"https://` + u.Host + `/…"`
		}
		return `"…"`
	})
}
