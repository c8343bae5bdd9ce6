package wire

import (
	"time"

	"paiza"
)

// Speaker writes the sentences of a shape in the language of the caller.
type Speaker interface {
	Note(paiza.Note) string
	RowError(paiza.RowError) string
	Error(error) string
}

// Import is one file taken in as one act.
type Import struct {
	ID       string       `json:"import" example:"1"`
	File     string       `json:"file" example:"ids_2011_2015.csv.gz"`
	SHA256   string       `json:"sha256"`
	Size     int64        `json:"size" doc:"Bytes."`
	Profile  string       `json:"profile" doc:"Layout that the file was read with."`
	Source   string       `json:"source" doc:"The publisher's series."`
	Kind     string       `json:"kind" doc:"seizures or totals."`
	State    string       `json:"state" doc:"running, done, failed (nothing was kept) or undone."`
	By       string       `json:"by" doc:"Who took it in."`
	Started  time.Time    `json:"started"`
	Finished *time.Time   `json:"finished,omitempty"`
	Counts   paiza.Counts `json:"counts"`
	Progress *Progress    `json:"progress,omitempty" doc:"While it runs."`
	Failure  *Failure     `json:"failure,omitempty" doc:"Why it failed."`
	Notes    []string     `json:"notes,omitempty" doc:"Sentences: months without reports …"`
	Catalog  string       `json:"catalog,omitempty" doc:"Version of the catalog that resolved the rows."`
	Errors   []RowError   `json:"errors,omitempty" doc:"The first refused and set-aside rows."`
}

// Progress is how far a running import has come.
type Progress struct {
	Rows      int64    `json:"rows"`
	Bytes     int64    `json:"bytes"`
	Size      int64    `json:"size"`
	Finishing bool     `json:"finishing" doc:"All rows are read; figures are being written."`
	Rate      float64  `json:"rows_per_second"`
	Left      *float64 `json:"seconds_left,omitempty" doc:"Absent while it cannot be said."`
}

// Failure is why an import left nothing.
type Failure struct {
	Type   string `json:"type" doc:"As in Problem."`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// RowError is one row that was refused or set aside.
type RowError struct {
	Sheet  string `json:"sheet,omitempty"`
	Row    int    `json:"row"`
	Column string `json:"column,omitempty"`
	Value  string `json:"value,omitempty"`
	Kind   string `json:"kind" doc:"refused or set_aside."`
	Reason string `json:"reason"`
}

// FromRowError gives a row error its shape.
func FromRowError(e paiza.RowError, say Speaker) RowError {
	kind := "refused"
	if e.Aside {
		kind = "set_aside"
	}
	return RowError{e.Sheet, e.Row, e.Column, e.Value, kind, say.RowError(e)}
}

// FromImport gives an import its shape.
func FromImport(m paiza.Import, say Speaker) Import {
	out := Import{ID: m.ID, File: m.File, SHA256: m.SHA256, Size: m.Size, Profile: m.Profile, Source: m.Source, Kind: string(m.Kind),
		State: string(m.State), By: m.Actor, Started: m.Started.UTC(), Finished: instant(m.Finished), Counts: m.Counts, Catalog: m.Catalog}
	if m.Failure != nil {
		out.Failure = &Failure{ProblemType + ProblemName(m.Failure.Kind), m.Failure.Key, say.Error(m.Failure)}
	}
	if m.State == paiza.StateRunning {
		p := &Progress{Rows: m.Progress.Rows, Bytes: m.Progress.Bytes, Size: m.Progress.Size, Finishing: m.Progress.Finishing, Rate: m.Progress.Rate()}
		if left, ok := m.Progress.Left(); ok {
			s := left.Seconds()
			p.Left = &s
		}
		out.Progress = p
	}
	for _, n := range m.Notes {
		out.Notes = append(out.Notes, say.Note(n))
	}
	return out
}

// ImportList is the imports of a node, newest first.
type ImportList struct {
	Imports []Import `json:"imports"`
}

// Outcome is what an import did, or in a dry run would do. Read = imported +
// refused + repeated + set_aside.
type Outcome struct {
	paiza.Counts
	Profile string   `json:"profile"`
	Kind    string   `json:"kind"`
	Import  string   `json:"import"`
	DryRun  bool     `json:"dry_run,omitempty"`
	Notes   []string `json:"notes,omitempty"`
}

// Outcome is the part of an import that the command line prints.
func (m Import) Outcome() Outcome {
	return Outcome{Counts: m.Counts, Profile: m.Profile, Kind: m.Kind, Import: m.ID, Notes: m.Notes}
}

// DryRun is what an import would do, with examples.
type DryRun struct {
	Outcome
	Errors []RowError `json:"errors" doc:"The first refused and set-aside rows."`
	Sample []Seizure  `json:"sample,omitempty"`
	Totals []Total    `json:"totals,omitempty"`
}

// Upload is a file that waits on the node to be imported.
type Upload struct {
	ID     string    `json:"upload"`
	Name   string    `json:"name"`
	Size   int64     `json:"size" doc:"Bytes."`
	SHA256 string    `json:"sha256"`
	At     time.Time `json:"at"`
}

// Layout is what was found out about a file: how it is written and what its
// columns mean.
type Layout struct {
	Recognised bool     `json:"recognised" doc:"A shipped layout fits. Otherwise the layout is a proposal that a person must check."`
	Profile    string   `json:"profile"`
	Kind       string   `json:"kind"`
	TOML       string   `json:"toml" doc:"The layout, to be checked and given back as mapping."`
	Columns    []string `json:"columns" doc:"Headings of the file."`
	Profiles   []string `json:"profiles" doc:"Names of the shipped layouts."`
}

// Take says how an uploaded file is to be read.
type Take struct {
	Upload   string     `json:"upload" doc:"Id of the upload."`
	Profile  string     `json:"profile,omitempty" doc:"Name of a shipped layout; found out when not given."`
	Mapping  string     `json:"mapping,omitempty" doc:"Layout as TOML that a person checked; wins over profile."`
	Accept   bool       `json:"accept,omitempty" doc:"Take a proposed layout as it is."`
	Handling NewMarking `json:"handling,omitzero" required:"false" doc:"Of every row of the file."`
	Reason   string     `json:"reason,omitempty" doc:"Why, for the ledger."`
}

// Why is the reason of an act.
type Why struct {
	Reason string `json:"reason" example:"wrong file" doc:"Why, for the ledger."`
}

// instant is a time, or nil for none.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
