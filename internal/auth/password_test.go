package auth

import (
	"errors"
	"strings"
	"testing"

	"paiza"
)

// hashed and verified are Hash and Verify where nobody waits.
func hashed(t *testing.T, password string) string {
	t.Helper()
	hash, err := Hash(password)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

func verified(t *testing.T, hash, password string) (ok, stale bool) {
	t.Helper()
	ok, stale, err := Verify(hash, password)
	if err != nil {
		t.Fatal(err)
	}
	return ok, stale
}

func TestHash(t *testing.T) {
	a, b := hashed(t, "a long enough secret"), hashed(t, "a long enough secret")
	if a == b {
		t.Error("two hashes of one password are equal: no salt")
	}
	if ok, stale := verified(t, a, "a long enough secret"); !ok || stale {
		t.Errorf("Verify = %v, stale %v; want true, false", ok, stale)
	}
	if ok, _ := verified(t, a, "a long enough secreT"); ok {
		t.Error("another password verifies")
	}
	for _, other := range []string{" a long enough secret", "a long enough secret ", "a long enough secret\x00", "ａ long enough secret", a} {
		if ok, _ := verified(t, a, other); ok {
			t.Errorf("%q verifies", other)
		}
	}
	long := strings.Repeat("鑰匙", MaxLength/2) // the longest there may be
	if ok, _ := verified(t, hashed(t, long), long); !ok {
		t.Error("a long password does not verify")
	}
	if ok, _ := verified(t, hashed(t, long), long+strings.Repeat("x", 4*MaxLength)); ok {
		t.Error("what follows a long password does not count")
	}
	// U+00E9 against e and U+0301: what is received is what counts.
	if ok, _ := verified(t, hashed(t, "caf\u00e9 caf\u00e9 caf\u00e9"), "cafe\u0301 cafe\u0301 cafe\u0301"); ok {
		t.Error("the composed form verifies as the other")
	}
}

func TestVerifyStale(t *testing.T) {
	old := cost{memory: 19 << 10, passes: 2, threads: 1}
	salt := []byte("0123456789abcdef")
	key, err := derive(old, salt, "secret of old times", keySize)
	if err != nil {
		t.Fatal(err)
	}
	hash := encode(old, salt, key)
	if ok, stale := verified(t, hash, "secret of old times"); !ok || !stale {
		t.Errorf("Verify = %v, stale %v; want true, true", ok, stale)
	}
}

func TestVerifyMalformed(t *testing.T) {
	good := hashed(t, "a long enough secret")
	for _, hash := range []string{"", "$", "$argon2id$", "plain", strings.Replace(good, "argon2id", "argon2i", 1),
		strings.Replace(good, "m=65536", "m=99999999", 1), strings.Replace(good, "v=19", "v=16", 1),
		good[:len(good)-30], strings.Replace(good, "p=4", "p=0", 1)} {
		if ok, _ := verified(t, hash, "a long enough secret"); ok {
			t.Errorf("Verify(%q) = true", hash)
		}
	}
}

func TestCheckPassword(t *testing.T) {
	for _, tt := range []struct{ password, want string }{
		{"tablets of the relay", ""},
		{"серебряная пайцза", ""},
		{"驿站传递的银牌可以通行各站", ""},
		{"short", "error.password.short"},
		{strings.Repeat("ab cd ef", 40), "error.password.long"},
		{"aaaaaaaaaaaaaaa", "error.password.common"},
		{"abcabcabcabcabc", "error.password.common"},
		{"1234567890123", "error.password.common"},
		{"Password-Password", "error.password.common"},
		{"Password2026!!!", "error.password.common"},
		{"paiza narcotics 26", "error.password.common"},
		{"йцукенгшщзхъ", "error.password.common"},
		{"correct horse battery staple", "error.password.common"},
		{"a.serikova-2026", "error.password.own"},
		{"Aigerim Serikova", "error.password.own"},
		{"Serikova counts silver tablets", ""},
		{"ok\xffok\xffok\xffok\xffok", "error.password.characters"},
	} {
		got := ""
		var e *paiza.Error
		if err := CheckPassword(tt.password, "a.serikova", "Aigerim Serikova"); errors.As(err, &e) {
			got = e.Fields[0].Key
		}
		if got != tt.want {
			t.Errorf("CheckPassword(%q) = %q, want %q", tt.password, got, tt.want)
		}
	}
}

// TestQueue: when more sign-ins wait than may, the next is told to come again
// instead of taking memory.
func TestQueue(t *testing.T) {
	for range cap(turns) {
		turns <- struct{}{}
	}
	waiting.Store(maxWaiting)
	t.Cleanup(func() {
		waiting.Store(0)
		for range cap(turns) {
			<-turns
		}
	})
	if _, err := Hash("a long enough secret"); !errors.Is(err, paiza.ErrUnavailable) {
		t.Errorf("Hash = %v, want unavailable", err)
	}
	if err := VerifyNobody("a long enough secret"); !errors.Is(err, paiza.ErrUnavailable) {
		t.Errorf("VerifyNobody = %v, want unavailable", err)
	}
}
