package desk_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/store"
	"paiza/internal/store/pgtest"
)

// desks runs a test on a desk over each engine, with a person of the roles.
func desks(t *testing.T, roles []paiza.Role, fn func(t *testing.T, d *desk.Desk, c *clock, who paiza.Actor)) {
	for _, e := range []struct {
		name   string
		target func(*testing.T) string
	}{
		{"sqlite", func(t *testing.T) string { return filepath.Join(t.TempDir(), "node.paiza") }},
		{"postgres", func(t *testing.T) string { return pgtest.New(t) }},
	} {
		t.Run(e.name, func(t *testing.T) {
			st, err := store.Open(t.Context(), e.target(t))
			if err != nil {
				t.Fatal(err)
			}
			c := newClock()
			d, err := desk.Open(t.Context(), desk.Options{Store: st, Now: c.now})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { d.Close(); st.Close() })
			p, err := d.CreatePerson(t.Context(), paiza.Operator("t"), paiza.NewPerson{Login: "analyst", Name: "Duty analyst", Roles: roles,
				Password: "tablets of the relay"})
			if err != nil {
				t.Fatal(err)
			}
			who, _, err := d.Actor(t.Context(), p.ID, "192.0.2.7")
			if err != nil {
				t.Fatal(err)
			}
			fn(t, d, c, who)
		})
	}
}

// TestTokenLife: a token is made after a step-up, carries its scopes and its
// owner's present roles, and is refused once anything about it is over.
func TestTokenLife(t *testing.T) {
	desks(t, []paiza.Role{paiza.RoleAnalyst}, func(t *testing.T, d *desk.Desk, c *clock, who paiza.Actor) {
		ctx := t.Context()
		in := paiza.NewToken{Name: "nightly figures", Scopes: []paiza.Right{paiza.RightReadPicture}, Networks: []string{"192.0.2.0/24", "2001:db8::1"}, Days: 30}
		if _, _, err := d.CreateToken(ctx, who, in); !refusedAs(err, "signin.step_up") {
			t.Fatalf("without a step-up: %v", err)
		}
		who.StepUp = c.now()
		more := in
		more.Scopes = []paiza.Right{paiza.RightReadPicture, paiza.RightManagePeople}
		if _, _, err := d.CreateToken(ctx, who, more); !errors.Is(err, paiza.ErrInvalid) {
			t.Fatalf("with a right that its owner lacks: %v", err)
		}
		for _, days := range []int{0, 366} {
			long := in
			long.Days = days
			if _, _, err := d.CreateToken(ctx, who, long); !errors.Is(err, paiza.ErrInvalid) {
				t.Errorf("for %d days: %v", days, err)
			}
		}
		k, secret, err := d.CreateToken(ctx, who, in)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := d.TokenActor(ctx, secret, "192.0.2.99")
		if err != nil {
			t.Fatal(err)
		}
		if got.ID != who.ID || got.Via != paiza.ViaToken || got.Token != k.ID || len(got.Scopes) != 1 {
			t.Errorf("the actor is %+v", got)
		}
		if _, err := d.Market(ctx, got, paiza.Slice{}, paiza.ByYear, "substance"); err != nil {
			t.Errorf("inside the scope: %v", err)
		}
		if _, err := d.Seizures(ctx, got, paiza.SeizureFilter{}, paiza.Page{}); !errors.Is(err, paiza.ErrForbidden) {
			t.Errorf("outside the scope: %v", err)
		}
		// A token never counts as presence, so it makes no other token.
		if _, _, err := d.CreateToken(ctx, got, in); !refusedAs(err, "signin.step_up") {
			t.Errorf("a token makes a token: %v", err)
		}
		list, err := d.Tokens(ctx, who, "")
		if err != nil || len(list) != 1 || !list[0].LastUsed.Equal(c.now()) || list[0].LastFrom != "192.0.2.99" {
			t.Fatalf("after one use: %+v, %v", list, err)
		}
		// Within a minute the use is not written again.
		c.advance(59 * time.Second)
		if _, _, err := d.TokenActor(ctx, secret, "2001:db8::1"); err != nil {
			t.Errorf("from the other network: %v", err)
		}
		if list, _ = d.Tokens(ctx, who, ""); list[0].LastFrom != "192.0.2.99" {
			t.Errorf("written after 59 seconds: %+v", list[0])
		}
		if _, _, err := d.TokenActor(ctx, secret, "::ffff:192.0.2.8"); err != nil {
			t.Errorf("an IPv4 address written as IPv6: %v", err)
		}
		for _, from := range []string{"198.51.100.1", "2001:db8::2", "console", ""} {
			if _, _, err := d.TokenActor(ctx, secret, from); !refusedAs(err, "token.elsewhere") {
				t.Errorf("from %q: %v", from, err)
			}
		}
		// Its owner is out, then back with another role: the token follows.
		op := paiza.Operator("t")
		change := desk.PersonChange{Name: "Duty analyst", Roles: []paiza.Role{paiza.RoleAuditor}, Disabled: true}
		if _, err := d.UpdatePerson(ctx, op, who.ID, change); err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.TokenActor(ctx, secret, "192.0.2.1"); !refusedAs(err, "token.owner") {
			t.Errorf("of a disabled owner: %v", err)
		}
		change.Disabled = false
		if _, err := d.UpdatePerson(ctx, op, who.ID, change); err != nil {
			t.Fatal(err)
		}
		if got, _, err = d.TokenActor(ctx, secret, "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Market(ctx, got, paiza.Slice{}, paiza.ByYear, "substance"); !errors.Is(err, paiza.ErrForbidden) {
			t.Errorf("a right that its owner lost: %v", err)
		}
		c.ms.Store(k.Expires.UnixMilli())
		if _, _, err := d.TokenActor(ctx, secret, "192.0.2.1"); !refusedAs(err, "token.expired") {
			t.Errorf("at its end: %v", err)
		}
	})
}

