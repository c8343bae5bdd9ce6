package ingest

import (
	"strings"

	"paiza"
)

// memoSize bounds what is remembered of distinct texts: a column of free text
// has millions.
const memoSize = 100_000

// lookup remembers what the catalog answered for a text.
type lookup struct {
	m   map[string]string
	ask func(string) string
}

func newLookup(ask func(string) string) *lookup { return &lookup{m: map[string]string{}, ask: ask} }

func (l *lookup) get(s string) string {
	if s == "" {
		return ""
	}
	code, ok := l.m[s]
	if !ok {
		code = l.ask(s)
		if len(l.m) >= memoSize {
			clear(l.m)
		}
		l.m[strings.Clone(s)] = code
	}
	return code
}

// valueMap is the Map of a column with folded texts.
type valueMap struct {
	m        map[string]string
	other    string
	hasOther bool
}

func newValueMap(c *Column) *valueMap {
	v := &valueMap{m: map[string]string{}}
	if c == nil {
		return v
	}
	for text, code := range c.Map {
		if text == "*" {
			v.other, v.hasOther = code, true
			continue
		}
		v.m[foldHeader(text)] = code
	}
	return v
}

func (v *valueMap) get(text string) (string, bool) {
	if len(v.m) > 0 {
		if to, ok := v.m[foldHeader(text)]; ok {
			return to, true
		}
	}
	return v.other, v.hasOther
}

// ask gives the question that the catalog is asked for a slot.
func (r *reader) ask(s slot) func(string) string {
	cat := r.cat
	switch s {
	case slotCountry, slotProducing, slotDeparture, slotVia, slotDestination:
		return func(t string) string { return cat.ResolveCountry(t).Code }
	case slotRouting:
		return func(t string) string { return cat.ResolveRouting(t).Code }
	case slotSubstance:
		return func(t string) string {
			if code := cat.ResolveSubstance(t).Code; code != paiza.SubstanceUnknown {
				return code
			}
			return ""
		}
	case slotUnit:
		return func(t string) string { return cat.ResolveUnit(t).Code }
	case slotTransport:
		return func(t string) string { return cat.ResolveTransport(t).Code }
	case slotHiding:
		return func(t string) string { return cat.ResolveHiding(t).Code }
	case slotInstallation:
		return func(t string) string { return cat.ResolveInstallation(t).Code }
	}
	return nil
}

// lookups prepares what each column asks the catalog, with its own map before
// it. A map that answers "" says that the text means nothing.
func (r *reader) lookups() {
	r.look = make([]*lookup, len(r.plan.columns))
	for s := range slots {
		ask := r.ask(s)
		if ask == nil {
			continue
		}
		for _, i := range r.plan.of[s] {
			r.look[i] = r.mapped(s, r.plan.columns[i].profile, ask)
		}
		r.bare[s] = newLookup(ask)
	}
	if cols := r.plan.of[slotRouting]; len(cols) > 0 {
		r.routing = r.look[cols[0]]
	}
	r.division = map[divisionKey]string{}
	r.dates = map[string]dated{}
	r.agency = newLookup(likeAgency)
	r.total = totalMemo{extra: r.p.Totals}
}

func (r *reader) mapped(s slot, c *Column, ask func(string) string) *lookup {
	m := newValueMap(c)
	return newLookup(func(text string) string {
		to, found := m.get(text)
		switch {
		case !found:
			return ask(text)
		case to == "" || s == slotRouting:
			return to
		}
		if code := ask(to); code != "" {
			return code
		}
		return to
	})
}

type divisionKey struct {
	country paiza.Country
	text    string
}

// resolveDivision asks the catalog for an administrative division, once per
// text.
func (r *reader) resolveDivision(country paiza.Country, text string) string {
	if text == "" {
		return ""
	}
	k := divisionKey{country, text}
	code, ok := r.division[k]
	if !ok {
		code = r.cat.ResolveDivision(country, text).Code
		if len(r.division) >= memoSize {
			clear(r.division)
		}
		r.division[divisionKey{country, strings.Clone(text)}] = code
	}
	return code
}

// dated is a date that was read, with its canonical text for the key.
type dated struct {
	span  span
	ok    bool
	canon string
}

// date reads a date once per text.
func (r *reader) date(s string) dated {
	if d, ok := isoDate(s); ok {
		return dated{span{date: d}, true, s}
	}
	got, ok := r.dates[s]
	if !ok {
		text := s
		if r.f.from1904 {
			text = since1904(s)
		}
		got.span, got.ok = parseDate(text, r.order)
		got.canon = got.span.date.String()
		if got.span.until != 0 {
			got.canon += "/" + got.span.until.String()
		}
		if len(r.dates) >= memoSize {
			clear(r.dates)
		}
		r.dates[strings.Clone(s)] = got
	}
	return got
}
