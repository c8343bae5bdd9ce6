package web

import (
	"net/http"
	"strings"

	"paiza"
	"paiza/internal/catalog"
	"paiza/internal/locale"
	"paiza/internal/report"
)

// exportColumns are the columns of exported seizures, by the key of their
// heading. Codes stand beside names, so that a file in one language joins with
// one in another; numbers are exact.
var exportColumns = []struct {
	key    string
	format report.Format
	align  report.Align
	width  int
}{
	{"column.id", report.FormatText, report.Left, 14},
	{"field.date", report.FormatDate, report.Left, 11},
	{"field.until", report.FormatDate, report.Left, 14},
	{"column.country_code", report.FormatText, report.Left, 9},
	{"field.country", report.FormatText, report.Left, 18},
	{"column.division_code", report.FormatText, report.Left, 9},
	{"field.division", report.FormatText, report.Left, 20},
	{"column.division_written", report.FormatText, report.Left, 20},
	{"field.place", report.FormatText, report.Left, 20},
	{"column.substance_code", report.FormatText, report.Left, 9},
	{"field.substance", report.FormatText, report.Left, 26},
	{"field.group", report.FormatText, report.Left, 18},
	{"column.substance_written", report.FormatText, report.Left, 24},
	{"column.amount_written", report.FormatText, report.Left, 14},
	{"column.unit_written", report.FormatText, report.Left, 14},
	{"column.amount_measured", report.FormatDecimal, report.Right, 14},
	{"column.measured_in", report.FormatText, report.Left, 14},
	{"column.kilograms", report.FormatDecimal, report.Right, 14},
	{"catalog.factor", report.FormatText, report.Left, 14},
	{"field.routing", report.FormatText, report.Left, 16},
	{"column.basis", report.FormatText, report.Left, 14},
	{"field.producing", report.FormatText, report.Left, 14},
	{"field.departure", report.FormatText, report.Left, 14},
	{"field.via", report.FormatText, report.Left, 14},
	{"field.destination", report.FormatText, report.Left, 14},
	{"field.transport", report.FormatText, report.Left, 14},
	{"field.hiding", report.FormatText, report.Left, 14},
	{"field.installation", report.FormatText, report.Left, 14},
	{"field.count", report.FormatInteger, report.Right, 14},
	{"column.flags", report.FormatText, report.Left, 22},
	{"field.agency", report.FormatText, report.Left, 14},
	{"field.reference", report.FormatText, report.Left, 14},
	{"field.exhibit", report.FormatText, report.Left, 14},
	{"field.tlp", report.FormatText, report.Left, 14},
	{"field.purpose", report.FormatText, report.Left, 14},
	{"handling.owner", report.FormatText, report.Left, 20},
	{"field.caveat", report.FormatText, report.Left, 20},
	{"field.import", report.FormatText, report.Left, 14},
	{"column.sheet", report.FormatText, report.Left, 14},
	{"column.row", report.FormatInteger, report.Right, 14},
}

// namer remembers names: a file of a million rows has a few hundred.
type namer struct {
	site  *Site
	print *locale.Printer
	known map[[2]string]string
	// agencies are names by id.
	agencies map[string]string
}

func (n *namer) name(kind catalog.Kind, code string) report.Value {
	if code == "" {
		return report.Value{}
	}
	key := [2]string{string(kind), code}
	text, ok := n.known[key]
	if !ok {
		if text = n.site.codeName(n.print, kind, code); kind == catalog.KindSubstance {
			text = n.site.substanceName(n.print, code)
		}
		n.known[key] = text
	}
	return report.Text(text)
}

