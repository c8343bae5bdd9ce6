package wire

import (
	"slices"
	"time"

	"paiza"
)

// Seizure is one row. Masses are exact kilograms as text and whole micrograms;
// dates are as exact as the source (2014, 2014-02 or 2014-02-14). What is not
// known is absent and not zero.
type Seizure struct {
	ID                string    `json:"id" example:"12" doc:"Stable on this node."`
	Date              string    `json:"date" example:"2024-02-03" doc:"As exact as the source: a day, a month or a year."`
	Until             string    `json:"until,omitempty" doc:"Last date of a longer period."`
	Country           string    `json:"country" example:"KAZ" doc:"State of the seizure, ISO 3166-1 alpha-3; empty when unknown."`
	Division          string    `json:"division,omitempty" example:"KZ-75" doc:"ISO 3166-2, when it was resolved."`
	DivisionAsWritten string    `json:"division_as_written,omitempty"`
	Place             string    `json:"place,omitempty" doc:"As written."`
	Routing           string    `json:"routing" example:"inbound" doc:"Kind of place with respect to the border."`
	RoutingBasis      string    `json:"routing_basis,omitempty" doc:"stated or inferred."`
	Substance         string    `json:"substance" example:"heroin" doc:"Catalog code, or unknown."`
	AsWritten         string    `json:"substance_as_written"`
	Amount            string    `json:"amount" example:"1.5" doc:"As written."`
	Unit              string    `json:"unit" example:"kg" doc:"As written."`
	UnitCode          string    `json:"unit_code,omitempty" doc:"Catalog code, when it was resolved."`
	Kilograms         string    `json:"kilograms,omitempty" example:"1.5" doc:"Measured mass, exact; absent when no mass was measured."`
	Micrograms        *int64    `json:"micrograms,omitempty" example:"1500000000" doc:"The same in whole micrograms."`
	Litres            string    `json:"litres,omitempty" doc:"Measured volume, exact."`
	Units             string    `json:"units,omitempty" doc:"Measured count (tablets, doses, plants), exact to thousandths."`
	SquareMetres      string    `json:"square_metres,omitempty" doc:"Measured area, exact to thousandths."`
	Equivalent        string    `json:"kilograms_equivalent,omitempty" doc:"Mass for comparison: measured, or converted by the factor; absent when no conversion is known."`
	EquivalentMicro   *int64    `json:"micrograms_equivalent,omitempty"`
	Factor            string    `json:"factor,omitempty" doc:"Conversion factor, or measured."`
	Count             int64     `json:"count" doc:"Events in the row; above one where a source adds several up."`
	Producing         string    `json:"producing,omitempty" doc:"State where it was made."`
	Departure         string    `json:"departure,omitempty" doc:"State that the consignment left."`
	Via               string    `json:"via,omitempty" doc:"Transit state that the source names."`
	Destination       string    `json:"destination,omitempty"`
	Transport         string    `json:"transport,omitempty" doc:"Catalog code."`
	Hiding            string    `json:"hiding,omitempty" doc:"Catalog code."`
	Installation      string    `json:"installation,omitempty" doc:"Catalog code."`
	Packaging         string    `json:"packaging,omitempty" doc:"As written."`
	Agency            string    `json:"agency,omitempty" doc:"Authority that the source names."`
	Reference         string    `json:"reference,omitempty" doc:"The authority's own number."`
	Exhibit           string    `json:"exhibit,omitempty" doc:"Laboratory exhibit number."`
	Persons           *int      `json:"persons,omitempty" doc:"Persons held: a count."`
	Flags             []string  `json:"flags,omitempty" doc:"What a reader must be warned of."`
	TLP               string    `json:"tlp" example:"amber" doc:"Traffic Light Protocol 2.0."`
	Handling          Marking   `json:"handling"`
	Caveat            string    `json:"caveat,omitempty" doc:"What the originator adds to the handling, in his words."`
	Import            string    `json:"import,omitempty" doc:"Import that the row came with; absent for a row typed in."`
	Sheet             string    `json:"sheet,omitempty"`
	Row               int       `json:"row,omitempty" doc:"Row of the file as a person counts."`
	Person            string    `json:"person,omitempty" doc:"Account that typed the row."`
	Recorded          time.Time `json:"recorded,omitzero" required:"false" doc:"Absent in a dry run."`
	Version           int64     `json:"version,omitempty" doc:"1 as recorded; grows with each correction and each change of handling."`
	Withdrawn         bool      `json:"withdrawn,omitempty" doc:"Taken back by its agency: it counts nowhere."`
}

