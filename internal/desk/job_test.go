package desk_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/store"
	"paiza/internal/store/pgtest"
)

// clock is a time that a test moves.
type clock struct{ ms atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ms.Store(time.Date(2026, 3, 2, 10, 0, 0, 0, time.Local).UnixMilli())
	return c
}

func (c *clock) now() time.Time          { return time.UnixMilli(c.ms.Load()) }
func (c *clock) advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

func openWith(t *testing.T, target string, o desk.Options) *desk.Desk {
	t.Helper()
	s, err := store.Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	o.Store = s
	d, err := desk.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.Close()
		s.Close()
	})
	return d
}

// onBoth runs a test on each engine.
func onBoth(t *testing.T, fn func(t *testing.T, target string)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, filepath.Join(t.TempDir(), "node.paiza")) })
	t.Run("postgres", func(t *testing.T) { fn(t, pgtest.New(t)) })
}

func job(t *testing.T, d *desk.Desk, name string) desk.JobState {
	t.Helper()
	list, err := d.Jobs(t.Context(), who, 50)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(list, func(j desk.JobState) bool { return j.Name == name })
	if i < 0 {
		t.Fatalf("no job %s in %v", name, list)
	}
	return list[i]
}

var daily = paiza.Schedule{Daily: true, Hour: 11}

func put(t *testing.T, d *desk.Desk) {
	t.Helper()
	if err := d.PutJobs(t.Context(), []desk.JobKind{{Name: "backup", Schedule: daily}}); err != nil {
		t.Fatal(err)
	}
}

func claim(t *testing.T, d *desk.Desk) *desk.JobClaim {
	t.Helper()
	c, err := d.ClaimJob(t.Context(), "backup")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestClaimOnce: of many desks on one PostgreSQL that all try at the same moment
// exactly one gets the run, day after day.
func TestClaimOnce(t *testing.T) {
	target, time := pgtest.New(t), newClock()
	var desks []*desk.Desk
	for range 4 {
		desks = append(desks, openWith(t, target, desk.Options{Now: time.now}))
	}
	put(t, desks[0])
	for range 5 {
		time.advance(24 * 3600 * 1e9)
		var got []*desk.JobClaim
		var mu sync.Mutex
		var all sync.WaitGroup
		for _, d := range desks {
			for range 3 {
				all.Go(func() {
					c, err := d.ClaimJob(context.Background(), "backup")
					if err != nil {
						t.Error(err)
					}
					if c != nil {
						mu.Lock()
						got = append(got, c)
						mu.Unlock()
					}
				})
			}
		}
		all.Wait()
		if len(got) != 1 {
			t.Fatalf("%d desks have the run, want 1", len(got))
		}
		if err := got[0].End(t.Context(), "done", nil); err != nil {
			t.Fatal(err)
		}
	}
	if j := job(t, desks[1], "backup"); len(j.Runs) != 5 || j.Run != 0 || j.Failures != 0 {
		t.Errorf("after five days: %+v", j)
	}
}

// TestTakeOver: a process that falls silent loses its run when the claim has run
// out and not before; it can neither keep it nor end it then.
func TestTakeOver(t *testing.T) {
	onBoth(t, func(t *testing.T, target string) {
		clock := newClock()
		first, second := openWith(t, target, desk.Options{Now: clock.now}), openWith(t, target, desk.Options{Now: clock.now})
		first.Abandon() // as if it were on another machine
		put(t, first)
		clock.advance(24 * time.Hour)
		old := claim(t, first)
		if old == nil {
			t.Fatal("the job is not due")
		}
		clock.advance(desk.JobLease - time.Second)
		if c := claim(t, second); c != nil {
			t.Fatal("a run was taken from a process that lives")
		}
		if err := old.Keep(t.Context()); err != nil {
			t.Fatal(err)
		}
		clock.advance(desk.JobLease - time.Second)
		if due, err := second.DueJobs(t.Context()); err != nil || len(due) != 0 {
			t.Errorf("due while the claim is kept: %v, %v", due, err)
		}
		clock.advance(2 * time.Second)
		taken := claim(t, second)
		if taken == nil {
			t.Fatal("the run of a silent process was not taken over")
		}
		if err := old.Keep(t.Context()); !errors.Is(err, paiza.ErrConflict) {
			t.Errorf("the old process keeps its claim: %v", err)
		}
		if err := old.End(t.Context(), "too late", nil); !errors.Is(err, paiza.ErrConflict) {
			t.Errorf("the old process ends the run: %v", err)
		}
		if err := taken.End(t.Context(), "done", nil); err != nil {
			t.Fatal(err)
		}
		runs := job(t, second, "backup").Runs
		if len(runs) != 2 || runs[0].State != paiza.RunDone || runs[1].State != paiza.RunCutOff || runs[1].Failure == nil || runs[1].Failure.Key != "job.cut_off" {
			t.Errorf("history: %+v", runs)
		}
	})
}

// TestRetry: a failing job is tried again, later each time, and never later than
// its schedule; the first success begins anew. What it says of a failure is a
// sentence, and nothing internal.
func TestRetry(t *testing.T) {
	onBoth(t, func(t *testing.T, target string) {
		clock := newClock()
		d := openWith(t, target, desk.Options{Now: clock.now})
		put(t, d)
		clock.advance(time.Hour) // 11:00
		var waits []time.Duration
		for range 4 {
			c := claim(t, d)
			if c == nil {
				t.Fatal("not due")
			}
			if err := c.End(t.Context(), "", errors.New("secret path /var/lib")); err != nil {
				t.Fatal(err)
			}
			j := job(t, d, "backup")
			wait := j.Next.Sub(clock.now())
			waits = append(waits, wait)
			if j.Runs[0].Failure.Key != "job.fault" || len(j.Runs[0].Failure.Args) != 0 {
				t.Errorf("what is said of the failure: %+v", j.Runs[0].Failure)
			}
			clock.advance(wait - time.Second)
			if c := claim(t, d); c != nil {
				t.Fatal("tried again too early")
			}
			clock.advance(time.Second)
		}
		if want := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}; !slices.Equal(waits, want) {
			t.Errorf("pauses %v, want %v", waits, want)
		}
		c := claim(t, d)
		if err := c.End(t.Context(), "ok", nil); err != nil {
			t.Fatal(err)
		}
		j := job(t, d, "backup")
		if want := time.Date(2026, 3, 3, 11, 0, 0, 0, time.Local); j.Failures != 0 || !j.Next.Equal(want) {
			t.Errorf("after a success: %d failures, next %v, want %v", j.Failures, j.Next, want)
		}
	})
}

