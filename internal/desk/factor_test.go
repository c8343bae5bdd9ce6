package desk

import (
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paiza"
	"paiza/internal/auth"
)

// half signs in by a password that is not enough.
func (d *door) half(t *testing.T, login, from string) Entry {
	t.Helper()
	e, err := d.SignIn(t.Context(), login, secret, Visitor{From: from})
	if err != nil {
		t.Fatal(err)
	}
	if !e.Half || e.Device != "" {
		t.Fatalf("a password alone opens: %+v", e)
	}
	if who, p, err := d.Present(t.Context(), e.Session, from); !IsHalf(err) || !who.Anonymous() || p.ID != "" {
		t.Fatalf("a session half-way acts for %+v: %v", who, err)
	}
	return e
}

// app is a person's telephone.
type app struct {
	d      *door
	secret auth.OTPSecret
}

// secretOf reads a secret as a person types it.
func secretOf(t *testing.T, text string) auth.OTPSecret {
	t.Helper()
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// code is what the telephone shows now.
func (a app) code() string { return a.secret.Code(auth.OTPStep(a.d.Desk.now())) }

// enrol makes an app in a session half-way, which is whole then.
func (d *door) enrol(t *testing.T, session, from string) (app, Entry) {
	t.Helper()
	v := Visitor{From: from}
	codes, ceremony, err := d.BeginCodes(t.Context(), paiza.Actor{}, session, "", "Paiza test", v)
	if err != nil {
		t.Fatal(err)
	}
	a := app{d, secretOf(t, codes.Text)}
	if again, _, err := d.BeginCodes(t.Context(), paiza.Actor{}, session, ceremony, "Paiza test", v); err != nil || again.Text != codes.Text {
		t.Fatalf("the page that is loaded again shows another secret: %v", err)
	}
	if _, err := d.AddCodes(t.Context(), paiza.Actor{}, session, ceremony, "000000", v); !errors.Is(err, paiza.ErrInvalid) {
		t.Fatalf("a wrong code sets the app up: %v", err)
	}
	e, err := d.AddCodes(t.Context(), paiza.Actor{}, session, ceremony, a.code(), v)
	if err != nil {
		t.Fatal(err)
	}
	return a, e
}

// TestSecondFactor walks it on both engines, at two processes: made where there
// is none, asked for afterwards, each code once.
func TestSecondFactor(t *testing.T) {
	doors(t, func(t *testing.T, d, other *door) {
		ctx := t.Context()
		d.Desk.factor, other.Desk.factor = FactorRequired, FactorRequired
		p := d.account(t, "person", paiza.RoleViewer)
		at := "192.0.2.1"
		first := d.half(t, "person", at)
		thief := d.half(t, "person", "203.0.113.9")
		if _, err := d.PassByCode(ctx, first.Session, "123456", Visitor{From: at}); !errors.Is(err, paiza.ErrConflict) {
			t.Errorf("a code of no app: %v", err)
		}
		a, e := d.enrol(t, first.Session, at)
		who, _, err := other.Present(ctx, e.Session, at)
		if err != nil || who.ID != p.ID || !other.SteppedUp(who) || e.Device == "" {
			t.Fatalf("%+v, %v", e, err)
		}
		// Who was half-way before there was a second factor makes none of his own.
		if _, _, err := d.BeginCodes(ctx, paiza.Actor{}, thief.Session, "", "x", Visitor{From: "203.0.113.9"}); !IsHalf(err) {
			t.Errorf("the password alone makes a second factor: %v", err)
		}
		next := d.half(t, "person", at)
		if _, err := d.PassByCode(ctx, next.Session, a.code(), Visitor{From: at}); !errors.Is(err, paiza.ErrInvalid) {
			t.Errorf("the code that set the app up opens too: %v", err)
		}
		d.ahead.Add(int64(30 * time.Second))
		if d != other {
			other.ahead.Add(int64(30 * time.Second))
		}
		var in atomic.Int64
		var work sync.WaitGroup
		code := a.code()
		for i := range 6 {
			who := []*door{d, other}[i%2]
			e := d.half(t, "person", at)
			work.Go(func() {
				_, err := who.PassByCode(ctx, e.Session, code, Visitor{From: at, Device: first.Device})
				if err == nil {
					in.Add(1)
				} else if _, wait := WaitOf(err); !wait && !errors.Is(err, paiza.ErrInvalid) {
					t.Error(err)
				}
			})
		}
		work.Wait()
		if in.Load() != 1 {
			t.Errorf("one code let in %d", in.Load())
		}
		acts, err := d.Ledger(ctx, paiza.Operator("test"), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, act := range acts {
			seen[act.Action] = true
			if strings.Contains(fmt.Sprint(act), a.secret.Text()) || strings.Contains(fmt.Sprint(act), code) {
				t.Errorf("the ledger knows a secret: %+v", act)
			}
		}
		for _, action := range []string{"person.otp_add", "person.signin_half", "person.signin", "person.factor_refused"} {
			if !seen[action] {
				t.Errorf("no entry %s", action)
			}
		}
		o, err := d.store.OTP(ctx, p.ID)
		if err != nil || strings.Contains(o.Secret, string(a.secret)) || !strings.HasPrefix(o.Secret, "sealed1:") {
			t.Errorf("the secret is not sealed: %q, %v", o.Secret, err)
		}
	})
}

// TestCodeGuessing: who holds the password has few codes to guess, however many
// sessions he begins, and does not keep the person out.
func TestCodeGuessing(t *testing.T) {
	doors(t, func(t *testing.T, d, other *door) {
		ctx := t.Context()
		d.Desk.factor, other.Desk.factor = FactorRequired, FactorRequired
		d.account(t, "victim", paiza.RoleViewer)
		home := "192.0.2.1"
		a, mine := d.enrol(t, d.half(t, "victim", home).Session, home)
		if d.nextCode(); d != other {
			other.nextCode()
		}
		tried := 0
		for i := range 14 {
			from := fmt.Sprintf("203.0.113.%d", i)
			e, err := d.SignIn(ctx, "victim", secret, Visitor{From: from})
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				_, err = []*door{d, other}[i%2].PassByCode(ctx, e.Session, "1", Visitor{From: from})
				if errors.Is(err, paiza.ErrInvalid) {
					tried++
				} else if _, wait := WaitOf(err); !wait {
					t.Fatal(err)
				}
			}
		}
		if tried != perCodes {
			t.Errorf("%d guesses in one window, want %d", tried, perCodes)
		}
		for _, v := range []Visitor{{From: home}, {From: "198.51.100.7", Device: mine.Device}} {
			d.nextCode()
			e, err := d.SignIn(ctx, "victim", secret, v)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.PassByCode(ctx, e.Session, a.code(), v); err != nil {
				t.Errorf("the person is kept out at %s: %v", v.From, err)
			}
		}
	})
}

// nextCode lets the next code come.
func (d *door) nextCode() {
	d.ahead.Add(int64(30 * time.Second))
}

// TestFactorPolicy: whom each policy asks, of whom it takes the last factor away,
// and that a change of policy or of roles holds for sessions that are open.
func TestFactorPolicy(t *testing.T) {
	doors(t, func(t *testing.T, d, _ *door) {
		ctx := t.Context()
		viewer := d.account(t, "viewer", paiza.RoleViewer)
		d.account(t, "chief", paiza.RoleAdministrator)
		at := "192.0.2.1"
		chief, open := d.come(t, "chief", at)
		_, plain := d.come(t, "viewer", at)
		d.Desk.factor = FactorAdministrators
		if _, _, err := d.Present(ctx, open.Session, at); !IsHalf(err) {
			t.Errorf("an administrator goes on by a password: %v", err)
		}
		if _, _, err := d.Present(ctx, plain.Session, at); err != nil {
			t.Errorf("a viewer is asked: %v", err)
		}
		a, e := d.enrol(t, open.Session, at)
		chief, _, err := d.Present(ctx, e.Session, at)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.RemoveCodes(ctx, chief); !errors.Is(err, paiza.ErrConflict) {
			t.Errorf("the last second factor is taken away: %v", err)
		}
		// A password is half of a proof of presence.
		d.ahead.Add(int64(10 * time.Minute))
		if chief, _, err = d.Present(ctx, e.Session, at); err != nil || d.SteppedUp(chief) {
			t.Fatalf("%v", err)
		}
		v := Visitor{From: at}
		if err := d.StepUpCode(ctx, chief, e.Session, a.code(), v); !NeedsStepUp(err) {
			t.Errorf("a code alone is a proof: %v", err)
		}
		enough, err := d.StepUpPassword(ctx, chief, e.Session, secret, v)
		if err != nil || enough {
			t.Fatalf("a password alone is a proof: %v", err)
		}
		if err := d.ChangePassword(ctx, chief, e.Session, secret, "another tablet of the relay", v); !NeedsStepUp(err) {
			t.Errorf("a password changes itself: %v", err)
		}
		if err := d.StepUpCode(ctx, chief, e.Session, a.code(), v); err != nil {
			t.Fatal(err)
		}
		if chief, _, err = d.Present(ctx, e.Session, at); err != nil || !d.SteppedUp(chief) {
			t.Fatalf("two proofs are none: %v", err)
		}
		// Who chose to have one is asked for it too; and he may give it up.
		d.account(t, "careful", paiza.RoleViewer)
		careful, own := d.come(t, "careful", "192.0.2.7")
		codes, ceremony, err := d.BeginCodes(ctx, careful, own.Session, "", "Paiza test", v)
		if err != nil {
			t.Fatal(err)
		}
		telephone := app{d, secretOf(t, codes.Text)}
		if _, err := d.AddCodes(ctx, careful, own.Session, ceremony, telephone.code(), v); err != nil {
			t.Fatal(err)
		}
		d.half(t, "careful", "192.0.2.7")
		if err := d.RemoveCodes(ctx, careful); err != nil {
			t.Errorf("what nobody demanded cannot be removed: %v", err)
		}
		// A viewer who becomes administrator owes it at once.
		if _, err := d.UpdatePerson(ctx, paiza.Operator("test"), viewer.ID, PersonChange{Name: viewer.Name, Roles: []paiza.Role{paiza.RoleAdministrator}, Reason: "test"}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.Present(ctx, plain.Session, at); err == nil {
			t.Error("a new administrator goes on by a password")
		}
		d.Desk.factor = FactorOff
		if e, err := d.SignIn(ctx, "chief", secret, v); err != nil || e.Half {
			t.Errorf("off: %+v, %v", e, err)
		}
		if err := d.RemoveCodes(ctx, chief); err != nil {
			t.Errorf("off: the app stays: %v", err)
		}
	})
}

// TestRecoveryEndsFactor: a recovery takes the app for codes away too, and leads
// to a new one; and a session does not stay half-way for long.
func TestRecoveryEndsFactor(t *testing.T) {
	doors(t, func(t *testing.T, d, _ *door) {
		ctx := t.Context()
		d.Desk.factor = FactorRequired
		p := d.account(t, "lost", paiza.RoleViewer)
		at := "192.0.2.1"
		d.enrol(t, d.half(t, "lost", at).Session, at)
		code, _, err := d.RecoverAtConsole(ctx, paiza.Operator("test"), p.ID, "telephone lost")
		if err != nil {
			t.Fatal(err)
		}
		hash, _, err := d.OpenCode(ctx, code, Visitor{From: at})
		if err != nil {
			t.Fatal(err)
		}
		e, err := d.RecoverByPassword(ctx, hash, "another tablet of the relay", Visitor{From: at})
		if err != nil || !e.Half {
			t.Fatalf("%+v, %v", e, err)
		}
		h, err := d.Halfway(ctx, e.Session, at)
		if err != nil || !h.Enrol {
			t.Fatalf("%+v, %v", h, err)
		}
		d.ahead.Add(int64(halfTime))
		if _, err := d.Halfway(ctx, e.Session, at); !errors.Is(err, paiza.ErrNotFound) {
			t.Errorf("a session stays half-way: %v", err)
		}
	})
}
