package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paiza"
)

// keptNode is a node with rows, acts and a sealed backup, that is not served.
func keptNode(t *testing.T, target, dir string) (n *node, backup, identity string) {
	t.Helper()
	n, err := newNode(built, target, dir, "node")
	if err != nil {
		t.Fatal(err)
	}
	if err := account(t.Context(), n, login, paiza.Roles()...); err != nil {
		t.Fatal(err)
	}
	csv := filepath.Join(dir, "f.csv")
	if err := os.WriteFile(csv, []byte(file(rand.New(rand.NewPCG(1, 1)), "row", 4000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := n.verb(t.Context(), "", "import", csv); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	identity = filepath.Join(dir, "identity")
	key, err := n.verb(t.Context(), "", "backup", "key", identity)
	if err != nil {
		t.Fatal(err)
	}
	backup = filepath.Join(dir, "good.backup")
	if _, err := n.verb(t.Context(), "", "backup", "--recipient", firstWord(key), backup); err != nil {
		t.Fatal(err)
	}
	return n, backup, identity
}

// told reports whether a start or fsck finds the damage and says so: never a
// success, never a panic, never silence.
func told(t *testing.T, n *node, what string) {
	t.Helper()
	out, err := n.verb(t.Context(), "", "fsck", "--json")
	if err == nil {
		t.Errorf("%s: fsck finds the store sound: %s", what, out)
		return
	}
	if text := err.Error(); strings.Contains(text, "panic") || strings.Contains(text, "goroutine") || len(strings.TrimSpace(text)) < 40 {
		t.Errorf("%s: it is not said: %.500s", what, text)
	}
}

// restored puts the backup back over the damage and proves the store.
func restored(t *testing.T, n *node, backup, identity, what string) {
	t.Helper()
	if _, err := n.verb(t.Context(), "", "restore", "--replace", "--identity", identity, backup); err != nil {
		t.Errorf("%s: restore: %v", what, err)
		return
	}
	sound(t, n)
	out, err := n.verb(t.Context(), "", "seizures", "--json", "--limit", "1")
	if err != nil || !strings.Contains(out, `"count": 4000`) && !strings.Contains(out, `"count":4000`) {
		t.Errorf("%s: after the restore: %v %.300s", what, err, out)
	}
}

// TestDamagedFile damages the file of a store in every way that a bad disk does.
// Each is found and said, and a restore mends it.
func TestDamagedFile(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	dir := t.TempDir()
	n, backup, identity := keptNode(t, filepath.Join(dir, "node.paiza"), dir)
	whole, err := os.ReadFile(n.target)
	if err != nil {
		t.Fatal(err)
	}
	page := int(binary.BigEndian.Uint16(whole[16:18]))
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	free := freePages(whole, page)
	// leaf is a page in use that holds rows or keys (file format §1.6).
	leaf := func(kind byte) int {
		for {
			n := 2 + r.IntN(len(whole)/page-1)
			if at := (n - 1) * page; whole[at] == kind && !free[n] && binary.BigEndian.Uint16(whole[at+3:]) > 0 {
				return at
			}
		}
	}
	cases := []struct {
		name string
		do   func(b []byte) []byte
	}{
		{"the name in the header", func(b []byte) []byte { b[3] ^= 0xff; return b }},
		{"the size of pages in the header", func(b []byte) []byte { b[16] ^= 0x41; return b }},
		{"the schema", func(b []byte) []byte { clear(b[100:page]); return b }},
		{"pages of rows", func(b []byte) []byte {
			for range 3 {
				clear(b[leaf(0x0d):][:page])
			}
			return b
		}},
		{"pages of keys", func(b []byte) []byte {
			for range 3 {
				clear(b[leaf(0x0a):][:page])
			}
			return b
		}},
		{"pointers inside a page", func(b []byte) []byte {
			at := leaf(0x0d)
			for i := range 2 * int(binary.BigEndian.Uint16(b[at+3:])) {
				b[at+8+i] ^= 0xff
			}
			return b
		}},
		{"the list of free pages", func(b []byte) []byte {
			binary.BigEndian.PutUint32(b[32:], uint32(2+r.IntN(len(b)/page-2)))
			binary.BigEndian.PutUint32(b[36:], 7)
			return b
		}},
		{"the second half is gone", func(b []byte) []byte { return b[:len(b)/2] }},
		{"the file ends in the middle of a page", func(b []byte) []byte { return b[:len(b)-page-page/2] }},
		{"another file's content", func(b []byte) []byte {
			for i := range b {
				b[i] = byte(r.Uint32())
			}
			return b
		}},
		{"only zeros are left", func(b []byte) []byte { clear(b); return b }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, more := range []string{"-wal", "-shm"} {
				os.Remove(n.target + more)
			}
			if err := os.WriteFile(n.target, c.do(append([]byte(nil), whole...)), 0o600); err != nil {
				t.Fatal(err)
			}
			told(t, n, c.name)
			restored(t, n, backup, identity, c.name)
		})
	}
}

// freePages are the pages of a database that hold nothing (file format §1.5):
// damage there harms nobody.
func freePages(b []byte, page int) map[int]bool {
	free := map[int]bool{}
	for n := int(binary.BigEndian.Uint32(b[32:])); n != 0; {
		free[n] = true
		trunk := b[(n-1)*page:]
		for i := range int(binary.BigEndian.Uint32(trunk[4:])) {
			free[int(binary.BigEndian.Uint32(trunk[8+4*i:]))] = true
		}
		n = int(binary.BigEndian.Uint32(trunk))
	}
	return free
}

// TestDamagedLog: what is lost with the write-ahead log of a node that died was
// acknowledged, and that it is gone is found; a damaged log is not taken for a
// good one.
func TestDamagedLog(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	dir := t.TempDir()
	n, backup, identity := keptNode(t, filepath.Join(dir, "node.paiza"), dir)
	begin(t, n)
	k, err := program(t.Context(), n, n.url(), login, 1)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(2, 2))
	for i := range 20 {
		if _, err := k.RecordSeizure(t.Context(), newSeizure(r, fmt.Sprint("kept", i))); err != nil {
			t.Fatal(err)
		}
	}
	head, err := k.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n.kill()
	mark := filepath.Join(dir, "head.checkpoint")
	if err := os.WriteFile(mark, []byte(head.Checkpoint), 0o600); err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(n.target + "-wal")
	if err != nil || len(log) == 0 {
		t.Fatalf("the log of a node that died: %d bytes, %v", len(log), err)
	}
	base, err := os.ReadFile(n.target)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		do   func() error
	}{
		{"lost", func() error { return os.Remove(n.target + "-wal") }},
		{"cut", func() error { return os.WriteFile(n.target+"-wal", log[:len(log)/2], 0o600) }},
		{"damaged", func() error {
			b := append([]byte(nil), log...)
			for i := len(b) / 3; i < len(b); i += 97 {
				b[i] ^= 0x55
			}
			return os.WriteFile(n.target+"-wal", b, 0o600)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			os.Remove(n.target + "-shm")
			if err := os.WriteFile(n.target, base, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := c.do(); err != nil {
				t.Fatal(err)
			}
			// SQLite goes back to the last whole transaction of the log, which is a
			// sound store of earlier; that it is an earlier one, a checkpoint kept
			// elsewhere says.
			if out, err := n.verb(t.Context(), "", "ledger", "verify", "--checkpoint", mark); err == nil {
				t.Errorf("a ledger that lost acknowledged acts continues its checkpoint: %s", out)
			}
			restored(t, n, backup, identity, c.name)
		})
	}
}

// TestForgedLedger changes the ledger behind the program's back, on PostgreSQL.
func TestForgedLedger(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	dir := t.TempDir()
	target, err := newDatabase(server(t), "torture")
	if err != nil {
		t.Fatal(err)
	}
	n, backup, identity := keptNode(t, target, dir)
	for _, c := range []struct{ name, sql string }{
		{"another reason", "UPDATE act SET reason = 'other' WHERE seq = 2"},
		{"another person", "UPDATE act SET actor = 'somebody' WHERE seq = 1"},
		{"an entry less", "DELETE FROM act WHERE seq = (SELECT max(seq) FROM act)"},
		{"an entry less in the middle", "DELETE FROM act WHERE seq = 2"},
		{"the counter set back", "UPDATE counter SET value = value - 1 WHERE name = 'act'"},
		{"a row changed under the figures", "UPDATE seizure SET amount = amount + 1000000 WHERE num = (SELECT min(num) FROM seizure)"},
		{"a row removed under the figures", "DELETE FROM seizure WHERE num = (SELECT max(num) FROM seizure)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := execute(target, c.sql); err != nil {
				t.Fatal(err)
			}
			told(t, n, c.name)
			restored(t, n, backup, identity, c.name)
		})
	}
}
