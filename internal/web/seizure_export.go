package web

import (
	"net/http"
	"strconv"
	"strings"

	"paiza"
	"paiza/internal/catalog"
	"paiza/internal/locale"
)

// exportColumns are the columns of exported seizures, by the key of their
// heading. Codes stand beside names, so that a file in one language joins with
// one in another; numbers are exact and plain.
var exportColumns = []string{"column.id", "field.date", "field.until", "catalog.code", "field.country", "catalog.code", "field.division",
	"column.division_written", "field.place", "catalog.code", "field.substance", "field.group", "column.substance_written",
	"column.amount_written", "column.unit_written", "column.amount_measured", "column.measured_in", "column.kilograms", "catalog.factor",
	"field.routing", "column.basis", "field.producing", "field.departure", "field.via", "field.destination",
	"field.transport", "field.hiding", "field.installation", "field.count", "column.flags", "field.agency", "field.reference", "field.exhibit",
	"field.tlp", "field.purpose", "field.import", "column.sheet", "column.row"}

func (s *Site) exportRow(p *locale.Printer, z paiza.Seizure) []string {
	number := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	var measured, dimension, kilograms string
	switch z.Amount.Dim {
	case paiza.DimMass:
		measured, dimension = paiza.Kilograms(z.Amount.Base), "kg"
	case paiza.DimVolume:
		measured, dimension = paiza.Litres(z.Amount.Base), "l"
	case paiza.DimCount:
		measured, dimension = paiza.Units(z.Amount.Base), p.T("field.unit")
	case paiza.DimArea:
		measured, dimension = paiza.Units(z.Amount.Base), "m²"
	}
	if z.Factor != "" {
		kilograms = paiza.Kilograms(z.Equivalent)
	}
	var flags []string
	for _, f := range z.Flags.Each() {
		flags = append(flags, p.T(f.Key()))
	}
	basis := ""
	if z.Routing != paiza.RoutingUnknown && z.RoutingBasis != "" {
		basis = p.T("basis." + string(z.RoutingBasis))
	}
	return []string{z.ID, z.Date.String(), z.Until.String(), string(z.Country), s.countryName(p, z.Country), z.Division, s.divisionName(p, z.Division),
		z.DivisionText, z.Place, z.Substance, s.substanceName(p, z.Substance), p.T("group." + string(s.catalog.Group(z.Substance))), z.SubstanceText,
		z.AmountText, z.UnitText, measured, dimension, kilograms, z.Factor,
		p.T("routing." + string(z.Routing)), basis, s.countryName(p, z.Route.Producing), s.countryName(p, z.Route.Departure), s.countryName(p, z.Route.Via), s.countryName(p, z.Route.Destination),
		s.codeName(p, catalog.KindTransport, z.Transport), s.codeName(p, catalog.KindHiding, z.Hiding), s.codeName(p, catalog.KindInstallation, z.Installation),
		number(z.Count), strings.Join(flags, "; "), z.Agency, z.Reference, z.Exhibit,
		"TLP:" + p.T("tlp."+string(z.Handling.TLP)), z.Handling.Purpose, z.Source.Import, z.Source.Sheet, number(int64(z.Source.Row))}
}

// exportCSV sends every row that the list would show, as it comes from the
// store.
func (s *Site) exportCSV(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	filter, err := parseFilter(r.URL.Query())
	if err != nil {
		return err
	}
	var head []string
	for _, key := range exportColumns {
		head = append(head, v.Print.T(key))
	}
	var out *download
	err = s.desk.EachSeizure(r.Context(), v.Actor, filter, func(z paiza.Seizure) error {
		if out == nil {
			out = s.download(w, "paiza-seizures.csv", "text/csv; charset=utf-8")
			if err := out.header(head...); err != nil {
				return err
			}
		}
		return out.row(s.exportRow(v.Print, z)...)
	})
	if out == nil { // nothing is sent yet: an error is still a page
		if err != nil {
			return err
		}
		out = s.download(w, "paiza-seizures.csv", "text/csv; charset=utf-8")
		err = out.header(head...)
	}
	return out.close(s, err)
}

func (s *Site) exportXLSX(w http.ResponseWriter, r *http.Request) error { return s.exportCSV(w, r) }
