package main

import (
	"path/filepath"
	"testing"
	"time"
)

// TestRestoreOlder: either node is put back from a sealed backup that is older
// than what it wrote and took in since, by the verbs that an operator has, and
// both write on. What the other node has comes back; what it was to have again
// is sent again; nothing is there twice.
func TestRestoreOlder(t *testing.T) {
	both(t, func(t *testing.T, a, b *member) {
		for round := range rounds(1) {
			for _, m := range []*member{a, b} {
				end := chat(300, a, b)
				time.Sleep(500 * time.Millisecond)
				identity, file := filepath.Join(t.TempDir(), "identity"), filepath.Join(t.TempDir(), "old.backup")
				key := m.must("backup", "key", identity)
				m.must("backup", "--recipient", firstWord(key), file) // while people write and the node talks
				time.Sleep(500 * time.Millisecond)
				end()
				quiet(t, a, b)
				lost := len(m.notes(true)) + len(m.notes(false))
				m.rise()
				m.kill()
				m.must("restore", "--replace", "--identity", identity, file)
				m.sit()
				if kept := len(m.notes(true)) + len(m.notes(false)); kept >= lost {
					t.Errorf("round %d, %s: the backup holds %d notes of %d: nothing was lost, this proves nothing", round, m.name, kept, lost)
				}
				end = chat(300, a, b) // before the node talks again: a history of its own
				time.Sleep(300 * time.Millisecond)
				begin(t, m.node)
				time.Sleep(500 * time.Millisecond)
				end()
				judge(t, a, b)
			}
		}
	})
}
