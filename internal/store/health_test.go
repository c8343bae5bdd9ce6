package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"paiza"
	"paiza/internal/store"
)

type meter struct {
	mu                 sync.Mutex
	began, ended, lost int
}

func (m *meter) WriteBegan() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.began++
}

func (m *meter) WriteEnded(_ time.Duration, lost bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended++
	if lost {
		m.lost++
	}
}

// TestHealth: the questions of a probe, before and after the store was changed
// behind its back.
func TestHealth(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		m := &meter{}
		s.Measure(m)
		act := &paiza.Act{At: time.Now(), Actor: paiza.Operator("T"), Action: "node.backup"}
		imp := &paiza.Import{File: "f.csv", Kind: paiza.KindSeizures, Started: time.Now().Add(-time.Hour)}
		done := time.Now().Add(-time.Minute).Truncate(time.Millisecond)
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			num, _, err := tx.BeginImport(imp)
			return errors.Join(err, tx.SetProgress(num, paiza.Progress{Rows: 42, Updated: time.Now().Add(-time.Minute)}), tx.Append(act), tx.SetBackupDone(done))
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Write(t.Context(), func(*store.Tx) error { return paiza.Invalid("x", nil) }); err == nil {
			t.Fatal("a refusal is kept")
		}
		if err := s.Write(t.Context(), func(*store.Tx) error { return paiza.Unavailable("store.disk_full", nil) }); err == nil {
			t.Fatal("a fault is kept")
		}
		if m.began != 3 || m.ended != 3 || m.lost != 1 {
			t.Errorf("measured %d begun, %d ended, %d lost; want 3, 3, 1", m.began, m.ended, m.lost)
		}
		p, err := s.Pulse(t.Context())
		if err != nil || p.Entries != 1 || p.ImportsRunning != 1 || p.ImportRows != 42 || !p.LastBackup.Equal(done) {
			t.Errorf("pulse %+v, %v", p, err)
		}
		if age := time.Since(p.ImportAt); age < 50*time.Second || age > 10*time.Minute {
			t.Errorf("the import was heard of %s ago", age)
		}
		if err := errors.Join(s.Ping(t.Context()), s.Current(t.Context()), s.LedgerSound(t.Context())); err != nil {
			t.Fatal(err)
		}
		if err := s.ExecForTest(t.Context(), "UPDATE act SET reason = 'x' WHERE seq = 1"); err != nil {
			t.Fatal(err)
		}
		if err := s.LedgerSound(t.Context()); !errors.Is(err, paiza.ErrUnavailable) {
			t.Errorf("a changed ledger: %v", err)
		}
		if err := s.ExecForTest(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)"); err != nil {
			t.Fatal(err)
		}
		if err := s.Current(t.Context()); !errors.Is(err, paiza.ErrConflict) {
			t.Errorf("tables of a newer program: %v", err)
		}
	})
}

// TestWriteAfterClose: those who write while the store closes are kept or
// refused; none is lost without a word and none brings the program down.
func TestWriteAfterClose(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, target string) {
		var mu sync.Mutex
		kept := 0
		var crowd sync.WaitGroup
		started := make(chan struct{}, 64)
		for range 8 {
			crowd.Go(func() {
				for {
					started <- struct{}{}
					err := s.Write(t.Context(), func(tx *store.Tx) error {
						return tx.Append(&paiza.Act{At: time.Now(), Actor: paiza.Operator("T"), Action: "node.backup"})
					})
					if err != nil {
						return
					}
					mu.Lock()
					kept++
					mu.Unlock()
				}
			})
		}
		for range 40 {
			<-started
		}
		go func() {
			for range started {
			}
		}()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		crowd.Wait()
		close(started)
		again, err := store.Open(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		p, err := again.Pulse(t.Context())
		if err != nil || p.Entries < int64(kept) {
			t.Errorf("%d were said to be kept, %d are there, %v", kept, p.Entries, err)
		}
	})
}