func (n *namer) row(z paiza.Seizure) []report.Value {
	p := n.print
	var measured, kilograms report.Value
	dimension := ""
	switch z.Amount.Dim {
	case paiza.DimMass:
		measured, dimension = report.Kilograms(z.Amount.Base), p.T("column.in.kg")
	case paiza.DimVolume:
		measured, dimension = report.Number(paiza.Litres(z.Amount.Base)), p.T("column.in.l")
	case paiza.DimCount:
		measured, dimension = report.Number(paiza.Units(z.Amount.Base)), p.T("column.in.unit")
	case paiza.DimArea:
		measured, dimension = report.Number(paiza.Units(z.Amount.Base)), p.T("column.in.area")
	}
	if z.Factor != "" {
		kilograms = report.Kilograms(z.Equivalent)
	}
	var flags []string
	for _, f := range z.Flags.Each() {
		flags = append(flags, p.T(f.Key()))
	}
	basis := ""
	if z.Routing != paiza.RoutingUnknown && z.RoutingBasis != "" {
		basis = p.T("basis." + string(z.RoutingBasis))
	}
	row := report.Value{}
	if z.Source.Row > 0 {
		row = report.Integer(int64(z.Source.Row))
	}
	t := report.Text
	country := func(c paiza.Country) report.Value { return n.name(catalog.KindCountry, string(c)) }
	return []report.Value{t(z.ID), report.Date(z.Date), report.Date(z.Until),
		t(string(z.Country)), country(z.Country), t(z.Division), n.name(catalog.KindDivision, z.Division), t(z.DivisionText), t(z.Place),
		t(z.Substance), n.name(catalog.KindSubstance, z.Substance), t(p.T("group." + string(n.site.catalog.Group(z.Substance)))), t(z.SubstanceText),
		t(z.AmountText), t(z.UnitText), measured, t(dimension), kilograms, t(z.Factor),
		t(p.T("routing." + string(z.Routing))), t(basis),
		country(z.Route.Producing), country(z.Route.Departure), country(z.Route.Via), country(z.Route.Destination),
		n.name(catalog.KindTransport, z.Transport), n.name(catalog.KindHiding, z.Hiding), n.name(catalog.KindInstallation, z.Installation),
		report.Integer(z.Count), t(strings.Join(flags, "; ")), t(z.Agency), t(z.Reference), t(z.Exhibit),
		t("TLP:" + p.T("tlp."+string(z.Handling.TLP))), t(p.T("purpose." + string(z.Handling.Purpose))), t(n.agencies[z.Handling.Owner]), t(z.Caveat), t(z.Source.Import), t(z.Source.Sheet), row}
}

// exportCSV sends every row that the list would show, as it comes from the
// store.
func (s *Site) exportCSV(w http.ResponseWriter, r *http.Request) error {
	return s.exportSeizures(w, r, "paiza-seizures.csv")
}

// exportXLSX is exportCSV as a workbook.
func (s *Site) exportXLSX(w http.ResponseWriter, r *http.Request) error {
	return s.exportSeizures(w, r, "paiza-seizures.xlsx")
}

func (s *Site) exportSeizures(w http.ResponseWriter, r *http.Request, name string) error {
	v := visitOf(r)
	filter, err := parseFilter(r.URL.Query())
	if err != nil {
		return err
	}
	p := v.Print
	table := report.Table{Title: p.T("nav.seizures"), About: p.T("column.about"), Notes: []string{
		p.T("seizure.file.made", "time", s.now(), "name", v.Person.Name),
		p.T("seizure.file.address", "address", address("/seizures", formatFilter(filter))),
		p.T("help.native.text"), p.T("help.kilograms.text"), p.T("seizure.file.handling"),
	}}
	for _, c := range exportColumns {
		table.Columns = append(table.Columns, report.Column{Title: p.T(c.key), Format: c.format, Align: c.align, Width: c.width})
	}
	agencies, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	names := namer{s, p, map[[2]string]string{}, agencies}
	return s.sendRows(w, name, table, func(yield func([]report.Value) error) error {
		return s.desk.EachSeizure(r.Context(), v.Actor, filter, func(z paiza.Seizure) error { return yield(names.row(z)) })
	})
}
