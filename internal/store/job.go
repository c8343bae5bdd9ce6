package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"paiza"
)

const (
	jobColumns = "name, schedule, next, asked, paused, reason, paused_by, failures, run, holder, until"
	runColumns = "num, job, asked, holder, started, finished, state, failure, detail"
)

// PutJob makes a job known, or gives a known one its schedule. A new one, and
// one whose schedule changed, is due at next.
func (t *Tx) PutJob(name string, s paiza.Schedule, next time.Time) error {
	_, err := t.exec(`INSERT INTO job (`+jobColumns+`) VALUES ($1, $2, $3, '', 0, '', '', 0, 0, '', 0)
		ON CONFLICT (name) DO UPDATE SET next = CASE WHEN job.schedule = excluded.schedule THEN job.next ELSE excluded.next END,
			schedule = excluded.schedule`, name, s.String(), millis(next))
	return err
}

// Jobs lists every job, by name.
func (s *Store) Jobs(ctx context.Context) ([]paiza.Job, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+jobColumns+" FROM job ORDER BY name")
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []paiza.Job
	for rows.Next() {
		j, err := scanJob(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, j)
	}
	return out, diskError(rows.Err())
}

// Job reads one job for a change of it: its row is locked until the
// transaction ends.
func (t *Tx) Job(name string) (paiza.Job, error) {
	// An update that changes nothing is the lock that both engines know.
	if _, err := t.exec("UPDATE job SET run = run WHERE name = $1", name); err != nil {
		return paiza.Job{}, err
	}
	j, err := scanJob(t.row("SELECT "+jobColumns+" FROM job WHERE name = $1", name))
	if errors.Is(err, sql.ErrNoRows) {
		return j, paiza.NotFound("job", name)
	}
	return j, err
}

// SetJob writes what may change of a job.
func (t *Tx) SetJob(j paiza.Job) error {
	_, err := t.exec("UPDATE job SET next = $1, asked = $2, paused = $3, reason = $4, paused_by = $5, failures = $6, run = $7, holder = $8, until = $9 WHERE name = $10",
		millis(j.Next), j.Asked, bit(j.Paused), j.Reason, j.PausedBy, j.Failures, j.Run, j.Holder, millis(j.Until), j.Name)
	return err
}

// BeginRun writes that a run begins and gives it its number.
func (t *Tx) BeginRun(r *paiza.JobRun) error {
	num, err := t.next("job_run", 1)
	if err != nil {
		return err
	}
	r.Num, r.State = num, paiza.RunUnderWay
	_, err = t.exec("INSERT INTO job_run ("+runColumns+") VALUES ($1, $2, $3, $4, $5, 0, $6, '', '')",
		r.Num, r.Job, r.Asked, r.Holder, millis(r.Started), string(r.State))
	return err
}

// EndRun writes how a run ended, and forgets all but the newest keep runs of
// its job.
func (t *Tx) EndRun(r paiza.JobRun, keep int) error {
	failure := ""
	if r.Failure != nil {
		raw, err := json.Marshal(failureRow{r.Failure.Key, r.Failure.Args})
		if err != nil {
			return err
		}
		failure = string(raw)
	}
	if _, err := t.exec("UPDATE job_run SET finished = $1, state = $2, failure = $3, detail = $4 WHERE num = $5",
		millis(r.Finished), string(r.State), failure, r.Detail, r.Num); err != nil {
		return err
	}
	_, err := t.exec(`DELETE FROM job_run WHERE job = $1 AND state <> 'under_way'
		AND num NOT IN (SELECT num FROM job_run WHERE job = $2 ORDER BY num DESC LIMIT $3)`, r.Job, r.Job, keep)
	return err
}

// failureRow keeps the sentence of a failure and never its cause, which is for
// the operator's log.
type failureRow struct {
	Key  string     `json:"key"`
	Args paiza.Args `json:"args,omitempty"`
}

// Runs lists the newest runs of a job, newest first; of every job when name is
// empty.
func (s *Store) Runs(ctx context.Context, name string, limit int) ([]paiza.JobRun, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+runColumns+" FROM job_run WHERE job = $1 OR $2 = '' ORDER BY num DESC LIMIT $3", name, name, limit)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []paiza.JobRun
	for rows.Next() {
		var r paiza.JobRun
		var started, finished int64
		var failure string
		if err := rows.Scan(&r.Num, &r.Job, &r.Asked, &r.Holder, &started, &finished, &r.State, &failure, &r.Detail); err != nil {
			return nil, err
		}
		r.Started, r.Finished = moment(started), moment(finished)
		if failure != "" {
			var f failureRow
			if err := json.Unmarshal([]byte(failure), &f); err != nil {
				return nil, err
			}
			for name, v := range f.Args {
				if n, ok := v.(float64); ok && n == float64(int64(n)) {
					f.Args[name] = int64(n) // JSON made a fraction of a count
				}
			}
			r.Failure = &paiza.Error{Kind: paiza.ErrUnavailable, Key: f.Key, Args: f.Args}
		}
		out = append(out, r)
	}
	return out, diskError(rows.Err())
}

func scanJob(row scanner) (j paiza.Job, err error) {
	var schedule string
	var next, paused, until int64
	if err = row.Scan(&j.Name, &schedule, &next, &j.Asked, &paused, &j.Reason, &j.PausedBy, &j.Failures, &j.Run, &j.Holder, &until); err != nil {
		return j, err
	}
	j.Next, j.Paused, j.Until = moment(next), paused != 0, moment(until)
	if schedule != "" {
		j.Schedule, err = paiza.ParseSchedule(schedule)
	}
	return j, err
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
