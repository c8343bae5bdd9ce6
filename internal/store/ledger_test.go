package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"paiza"
	"paiza/internal/ledger"
	"paiza/internal/store"
	"paiza/internal/store/pgtest"
)

func someAct(i int) *paiza.Act {
	return &paiza.Act{At: time.Now(), Actor: paiza.Actor{ID: "p", Name: "Айгуль", Roles: []paiza.Role{paiza.RoleRegistrar}, From: "10.0.0.7"},
		Action: "seizure.record", Subject: fmt.Sprintf("seizure/%d", i%7), Reason: "order\n12/4", Detail: fmt.Sprintf("%d kg", i)}
}

func appendActs(t testing.TB, s *store.Store, n int) {
	t.Helper()
	for n > 0 {
		some := min(n, 500)
		err := s.Write(context.Background(), func(tx *store.Tx) error {
			for i := range some {
				if err := tx.Append(someAct(i)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		n -= some
	}
}

func whole(t *testing.T, s *store.Store, want int64) {
	t.Helper()
	if n, err := s.VerifyLedger(context.Background()); err != nil || n != want {
		t.Errorf("the ledger: %d entries, %v; want %d", n, err, want)
	}
}

func behind(t *testing.T, s *store.Store, queries ...string) {
	t.Helper()
	for _, q := range queries {
		if err := s.ExecForTest(context.Background(), q); err != nil {
			t.Fatal(err)
		}
	}
}

func faultOf(err error) string {
	var f *ledger.Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return fmt.Sprint(err)
}

const copyOfAct = "INSERT INTO act SELECT %s, at, actor, name, roles, origin, action, subject, reason, detail, salt, form, agency, version, content FROM act WHERE seq = 1"

// tampering are the ways in which we know to change a ledger of 200 entries
// behind the store's back, and what is then found; start is set where the next
// start finds it too, because the end is touched.
var tampering = []struct {
	name  string
	do    []string
	want  string
	start bool // found at the next start too
}{
	{"reason of an old entry", []string{"UPDATE act SET reason = 'x' WHERE seq = 3"}, ledger.FaultChanged, false},
	{"reason of the last entry", []string{"UPDATE act SET reason = 'x' WHERE seq = 200"}, ledger.FaultChanged, true},
	{"time of an entry of the tail", []string{"UPDATE act SET at = at + 1 WHERE seq = 150"}, ledger.FaultChanged, true},
	{"who", []string{"UPDATE act SET actor = 'q' WHERE seq = 3"}, ledger.FaultChanged, false},
	{"name", []string{"UPDATE act SET name = 'q' WHERE seq = 3"}, ledger.FaultChanged, false},
	{"roles", []string{"UPDATE act SET roles = 'viewer' WHERE seq = 3"}, ledger.FaultChanged, false},
	{"from", []string{"UPDATE act SET origin = 'q' WHERE seq = 3"}, ledger.FaultChanged, false},
	{"what", []string{"UPDATE act SET action = 'q' WHERE seq = 3"}, ledger.FaultChanged, false},
	{"subject", []string{"UPDATE act SET subject = 'q' WHERE seq = 3"}, ledger.FaultChanged, false},
	{"particulars", []string{"UPDATE act SET detail = 'q' WHERE seq = 3"}, ledger.FaultChanged, false},
	{"agency", []string{"UPDATE act SET agency = 'q' WHERE seq = 3"}, ledger.FaultChanged, false},
	{"version", []string{"UPDATE act SET version = 7 WHERE seq = 3"}, ledger.FaultChanged, false},
	{"content", []string{"UPDATE act SET content = 'q' WHERE seq = 3"}, ledger.FaultChanged, false},
	{"form", []string{"UPDATE act SET form = 1 WHERE seq = 3"}, ledger.FaultChanged, false},
	{"salt", []string{"UPDATE act SET salt = 'q' WHERE seq = 3"}, ledger.FaultChanged, false},
	{"one removed", []string{"DELETE FROM act WHERE seq = 3"}, ledger.FaultMissing, false},
	{"the first removed", []string{"DELETE FROM act WHERE seq = 1"}, ledger.FaultMissing, true},
	{"one of the tail removed", []string{"DELETE FROM act WHERE seq = 190"}, ledger.FaultMissing, true},
	{"two exchanged", []string{"UPDATE act SET seq = -1 WHERE seq = 3", "UPDATE act SET seq = 3 WHERE seq = 4", "UPDATE act SET seq = 4 WHERE seq = -1"}, ledger.FaultChanged, false},
	{"removed and closed up", []string{"DELETE FROM act WHERE seq = 199", "UPDATE act SET seq = 199 WHERE seq = 200"}, ledger.FaultCut, true},
	{"cut off", []string{"DELETE FROM act WHERE seq > 195"}, ledger.FaultCut, true},
	{"cut off, counter too", []string{"DELETE FROM act WHERE seq > 195", "UPDATE counter SET value = 195 WHERE name = 'act'"}, ledger.FaultCut, true},
	{"cut off, counter and hashes too", []string{"DELETE FROM act WHERE seq > 128", "UPDATE counter SET value = 128 WHERE name = 'act'",
		"DELETE FROM ledger_hash WHERE num >= 255"}, ledger.FaultCut, true},
	{"cut off, checkpoint too", []string{"DELETE FROM act WHERE seq > 195", "UPDATE counter SET value = 195 WHERE name = 'act'",
		"DELETE FROM meta WHERE name = 'ledger_checkpoint'"}, ledger.FaultCheckpoint, true},
	{"all removed", []string{"DELETE FROM act", "DELETE FROM ledger_hash", "UPDATE counter SET value = 0 WHERE name = 'act'"}, ledger.FaultCut, true},
	{"all removed, made to look new", []string{"DELETE FROM act", "DELETE FROM ledger_hash", "UPDATE counter SET value = 0 WHERE name IN ('act', 'tree')"}, ledger.FaultTree, true},
	{"one added", []string{fmt.Sprintf(copyOfAct, "201")}, ledger.FaultAdded, true},
	{"one added, counter too", []string{fmt.Sprintf(copyOfAct, "201"), "UPDATE counter SET value = 201 WHERE name = 'act'"}, ledger.FaultAdded, true},
	{"one added before the first", []string{fmt.Sprintf(copyOfAct, "0")}, ledger.FaultMissing, true},
	{"hash of an entry", []string{"UPDATE ledger_hash SET hash = (SELECT h.hash FROM ledger_hash h WHERE h.num = 9) WHERE num = 0"}, ledger.FaultChanged, false},
	{"hash of a node", []string{"UPDATE ledger_hash SET hash = (SELECT h.hash FROM ledger_hash h WHERE h.num = 9) WHERE num = 2"}, ledger.FaultTree, false},
	{"hash removed", []string{"DELETE FROM ledger_hash WHERE num = 6"}, ledger.FaultTree, false},
	{"hash at the edge removed", []string{"DELETE FROM ledger_hash WHERE num = 254"}, ledger.FaultTree, true},
	{"hash of another length", []string{"UPDATE ledger_hash SET hash = substr(hash, 1, 31) WHERE num = 390"}, ledger.FaultTree, true},
	{"hashes cut off", []string{"DELETE FROM ledger_hash WHERE num > 390"}, ledger.FaultTree, true},
	{"counter", []string{"UPDATE counter SET value = 260 WHERE name = 'act'"}, ledger.FaultCut, true},
	{"checkpoint changed", []string{"UPDATE meta SET value = replace(value, 'paiza', 'piaza') WHERE name = 'ledger_checkpoint'"}, ledger.FaultCheckpoint, true},
	{"key removed", []string{"DELETE FROM meta WHERE name = 'ledger_key'"}, ledger.FaultCheckpoint, true}}

// TestTamper: VerifyLedger finds each of them, and the next start whatever
// touches the end.
func TestTamper(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, target string) {
		const n = 200
		appendActs(t, s, n)
		whole(t, s, n)
		repair, err := store.OpenForRepair(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		defer repair.Close()
		parts := []string{"act", "ledger_hash", "counter", "meta"}
		for _, p := range parts {
			behind(t, s, "CREATE TABLE kept_"+p+" AS SELECT * FROM "+p)
		}
		for _, tc := range tampering {
			t.Run(tc.name, func(t *testing.T) {
				behind(t, s, tc.do...)
				tampered(t, s, repair, target, tc.want, tc.start)
			})
			for _, p := range parts {
				behind(t, s, "DELETE FROM "+p, "INSERT INTO "+p+" SELECT * FROM kept_"+p)
			}
		}
		whole(t, s, n)
	})
}

func tampered(t *testing.T, s, repair *store.Store, target, want string, start bool) {
	t.Helper()
	for _, s := range []*store.Store{s, repair} {
		if _, err := s.VerifyLedger(t.Context()); faultOf(err) != want {
			t.Errorf("verify found %v, want %s", err, want)
		}
	}
	again, err := store.Open(t.Context(), target)
	if err == nil {
		again.Close()
	}
	switch {
	case start && faultOf(err) != want:
		t.Errorf("the start found %v, want %s", err, want)
	case start && !errors.Is(err, paiza.ErrUnavailable):
		t.Errorf("the refusal at the start is of no kind: %v", err)
	case !start && err != nil:
		t.Errorf("the start found %v: say so in the table", err)
	}
	err = repair.Write(t.Context(), func(tx *store.Tx) error { return tx.Append(someAct(1)) })
	if !errors.Is(err, paiza.ErrUnavailable) {
		t.Errorf("an act in a store opened for repair: %v", err)
	}
}

// TestRewritten: somebody without the key writes entries, tree and head anew and
// consistently; the signature tells. Somebody with the key is found with a
// checkpoint that was kept outside.
func TestRewritten(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, target string) {
		ctx := t.Context()
		appendActs(t, s, 100)
		kept, key, err := s.Checkpoint(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := ledger.OpenCheckpoint(kept, key); err != nil || c.Size != 100 {
			t.Fatal(c, err)
		}
		appendActs(t, s, 50)
		if n, err := s.VerifyLedgerSince(ctx, kept); err != nil || n != 150 {
			t.Fatal(n, err)
		}
		// The whole ledger of another node, put in the place of this one's.
		o, err := store.Open(ctx, filepath.Join(t.TempDir(), "other.paiza"))
		if err != nil {
			t.Fatal(err)
		}
		defer o.Close()
		appendActs(t, o, 150)
		if _, err := o.VerifyLedgerSince(ctx, kept); !errors.Is(err, paiza.ErrInvalid) {
			t.Errorf("another node's checkpoint: %v", err)
		}
		if err := s.RewriteForTest(ctx, false); err != nil {
			t.Fatal(err)
		}
		if _, err := s.VerifyLedger(ctx); faultOf(err) != ledger.FaultHead {
			t.Errorf("rewritten without the key: %v", err)
		}
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.Append(someAct(1)) }); err != nil && !errors.Is(err, paiza.ErrUnavailable) {
			t.Errorf("an act on a rewritten ledger: %v", err)
		}
		if err := s.RewriteForTest(ctx, true); err != nil {
			t.Fatal(err)
		}
		if _, err := s.VerifyLedger(ctx); err != nil {
			t.Errorf("whoever has the key cannot be found from inside: %v", err)
		}
		if _, err := s.VerifyLedgerSince(ctx, kept); faultOf(err) != ledger.FaultHistory {
			t.Errorf("rewritten with the key, against a kept checkpoint: %v", err)
		}
	})
}

