package paiza

import "time"

// ReleaseState is how far a release has come.
type ReleaseState string

// The states of a release.
const (
	ReleaseProposed  ReleaseState = "proposed"
	ReleaseConfirmed ReleaseState = "confirmed"
	ReleaseRefused   ReleaseState = "refused"    // by the second person
	ReleaseTakenBack ReleaseState = "taken_back" // by the first
	ReleaseOvertaken ReleaseState = "overtaken"  // the record changed in between
)

// AudiencePublic is the audience of a release to everybody. Any other audience
// is the ISO 3166-1 code of a state.
const AudiencePublic = "public"

// Release is a record on its way out of the agency: one person proposes it,
// another confirms it. It is bound to one version of the record and to its
// content.
type Release struct {
	ID           string
	Subject      string // seizure/12
	Version      int64
	Audience     string // AudiencePublic or a state
	Digest       string // SHA-256 of the content of that version, hexadecimal
	Owner        string // agency
	State        ReleaseState
	Proposer     string // person id
	ProposerName string
	Proposed     time.Time
	Reason       string
	Decider      string
	DeciderName  string
	Decided      time.Time
	Note         string // of who decided
}

// Public reports whether the release is to everybody.
func (r Release) Public() bool { return r.Audience == AudiencePublic }

// NewRelease is what a person gives to propose a release.
type NewRelease struct {
	Subject  string
	Audience string
	Reason   string
}