// FromSeizure gives a row its shape.
func FromSeizure(z *paiza.Seizure) Seizure {
	r := Seizure{ID: z.ID, Date: z.Date.String(), Until: z.Until.String(), Country: string(z.Country), Division: z.Division,
		DivisionAsWritten: z.DivisionText, Place: z.Place, Routing: string(z.Routing), RoutingBasis: string(z.RoutingBasis),
		Substance: z.Substance, AsWritten: z.SubstanceText, Amount: z.AmountText, Unit: z.UnitText, UnitCode: z.Unit, Factor: z.Factor,
		Count: z.Count, Producing: string(z.Route.Producing), Departure: string(z.Route.Departure), Via: string(z.Route.Via),
		Destination: string(z.Route.Destination), Transport: z.Transport, Hiding: z.Hiding, Installation: z.Installation,
		Packaging: z.Packaging, Agency: z.Agency, Reference: z.Reference, Exhibit: z.Exhibit,
		TLP: string(z.Handling.TLP), Handling: FromMarking(z.Handling), Caveat: z.Caveat, Version: z.Version, Withdrawn: z.Withdrawn, Import: z.Source.Import, Sheet: z.Source.Sheet,
		Row: z.Source.Row, Person: z.Source.Person, Recorded: z.Recorded.UTC()}
	switch z.Amount.Dim {
	case paiza.DimMass:
		r.Kilograms, r.Micrograms = paiza.Kilograms(z.Amount.Base), &z.Amount.Base
	case paiza.DimVolume:
		r.Litres = paiza.Litres(z.Amount.Base)
	case paiza.DimCount:
		r.Units = paiza.Units(z.Amount.Base)
	case paiza.DimArea:
		r.SquareMetres = paiza.Units(z.Amount.Base)
	}
	if z.Factor != "" {
		r.Equivalent, r.EquivalentMicro = paiza.Kilograms(z.Equivalent), &z.Equivalent
	}
	if z.Persons != 0 {
		r.Persons = &z.Persons
	}
	for _, f := range z.Flags.Each() {
		r.Flags = append(r.Flags, FlagName(f))
	}
	return r
}

