package web

import (
	"net/http"
	"net/url"
	"slices"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/locale"
	"paiza/wire"
)

// handlingForm is the part of a form that says how a record is handled:
// template "handling".
type handlingForm struct {
	Form       form
	Labels     []handlingChoice
	Purposes   []handlingChoice
	Cases      []option
	Agencies   []handlingChoice
	Colleagues []handlingChoice
}

// handlingChoice is one label, purpose, agency or person that may be ticked.
type handlingChoice struct {
	Value, Name, Text string
	On                bool
}

// newHandling is how a person says in a form that a record is handled. The
// field "handling" is there when the form offered the list of agencies: then an
// empty list means nobody.
func newHandling(f form) paiza.NewHandling {
	return paiza.NewHandling{TLP: f.Get("tlp"), Purpose: f.Get("purpose"), Case: f.Get("case"),
		Agencies: f.All("agencies"), Persons: f.All("persons_named"), Own: f.Get("handling") == "own"}
}

// handlingFields are the fields of a form that newHandling reads.
var handlingFields = []string{"handling", "tlp", "purpose", "case", "agencies", "persons_named"}

// handlingValues are the fields of the form for a handling as it is.
func handlingValues(h paiza.Handling) url.Values {
	q := url.Values{"handling": {"own"}, "tlp": {string(h.TLP)}, "purpose": {string(h.Purpose)}}
	wire.SetQuery(q, "case", h.Case)
	wire.AddQuery(q, "agencies", h.Agencies)
	wire.AddQuery(q, "persons_named", h.Persons)
	return q
}

// handlingForm offers the labels, the purposes, the person's own cases, the
// agencies and the colleagues. A form that says nothing yet shows the defaults
// of the person's agency.
func (s *Site) handlingForm(r *http.Request, f form) (handlingForm, error) {
	v := visitOf(r)
	p := v.Print
	out := handlingForm{Form: f}
	agencies, err := s.desk.Agencies(r.Context(), v.Actor)
	if err != nil {
		return out, err
	}
	fresh := f.Get("handling") == ""
	label, purpose := f.Get("tlp"), f.Get("purpose")
	if label == "" {
		label = string(paiza.TLPAmber)
	}
	if purpose == "" {
		purpose = string(paiza.PurposeStatistics)
	}
	for _, l := range paiza.TLPs() {
		out.Labels = append(out.Labels, handlingChoice{string(l), string(l), p.T("handling.tlp." + string(l)), string(l) == label})
	}
	for _, one := range paiza.Purposes() {
		out.Purposes = append(out.Purposes, handlingChoice{string(one), p.T("purpose." + string(one)), p.T("purpose." + string(one) + "_text"), string(one) == purpose})
	}
	name := map[string]string{}
	var shares []string
	for _, a := range agencies {
		name[a.ID] = agencyName(p, a.Name)
		if a.ID == v.Actor.Agency {
			shares = a.Shares
		}
	}
	for _, a := range agencies {
		on := f.Has("agencies", a.ID) || fresh && slices.Contains(shares, a.ID)
		if a.ID != v.Actor.Agency && (!a.Closed || on) {
			out.Agencies = append(out.Agencies, handlingChoice{a.ID, name[a.ID], p.T("agency.kind." + string(a.Kind)), on})
		}
	}
	if v.can(paiza.RightReadCase) {
		if out.Cases, err = s.caseOptions(r, f.Get("case")); err != nil {
			return out, err
		}
	}
	people, err := s.desk.Colleagues(r.Context(), v.Actor)
	if err != nil {
		return out, err
	}
	out.Colleagues = colleagues(p, people, name, func(id string) bool { return f.Has("persons_named", id) || id == v.Actor.ID })
	return out, nil
}

// colleagues are people as choices, by name.
func colleagues(p *locale.Printer, people []paiza.Person, agency map[string]string, on func(id string) bool) []handlingChoice {
	var out []handlingChoice
	for _, one := range people {
		out = append(out, handlingChoice{one.ID, one.Name, agency[one.Agency], on(one.ID)})
	}
	locale.SortBy(p, out, func(c handlingChoice) string { return c.Name })
	return out
}

// caseOptions are the open cases of the person, and the chosen one.
func (s *Site) caseOptions(r *http.Request, chosen string) ([]option, error) {
	v := visitOf(r)
	cases, err := s.desk.Cases(r.Context(), v.Actor)
	if err != nil {
		return nil, err
	}
	var out []option
	for _, c := range cases {
		if !c.Closed || c.ID == chosen {
			out = append(out, option{Value: c.ID, Name: caseName(c), Selected: c.ID == chosen})
		}
	}
	return out, nil
}

// handledView is a handling in words: template "handled".
type handledView struct {
	desk.Handled
	Caveat string
}

func (s *Site) handled(r *http.Request, h paiza.Handling, caveat string) (handledView, error) {
	out, err := s.desk.Handled(r.Context(), visitOf(r).Actor, h)
	if err == nil && h.Origin != "" { // it belongs to another node, whatever agency of it that is
		var c community
		if c, err = s.community(r); err == nil {
			out.OwnerName = c.name(h.Origin)
		}
	}
	return handledView{out, caveat}, err
}

// agencyName is the name of an agency; the first one of a node from before
// agencies has none.
func agencyName(p *locale.Printer, name string) string {
	if name == "" {
		return p.T("agency.unnamed")
	}
	return name
}

// agencyNames are the names of all agencies by id.
func (s *Site) agencyNames(r *http.Request) (map[string]string, error) {
	v := visitOf(r)
	list, err := s.desk.Agencies(r.Context(), v.Actor)
	out := map[string]string{}
	for _, a := range list {
		out[a.ID] = agencyName(v.Print, a.Name)
	}
	return out, err
}
