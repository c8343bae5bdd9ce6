package web

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"paiza"
	"paiza/internal/catalog"
	"paiza/internal/locale"
)

// The names of what the catalog knows, in the language of the page. A code the
// catalog does not know shows as itself.

func (s *Site) countryName(p *locale.Printer, c paiza.Country) string {
	return s.codeName(p, catalog.KindCountry, string(c))
}

func (s *Site) divisionName(p *locale.Printer, code string) string {
	return s.codeName(p, catalog.KindDivision, code)
}

func (s *Site) substanceName(p *locale.Printer, code string) string {
	if code == "" || code == paiza.SubstanceUnknown {
		return p.T("value.unknown_substance")
	}
	return s.codeName(p, catalog.KindSubstance, code)
}

func (s *Site) unitName(p *locale.Printer, code string) string {
	return s.codeName(p, catalog.KindUnit, code)
}

func (s *Site) codeName(p *locale.Printer, kind catalog.Kind, code string) string {
	if code == "" {
		return ""
	}
	return s.catalog.Name(kind, code, p.Tag())
}

// travel is the stated part of a route, short, for a list.
func (s *Site) travel(p *locale.Printer, r paiza.Route) string {
	var stops []string
	for _, c := range []paiza.Country{r.Departure, r.Via, r.Destination} {
		if c != "" {
			stops = append(stops, s.countryName(p, c))
		}
	}
	switch {
	case len(stops) > 1:
		return strings.Join(stops, " → ")
	case r.Departure != "":
		return stops[0] + " →"
	case r.Destination != "":
		return "→ " + stops[0]
	case r.Via != "":
		return "→ " + stops[0] + " →"
	case r.Producing != "":
		return p.T("filter.made_in", "name", s.countryName(p, r.Producing))
	}
	return ""
}

// asReported is an amount as written, without the binary dust of spreadsheets
// and with the language's signs; text that is no number stays as it is.
func asReported(p *locale.Printer, text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return "—"
	}
	if _, ok := paiza.ParseDecimal(text); !ok {
		return text
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	plain, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
	if err != nil {
		return text
	}
	return p.Decimal(strconv.FormatFloat(plain, 'f', -1, 64), -1)
}

// note is a note on an import with the names of its states and units.
func (s *Site) note(p *locale.Printer, n paiza.Note) string {
	n.Args = maps.Clone(n.Args)
	for arg, kind := range map[string]catalog.Kind{"country": catalog.KindCountry, "unit": catalog.KindUnit} {
		if code, ok := n.Args[arg]; ok {
			n.Args[arg] = s.codeName(p, kind, fmt.Sprint(code))
		}
	}
	return p.Note(n)
}
