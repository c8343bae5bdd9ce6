package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"paiza"
)

// The query parameters that lists and the picture share. A figure of the
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
//	label                    TLP labels; may repeat (list)
//	case                     id of a case (list)
//	red=without              leaves out TLP:RED rows, which no figure counts (list)
//	withdrawn=only           what the person's agency withdrew (list)
//	after                    cursor of the next page (list)
const (
	keyFrom        = "from"
	keyTo          = "to"
	keyCountry     = "country"
	keyDivision    = "division"
	keySubstance   = "substance"
	keyGroup       = "group"
	keyRouting     = "routing"
	keyImport      = "import"
	keyVia         = "via"
	keyDoubtful    = "doubtful"
	keyBy          = "by"
	keyLevel       = "level"
	keyText        = "q"
	keyFlag        = "flag"
	keyProducing   = "producing"
	keyDeparture   = "departure"
	keyThrough     = "through"
	keyDestination = "destination"
	keyLabel       = "label"
	keyCase        = "case"
	keyRed         = "red"
	keyWithdrawn   = "withdrawn"
	keyAfter       = "after"

	without = "without"
	alone   = "only"
	nowhere = "-"
)

// Bounds of what an address may ask for.
const (
	maxValues = 300 // of one parameter
	maxText   = 300 // characters of q
	maxCode   = 100 // characters of a code
)

// parseSlice reads which part of the picture an address asks for. What it does
// not understand is refused with the parameter's name as the field, never
// dropped: a filter that is silently ignored shows wrong figures.
func parseSlice(q url.Values) (paiza.Slice, error) {
	p := parser{q: q}
	s := paiza.Slice{
		Period:          paiza.Period{From: p.date(keyFrom), To: p.date(keyTo)},
		Countries:       codes[paiza.Country](&p, keyCountry, isCountry),
		Divisions:       codes[string](&p, keyDivision, isCode),
		Substances:      codes[string](&p, keySubstance, isCode),
		Groups:          codes[paiza.Group](&p, keyGroup, func(s string) bool { return slices.Contains(paiza.Groups(), paiza.Group(s)) }),
		Routings:        codes[paiza.Routing](&p, keyRouting, func(s string) bool { return slices.Contains(paiza.Routings(), paiza.Routing(s)) }),
		Imports:         codes[string](&p, keyImport, isCode),
		Via:             one[paiza.Country](&p, keyVia, isCountry),
		WithoutDoubtful: one[string](&p, keyDoubtful, func(s string) bool { return s == without || s == "with" }) == without,
	}
	if s.Period.From != 0 && s.Period.To != 0 && s.Period.From.First() > s.Period.To.Last() {
		p.bad(keyTo, "error.filter.period", nil)
	}
	return s, p.err()
}

// formatSlice is the inverse of parseSlice: the shortest parameters that ask
// for the slice.
func formatSlice(s paiza.Slice) url.Values {
	q := url.Values{}
	set(q, keyFrom, s.Period.From.String())
	set(q, keyTo, s.Period.To.String())
	add(q, keyCountry, s.Countries)
	add(q, keyDivision, s.Divisions)
	add(q, keySubstance, s.Substances)
	add(q, keyGroup, s.Groups)
	add(q, keyRouting, s.Routings)
	add(q, keyImport, s.Imports)
	set(q, keyVia, string(s.Via))
	if s.WithoutDoubtful {
		q.Set(keyDoubtful, without)
	}
	return q
}

