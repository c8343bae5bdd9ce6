package wire

import (
	"time"

	"paiza"
)

// Case is an investigation or a proceeding, whose records its members alone read.
type Case struct {
	ID        string    `json:"id"`
	Reference string    `json:"reference" doc:"The authority's own number."`
	Title     string    `json:"title,omitempty"`
	Owner     string    `json:"owner" doc:"Agency."`
	Members   []string  `json:"members" doc:"Ids of accounts."`
	Closed    bool      `json:"closed"`
	Created   time.Time `json:"created"`
}

// FromCase gives a case its shape.
func FromCase(c paiza.Case) Case {
	return Case{ID: c.ID, Reference: c.Reference, Title: c.Title, Owner: c.Owner, Members: append([]string{}, c.Members...), Closed: c.Closed, Created: c.Created.UTC()}
}

// CaseList is the cases of who asks.
type CaseList struct {
	Cases []Case `json:"cases"`
}

// FromCaseList gives a list its shape.
func FromCaseList(list []paiza.Case) CaseList {
	out := CaseList{Cases: make([]Case, len(list))}
	for i, c := range list {
		out.Cases[i] = FromCase(c)
	}
	return out
}

// NewCase opens a case or says what one is to be.
type NewCase struct {
	Reference string   `json:"reference" doc:"The authority's own number."`
	Title     string   `json:"title,omitempty"`
	Members   []string `json:"members,omitempty" doc:"Ids of accounts. Who opens a case is a member of it."`
	Closed    bool     `json:"closed,omitempty" doc:"Nothing new is put into a closed case."`
	Reason    string   `json:"reason,omitempty" doc:"Why, for the ledger."`
}

// ToNewCase is the form as the desk takes it.
func (n NewCase) ToNewCase() paiza.NewCase {
	return paiza.NewCase{Reference: n.Reference, Title: n.Title, Members: n.Members, Closed: n.Closed, Reason: n.Reason}
}
