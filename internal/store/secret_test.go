package store_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"paiza"
	"paiza/internal/ledger"
	"paiza/internal/store"
)

// TestSecret: the database alone, or a backup of it, signs nothing: the key in
// it is sealed with a secret that lies elsewhere. Without the secret, or with
// another one, the node says so at its start and makes no key of its own; with
// it, it goes on.
func TestSecret(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, target string) {
		ctx := context.Background()
		act := func(s *store.Store) error {
			return s.Write(ctx, func(tx *store.Tx) error { return tx.Append(someAct(1)) })
		}
		if err := act(s); err != nil {
			t.Fatal(err)
		}
		kept, err := s.Meta(ctx, "ledger_key")
		if err != nil || strings.Contains(kept, "PRIVATE") || !strings.HasPrefix(kept, "sealed1:") {
			t.Fatalf("the key lies in the database as %.12q, %v", kept, err)
		}
		_, verifier, err := s.Checkpoint(ctx)
		if err != nil || !ledger.CheckVerifier(verifier) {
			t.Fatal(verifier, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		file, err := store.SecretFile(target)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("the secret: %v, %v", info, err)
		}
		secret, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		refused := func(what, key string) {
			t.Helper()
			again, err := store.Open(ctx, target)
			if err == nil {
				again.Close()
			}
			var e *paiza.Error
			if !errors.As(err, &e) || e.Key != key {
				t.Errorf("%s: %v, want %s", what, err, key)
			}
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		refused("without the secret", "store.no_secret")
		if _, err := os.Stat(file); err == nil {
			t.Error("a start without the secret made another one")
		}
		if err := os.WriteFile(file, []byte(strings.Repeat("ab", 32)), 0o600); err != nil {
			t.Fatal(err)
		}
		refused("with another secret", "store.other_secret")
		if err := os.WriteFile(file, []byte("not a secret"), 0o600); err != nil {
			t.Fatal(err)
		}
		refused("with a file that is none", "store.secret_form")
		if err := os.WriteFile(file, secret, 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := store.Open(ctx, target)
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		if err := act(again); err != nil {
			t.Fatal(err)
		}
		// A forger who has the database puts his own verifier and head into it.
		if err := again.RewriteForTest(ctx, false); err != nil {
			t.Fatal(err)
		}
		if err := again.ForgeForTest(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := again.VerifyLedger(ctx); faultOf(err) != ledger.FaultCheckpoint {
			t.Errorf("a head signed with a forger's key: %v", err)
		}
	})
}
