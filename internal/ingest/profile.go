package ingest

import (
	"paiza"
)

// Field is what a column means.
type Field string

// The fields that a column may be mapped to.
const (
	FieldDate         Field = "date"        // a day, month, quarter, half-year or year
	FieldYear         Field = "year"        // year alone; joined with month and day
	FieldFiscalYear   Field = "fiscal-year" // named for the year in which it ends; see Profile.FiscalStart
	FieldMonth        Field = "month"       // number or name
	FieldDay          Field = "day"         // of the month
	FieldUntil        Field = "until"       // end of a longer period
	FieldCountry      Field = "country"     // several columns: the first that resolves
	FieldDivision     Field = "division"    // administrative division
	FieldPlace        Field = "place"       //
	FieldRouting      Field = "routing"     // several columns: joined with " | " for the map
	FieldSubstance    Field = "substance"   //
	FieldAmount       Field = "amount"      //
	FieldUnit         Field = "unit"        //
	FieldCount        Field = "count"       // events in the row
	FieldPersons      Field = "persons"     // persons held
	FieldProducing    Field = "producing"   // country
	FieldDeparture    Field = "departure"   // country
	FieldVia          Field = "via"         // country
	FieldDestination  Field = "destination" // country
	FieldTransport    Field = "transport"
	FieldHiding       Field = "hiding"
	FieldInstallation Field = "installation"
	FieldPackaging    Field = "packaging"
	FieldAgency       Field = "agency" // several columns: joined with ", "
	FieldReference    Field = "reference"
	FieldExhibit      Field = "exhibit"
	// FieldSource is kept with the source row and belongs to what makes two
	// rows different, but fills nothing. A column without a mapping is this.
	FieldSource Field = "source"
	// FieldDerived repeats what other columns say (weekday, year of the date,
	// region of the country). It is kept with the source row, and two rows that
	// differ only here are the same row.
	FieldDerived Field = "derived"
)

// Fields lists every field in the order in which a mapping page shows them.
func Fields() []Field {
	return []Field{FieldDate, FieldYear, FieldFiscalYear, FieldMonth, FieldDay, FieldUntil,
		FieldCountry, FieldDivision, FieldPlace, FieldRouting, FieldSubstance, FieldAmount,
		FieldUnit, FieldCount, FieldPersons, FieldProducing, FieldDeparture, FieldVia,
		FieldDestination, FieldTransport, FieldHiding, FieldInstallation, FieldPackaging,
		FieldAgency, FieldReference, FieldExhibit, FieldSource, FieldDerived}
}

// Profile says what the columns of a known layout mean. It is written in TOML
// (see profiles/*.toml) or proposed for an unknown layout and then confirmed by
// a person.
type Profile struct {
	Name    string           `toml:"name"`             // stable, lower case, hyphens
	Title   string           `toml:"title,omitempty"`  // for people
	Source  string           `toml:"source,omitempty"` // series that vintages share; the name when empty
	Kind    paiza.ImportKind `toml:"kind"`
	Version int              `toml:"version,omitempty"`

	// Recognise are headings that a file of this layout has, all of them. A
	// profile without them is never chosen by itself.
	Recognise []string `toml:"recognise,omitempty"`
	// Without are headings that a file of this layout does not have.
	Without []string `toml:"without,omitempty"`

	// DateOrder reads dates whose order of parts is open: "dmy", "mdy" or
	// "ymd"; empty finds out from the values.
	DateOrder string `toml:"date-order,omitempty"`
	// FiscalStart is the month in which the fiscal year begins (10 for the
	// United States); 0 or 1 is the calendar year.
	FiscalStart int `toml:"fiscal-start,omitempty"`
	// Decimal is the decimal sign: "point", "comma", or empty to find out.
	Decimal string `toml:"decimal,omitempty"`
	// Missing are texts that mean no value, besides the usual (NULL, N/A, -).
	Missing []string `toml:"missing,omitempty"`
	// Totals are texts that mark a total row, besides the usual (TOTAL, ИТОГО,
	// 合计).
	Totals []string `toml:"totals,omitempty"`
	// Constant gives fields that no column holds: country = "COL".
	Constant map[Field]string `toml:"constant,omitempty"`
	// CarryDown are headings of columns in which a blank cell means the cell
	// above.
	CarryDown []string `toml:"carry-down,omitempty"`
	// Revised are the fields whose values a later vintage of the series may
	// correct. All other columns together then identify a row (Row.Identity).
	Revised []Field `toml:"revised,omitempty"`
	// Pivot says that some columns are values of one field.
	Pivot *Pivot `toml:"pivot,omitempty"`

	Columns []Column `toml:"column"`

	// Proposed marks a guess that no person has confirmed; Reasons say what it
	// rests on besides the columns.
	Proposed bool         `toml:"-"`
	Reasons  []paiza.Note `toml:"-"`
}

// Column maps one column.
type Column struct {
	// Header are the headings that the column may have; the first that the file
	// has is taken. Case, blanks, underscores and accents do not matter.
	Header []string `toml:"header"`
	Field  Field    `toml:"field"`
	// Optional columns may be absent. Others make the profile unfit.
	Optional bool `toml:"optional,omitempty"`
	// Map gives texts their meaning before the catalog is asked: a routing, a
	// country code, a unit. "*" is any other text; a value of "" means that the
	// text says nothing.
	Map map[string]string `toml:"map,omitempty"`

	// Confidence (0 to 1) and Reason are set in a proposal.
	Confidence float64    `toml:"-"`
	Reason     paiza.Note `toml:"-"`
}

// Pivot turns a wide table into rows: one for each of its columns that is not
// empty.
type Pivot struct {
	// Columns are the headings of the value columns; empty means every column
	// that is not mapped and whose heading is not a total.
	Columns []string `toml:"columns,omitempty"`
	Label   Field    `toml:"label"` // what the heading is: substance, division, year, month …
	Value   Field    `toml:"value"` // what the cells are: amount or count
	// Units are units of single columns by heading; others have Constant unit.
	Units map[string]string `toml:"units,omitempty"`
	// Zeros keeps rows whose value is zero; they are left out otherwise.
	Zeros bool `toml:"zeros,omitempty"`
}

// Series is the source that vintages of one table share.
func (p *Profile) Series() string {
	if p.Source != "" {
		return p.Source
	}
	return p.Name
}
