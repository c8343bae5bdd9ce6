package desk

import (
	"context"
	"errors"
	"time"

	"paiza"
	"paiza/internal/store"
)

// What the node does by itself. Package jobs runs it; here is who may ask for a
// run and how one is claimed, so that of several processes on one store exactly
// one does it.

const (
	// JobLease is how long a run may be silent before its process is taken for
	// dead; it says that it lives every JobBeat.
	JobLease = 30 * time.Second
	// JobBeat is how often the holder of a claim must call Keep.
	JobBeat = 8 * time.Second
	// jobHistory is how many runs of each job are kept.
	jobHistory = 50
)

// JobKind is a job as the program knows it.
type JobKind struct {
	Name     string
	Schedule paiza.Schedule
}

// PutJobs makes the program's jobs known to the store. One that is known there
// and stands in the list no more is never due again; its history stays.
func (d *Desk) PutJobs(ctx context.Context, kinds []JobKind) error {
	known, err := d.store.Jobs(ctx)
	if err != nil {
		return err
	}
	want := map[string]paiza.Schedule{}
	for _, j := range known {
		want[j.Name] = paiza.Schedule{}
	}
	for _, k := range kinds {
		want[k.Name] = k.Schedule
	}
	return d.store.Write(ctx, func(t *store.Tx) error {
		for name, schedule := range want {
			if err := t.PutJob(name, schedule, d.firstRun(schedule)); err != nil {
				return err
			}
		}
		return nil
	})
}

// firstRun is when a job that is new here is due: what runs every so often
// begins at once, so that a node that is often restarted does not put it off.
func (d *Desk) firstRun(s paiza.Schedule) time.Time {
	if s.Every > 0 {
		return d.now()
	}
	return s.Next(d.local())
}

// local is the time on the node's own clock, in which hours of a day are given.
func (d *Desk) local() time.Time { return d.now().Local() }

// JobClaim is a run that this process has and no other.
type JobClaim struct {
	Run paiza.JobRun
	d   *Desk
}

// DueJobs names the jobs of which a run can be claimed now.
func (d *Desk) DueJobs(ctx context.Context) ([]string, error) {
	list, err := d.store.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, j := range list {
		if j.Due(d.now()) || d.lost(j) {
			out = append(out, j.Name)
		}
	}
	return out, nil
}

// lost reports whether a run's process is silent for too long or known to be
// dead.
func (d *Desk) lost(j paiza.Job) bool {
	return j.Run != 0 && (j.Until.Before(d.now()) || diedHere(j.Holder))
}

