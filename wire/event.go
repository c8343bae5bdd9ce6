package wire

import (
	"strings"
	"time"

	"paiza"
)

// ActEvent says that something was done to something, without its content.
type ActEvent struct {
	ID      string    `json:"id" example:"1042" doc:"Number of the ledger entry. Numbers grow and need not follow each other."`
	Type    string    `json:"type" example:"seizure.record"`
	Time    time.Time `json:"time"`
	Subject string    `json:"subject" example:"seizure/12"`
	Version int64     `json:"version,omitempty" doc:"Of the subject after the act; absent where it has none."`
	TLP     string    `json:"tlp,omitempty" doc:"Of the subject as it is handled now; absent where it has no label."`
	Link    string    `json:"link,omitempty" example:"/api/v1/seizures/12" doc:"Where the subject is read with one's own rights, at this node; absent where the API has no such place."`
}

// eventLinks are the places of subjects in the API.
var eventLinks = map[string]string{"seizure": "/api/v1/seizures/", "import": "/api/v1/imports/", "person": "/api/v1/people/"}

// FromActEvent gives an event its shape.
func FromActEvent(e paiza.Event) ActEvent {
	out := ActEvent{ID: e.ID(), Type: e.Type, Time: e.At.UTC(), Subject: e.Subject, Version: e.Version, TLP: string(e.TLP)}
	kind, id, _ := strings.Cut(e.Subject, "/")
	if at := eventLinks[kind]; at != "" && id != "" {
		out.Link = at + id
	}
	return out
}