// parseFilter reads which rows a list shows: the slice and what only a list
// knows.
func parseFilter(q url.Values) (paiza.SeizureFilter, error) {
	s, err := parseSlice(q)
	f := paiza.SeizureFilter{Slice: s}
	p := parser{q: q}
	if e, ok := err.(*paiza.Error); ok {
		p.fields = e.Fields
	}
	f.Text = strings.Join(strings.Fields(q.Get(keyText)), " ")
	if len([]rune(f.Text)) > maxText {
		p.bad(keyText, "error.filter.long", paiza.Args{"n": maxText})
		f.Text = ""
	}
	for _, name := range codes[string](&p, keyFlag, func(s string) bool { return flagNamed(s) != 0 }) {
		f.Flags |= flagNamed(name)
	}
	f.TLPs = codes[paiza.TLP](&p, keyLabel, func(s string) bool { return slices.Contains(paiza.TLPs(), paiza.TLP(s)) })
	f.Case = one[string](&p, keyCase, isCode)
	f.WithoutRed = one[string](&p, keyRed, func(s string) bool { return s == without }) == without
	f.Withdrawn = one[string](&p, keyWithdrawn, func(s string) bool { return s == alone }) == alone
	end := func(key string) paiza.Country {
		c := one[string](&p, key, func(s string) bool { return s == nowhere || isCountry(s) })
		if c == nowhere {
			return ""
		}
		return paiza.Country(c)
	}
	route := paiza.Route{Producing: end(keyProducing), Departure: end(keyDeparture), Via: end(keyThrough), Destination: end(keyDestination)}
	if q.Get(keyProducing)+q.Get(keyDeparture)+q.Get(keyThrough)+q.Get(keyDestination) != "" {
		f.Route = &route
	}
	return f, p.err()
}

// formatFilter is the inverse of parseFilter.
func formatFilter(f paiza.SeizureFilter) url.Values {
	q := formatSlice(f.Slice)
	set(q, keyText, f.Text)
	for _, one := range f.Flags.Each() {
		q.Add(keyFlag, flagName(one))
	}
	add(q, keyLabel, f.TLPs)
	set(q, keyCase, f.Case)
	if f.WithoutRed {
		q.Set(keyRed, without)
	}
	if f.Withdrawn {
		q.Set(keyWithdrawn, alone)
	}
	if f.Route != nil {
		set(q, keyProducing, string(f.Route.Producing))
		set(q, keyDeparture, string(f.Route.Departure))
		set(q, keyThrough, string(f.Route.Via))
		set(q, keyDestination, string(f.Route.Destination))
		if !f.Route.Stated() {
			q.Set(keyDeparture, nowhere)
		}
	}
	return q
}

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

// flagName is a flag in an address: its key without the word flag.
func flagName(f paiza.Flags) string { return strings.TrimPrefix(f.Key(), "flag.") }

func flagNamed(name string) paiza.Flags {
	for _, f := range paiza.AllFlags() {
		if flagName(f) == name {
			return f
		}
	}
	return 0
}

func set(q url.Values, key, value string) {
	if value != "" {
		q.Set(key, value)
	}
}

func add[T ~string](q url.Values, key string, values []T) {
	for _, v := range values {
		q.Add(key, string(v))
	}
}

// parser collects what is wrong with the parameters.
type parser struct {
	q      url.Values
	fields []paiza.FieldError
}

func (p *parser) bad(field, key string, args paiza.Args) {
	p.fields = append(p.fields, paiza.FieldError{Field: field, Key: key, Args: args})
}

func (p *parser) err() error {
	if len(p.fields) == 0 {
		return nil
	}
	return &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.filter.title", Fields: p.fields}
}

func (p *parser) date(key string) paiza.Date {
	text := strings.TrimSpace(p.q.Get(key))
	if text == "" {
		return 0
	}
	d, err := paiza.ParseDate(text)
	if err != nil {
		p.bad(key, "error.date", paiza.Args{"value": short(text)})
	}
	return d
}

// codes reads a parameter that may repeat, each value once, in order.
func codes[T ~string](p *parser, key string, valid func(string) bool) []T {
	var out []T
	for _, v := range p.q[key] {
		v = strings.TrimSpace(v)
		switch {
		case v == "" || slices.Contains(out, T(v)):
			continue
		case len(out) == maxValues:
			p.bad(key, "error.filter.many", paiza.Args{"n": maxValues})
			return out
		case !valid(v):
			p.bad(key, "error.filter.value", paiza.Args{"value": short(v)})
			continue
		}
		out = append(out, T(v))
	}
	return out
}

func one[T ~string](p *parser, key string, valid func(string) bool) T {
	v := strings.TrimSpace(p.q.Get(key))
	if v != "" && !valid(v) {
		p.bad(key, "error.filter.value", paiza.Args{"value": short(v)})
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
	if s == "" || len(s) > maxCode {
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
func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return strconv.QuoteToGraphic(s)[1 : len(strconv.QuoteToGraphic(s))-1]
}
