package wire

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"paiza"
)

// The query parameters that lists and the picture share, on the pages and in
// the API. A figure of the
// picture and the rows under it have the same parameters at two paths, so that
// every figure opens to its rows and every address reproduces what it shows.
//
//	from, to                 2014, 2014-02 or 2014-02-14; a closed range
//	country                  ISO 3166-1 alpha-3; may repeat
//	division                 ISO 3166-2; may repeat
//	substance                catalog code; may repeat
//	group                    drug group; may repeat
//	routing                  kind of place; may repeat
//	import                   id of an import; may repeat
//	via                      a state that the route touches in any part
//	doubtful=without         leaves out rows whose amount is implausible
//	by                       year or month (picture)
//	level                    group or substance (picture)
//	q                        words (list)
//	flag                     rows with any of these flags; may repeat (list)
//	producing, departure, through, destination   exactly this route: an end that
//	                         is missing, or "-", is one the source leaves out (list)
//	after                    cursor of the next page (list)
const (
	KeyFrom        = "from"
	KeyTo          = "to"
	KeyCountry     = "country"
	KeyDivision    = "division"
	KeySubstance   = "substance"
	KeyGroup       = "group"
	KeyRouting     = "routing"
	KeyImport      = "import"
	KeyVia         = "via"
	KeyDoubtful    = "doubtful"
	KeyBy          = "by"
	KeyLevel       = "level"
	KeyText        = "q"
	KeyFlag        = "flag"
	KeyProducing   = "producing"
	KeyDeparture   = "departure"
	KeyThrough     = "through"
	KeyDestination = "destination"
	KeyAfter       = "after"

	without = "without"
	nowhere = "-"
)

// Bounds of what an address may ask for.
const (
	MaxValues = 300 // of one parameter
	MaxText   = 300 // characters of q
	MaxCode   = 100 // characters of a code
)

// ParseSlice reads which part of the picture an address asks for. What it does
// not understand is refused with the parameter's name as the field, never
// dropped: a filter that is silently ignored shows wrong figures.
func ParseSlice(q url.Values) (paiza.Slice, error) {
	p := queryParser{q: q}
	s := paiza.Slice{
		Period:          paiza.Period{From: p.date(KeyFrom), To: p.date(KeyTo)},
		Countries:       codes[paiza.Country](&p, KeyCountry, isCountry),
		Divisions:       codes[string](&p, KeyDivision, isCode),
		Substances:      codes[string](&p, KeySubstance, isCode),
		Groups:          codes[paiza.Group](&p, KeyGroup, func(s string) bool { return slices.Contains(paiza.Groups(), paiza.Group(s)) }),
		Routings:        codes[paiza.Routing](&p, KeyRouting, func(s string) bool { return slices.Contains(paiza.Routings(), paiza.Routing(s)) }),
		Imports:         codes[string](&p, KeyImport, isCode),
		Via:             one[paiza.Country](&p, KeyVia, isCountry),
		WithoutDoubtful: one[string](&p, KeyDoubtful, func(s string) bool { return s == without || s == "with" }) == without,
	}
	if s.Period.From != 0 && s.Period.To != 0 && s.Period.From.First() > s.Period.To.Last() {
		p.bad(KeyTo, "error.filter.period", nil)
	}
	return s, p.err()
}

// FormatSlice is the inverse of ParseSlice: the shortest parameters that ask
// for the slice.
func FormatSlice(s paiza.Slice) url.Values {
	q := url.Values{}
	setQuery(q, KeyFrom, s.Period.From.String())
	setQuery(q, KeyTo, s.Period.To.String())
	addQuery(q, KeyCountry, s.Countries)
	addQuery(q, KeyDivision, s.Divisions)
	addQuery(q, KeySubstance, s.Substances)
	addQuery(q, KeyGroup, s.Groups)
	addQuery(q, KeyRouting, s.Routings)
	addQuery(q, KeyImport, s.Imports)
	setQuery(q, KeyVia, string(s.Via))
	if s.WithoutDoubtful {
		q.Set(KeyDoubtful, without)
	}
	return q
}

