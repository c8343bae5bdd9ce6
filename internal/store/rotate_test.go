package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"paiza"
	"paiza/internal/ledger"
	"paiza/internal/store"
)

// keep seals a value of each kind.
func keep(t *testing.T, s *store.Store) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.SetSecret("exchange_keys", "the keys of the node"); err != nil {
			return err
		}
		otp, err := tx.Seal(store.OTPName("p1"), "the app of p1")
		if err != nil {
			return err
		}
		if err := tx.PutOTP(store.OTP{Person: "p1", Secret: otp}); err != nil {
			return err
		}
		if err := tx.InsertWebhook(paiza.Webhook{ID: "w1", Person: "p1"}, "the secret of w1"); err != nil {
			return err
		}
		return tx.Append(someAct(1))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// kept checks that each of them opens, and that an act can be signed.
func kept(t *testing.T, when string, s *store.Store) {
	t.Helper()
	keys, err := s.Secret(t.Context(), "exchange_keys")
	if err != nil || keys != "the keys of the node" {
		t.Errorf("%s: the node's keys: %q, %v", when, keys, err)
	}
	o, err := s.OTP(t.Context(), "p1")
	if err != nil {
		t.Fatal(err)
	}
	if app, err := s.Unseal(store.OTPName("p1"), o.Secret); err != nil || app != "the app of p1" {
		t.Errorf("%s: the app: %q, %v", when, app, err)
	}
	err = s.Write(t.Context(), func(tx *store.Tx) error {
		if hook, err := tx.WebhookSecret("w1"); err != nil || hook != "the secret of w1" {
			t.Errorf("%s: the webhook: %q, %v", when, hook, err)
		}
		if err := tx.SetSecret("another", "x"); err != nil {
			return err
		}
		return tx.Append(someAct(2))
	})
	if err != nil {
		t.Errorf("%s: an act: %v", when, err)
	}
}

func rotateSecret(t *testing.T, s *store.Store) (n int) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
		if n, err = tx.RotateSecret(false); err != nil {
			return err
		}
		return tx.Append(someAct(3))
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestRotateSecret: a node opens with all that was sealed, wherever a change of
// its secret was cut off; a process that served meanwhile goes on; nothing is
// left under the former secret; and a sealed backup of the time before comes back.
func TestRotateSecret(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, target string) {
		ctx := t.Context()
		opens := func(when string) {
			t.Helper()
			again, err := store.Open(ctx, target)
			if err != nil {
				t.Fatalf("%s: %v", when, err)
			}
			defer again.Close()
			kept(t, when, again)
		}
		secrets := func() []string {
			t.Helper()
			file, err := store.SecretFile(target)
			if err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(file)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Fatalf("the file: %v, %v", info, err)
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			return strings.Fields(string(text))
		}
		if err := s.Write(ctx, func(tx *store.Tx) error { _, err := tx.RotateSecret(false); return err }); !errors.Is(err, paiza.ErrConflict) {
			t.Errorf("a node without a secret: %v", err)
		}
		keep(t, s)
		serving, err := store.Open(ctx, target)
		if err != nil {
			t.Fatal(err)
		}
		defer serving.Close()
		backup := filepath.Join(t.TempDir(), "before")
		if err := errors.Join(s.Backup(ctx, backup), s.CarrySecret(ctx, backup)); err != nil {
			t.Fatal(err)
		}
		first := secrets()

		killed := errors.New("killed")
		if err := s.Write(ctx, func(tx *store.Tx) error {
			if _, err := tx.RotateSecret(false); err != nil {
				return err
			}
			return killed
		}); !errors.Is(err, killed) {
			t.Fatal(err)
		}
		if got := secrets(); len(got) != 2 || got[0] != first[0] {
			t.Errorf("before the transaction is durable the file holds %d secrets", len(got))
		}
		opens("cut off before the commit")

		n := rotateSecret(t, s)
		if got := secrets(); len(got) != 2 || got[0] != first[0] {
			t.Errorf("before the former secret is dropped the file holds %d secrets", len(got))
		}
		opens("cut off after the commit")
		kept(t, "serving meanwhile", serving)
		if err := s.DropFormerSecrets(ctx); err != nil {
			t.Fatal(err)
		}
		if got := secrets(); len(got) != 1 || got[0] == first[0] {
			t.Errorf("after the change the file holds %d secrets, the first still %v", len(got), got[0] == first[0])
		}
		opens("changed")
		kept(t, "served meanwhile", serving)
		if s.Engine() == "sqlite" {
			if got := sealedIn(t, s); got != n {
				t.Errorf("%d values are sealed, %d were sealed anew", got, n)
			}
		}

		for _, c := range []*store.Store{s, serving} {
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := store.Restore(ctx, backup, target, true); err != nil {
			t.Fatalf("a backup of the time before: %v", err)
		}
		opens("restored")
	})
}

// TestPreparedSecret: where a vault hands out the file, the next secret is one
// that the vault put there, and the file stays as it is.
func TestPreparedSecret(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, target string) {
		ctx := t.Context()
		keep(t, s)
		file, err := store.SecretFile(target)
		if err != nil {
			t.Fatal(err)
		}
		former, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		rotate := func() error {
			return s.Write(ctx, func(tx *store.Tx) error {
				if _, err := tx.RotateSecret(true); err != nil {
					return err
				}
				return tx.Append(someAct(5))
			})
		}
		if err := rotate(); !errors.Is(err, paiza.ErrConflict) {
			t.Errorf("nothing was prepared: %v", err)
		}
		next := store.NewSecret() + "\n"
		both := string(former) + next
		if err := os.WriteFile(file, []byte(both), 0o400); err != nil {
			t.Fatal(err)
		}
		if err := rotate(); err != nil {
			t.Fatal(err)
		}
		if now, err := os.ReadFile(file); err != nil || string(now) != both {
			t.Errorf("the vault's file was written: %v", err)
		}
		os.Remove(file)
		if err := os.WriteFile(file, []byte(next), 0o400); err != nil {
			t.Fatal(err)
		}
		again, err := store.Open(ctx, target)
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		kept(t, "with the vault's next secret", again)
	})
}