// TestPauseAndAsk: a paused job does not begin by itself, and does when a person
// asks; both are acts with his name.
func TestPauseAndAsk(t *testing.T) {
	onBoth(t, func(t *testing.T, target string) {
		clock := newClock()
		d := openWith(t, target, desk.Options{Now: clock.now})
		put(t, d)
		ctx := t.Context()
		analyst := paiza.Actor{ID: "a", Name: "Duty analyst", Roles: []paiza.Role{paiza.RoleAnalyst}}
		for name, err := range map[string]error{"run": d.RunJob(ctx, analyst, "backup"), "pause": d.PauseJob(ctx, analyst, "backup", "x"),
			"resume": d.ResumeJob(ctx, analyst, "backup", "x")} {
			if !errors.Is(err, paiza.ErrForbidden) {
				t.Errorf("an analyst may %s: %v", name, err)
			}
		}
		if err := d.PauseJob(ctx, who, "backup", ""); !errors.Is(err, paiza.ErrInvalid) {
			t.Errorf("a pause without a reason: %v", err)
		}
		if err := d.PauseJob(ctx, who, "backup", "the disk is exchanged"); err != nil {
			t.Fatal(err)
		}
		clock.advance(24 * time.Hour)
		if c := claim(t, d); c != nil {
			t.Fatal("a paused job began by itself")
		}
		if err := d.RunJob(ctx, who, "backup"); err != nil {
			t.Fatal(err)
		}
		c := claim(t, d)
		if c == nil || c.Run.Asked != who.Name {
			t.Fatalf("asked for: %+v", c)
		}
		if err := d.RunJob(ctx, who, "backup"); !errors.Is(err, paiza.ErrConflict) {
			t.Errorf("asked for while it runs: %v", err)
		}
		if err := c.End(ctx, "", nil); err != nil {
			t.Fatal(err)
		}
		if err := d.ResumeJob(ctx, who, "backup", ""); err != nil {
			t.Fatal(err)
		}
		var acts []string
		list, err := d.LedgerOn(ctx, who, "job/backup", 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range list {
			acts = append(acts, a.Action)
		}
		if want := []string{"job.resume", "job.run", "job.pause"}; !slices.Equal(acts, want) || list[2].Reason != "the disk is exchanged" {
			t.Errorf("ledger: %v, want %v", acts, want)
		}
	})
}
