package api

import (
	"paiza"
	"paiza/internal/catalog"
	"paiza/internal/desk"
	"paiza/internal/locale"
	"paiza/internal/picture"
	"paiza/wire"
)

// Shape gives answers of the desk the shapes of package wire, with names in one
// language. The command line uses the same, so that both print one form.
type Shape struct {
	Print   *locale.Printer
	Catalog *catalog.Catalog
}

// shape is that of a caller.
func (a *API) shape(c *caller) Shape { return Shape{c.Print, a.catalog} }

// name is what a person calls a substance, or a group where there is none.
func (s Shape) name(substance string, group paiza.Group) string {
	switch substance {
	case "":
		return s.Print.T("group." + string(group))
	case paiza.SubstanceUnknown:
		return s.Print.T("cli.picture.unknown")
	}
	return s.Catalog.Name(catalog.KindSubstance, substance, s.Print.Tag())
}

func figure(f picture.Figure) wire.Figure {
	return wire.Figure{Seizures: f.Seizures, Kilograms: paiza.Kilograms(f.Micrograms), Micrograms: f.Micrograms, Share: f.ShareWeight,
		ShareSeizures: f.ShareSeizures, Equivalent: paiza.Kilograms(f.Equivalent), EquivalentMicro: f.Equivalent, Litres: paiza.Litres(f.Microlitre),
		Units: paiza.Units(f.Milliunits), Rows: f.Rows, Doubtful: paiza.Kilograms(f.DoubtfulMicrograms), Saturated: f.Saturated}
}

// Market gives the structure of the market its shape.
func (s Shape) Market(m picture.Market) wire.Market {
	out := wire.Market{By: string(m.Grain), Level: string(m.Level), Rows: make([]wire.MarketRow, len(m.Rows)),
		Periods: make([]wire.MarketPeriod, len(m.Periods)), Total: figure(m.Total)}
	for i, r := range m.Rows {
		out.Rows[i] = wire.MarketRow{Period: r.Period.String(), Substance: r.Substance, Name: s.name(r.Substance, r.Group), Group: string(r.Group), Figure: figure(r.Figure)}
	}
	for i, p := range m.Periods {
		out.Periods[i] = wire.MarketPeriod{Period: p.Period.String(), Entered: p.Entered, Left: p.Left, Figure: figure(p.Figure)}
	}
	return out
}

// Balance gives inland, border and transit their shape.
func (s Shape) Balance(b picture.Balance) wire.Balance {
	out := wire.Balance{By: string(b.Grain), Level: string(b.Level), Rows: make([]wire.BalanceRow, len(b.Rows)),
		Periods: make([]wire.BalancePeriod, len(b.Periods)), Overall: balancePeriod(b.Overall)}
	for i, r := range b.Rows {
		out.Rows[i] = wire.BalanceRow{Period: r.Period.String(), Routing: string(r.Routing), Substance: r.Substance, Name: s.name(r.Substance, r.Group),
			Group: string(r.Group), Figure: figure(r.Figure)}
	}
	for i, p := range b.Periods {
		out.Periods[i] = balancePeriod(p)
	}
	return out
}

func balancePeriod(p picture.BalancePeriod) wire.BalancePeriod {
	out := wire.BalancePeriod{Period: p.Period.String(), Routings: make([]wire.RoutingFigure, len(p.Routings)), Total: figure(p.Total)}
	for i, r := range p.Routings {
		out.Routings[i] = wire.RoutingFigure{Routing: string(r.Routing), Figure: figure(r.Figure)}
	}
	return out
}

func routeFigure(f picture.RouteFigure) wire.RouteFigure {
	return wire.RouteFigure{Seizures: f.Seizures, Kilograms: paiza.Kilograms(f.Micrograms), Micrograms: f.Micrograms,
		Equivalent: paiza.Kilograms(f.Equivalent), EquivalentMicro: f.Equivalent, Rows: f.Rows, Saturated: f.Saturated}
}

// Routes gives routes their shape.
func (s Shape) Routes(r picture.Routes) wire.Routes {
	out := wire.Routes{Rows: make([]wire.RouteRow, len(r.Rows)), OtherRows: r.OtherRows, Others: routeFigure(r.Others),
		NotStated: routeFigure(r.NotStated), Total: routeFigure(r.Total)}
	for i, x := range r.Rows {
		out.Rows[i] = wire.RouteRow{Origin: string(x.Origin), Via: string(x.Via), Destination: string(x.Destination), Basis: string(x.Basis),
			Country: string(x.Country), Producing: string(x.Stated.Producing), First: x.First, Last: x.Last, RouteFigure: routeFigure(x.RouteFigure)}
	}
	return out
}

