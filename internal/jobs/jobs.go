// Package jobs does what the node does by itself: at an hour of the day or every
// so often, in exactly one of the processes that serve one store, again after a
// crash, and with its outcome where the operator sees it.
//
// The package decides nothing and keeps nothing: the desk says what is due, gives
// the claim on a run, and keeps its history; what a run does is an act of the
// desk. Read jobs.go for the runner, kind.go for the jobs of a node.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"paiza"
	"paiza/internal/desk"
)

// Kind is one kind of work.
type Kind struct {
	// Name is kept in the store and must not change: job.name.<Name> is its
	// sentence.
	Name     string
	Schedule paiza.Schedule
	// Do does it and says in short what came of it. It returns soon when the
	// context ends, and may be called again after it was cut off anywhere.
	Do func(context.Context) (detail string, err error)
}

// Runner runs jobs of some kinds over a desk.
type Runner struct {
	desk  *desk.Desk
	log   *slog.Logger
	kinds map[string]Kind
	look  time.Duration
	beat  time.Duration
	work  sync.WaitGroup
	busy  sync.Map // names of jobs at work here, also when their claim is lost
}

// look is how often the store is asked for what is due, when nobody in this
// process changed a job meanwhile.
const look = 5 * time.Second

// New makes a runner. Names must differ.
func New(d *desk.Desk, log *slog.Logger, kinds ...Kind) *Runner {
	r := &Runner{desk: d, log: log, kinds: map[string]Kind{}, look: look, beat: desk.JobBeat}
	for _, k := range kinds {
		if _, twice := r.kinds[k.Name]; twice || k.Do == nil {
			panic("jobs: kind " + k.Name + " stands twice or does nothing")
		}
		r.kinds[k.Name] = k
	}
	return r
}

// Run does what is due until the context ends, and then waits for the runs under
// way, which are told to stop.
func (r *Runner) Run(ctx context.Context) {
	defer r.work.Wait()
	tick := time.NewTicker(r.look)
	defer tick.Stop()
	known := false
	for {
		if !known {
			known = r.register(ctx)
		}
		if known {
			r.begin(ctx)
		}
		select {
		case <-tick.C:
		case <-r.desk.JobAsked():
		case <-ctx.Done():
			return
		}
	}
}

// register tells the store of the kinds. It is tried again until it succeeds: a
// database that does not answer yet is no reason for a night without backup.
func (r *Runner) register(ctx context.Context) bool {
	var list []desk.JobKind
	for _, k := range r.kinds {
		list = append(list, desk.JobKind{Name: k.Name, Schedule: k.Schedule})
	}
	if err := r.desk.PutJobs(ctx, list); err != nil {
		if ctx.Err() == nil {
			r.log.Error("jobs were not registered", "error", err)
		}
		return false
	}
	return true
}

// begin claims what is due and starts it.
func (r *Runner) begin(ctx context.Context) {
	due, err := r.desk.DueJobs(ctx)
	if err != nil {
		if ctx.Err() == nil {
			r.log.Error("jobs were not looked at", "error", err)
		}
		return
	}
	for _, name := range due {
		kind, ok := r.kinds[name]
		if !ok {
			continue // of a process with other kinds
		}
		if _, busy := r.busy.Load(name); busy {
			continue
		}
		claim, err := r.desk.ClaimJob(ctx, name)
		if err != nil {
			if ctx.Err() == nil {
				r.log.Error("a job was not claimed", "job", name, "error", err)
			}
			continue
		}
		if claim != nil {
			r.busy.Store(name, true)
			r.work.Go(func() { r.run(ctx, kind, claim) })
		}
	}
}

// run does one run under its claim and writes down how it ended.
func (r *Runner) run(ctx context.Context, kind Kind, claim *desk.JobClaim) {
	defer r.busy.Delete(kind.Name)
	work, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r.work.Go(func() { r.keep(work, stop, claim) })
	detail, err := do(work, kind)
	lost := context.Cause(work) != nil && ctx.Err() == nil
	if err == nil && lost {
		err = context.Cause(work)
	}
	if err != nil && ctx.Err() == nil {
		r.log.Error("a job failed", "job", kind.Name, "run", claim.Run.Num, "error", err)
	}
	if err != nil && ctx.Err() != nil {
		err = context.Canceled
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := claim.End(last, detail, err); err != nil && !errors.Is(err, paiza.ErrConflict) {
		r.log.Error("the end of a job was not written down", "job", kind.Name, "run", claim.Run.Num, "error", err)
	}
}

// keep renews the claim until the work ends. It stops the work when the claim is
// lost, or could not be renewed for so long that it must be.
func (r *Runner) keep(ctx context.Context, stop context.CancelCauseFunc, claim *desk.JobClaim) {
	beat := time.NewTicker(r.beat)
	defer beat.Stop()
	kept := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
		switch err := claim.Keep(ctx); {
		case err == nil:
			kept = time.Now()
		case ctx.Err() != nil:
		case errors.Is(err, paiza.ErrConflict), time.Since(kept) > desk.JobLease-r.beat:
			stop(err)
			return
		default:
			r.log.Warn("the claim on a job was not renewed", "job", claim.Run.Job, "error", err)
		}
	}
}

// do turns a panic into an error: one broken job must not end the node.
func do(ctx context.Context, kind Kind) (detail string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return kind.Do(ctx)
}
