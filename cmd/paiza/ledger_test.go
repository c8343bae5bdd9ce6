package main

import (
	"bytes"
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
)

// TestLedgerDamage: what an operator reads when somebody changed the ledger
// behind the node's back, in each language, and with which code each verb ends.
func TestLedgerDamage(t *testing.T) {
	for _, tc := range []struct {
		name, do             string
		verify, next         int // exit codes of ledger verify and of the next verb
		en, ru, zh, nextSays string
	}{
		{"nothing", "UPDATE act SET reason = reason", exitOK, exitOK, "✓ The ledger is whole: 3 entries", "✓ Журнал действий цел", "✓ 操作台账完整", ""},
		{"changed", "UPDATE act SET reason = 'x' WHERE seq = 2", exitFault, exitUnavailable, "✗ The ledger of this store was changed outside Paiza: entry 2 is not",
			"запись 2 не совпадает", "第2条与已签名", "entry 2 is not what was signed"},
		{"cut", "DELETE FROM act WHERE seq = 3", exitFault, exitUnavailable, "ends at entry 2 and should end at 3", "кончается записью 2", "止于第2条", "restore a backup"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "n.paiza")
			paiza := func(args ...string) (int, string) {
				var out bytes.Buffer
				code := run(context.Background(), append(args, "--store", file), &streams{strings.NewReader("seven bridges of koenigsberg\n"), &out, &out})
				return code, out.String()
			}
			for _, login := range []string{"one", "two", "three"} {
				if code, out := paiza("user", "add", login, "--name", "N", "--role", "analyst"); code != exitOK {
					t.Fatal(code, out)
				}
			}
			db, err := sql.Open("sqlite", file)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(tc.do); err != nil {
				t.Fatal(err)
			}
			db.Close()
			for lang, want := range map[string]string{"en": tc.en, "ru": tc.ru, "zh": tc.zh} {
				if code, out := paiza("ledger", "verify", "--lang", lang); code != tc.verify || !strings.Contains(out, want) {
					t.Errorf("%s: code %d, %q; want %d, %q", lang, code, out, tc.verify, want)
				}
			}
			for _, verb := range []string{"fsck", "imports"} {
				if code, out := paiza(verb, "--lang", "en"); code != tc.next || !strings.Contains(out, tc.nextSays) {
					t.Errorf("%s: code %d, %q; want %d, %q", verb, code, out, tc.next, tc.nextSays)
				}
			}
		})
	}
}
