package web

import (
	"net/http"
	"net/url"
	"slices"

	"paiza"
)

// groupsView is the groups of nodes that this one keeps or is in.
type groupsView struct {
	Groups  []groupRow
	Members []memberChoice
	Form    form
	Own     bool // this node has an identity and can keep groups
}

// groupRow is one group with its members in words.
type groupRow struct {
	paiza.NodeGroup
	Keeper string // name of the node that keeps it; empty for this one
	Names  []string
}

// memberChoice is a partner that may be ticked as a member.
type memberChoice struct {
	Node, Name, Body string
	Status           paiza.PeerStatus
	On               bool
}

// membersView is the choice of members in a form: template "members".
type membersView struct {
	List []memberChoice
	Bad  string
}

func (c community) group(g paiza.NodeGroup) groupRow {
	out := groupRow{NodeGroup: g}
	if g.Owner != "" {
		out.Keeper = c.name(g.Owner)
	}
	for _, m := range g.Members {
		if _, ok := c.peer(m); ok || m == g.Owner {
			out.Names = append(out.Names, c.name(m))
		} else {
			out.Names = append(out.Names, m)
		}
	}
	return out
}

// members are the partners that may be ticked.
func (c community) members(on []string) []memberChoice {
	var out []memberChoice
	for _, p := range c.peers {
		if p.Status == paiza.PeerActive || p.Status == paiza.PeerPaused || slices.Contains(on, p.Node) {
			out = append(out, memberChoice{p.Node, peerName(c.print, p), p.Body, p.Status, slices.Contains(on, p.Node)})
		}
	}
	return out
}

func (s *Site) groups(w http.ResponseWriter, r *http.Request) error {
	return s.groupsPage(w, r, http.StatusOK, form{values: url.Values{}})
}

func (s *Site) groupsPage(w http.ResponseWriter, r *http.Request, code int, f form) error {
	c, err := s.community(r)
	if err != nil {
		return err
	}
	own, err := s.desk.OwnNode(r.Context(), visitOf(r).Actor)
	if err != nil {
		return err
	}
	view := groupsView{Members: c.members(f.All("members")), Form: f, Own: own.Node != ""}
	for _, g := range c.groups {
		view.Groups = append(view.Groups, c.named(own.Node).group(g))
	}
	return s.render(w, r, code, "group/list", view)
}

// named adds this node to those that have a name.
func (c community) named(self string) community {
	c.peers = append(slices.Clone(c.peers), paiza.Peer{Node: self, Name: c.print.T("partner.this")})
	return c
}

func (s *Site) createGroup(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	g, err := s.desk.CreateGroup(r.Context(), visitOf(r).Actor, f.Get("name"), f.All("members"), f.Get("reason"))
	if refusedHere(err) {
		code, _ := statusOf(err)
		return s.groupsPage(w, r, code, f.failed(visitOf(r).Print, err))
	}
	if err != nil {
		return err
	}
	s.flash(r, "group.created", "name", g.Name)
	http.Redirect(w, r, "/groups/"+g.ID, http.StatusSeeOther)
	return nil
}

// groupView is one group, with the form that changes it where this node keeps it.
type groupView struct {
	groupRow
	Choices []memberChoice
	Form    form
	Acts    []actView
}

func (s *Site) group(w http.ResponseWriter, r *http.Request) error {
	return s.groupPage(w, r, http.StatusOK, form{values: url.Values{}})
}

func (s *Site) groupPage(w http.ResponseWriter, r *http.Request, code int, f form) error {
	v := visitOf(r)
	c, err := s.community(r)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(c.groups, func(g paiza.NodeGroup) bool { return g.ID == r.PathValue("id") })
	if i < 0 {
		return paiza.NotFound("group", r.PathValue("id"))
	}
	own, err := s.desk.OwnNode(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	g := c.groups[i]
	if len(f.values) == 0 {
		f.values = url.Values{"name": {g.Name}, "members": g.Members}
	}
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	acts, err := s.desk.Decisions(r.Context(), v.Actor, "group/"+g.ID)
	if err != nil {
		return err
	}
	view := groupView{groupRow: c.named(own.Node).group(g), Choices: c.members(f.All("members")), Form: f, Acts: s.acts(v, names, acts)}
	return s.render(w, r, code, "group/detail", view)
}

func (s *Site) changeGroup(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	g, err := s.desk.ChangeGroup(r.Context(), visitOf(r).Actor, r.PathValue("id"), f.Get("name"), f.All("members"), f.Get("reason"))
	if refusedHere(err) {
		code, _ := statusOf(err)
		return s.groupPage(w, r, code, f.failed(visitOf(r).Print, err))
	}
	if err != nil {
		return err
	}
	s.flash(r, "group.changed", "name", g.Name)
	http.Redirect(w, r, "/groups/"+g.ID, http.StatusSeeOther)
	return nil
}
