package catalog

import (
	"strconv"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"paiza"
)

// Country is a state or territory of ISO 3166-1, or one that has ceased to
// exist and stands in old figures under its ISO 3166-3 former code.
type Country struct {
	Code   paiza.Country // alpha-3; "XKX" for Kosovo (UNSCR 1244), a user-assigned code
	ISO2   string        // alpha-2
	M49    string        // three digits of the UN M49 standard
	Region string        // M49 code of the continent ("150")
	Sub    string        // M49 code of the sub-region ("151"), the narrowest there is
	Drugs  string        // region in which UNODC's conversion factors are given; see factors.tsv
	Lon    float64       // degrees: where a route map puts the state
	Lat    float64
	Former bool // no longer exists
	name   map[string]string
}

func (c *Catalog) loadCountries() {
	ix := c.index[KindCountry]
	c.country = make(map[paiza.Country]int, 300)
	columns := []string{"code", "iso2", "m49", "region", "sub", "drugs", "lon", "lat", "former", "en", "ru", "zh", "spellings"}
	table("countries.tsv", columns, func(r row) {
		f := r.fields
		lon, err1 := strconv.ParseFloat(f[6], 64)
		lat, err2 := strconv.ParseFloat(f[7], 64)
		if err1 != nil || err2 != nil {
			r.bad("not a place")
		}
		s := Country{Code: paiza.Country(f[0]), ISO2: f[1], M49: f[2], Region: f[3], Sub: f[4], Drugs: f[5],
			Lon: lon, Lat: lat, Former: f[8] == "former", name: names(f[9], f[10], f[11])}
		c.country[s.Code] = len(c.countries)
		c.countries = append(c.countries, s)
		for _, name := range f[9:12] {
			ix.add(name, f[0], rankName)
		}
		ix.codes[f[0]] = f[0]
		if !s.Former {
			ix.codes[f[1]] = f[0]
		}
		each(f[12], func(name string) { ix.add(name, f[0], rankSynonym) })
	})
	ix.freeze()
	c.regions = make(map[string][]string, 40)
	table("regions.tsv", []string{"m49", "en", "ru", "zh"}, func(r row) { c.regions[r.fields[0]] = r.fields[1:] })
}

// Countries lists every state and territory by code, former ones at the end.
// The caller must not change it.
func (c *Catalog) Countries() []Country { return c.countries }

// Country gives the entry of an alpha-3 code.
func (c *Catalog) Country(code paiza.Country) (Country, bool) {
	i, ok := c.country[code]
	if !ok {
		return Country{}, false
	}
	return c.countries[i], true
}

// Region gives the UN M49 code of the narrowest region a state belongs to
// ("143", Central Asia), empty when the state is not known.
func (c *Catalog) Region(country paiza.Country) string {
	if i, ok := c.country[country]; ok {
		return c.countries[i].Sub
	}
	return ""
}

// RegionName is the name of a UN M49 region in a language; English where there
// is none, the code where the region is not known.
func (c *Catalog) RegionName(m49, lang string) string {
	if n, ok := c.regions[m49]; ok {
		for i, l := range languages {
			if l == lang {
				return n[i]
			}
		}
		return n[0]
	}
	return m49
}

// ResolveCountry finds the state or territory that a text means: by ISO code,
// by the names of the United Nations in six languages, by the spellings that
// the known files use, and by its name in the languages of tongues.
func (c *Catalog) ResolveCountry(text string) Resolution {
	ix := c.index[KindCountry]
	return c.resolve(KindCountry, ix, text, func(r *Resolution) bool {
		if r.brackets(ix) {
			return true
		}
		key := fold(text)
		other := c.tongue()
		if o, ok := other.known[key]; ok {
			r.ambiguous(o.candidates...)
			r.step("language", text, ReasonText(ReasonAmbiguous))
			return true
		}
		if t, ok := other.names[key]; ok {
			r.Code, r.How = t.code, HowSynonym
			r.step("language", text, t.code)
			return true
		}
		r.step("language", text, "")
		return false
	})
}

// tongues are the languages, beyond those of the table, in which a state's name
// is understood.
var tongues = []string{"en", "ru", "zh", "es", "fr", "pt", "ar", "az", "be", "cs", "da", "de", "el", "et", "fa", "fi",
	"hi", "hr", "hu", "hy", "it", "ja", "ka", "kk", "ko", "ky", "lt", "lv", "mn", "my", "nb", "ne", "nl", "pl", "ro",
	"sr", "sv", "th", "tk", "tr", "uk", "ur", "uz", "vi", "zh-Hant"}

// manyTongues makes the index of names in many languages. It takes some
// milliseconds and is made when a name is first missed.
func (c *Catalog) manyTongues() *index {
	ix := newIndex(KindCountry)
	first := c.index[KindCountry]
	for _, tongue := range tongues {
		namer := display.Regions(language.MustParse(tongue))
		if namer == nil {
			continue
		}
		for i := range c.countries {
			s := &c.countries[i]
			if s.Former {
				continue
			}
			region, err := language.ParseRegion(s.ISO2)
			if err != nil {
				continue
			}
			name := namer.Name(region)
			key := fold(name)
			if _, ok := first.names[key]; ok || key == "" {
				continue // what the table says goes first
			}
			if old, ok := ix.names[key]; ok && old.code != string(s.Code) {
				ix.known[key] = open{ReasonAmbiguous, []string{old.code, string(s.Code)}}
				continue
			}
			ix.add(name, string(s.Code), rankSynonym)
		}
	}
	return ix
}