// Calendar gives who reported when its shape.
func (s Shape) Calendar(c picture.Calendar) wire.Calendar {
	out := wire.Calendar{From: c.From.String(), To: c.To.String(), Rows: make([]wire.CalendarRow, len(c.Rows))}
	for i, r := range c.Rows {
		row := wire.CalendarRow{Country: string(r.Country), First: r.First.String(), Last: r.Last.String(), Seizures: r.Seizures,
			Undated: r.Undated, Gaps: []string{}, Months: []wire.CalendarMonth{}}
		for _, m := range r.Months {
			switch m.State {
			case picture.Gap:
				row.Gaps = append(row.Gaps, m.Month.String())
			case picture.Reported:
				row.Months = append(row.Months, wire.CalendarMonth{Month: m.Month.String(), Seizures: m.Seizures})
			case picture.YearOnly:
				row.YearOnly = append(row.YearOnly, m.Month.String())
			}
		}
		out.Rows[i] = row
	}
	return out
}

// Coverage gives seizures beside official totals their shape.
func (s Shape) Coverage(c picture.Coverage) wire.Coverage {
	out := wire.Coverage{Rows: make([]wire.CoverageRow, len(c.Rows))}
	for i, r := range c.Rows {
		row := wire.CoverageRow{Country: string(r.Country), Year: r.Year, Group: string(r.Group), Substance: r.Substance, State: string(r.State), Conflicts: len(r.Others)}
		if r.State != picture.OnlyOfficial {
			kg, eq := paiza.Kilograms(r.Measured), paiza.Kilograms(r.Equivalent)
			row.Seizures, row.Kilograms, row.Equivalent, row.EquivalentMicro = &c.Rows[i].Seizures, &kg, &eq, &c.Rows[i].Equivalent
		}
		if r.State != picture.OnlyIncidents {
			kg := paiza.Kilograms(r.Official)
			row.Official, row.OfficialMicro = &kg, &c.Rows[i].Official
		}
		if r.State == picture.BothSides {
			row.Ratio = &c.Rows[i].Ratio
		}
		out.Rows[i] = row
	}
	return out
}

// Import gives an import with its first refused rows its shape.
func (s Shape) Import(d desk.ImportDetail) wire.Import {
	out := wire.FromImport(d.Import, s.Print)
	for _, e := range d.Errors {
		out.Errors = append(out.Errors, wire.FromRowError(e, s.Print))
	}
	return out
}

// Imports gives a list of imports its shape.
func (s Shape) Imports(list []paiza.Import) wire.ImportList {
	out := wire.ImportList{Imports: make([]wire.Import, len(list))}
	for i, m := range list {
		out.Imports[i] = wire.FromImport(m, s.Print)
	}
	return out
}

// DryRun gives what an import would do its shape.
func (s Shape) DryRun(r desk.DryRun) wire.DryRun {
	out := wire.DryRun{Outcome: wire.Outcome{Counts: r.Counts, Profile: r.Profile, Kind: string(r.Kind), DryRun: true}, Errors: []wire.RowError{}}
	for _, n := range r.Notes {
		out.Notes = append(out.Notes, s.Print.Note(n))
	}
	for _, e := range r.Errors {
		out.Errors = append(out.Errors, wire.FromRowError(e, s.Print))
	}
	for i := range r.Sample {
		out.Sample = append(out.Sample, wire.FromSeizure(&r.Sample[i]))
	}
	for i := range r.Totals {
		out.Totals = append(out.Totals, wire.FromTotal(&r.Totals[i]))
	}
	return out
}

// Layout gives what was found out about a file its shape.
func (s Shape) Layout(r desk.Recognition) wire.Layout {
	out := wire.Layout{Recognised: r.Recognised, Profile: r.Profile.Name, Kind: string(r.Profile.Kind), TOML: string(r.Profile.TOML()),
		Columns: append([]string{}, r.File.Header...), Profiles: []string{}}
	for _, p := range r.Profiles {
		out.Profiles = append(out.Profiles, p.Name)
	}
	return out
}

// Fsck gives what was proved of the store its shape.
func (s Shape) Fsck(r desk.FsckReport) wire.Fsck {
	out := wire.Fsck{Sound: r.Sound, Proofs: make([]wire.FsckProof, len(r.Proofs))}
	for i, p := range r.Proofs {
		out.Proofs[i] = wire.FsckProof(p)
	}
	return out
}

// Acts gives a page of the ledger its shape; limit is how many were asked for.
func (s Shape) Acts(list []paiza.Act, limit int) wire.ActList {
	out := wire.ActList{Acts: make([]wire.Act, len(list))}
	for i, t := range list {
		out.Acts[i] = wire.FromAct(t, false)
	}
	if n := len(list); n == limit && list[n-1].Seq > 1 {
		out.Before = list[n-1].Seq
	}
	return out
}

