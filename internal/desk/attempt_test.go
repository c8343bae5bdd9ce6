package desk

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"paiza"
	"paiza/internal/store"
	"paiza/internal/store/pgtest"
)

// door is a desk on a store whose clock the test moves.
type door struct {
	*Desk
	ahead  atomic.Int64
	paused atomic.Int64 // nanoseconds that attempts were slowed down
}

// doors opens desks of one node on each engine: several on PostgreSQL, as
// several processes would.
func doors(t *testing.T, fn func(t *testing.T, a, b *door)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		a := openDoor(t, filepath.Join(t.TempDir(), "node.paiza"))
		fn(t, a, a)
	})
	t.Run("postgres", func(t *testing.T) {
		target := pgtest.New(t)
		fn(t, openDoor(t, target), openDoor(t, target))
	})
}

func openDoor(t *testing.T, target string) *door {
	t.Helper()
	st, err := store.Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	d := &door{}
	d.Desk, err = Open(t.Context(), Options{Store: st, Now: func() time.Time { return time.Now().Add(time.Duration(d.ahead.Load())) },
		Pause: func(_ context.Context, p time.Duration) { d.paused.Add(int64(p)) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.Close()
		st.Close()
	})
	return d
}

const secret = "tablets of the relay"

func (d *door) account(t *testing.T, login string, roles ...paiza.Role) paiza.Person {
	t.Helper()
	p, err := d.CreatePerson(t.Context(), paiza.Operator("test"), paiza.NewPerson{Login: login, Name: "The " + login, Roles: roles, Password: secret})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestNobodyLocksOthersOut: whatever strangers try against a login, and from
// however many addresses, who comes from where he signed in before, or with
// his device, is let to the question of his password.
func TestNobodyLocksOthersOut(t *testing.T) {
	d := openDoor(t, filepath.Join(t.TempDir(), "node.paiza"))
	p := d.account(t, "victim", paiza.RoleViewer)
	home := Visitor{From: "192.0.2.1"}
	e, err := d.SignIn(t.Context(), "victim", secret, home)
	if err != nil {
		t.Fatal(err)
	}
	travelling := Visitor{From: "198.51.100.20", Device: e.Device}
	rapid.Check(t, func(rt *rapid.T) {
		d.ahead.Add(int64(time.Hour)) // a window of its own
		for range rapid.IntRange(0, 40).Draw(rt, "attempts") {
			from := fmt.Sprintf("198.51.100.%d", rapid.IntRange(0, 40).Draw(rt, "address"))
			if rapid.Bool().Draw(rt, "six") {
				from = fmt.Sprintf("2001:db8:%d::%d", rapid.IntRange(0, 9).Draw(rt, "network"), rapid.IntRange(1, 9).Draw(rt, "host"))
			}
			v := Visitor{From: from, Device: rapid.SampledFrom([]string{"", "forged", e.Device[:len(e.Device)-1]}).Draw(rt, "device")}
			if _, err := d.attempt(context.Background(), "victim", p.ID, v); err != nil {
				if _, ok := WaitOf(err); !ok {
					rt.Fatal(err)
				}
			}
		}
		for _, v := range []Visitor{home, travelling} {
			if _, err := d.attempt(context.Background(), "victim", p.ID, v); err != nil {
				rt.Fatalf("the person is locked out at %s: %v", v.From, err)
			}
		}
	})
}

// TestGuessingStops holds the limits: how many attempts a guesser has, by way
// of which he comes.
func TestGuessingStops(t *testing.T) {
	doors(t, func(t *testing.T, a, b *door) {
		p := a.account(t, "victim", paiza.RoleViewer)
		e, err := a.SignIn(t.Context(), "victim", secret, Visitor{From: "192.0.2.1"})
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			name string
			try  func(i int) (login, person string, v Visitor)
			want int
		}{
			{"one address", func(int) (string, string, Visitor) { return "victim", p.ID, Visitor{From: "203.0.113.1"} }, perPair},
			{"one IPv6 network", func(i int) (string, string, Visitor) {
				return "victim", p.ID, Visitor{From: fmt.Sprintf("2001:db8::%x", i+1)}
			}, perPair},
			{"many addresses", func(i int) (string, string, Visitor) {
				return "victim", p.ID, Visitor{From: fmt.Sprintf("203.0.113.%d", i)}
			}, perAccount},
			{"many addresses, no such account", func(i int) (string, string, Visitor) {
				return "nobody", "", Visitor{From: fmt.Sprintf("203.0.113.%d", i)}
			}, perAccount},
			{"many accounts", func(i int) (string, string, Visitor) {
				return fmt.Sprintf("login%d", i), "", Visitor{From: "203.0.113.77"}
			}, perAddress},
			{"a known device", func(int) (string, string, Visitor) {
				return "victim", p.ID, Visitor{From: "203.0.113.78", Device: e.Device}
			}, perDevice},
			{"a familiar address", func(int) (string, string, Visitor) { return "victim", p.ID, Visitor{From: "192.0.2.1"} }, perPair},
		} {
			// Each has windows of its own, at both processes.
			a.ahead.Add(int64(time.Hour))
			if a != b {
				b.ahead.Add(int64(time.Hour))
			}
			got := 0
			for i := range 60 {
				d := a
				if i%2 == 1 {
					d = b // another process of the node counts the same
				}
				login, person, v := tt.try(i)
				if _, err := d.attempt(t.Context(), login, person, v); err == nil {
					got++
				} else if wait, ok := WaitOf(err); !ok || wait <= 0 || wait > attemptWindow {
					t.Fatalf("%s: %v", tt.name, err)
				}
			}
			if got != tt.want {
				t.Errorf("%s: %d attempts, want %d", tt.name, got, tt.want)
			}
		}
		if a.paused.Load() == 0 {
			t.Error("an address that fails and fails is not slowed down")
		}
	})
}

// TestAttemptsAtOnce: attempts that come at the same moment are counted one by
// one, at several processes too.
func TestAttemptsAtOnce(t *testing.T) {
	doors(t, func(t *testing.T, a, b *door) {
		var allowed atomic.Int64
		var work sync.WaitGroup
		for i := range 40 {
			work.Go(func() {
				d := a
				if i%2 == 1 {
					d = b
				}
				_, err := d.attempt(context.Background(), "victim", "", Visitor{From: "203.0.113.1"})
				if err == nil {
					allowed.Add(1)
				} else if _, ok := WaitOf(err); !ok {
					t.Error(err)
				}
			})
		}
		work.Wait()
		if got := allowed.Load(); got != perPair {
			t.Errorf("%d attempts at once, want %d", got, perPair)
		}
	})
}

// TestSuccessForgives: who signs in is not held up by his own earlier slips.
func TestSuccessForgives(t *testing.T) {
	d := openDoor(t, filepath.Join(t.TempDir(), "node.paiza"))
	d.account(t, "person", paiza.RoleViewer)
	v := Visitor{From: "192.0.2.1"}
	for range 3 {
		for range perPair - 1 {
			if _, err := d.SignIn(t.Context(), "person", "wrong", v); !errors.Is(err, paiza.ErrForbidden) {
				t.Fatal(err)
			}
		}
		if _, err := d.SignIn(t.Context(), "person", secret, v); err != nil {
			t.Fatal(err)
		}
	}
}
