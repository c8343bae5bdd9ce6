package wire

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

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
//	label                    TLP labels; may repeat (list)
//	case                     id of a case (list)
//	origin                   own, others, or the name of a node (list)
//	red=without              leaves out TLP:RED rows, which no figure counts (list)
//	withdrawn=only           what the person's agency withdrew (list)
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
	KeyLabel       = "label"
	KeyCase        = "case"
	KeyOrigin      = "origin"
	KeyRed         = "red"
	KeyWithdrawn   = "withdrawn"
	KeyAfter       = "after"

	without = "without"
	alone   = "only"
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
	SetQuery(q, KeyFrom, s.Period.From.String())
	SetQuery(q, KeyTo, s.Period.To.String())
	AddQuery(q, KeyCountry, s.Countries)
	AddQuery(q, KeyDivision, s.Divisions)
	AddQuery(q, KeySubstance, s.Substances)
	AddQuery(q, KeyGroup, s.Groups)
	AddQuery(q, KeyRouting, s.Routings)
	AddQuery(q, KeyImport, s.Imports)
	SetQuery(q, KeyVia, string(s.Via))
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
	f.TLPs = codes[paiza.TLP](&p, KeyLabel, func(s string) bool { return slices.Contains(paiza.TLPs(), paiza.TLP(s)) })
	f.Case = one[string](&p, KeyCase, isCode)
	f.Origin = one[string](&p, KeyOrigin, isOrigin)
	f.WithoutRed = one[string](&p, KeyRed, func(s string) bool { return s == without }) == without
	f.Withdrawn = one[string](&p, KeyWithdrawn, func(s string) bool { return s == alone }) == alone
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
	SetQuery(q, KeyText, f.Text)
	for _, one := range f.Flags.Each() {
		q.Add(KeyFlag, FlagName(one))
	}
	AddQuery(q, KeyLabel, f.TLPs)
	SetQuery(q, KeyCase, f.Case)
	SetQuery(q, KeyOrigin, f.Origin)
	if f.WithoutRed {
		q.Set(KeyRed, without)
	}
	if f.Withdrawn {
		q.Set(KeyWithdrawn, alone)
	}
	if f.Route != nil {
		SetQuery(q, KeyProducing, string(f.Route.Producing))
		SetQuery(q, KeyDeparture, string(f.Route.Departure))
		SetQuery(q, KeyThrough, string(f.Route.Via))
		SetQuery(q, KeyDestination, string(f.Route.Destination))
		if !f.Route.Stated() {
			q.Set(KeyDeparture, nowhere)
		}
	}
	return q
}

// The query parameters of the ledger, besides from and to.
const (
	KeySubject = "subject"
	KeyPerson  = "person"
	KeyAgency  = "agency"
	KeyAction  = "action"
	KeyBefore  = "before"
)

// ParseActs reads which acts an address asks for. Days are those of UTC, as the
// page shows them.
func ParseActs(q url.Values) (paiza.ActFilter, error) {
	p := queryParser{q: q}
	text := func(key string) string {
		v := strings.TrimSpace(q.Get(key))
		if len(v) > MaxCode {
			p.bad(key, "error.filter.long", paiza.Args{"n": MaxCode})
			return ""
		}
		return v
	}
	f := paiza.ActFilter{Subject: text(KeySubject), Person: text(KeyPerson), Agency: text(KeyAgency), Action: text(KeyAction)}
	if d := p.date(KeyFrom); d != 0 {
		f.From = midnight(d.First())
	}
	if d := p.date(KeyTo); d != 0 {
		f.Until = midnight(d.Last()).AddDate(0, 0, 1)
	}
	if !f.From.IsZero() && !f.Until.IsZero() && !f.From.Before(f.Until) {
		p.bad(KeyTo, "error.filter.period", nil)
	}
	return f, p.err()
}

func midnight(d paiza.Date) time.Time {
	return time.Date(d.Year(), time.Month(d.Month()), d.Day(), 0, 0, 0, 0, time.UTC)
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

// SetQuery puts a value into an address unless it is empty.
func SetQuery(q url.Values, key, value string) {
	if value != "" {
		q.Set(key, value)
	}
}

// AddQuery adds values to an address.
func AddQuery[T ~string](q url.Values, key string, values []T) {
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

// isOrigin reports whether a text says where a record may have come from.
func isOrigin(s string) bool {
	_, err := ParseNodeID(s)
	return s == paiza.OriginOwn || s == paiza.OriginOthers || err == nil
}