// ClaimJob begins a run of a job that is due; nil when it is not, or when another
// process was quicker. A run whose process died is written down as cut off and
// its job is due again: at once the first time, then with growing pauses, so
// that work which kills its process does not do so without end.
func (d *Desk) ClaimJob(ctx context.Context, name string) (*JobClaim, error) {
	var c *JobClaim
	err := d.store.Write(ctx, func(t *store.Tx) error {
		c = nil
		j, err := t.Job(name)
		if err != nil {
			return err
		}
		now := d.now()
		if d.lost(j) {
			cut := paiza.JobRun{Num: j.Run, Job: name, Finished: now, State: paiza.RunCutOff, Failure: &paiza.Error{Key: "job.cut_off"}}
			if err := t.EndRun(cut, jobHistory); err != nil {
				return err
			}
			j.Run, j.Holder, j.Until = 0, "", time.Time{}
			j.Next = now.Add(retryAfter(j.Failures))
			j.Failures++
			if !j.Due(now) {
				return t.SetJob(j)
			}
		}
		if !j.Due(now) {
			return nil
		}
		run := paiza.JobRun{Job: name, Asked: j.Asked, Holder: d.holder, Started: now}
		if err := t.BeginRun(&run); err != nil {
			return err
		}
		j.Run, j.Holder, j.Until, j.Asked, j.Next = run.Num, d.holder, now.Add(JobLease), "", j.Schedule.Next(d.local())
		c = &JobClaim{run, d}
		return t.SetJob(j)
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// retryAfter is how long a job waits after so many failures in a row.
func retryAfter(failures int) time.Duration {
	steps := []time.Duration{0, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour}
	return steps[min(failures, len(steps)-1)]
}

// Keep says that the run lives. It is a conflict when the claim was lost: the
// work must stop then, since another process may be doing it.
func (c *JobClaim) Keep(ctx context.Context) error {
	return c.d.store.Write(ctx, func(t *store.Tx) error {
		j, err := c.mine(t)
		if err != nil {
			return err
		}
		j.Until = c.d.now().Add(JobLease)
		return t.SetJob(j)
	})
}

// mine reads the job while this run has it.
func (c *JobClaim) mine(t *store.Tx) (paiza.Job, error) {
	j, err := t.Job(c.Run.Job)
	if err == nil && j.Run != c.Run.Num {
		err = paiza.Conflict("job.lost", nil)
	}
	return j, err
}

// End writes how the run ended. After a failure the job is tried again, later
// each time but never later than its schedule says. A run that was stopped
// because the program stops is no failure and is due at the next start.
func (c *JobClaim) End(ctx context.Context, detail string, failed error) error {
	return c.d.store.Write(ctx, func(t *store.Tx) error {
		j, err := c.mine(t)
		if err != nil {
			return err
		}
		now := c.d.now()
		run := c.Run
		run.Finished, run.State, run.Detail = now, paiza.RunDone, detail
		j.Run, j.Holder, j.Until = 0, "", time.Time{}
		switch next := j.Schedule.Next(c.d.local()); {
		case failed == nil:
			j.Failures, j.Next = 0, next
		case errors.Is(failed, context.Canceled):
			run.State, run.Failure, j.Next = paiza.RunCutOff, &paiza.Error{Key: "job.stopped"}, now
		default:
			run.State, run.Failure = paiza.RunFailed, sentence(failed)
			j.Failures++
			j.Next = next
			if again := now.Add(retryAfter(j.Failures)); next.IsZero() || again.Before(next) {
				j.Next = again
			}
		}
		if err := t.EndRun(run, jobHistory); err != nil {
			return err
		}
		return t.SetJob(j)
	})
}

// sentence is what a page may say of a failure: nothing internal.
func sentence(err error) *paiza.Error {
	var pe *paiza.Error
	if errors.As(err, &pe) {
		return &paiza.Error{Key: pe.Key, Args: pe.Args}
	}
	return &paiza.Error{Key: "job.fault"}
}

// JobState is a job with its newest runs, newest first.
type JobState struct {
	paiza.Job
	Runs []paiza.JobRun
}

// Jobs lists every job with at most n of its runs.
func (d *Desk) Jobs(ctx context.Context, who paiza.Actor, n int) ([]JobState, error) {
	if err := allow(who, paiza.RightOperate); err != nil {
		return nil, err
	}
	list, err := d.store.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	var out []JobState
	for _, j := range list {
		runs, err := d.store.Runs(ctx, j.Name, min(max(n, 1), jobHistory))
		if err != nil {
			return nil, err
		}
		out = append(out, JobState{j, runs})
	}
	return out, nil
}

// RunJob asks for a run now, also of a job that is paused. It answers when the
// wish is written down; some process of the node begins within seconds.
func (d *Desk) RunJob(ctx context.Context, who paiza.Actor, name string) error {
	return d.changeJob(ctx, who, name, "job.run", "", func(j *paiza.Job) error {
		switch {
		case j.Schedule == paiza.Schedule{}:
			return paiza.Conflict("job.not_set_up", nil)
		case j.Run != 0 && !d.lost(*j):
			return paiza.Conflict("job.busy", nil)
		}
		j.Asked = who.Name
		return nil
	})
}

// PauseJob stops a job from beginning by itself; a run under way goes on. The
// reason is required: a colleague will ask why there are no backups.
func (d *Desk) PauseJob(ctx context.Context, who paiza.Actor, name, reason string) error {
	return d.changeJob(ctx, who, name, "job.pause", reason, func(j *paiza.Job) error {
		if reason == "" {
			return &paiza.Error{Kind: paiza.ErrInvalid, Key: "job.reason_needed",
				Fields: []paiza.FieldError{{Field: "reason", Key: "job.reason_needed"}}}
		}
		if j.Paused {
			return paiza.Conflict("job.is_paused", nil)
		}
		j.Paused, j.Reason, j.PausedBy = true, reason, who.Name
		return nil
	})
}

// ResumeJob lets a paused job begin by itself again, at its next hour.
func (d *Desk) ResumeJob(ctx context.Context, who paiza.Actor, name, reason string) error {
	return d.changeJob(ctx, who, name, "job.resume", reason, func(j *paiza.Job) error {
		if !j.Paused {
			return paiza.Conflict("job.not_paused", nil)
		}
		j.Paused, j.Reason, j.PausedBy = false, "", ""
		if j.Next.Before(d.now()) {
			j.Next = d.firstRun(j.Schedule)
		}
		return nil
	})
}

func (d *Desk) changeJob(ctx context.Context, who paiza.Actor, name, action, reason string, change func(*paiza.Job) error) error {
	if err := allow(who, paiza.RightOperate); err != nil {
		return err
	}
	err := d.act(ctx, who, func(t *store.Tx) (entry, error) {
		j, err := t.Job(name)
		if err != nil {
			return entry{}, err
		}
		if err := change(&j); err != nil {
			return entry{}, err
		}
		return entry{action: action, subject: "job/" + name, reason: reason}, t.SetJob(j)
	})
	if err != nil {
		return err
	}
	select {
	case d.asked <- struct{}{}:
	default:
	}
	return nil
}

// JobAsked tells the runner of this process that somebody changed a job here, so
// that he need not wait for its next look at the store.
func (d *Desk) JobAsked() <-chan struct{} { return d.asked }

// node is who acts when the node does something by itself.
func node() paiza.Actor {
	who := paiza.Operator("node")
	who.From = "schedule"
	return who
}
