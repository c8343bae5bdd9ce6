package web

import (
	"net/http"
	"strings"

	"paiza"
	"paiza/internal/catalog"
	"paiza/internal/desk"
	"paiza/internal/ingest"
	"paiza/internal/locale"
)

// resolvedFields sets what the source wrote beside what it was taken for.
func (s *Site) resolvedFields(p *locale.Printer, d desk.SeizureDetail) []resolved {
	z, written := d.Seizure, sourceCells(d)
	yes := func(ok bool, how string) string {
		if ok {
			return how
		}
		return p.T("seizure.by.none")
	}
	substance := s.how(p, s.catalog.ResolveSubstance(z.SubstanceText), z.Substance)
	unit := s.how(p, s.catalog.ResolveUnit(z.UnitText), z.Unit)
	division := s.how(p, s.catalog.ResolveDivision(z.Country, z.DivisionText), z.Division)
	routing := p.T("basis." + string(z.RoutingBasis))
	if z.Routing == paiza.RoutingUnknown || z.RoutingBasis == "" {
		routing = p.T("seizure.by.not_stated")
	}
	weight, factor := "", p.T("seizure.by.no_factor")
	if z.Factor != "" {
		weight = p.T("amount.mass", "value", p.Decimal(paiza.Kilograms(z.Equivalent), -1))
		factor = s.factor(p, z)
	}
	measured := ""
	if z.Amount.Dim != paiza.DimNone {
		measured = amount(p, z.Amount)
	}
	out := []resolved{
		{"field.substance", z.SubstanceText, s.substanceName(p, z.Substance), substance},
		{"field.amount", strings.TrimSpace(z.AmountText + " " + z.UnitText), measured, yes(z.Unit != "", unit)},
		{"column.kilograms", "", weight, factor},
		{"field.country", written[ingest.FieldCountry], s.countryName(p, z.Country), ""},
		{"field.division", z.DivisionText, s.divisionName(p, z.Division), yes(z.Division != "" || z.DivisionText == "", division)},
		{"field.place", z.Place, "", ""},
		{"field.routing", written[ingest.FieldRouting], p.T("routing." + string(z.Routing)), routing},
	}
	for _, end := range []struct {
		field ingest.Field
		c     paiza.Country
	}{{ingest.FieldProducing, z.Route.Producing}, {ingest.FieldDeparture, z.Route.Departure}, {ingest.FieldVia, z.Route.Via}, {ingest.FieldDestination, z.Route.Destination}} {
		if text := written[end.field]; end.c != "" || text != "" {
			out = append(out, resolved{"field." + string(end.field), text, s.countryName(p, end.c), yes(end.c != "", p.T("basis.stated"))})
		}
	}
	for _, l := range []struct {
		kind catalog.Kind
		code string
	}{{catalog.KindTransport, z.Transport}, {catalog.KindHiding, z.Hiding}, {catalog.KindInstallation, z.Installation}} {
		if text := written[ingest.Field(l.kind)]; l.code != "" || text != "" {
			out = append(out, resolved{"field." + string(l.kind), text, s.codeName(p, l.kind, l.code), yes(l.code != "", p.T("seizure.by.catalog"))})
		}
	}
	return out
}

// sourceCells finds what the source wrote for the fields of which a seizure
// keeps the code alone, where the layout of the file is a known one.
func sourceCells(d desk.SeizureDetail) map[ingest.Field]string {
	out := map[ingest.Field]string{}
	if d.Import == nil {
		return out
	}
	profile, ok := ingest.ProfileByName(d.Import.Profile)
	if !ok {
		return out
	}
	for i, heading := range d.Header {
		if c := columnOf(profile, heading); c != nil && i < len(d.Cells) && strings.TrimSpace(d.Cells[i]) != "" && out[c.Field] == "" {
			out[c.Field] = d.Cells[i]
		}
	}
	return out
}

// how says in words how the catalog found a code. The catalog of today may
// differ from the one of the import: then the row keeps its code and only the
// fact is told.
func (s *Site) how(p *locale.Printer, r catalog.Resolution, code string) string {
	switch {
	case code == "" || code == paiza.SubstanceUnknown:
		if r.Reason != "" {
			return p.T(r.Reason)
		}
		return p.T("seizure.by.none")
	case r.Code != code:
		return p.T("seizure.by.catalog")
	}
	return how(p, r.How)
}

// how is the way of a resolution in words.
func how(p *locale.Printer, way string) string {
	name, _, _ := strings.Cut(way, ",")
	if key := "catalog.how." + strings.ReplaceAll(name, " ", "_"); p.Has(key) {
		return p.T(key)
	}
	return way
}

// factor tells by what the mass was found.
func (s *Site) factor(p *locale.Printer, z paiza.Seizure) string {
	if z.Factor == catalog.FactorMeasured {
		return p.T("seizure.by.measured")
	}
	for _, f := range s.catalog.Factors() {
		if f.ID == z.Factor {
			return p.T("seizure.by.factor", "factor", f.ID) + " — " + f.Source
		}
	}
	return p.T("seizure.by.factor", "factor", z.Factor)
}

// recordView is the form of a seizure with the choices of the catalog.
func (s *Site) recordView(r *http.Request, f form) recordView {
	p := visitOf(r).Print
	view := recordView{Form: f}
	for _, c := range s.catalog.Countries() {
		if !c.Former {
			view.Countries = append(view.Countries, s.countryName(p, c.Code))
		}
	}
	for _, one := range s.catalog.Substances() {
		if one.Code != paiza.SubstanceUnknown {
			view.Substances = append(view.Substances, s.substanceName(p, one.Code))
		}
	}
	for _, u := range s.catalog.Units() {
		view.Units = append(view.Units, s.unitName(p, u.Code))
	}
	word := func(s string) string { return s }
	locale.SortBy(p, view.Countries, word)
	locale.SortBy(p, view.Substances, word)
	list := func(field string, options []option) inputView {
		options = append([]option{{Value: "", Name: "—"}}, options...)
		for i := range options {
			options[i].Selected = options[i].Value == f.values.Get(field)
		}
		return inputView{Name: field, ID: field, Label: p.FieldName(field), Bad: f.Bad(field), Options: options}
	}
	var routings []option
	for _, r := range paiza.Routings() {
		if r != paiza.RoutingUnknown {
			routings = append(routings, option{Value: string(r), Name: p.T("routing." + string(r))})
		}
	}
	view.Routings = list("routing", routings)
	entries := func(kind catalog.Kind) []option {
		var out []option
		for _, e := range s.catalog.Entries(kind) {
			out = append(out, option{Value: e.Code, Name: s.codeName(p, kind, e.Code)})
		}
		return out
	}
	view.Transport = list("transport", entries(catalog.KindTransport))
	view.Hiding = list("hiding", entries(catalog.KindHiding))
	view.Place = list("installation", entries(catalog.KindInstallation))
	return view
}
