package paiza

import "time"

// ImportKind is what the rows of a file are.
type ImportKind string

// The kinds. They are never summed together.
const (
	KindSeizures ImportKind = "seizures" // events
	KindTotals   ImportKind = "totals"   // official yearly figures
)

// ImportState is how far an import has come.
type ImportState string

// The states. Rows of an import are seen by nobody before StateDone.
const (
	StateRunning ImportState = "running"
	StateDone    ImportState = "done"
	StateFailed  ImportState = "failed" // nothing of it was kept
	StateUndone  ImportState = "undone"
)

// Import is one file taken in as one act.
type Import struct {
	ID       string
	File     string // name as the person gave it
	SHA256   string
	Size     int64
	Profile  string // profile of the layout
	Source   string // the publisher's series: overlapping vintages share it
	Kind     ImportKind
	State    ImportState
	Actor    string   // display name
	Person   string   // id
	Handling Handling // of all its rows
	Started  time.Time
	Finished time.Time
	Counts   Counts
	Failure  *Error // why it failed
	Progress Progress
	Catalog  string // version of the catalog that resolved the rows
	Notes    []Note // what a person should know: months without reports …
}

// Counts are the outcome of an import. Read = Imported + Refused + Repeated +
// SetAside.
type Counts struct {
	Read     int64 `json:"read"`
	Imported int64 `json:"imported"`
	Refused  int64 `json:"refused"`   // with a reason for each
	Repeated int64 `json:"repeated"`  // already in the store from this source
	Flagged  int64 `json:"flagged"`   // imported, but a person should look
	SetAside int64 `json:"set_aside"` // totals and sub-totals, not events
	Revised  int64 `json:"revised"`   // earlier rows that this file replaces
}

// Progress is how far a running import has come.
type Progress struct {
	Rows      int64
	Bytes     int64 // of the file, as far as read
	Size      int64 // of the file
	Started   time.Time
	Updated   time.Time
	Finishing bool // all rows are read; figures are being written
}

// Rate is rows per second so far.
func (p Progress) Rate() float64 {
	if s := p.Updated.Sub(p.Started).Seconds(); s > 0 {
		return float64(p.Rows) / s
	}
	return 0
}

// Left is the time until all of the file is read at the rate so far; false when
// it cannot be said yet.
func (p Progress) Left() (time.Duration, bool) {
	if p.Bytes <= 0 || p.Size <= 0 || p.Updated.Sub(p.Started) < 500*time.Millisecond {
		return 0, false
	}
	done := float64(p.Bytes) / float64(p.Size)
	return time.Duration(float64(p.Updated.Sub(p.Started)) * (1 - done) / done), true
}

// RowError says why one row was refused or set aside: the row as a person
// counts, the column's heading, the value and the reason as a sentence key.
type RowError struct {
	Sheet  string
	Row    int
	Column string
	Value  string
	Key    string
	Args   Args
	Aside  bool // set aside, not refused
}

// Note is something about a whole import that a person should know.
type Note struct {
	Key  string
	Args Args
}
