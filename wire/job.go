package wire

import (
	"time"

	"paiza"
)

// Job is work that the node does by itself, with its newest runs.
type Job struct {
	Name     string     `json:"name" example:"backup"`
	Schedule string     `json:"schedule,omitempty" example:"daily 02:30"`
	Next     *time.Time `json:"next,omitempty" doc:"When it is due; nothing comes of it while it is paused."`
	Asked    string     `json:"asked,omitempty" doc:"Who asked for a run that has not begun."`
	Paused   bool       `json:"paused"`
	Reason   string     `json:"reason,omitempty" doc:"Of the pause."`
	PausedBy string     `json:"paused_by,omitempty"`
	Failures int        `json:"failures" doc:"In a row."`
	Running  bool       `json:"running"`
	Runs     []JobRun   `json:"runs" doc:"Newest first."`
}

// JobRun is one run of a job.
type JobRun struct {
	ID       int64      `json:"run"`
	Asked    string     `json:"asked,omitempty" doc:"Who asked for it; absent for the schedule."`
	Started  time.Time  `json:"started"`
	Finished *time.Time `json:"finished,omitempty"`
	State    string     `json:"state" doc:"under_way, done, failed or cut_off."`
	Failure  *Failure   `json:"failure,omitempty"`
	Detail   string     `json:"detail,omitempty" doc:"What came of it: counts, names of files."`
}

// FromJob gives a job its shape.
func FromJob(j paiza.Job, runs []paiza.JobRun, say Speaker) Job {
	out := Job{Name: j.Name, Schedule: j.Schedule.String(), Next: instant(j.Next), Asked: j.Asked, Paused: j.Paused, Reason: j.Reason, PausedBy: j.PausedBy,
		Failures: j.Failures, Running: j.Run != 0, Runs: make([]JobRun, len(runs))}
	for i, r := range runs {
		out.Runs[i] = JobRun{ID: r.Num, Asked: r.Asked, Started: r.Started.UTC(), Finished: instant(r.Finished), State: string(r.State), Detail: r.Detail}
		if r.Failure != nil {
			out.Runs[i].Failure = &Failure{ProblemType + ProblemName(r.Failure.Kind), r.Failure.Key, say.Error(r.Failure)}
		}
	}
	return out
}

// JobList is every job of the node.
type JobList struct {
	Jobs []Job `json:"jobs"`
}

// Backup is what the node knows of a backup. None of it opens the file.
type Backup struct {
	ID         string     `json:"id,omitempty" doc:"Absent for a file that this store did not write."`
	Name       string     `json:"name" doc:"Of the file."`
	Folder     string     `json:"folder"`
	Made       time.Time  `json:"made"`
	Size       int64      `json:"size" doc:"Bytes."`
	SHA256     string     `json:"sha256,omitempty"`
	Rows       int64      `json:"rows,omitempty"`
	Entries    int64      `json:"entries,omitempty" doc:"Of the ledger in it."`
	Recipients []string   `json:"recipients,omitempty" doc:"Public keys whose holders can open it."`
	State      string     `json:"state" doc:"good, changed, missing, unknown or dropped."`
	Checked    *time.Time `json:"checked,omitempty" doc:"When its file was last read and compared."`
}

// FromBackup gives a backup its shape.
func FromBackup(b paiza.Backup) Backup {
	return Backup{ID: b.ID, Name: b.Name, Folder: b.Folder, Made: b.Made.UTC(), Size: b.Size, SHA256: b.SHA256, Rows: b.Rows, Entries: b.Entries,
		Recipients: b.Recipients, State: string(b.State), Checked: instant(b.Checked)}
}

// BackupList is the newest backups, newest first.
type BackupList struct {
	Backups []Backup `json:"backups"`
}

// Condition is how the node stands. Bytes are -1 where nobody knows.
type Condition struct {
	Engine        string       `json:"engine"`
	EngineVersion string       `json:"engine_version"`
	Tables        int64        `json:"tables" doc:"Number of the newest migration."`
	Catalog       string       `json:"catalog" doc:"Version of the reference data."`
	Bytes         int64        `json:"bytes" doc:"Of the store."`
	Free          int64        `json:"free" doc:"Bytes of the disk under the store."`
	BackupFree    int64        `json:"backup_free" doc:"Bytes of the disk under the backups."`
	Seizures      int64        `json:"seizures"`
	Imports       int64        `json:"imports"`
	Entries       int64        `json:"entries" doc:"Of the ledger."`
	People        int64        `json:"people"`
	Sessions      int64        `json:"sessions"`
	Checked       *time.Time   `json:"checked,omitempty" doc:"When the store was last proved."`
	Sound         bool         `json:"sound" doc:"What that proof found."`
	LedgerKey     string       `json:"ledger_key"`
	Certificate   *Certificate `json:"certificate,omitempty"`
}

// Certificate is the node's TLS certificate.
type Certificate struct {
	Names  []string   `json:"names"`
	Until  *time.Time `json:"until,omitempty"`
	Broken bool       `json:"broken,omitempty" doc:"The file cannot be read or holds no certificate."`
}

// NewCertificate gives a certificate its shape.
func NewCertificate(names []string, until time.Time, broken bool) *Certificate {
	return &Certificate{append([]string{}, names...), instant(until), broken}
}
