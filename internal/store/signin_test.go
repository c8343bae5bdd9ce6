package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"paiza"
	"paiza/internal/store"
)

// TestBackupOfWaysIn: a backup has the means of sign-in, and nothing that lets
// somebody in by itself: no session, no one-time code.
func TestBackupOfWaysIn(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, target string) {
		now := time.Now()
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			for _, err := range []error{
				tx.InsertPerson(paiza.Person{ID: "p", Login: "p", Name: "P", Roles: []paiza.Role{paiza.RoleViewer}, Language: "en", Created: now}, ""),
				tx.InsertPasskey(store.Passkey{ID: "k", Person: "p", Name: "key", Record: []byte(`{"id":"k"}`), Created: now}),
				tx.InsertLink(store.Link{Issuer: "https://issuer.example", Subject: "s", Person: "p", Created: now}),
				tx.InsertSignIn(store.SignIn{ID: "s", Person: "p", Kind: "passkey", Created: now, LastSeen: now}),
				tx.InsertRecovery(store.Recovery{ID: "r", Person: "p", Kind: "recovery", State: "open", Proposed: now, Code: "hash", Expiry: now.Add(time.Hour)}),
				tx.Greet("p", "192.0.2.1", now),
			} {
				if err != nil {
					return err
				}
			}
			if _, _, err := tx.CountAttempt([]string{"a"}, now, time.Hour); err != nil {
				return err
			}
			_, err := tx.InsertCeremony(store.Ceremony{ID: "c", Kind: "x", Address: "a", Data: []byte("{}"), Expiry: now.Add(time.Hour)}, now, 10)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "b.paiza")
		if err := s.Backup(t.Context(), file); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := store.Restore(t.Context(), file, target, true); err != nil {
			t.Fatal(err)
		}
		r, err := store.Open(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if keys, err := r.Passkeys(t.Context(), "p"); err != nil || len(keys) != 1 || string(keys[0].Record) != `{"id":"k"}` {
			t.Errorf("passkeys %+v, %v", keys, err)
		}
		if l, err := r.LinkOf(t.Context(), "p", "https://issuer.example"); err != nil || l.Subject != "s" {
			t.Errorf("link %+v, %v", l, err)
		}
		if ok, err := r.Familiar(t.Context(), "p", "192.0.2.1", now.Add(-time.Hour)); err != nil || !ok {
			t.Errorf("familiar %v, %v", ok, err)
		}
		if v, err := r.SignIn(t.Context(), "s"); err != nil || v.ID != "" {
			t.Errorf("a session came back: %+v, %v", v, err)
		}
		if v, err := r.RecoveryByCode(t.Context(), "hash", now); err != nil || v.ID != "" {
			t.Errorf("a one-time code came back: %+v, %v", v, err)
		}
		if c, err := r.TakeCeremony(t.Context(), "c", "x"); err != nil || c.ID != "" {
			t.Errorf("a ceremony came back: %+v, %v", c, err)
		}
	})
}