// TestTokenRevoke: the owner or an administrator ends a token; nobody else
// learns that it is there.
func TestTokenRevoke(t *testing.T) {
	desks(t, []paiza.Role{paiza.RoleAnalyst}, func(t *testing.T, d *desk.Desk, c *clock, who paiza.Actor) {
		ctx := t.Context()
		k, secret, err := d.CreateToken(ctx, paiza.Operator("t"), paiza.NewToken{Owner: who.ID, Name: "x", Scopes: []paiza.Right{paiza.RightExport}, Days: 1})
		if err != nil {
			t.Fatal(err)
		}
		other := paiza.Actor{ID: "other", Name: "Other", Roles: []paiza.Role{paiza.RoleAnalyst}}
		if err := d.RevokeToken(ctx, other, k.ID, ""); !errors.Is(err, paiza.ErrNotFound) {
			t.Errorf("by a stranger: %v", err)
		}
		if _, err := d.Tokens(ctx, other, who.ID); !errors.Is(err, paiza.ErrForbidden) {
			t.Errorf("listed by a stranger: %v", err)
		}
		if err := d.RevokeToken(ctx, who, k.ID, "lost"); err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.TokenActor(ctx, secret, "192.0.2.1"); !refusedAs(err, "token.revoked") {
			t.Errorf("revoked: %v", err)
		}
		if err := d.RevokeToken(ctx, who, k.ID, "lost"); !errors.Is(err, paiza.ErrConflict) {
			t.Errorf("revoked twice: %v", err)
		}
		acts, err := d.LedgerOn(ctx, paiza.Operator("t"), "token/"+k.ID, 0, 10)
		if err != nil || len(acts) != 2 || acts[0].Action != "token.revoke" || acts[0].Reason != "lost" {
			t.Errorf("the ledger says %+v, %v", acts, err)
		}
	})
}

// TestTokenBackup: a token goes with its node into a backup and works in the
// node that is made of it.
func TestTokenBackup(t *testing.T) {
	t.Setenv(store.EnvSecret, filepath.Join(t.TempDir(), "secret")) // of both stores
	desks(t, []paiza.Role{paiza.RoleAnalyst}, func(t *testing.T, d *desk.Desk, c *clock, who paiza.Actor) {
		ctx, dir := t.Context(), t.TempDir()
		_, secret, err := d.CreateToken(ctx, paiza.Operator("t"), paiza.NewToken{Owner: who.ID, Name: "x", Scopes: []paiza.Right{paiza.RightExport}, Days: 1})
		if err != nil {
			t.Fatal(err)
		}
		copied, target := filepath.Join(dir, "b"), filepath.Join(dir, "again.paiza")
		if err := d.Backup(ctx, paiza.Operator("t"), copied); err != nil {
			t.Fatal(err)
		}
		if err := store.Restore(ctx, copied, target, false); err != nil {
			t.Fatal(err)
		}
		st, err := store.Open(ctx, target)
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		again, err := desk.Open(ctx, desk.Options{Store: st, Now: c.now})
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		if _, _, err := again.TokenActor(ctx, secret, "192.0.2.1"); err != nil {
			t.Error(err)
		}
	})
}

