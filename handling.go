package paiza

import "slices"

// TLP is a label of the Traffic Light Protocol 2.0 (FIRST, 2022).
type TLP string

// The labels, from the widest audience to the narrowest. On a node "community"
// is its agencies, "organisation" is one agency, and "clients" are the agencies
// with which a record is shared by name.
const (
	TLPClear       TLP = "clear"        // anybody; the public after release
	TLPGreen       TLP = "green"        // every agency of the node
	TLPAmber       TLP = "amber"        // the owning agency and those named
	TLPAmberStrict TLP = "amber+strict" // the owning agency
	TLPRed         TLP = "red"          // the persons named
)

// TLPs lists the labels from the widest audience to the narrowest.
func TLPs() []TLP { return []TLP{TLPClear, TLPGreen, TLPAmber, TLPAmberStrict, TLPRed} }

// Wider reports whether t lets more people read than u.
func (t TLP) Wider(u TLP) bool { return slices.Index(TLPs(), t) < slices.Index(TLPs(), u) }

// Purpose is what a record may be used for. The limit travels with it.
type Purpose string

// The purposes, from the widest use to the narrowest.
const (
	PurposeStatistics    Purpose = "statistics"    // may be counted, and published after release
	PurposeIntelligence  Purpose = "intelligence"  // a lead; not for publication and not for court
	PurposeInvestigation Purpose = "investigation" // for investigations of the authorities that hold it
	PurposeEvidence      Purpose = "evidence"      // for the proceedings for which it was given
)

// Purposes lists the purposes in the order in which pages show them.
func Purposes() []Purpose {
	return []Purpose{PurposeStatistics, PurposeIntelligence, PurposeInvestigation, PurposeEvidence}
}

// Handling says whose a record is, who may read it and what it may be used for.
// Records with equal handling share it: store keeps each handling once.
type Handling struct {
	TLP     TLP
	Purpose Purpose
	// Owner is the agency that made the record. It alone may change how the
	// record is handled (originator control).
	Owner string
	// Origin is the node that the record came from; empty for this one.
	Origin string
	// Case limits reading to the members of a case; empty for none.
	Case string
	// Agencies may read a TLP:AMBER record besides its owner.
	Agencies []string
	// Persons may read a TLP:RED record.
	Persons []string
}

// Clean is the handling in the one form in which equal handlings are equal: the
// lists sorted, without doubles, and only where the label uses them.
func (h Handling) Clean() Handling {
	list := func(in []string, used bool) []string {
		if !used || len(in) == 0 {
			return nil
		}
		out := slices.Clone(in)
		slices.Sort(out)
		return slices.Compact(out)
	}
	h.Agencies = slices.DeleteFunc(list(h.Agencies, h.TLP == TLPAmber), func(a string) bool { return a == h.Owner })
	h.Persons = list(h.Persons, h.TLP == TLPRed)
	if len(h.Agencies) == 0 {
		h.Agencies = nil
	}
	return h
}

// Equal reports whether two handlings in clean form are the same.
func (h Handling) Equal(o Handling) bool {
	return h.TLP == o.TLP && h.Purpose == o.Purpose && h.Owner == o.Owner && h.Origin == o.Origin && h.Case == o.Case &&
		slices.Equal(h.Agencies, o.Agencies) && slices.Equal(h.Persons, o.Persons)
}

// NewHandling is what a person gives to say how a record is handled. Empty
// fields take the agency's defaults: TLP:AMBER, statistics, shared as the agency
// shares.
type NewHandling struct {
	TLP, Purpose string
	Case         string
	Agencies     []string
	Persons      []string
	// Own leaves the list of agencies as it is given even when it is empty,
	// instead of taking the agency's default.
	Own bool
}
