package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"paiza"
	"paiza/internal/catalog"
	"paiza/internal/locale"
	"paiza/wire"
)

// seizureActView is the form of an act on a seizure that exists: correct,
// relabel, withdraw.
type seizureActView struct {
	recordView // of a correction
	Seizure    paiza.Seizure
	Row        seizureRow
	Form       form
	Expect     int64        // the version that the person has before him
	Since      []difference // what changed while he filled in the form
	Handling   handlingForm
	Now        handledView // as it is handled now
}

// difference is one field of which two versions say different things.
type difference struct{ Field, Before, After string }

// seizureAct is one kind of act with its page.
type seizureAct struct {
	page  string
	right paiza.Right
	fill  func(*Site, *http.Request, paiza.Seizure) url.Values // a form that is opened
	do    func(*Site, *http.Request, string, int64, form) error
	said  string
}

var (
	correcting = seizureAct{page: "seizure/correct", right: paiza.RightCorrectSeizure, said: "seizure.corrected",
		fill: func(s *Site, r *http.Request, z paiza.Seizure) url.Values { return s.typedValues(visitOf(r).Print, z) },
		do: func(s *Site, r *http.Request, id string, expect int64, f form) error {
			_, err := s.desk.CorrectSeizure(r.Context(), visitOf(r).Actor, id, expect, newSeizure(f))
			return err
		}}
	relabelling = seizureAct{page: "seizure/relabel", right: paiza.RightRelabel, said: "seizure.relabelled",
		fill: func(_ *Site, _ *http.Request, z paiza.Seizure) url.Values { return handlingValues(z.Handling) },
		do: func(s *Site, r *http.Request, id string, expect int64, f form) error {
			_, err := s.desk.RelabelSeizure(r.Context(), visitOf(r).Actor, id, expect, newHandling(f), f.Get("reason"))
			return err
		}}
	withdrawing = seizureAct{page: "seizure/withdraw", right: paiza.RightWithdrawSeizure, said: "seizure.is_withdrawn",
		fill: func(*Site, *http.Request, paiza.Seizure) url.Values { return url.Values{} },
		do: func(s *Site, r *http.Request, id string, expect int64, f form) error {
			_, err := s.desk.WithdrawSeizure(r.Context(), visitOf(r).Actor, id, expect, f.Get("reason"))
			return err
		}}
)

// actForm answers with the form of an act on a seizure.
func actForm(a seizureAct) func(*Site, http.ResponseWriter, *http.Request) error {
	return func(s *Site, w http.ResponseWriter, r *http.Request) error {
		z, err := s.desk.SeizureFor(r.Context(), visitOf(r).Actor, a.right, r.PathValue("id"))
		if err != nil {
			return err
		}
		if a.page == correcting.page && z.Source.Import != "" {
			return paiza.Conflict("seizure.imported", nil)
		}
		return s.actPage(w, r, http.StatusOK, a, z, z.Version, form{values: a.fill(s, r, z)})
	}
}

// actOn does the act. When somebody else changed the seizure meanwhile the form
// comes back with what changed, and the next attempt is at the new version.
func actOn(a seizureAct) func(*Site, http.ResponseWriter, *http.Request) error {
	return func(s *Site, w http.ResponseWriter, r *http.Request) error {
		v := visitOf(r)
		f := readForm(r)
		id := r.PathValue("id")
		expect, _ := strconv.ParseInt(f.Get("expect"), 10, 64)
		err := a.do(s, r, id, expect, f)
		if err == nil {
			s.flash(r, a.said)
			http.Redirect(w, r, "/seizures/"+id, http.StatusSeeOther)
			return nil
		}
		if !errors.Is(err, paiza.ErrInvalid) && !errors.Is(err, paiza.ErrConflict) {
			return err
		}
		z, again := s.desk.SeizureFor(r.Context(), v.Actor, a.right, id)
		if again != nil {
			return err // withdrawn meanwhile, or no longer his to change
		}
		code, _ := statusOf(err)
		return s.actPage(w, r, code, a, z, expect, f.failed(v.Print, err))
	}
}

func (s *Site) actPage(w http.ResponseWriter, r *http.Request, code int, a seizureAct, z paiza.Seizure, seen int64, f form) error {
	v := visitOf(r)
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	view := seizureActView{Seizure: z, Row: s.row(v, names, z), Form: f, Expect: z.Version}
	if seen != 0 && seen != z.Version {
		if old, err := s.desk.SeizureAt(r.Context(), v.Actor, z.ID, seen); err == nil {
			view.Since = s.differences(v.Print, old, z)
		} else if !errors.Is(err, paiza.ErrNotFound) {
			return err
		}
	}
	if view.Now, err = s.handled(r, z.Handling, z.Caveat); err != nil {
		return err
	}
	switch a.page {
	case correcting.page:
		view.recordView = s.recordView(r, f)
	case relabelling.page:
		view.Handling, err = s.handlingForm(r, f)
	}
	if err != nil {
		return err
	}
	return s.render(w, r, code, a.page, view)
}

