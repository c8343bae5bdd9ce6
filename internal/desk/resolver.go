package desk

import (
	"paiza"
	"paiza/internal/catalog"
	"paiza/internal/ingest"
)

// resolver is the catalog as package ingest asks it: codes without the
// explanation that a person gets.
type resolver struct{ c *catalog.Catalog }

func bare(r catalog.Resolution) ingest.Resolution { return ingest.Resolution{Code: r.Code, How: r.How} }

func (r resolver) ResolveSubstance(text string) ingest.Resolution {
	return bare(r.c.ResolveSubstance(text))
}
func (r resolver) ResolveUnit(text string) ingest.Resolution { return bare(r.c.ResolveUnit(text)) }
func (r resolver) ResolveCountry(text string) ingest.Resolution {
	return bare(r.c.ResolveCountry(text))
}
func (r resolver) ResolveDivision(country paiza.Country, text string) ingest.Resolution {
	return bare(r.c.ResolveDivision(country, text))
}
func (r resolver) ResolveRouting(text string) ingest.Resolution {
	return bare(r.c.ResolveRouting(text))
}
func (r resolver) ResolveTransport(text string) ingest.Resolution {
	return bare(r.c.ResolveTransport(text))
}
func (r resolver) ResolveHiding(text string) ingest.Resolution { return bare(r.c.ResolveHiding(text)) }
func (r resolver) ResolveInstallation(text string) ingest.Resolution {
	return bare(r.c.ResolveInstallation(text))
}

func (r resolver) Convert(d paiza.Decimal, unit, substance string, country paiza.Country, year int) (ingest.Conversion, bool) {
	c, ok := r.c.Convert(d, unit, substance, country, year)
	return ingest.Conversion(c), ok
}

func (r resolver) Plausible(a paiza.Amount, substance string) bool {
	return r.c.Plausible(a, substance)
}

func (r resolver) InferRouting(installation string, route paiza.Route, country paiza.Country) (paiza.Routing, bool) {
	return r.c.InferRouting(installation, route, country)
}
