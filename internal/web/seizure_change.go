package web

import (
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

// seizureRecord is what the acts on a seizure have in common. It and they are functions: pages ask
// the table of routes, which asks the acts.
func seizureRecord() record[paiza.Seizure] {
	return record[paiza.Seizure]{list: "/seizures", version: func(z paiza.Seizure) int64 { return z.Version }, show: (*Site).seizureActPage,
		read: func(s *Site, r *http.Request, right paiza.Right, id string) (paiza.Seizure, error) {
			return s.desk.SeizureFor(r.Context(), visitOf(r).Actor, right, id)
		}}
}

func correcting() act[paiza.Seizure] {
	return act[paiza.Seizure]{of: seizureRecord(), page: "seizure/correct", right: paiza.RightCorrectSeizure, said: "seizure.corrected",
		bar: func(z paiza.Seizure) error {
			if z.Source.Import != "" {
				return paiza.Conflict("seizure.imported", nil)
			}
			return nil
		},
		fill: func(s *Site, r *http.Request, z paiza.Seizure) url.Values { return s.typedValues(visitOf(r).Print, z) },
		do: func(s *Site, r *http.Request, id string, expect int64, f form) error {
			_, err := s.desk.CorrectSeizure(r.Context(), visitOf(r).Actor, id, expect, newSeizure(f))
			return err
		}}
}

func relabelling() act[paiza.Seizure] {
	return act[paiza.Seizure]{of: seizureRecord(), page: "seizure/relabel", right: paiza.RightRelabel, said: "seizure.relabelled",
		fill: func(_ *Site, _ *http.Request, z paiza.Seizure) url.Values { return handlingValues(z.Handling) },
		do: func(s *Site, r *http.Request, id string, expect int64, f form) error {
			_, err := s.desk.RelabelSeizure(r.Context(), visitOf(r).Actor, id, expect, newHandling(f), f.Get("reason"))
			return err
		}}
}

func withdrawing() act[paiza.Seizure] {
	return act[paiza.Seizure]{of: seizureRecord(), page: "seizure/withdraw", right: paiza.RightWithdrawSeizure, said: "seizure.is_withdrawn",
		do: func(s *Site, r *http.Request, id string, expect int64, f form) error {
			_, err := s.desk.WithdrawSeizure(r.Context(), visitOf(r).Actor, id, expect, f.Get("reason"))
			return err
		}}
}

// seizureActPage answers with the form of an act on a seizure.
func (s *Site) seizureActPage(w http.ResponseWriter, r *http.Request, code int, page string, z paiza.Seizure, seen int64, f form) error {
	v := visitOf(r)
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	view := seizureActView{Seizure: z, Row: s.row(v, names, z), Form: f, Expect: z.Version}
	view.Since, err = since(z, z.Version, seen, func(version int64) (paiza.Seizure, error) {
		return s.desk.SeizureAt(r.Context(), v.Actor, z.ID, version)
	}, func(before, after paiza.Seizure) []difference { return s.differences(v.Print, before, after) })
	if err != nil {
		return err
	}
	if view.Now, err = s.handled(r, z.Handling, z.Caveat); err != nil {
		return err
	}
	switch page {
	case "seizure/correct":
		view.recordView = s.recordView(r, f)
	case "seizure/relabel":
		view.Handling, err = s.handlingForm(r, f)
	}
	if err != nil {
		return err
	}
	return s.render(w, r, code, page, view)
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
