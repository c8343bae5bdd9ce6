package paiza

import (
	"slices"
	"time"
)

// AgencyKind is what an authority does.
type AgencyKind string

// The kinds of agencies that share a node.
const (
	AgencyPolice       AgencyKind = "police"
	AgencyCustoms      AgencyKind = "customs"
	AgencyBorderGuard  AgencyKind = "border_guard"
	AgencyLaboratory   AgencyKind = "laboratory"
	AgencyProsecution  AgencyKind = "prosecution"
	AgencyCoordination AgencyKind = "coordination" // a headquarters or a secretariat
	AgencyHealth       AgencyKind = "health"       // health statistics: aggregates only
	AgencyPress        AgencyKind = "press"        // a press service: what may be published
)

// AgencyKinds lists the kinds in the order in which pages show them.
func AgencyKinds() []AgencyKind {
	return []AgencyKind{AgencyPolice, AgencyCustoms, AgencyBorderGuard, AgencyLaboratory, AgencyProsecution,
		AgencyCoordination, AgencyHealth, AgencyPress}
}

// HomeAgency is the id of the agency that every node begins with.
const HomeAgency = "home"

// Agency is an authority, or a part of one, whose people work on this node. A
// record belongs to the agency that made it.
type Agency struct {
	ID   string
	Name string
	Kind AgencyKind
	// Shares are the agencies with which its TLP:AMBER records are shared unless
	// the person who records says otherwise.
	Shares  []string
	Closed  bool // nobody of it signs in any more; its records stay
	Created time.Time
}

// NewAgency is what an administrator gives to add or change an agency.
type NewAgency struct {
	Name   string
	Kind   AgencyKind
	Shares []string
	Closed bool
	Reason string
}

// Validate checks the form; known are the ids of the agencies that exist.
func (in NewAgency) Validate(known []string) error {
	var fields []FieldError
	if n := len(in.Name); n == 0 || n > 200 {
		fields = append(fields, FieldError{Field: "name", Key: "agency.name_form"})
	}
	if !slices.Contains(AgencyKinds(), in.Kind) {
		fields = append(fields, FieldError{Field: "kind", Key: "error.choice_unknown", Args: Args{"value": string(in.Kind)}})
	}
	for _, id := range in.Shares {
		if !slices.Contains(known, id) {
			fields = append(fields, FieldError{Field: "shares", Key: "error.choice_unknown", Args: Args{"value": id}})
		}
	}
	if len(fields) > 0 {
		return &Error{Kind: ErrInvalid, Key: "error.form", Fields: fields}
	}
	return nil
}

// Case is an investigation or a proceeding. Records that belong to it are read
// by its members only.
type Case struct {
	ID        string
	Reference string // the authority's own number
	Title     string
	Owner     string // agency
	Members   []string
	Closed    bool
	Created   time.Time
}

// NewCase is what a person gives to open or change a case.
type NewCase struct {
	Reference string
	Title     string
	Members   []string // person ids
	Closed    bool
	Reason    string
}