// sealedIn counts sealed values in all columns that a backup keeps.
func sealedIn(t *testing.T, s *store.Store) (n int) {
	t.Helper()
	tables, _ := store.TablesForTest()
	for _, table := range tables {
		for _, column := range store.ColumnsForTest(table) {
			found, err := s.QueryForTest(t.Context(), fmt.Sprintf("SELECT 1 FROM %s WHERE CAST(%s AS TEXT) LIKE 'sealed1:%%'", table, column))
			if err != nil {
				t.Fatal(err)
			}
			n += len(found)
		}
	}
	return n
}

// TestRotateWhileSealing: two processes seal while the secret changes again and
// again; nothing is left under a secret that is gone.
func TestRotateWhileSealing(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, target string) {
		keep(t, s)
		other, err := store.Open(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		const each = 40
		var wg sync.WaitGroup
		for i, c := range []*store.Store{s, other, s, other} {
			wg.Go(func() {
				for j := range each {
					if err := c.Write(context.Background(), func(tx *store.Tx) error { return tx.SetSecret(fmt.Sprintf("s%d/%d", i, j), "x") }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for range 10 {
			rotateSecret(t, s)
			if err := s.DropFormerSecrets(t.Context()); err != nil {
				t.Error(err)
			}
		}
		wg.Wait()
		again, err := store.Open(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		for i := range 4 {
			for j := range each {
				if v, err := again.Secret(t.Context(), fmt.Sprintf("s%d/%d", i, j)); err != nil || v != "x" {
					t.Fatalf("secret %d/%d: %q, %v", i, j, v, err)
				}
			}
		}
		kept(t, "after all", again)
	})
}

func turnLedger(t *testing.T, s *store.Store) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		a := someAct(4)
		a.Subject = ""
		return tx.TurnLedger(a)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTurnLedger: the ledger has another key. What was handed out before still
// checks, with the key that its holder has; a proof made since convinces him too
// and tells him the new key. Another process goes on, and a change made by hand
// is found.
func TestTurnLedger(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, target string) {
		ctx := t.Context()
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.TurnLedger(someAct(1)) }); !errors.Is(err, paiza.ErrConflict) {
			t.Errorf("a ledger without entries: %v", err)
		}
		appendActs(t, s, 5)
		serving, err := store.Open(ctx, target)
		if err != nil {
			t.Fatal(err)
		}
		defer serving.Close()
		head := func() (signed, key string) {
			t.Helper()
			signed, key, err := s.Checkpoint(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return signed, key
		}
		prove := func(since string) *ledger.Proof {
			t.Helper()
			p, err := s.Prove(ctx, store.ProofOf{Seq: 2, Show: true, Since: since})
			if err != nil {
				t.Fatal(err)
			}
			p, err = ledger.ParseProof(p.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		holds := func(what string, p *ledger.Proof, trust ledger.Trust, want error) {
			t.Helper()
			if _, _, err := p.Verify(trust); !errors.Is(err, want) || want == nil && err != nil {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
		early, first := head()
		before := prove("")
		turnLedger(t, s)
		appendActs(t, serving, 3)
		middle, second := head()
		turnLedger(t, serving)
		appendActs(t, s, 3)
		_, third := head()
		if first == second || second == third {
			t.Fatal("the key did not change")
		}
		whole(t, s, 13)
		for _, earlier := range []string{early, middle} {
			if _, err := s.VerifyLedgerSince(ctx, earlier); err != nil {
				t.Errorf("an earlier checkpoint: %v", err)
			}
		}
		holds("a proof of the time before", before, ledger.Trust{Key: first}, nil)
		for _, key := range []string{first, second, third} {
			if p := prove(""); p.Key != third {
				t.Error("the proof does not tell the present key")
			} else {
				holds("a proof of now", p, ledger.Trust{Key: key}, nil)
			}
		}
		holds("with the first checkpoint", prove(early), ledger.Trust{Checkpoint: early}, nil)
		holds("with a later one and the first key", prove(middle), ledger.Trust{Key: first, Checkpoint: middle}, nil)
		holds("with a checkpoint that it does not continue", prove(""), ledger.Trust{Checkpoint: early}, ledger.ErrUnrelated)
		again, err := store.Open(ctx, target)
		if err != nil {
			t.Fatal(err)
		}
		again.Close()
		copied := filepath.Join(t.TempDir(), "copy")
		if err := s.Backup(ctx, copied); err != nil { // which proves it
			t.Fatal(err)
		}
		behind(t, s, "CREATE TABLE kept_turn AS SELECT * FROM ledger_turn")
		for _, tc := range []string{"DELETE FROM ledger_turn WHERE size = 6", "DELETE FROM ledger_turn", "UPDATE ledger_turn SET size = 7 WHERE size = 6; UPDATE ledger_turn SET signed = replace(signed, '6', '7') WHERE size = 7",
			"UPDATE ledger_turn SET former = (SELECT value FROM meta WHERE name = 'ledger_verifier')"} {
			behind(t, s, tc)
			if _, err := s.VerifyLedger(ctx); faultOf(err) != ledger.FaultTurn {
				t.Errorf("%s: %v", tc, err)
			}
			behind(t, s, "DELETE FROM ledger_turn", "INSERT INTO ledger_turn SELECT * FROM kept_turn")
		}
		whole(t, s, 13)
	})
}
