package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"paiza"
	"paiza/internal/desk"
)

// casesView is the list of the person's cases.
type casesView struct {
	Cases   []caseRow
	CanOpen bool
}

// caseRow is one case with the name of its agency.
type caseRow struct {
	paiza.Case
	Owner string
}

// caseView is one case with its records and its history.
type caseView struct {
	desk.CaseDetail
	OwnerName string
	Members   []handlingChoice
	Rows      []seizureRow
	Count     int64
	List      string // address of all its records
	CanManage bool
	Proof     proofView
	Acts      []actView
}

// caseFormView is the form of a case.
type caseFormView struct {
	Case       paiza.Case
	Form       form
	Colleagues []handlingChoice
}

// caseName is a case in a list to choose from.
func caseName(c paiza.Case) string {
	if c.Title == "" {
		return c.Reference
	}
	return c.Reference + " · " + c.Title
}

func (s *Site) cases(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	list, err := s.desk.Cases(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	view := casesView{CanOpen: v.can(paiza.RightManageCase)}
	for _, c := range list {
		view.Cases = append(view.Cases, caseRow{c, names[c.Owner]})
	}
	slices.SortStableFunc(view.Cases, func(a, b caseRow) int {
		switch {
		case a.Closed == b.Closed:
			return 0
		case a.Closed:
			return 1
		}
		return -1
	})
	return s.render(w, r, http.StatusOK, "case/list", view)
}

// caseTitle is the name of a case for who is a member of it, and its id for
// anybody else.
func (s *Site) caseTitle(r *http.Request, id string) string {
	c, err := s.desk.CaseFor(r.Context(), visitOf(r).Actor, paiza.RightReadCase, id)
	if err != nil {
		return id
	}
	return caseName(c)
}

// caseRows is how many records the page of a case shows.
const caseRows = 20

func (s *Site) casefile(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	detail, err := s.desk.Case(r.Context(), v.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	filter := paiza.SeizureFilter{Case: detail.ID}
	view := caseView{CaseDetail: detail, OwnerName: names[detail.Owner], List: address("/seizures", formatFilter(filter)),
		CanManage: slices.Contains(detail.May, paiza.RightManageCase), Acts: s.acts(v, names, detail.History)}
	view.Members = colleagues(v.Print, detail.People, names, func(string) bool { return true })
	if view.Proof, err = s.proofView(r, "/cases/"+detail.ID+"/proof", "case-"+detail.ID+".proof"); err != nil {
		return err
	}
	if v.can(paiza.RightReadSeizure) {
		list, err := s.desk.Seizures(r.Context(), v.Actor, filter, paiza.Page{Size: caseRows})
		if err != nil {
			return err
		}
		view.Count = list.Count
		for _, z := range list.Seizures {
			view.Rows = append(view.Rows, s.row(v, names, z))
		}
	}
	return s.render(w, r, http.StatusOK, "case/detail", view)
}

func (s *Site) caseForm(w http.ResponseWriter, r *http.Request) error {
	return s.casePage(w, r, http.StatusOK, "case/new", paiza.Case{}, form{values: url.Values{"members": {visitOf(r).Actor.ID}}})
}

func (s *Site) changeCaseForm(w http.ResponseWriter, r *http.Request) error {
	c, err := s.desk.CaseFor(r.Context(), visitOf(r).Actor, paiza.RightManageCase, r.PathValue("id"))
	if err != nil {
		return err
	}
	f := form{values: url.Values{"reference": {c.Reference}, "title": {c.Title}, "members": c.Members}}
	if c.Closed {
		f.values.Set("closed", "1")
	}
	return s.casePage(w, r, http.StatusOK, "case/change", c, f)
}

func (s *Site) casePage(w http.ResponseWriter, r *http.Request, code int, page string, c paiza.Case, f form) error {
	v := visitOf(r)
	people, err := s.desk.Colleagues(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	view := caseFormView{Case: c, Form: f, Colleagues: colleagues(v.Print, people, names, func(id string) bool { return f.Has("members", id) })}
	return s.render(w, r, code, page, view)
}

func newCase(f form) paiza.NewCase {
	return paiza.NewCase{Reference: f.Get("reference"), Title: f.Get("title"), Members: f.All("members"), Closed: f.Get("closed") != "", Reason: f.Get("reason")}
}

func (s *Site) createCase(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	c, err := s.desk.CreateCase(r.Context(), visitOf(r).Actor, newCase(f))
	if err != nil {
		return s.caseRefused(w, r, "case/new", paiza.Case{}, f, err)
	}
	s.flash(r, "case.opened", "reference", c.Reference)
	http.Redirect(w, r, "/cases/"+c.ID, http.StatusSeeOther)
	return nil
}

func (s *Site) updateCase(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f := readForm(r)
	was, err := s.desk.CaseFor(r.Context(), v.Actor, paiza.RightManageCase, r.PathValue("id"))
	if err != nil {
		return err
	}
	c, err := s.desk.UpdateCase(r.Context(), v.Actor, was.ID, newCase(f))
	if err != nil {
		return s.caseRefused(w, r, "case/change", was, f, err)
	}
	s.flash(r, "case.updated", "reference", c.Reference)
	to := "/cases/" + c.ID
	if !slices.Contains(c.Members, v.Actor.ID) {
		to = "/cases" // he left it
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (s *Site) caseRefused(w http.ResponseWriter, r *http.Request, page string, c paiza.Case, f form, err error) error {
	if !errors.Is(err, paiza.ErrInvalid) && !errors.Is(err, paiza.ErrConflict) {
		return err
	}
	code, _ := statusOf(err)
	return s.casePage(w, r, code, page, c, f.failed(visitOf(r).Print, err))
}