// typedValues are the fields of the form as they would have been typed to make
// the seizure.
func (s *Site) typedValues(p *locale.Printer, z paiza.Seizure) url.Values {
	q := url.Values{}
	for key, value := range map[string]string{"date": z.Date.String(), "country": s.countryName(p, z.Country), "division": z.DivisionText,
		"place": z.Place, "substance": z.SubstanceText, "amount": z.AmountText, "unit": z.UnitText,
		"producing": s.countryName(p, z.Route.Producing), "departure": s.countryName(p, z.Route.Departure),
		"via": s.countryName(p, z.Route.Via), "destination": s.countryName(p, z.Route.Destination),
		"transport": z.Transport, "hiding": z.Hiding, "installation": z.Installation, "packaging": z.Packaging,
		"agency": z.Agency, "reference": z.Reference, "exhibit": z.Exhibit, "caveat": z.Caveat} {
		wire.SetQuery(q, key, value)
	}
	if z.Routing != paiza.RoutingUnknown && z.RoutingBasis == paiza.BasisStated {
		q.Set("routing", string(z.Routing))
	}
	if z.Persons > 0 {
		q.Set("persons", strconv.Itoa(z.Persons))
	}
	return q
}

// fact is one thing that a record says, in words.
type fact struct{ Field, Text string }

// facts are what a record says, for comparing versions and for who decides on a
// release.
func (s *Site) facts(p *locale.Printer, z paiza.Seizure) []fact {
	measured, weight := "", ""
	if z.Amount.Dim != paiza.DimNone {
		measured = amount(p, z.Amount)
	}
	if z.Factor != "" {
		weight = p.T("amount.mass", "value", p.Decimal(paiza.Kilograms(z.Equivalent), -1))
	}
	persons := ""
	if z.Persons > 0 {
		persons = p.Number(int64(z.Persons))
	}
	country := func(c paiza.Country) string { return s.countryName(p, c) }
	return []fact{
		{"field.date", p.Date(z.Date)}, {"field.country", country(z.Country)}, {"field.division", z.DivisionText}, {"field.place", z.Place},
		{"field.routing", p.T("routing." + string(z.Routing))},
		{"column.substance_written", z.SubstanceText}, {"field.substance", s.substanceName(p, z.Substance)},
		{"column.amount_written", z.AmountText}, {"column.unit_written", z.UnitText}, {"column.amount_measured", measured}, {"column.kilograms", weight},
		{"field.producing", country(z.Route.Producing)}, {"field.departure", country(z.Route.Departure)}, {"field.via", country(z.Route.Via)}, {"field.destination", country(z.Route.Destination)},
		{"field.transport", s.codeName(p, catalog.KindTransport, z.Transport)}, {"field.hiding", s.codeName(p, catalog.KindHiding, z.Hiding)},
		{"field.installation", s.codeName(p, catalog.KindInstallation, z.Installation)}, {"field.packaging", z.Packaging},
		{"field.agency", z.Agency}, {"field.reference", z.Reference}, {"field.exhibit", z.Exhibit}, {"field.persons", persons},
	}
}

// restrictions are the facts of how a record is handled.
func restrictions(p *locale.Printer, z paiza.Seizure) []fact {
	return []fact{{"field.tlp", "TLP:" + p.T("tlp."+string(z.Handling.TLP))}, {"field.purpose", p.T("purpose." + string(z.Handling.Purpose))}, {"field.caveat", z.Caveat}}
}

// differences are the facts in which two versions differ.
func (s *Site) differences(p *locale.Printer, before, after paiza.Seizure) []difference {
	old := append(s.facts(p, before), restrictions(p, before)...)
	var out []difference
	for i, now := range append(s.facts(p, after), restrictions(p, after)...) {
		if old[i].Text != now.Text {
			out = append(out, difference{now.Field, old[i].Text, now.Text})
		}
	}
	return out
}

// versionView is a seizure as an earlier version said it.
type versionView struct {
	Then, Now paiza.Seizure
	Row       seizureRow
	Facts     []fact
	Since     []difference // from then to now
	Handling  handledView
}

func (s *Site) seizureVersion(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	version, err := strconv.ParseInt(r.PathValue("version"), 10, 64)
	if err != nil {
		return paiza.NotFound("version", "")
	}
	now, err := s.desk.SeizureFor(r.Context(), v.Actor, paiza.RightReadSeizure, r.PathValue("id"))
	if err != nil {
		return err
	}
	then, err := s.desk.SeizureAt(r.Context(), v.Actor, now.ID, version)
	if err != nil {
		return err
	}
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	view := versionView{Then: then, Now: now, Row: s.row(v, names, then), Facts: s.facts(v.Print, then), Since: s.differences(v.Print, then, now)}
	if view.Handling, err = s.handled(r, then.Handling, then.Caveat); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "seizure/version", view)
}
