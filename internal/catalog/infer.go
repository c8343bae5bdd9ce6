package catalog

import "paiza"

// InferRouting derives the kind of place of a seizure whose source does not
// state it. The rules are few and can be defended before a reader; whatever
// they give is to be marked as inferred. The installation is a catalog code.
//
//  1. International waters: the installation says so.
//  2. Inland: a site that is inside the state whatever the route (a dwelling, a
//     prison, a street) decides nothing about the consignment's way across the
//     border and stays unknown: sources use "inland" for what was meant for the
//     home market, and that is not known.
//  3. Transit: departure and destination are both stated and differ, and the
//     state of seizure is neither.
//  4. Outbound, inbound: at a gate of the state (a border, an airport, a port,
//     customs, post or cargo handling), with both ends stated and the state of
//     seizure one of them.
//  5. Border: at a frontier, a checkpoint, customs, an airport or a sea port,
//     without a direction, because the place alone does not tell one. Post
//     offices, stations and river ports handle domestic traffic too and give
//     border only when one end of the route is stated to lie abroad.
//
// Everything else stays unknown.
func (c *Catalog) InferRouting(installation string, r paiza.Route, country paiza.Country) (paiza.Routing, bool) {
	if installation == "international-waters" {
		return paiza.RoutingWaters, true
	}
	if inside[installation] {
		return "", false
	}
	gate, border := gates[installation], borders[installation]
	if country != "" && r.Departure != "" && r.Destination != "" && r.Departure != r.Destination {
		switch {
		case r.Departure != country && r.Destination != country:
			return paiza.RoutingTransit, true
		case (gate || border) && r.Departure == country:
			return paiza.RoutingOutbound, true
		case (gate || border) && r.Destination == country:
			return paiza.RoutingInbound, true
		}
	}
	abroad := func(end paiza.Country) bool { return end != "" && country != "" && end != country }
	if border || gate && (abroad(r.Departure) || abroad(r.Destination)) {
		return paiza.RoutingBorder, true
	}
	return "", false
}

// borders are installations where the border is crossed, gates those through
// which consignments from abroad come beside domestic ones, inside those that
// are never at the border.
var (
	borders = set("frontier", "checkpoint", "customs", "airport", "air-cargo", "seaport", "port-facilities")
	gates   = set("post-office", "postal-parcel", "courier", "freight", "railway-station", "riverport", "bus-station")
	inside  = set("street", "flat", "home", "residence", "building", "store", "hospital", "prison", "court", "hotel",
		"bar", "restaurant", "garage", "office", "farm", "garden", "cellar", "cemetery", "school", "police",
		"government-building", "church", "square", "market", "castle", "abandoned-building", "pharmacy", "laboratory",
		"commercial-premises", "factory", "park", "sports-ground")
)

func set(codes ...string) map[string]bool {
	m := make(map[string]bool, len(codes))
	for _, code := range codes {
		m[code] = true
	}
	return m
}
