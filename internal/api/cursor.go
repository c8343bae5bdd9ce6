package api

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"

	"paiza"
)

// A cursor is opaque to callers: a version, a mark of the list it belongs to and
// what the desk needs to go on. One that is used with other parameters than
// those it came from is refused, since its page would be of another list.
const (
	cursorVersion = 1
	cursorMark    = 8
	maxCursor     = 256
)

var cursorText = base64.RawURLEncoding.Strict()

// listMark names a list by its operation and its parameters, besides those that
// only say which page.
func listMark(list string, q url.Values) [cursorMark]byte {
	of := url.Values{}
	for name, values := range q {
		if name != "after" && name != "limit" {
			of[name] = values
		}
	}
	sum := sha256.Sum256([]byte(list + "?" + of.Encode()))
	return [cursorMark]byte(sum[:cursorMark])
}

// formatCursor writes the cursor of the next page; empty stays empty.
func formatCursor(list string, q url.Values, next string) string {
	if next == "" {
		return ""
	}
	mark := listMark(list, q)
	return cursorText.EncodeToString(append(append([]byte{cursorVersion}, mark[:]...), next...))
}

// parseCursor is the inverse; empty is the first page.
func parseCursor(list string, q url.Values, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	bad := &paiza.Error{Kind: paiza.ErrInvalid, Key: "api.cursor", Fields: []paiza.FieldError{{Field: "after", Key: "api.cursor"}}}
	if len(text) > maxCursor || strings.ContainsAny(text, "\r\n") {
		return "", bad
	}
	raw, err := cursorText.DecodeString(text)
	mark := listMark(list, q)
	if err != nil || len(raw) <= 1+cursorMark || raw[0] != cursorVersion || [cursorMark]byte(raw[1:1+cursorMark]) != mark {
		return "", bad
	}
	return string(raw[1+cursorMark:]), nil
}

// links are the Link headers of a page (RFC 8288).
func links(path string, q url.Values, next string) []string {
	first := url.Values{}
	for name, values := range q {
		if name != "after" {
			first[name] = values
		}
	}
	link := func(q url.Values, rel string) string {
		to := Prefix + path
		if len(q) > 0 {
			to += "?" + q.Encode()
		}
		return "<" + to + `>; rel="` + rel + `"`
	}
	out := []string{link(first, "first")}
	if next != "" {
		first.Set("after", next)
		out = append(out, link(first, "next"))
	}
	return out
}
