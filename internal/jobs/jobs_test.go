package jobs_test

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/jobs"
	"paiza/internal/locale"
	"paiza/internal/store"
	"paiza/internal/store/pgtest"
)

// envVictim tells the test program to be the process that dies at work; it is
// the address of the store.
const envVictim = "PAIZA_TEST_VICTIM"

func TestMain(m *testing.M) {
	if target := os.Getenv(envVictim); target != "" {
		victim(target)
	}
	pgtest.Main(m)
}

// victim begins the job, says so, and works until it is killed.
func victim(target string) {
	ctx := context.Background()
	s, err := store.Open(ctx, target)
	if err != nil {
		panic(err)
	}
	d, err := desk.Open(ctx, desk.Options{Store: s})
	if err != nil {
		panic(err)
	}
	jobs.New(d, slog.New(slog.DiscardHandler), jobs.Kind{Name: "measure", Schedule: hourly, Do: func(context.Context) (string, error) {
		os.Stdout.WriteString("begun\n")
		select {}
	}}).Run(ctx)
}

var (
	hourly = paiza.Schedule{Every: time.Hour}
	who    = paiza.Operator("test")
)

func open(t *testing.T, target string) *desk.Desk {
	t.Helper()
	s, err := store.Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	d, err := desk.Open(t.Context(), desk.Options{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.Close()
		s.Close()
	})
	return d
}

// start runs jobs until the answer is called, which waits for them.
func start(t *testing.T, d *desk.Desk, kinds ...jobs.Kind) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { jobs.New(d, slog.New(slog.DiscardHandler), kinds...).Run(ctx) })
	stop = func() {
		cancel()
		done.Wait()
	}
	t.Cleanup(stop)
	return stop
}

// runs waits until the newest run of a job has ended, and lists all.
func runs(t *testing.T, d *desk.Desk, name string, n int) []paiza.JobRun {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		list, err := d.Jobs(t.Context(), who, 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range list {
			if j.Name == name && len(j.Runs) >= n && j.Run == 0 && j.Asked == "" {
				return j.Runs
			}
		}
	}
	t.Fatalf("the job %s has not run %d times", name, n)
	return nil
}

// TestOnce: three runners over one PostgreSQL do what is due once between them,
// and once more for each time that somebody asks.
func TestOnce(t *testing.T) {
	target := pgtest.New(t)
	var count atomic.Int64
	kind := jobs.Kind{Name: "measure", Schedule: hourly, Do: func(context.Context) (string, error) {
		count.Add(1)
		return "done", nil
	}}
	var desks []*desk.Desk
	for range 3 {
		d := open(t, target)
		desks = append(desks, d)
		start(t, d, kind)
	}
	runs(t, desks[0], "measure", 1)
	for i := range 3 {
		if err := desks[i].RunJob(t.Context(), who, "measure"); err != nil {
			t.Fatal(err)
		}
		runs(t, desks[0], "measure", i+2)
	}
	if got := count.Load(); got != 4 {
		t.Errorf("the work was done %d times, want 4", got)
	}
}

// TestKilled: a process is killed in the middle of its work; another takes the
// run over at once, because both are on one machine, and the history says both.
func TestKilled(t *testing.T) {
	for name, target := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "node.paiza"), "postgres": ""} {
		t.Run(name, func(t *testing.T) {
			if target == "" {
				target = pgtest.New(t)
			}
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), envVictim+"="+target)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if line, err := bufio.NewReader(out).ReadString('\n'); line != "begun\n" {
				cmd.Process.Kill()
				cmd.Wait()
				t.Fatalf("the first process: %q, %v", line, err)
			}
			cmd.Process.Kill()
			cmd.Wait()
			d := open(t, target)
			start(t, d, jobs.Kind{Name: "measure", Schedule: hourly, Do: func(context.Context) (string, error) { return "by the second", nil }})
			got := runs(t, d, "measure", 2)
			if got[0].State != paiza.RunDone || got[0].Detail != "by the second" || got[1].State != paiza.RunCutOff {
				t.Errorf("history: %+v", got)
			}
		})
	}
}

// TestFailures: an error, a panic and a stop of the program each end the run with
// a sentence, and none ends the node.
func TestFailures(t *testing.T) {
	d := open(t, filepath.Join(t.TempDir(), "node.paiza"))
	begun := make(chan struct{})
	stop := start(t, d,
		jobs.Kind{Name: "tidy", Schedule: hourly, Do: func(context.Context) (string, error) { panic("secret") }},
		jobs.Kind{Name: "check", Schedule: hourly, Do: func(context.Context) (string, error) {
			return "", paiza.Unavailable("job.store_unsound", errors.New("secret"))
		}},
		jobs.Kind{Name: "backup", Schedule: hourly, Do: func(ctx context.Context) (string, error) {
			close(begun)
			<-ctx.Done()
			return "", ctx.Err()
		}})
	if r := runs(t, d, "tidy", 1)[0]; r.State != paiza.RunFailed || r.Failure.Key != "job.fault" || len(r.Failure.Args) > 0 {
		t.Errorf("a panic: %+v", r)
	}
	if r := runs(t, d, "check", 1)[0]; r.State != paiza.RunFailed || r.Failure.Key != "job.store_unsound" {
		t.Errorf("an error: %+v", r)
	}
	<-begun
	stop()
	r := runs(t, d, "backup", 1)[0]
	if r.State != paiza.RunCutOff || r.Failure.Key != "job.stopped" {
		t.Errorf("a stop: %+v", r)
	}
	due, err := d.DueJobs(t.Context())
	if err != nil || !slices.Contains(due, "backup") {
		t.Errorf("what was stopped is not due again: %v, %v", due, err)
	}
}

// TestSentences: what a page makes keys of has its sentences.
func TestSentences(t *testing.T) {
	en := locale.For("en")
	var keys []string
	for _, k := range jobs.Node(nil, desk.BackupPlan{Folder: "f", Recipients: []string{"r"}}, jobs.Options{}) {
		keys = append(keys, "job.name."+k.Name, "job.text."+k.Name)
	}
	for _, s := range []paiza.RunState{paiza.RunUnderWay, paiza.RunDone, paiza.RunFailed, paiza.RunCutOff} {
		keys = append(keys, "job.run."+string(s))
	}
	for _, s := range []paiza.BackupState{paiza.BackupGood, paiza.BackupChanged, paiza.BackupMissing, paiza.BackupUnknown, paiza.BackupDropped} {
		keys = append(keys, "backup.state."+string(s), "backup.state_text."+string(s))
	}
	for _, key := range keys {
		if !en.Has(key) {
			t.Errorf("no sentence %q", key)
		}
	}
}

// TestNode runs every job of a real node once.
func TestNode(t *testing.T) {
	d := open(t, filepath.Join(t.TempDir(), "node.paiza"))
	kinds := jobs.Node(d, desk.BackupPlan{}, jobs.Options{Check: hourly})
	start(t, d, kinds...)
	for _, k := range kinds {
		if r := runs(t, d, k.Name, 1)[0]; r.State != paiza.RunDone {
			t.Errorf("%s: %+v", k.Name, r.Failure)
		}
	}
	c, err := d.Condition(t.Context(), who)
	if err != nil || !c.Check.Sound || c.Check.At.IsZero() {
		t.Errorf("the check left %+v, %v", c.Check, err)
	}
}