// ParseFilter reads which rows a list shows: the slice and what only a list
// knows.
func ParseFilter(q url.Values) (paiza.SeizureFilter, error) {
	s, err := ParseSlice(q)
	f := paiza.SeizureFilter{Slice: s}
	p := queryParser{q: q}
	if e, ok := err.(*paiza.Error); ok {
		p.fields = e.Fields
	}
	f.Text = strings.Join(strings.Fields(q.Get(KeyText)), " ")
	if len([]rune(f.Text)) > MaxText {
		p.bad(KeyText, "error.filter.long", paiza.Args{"n": MaxText})
		f.Text = ""
	}
	for _, name := range codes[string](&p, KeyFlag, func(s string) bool { return FlagNamed(s) != 0 }) {
		f.Flags |= FlagNamed(name)
	}
	end := func(key string) paiza.Country {
		c := one[string](&p, key, func(s string) bool { return s == nowhere || isCountry(s) })
		if c == nowhere {
			return ""
		}
		return paiza.Country(c)
	}
	route := paiza.Route{Producing: end(KeyProducing), Departure: end(KeyDeparture), Via: end(KeyThrough), Destination: end(KeyDestination)}
	if q.Get(KeyProducing)+q.Get(KeyDeparture)+q.Get(KeyThrough)+q.Get(KeyDestination) != "" {
		f.Route = &route
	}
	return f, p.err()
}

// FormatFilter is the inverse of ParseFilter.
func FormatFilter(f paiza.SeizureFilter) url.Values {
	q := FormatSlice(f.Slice)
	setQuery(q, KeyText, f.Text)
	for _, one := range f.Flags.Each() {
		q.Add(KeyFlag, FlagName(one))
	}
	if f.Route != nil {
		setQuery(q, KeyProducing, string(f.Route.Producing))
		setQuery(q, KeyDeparture, string(f.Route.Departure))
		setQuery(q, KeyThrough, string(f.Route.Via))
		setQuery(q, KeyDestination, string(f.Route.Destination))
		if !f.Route.Stated() {
			q.Set(KeyDeparture, nowhere)
		}
	}
	return q
}

// FlagName is a flag in an address: its key without the word flag.
func FlagName(f paiza.Flags) string { return strings.TrimPrefix(f.Key(), "flag.") }

// FlagNamed is the inverse of FlagName; 0 for a name that is none.
func FlagNamed(name string) paiza.Flags {
	for _, f := range paiza.AllFlags() {
		if FlagName(f) == name {
			return f
		}
	}
	return 0
}

func setQuery(q url.Values, key, value string) {
	if value != "" {
		q.Set(key, value)
	}
}

func addQuery[T ~string](q url.Values, key string, values []T) {
	for _, v := range values {
		q.Add(key, string(v))
	}
}

// queryParser collects what is wrong with the parameters.
type queryParser struct {
	q      url.Values
	fields []paiza.FieldError
}

func (p *queryParser) bad(field, key string, args paiza.Args) {
	p.fields = append(p.fields, paiza.FieldError{Field: field, Key: key, Args: args})
}

func (p *queryParser) err() error {
	if len(p.fields) == 0 {
		return nil
	}
	return &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.filter.title", Fields: p.fields}
}

func (p *queryParser) date(key string) paiza.Date {
	text := strings.TrimSpace(p.q.Get(key))
	if text == "" {
		return 0
	}
	d, err := paiza.ParseDate(text)
	if err != nil {
		p.bad(key, "error.date", paiza.Args{"value": shortQuery(text)})
	}
	return d
}

// codes reads a parameter that may repeat, each value once, in order.
func codes[T ~string](p *queryParser, key string, valid func(string) bool) []T {
	var out []T
	for _, v := range p.q[key] {
		v = strings.TrimSpace(v)
		switch {
		case v == "" || slices.Contains(out, T(v)):
			continue
		case len(out) == MaxValues:
			p.bad(key, "error.filter.many", paiza.Args{"n": MaxValues})
			return out
		case !valid(v):
			p.bad(key, "error.filter.value", paiza.Args{"value": shortQuery(v)})
			continue
		}
		out = append(out, T(v))
	}
	return out
}

func one[T ~string](p *queryParser, key string, valid func(string) bool) T {
	v := strings.TrimSpace(p.q.Get(key))
	if v != "" && !valid(v) {
		p.bad(key, "error.filter.value", paiza.Args{"value": shortQuery(v)})
		return ""
	}
	return T(v)
}

func isCountry(s string) bool {
	if len(s) != 3 {
		return false
	}
	for _, c := range s {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}

// isCode is the outward form of a code; the desk knows which exist.
func isCode(s string) bool {
	if s == "" || len(s) > MaxCode {
		return false
	}
	for _, c := range s {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_.:/+", c)) {
			return false
		}
	}
	return true
}

// short is a value as an error repeats it.
func shortQuery(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return strconv.QuoteToGraphic(s)[1 : len(strconv.QuoteToGraphic(s))-1]
}
