package auth_test

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"paiza/internal/auth"
)

func breachedFile(t interface{ Fatal(...any) }, dir string, lines []string) string {
	path := filepath.Join(dir, "list.txt")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestBreached compares the search in the file with a set: every password of the
// list is found, no other one, with any ends of lines and counts.
func TestBreached(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(t, "n")
		ending := rapid.SampledFrom([]string{"\n", "\r\n", ":7\n", ":123456789\r\n"}).Draw(t, "ending")
		var lines []string
		for i := range n {
			lines = append(lines, fmt.Sprintf("%X%s", sha1.Sum(fmt.Appendf(nil, "password %d", i)), ending))
		}
		slices.Sort(lines)
		if rapid.Bool().Draw(t, "without an end") {
			lines[n-1] = strings.TrimRight(lines[n-1], "\r\n")
		}
		list, err := auth.OpenBreached(breachedFile(t, dir, lines))
		if err != nil {
			t.Fatal(err)
		}
		for i := range n + 50 {
			if got, err := list.Has(fmt.Sprintf("password %d", i)); err != nil || got != (i < n) {
				t.Fatalf("password %d of %d is in the list: %v, %v", i, n, got, err)
			}
		}
	})
	a, b := strings.Repeat("A", 40)+"\n", strings.Repeat("B", 40)+"\n"
	for name, lines := range map[string][]string{"empty": {""}, "text": {"qwerty\n"}, "not in order": {b, a}, "a long line": {a, strings.Repeat("C", 4000)}, "NTLM": {strings.Repeat("A", 32) + "\n"}} {
		if _, err := auth.OpenBreached(breachedFile(t, dir, lines)); !errors.Is(err, auth.ErrBreachedForm) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzBreached: whatever a file holds, a search in it ends and does not panic.
func FuzzBreached(f *testing.F) {
	f.Add([]byte(strings.Repeat("A", 40) + ":1\r\n" + strings.Repeat("B", 40)))
	f.Add([]byte("\n\n\n"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		list, err := auth.OpenBreached(breachedFile(t, dir, []string{string(content)}))
		if err != nil {
			return
		}
		defer list.Close()
		if _, err := list.Has("a password"); err != nil && !errors.Is(err, auth.ErrBreachedForm) {
			t.Fatal(err)
		}
	})
}
