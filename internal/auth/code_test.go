package auth

import (
	"strings"
	"testing"
)

func TestCode(t *testing.T) {
	a, b := NewCode(), NewCode()
	if a == b {
		t.Fatal("two codes are equal")
	}
	want, ok := CodeHash(a)
	if !ok || strings.Contains(want, a) {
		t.Fatalf("CodeHash(%q) = %q, %v", a, want, ok)
	}
	for _, typed := range []string{strings.ToUpper(a), strings.ReplaceAll(a, "-", ""), " " + strings.ReplaceAll(a, "-", " ") + "\n"} {
		if got, ok := CodeHash(typed); !ok || got != want {
			t.Errorf("CodeHash(%q) differs from that of %q", typed, a)
		}
	}
	for _, typed := range []string{"", "-", a[1:], a + "a", strings.Repeat("a", 1000), strings.Replace(a, a[:1], "1", 1)} {
		if _, ok := CodeHash(typed); ok {
			t.Errorf("CodeHash(%q) is taken", typed)
		}
	}
}

// FuzzCodeHash: whatever is typed, one code has one hash and nothing else has
// any.
func FuzzCodeHash(f *testing.F) {
	f.Add("abcde-fghij-klmno-pqrst-uvwxy-a")
	f.Add("ABCDE FGHIJ")
	f.Fuzz(func(t *testing.T, typed string) {
		hash, ok := CodeHash(typed)
		if !ok {
			return
		}
		again, ok := CodeHash(strings.ToUpper(typed))
		if !ok || again != hash || len(hash) != 64 {
			t.Errorf("%q: %q, %q", typed, hash, again)
		}
	})
}
