package paiza

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Schedule says when something that the node does by itself is due: every so
// often, or daily at an hour of the node's own clock. The zero Schedule is
// never due.
type Schedule struct {
	Every time.Duration
	// Daily is set for once a day at Hour:Minute.
	Daily        bool
	Hour, Minute int
}

// EveryMin is the shortest time between two runs of one job.
const EveryMin = time.Minute

// ParseSchedule reads "every 1h" or "daily 02:30", the form in which String
// writes it.
func ParseSchedule(text string) (Schedule, error) {
	bad := Invalid("job.schedule_form", Args{"value": text})
	word, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	switch word {
	case "every":
		d, err := time.ParseDuration(strings.TrimSpace(rest))
		if err != nil || d < EveryMin || d > 366*24*time.Hour {
			return Schedule{}, bad
		}
		return Schedule{Every: d}, nil
	case "daily":
		hour, minute, ok := strings.Cut(strings.TrimSpace(rest), ":")
		h, err := strconv.Atoi(hour)
		m, err2 := strconv.Atoi(minute)
		if !ok || err != nil || err2 != nil || h < 0 || h > 23 || m < 0 || m > 59 || len(minute) != 2 {
			return Schedule{}, bad
		}
		return Schedule{Daily: true, Hour: h, Minute: m}, nil
	}
	return Schedule{}, bad
}

// String writes the schedule as ParseSchedule reads it; empty for the zero one.
func (s Schedule) String() string {
	switch {
	case s.Daily:
		return fmt.Sprintf("daily %02d:%02d", s.Hour, s.Minute)
	case s.Every > 0:
		return "every " + s.Every.String()
	}
	return ""
}

// Next is the first time after t at which it is due; zero for the zero
// Schedule. Daily counts in the time zone of t: on a day whose clock skips the
// hour, it is due as soon as the clock has moved on.
func (s Schedule) Next(t time.Time) time.Time {
	switch {
	case s.Daily:
		next := time.Date(t.Year(), t.Month(), t.Day(), s.Hour, s.Minute, 0, 0, t.Location())
		if !next.After(t) {
			next = time.Date(t.Year(), t.Month(), t.Day()+1, s.Hour, s.Minute, 0, 0, t.Location())
		}
		return next
	case s.Every > 0:
		return t.Add(s.Every)
	}
	return time.Time{}
}

// RunState is how far a run of a job has come.
type RunState string

// The states of a run.
const (
	RunUnderWay RunState = "under_way"
	RunDone     RunState = "done"
	RunFailed   RunState = "failed"
	RunCutOff   RunState = "cut_off" // its process died, or lost its claim
)

// Job is one kind of work that the node does by itself, as it stands now.
type Job struct {
	Name     string // backup, tidy …; the sentence of its name is job.name.<Name>
	Schedule Schedule
	Next     time.Time // when it is due; while paused nothing comes of it
	Asked    string    // name of the person who asked for a run that has not begun
	Paused   bool
	Reason   string // of the pause
	PausedBy string
	Failures int // in a row
	// Run is the number of the run under way, 0 for none; Holder and Until are
	// the process that claims it and how long its claim holds.
	Run    int64
	Holder string
	Until  time.Time
}

// Due reports whether a run may begin at this moment.
func (j Job) Due(now time.Time) bool {
	return j.Run == 0 && (j.Asked != "" || !j.Paused && !j.Next.IsZero() && !j.Next.After(now))
}

// JobRun is one run of a job.
type JobRun struct {
	Num      int64
	Job      string
	Asked    string // name of the person who asked for it; empty for the schedule
	Holder   string // the process that ran it
	Started  time.Time
	Finished time.Time // zero while it is under way
	State    RunState
	Failure  *Error // why it failed, as a sentence; nil otherwise
	Detail   string // what came of it: counts, names of files
}
