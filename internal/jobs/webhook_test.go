package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"paiza"
	"paiza/client"
	"paiza/internal/desk"
	"paiza/internal/dial"
	"paiza/internal/jobs"
	"paiza/internal/store"
	"paiza/internal/store/pgtest"
	"paiza/wire"
)

// loopback lets webhooks lead to this machine.
func loopback(t *testing.T) dial.Allow {
	t.Helper()
	a, err := dial.ParseAllow([]string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// clock is a clock that a test moves.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// process is a desk of a node over a store, and what sends for it.
func process(t *testing.T, target string, c *clock, allow dial.Allow) *desk.Desk {
	t.Helper()
	s, err := store.Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	d, err := desk.Open(t.Context(), desk.Options{Store: s, Now: c.now, Dial: allow})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	sender := jobs.NewWebhooks(d, slog.New(slog.DiscardHandler), allow)
	sender.LookEvery(50 * time.Millisecond)
	done.Go(func() { sender.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		done.Wait()
		d.Close()
		s.Close()
	})
	return d
}

// owner is somebody who has just proved that it is he.
func owner(t *testing.T, d *desk.Desk, c *clock, login string, roles ...paiza.Role) paiza.Actor {
	t.Helper()
	p, err := d.CreatePerson(t.Context(), who, paiza.NewPerson{Login: login, Name: "Duty analyst", Roles: roles, Password: "tablets of the relay"})
	if err != nil {
		t.Fatal(err)
	}
	a, _, err := d.Actor(t.Context(), p.ID, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	a.StepUp = c.now()
	return a
}

// receiver is a program that takes webhooks. It refuses the first attempts at
// every third message.
type receiver struct {
	*httptest.Server
	t      *testing.T
	secret atomic.Value
	fail   atomic.Int64 // how many calls from now are refused
	status atomic.Int64 // with which answer

	mu   sync.Mutex
	got  []string // subjects, in the order in which they were taken
	seen map[string]int
	came chan wire.WebhookMessage
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{t: t, seen: map[string]int{}, came: make(chan wire.WebhookMessage, 1000)}
	r.status.Store(http.StatusServiceUnavailable)
	r.Server = httptest.NewServer(http.HandlerFunc(r.take))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) take(w http.ResponseWriter, req *http.Request) {
	again := req.Clone(req.Context())
	secret, _ := r.secret.Load().(string)
	m, err := client.VerifyWebhook(req, secret, time.Now())
	if err != nil {
		r.t.Errorf("a message that does not prove itself: %v", err)
	}
	again.Body = http.NoBody
	if _, err := client.VerifyWebhook(again, secret, time.Now()); !errors.Is(err, wire.ErrWebhook) {
		r.t.Errorf("another body passes: %v", err)
	}
	if r.fail.Add(-1) >= 0 {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(int(r.status.Load()))
		return
	}
	r.mu.Lock()
	r.seen[m.Data.ID]++
	r.got = append(r.got, m.Data.Subject)
	r.mu.Unlock()
	r.came <- m
}

// next waits for a message.
func (r *receiver) next() wire.WebhookMessage {
	r.t.Helper()
	select {
	case m := <-r.came:
		return m
	case <-time.After(30 * time.Second):
		r.t.Fatal("nothing was received")
		return wire.WebhookMessage{}
	}
}

func (r *receiver) hook(d *desk.Desk, who paiza.Actor, types ...string) paiza.Webhook {
	r.t.Helper()
	h, secret, err := d.CreateWebhook(r.t.Context(), who, paiza.NewWebhook{Name: "situation board", URL: r.URL + "/hook", Types: types})
	if err != nil {
		r.t.Fatal(err)
	}
	r.secret.Store(secret)
	return h
}

func alert(t *testing.T, d *desk.Desk, tlp string) string {
	t.Helper()
	a, err := d.RaiseAlert(t.Context(), who, paiza.NewAlert{Title: "A new route", Handling: paiza.NewHandling{TLP: tlp}})
	if err != nil {
		t.Fatal(err)
	}
	return "alert/" + a.ID
}

// until asks again until it holds.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(what)
		}
	}
}

