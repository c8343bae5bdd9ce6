package desk

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paiza"
	"paiza/internal/auth"
)

// come signs a person in and gives him as an actor who has just proved that it
// is he.
func (d *door) come(t *testing.T, login, from string) (paiza.Actor, Entry) {
	t.Helper()
	e, err := d.SignIn(t.Context(), login, secret, Visitor{From: from, Agent: "Mozilla/5.0 (X11; Linux) Firefox/140.0"})
	if err != nil {
		t.Fatal(err)
	}
	who, _, err := d.Present(t.Context(), e.Session, from)
	if err != nil {
		t.Fatal(err)
	}
	return who, e
}

// TestRecovery: it takes two administrators who have both proved who they are,
// neither of them the person; the code works once and takes everything earlier
// away.
func TestRecovery(t *testing.T) {
	doors(t, func(t *testing.T, d, other *door) {
		ctx := t.Context()
		d.account(t, "first", paiza.RoleAdministrator)
		d.account(t, "second", paiza.RoleAdministrator)
		lost := d.account(t, "lost", paiza.RoleAdministrator, paiza.RoleAnalyst)
		first, _ := d.come(t, "first", "192.0.2.1")
		second, _ := d.come(t, "second", "192.0.2.2")
		self, gone := d.come(t, "lost", "192.0.2.3")
		stale := first
		stale.StepUp = time.Time{}

		refused := func(what string, err error, kind error) {
			t.Helper()
			if !errors.Is(err, kind) {
				t.Errorf("%s: %v, want %v", what, err, kind)
			}
		}
		if err := d.ProposeRecovery(ctx, stale, lost.ID, "lost his key"); !NeedsStepUp(err) {
			t.Errorf("proposed without proof: %v", err)
		}
		refused("no reason", d.ProposeRecovery(ctx, first, lost.ID, " "), paiza.ErrInvalid)
		refused("oneself", d.ProposeRecovery(ctx, self, lost.ID, "x"), paiza.ErrConflict)
		if err := d.ProposeRecovery(ctx, first, lost.ID, "lost his key"); err != nil {
			t.Fatal(err)
		}
		list, err := d.Recoveries(ctx, second, "")
		if err != nil || len(list) != 1 || list[0].Person.ID != lost.ID || list[0].Open || list[0].Mine {
			t.Fatalf("%+v, %v", list, err)
		}
		_, err = d.ConfirmRecovery(ctx, first, lost.ID, list[0].ID)
		refused("who proposed confirms", err, paiza.ErrConflict)
		_, err = d.ConfirmRecovery(ctx, self, lost.ID, list[0].ID)
		refused("the person confirms", err, paiza.ErrConflict)
		if _, _, err := d.RecoverAtConsole(ctx, first, lost.ID, "x"); err == nil {
			t.Error("an administrator does alone what only the console may")
		}
		code, err := other.ConfirmRecovery(ctx, second, lost.ID, list[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.ConfirmRecovery(ctx, second, lost.ID, list[0].ID)
		refused("a second code", err, paiza.ErrConflict)
		if _, _, err := d.Present(ctx, gone.Session, "192.0.2.3"); err != nil {
			t.Errorf("before the code is used the person is out: %v", err)
		}

		// Two use the code at once: one is let in.
		var in atomic.Int64
		var work sync.WaitGroup
		for _, at := range []*door{d, other} {
			work.Go(func() {
				hash, r, err := at.OpenCode(ctx, " "+code+" ", Visitor{From: "192.0.2.9"})
				if err != nil || r.Person.ID != lost.ID {
					return // the other was quicker
				}
				if _, err := at.RecoverByPassword(ctx, hash, "another long secret", Visitor{From: "192.0.2.9"}); err == nil {
					in.Add(1)
				} else if !errors.Is(err, paiza.ErrNotFound) {
					t.Error(err)
				}
			})
		}
		work.Wait()
		if in.Load() != 1 {
			t.Errorf("the code let in %d", in.Load())
		}
		if _, _, err := other.Present(ctx, gone.Session, "192.0.2.3"); !errors.Is(err, paiza.ErrNotFound) {
			t.Errorf("the earlier session still opens: %v", err)
		}
		_, err = d.SignIn(ctx, "lost", secret, Visitor{From: "192.0.2.3"})
		refused("the earlier password", err, paiza.ErrForbidden)
		if _, err := d.SignIn(ctx, "lost", "another long secret", Visitor{From: "192.0.2.3"}); err != nil {
			t.Errorf("the new password: %v", err)
		}
		acts, err := d.Ledger(ctx, paiza.Operator("test"), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range acts {
			for _, text := range []string{a.Reason, a.Detail, a.Subject} {
				if hash, _ := auth.CodeHash(code); text == code || text == hash {
					t.Errorf("the ledger tells the code: %+v", a)
				}
			}
		}
	})
}

// TestCodeRunsOut: a code of yesterday opens nothing, nor one that was withdrawn
// or whose account was closed.
func TestCodeRunsOut(t *testing.T) {
	doors(t, func(t *testing.T, d, _ *door) {
		ctx := t.Context()
		who := paiza.Operator("test")
		enrol := func(login string) (paiza.Person, string) {
			t.Helper()
			p, code, err := d.EnrolPerson(ctx, who, paiza.NewPerson{Login: login, Name: login, Roles: []paiza.Role{paiza.RoleViewer}})
			if err != nil {
				t.Fatal(err)
			}
			return p, code
		}
		opens := func(code string) bool {
			_, _, err := d.OpenCode(ctx, code, Visitor{From: "192.0.2.1"})
			if err != nil && !errors.Is(err, paiza.ErrNotFound) {
				t.Fatal(err)
			}
			return err == nil
		}
		a, first := enrol("late")
		second, err := d.RenewEnrolment(ctx, who, a.ID)
		if err != nil || opens(first) || !opens(second) {
			t.Errorf("a renewed code: %v", err)
		}
		b, code := enrol("closed")
		if _, err := d.UpdatePerson(ctx, who, b.ID, PersonChange{Name: b.Name, Roles: b.Roles, Disabled: true}); err != nil || opens(code) {
			t.Errorf("the code of a closed account: %v", err)
		}
		d.ahead.Add(int64(codeLife))
		if opens(second) {
			t.Error("a code of yesterday opens")
		}
	})
}

// TestGrant: nobody gives or takes a right that he lacks.
func TestGrant(t *testing.T) {
	doors(t, func(t *testing.T, d, _ *door) {
		ctx := t.Context()
		d.account(t, "admin", paiza.RoleAdministrator)
		p := d.account(t, "registrar", paiza.RoleRegistrar)
		who, _ := d.come(t, "admin", "192.0.2.1")
		for _, roles := range [][]paiza.Role{{paiza.RoleRegistrar, paiza.RoleAnalyst}, {paiza.RoleAdministrator}} {
			if _, err := d.UpdatePerson(ctx, who, p.ID, PersonChange{Name: p.Name, Roles: roles}); !errors.Is(err, paiza.ErrForbidden) {
				t.Errorf("roles %v: %v", roles, err)
			}
		}
		if _, _, err := d.EnrolPerson(ctx, who, paiza.NewPerson{Login: "x1", Name: "X", Roles: []paiza.Role{paiza.RoleRegistrar}}); !errors.Is(err, paiza.ErrForbidden) {
			t.Errorf("a new account with a right that the administrator lacks: %v", err)
		}
		fresh, _, err := d.EnrolPerson(ctx, paiza.Operator("test"), paiza.NewPerson{Login: "new", Name: "New", Roles: []paiza.Role{paiza.RoleRegistrar}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.RenewEnrolment(ctx, who, fresh.ID); !errors.Is(err, paiza.ErrForbidden) {
			t.Errorf("a code for an account with rights that the administrator lacks: %v", err)
		}
		if err := d.LinkNewcomer(ctx, who, fresh.ID, "https://issuer.example", "his own"); !errors.Is(err, paiza.ErrForbidden) {
			t.Errorf("a link for such an account: %v", err)
		}
		if _, err := d.UpdatePerson(ctx, who, p.ID, PersonChange{Name: "Another name", Roles: p.Roles, Disabled: true}); err != nil {
			t.Errorf("an administrator closes an account: %v", err)
		}
		if _, err := d.UpdatePerson(ctx, who, p.ID, PersonChange{Name: "Another name", Roles: p.Roles}); !errors.Is(err, paiza.ErrForbidden) {
			t.Errorf("and opens it again with rights that he lacks: %v", err)
		}
	})
}

// TestSessionLife: idle and absolute limits, and the ends of sessions over two
// processes.
func TestSessionLife(t *testing.T) {
	doors(t, func(t *testing.T, a, b *door) {
		ctx := t.Context()
		p := a.account(t, "person", paiza.RoleViewer)
		later := func(by time.Duration) {
			a.ahead.Add(int64(by))
			if a != b {
				b.ahead.Add(int64(by))
			}
		}
		here := func(e Entry) bool {
			_, _, err := b.Present(ctx, e.Session, "192.0.2.1")
			if err != nil && !errors.Is(err, paiza.ErrNotFound) && !errors.Is(err, paiza.ErrForbidden) {
				t.Fatal(err)
			}
			return err == nil
		}
		_, idle := a.come(t, "person", "192.0.2.1")
		_, busy := a.come(t, "person", "192.0.2.2")
		for range 11 {
			later(time.Hour)
			if !here(busy) {
				t.Fatal("a session in use ends early")
			}
		}
		if here(idle) {
			t.Error("a session that is not used goes on")
		}
		later(time.Hour)
		if here(busy) {
			t.Error("a session goes on for ever")
		}
		who, mine := a.come(t, "person", "192.0.2.1")
		_, other := a.come(t, "person", "192.0.2.2")
		list, err := b.Sessions(ctx, who, p.ID)
		if err != nil || len(list) != 2 {
			t.Fatalf("%d sessions, %v", len(list), err)
		}
		if n, err := b.EndOtherSessions(ctx, who, mine.Session); err != nil || n < 1 || here(other) || !here(mine) {
			t.Errorf("ended %d, %v", n, err)
		}
		_, other = a.come(t, "person", "192.0.2.2")
		if err := a.ChangePassword(ctx, who, mine.Session, secret, "another long secret", Visitor{From: "192.0.2.1"}); err != nil || here(other) || !here(mine) {
			t.Errorf("after a change of the password: %v", err)
		}
		if err := a.ResetPassword(ctx, paiza.Operator("test"), p.ID, secret, "test"); err != nil || here(mine) {
			t.Errorf("after a reset at the console: %v", err)
		}
		_, mine = a.come(t, "person", "192.0.2.1")
		if _, err := a.UpdatePerson(ctx, paiza.Operator("test"), p.ID, PersonChange{Name: p.Name, Roles: p.Roles, Disabled: true}); err != nil || here(mine) {
			t.Errorf("after the account is closed: %v", err)
		}
		if err := a.Tidy(ctx); err != nil {
			t.Error(err)
		}
	})
}