// TestRepeat: one key does one thing, whoever asks how often.
func TestRepeat(t *testing.T) {
	desks(t, []paiza.Role{paiza.RoleAnalyst}, func(t *testing.T, d *desk.Desk, c *clock, who paiza.Actor) {
		ctx := t.Context()
		begin := func(key, of string) (desk.Repeat, bool, error) { return d.BeginRepeat(ctx, who, key, []byte(of)) }
		if _, begun, err := begin("k", "a"); !begun || err != nil {
			t.Fatalf("first: %v, %v", begun, err)
		}
		if _, _, err := begin("k", "a"); !refusedAs(err, "api.repeat_at_work") {
			t.Errorf("while it is at work: %v", err)
		}
		if err := d.FinishRepeat(ctx, who, "k", 201, map[string]string{"Location": "/x"}, []byte("{}")); err != nil {
			t.Fatal(err)
		}
		got, begun, err := begin("k", "a")
		if err != nil || begun || got.Status != 201 || got.Header["Location"] != "/x" || string(got.Body) != "{}" {
			t.Errorf("again: %+v, %v, %v", got, begun, err)
		}
		if _, _, err := begin("k", "b"); !refusedAs(err, "api.repeat_differs") {
			t.Errorf("with another body: %v", err)
		}
		other := who
		other.ID = "other"
		if _, begun, err := d.BeginRepeat(ctx, other, "k", []byte("b")); !begun || err != nil {
			t.Errorf("of another person: %v, %v", begun, err)
		}
		c.advance(24*time.Hour + time.Second)
		if _, begun, err := begin("k", "b"); !begun || err != nil {
			t.Errorf("after a day: %v, %v", begun, err)
		}
		if err := d.DropRepeat(ctx, who, "k"); err != nil {
			t.Fatal(err)
		}
		if _, begun, err := begin("k", "c"); !begun || err != nil {
			t.Errorf("after it was given up: %v, %v", begun, err)
		}
	})
}

// TestRepeatOfTheDead: a process dies over a named request. Before the act the key
// is free for others after a while; after the act it is done, and stays so.
func TestRepeatOfTheDead(t *testing.T) {
	desks(t, []paiza.Role{paiza.RoleAnalyst}, func(t *testing.T, d *desk.Desk, c *clock, who paiza.Actor) {
		ctx := t.Context()
		dead, err := desk.Open(ctx, desk.Options{Store: d.Store(), Now: c.now})
		if err != nil {
			t.Fatal(err)
		}
		defer dead.Close()
		begin := func(d *desk.Desk) (desk.Repeat, bool, error) { return d.BeginRepeat(ctx, who, "k", []byte("a")) }
		if _, begun, err := begin(dead); !begun || err != nil {
			t.Fatalf("first: %v, %v", begun, err)
		}
		if _, _, err := begin(d); !refusedAs(err, "api.repeat_at_work") {
			t.Errorf("another process that may live: %v", err)
		}
		c.advance(time.Hour + time.Second)
		if _, begun, err := begin(d); !begun || err != nil {
			t.Errorf("after its process died before the act: %v, %v", begun, err)
		}
		if err := d.SetLanguage(desk.Named(ctx, who, "k"), who, "ru"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if got, begun, err := begin(dead); err != nil || begun || got.Status != desk.RepeatDone || got.Subject() != "person/"+who.ID {
				t.Errorf("after its process died over the answer: %+v, %v, %v", got, begun, err)
			}
			if err := d.DropRepeat(ctx, who, "k"); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func refusedAs(err error, key string) bool {
	var e *paiza.Error
	return errors.As(err, &e) && e.Key == key
}