// TestWebhookOrder: two processes of one node send to one receiver that is away
// now and then. It gets what its owner may know of, each once and in order; sent
// again from a number, it gets the same again under the same ids.
func TestWebhookOrder(t *testing.T) {
	target, c := pgtest.New(t), &clock{}
	a := process(t, target, c, loopback(t))
	b := process(t, target, c, loopback(t))
	r := newReceiver(t)
	mine := owner(t, a, c, "analyst", paiza.RoleAnalyst)
	h := r.hook(a, mine, "alert")
	var want []string
	for i := range 30 {
		d := a
		if i%2 == 1 {
			d = b
		}
		if i%4 == 3 {
			alert(t, d, "red")
			continue
		}
		want = append(want, alert(t, d, "green"))
	}
	for range want {
		r.next()
	}
	if diff := cmp.Diff(want, r.got); diff != "" {
		t.Fatal(diff)
	}
	// Away for two attempts: what waits comes afterwards, in order.
	r.fail.Store(2)
	want = append(want, alert(t, a, "green"), alert(t, b, "green"))
	for left := 2; left > 0; {
		select {
		case <-r.came:
			left--
		default:
			c.advance(10 * time.Second) // less than a process may be silent
			time.Sleep(20 * time.Millisecond)
		}
	}
	if diff := cmp.Diff(want, r.got); diff != "" {
		t.Fatal(diff)
	}
	// The receiver has the last one a moment before the sender has noted it.
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		got, err := b.Webhook(t.Context(), mine, h.ID)
		if err == nil && got.Failures == 0 && len(got.Deliveries) >= len(want)+2 {
			break
		}
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	if _, err := b.ReplayWebhook(t.Context(), mine, h.ID, 0, "the board lost its disk"); err != nil {
		t.Fatal(err)
	}
	for range want {
		r.next()
	}
	if diff := cmp.Diff(append(want, want...), r.got); diff != "" {
		t.Error(diff)
	}
	for id, n := range r.seen {
		if n != 2 {
			t.Errorf("event %s was received %d times", id, n)
		}
	}
}

// TestWebhookAway: a receiver that refuses for three days disables its webhook,
// with an entry in the ledger; a test still reaches it, and it goes on where it
// was. A redirect counts as a refusal and is not followed.
func TestWebhookAway(t *testing.T) {
	c := &clock{}
	d := process(t, filepath.Join(t.TempDir(), "node.paiza"), c, loopback(t))
	r := newReceiver(t)
	mine := owner(t, d, c, "analyst", paiza.RoleAnalyst)
	h := r.hook(d, mine)
	r.fail.Store(1 << 40)
	r.status.Store(http.StatusFound)
	subject := alert(t, d, "green")
	attempts := 0
	until(t, "the webhook was not disabled", func() bool {
		got, err := d.Webhook(t.Context(), mine, h.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Deliveries) > attempts {
			attempts = len(got.Deliveries)
			if x := got.Deliveries[0]; x.Outcome != paiza.DeliveryRefused || x.Status != http.StatusFound || x.Attempt != attempts {
				t.Fatalf("attempt %d: %+v", attempts, x)
			}
			c.advance(5 * time.Hour)
		}
		return got.State == paiza.WebhookDisabled
	})
	acts, err := d.LedgerOn(t.Context(), who, "webhook/"+h.ID, 0, 10)
	if err != nil || acts[0].Action != "webhook.disable" {
		t.Errorf("the ledger says %+v, %v", acts, err)
	}
	r.fail.Store(0)
	if _, err := d.TestWebhook(t.Context(), mine, h.ID); err != nil {
		t.Fatal(err)
	}
	if m := r.next(); m.Type != wire.WebhookTest || !strings.HasPrefix(m.Data.ID, "test-") {
		t.Errorf("the test is %+v", m)
	}
	if _, err := d.ResumeWebhook(t.Context(), mine, h.ID, ""); err != nil {
		t.Fatal(err)
	}
	if m := r.next(); m.Data.Subject != subject || m.Type != "alert.raise" {
		t.Errorf("after it goes on: %+v", m)
	}
}

