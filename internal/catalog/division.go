package catalog

import (
	"strings"
	"sync"

	"paiza"
)

// Division is a first-level division of a state: a subdivision of ISO 3166-2,
// or an area in which a state reports and that ISO does not list.
type Division struct {
	Code    string // "RU-NVS"; areas of our own have more than three letters after the dash
	Country paiza.Country
	Name    map[string]string // English always; Russian and Chinese where the catalog has them
	Area    bool              // an area of reports, not of ISO 3166-2
}

// divisions are the tables of divisions, indexed state by state when first
// asked for: most files are about one state.
type divisions struct {
	states map[paiza.Country]*state
	codes  map[string]Division
}

type state struct {
	list   []Division
	names  [][]string // spellings of each of list
	places []open     // what is known not to be a division
	texts  []string
	once   sync.Once
	ix     *index
}

// loadDivisions reads data/divisions.tsv: a line with a code is a division, one
// without is a text that is known not to be one, with its reason.
func (c *Catalog) loadDivisions() {
	c.divisions.states = make(map[paiza.Country]*state, 80)
	c.divisions.codes = make(map[string]Division, 2500)
	columns := []string{"country", "code", "kind", "en", "ru", "zh", "spellings"}
	table("divisions.tsv", columns, func(r row) {
		f := r.fields
		s := c.divisions.states[paiza.Country(f[0])]
		if s == nil {
			if _, ok := c.country[paiza.Country(f[0])]; !ok {
				r.bad("unknown state")
			}
			s = &state{}
			c.divisions.states[paiza.Country(f[0])] = s
		}
		d := Division{Code: f[1], Country: paiza.Country(f[0]), Area: f[2] == "area", Name: names(f[3], f[4], f[5])}
		if _, ok := c.divisions.codes[d.Code]; ok {
			r.bad("code twice")
		}
		c.divisions.codes[d.Code] = d
		s.list = append(s.list, d)
		s.names = append(s.names, strings.Split(f[6], "|"))
	})
	table("places.tsv", []string{"country", "text", "reason", "note"}, func(r row) {
		f := r.fields
		s := c.divisions.states[paiza.Country(f[0])]
		if s == nil || reasons["catalog.unresolved."+f[2]] == "" {
			r.bad("unknown state or reason")
		}
		each(f[1], func(text string) {
			s.texts = append(s.texts, text)
			s.places = append(s.places, open{reason: "catalog.unresolved." + f[2]})
		})
	})
}

// Divisions lists the divisions of a state. The caller must not change it.
func (c *Catalog) Divisions(country paiza.Country) []Division {
	if s := c.divisions.states[country]; s != nil {
		return s.list
	}
	return nil
}

// Division gives the entry of a code.
func (c *Catalog) Division(code string) (Division, bool) {
	d, ok := c.divisions.codes[code]
	return d, ok
}

// index makes the state's index of spellings when first asked for.
func (s *state) index() *index {
	s.once.Do(func() {
		ix := newIndex(KindDivision)
		ix.heads = map[string]string{}
		for i, text := range s.texts {
			ix.known[fold(text)] = s.places[i]
		}
		for i, d := range s.list {
			for _, lang := range languages {
				if d.Name[lang] != "" {
					ix.add(d.Name[lang], d.Code, rankName)
				}
			}
			ix.codes[d.Code] = d.Code
			for _, name := range s.names[i] {
				if head, ok := strings.CutSuffix(name, ", *"); ok {
					ix.heads[fold(head)] = d.Code
					continue
				}
				ix.add(name, d.Code, rankSynonym)
			}
		}
		// The bare names after all full ones, so that "Новгородская" of one
		// division never hides the listed name of another.
		for i, d := range s.list {
			all := append([]string{d.Name["en"], d.Name["ru"], d.Name["zh"]}, s.names[i]...)
			for _, name := range all {
				if short, ok := dropWords(words(name), divisionWords); ok {
					if _, taken := ix.names[fold(short)]; !taken {
						ix.add(short, d.Code, rankSynonym)
					}
				}
			}
		}
		ix.freeze()
		s.ix = ix
	})
	return s.ix
}