// TestRollback: a store put back from an older state does not continue a
// checkpoint that was kept outside.
func TestRollback(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, target string) {
		ctx := t.Context()
		appendActs(t, s, 10)
		file := filepath.Join(t.TempDir(), "backup")
		if err := s.Backup(ctx, file); err != nil {
			t.Fatal(err)
		}
		appendActs(t, s, 10)
		kept, _, err := s.Checkpoint(ctx)
		if err != nil {
			t.Fatal(err)
		}
		// The restore stands over a ledger that is damaged, too.
		behind(t, s, "DELETE FROM act WHERE seq = 20")
		s.Close()
		if err := store.Restore(ctx, file, target, true); err != nil {
			t.Fatal(err)
		}
		again, err := store.Open(ctx, target)
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		whole(t, again, 10)
		for _, n := range []int{0, 5, 5} { // shorter, as long, other entries
			appendActs(t, again, n)
			if _, err := again.VerifyLedgerSince(ctx, kept); faultOf(err) != ledger.FaultHistory {
				t.Errorf("after a restore and %d acts: %v", n, err)
			}
		}
		whole(t, again, 20)
	})
}

// TestDamagedBackup: a backup whose ledger was changed is refused as a backup.
func TestDamagedBackup(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "backup")
	s, err := store.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	appendActs(t, s, 5)
	behind(t, s, "DELETE FROM act WHERE seq = 5")
	s.Close()
	var e *paiza.Error
	if err := store.Restore(t.Context(), file, filepath.Join(dir, "n.paiza"), false); !errors.As(err, &e) || e.Key != "backup.damaged" {
		t.Errorf("restore of a backup with a ledger cut off: %v", err)
	}
}

