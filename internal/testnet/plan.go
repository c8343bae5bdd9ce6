// Package testnet opens a network of nodes in one process, from a plan of about
// ten lines: each node has a store, a desk, its keys and a listener for other
// nodes of its own, and talks to its peers over mutual TLS on loopback, by the
// code of the program. It is for tests, for measuring, and for the
// demonstration.
//
// It holds no rule of the field and no protocol; everything goes through package
// desk. The plan is in this file; read net.go for what happens with it, node.go
// for accidents, line.go for what lies between nodes, traffic.go for life.
package testnet

import (
	"log/slog"
	"time"

	"paiza"
	"paiza/internal/exchange"
)

// Plan is a network.
type Plan struct {
	Nodes []NodePlan
	Pairs [][2]string // by name; nil: everybody with everybody
	// Ways are pairs without a direct link: the first node, the one that carries
	// their parcels, the last node. The middle one is paired with both.
	Ways   [][3]string
	Groups []GroupPlan
	// Real makes nodes whose traffic is not an exercise. Without it each store is
	// marked as one of demonstration before anything is written.
	Real bool

	Version string           // of the program, shown on pages
	Folder  string           // of the stores; they stay there
	Now     func() time.Time // clock of all nodes; nil: the clock
	Log     *slog.Logger     // nil: silent
	Limits  exchange.Limits  // of all nodes; the zero value takes the program's
}

// NodePlan is one node.
type NodePlan struct {
	Name     string            // short, the same as in pairs and groups; the file is called so
	Title    string            // on its card, in English; the name when empty
	Titles   map[string]string // in other languages
	Body     string            // state by ISO 3166-1 alpha-3 (XAA to XZZ are nobody's), or a body of states
	Store    string            // postgres://…; empty: a SQLite file in the folder
	Address  string            // where it listens for other nodes; 127.0.0.1 and any port when empty
	Pages    string            // where its pages are; empty: none
	Home     string            // name of the first agency; it has none when empty
	Agencies []AgencyPlan      // beside the first one
	People   []PersonPlan
	Now      func() time.Time // its own clock; nil: the plan's
}

// AgencyPlan is an agency of a node.
type AgencyPlan struct {
	Name string
	Kind paiza.AgencyKind
}

// PersonPlan is an account: a post and no person.
type PersonPlan struct {
	Login, Name, Password string
	Agency                string // by name; empty: the first one
	Roles                 []paiza.Role
}

// GroupPlan is a group of nodes, by name. Its owner is a member.
type GroupPlan struct {
	Name, Owner string
	Members     []string
}