// ToSeizure is the inverse of FromSeizure. It refuses what is no row: a date
// that does not exist, two amounts that contradict each other, a flag that is
// none.
func (r Seizure) ToSeizure() (paiza.Seizure, error) {
	z := paiza.Seizure{ID: r.ID, Country: paiza.Country(r.Country), Division: r.Division, DivisionText: r.DivisionAsWritten, Place: r.Place,
		Routing: paiza.Routing(r.Routing), RoutingBasis: paiza.Basis(r.RoutingBasis), Substance: r.Substance, SubstanceText: r.AsWritten,
		AmountText: r.Amount, UnitText: r.Unit, Unit: r.UnitCode, Factor: r.Factor, Count: r.Count,
		Route: paiza.Route{Producing: paiza.Country(r.Producing), Departure: paiza.Country(r.Departure), Via: paiza.Country(r.Via),
			Destination: paiza.Country(r.Destination)},
		Transport: r.Transport, Hiding: r.Hiding, Installation: r.Installation, Packaging: r.Packaging, Agency: r.Agency,
		Reference: r.Reference, Exhibit: r.Exhibit, Handling: r.Handling.ToHandling(), Caveat: r.Caveat, Version: r.Version, Withdrawn: r.Withdrawn,
		Source: paiza.Source{Import: r.Import, Sheet: r.Sheet, Row: r.Row, Person: r.Person}, Recorded: r.Recorded}
	if err := z.Date.UnmarshalText([]byte(r.Date)); err != nil {
		return z, err
	}
	if err := z.Until.UnmarshalText([]byte(r.Until)); err != nil {
		return z, err
	}
	given := 0
	for _, m := range []struct {
		text string
		dim  paiza.Dimension
		unit int64
	}{{r.Kilograms, paiza.DimMass, paiza.MicrogramsPerKilogram}, {r.Litres, paiza.DimVolume, 1e6}, {r.Units, paiza.DimCount, 1e3}, {r.SquareMetres, paiza.DimArea, 1e3}} {
		if m.text == "" {
			continue
		}
		base, err := exact(m.text, m.unit)
		if err != nil {
			return z, err
		}
		given++
		z.Amount = paiza.Amount{Dim: m.dim, Base: base}
	}
	if given > 1 || r.Micrograms != nil && (z.Amount.Dim != paiza.DimMass || *r.Micrograms != z.Amount.Base) {
		return z, paiza.Invalid("error.amount", paiza.Args{"value": r.Kilograms})
	}
	if r.Equivalent != "" {
		var err error
		if z.Equivalent, err = exact(r.Equivalent, paiza.MicrogramsPerKilogram); err != nil {
			return z, err
		}
		if r.EquivalentMicro != nil && *r.EquivalentMicro != z.Equivalent {
			return z, paiza.Invalid("error.amount", paiza.Args{"value": r.Equivalent})
		}
	}
	if r.Persons != nil {
		z.Persons = *r.Persons
	}
	for _, name := range r.Flags {
		f := FlagNamed(name)
		if f == 0 {
			return z, paiza.Invalid("error.choice_unknown", paiza.Args{"value": name})
		}
		z.Flags |= f
	}
	return z, nil
}

// exact reads a decimal that is a whole number of bases.
func exact(text string, unit int64) (int64, error) {
	d, ok := paiza.ParseDecimal(text)
	if !ok {
		return 0, paiza.Invalid("error.amount", paiza.Args{"value": text})
	}
	n, ok := d.Times(unit, 1)
	if !ok {
		return 0, paiza.Invalid("error.amount", paiza.Args{"value": text})
	}
	return n, nil
}

// SeizureList is a page of rows, newest first.
type SeizureList struct {
	Count    *int64    `json:"count" doc:"Rows that match; null on later pages and where it was not counted to the end." nullable:"true"`
	Seizures []Seizure `json:"seizures"`
	Next     string    `json:"next,omitempty" doc:"Cursor of the next page; absent at the end."`
}

// FromSeizureList gives a page its shape; next is its cursor as the door writes
// cursors.
func FromSeizureList(l paiza.SeizureList, next string) SeizureList {
	out := SeizureList{Seizures: make([]Seizure, len(l.Seizures)), Next: next}
	if l.Count >= 0 {
		out.Count = &l.Count
	}
	for i := range l.Seizures {
		out.Seizures[i] = FromSeizure(&l.Seizures[i])
	}
	return out
}

// SourceRow is a row of a file as it was written there.
type SourceRow struct {
	Import  string   `json:"import"`
	File    string   `json:"file"`
	SHA256  string   `json:"sha256" doc:"Of the file."`
	Sheet   string   `json:"sheet,omitempty"`
	Row     int      `json:"row"`
	Columns []string `json:"columns" doc:"Headings of the file."`
	Cells   []string `json:"cells" doc:"Cells of the row, as written."`
}

// NewSeizure is what a registrar gives. Values are text as on the page; names in
// any of its languages are resolved.
type NewSeizure struct {
	Date         string     `json:"date" example:"2024-02-03"`
	Country      string     `json:"country" example:"KAZ" doc:"Code or name."`
	Division     string     `json:"division,omitempty"`
	Place        string     `json:"place,omitempty"`
	Routing      string     `json:"routing,omitempty" example:"inbound"`
	Substance    string     `json:"substance" example:"heroin" doc:"Code or any name of it."`
	Amount       string     `json:"amount" example:"1.5"`
	Unit         string     `json:"unit" example:"kg"`
	Producing    string     `json:"producing,omitempty"`
	Departure    string     `json:"departure,omitempty"`
	Via          string     `json:"via,omitempty"`
	Destination  string     `json:"destination,omitempty"`
	Transport    string     `json:"transport,omitempty"`
	Hiding       string     `json:"hiding,omitempty"`
	Installation string     `json:"installation,omitempty"`
	Packaging    string     `json:"packaging,omitempty"`
	Agency       string     `json:"agency,omitempty"`
	Reference    string     `json:"reference,omitempty"`
	Exhibit      string     `json:"exhibit,omitempty"`
	Persons      string     `json:"persons,omitempty" doc:"A count."`
	Caveat       string     `json:"caveat,omitempty"`
	Handling     NewMarking `json:"handling,omitzero" required:"false"`
	Reason       string     `json:"reason,omitempty" doc:"Why, for the ledger."`
}

