package desk

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"paiza"
	"paiza/internal/store"
)

// Seizures lists rows, newest first.
func (d *Desk) Seizures(ctx context.Context, who paiza.Actor, f paiza.SeizureFilter, p paiza.Page) (paiza.SeizureList, error) {
	if err := allow(who, paiza.RightReadSeizure); err != nil {
		return paiza.SeizureList{}, err
	}
	f, none := d.narrow(f)
	if none {
		return paiza.SeizureList{}, nil
	}
	return d.store.Seizures(ctx, f, p)
}

// EachSeizure gives every row that matches, for an export. The export is an act.
func (d *Desk) EachSeizure(ctx context.Context, who paiza.Actor, f paiza.SeizureFilter, fn func(paiza.Seizure) error) error {
	if err := allow(who, paiza.RightExport); err != nil {
		return err
	}
	if err := d.exported(ctx, who, "seizure.export", f.Slice); err != nil {
		return err
	}
	f, none := d.narrow(f)
	if none {
		return nil
	}
	return d.store.EachSeizure(ctx, f, fn)
}

// exported writes the ledger entry of an export: what was taken out is named by
// its slice, without words that a person searched for.
func (d *Desk) exported(ctx context.Context, who paiza.Actor, action string, s paiza.Slice) error {
	detail, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return d.act(ctx, who, func(*store.Tx) (entry, error) {
		return entry{action: action, detail: string(detail)}, nil
	})
}

// narrow turns groups into their substances, which is what rows hold. none says
// that nothing can match.
func (d *Desk) narrow(f paiza.SeizureFilter) (_ paiza.SeizureFilter, none bool) {
	if len(f.Groups) == 0 {
		return f, false
	}
	var codes []string
	for _, s := range d.cat.Substances() {
		if slices.Contains(f.Groups, s.Group) && (len(f.Substances) == 0 || slices.Contains(f.Substances, s.Code)) {
			codes = append(codes, s.Code)
		}
	}
	if slices.Contains(f.Groups, paiza.GroupUnknown) && !slices.Contains(codes, paiza.SubstanceUnknown) &&
		(len(f.Substances) == 0 || slices.Contains(f.Substances, paiza.SubstanceUnknown)) {
		codes = append(codes, paiza.SubstanceUnknown)
	}
	f.Groups, f.Substances = nil, codes
	return f, len(codes) == 0
}

// totalsShown is how many official figures a list shows.
const totalsShown = 2000

// Totals lists the official figures of a slice, newest year first; at most two
// thousand of them.
func (d *Desk) Totals(ctx context.Context, who paiza.Actor, s paiza.Slice) ([]paiza.Total, error) {
	if err := allow(who, paiza.RightReadSeizure); err != nil {
		return nil, err
	}
	f, none := d.narrow(paiza.SeizureFilter{Slice: s})
	if none {
		return nil, nil
	}
	return d.store.Totals(ctx, f.Slice, totalsShown)
}

// SeizureDetail is a seizure with where it came from.
type SeizureDetail struct {
	paiza.Seizure
	Header  []string // headings of the source file
	Cells   []string // the source row as written
	Import  *paiza.Import
	History []paiza.Act
}

// Seizure reads one seizure with its source row and its history.
func (d *Desk) Seizure(ctx context.Context, who paiza.Actor, id string) (SeizureDetail, error) {
	if err := allow(who, paiza.RightReadSeizure); err != nil {
		return SeizureDetail{}, err
	}
	z, err := d.store.Seizure(ctx, id)
	if err != nil {
		return SeizureDetail{}, err
	}
	out := SeizureDetail{Seizure: z}
	subject := "seizure/" + z.ID
	if z.Source.Import != "" {
		imp, err := d.store.Import(ctx, z.Source.Import)
		if err != nil {
			return out, err
		}
		out.Import = &imp
		if out.Header, out.Cells, err = d.store.SourceRow(ctx, z); err != nil {
			return out, err
		}
		subject = "import/" + imp.ID
	}
	out.History, err = d.store.History(ctx, subject)
	return out, err
}

// RecordSeizure writes one seizure that a person typed.
func (d *Desk) RecordSeizure(ctx context.Context, who paiza.Actor, in paiza.NewSeizure) (paiza.Seizure, error) {
	if err := allow(who, paiza.RightRecordSeizure); err != nil {
		return paiza.Seizure{}, err
	}
	z, fields := d.resolve(in)
	if len(fields) > 0 {
		return z, &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: fields}
	}
	z.Recorded, z.Source.Person = d.now(), who.ID
	var key store.Key
	rand.Read(key[:])
	err := d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if err := t.InsertSeizure(key, &z); err != nil {
			return entry{}, err
		}
		return entry{action: "seizure.record", subject: "seizure/" + z.ID, reason: in.Reason}, nil
	})
	return z, err
}

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
		Exhibit: strings.TrimSpace(in.Exhibit)}
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
	z.Handling = paiza.Handling{TLP: paiza.TLP(in.TLP), Purpose: paiza.Purpose(strings.TrimSpace(in.Purpose))}
	if z.Handling.TLP == "" {
		z.Handling.TLP = paiza.TLPAmber
	} else if !slices.Contains(paiza.TLPs(), z.Handling.TLP) {
		f.bad("tlp", "error.choice_unknown", in.TLP)
	}
}
