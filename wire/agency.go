package wire

import "paiza"

// Agency is an authority, or a part of one, whose people work on the node.
type Agency struct {
	ID     string   `json:"id" example:"home"`
	Name   string   `json:"name"`
	Kind   string   `json:"kind" example:"police"`
	Shares []string `json:"shares" doc:"Agencies with which its amber records are shared unless something else is said."`
	Closed bool     `json:"closed"`
}

// FromAgency gives an agency its shape.
func FromAgency(a paiza.Agency) Agency {
	return Agency{ID: a.ID, Name: a.Name, Kind: string(a.Kind), Shares: append([]string{}, a.Shares...), Closed: a.Closed}
}

// AgencyList is every agency, the node's own first.
type AgencyList struct {
	Agencies []Agency `json:"agencies"`
}

// FromAgencyList gives a list its shape.
func FromAgencyList(list []paiza.Agency) AgencyList {
	out := AgencyList{Agencies: []Agency{}}
	for _, a := range list {
		out.Agencies = append(out.Agencies, FromAgency(a))
	}
	return out
}

// NewAgency adds an agency or says what one is to be.
type NewAgency struct {
	Name   string   `json:"name"`
	Kind   string   `json:"kind" example:"police" doc:"police, customs, border_guard, laboratory, prosecution, coordination, health or press."`
	Shares []string `json:"shares,omitempty" doc:"Agencies with which its amber records are shared unless something else is said."`
	Closed bool     `json:"closed,omitempty" doc:"Its people are out at once; its records stay."`
	Reason string   `json:"reason,omitempty" doc:"Why, for the ledger."`
}

// ToNewAgency is the form as the desk takes it.
func (n NewAgency) ToNewAgency() paiza.NewAgency {
	return paiza.NewAgency{Name: n.Name, Kind: paiza.AgencyKind(n.Kind), Shares: n.Shares, Closed: n.Closed, Reason: n.Reason}
}