// Resolutions gives what a text may mean its shape.
func (s Shape) Resolutions(found []catalog.Resolution) wire.ResolutionList {
	out := wire.ResolutionList{Catalog: s.Catalog.Version(), Resolutions: make([]wire.Resolution, len(found))}
	for i, r := range found {
		steps := make([]string, len(r.Steps))
		for j, step := range r.Steps {
			steps[j] = step.String()
		}
		x := wire.Resolution{Text: r.Text, Kind: string(r.Kind), Code: r.Code, How: r.How, Reason: catalog.ReasonText(r.Reason),
			Candidates: r.Candidates, Steps: steps, Name: s.Catalog.Name(r.Kind, r.Code, s.Print.Tag())}
		if z, ok := s.Catalog.Substance(r.Code); ok && r.Kind == catalog.KindSubstance {
			x.Group, x.Class = string(z.Group), string(z.Class)
		}
		out.Resolutions[i] = x
	}
	return out
}

// Resolve asks the catalog what a text means; country is the state when it may
// be one of its divisions.
func (s Shape) Resolve(text, country string) (wire.ResolutionList, error) {
	found := s.Catalog.Resolve(text)
	if country != "" {
		r := s.Catalog.ResolveCountry(country)
		if r.Code == "" {
			return wire.ResolutionList{}, paiza.Invalid("error.country_unknown", paiza.Args{"value": country})
		}
		found = append([]catalog.Resolution{s.Catalog.ResolveDivision(paiza.Country(r.Code), text)}, found...)
	}
	return s.Resolutions(found), nil
}

// Substances lists the catalog's substances.
func (s Shape) Substances() wire.SubstanceList {
	out := wire.SubstanceList{Catalog: s.Catalog.Version(), Substances: []wire.Substance{}}
	for _, z := range s.Catalog.Substances() {
		out.Substances = append(out.Substances, wire.Substance{Code: z.Code, Name: z.Name, Group: string(z.Group), Class: string(z.Class), Generic: z.Generic})
	}
	return out
}

// Units lists the catalog's units.
func (s Shape) Units() wire.UnitList {
	out := wire.UnitList{Catalog: s.Catalog.Version(), Units: []wire.Unit{}}
	for _, u := range s.Catalog.Units() {
		out.Units = append(out.Units, wire.Unit{Code: u.Code, Name: u.Name, Dim: string(u.Dim), Num: u.Num, Den: u.Den, Source: u.Source})
	}
	return out
}

// Countries lists the catalog's states.
func (s Shape) Countries() wire.StateList {
	out := wire.StateList{Catalog: s.Catalog.Version(), Countries: []wire.State{}}
	for _, c := range s.Catalog.Countries() {
		names := map[string]string{}
		for _, tag := range locale.Languages() {
			names[tag] = s.Catalog.Name(catalog.KindCountry, string(c.Code), tag)
		}
		out.Countries = append(out.Countries, wire.State{Code: string(c.Code), Name: names, Region: c.Drugs})
	}
	return out
}

// Factors lists the catalog's conversion factors.
func (s Shape) Factors() wire.FactorList {
	out := wire.FactorList{Catalog: s.Catalog.Version(), Factors: []wire.Factor{}}
	for _, f := range s.Catalog.Factors() {
		out.Factors = append(out.Factors, wire.Factor{ID: f.ID, Substance: f.Substance, Group: string(f.Group), Dim: string(f.Dim), Units: f.Units,
			Region: f.Region, FromYear: f.FromYear, ToYear: f.ToYear, Micrograms: f.Micrograms, Source: f.Source})
	}
	return out
}

// People gives accounts their shape.
func (s Shape) People(list []paiza.Person) wire.PersonList {
	out := wire.PersonList{People: make([]wire.Person, len(list))}
	for i, p := range list {
		out.People[i] = wire.FromPerson(p)
	}
	return out
}

// Cosigned gives how far the ledger is cosigned its shape.
func (s Shape) Cosigned(c desk.Cosigned) wire.Cosigned {
	out := wire.Cosigned{Entries: c.Entries, Upto: c.Upto, By: []wire.Cosigner{}}
	for _, by := range c.By {
		out.By = append(out.By, wire.Cosigner{Node: by.Node, Name: by.Name, Entries: by.Entries, At: by.At})
	}
	return out
}

// ShownLedgers gives the ledgers of other nodes their shape.
func (s Shape) ShownLedgers(list []desk.PeerLedger) wire.ShownLedgerList {
	out := wire.ShownLedgerList{Ledgers: []wire.ShownLedger{}}
	for _, l := range list {
		one := wire.ShownLedger{Node: l.Node, Name: l.Name, Log: l.Log, Entries: l.Entries, Root: l.Root, At: l.At}
		if a := l.Aside; a != nil {
			one.Aside = &wire.AsideLedger{Entries: a.Entries, Root: a.Root, At: a.At, Reason: a.Why, Shown: a.Shown, Other: a.Other}
			if !a.Restored.IsZero() {
				one.Aside.Restored = &a.Restored
			}
		}
		out.Ledgers = append(out.Ledgers, one)
	}
	return out
}
