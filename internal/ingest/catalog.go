package ingest

import "paiza"

// Resolution is what the catalog makes of a text.
type Resolution struct {
	Code string // empty when the text is not resolved
	How  string
}

// Conversion is what the catalog makes of an amount in a unit.
type Conversion struct {
	Amount     paiza.Amount
	Equivalent int64 // micrograms
	Factor     string
}

// Catalog is what Read asks of package catalog, one question for each kind of
// name. It is an interface so that the tests of this package read files without
// the reference data. Answers must not change while a Read runs: they are
// remembered per distinct text.
type Catalog interface {
	ResolveSubstance(text string) Resolution
	ResolveUnit(text string) Resolution
	ResolveCountry(text string) Resolution
	ResolveDivision(country paiza.Country, text string) Resolution
	ResolveRouting(text string) Resolution
	ResolveTransport(text string) Resolution
	ResolveHiding(text string) Resolution
	ResolveInstallation(text string) Resolution
	Convert(dec paiza.Decimal, unit, substance string, country paiza.Country, year int) (Conversion, bool)
	Plausible(amount paiza.Amount, substance string) bool
	InferRouting(installation string, r paiza.Route, country paiza.Country) (paiza.Routing, bool)
}
