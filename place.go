package paiza

// Country is an ISO 3166-1 alpha-3 code; empty when unknown.
type Country string

// Routing is the kind of place where a seizure was made with respect to the
// state's border. The inland/border/transit balance rests on it.
type Routing string

// The routings. RoutingUnknown is drawn, never guessed silently: 45 % of real
// rows leave the field empty.
const (
	RoutingUnknown  Routing = "unknown"
	RoutingInland   Routing = "inland"
	RoutingInbound  Routing = "inbound"       // at the border, entering
	RoutingOutbound Routing = "outbound"      // at the border, leaving
	RoutingBorder   Routing = "border"        // at the border, direction not stated
	RoutingTransit  Routing = "transit"       // border transit or free trade zone
	RoutingWaters   Routing = "international" // international waters, unclaimed territory
	RoutingOther    Routing = "other"         // the source says "other"
)

// Routings lists every routing in the order in which pages show them.
func Routings() []Routing {
	return []Routing{RoutingInland, RoutingInbound, RoutingOutbound, RoutingBorder,
		RoutingTransit, RoutingWaters, RoutingOther, RoutingUnknown}
}

// Basis says whether a value was written in the source or derived from it.
type Basis string

// The bases.
const (
	BasisStated   Basis = "stated"
	BasisInferred Basis = "inferred"
)

// Route is where the consignment came from and went to. Empty means that the
// source does not say.
type Route struct {
	Producing   Country // where the substance was made
	Departure   Country // where the consignment left
	Via         Country // a transit state that the source names
	Destination Country // where it was to go
}

// Stated reports whether the source names at least one end of the route.
func (r Route) Stated() bool {
	return r.Producing != "" || r.Departure != "" || r.Via != "" || r.Destination != ""
}