// TestProve: proofs of a subject and of one entry hold with the key alone and
// continue an earlier checkpoint, over many sizes of the tree.
func TestProve(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		ctx := t.Context()
		if _, err := s.Prove(ctx, store.ProofOf{Seq: 1}); !errors.Is(err, paiza.ErrNotFound) {
			t.Errorf("a proof of an empty ledger: %v", err)
		}
		var kept string
		for size := 1; size <= 40; size++ {
			appendActs(t, s, 1)
			signed, key, err := s.Checkpoint(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, of := range []store.ProofOf{{Subject: "seizure/0", Show: size%2 == 0, Since: kept}, {Seq: int64(size)}, {Seq: 1, Since: kept}} {
				p, err := s.Prove(ctx, of)
				if err != nil {
					t.Fatal(size, err)
				}
				read, err := ledger.ParseProof(p.Bytes())
				if err != nil {
					t.Fatal(err)
				}
				acts, head, err := read.Verify(ledger.Trust{Key: key, Checkpoint: of.Since})
				if err != nil || head.Size != int64(size) || of.Subject != "" && len(acts) != size {
					t.Fatalf("%d entries, %+v: %d acts, %v", size, of, len(acts), err)
				}
			}
			if size%3 == 0 {
				kept = signed
			}
		}
		if _, err := s.Prove(ctx, store.ProofOf{Subject: "seizure/none"}); !errors.Is(err, paiza.ErrNotFound) {
			t.Errorf("a proof of nothing: %v", err)
		}
		if _, err := s.Prove(ctx, store.ProofOf{Seq: 1, Since: "not a checkpoint"}); !errors.Is(err, paiza.ErrInvalid) {
			t.Errorf("a proof since nothing: %v", err)
		}
		behind(t, s, "UPDATE act SET reason = 'x' WHERE seq = 1")
		if _, err := s.Prove(ctx, store.ProofOf{Seq: 1}); !errors.Is(err, paiza.ErrUnavailable) {
			t.Errorf("a changed entry is proved: %v", err)
		}
	})
}

