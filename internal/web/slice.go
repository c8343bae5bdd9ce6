package web

import (
	"net/url"

	"paiza"
	"paiza/wire"
)

// The query parameters that lists, the picture and the API share are those of
// package wire (query.go). A figure of the picture and the rows under it have
// the same parameters at two paths, so that every figure opens to its rows and
// every address reproduces what it shows.
const (
	keyFrom        = wire.KeyFrom
	keyTo          = wire.KeyTo
	keyCountry     = wire.KeyCountry
	keyDivision    = wire.KeyDivision
	keySubstance   = wire.KeySubstance
	keyGroup       = wire.KeyGroup
	keyRouting     = wire.KeyRouting
	keyImport      = wire.KeyImport
	keyVia         = wire.KeyVia
	keyDoubtful    = wire.KeyDoubtful
	keyBy          = wire.KeyBy
	keyLevel       = wire.KeyLevel
	keyText        = wire.KeyText
	keyFlag        = wire.KeyFlag
	keyProducing   = wire.KeyProducing
	keyDeparture   = wire.KeyDeparture
	keyThrough     = wire.KeyThrough
	keyDestination = wire.KeyDestination
	keyLabel       = wire.KeyLabel
	keyCase        = wire.KeyCase
	keyOrigin      = wire.KeyOrigin
	keyRed         = wire.KeyRed
	keyWithdrawn   = wire.KeyWithdrawn
	keyAfter       = wire.KeyAfter

	maxText = wire.MaxText
	maxCode = wire.MaxCode
)

func parseSlice(q url.Values) (paiza.Slice, error)          { return wire.ParseSlice(q) }
func parseFilter(q url.Values) (paiza.SeizureFilter, error) { return wire.ParseFilter(q) }
func formatSlice(s paiza.Slice) url.Values                  { return wire.FormatSlice(s) }
func formatFilter(f paiza.SeizureFilter) url.Values         { return wire.FormatFilter(f) }
func flagName(f paiza.Flags) string                         { return wire.FlagName(f) }

// rowsLink is the list of the rows under a figure of the picture.
func rowsLink(s paiza.Slice) string { return figureLink(paiza.SeizureFilter{Slice: s}) }

// figureLink is rowsLink for any filter. No figure counts TLP:RED rows, so the
// list under it leaves them out for who may read some.
func figureLink(f paiza.SeizureFilter) string {
	f.WithoutRed = true
	return address("/seizures", formatFilter(f))
}

// address joins a path and its parameters.
func address(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
