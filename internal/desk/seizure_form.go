package desk

import (
	"slices"
	"strconv"
	"strings"

	"paiza"
)

// form collects what is wrong with a form while it is turned into a seizure.
type form struct {
	d      *Desk
	fields []paiza.FieldError
}

func (f *form) bad(field, key, value string) {
	f.fields = append(f.fields, paiza.FieldError{Field: field, Key: key, Args: paiza.Args{"value": value}})
}

func (f *form) country(field, text string) paiza.Country {
	if text = strings.TrimSpace(text); text == "" {
		return ""
	}
	code := f.d.cat.ResolveCountry(text).Code
	if code == "" {
		f.bad(field, "error.country_unknown", text)
	}
	return paiza.Country(code)
}

// code resolves a choice of a list; what the catalog does not know is a mistake,
// because the page offers the list.
func (f *form) code(field, text string, known bool, code string) string {
	if strings.TrimSpace(text) != "" && !known {
		f.bad(field, "error.choice_unknown", text)
	}
	return code
}

// resolve checks what a registrar typed and turns it into a seizure.
func (d *Desk) resolve(in paiza.NewSeizure) (paiza.Seizure, []paiza.FieldError) {
	f := &form{d: d}
	z := paiza.Seizure{Count: 1, Place: strings.TrimSpace(in.Place), DivisionText: strings.TrimSpace(in.Division),
		SubstanceText: strings.TrimSpace(in.Substance), AmountText: strings.TrimSpace(in.Amount), UnitText: strings.TrimSpace(in.Unit),
		Packaging: strings.TrimSpace(in.Packaging), Agency: strings.TrimSpace(in.Agency), Reference: strings.TrimSpace(in.Reference),
		Exhibit: strings.TrimSpace(in.Exhibit), Caveat: strings.TrimSpace(in.Caveat)}
	date, err := paiza.ParseDate(strings.TrimSpace(in.Date))
	switch {
	case err != nil || date == 0:
		f.bad("date", "error.date", in.Date)
	case date.First() > paiza.DateOf(d.now()):
		f.bad("date", "error.date_future", in.Date)
	}
	z.Date = date
	if z.Country = f.country("country", in.Country); z.Country == "" && strings.TrimSpace(in.Country) == "" {
		f.bad("country", "error.missing", "")
	}
	if z.DivisionText != "" && z.Country != "" {
		if z.Division = d.cat.ResolveDivision(z.Country, z.DivisionText).Code; z.Division == "" {
			z.Flags |= paiza.FlagUnresolvedPlace
		}
	}
	if z.SubstanceText == "" {
		f.bad("substance", "error.missing", "")
	} else if z.Substance = d.cat.ResolveSubstance(z.SubstanceText).Code; z.Substance == "" {
		if _, ok := d.cat.Substance(z.SubstanceText); ok {
			z.Substance = z.SubstanceText
		} else {
			z.Substance = paiza.SubstanceUnknown
			z.Flags |= paiza.FlagUnresolvedSubstance
		}
	}
	z.Route = paiza.Route{Producing: f.country("producing", in.Producing), Departure: f.country("departure", in.Departure),
		Via: f.country("via", in.Via), Destination: f.country("destination", in.Destination)}
	f.amount(&z)
	f.circumstances(&z, in)
	return z, f.fields
}

func (f *form) amount(z *paiza.Seizure) {
	text := strings.ReplaceAll(z.AmountText, ",", ".")
	dec, ok := paiza.ParseDecimal(text)
	if !ok || dec.Coef < 0 {
		f.bad("amount", "error.amount", z.AmountText)
		return
	}
	unit := f.d.cat.ResolveUnit(z.UnitText)
	if unit.Code == "" {
		f.bad("unit", "error.unit_unknown", z.UnitText)
		return
	}
	z.Unit = unit.Code
	conv, ok := f.d.cat.Convert(dec, unit.Code, z.Substance, z.Country, z.Date.Year())
	if !ok {
		f.bad("amount", "error.amount_range", z.AmountText)
		return
	}
	z.Amount, z.Equivalent, z.Factor = conv.Amount, conv.Equivalent, conv.Factor
	if !f.d.cat.Plausible(z.Amount, z.Substance) {
		z.Flags |= paiza.FlagImplausible
	}
}

func (f *form) circumstances(z *paiza.Seizure, in paiza.NewSeizure) {
	c := f.d.cat
	z.Routing, z.RoutingBasis = paiza.RoutingUnknown, paiza.BasisStated
	if in.Routing != "" {
		if r := paiza.Routing(in.Routing); slices.Contains(paiza.Routings(), r) {
			z.Routing = r
		} else if code := c.ResolveRouting(in.Routing).Code; code != "" {
			z.Routing = paiza.Routing(code)
		} else {
			f.bad("routing", "error.choice_unknown", in.Routing)
		}
	}
	t := c.ResolveTransport(in.Transport)
	z.Transport = f.code("transport", in.Transport, t.Code != "", t.Code)
	h := c.ResolveHiding(in.Hiding)
	z.Hiding = f.code("hiding", in.Hiding, h.Code != "", h.Code)
	i := c.ResolveInstallation(in.Installation)
	z.Installation = f.code("installation", in.Installation, i.Code != "", i.Code)
	if z.Routing == paiza.RoutingUnknown {
		if r, ok := c.InferRouting(z.Installation, z.Route, z.Country); ok {
			z.Routing, z.RoutingBasis = r, paiza.BasisInferred
			z.Flags |= paiza.FlagInferred
		}
	}
	if text := strings.TrimSpace(in.Persons); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > 100000 {
			f.bad("persons", "error.number", text)
		}
		z.Persons = n
	}
}