// TestWebhookRights: what is sent follows the owner's rights of the moment; a
// closed account ends it; nobody else changes or sees it but who operates the
// node, who does not see the path.
func TestWebhookRights(t *testing.T) {
	c := &clock{}
	d := process(t, filepath.Join(t.TempDir(), "node.paiza"), c, loopback(t))
	r := newReceiver(t)
	mine, other := owner(t, d, c, "analyst", paiza.RoleAnalyst), owner(t, d, c, "other", paiza.RoleAnalyst)
	admin := owner(t, d, c, "admin", paiza.RoleAdministrator)
	h := r.hook(d, mine)
	ctx := t.Context()
	if _, err := d.Webhook(ctx, other, h.ID); !errors.Is(err, paiza.ErrNotFound) {
		t.Errorf("another person reads it: %v", err)
	}
	if err := d.RemoveWebhook(ctx, other, h.ID, ""); !errors.Is(err, paiza.ErrNotFound) {
		t.Errorf("another person removes it: %v", err)
	}
	if _, err := d.ReplayWebhook(ctx, admin, h.ID, 0, ""); !errors.Is(err, paiza.ErrForbidden) {
		t.Errorf("the administrator has events sent again: %v", err)
	}
	stale := mine
	stale.StepUp = time.Time{}
	if _, _, err := d.CreateWebhook(ctx, stale, paiza.NewWebhook{Name: "x", URL: r.URL}); !desk.NeedsStepUp(err) {
		t.Errorf("made without proof of presence: %v", err)
	}
	for _, address := range []string{"http://192.0.2.1/", "https://10.0.0.1/", "https://[fd00::1]/", "https://169.254.169.254/latest", "ftp://board.example/", "https://a:b@board.example/", "http://board.example/", "https://"} {
		if _, _, err := d.CreateWebhook(ctx, mine, paiza.NewWebhook{Name: "x", URL: address}); !errors.Is(err, paiza.ErrInvalid) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := d.UpdatePerson(ctx, who, mine.ID, desk.PersonChange{Name: mine.Name, Roles: []paiza.Role{paiza.RoleAuditor}}); err != nil {
		t.Fatal(err)
	}
	alert(t, d, "green")
	last, err := d.LastEvent(ctx, who)
	if err != nil {
		t.Fatal(err)
	}
	until(t, "nothing was decided", func() bool { got, err := d.Webhook(ctx, mine, h.ID); return err == nil && got.Cursor >= last })
	if _, err := d.UpdatePerson(ctx, who, mine.ID, desk.PersonChange{Name: mine.Name, Roles: []paiza.Role{paiza.RoleAnalyst}}); err != nil {
		t.Fatal(err)
	}
	if want, got := alert(t, d, "green"), r.next().Data.Subject; got != want {
		t.Errorf("the first that was sent is %s, want %s: what the auditor may not know was sent", got, want)
	}
	if _, err := d.UpdatePerson(ctx, who, mine.ID, desk.PersonChange{Name: mine.Name, Roles: mine.Roles, Disabled: true}); err != nil {
		t.Fatal(err)
	}
	alert(t, d, "green")
	until(t, "the webhook of a closed account goes on", func() bool {
		got, err := d.Webhook(ctx, admin, h.ID)
		return err == nil && got.State == paiza.WebhookDisabled
	})
	if len(r.came) > 0 {
		t.Error("something was sent for a closed account")
	}
}
