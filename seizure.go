package paiza

import "time"

// Seizure is one event (or, where Count is above one, a row in which a source
// adds several events up) in which an authority took control of a substance.
// What the source wrote stands beside what it was resolved to and is never
// overwritten.
type Seizure struct {
	ID string // stable on this node; unique together with the node's name

	Date  Date // as exact as the source
	Until Date // last date of a longer period (a quarter, a half-year); else 0

	Country      Country
	Division     string // ISO 3166-2 code, empty when not resolved
	DivisionText string // as written
	Place        string // as written

	Routing      Routing
	RoutingBasis Basis

	Substance     string // catalog code, or SubstanceUnknown
	SubstanceText string // as written

	AmountText string // as written
	UnitText   string // as written
	Unit       string // catalog code, empty when not resolved
	Amount     Amount // measured, in its own dimension
	// Equivalent is the mass in micrograms for comparison over units: the
	// measured mass itself, or a volume or count converted by Factor. 0 with an
	// empty Factor means that no conversion is known.
	Equivalent int64
	Factor     string // id of the conversion factor; "measured" for a mass

	Count int64 // events in the row: 1, or what an aggregated source says

	Route        Route
	Transport    string // catalog codes
	Hiding       string
	Installation string
	Packaging    string // as written

	Agency    string
	Reference string // the agency's own number
	Exhibit   string // laboratory exhibit number: the join key between agencies
	Persons   int    // persons held, a count; names belong to cases

	Flags    Flags
	Handling Handling
	Caveat   string // what the originator adds to the handling, in his words

	Source   Source
	Recorded time.Time
	// Version is 1 as recorded and grows with each correction and each change of
	// handling.
	Version   int64
	Withdrawn bool // by its agency: it counts nowhere and stays readable to it
}

// Source is where a row came from: a file, or the person who typed it.
type Source struct {
	Import string // id of the import; empty for a row typed in
	Sheet  string
	Row    int    // 1-based line or row number in the sheet as a person counts
	Person string // id of the person who typed it
}

// Flags are what a reader of the row must be warned of. They are bits because a
// row may have several.
type Flags int64

// The flags. The list is append-only: the numbers are stored.
const (
	// FlagIdentical: other rows of the same file are identical to it.
	FlagIdentical Flags = 1 << iota
	// FlagImplausible: the amount is far outside what this substance and unit
	// can be.
	FlagImplausible
	// FlagUnresolvedSubstance: the catalog does not know the substance.
	FlagUnresolvedSubstance
	// FlagUnresolvedUnit: the catalog does not know the unit, or none is given.
	FlagUnresolvedUnit
	// FlagUnresolvedPlace: the administrative division is not known.
	FlagUnresolvedPlace
	// FlagInferred: the routing was derived, not stated.
	FlagInferred
	// FlagNoAmount: the row has no amount.
	FlagNoAmount
	// FlagFutureDate: the date lies after the day of the import.
	FlagFutureDate
)

// AllFlags lists every flag with the key of its name.
func AllFlags() []Flags {
	return []Flags{FlagIdentical, FlagImplausible, FlagUnresolvedSubstance, FlagUnresolvedUnit,
		FlagUnresolvedPlace, FlagInferred, FlagNoAmount, FlagFutureDate}
}

// Key names the flag for package locale.
func (f Flags) Key() string {
	switch f {
	case FlagIdentical:
		return "flag.identical"
	case FlagImplausible:
		return "flag.implausible"
	case FlagUnresolvedSubstance:
		return "flag.unresolved_substance"
	case FlagUnresolvedUnit:
		return "flag.unresolved_unit"
	case FlagUnresolvedPlace:
		return "flag.unresolved_place"
	case FlagInferred:
		return "flag.inferred"
	case FlagNoAmount:
		return "flag.no_amount"
	case FlagFutureDate:
		return "flag.future_date"
	}
	return ""
}

// Warning are the flags that make an import say "flagged": a person should
// look. An unresolved division or an inferred routing is ordinary.
const Warning = FlagIdentical | FlagImplausible | FlagUnresolvedSubstance | FlagUnresolvedUnit | FlagNoAmount | FlagFutureDate

// Each lists the single flags that are set.
func (f Flags) Each() []Flags {
	var out []Flags
	for _, one := range AllFlags() {
		if f&one != 0 {
			out = append(out, one)
		}
	}
	return out
}

// Total is one official figure for a state, a substance and a year, published
// as such. It is never added to seizures; the coverage view sets them side by
// side.
type Total struct {
	ID            string
	Year          int
	Country       Country
	Substance     string
	SubstanceText string
	AmountText    string
	UnitText      string
	Amount        Amount
	Equivalent    int64 // micrograms, as in Seizure
	Factor        string
	Flags         Flags
	Handling      Handling
	Source        Source
}

// NewSeizure is what a registrar types. Every field is text as a form sends it;
// Validate and package catalog turn it into a Seizure.
type NewSeizure struct {
	Date, Country, Division, Place  string
	Routing                         string
	Substance, Amount, Unit         string
	Producing, Departure, Via       string
	Destination                     string
	Transport, Hiding, Installation string
	Packaging, Agency, Reference    string
	Exhibit                         string
	Persons                         string
	Caveat                          string
	Handling                        NewHandling
	Reason                          string
}