// TestTwoProcesses: acts of two stores over one database are one log.
func TestTwoProcesses(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, target string) {
		second, err := store.Open(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		defer second.Close()
		refused := errors.New("refused")
		var wg sync.WaitGroup
		for i := range 4 {
			one := []*store.Store{s, second}[i%2]
			wg.Go(func() {
				for k := range 30 {
					err := one.Write(context.Background(), func(tx *store.Tx) error {
						if err := tx.Append(someAct(k)); err != nil {
							return err
						}
						if k%5 == 4 {
							return refused
						}
						return nil
					})
					if err != nil && !errors.Is(err, refused) {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		whole(t, s, 4*24)
		whole(t, second, 4*24)
	})
}

// TestOddTexts: whatever a person types reads back as it was signed.
func TestOddTexts(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		for i, text := range []string{"", "null \x00 inside", "broken \xff\xfe", "two\r\nlines\\n", "\u2028\u202e", strings.Repeat("長", 40_000)} {
			err := s.Write(t.Context(), func(tx *store.Tx) error {
				return tx.Append(&paiza.Act{At: time.Now().Add(123 * time.Nanosecond), Actor: paiza.Actor{ID: text, Name: text, From: text}, Action: text, Subject: text, Reason: text, Detail: text})
			})
			if err != nil {
				t.Fatal(err)
			}
			whole(t, s, int64(i+1))
		}
	})
}

// TestManyEntries crosses the pages of the check and of the building.
func TestManyEntries(t *testing.T) {
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "n.paiza"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	appendActs(t, s, 9001)
	whole(t, s, 9001)
	behind(t, s, "UPDATE act SET reason = 'x' WHERE seq = 8195")
	if _, err := s.VerifyLedger(t.Context()); faultOf(err) != ledger.FaultChanged || !strings.Contains(err.Error(), "8195") {
		t.Errorf("found %v", err)
	}
}

// TestUpgrade: a store of the first kind, whose ledger is a chain, gets its
// tree at the first start; a chain that does not hold is refused.
func TestUpgrade(t *testing.T) {
	for _, n := range []int{0, 1, 130, 2500} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			engines(t, func(t *testing.T, s *store.Store, target string) {
				if err := s.ChainForTest(t.Context(), n); err != nil {
					t.Fatal(err)
				}
				s.Close()
				again, err := store.Open(t.Context(), target)
				if err != nil {
					t.Fatal(err)
				}
				defer again.Close()
				whole(t, again, int64(n))
				appendActs(t, again, 3)
				whole(t, again, int64(n+3))
				sound(t, again)
			})
		})
	}
	for name, q := range map[string]string{
		"changed": "UPDATE act SET reason = 'x' WHERE seq = 3",
		"removed": "DELETE FROM act WHERE seq = 3",
		"cut":     "DELETE FROM act WHERE seq = 9",
	} {
		t.Run(name, func(t *testing.T) {
			engines(t, func(t *testing.T, s *store.Store, target string) {
				file := filepath.Join(t.TempDir(), "backup")
				if err := s.Backup(t.Context(), file); err != nil {
					t.Fatal(err)
				}
				if err := s.ChainForTest(t.Context(), 9); err != nil {
					t.Fatal(err)
				}
				behind(t, s, q)
				s.Close()
				if _, err := store.Open(t.Context(), target); !errors.Is(err, paiza.ErrUnavailable) {
					t.Fatalf("a broken chain: %v", err)
				}
				repair, err := store.OpenForRepair(t.Context(), target)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := repair.VerifyLedger(t.Context()); err == nil {
					t.Error("a broken chain verifies")
				}
				repair.Close()
				if err := store.Restore(t.Context(), file, target, true); err != nil {
					t.Fatal(err)
				}
				again, err := store.Open(t.Context(), target)
				if err != nil {
					t.Fatal(err)
				}
				defer again.Close()
				appendActs(t, again, 2)
				whole(t, again, 2)
			})
		})
	}
}

// BenchmarkLedgerAppend is an act with nothing in it but its entry, a hundred
// to a transaction, so that the sync of the disk is shared.
func BenchmarkLedgerAppend(b *testing.B) {
	for name, target := range map[string]string{"sqlite": filepath.Join(b.TempDir(), "n.paiza"), "postgres": pgtest.New(b)} {
		b.Run(name, func(b *testing.B) {
			s, err := store.Open(context.Background(), target)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			for b.Loop() {
				appendActs(b, s, 100)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(100*b.N), "µs/act")
		})
	}
}