// ToNewSeizure is the form as the desk takes it.
func (n NewSeizure) ToNewSeizure() paiza.NewSeizure {
	return paiza.NewSeizure{Date: n.Date, Country: n.Country, Division: n.Division, Place: n.Place, Routing: n.Routing, Substance: n.Substance,
		Amount: n.Amount, Unit: n.Unit, Producing: n.Producing, Departure: n.Departure, Via: n.Via, Destination: n.Destination,
		Transport: n.Transport, Hiding: n.Hiding, Installation: n.Installation, Packaging: n.Packaging, Agency: n.Agency,
		Reference: n.Reference, Exhibit: n.Exhibit, Persons: n.Persons, Caveat: n.Caveat, Handling: n.Handling.ToNewHandling(), Reason: n.Reason}
}

// NewMarking says how a record is to be handled; what is not given takes the
// agency's defaults.
type NewMarking struct {
	TLP      string   `json:"tlp,omitempty" doc:"Amber when not given."`
	Purpose  string   `json:"purpose,omitempty" doc:"Statistics when not given."`
	Case     string   `json:"case,omitempty"`
	Agencies []string `json:"agencies,omitempty" doc:"That may read an amber record; the agency's own list when absent."`
	Persons  []string `json:"persons,omitempty" doc:"Who may read a red record, besides who records it."`
	Own      bool     `json:"nobody_else,omitempty" doc:"Take the list of agencies as it is, even when it is empty."`
}

// ToNewHandling is the form as the desk takes it.
func (n NewMarking) ToNewHandling() paiza.NewHandling {
	return paiza.NewHandling{TLP: n.TLP, Purpose: n.Purpose, Case: n.Case, Agencies: n.Agencies, Persons: n.Persons, Own: n.Own}
}

// Marking is a handling: it says whose a record is, who may read it and for what.
type Marking struct {
	TLP      string   `json:"tlp" doc:"clear, green, amber, amber+strict or red."`
	Purpose  string   `json:"purpose,omitempty"`
	Owner    string   `json:"owner,omitempty" doc:"Agency that made the record."`
	Origin   string   `json:"origin,omitempty" doc:"Node that the record came from; absent for this one."`
	Case     string   `json:"case,omitempty" doc:"Case whose members alone may read it."`
	Agencies []string `json:"agencies,omitempty" doc:"Agencies that may read an amber record."`
	Persons  []string `json:"persons,omitempty" doc:"Persons who may read a red record."`
}

// FromMarking gives a handling its shape.
func FromMarking(h paiza.Handling) Marking {
	return Marking{TLP: string(h.TLP), Purpose: string(h.Purpose), Owner: h.Owner, Origin: h.Origin, Case: h.Case,
		Agencies: slices.Clone(h.Agencies), Persons: slices.Clone(h.Persons)}
}

// ToHandling is the inverse of FromMarking.
func (h Marking) ToHandling() paiza.Handling {
	return paiza.Handling{TLP: paiza.TLP(h.TLP), Purpose: paiza.Purpose(h.Purpose), Owner: h.Owner, Origin: h.Origin, Case: h.Case,
		Agencies: slices.Clone(h.Agencies), Persons: slices.Clone(h.Persons)}
}

// Relabel changes how a record is handled.
type Relabel struct {
	Handling NewMarking `json:"handling" doc:"As a whole: what is not given takes its default, and the agencies are those given."`
	Reason   string     `json:"reason" doc:"Why, for the ledger."`
}
