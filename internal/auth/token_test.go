package auth

import (
	"errors"
	"strings"
	"testing"
)

func TestToken(t *testing.T) {
	text, digest := NewToken()
	other, _ := NewToken()
	if text == other {
		t.Fatal("two tokens are the same")
	}
	got, err := ParseToken(text)
	if err != nil || got != digest || !got.Equal(digest[:]) {
		t.Fatalf("%s: %x, %v; want %x", text, got, err, digest)
	}
	// A single letter that differs is told by the checksum.
	for i := range text {
		for _, c := range []byte{'a', '7', 'A', '1'} {
			if wrong := text[:i] + string(c) + text[i+1:]; wrong != text {
				if _, err := ParseToken(wrong); !errors.Is(err, ErrToken) {
					t.Fatalf("letter %d as %c is taken", i, c)
				}
			}
		}
	}
	for _, wrong := range []string{"", "paiza_", text + "a", text[:len(text)-1], " " + text, strings.ToUpper(text)} {
		if _, err := ParseToken(wrong); !errors.Is(err, ErrToken) {
			t.Errorf("%q is taken", wrong)
		}
	}
	if digest.Equal(digest[:31]) || digest.Equal(nil) {
		t.Error("a part of a digest is taken for the whole")
	}
}

func FuzzParseToken(f *testing.F) {
	text, _ := NewToken()
	f.Add(text)
	f.Add("paiza_")
	f.Add("paiza_" + strings.Repeat("a", 59))
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := ParseToken(text); err == nil && (len(text) != tokenLength || strings.ToLower(text) != text) {
			t.Errorf("%q is taken", text)
		}
	})
}
