package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"paiza"
	"paiza/internal/locale"
)

// agenciesView is the list of agencies.
type agenciesView struct {
	Agencies []agencyRow
}

// agencyRow is one agency with the names of those it shares with.
type agencyRow struct {
	paiza.Agency
	Shared []string
	People int
}

// agencyView is one agency, or the form of a new one.
type agencyView struct {
	Agency paiza.Agency
	Form   form
	Kinds  []option
	Others []handlingChoice
	Own    bool // of the person himself
}

func (s *Site) agencies(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	list, err := s.desk.Agencies(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	people, err := s.desk.People(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	var view agenciesView
	for _, a := range list {
		row := agencyRow{Agency: a}
		for _, other := range list {
			if slices.Contains(a.Shares, other.ID) {
				row.Shared = append(row.Shared, agencyName(v.Print, other.Name))
			}
		}
		for _, p := range people {
			if p.Agency == a.ID && !p.Disabled {
				row.People++
			}
		}
		view.Agencies = append(view.Agencies, row)
	}
	return s.render(w, r, http.StatusOK, "agency/list", view)
}

func (s *Site) agencyForm(w http.ResponseWriter, r *http.Request) error {
	return s.agencyPage(w, r, http.StatusOK, "agency/new", paiza.Agency{}, form{values: url.Values{}})
}

func (s *Site) agency(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	a, err := s.desk.Agency(r.Context(), v.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	f := form{values: url.Values{"name": {a.Name}, "kind": {string(a.Kind)}, "shares": a.Shares}}
	if a.Closed {
		f.values.Set("closed", "1")
	}
	return s.agencyPage(w, r, http.StatusOK, "agency/detail", a, f)
}

func (s *Site) agencyPage(w http.ResponseWriter, r *http.Request, code int, name string, a paiza.Agency, f form) error {
	v := visitOf(r)
	list, err := s.desk.Agencies(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	view := agencyView{Agency: a, Form: f, Kinds: kindOptions(v.Print, f.Get("kind")), Own: a.ID == v.Actor.Agency}
	for _, other := range list {
		if other.ID != a.ID {
			view.Others = append(view.Others, handlingChoice{other.ID, agencyName(v.Print, other.Name), v.Print.T("agency.kind." + string(other.Kind)), f.Has("shares", other.ID)})
		}
	}
	return s.render(w, r, code, name, view)
}

// agencyOptions are agencies as a list to choose from.
func agencyOptions(p *locale.Printer, names map[string]string, chosen string) []option {
	var out []option
	for id, name := range names {
		out = append(out, option{Value: id, Name: name, Selected: id == chosen})
	}
	locale.SortBy(p, out, func(o option) string { return o.Name })
	return out
}

// kindOptions are the kinds of agencies as a list to choose from.
func kindOptions(p *locale.Printer, chosen string) []option {
	out := []option{{Value: "", Name: "—", Selected: chosen == ""}}
	for _, k := range paiza.AgencyKinds() {
		out = append(out, option{Value: string(k), Name: p.T("agency.kind." + string(k)), Selected: string(k) == chosen})
	}
	return out
}

func newAgency(f form) paiza.NewAgency {
	return paiza.NewAgency{Name: f.Get("name"), Kind: paiza.AgencyKind(f.Get("kind")), Shares: f.All("shares"), Closed: f.Get("closed") != "", Reason: f.Get("reason")}
}

func (s *Site) createAgency(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f := readForm(r)
	a, err := s.desk.CreateAgency(r.Context(), v.Actor, newAgency(f))
	if err != nil {
		return s.agencyRefused(w, r, "agency/new", paiza.Agency{}, f, err)
	}
	s.flash(r, "agency.created", "name", a.Name)
	http.Redirect(w, r, "/agencies", http.StatusSeeOther)
	return nil
}

func (s *Site) updateAgency(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f := readForm(r)
	was, err := s.desk.Agency(r.Context(), v.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	a, err := s.desk.UpdateAgency(r.Context(), v.Actor, was.ID, newAgency(f))
	if err != nil {
		return s.agencyRefused(w, r, "agency/detail", was, f, err)
	}
	s.flash(r, "agency.updated", "name", a.Name)
	http.Redirect(w, r, "/agencies", http.StatusSeeOther)
	return nil
}

func (s *Site) agencyRefused(w http.ResponseWriter, r *http.Request, page string, a paiza.Agency, f form, err error) error {
	if !errors.Is(err, paiza.ErrInvalid) && !errors.Is(err, paiza.ErrConflict) {
		return err
	}
	code, _ := statusOf(err)
	return s.agencyPage(w, r, code, page, a, f.failed(visitOf(r).Print, err))
}
