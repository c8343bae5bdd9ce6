package desk_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"paiza"
	"paiza/internal/ledger"
	"paiza/internal/store"
)

// rewrite changes the first entry of the ledger in the database, computes the
// tree anew and signs it with the node's own key: what somebody can do who holds
// the machine with all its keys.
func (n *nation) rewrite(target string) {
	n.t.Helper()
	ctx := n.t.Context()
	driver := "sqlite"
	if store.IsPostgres(target) {
		driver = "pgx"
	}
	db, err := sql.Open(driver, target)
	fail := func(err error) {
		n.t.Helper()
		if err != nil {
			n.t.Fatal(err)
		}
	}
	fail(err)
	defer db.Close()
	exec := func(query string, args ...any) {
		n.t.Helper()
		_, err := db.ExecContext(ctx, query, args...)
		fail(err)
	}
	exec("UPDATE act SET reason = 'never said' WHERE seq = 1")
	rows, err := db.QueryContext(ctx, "SELECT seq, at, actor, name, roles, origin, action, subject, reason, detail, salt, form, agency, version, content FROM act ORDER BY seq")
	fail(err)
	defer rows.Close()
	var tree ledger.Tree
	var hashes []ledger.Hash
	for rows.Next() {
		var a paiza.Act
		var s ledger.Sealed
		var at int64
		var roles string
		fail(rows.Scan(&a.Seq, &at, &a.Actor.ID, &a.Actor.Name, &roles, &a.Actor.From, &a.Action, &a.Subject, &a.Reason, &a.Detail, &s.Salt, &s.Form, &a.Actor.Agency, &a.Version, &s.Content))
		a.At = time.UnixMilli(at).UTC()
		for _, r := range strings.FieldsFunc(roles, func(c rune) bool { return c == ',' || c == ' ' }) {
			a.Actor.Roles = append(a.Actor.Roles, paiza.Role(r))
		}
		hashes = append(hashes, tree.Append(ledger.Leaf(a, s))...)
	}
	fail(rows.Err())
	for i, h := range hashes {
		exec("UPDATE ledger_hash SET hash = $1 WHERE num = $2", h[:], int64(i))
	}
	secret, err := n.s.Secret(ctx, "ledger_key")
	fail(err)
	key, err := ledger.ParseKey(secret)
	fail(err)
	signed, err := key.Sign(&tree)
	fail(err)
	exec("UPDATE meta SET value = $1 WHERE name = 'ledger_checkpoint'", signed)
}

// TestRewriteIsWhole: the rewritten ledger is one that a check without
// cosignatures finds whole; otherwise the tests that use it would prove nothing.
func TestRewriteIsWhole(t *testing.T) {
	engines(t, func(t *testing.T, target func() string) {
		now, at := exchangeDay, target()
		a := newNation(t, at, "KAZ", &now)
		a.works()
		a.rewrite(at)
		if n, err := a.s.VerifyLedger(t.Context()); err != nil || n < 2 {
			t.Errorf("%d, %v", n, err)
		}
		a.works()
		if n, err := a.s.VerifyLedger(t.Context()); err != nil || n < 3 {
			t.Errorf("%d, %v", n, err)
		}
	})
}
