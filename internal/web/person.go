package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/desk"
	"paiza/internal/locale"
)

// peopleView is the list of accounts.
type peopleView struct {
	People     []paiza.Person
	Recoveries []desk.Recovery   // that wait for another administrator
	Agency     map[string]string // names by id
	Agencies   []option
}

// personView is one account, or the form of a new one.
type personView struct {
	Person    paiza.Person
	Form      form
	Act       form // of the smaller acts beside it
	Roles     []roleView
	Languages []option
	Agencies  []option
	Self      bool
	// Fresh says that the administrator has just proved that it is he.
	Fresh      bool
	CanRecover bool
	New        bool // has never signed in
	Sessions   int
	Recoveries []desk.Recovery
	Issuer     string // name of the sign-in server, empty for none
}

// roleView is a role with what it may do, in words.
type roleView struct {
	Role   paiza.Role
	Rights []paiza.Right
	On     bool
}

func roleViews(on func(paiza.Role) bool) []roleView {
	var out []roleView
	for _, role := range paiza.Roles() {
		out = append(out, roleView{role, access.Rights(role), on(role)})
	}
	return out
}

func languageOptions(chosen string) []option {
	var out []option
	for _, tag := range locale.Languages() {
		out = append(out, option{Value: tag, Name: locale.For(tag).Name(), Selected: tag == chosen})
	}
	return out
}

func (s *Site) people(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	list, err := s.desk.People(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	locale.SortBy(v.Print, list, func(p paiza.Person) string { return p.Name })
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	only := r.URL.Query().Get(keyAgency)
	if only != "" {
		list = slices.DeleteFunc(list, func(p paiza.Person) bool { return p.Agency != only })
	}
	view := peopleView{People: list, Agency: names, Agencies: agencyOptions(v.Print, names, only)}
	if v.can(paiza.RightRecoverPerson) {
		all, err := s.desk.Recoveries(r.Context(), v.Actor, "")
		if err != nil {
			return err
		}
		view.Recoveries = slices.DeleteFunc(all, func(x desk.Recovery) bool { return x.Open })
	}
	return s.render(w, r, http.StatusOK, "person/list", view)
}

func (s *Site) personForm(w http.ResponseWriter, r *http.Request) error {
	f := form{values: url.Values{"role": {string(paiza.RoleViewer)}, "language": {visitOf(r).Print.Tag()}}}
	return s.newPersonPage(w, r, http.StatusOK, f)
}

func (s *Site) newPersonPage(w http.ResponseWriter, r *http.Request, code int, f form) error {
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	chosen := f.Get("agency")
	if chosen == "" {
		chosen = visitOf(r).Actor.Agency
	}
	view := personView{Form: f, Languages: languageOptions(f.Get("language")), Fresh: s.desk.SteppedUp(visitOf(r).Actor),
		Agencies: agencyOptions(visitOf(r).Print, names, chosen),
		Roles:    roleViews(func(role paiza.Role) bool { return f.Has("role", string(role)) })}
	return s.render(w, r, code, "person/new", view)
}

func roles(f form) []paiza.Role {
	var out []paiza.Role
	for _, r := range f.All("role") {
		out = append(out, paiza.Role(r))
	}
	return out
}

func (s *Site) createPerson(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f := readForm(r)
	in := paiza.NewPerson{Login: f.Get("login"), Name: f.Get("name"), Agency: f.Get("agency"), Roles: roles(f), Language: f.Get("language")}
	p, code, err := s.desk.EnrolPerson(r.Context(), v.Actor, in)
	if err != nil {
		if !errors.Is(err, paiza.ErrInvalid) && !errors.Is(err, paiza.ErrConflict) {
			return err
		}
		code, _ := statusOf(err)
		return s.newPersonPage(w, r, code, f.failed(v.Print, err))
	}
	return s.shown(w, r, p, code, true)
}

func (s *Site) person(w http.ResponseWriter, r *http.Request) error {
	return s.personPage(w, r, http.StatusOK, form{}, form{})
}

func (s *Site) personPage(w http.ResponseWriter, r *http.Request, code int, change, act form) error {
	v := visitOf(r)
	p, err := s.desk.Person(r.Context(), v.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	if change.values == nil {
		change.values = url.Values{"name": {p.Name}, "agency": {p.Agency}}
		for _, role := range p.Roles {
			change.values.Add("role", string(role))
		}
		if p.Disabled {
			change.values.Set("disabled", "1")
		}
	}
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	sessions, err := s.desk.Sessions(r.Context(), v.Actor, p.ID)
	if err != nil {
		return err
	}
	view := personView{Person: p, Form: change, Act: act, Self: p.ID == v.Actor.ID, Fresh: s.desk.SteppedUp(v.Actor),
		CanRecover: v.can(paiza.RightRecoverPerson), Sessions: len(sessions), Issuer: s.issuerName(r),
		Agencies: agencyOptions(v.Print, names, change.Get("agency")),
		Roles:    roleViews(func(role paiza.Role) bool { return change.Has("role", string(role)) })}
	if view.New, err = s.desk.Newcomer(r.Context(), p); err != nil {
		return err
	}
	if view.CanRecover {
		if view.Recoveries, err = s.desk.Recoveries(r.Context(), v.Actor, p.ID); err != nil {
			return err
		}
	}
	return s.render(w, r, code, "person/detail", view)
}

func (s *Site) updatePerson(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f := readForm(r)
	change := desk.PersonChange{Name: f.Get("name"), Agency: f.Get("agency"), Roles: roles(f), Disabled: f.Get("disabled") != "", Reason: f.Get("reason")}
	p, err := s.desk.UpdatePerson(r.Context(), v.Actor, r.PathValue("id"), change)
	if err != nil {
		if !errors.Is(err, paiza.ErrInvalid) && !errors.Is(err, paiza.ErrConflict) {
			return err
		}
		code, _ := statusOf(err)
		return s.personPage(w, r, code, f.failed(v.Print, err), form{})
	}
	s.flash(r, "person.updated", "name", p.Name)
	http.Redirect(w, r, "/people", http.StatusSeeOther)
	return nil
}
