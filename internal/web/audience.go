package web

import (
	"slices"
	"strings"

	"paiza"
)

// recipient is a node to which a release travels, with how the exchange with it
// stands.
type recipient struct {
	Name, Desk string
	Status     paiza.PeerStatus
	Waiting    int64
}

// recipients are the nodes of an audience as they are now: one node, the nodes
// of a state, or the members of a group.
func (c community) recipients(audience string) []recipient {
	rest, node := strings.CutPrefix(audience, "node:")
	id, key, _ := strings.Cut(rest, "/")
	var members []string
	for _, g := range c.groups {
		if audience == "group:"+g.ID {
			members = g.Members
		}
	}
	var out []recipient
	for _, p := range c.peers {
		if p.Status != paiza.PeerActive && p.Status != paiza.PeerPaused {
			continue
		}
		if node && p.Node == id || p.Body == audience || slices.Contains(members, p.Node) {
			out = append(out, recipient{peerName(c.print, p), c.desk(p.Node, key), p.Status, p.Waiting})
		}
	}
	return out
}

// nodeOptions are the partners to which something can be released, as headed
// groups with their desks and with how the exchange with them stands.
func (c community) nodeOptions(chosen string) []option {
	var out []option // nobody is chosen before a person has chosen him
	for _, p := range c.peers {
		if p.Status != paiza.PeerActive && p.Status != paiza.PeerPaused {
			continue
		}
		name := peerName(c.print, p)
		if p.Status == paiza.PeerPaused {
			name += " (" + c.print.T("peer.status_paused") + ")"
		}
		group := option{Name: name + " (" + p.Body + ") · " + c.print.T("peer.status_"+string(p.Status)),
			Options: []option{{Value: p.Node, Name: c.print.T("desk_note.whole", "name", name), Selected: chosen == p.Node}}}
		for _, a := range p.Authorities {
			value := p.Node + "/" + a.Key
			group.Options = append(group.Options, option{Value: value, Name: name + " · " + agencyName(c.print, a.Name), Selected: chosen == value})
		}
		out = append(out, group)
	}
	return out
}

// groupOptions are the groups with how many of their members can be reached.
func (c community) groupOptions(chosen string) []option {
	var out []option
	for _, g := range c.groups {
		var names []string
		for _, r := range c.recipients("group:" + g.ID) {
			names = append(names, r.Name)
		}
		text := g.Name + " — " + c.print.T("group.nobody")
		if len(names) > 0 {
			text = g.Name + " — " + strings.Join(names, ", ")
		}
		out = append(out, option{Value: g.ID, Name: text, Selected: g.ID == chosen})
	}
	return out
}
