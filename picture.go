package paiza

// Cell is one figure of the rollup that is kept in the rows' own transaction:
// the rows of one import that share a month, a substance, a place, a routing, a
// handling and a doubt. Cells add up; every slice of the picture is a sum of
// them and so equals the rows under it.
type Cell struct {
	Import    string // id of the import, empty for rows typed in
	Month     Date   // YYYYMM00, or YYYY0000 where the source has no month
	Substance string // catalog code
	Country   Country
	Division  string // ISO 3166-2 code, empty when unknown
	Routing   Routing
	Handling  int64 // number of the handling, see store
	Doubtful  bool  // rows with FlagImplausible, kept apart so that they can be left out

	Rows       int64 // rows
	Seizures   int64 // events: the sum of Count
	Weighed    int64 // rows with a measured mass
	Micrograms int64 // measured mass
	Equivalent int64 // micrograms, measured or converted
	Microlitre int64 // measured volume
	Milliunits int64 // thousandths of units (tablets, doses, plants)
}

// RouteCell is one figure of the routes: the rows of one import that share a
// year, a substance, the state of seizure and the states of the route.
type RouteCell struct {
	Import    string
	Year      int
	Substance string
	Country   Country // of the seizure
	Route     Route
	Routing   Routing
	Handling  int64
	Doubtful  bool

	Rows       int64
	Seizures   int64
	Micrograms int64
	Equivalent int64
}

// TotalCell is the sum of the official figures of one import for a state, a
// substance and a year. It is never added to a Cell.
type TotalCell struct {
	Import string
	// Series is the publisher's series of the import: figures of one series add
	// up over its imports, those of different series contradict each other.
	Series     string
	Handling   int64
	Year       int
	Country    Country
	Substance  string
	Rows       int64
	Micrograms int64
	Equivalent int64
}

// Slice says which part of the picture is asked for. The zero value is all of
// it. A list that is empty does not narrow.
type Slice struct {
	Period     Period
	Countries  []Country
	Divisions  []string
	Substances []string // catalog codes
	Groups     []Group
	Routings   []Routing
	Imports    []string
	Via        Country // routes that touch the state in any part
	// WithoutDoubtful leaves out rows whose amount is implausible.
	WithoutDoubtful bool
}

// SeizureFilter says which rows a list shows. Every figure of the picture opens
// to its rows with one of these.
type SeizureFilter struct {
	Slice
	// Route narrows to rows with exactly these stated ends; nil does not narrow.
	Route *Route
	Text  string // words, in any script
	Flags Flags  // rows that have any of these
	TLPs  []TLP  // labels
	Case  string // records of a case
	// Origin narrows by the node that a record came from: OriginOwn, OriginOthers,
	// or the name of a node. Empty does not narrow.
	Origin string
	// WithoutRed leaves out TLP:RED rows, which no figure counts.
	WithoutRed bool
	// Withdrawn lists what was withdrawn, and nothing else.
	Withdrawn bool
}

// Where a record came from, besides the name of a node.
const (
	OriginOwn    = "own"    // it was recorded on this node
	OriginOthers = "others" // any other node gave it
)

// Page asks for a part of a list. After is the cursor that the page before
// gave; empty for the first.
type Page struct {
	Size  int
	After string
	// Counted says that who asks knows how many rows match: Count is then -1.
	Counted bool
}

// SeizureList is one page of seizures, newest first.
type SeizureList struct {
	Seizures []Seizure
	Next     string // cursor of the next page, empty at the end
	Count    int64  // of all rows that match; -1 when not counted
}
