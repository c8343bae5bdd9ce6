package main

import (
	"encoding/json"
	"testing"
	"time"
)

// TestKeysByVerb: an operator at the console changes the keys of either node and
// revokes the former ones while its process serves and both write. The process
// goes on with the new keys, and nothing is lost.
func TestKeysByVerb(t *testing.T) {
	both(t, func(t *testing.T, a, b *member) {
		for range 2 * rounds(1) {
			end := chat(300, a, b)
			for _, m := range []*member{a, b} {
				former := m.key()
				m.must("node", "rotate", "--reason", "exercise")
				time.Sleep(100 * time.Millisecond)
				m.must("node", "revoke", former, "--reason", "exercise")
				if m.key() == former {
					t.Errorf("node %s has the key that it had", m.name)
				}
			}
			end()
			quiet(t, a, b)
		}
		judge(t, a, b)
	})
}

// key is the signing key on the node's present card.
func (m *member) key() string {
	m.t.Helper()
	var card struct{ Key string }
	if err := json.Unmarshal([]byte(m.must("node", "card", "--json")), &card); err != nil {
		m.t.Fatal(err)
	}
	return card.Key
}
