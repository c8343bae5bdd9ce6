package wire

import (
	"time"

	"paiza"
)

// Release is a record on its way out of the agency: one person proposes it,
// another confirms it.
type Release struct {
	ID         string     `json:"id"`
	Subject    string     `json:"subject" example:"seizure/12"`
	Version    int64      `json:"version" doc:"Of the record, to which the release is bound."`
	Audience   string     `json:"audience" example:"public" doc:"public, or who gets it."`
	SHA256     string     `json:"sha256" doc:"Of the content of that version."`
	Owner      string     `json:"owner" doc:"Agency."`
	State      string     `json:"state" doc:"proposed, confirmed, refused, taken_back or overtaken (the record changed in between)."`
	Proposer   string     `json:"proposer" doc:"Account that proposed it."`
	ProposedBy string     `json:"proposed_by" doc:"Its name then."`
	Proposed   time.Time  `json:"proposed"`
	Reason     string     `json:"reason"`
	Decider    string     `json:"decider,omitempty"`
	DecidedBy  string     `json:"decided_by,omitempty"`
	Decided    *time.Time `json:"decided,omitempty"`
	Note       string     `json:"note,omitempty" doc:"Of who decided."`
}

// FromRelease gives a release its shape.
func FromRelease(r paiza.Release) Release {
	return Release{ID: r.ID, Subject: r.Subject, Version: r.Version, Audience: r.Audience, SHA256: r.Digest, Owner: r.Owner, State: string(r.State),
		Proposer: r.Proposer, ProposedBy: r.ProposerName, Proposed: r.Proposed.UTC(), Reason: r.Reason, Decider: r.Decider, DecidedBy: r.DeciderName,
		Decided: instant(r.Decided), Note: r.Note}
}

// ReleaseList is the releases of an agency, the open ones first.
type ReleaseList struct {
	Releases []Release `json:"releases"`
}

// FromReleaseList gives a list its shape.
func FromReleaseList(list []paiza.Release) ReleaseList {
	out := ReleaseList{Releases: make([]Release, len(list))}
	for i, r := range list {
		out.Releases[i] = FromRelease(r)
	}
	return out
}

// ReleaseDetail is a release as it stands for who asks.
type ReleaseDetail struct {
	Release
	Changed bool   `json:"changed" doc:"The record has changed since: confirming will find it overtaken."`
	Rule    string `json:"rule,omitempty" doc:"The rule by which who asks may not confirm it; absent when he may."`
}

// NewRelease proposes a release.
type NewRelease struct {
	Subject  string `json:"subject" example:"seizure/12"`
	Audience string `json:"audience" example:"public" doc:"public, or a state by code or name."`
	Reason   string `json:"reason" doc:"Why, for the second person and the ledger."`
}

// ToNewRelease is the form as the desk takes it.
func (n NewRelease) ToNewRelease() paiza.NewRelease {
	return paiza.NewRelease{Subject: n.Subject, Audience: n.Audience, Reason: n.Reason}
}

// Note is what who confirms a release adds.
type Note struct {
	Note string `json:"note,omitempty" doc:"For the ledger."`
}
