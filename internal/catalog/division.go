package catalog

import (
	"strings"
	"sync"

	"paiza"
)

// Division is a first-level division of a state: a subdivision of ISO 3166-2,
// or an area in which a state reports and that ISO does not list.
type Division struct {
	Code    string // "RU-NVS"; an Area has a third part, "RU-SPE-LEN"
	Country paiza.Country
	Name    map[string]string // English always; Russian and Chinese where the catalog has them
	Area    bool              // an area of reports, not of ISO 3166-2
}

// divisions are the tables of divisions, read and indexed state by state when
// first asked for: most files are about one state.
type divisions struct {
	states map[paiza.Country]*state
	count  int
}

type state struct {
	country paiza.Country
	lines   string // of divisions.tsv
	known   string // of places.tsv

	once   sync.Once
	list   []Division
	at     map[string]int
	ix     *index
	abroad []prefix
}

// prefix is the beginning of texts that name no division: "NCB *".
type prefix struct {
	words  string
	reason string
}

var divisionColumns = []string{"country", "code", "kind", "en", "ru", "zh", "spellings"}

// loadDivisions notes where each state's lines of the two tables are. The lines
// of a state stand together.
func (c *Catalog) loadDivisions() {
	c.divisions.states = make(map[paiza.Country]*state, 120)
	blocks("divisions.tsv", divisionColumns, func(country, lines string) {
		code := paiza.Country(country)
		if _, ok := c.country[code]; !ok || c.divisions.states[code] != nil {
			panic("catalog: divisions.tsv: state unknown or in two places: " + country)
		}
		c.divisions.states[code] = &state{country: code, lines: lines}
		c.divisions.count += strings.Count(lines, "\n")
	})
	blocks("places.tsv", []string{"country", "text", "reason", "note"}, func(country, lines string) {
		s := c.divisions.states[paiza.Country(country)]
		if s == nil {
			panic("catalog: places.tsv: no divisions: " + country)
		}
		s.known += lines
	})
}

// blocks calls do for the lines that stand together and share their first field.
func blocks(name string, columns []string, do func(first, lines string)) {
	raw, err := data.ReadFile("data/" + name)
	if err != nil {
		panic("catalog: " + err.Error())
	}
	text := string(raw)
	head := "\n" + strings.Join(columns, "\t") + "\n"
	start := strings.Index(text, head)
	if start < 0 {
		panic("catalog: " + name + ": columns are not " + strings.Join(columns, ", "))
	}
	text = text[start+len(head):]
	for text != "" {
		first, _, _ := strings.Cut(text, "\t")
		end := 0
		for strings.HasPrefix(text[end:], first+"\t") {
			n := strings.IndexByte(text[end:], '\n')
			if n < 0 {
				panic("catalog: " + name + ": no line end at the end")
			}
			end += n + 1
		}
		if end == 0 {
			panic("catalog: " + name + ": a line without a state")
		}
		do(first, text[:end])
		text = text[end:]
	}
}

// load reads and indexes the state's lines, once.
func (s *state) load() *state {
	s.once.Do(func() {
		ix := newIndex(KindDivision)
		ix.heads = map[string]string{}
		s.readKnown(ix)
		s.at = map[string]int{}
		short := map[string][]string{}
		var places []target
		for line := range strings.Lines(s.lines) {
			r := row{"divisions.tsv " + string(s.country), 0, strings.Split(strings.TrimSuffix(line, "\n"), "\t")}
			if len(r.fields) != len(divisionColumns) {
				r.bad(line)
			}
			places = append(places, s.add(r, ix, short)...)
		}
		// Names without the word for the kind of division go after all full
		// ones and mean nothing where two divisions share one ("Altai").
		for key, codes := range short {
			_, taken := ix.names[key]
			if _, ok := ix.known[key]; ok || taken {
				continue
			}
			if len(codes) > 1 {
				ix.known[key] = open{ReasonAmbiguous, codes}
				continue
			}
			ix.names[key] = target{codes[0], "", rankSynonym}
		}
		for _, p := range places {
			ix.add(p.name, p.code, rankPlace)
		}
		ix.freeze()
		s.ix = ix
	})
	return s
}

func (s *state) readKnown(ix *index) {
	for line := range strings.Lines(s.known) {
		r := row{"places.tsv " + string(s.country), 0, strings.Split(strings.TrimSuffix(line, "\n"), "\t")}
		if len(r.fields) != 4 || reasons["catalog.unresolved."+r.fields[2]] == "" {
			r.bad(line)
		}
		reason := "catalog.unresolved." + r.fields[2]
		each(r.fields[1], func(text string) {
			if head, ok := strings.CutSuffix(text, " *"); ok {
				s.abroad = append(s.abroad, prefix{words(head) + " ", reason})
				return
			}
			ix.known[fold(text)] = open{reason: reason}
		})
	}
}

// add lists one division and gives back the places inside it, which go after
// the names of all divisions.
func (s *state) add(r row, ix *index, short map[string][]string) (places []target) {
	f := r.fields
	d := Division{Code: f[1], Country: s.country, Area: f[2] == "area", Name: names(f[3], f[4], f[5])}
	if _, ok := s.at[d.Code]; ok {
		r.bad("code twice: " + d.Code)
	}
	s.at[d.Code] = len(s.list)
	s.list = append(s.list, d)
	ix.codes[d.Code] = d.Code
	if _, short, _ := strings.Cut(d.Code, "-"); len(short) > 1 && short[0] >= 'A' {
		ix.codes[short] = d.Code // "RM" of an Italian file, in capitals only
	}
	spell := func(name string, rank uint8) {
		if head, ok := strings.CutSuffix(name, ", *"); ok {
			ix.heads[fold(head)] = d.Code
			return
		}
		if place, ok := strings.CutPrefix(name, "@"); ok {
			places = append(places, target{d.Code, place, rankPlace})
			return
		}
		ix.add(name, d.Code, rank)
		bare, ok := dropWords(words(name), divisionWords)
		for _, kind := range kindSigns {
			if cut, has := strings.CutSuffix(name, kind); has && cut != "" && !ok {
				bare, ok = cut, true
			}
		}
		if ok {
			key := fold(bare)
			if !contains(short[key], d.Code) {
				short[key] = append(short[key], d.Code)
			}
		}
	}
	for _, name := range f[3:6] {
		if name != "" {
			spell(name, rankName)
		}
	}
	each(f[6], func(name string) { spell(name, rankSynonym) })
	return places
}

// Divisions lists the divisions of a state. The caller must not change it.
func (c *Catalog) Divisions(country paiza.Country) []Division {
	if s := c.divisions.states[country]; s != nil {
		return s.load().list
	}
	return nil
}

// Division gives the entry of a code.
func (c *Catalog) Division(code string) (Division, bool) {
	iso2, _, ok := strings.Cut(code, "-")
	if !ok {
		return Division{}, false
	}
	s := c.divisions.states[paiza.Country(c.index[KindCountry].codes[iso2])]
	if s == nil {
		return Division{}, false
	}
	i, ok := s.load().at[code]
	if !ok {
		return Division{}, false
	}
	return s.list[i], true
}
