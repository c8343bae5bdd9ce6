// Package egress is the guard at the exit of the node: a second look at every
// message before its bytes are sealed for a peer. It decodes what is really in
// the log and holds that against the rules of handling, without asking who
// decided that it may go and without sharing code with him. What it cannot read,
// it stops: the message goes without its content then, and both sides see why.
//
// It does not decide who may read on this node (package access does), and it
// keeps nothing. There is one file; read Guard.Check.
package egress

import (
	"paiza"
	"paiza/wire"
)

// Guard is what a check needs to know of the node.
type Guard struct {
	Self wire.NodeID
	// Exercise says that this node's data is not real: of an exercise or a
	// demonstration.
	Exercise bool
	// Group gives a version of a group's membership; nil when it is not known.
	Group func(wire.GroupRef) *wire.Group
}

// statements are the types that say something of nodes and nothing of the world.
// They travel to every peer.
var statements = map[string]func([]byte) error{
	wire.TypeReceipt:    func(b []byte) error { _, err := wire.ParseReceipt(b); return err },
	wire.TypeCard:       func(b []byte) error { _, err := wire.ParseCard(b); return err },
	wire.TypeRevocation: func(b []byte) error { _, err := wire.ParseRevocation(b); return err },
	wire.TypeDirectory:  func(b []byte) error { _, err := wire.ParseDirectory(b); return err },
	wire.TypeCheckpoint: func(b []byte) error { _, err := wire.ParseCheckpoint(b); return err },
	wire.TypeGroup:      func(b []byte) error { _, err := wire.ParseGroup(b); return err },
}

// Check answers why a message may not leave for a peer; empty when it may.
func (g *Guard) Check(raw []byte, to wire.NodeID) wire.Reason {
	m, err := wire.ParseMessage(raw)
	switch {
	case err != nil:
		return wire.ReasonUnreadable
	case m.From != g.Self || m.To != to || to == g.Self:
		return wire.ReasonRecipient
	case m.Origin != g.Self:
		return wire.ReasonOwner // what another state gave is passed on by that state alone
	}
	if why := label(m.Handling); why != "" {
		return why
	}
	if parse, ok := statements[m.Type]; ok {
		return g.statement(m, to, parse)
	}
	return g.subject(m, to)
}

// label holds the handling against what may leave a node at all.
func label(h wire.Handling) wire.Reason {
	switch h.TLP {
	case paiza.TLPClear, paiza.TLPGreen, paiza.TLPAmber:
	default: // RED is for persons, AMBER+STRICT for the agency; anything else is no label
		return wire.ReasonHandling
	}
	switch h.Purpose {
	case paiza.PurposeStatistics, paiza.PurposeIntelligence, paiza.PurposeInvestigation, paiza.PurposeEvidence:
	default:
		return wire.ReasonHandling
	}
	if h.Owner == "" {
		return wire.ReasonHandling
	}
	return ""
}

func (g *Guard) statement(m *wire.Message, to wire.NodeID, parse func([]byte) error) wire.Reason {
	if m.Subject != "" || m.Version != 0 || len(m.Attachments) > 0 {
		return wire.ReasonUnreadable
	}
	if parse(m.Body) != nil {
		return wire.ReasonUnreadable
	}
	if m.Type != wire.TypeGroup {
		return ""
	}
	// Who is in a group is known to its members alone.
	group, err := wire.ParseGroup(m.Body)
	switch {
	case err != nil || group.Owner != g.Self:
		return wire.ReasonOwner
	case !group.Has(to):
		return wire.ReasonNotMember
	}
	return ""
}

// subject checks a message about something that was seized, seen or written.
func (g *Guard) subject(m *wire.Message, to wire.NodeID) wire.Reason {
	if m.Subject == "" || m.Version == 0 {
		return wire.ReasonUnreadable
	}
	if m.Exercise != g.Exercise && !(m.Exercise && m.Type != wire.TypeSeizure) {
		return wire.ReasonExercise
	}
	if why := g.body(m); why != "" {
		return why
	}
	if m.Type == wire.TypeTombstone {
		return "" // it takes back, from those too who are in the group no more
	}
	return wire.Audience(m.Handling, to, g.Group)
}

func (g *Guard) body(m *wire.Message) wire.Reason {
	switch m.Type {
	case wire.TypeSeizure:
		if _, err := wire.ParseSeizureItem(m.Body); err != nil {
			return wire.ReasonUnreadable
		}
	case wire.TypeAlert:
		a, err := wire.ParseAlertItem(m.Body)
		if err != nil {
			return wire.ReasonUnreadable
		}
		if a.Exercise && !m.Exercise {
			return wire.ReasonExercise
		}
	case wire.TypeNote:
		if _, err := wire.ParseNoteItem(m.Body); err != nil {
			return wire.ReasonUnreadable
		}
	case wire.TypeTombstone:
		if _, err := wire.ParseTombstone(m.Body); err != nil {
			return wire.ReasonUnreadable
		}
	default:
		return wire.ReasonType
	}
	return ""
}