// divisionWords name the kind of a division and not the division.
var divisionWords = strings.Fields(`
	region district province state territory division oblast krai kray governorate prefecture county
	department canton republic autonomous area okrug voivodeship municipality metropolitan city
	область обл край республика респ автономный автономная округ ао г город
	provincia departamento estado dpto departement wilaya velayat viloyat oblusu oblasy jud judet loc
	police excise narcotics customs
	of de del the la`)

// ResolveDivision finds the first-level division that a text means in a state.
// Beyond the listed spellings it tries the text without the word for the kind
// of division ("Новосибирская обл.", "Latgale region"), the parts of a text
// with commas, the first before the last ("Samara Region, Tol'yatti city",
// "Mixco, Guatemala"), the parts of brackets and of a slash, and a near match.
// It may be given the text of a place where a source has no column for the
// division.
func (c *Catalog) ResolveDivision(country paiza.Country, text string) Resolution {
	s := c.divisions.states[country]
	if s == nil {
		r := Resolution{Kind: KindDivision, Text: text, Reason: ReasonNoData}
		if _, ok := c.country[country]; !ok {
			r.Reason = ReasonNoCountry
		}
		if fold(text) == "" {
			r.Reason = ReasonEmpty
		}
		return r
	}
	ix := s.index()
	r := c.resolve(KindDivision, ix, text, func(r *Resolution) bool {
		return r.without(ix, divisionWords) || r.brackets(ix) || r.parts(ix)
	})
	if r.Reason == ReasonNotListed {
		if t, ok := c.index[KindCountry].names[fold(text)]; ok {
			r.Reason = ReasonAbroad
			if t.code == string(country) {
				r.Reason = ReasonState
			}
			r.step("known", text, t.code)
		}
	}
	return r
}

// parts tries what stands between commas, semicolons and slashes. Parts that
// name two divisions name none.
func (r *Resolution) parts(ix *index) bool {
	if !strings.ContainsAny(r.Text, ",;/") {
		return false
	}
	var found, named []string
	for n, part := range strings.FieldsFunc(r.Text, func(ch rune) bool { return ch == ',' || ch == ';' || ch == '/' }) {
		key := fold(part)
		if code := ix.heads[key]; n == 0 && code != "" {
			r.step(HowPart, strings.TrimSpace(part)+", *", code)
			return r.settle([]string{code}, nil)
		}
		code := ix.names[key].code
		short, says := dropWords(words(part), divisionWords)
		if code == "" && says {
			code = ix.names[fold(short)].code
		}
		r.step(HowPart, strings.TrimSpace(part), code)
		if code != "" && !contains(found, code) {
			found = append(found, code)
		}
		if code != "" && says && !contains(named, code) {
			named = append(named, code)
		}
	}
	return r.settle(found, named)
}

// anyDivision looks a text up among the divisions of every state.
func (c *Catalog) anyDivision(text string) []Resolution {
	key := fold(text)
	var out []Resolution
	for i := range c.countries {
		s := c.divisions.states[c.countries[i].Code]
		if s == nil || key == "" {
			continue
		}
		r := Resolution{Kind: KindDivision, Text: text}
		if ix := s.index(); ix.names[key].code != "" {
			r.lookup(ix, strings.TrimSpace(text), key)
			out = append(out, r)
		}
	}
	return out
}

// settle makes of the divisions that parts of a text name one, or none: with
// several, the one whose part says that it is a division decides ("Moscow
// Region, Moscow").
func (r *Resolution) settle(found, named []string) bool {
	if len(named) == 1 {
		found = named
	}
	switch len(found) {
	case 0:
		return false
	case 1:
		r.Code, r.How = found[0], HowPart
	default:
		r.How, r.Reason, r.Candidates = HowAmbiguous, ReasonSeveral, sortedCopy(found)
	}
	return true
}
