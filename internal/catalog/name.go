package catalog

import (
	"sort"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"paiza"
)

// Name is the display name of a code in a language ("en", "ru", "zh"). Where
// there is none it is the English name, and the code itself where the catalog
// does not know it. States have the names of CLDR, in any language of
// golang.org/x/text; former states those of the table.
func (c *Catalog) Name(kind Kind, code, lang string) string {
	switch kind {
	case KindSubstance:
		if i, ok := c.substance[code]; ok {
			return pick(c.substances[i].Name, lang)
		}
	case KindUnit:
		if i, ok := c.unit[code]; ok {
			return pick(c.units[i].Name, lang)
		}
	case KindCountry:
		if i, ok := c.country[paiza.Country(code)]; ok {
			return c.countries[i].in(lang)
		}
	case KindDivision:
		if d, ok := c.Division(code); ok {
			return pick(d.Name, lang)
		}
	default:
		if l := c.lists[kind]; l != nil {
			if i, ok := l.at[code]; ok {
				return pick(l.entries[i].Name, lang)
			}
		}
	}
	return code
}

// pick gives the name in a language, or in English.
func pick(name map[string]string, lang string) string {
	if n := name[lang]; n != "" {
		return n
	}
	return name["en"]
}

// namers are the CLDR names by language; making one is dear.
var namers sync.Map

func (s *Country) in(lang string) string {
	if s.Former || s.Code == "XKX" {
		return pick(s.name, lang)
	}
	var namer display.Namer
	if n, ok := namers.Load(lang); ok {
		namer = n.(display.Namer)
	} else {
		tag, err := language.Parse(lang)
		if err != nil {
			return pick(s.name, lang)
		}
		if namer = display.Regions(tag); namer == nil {
			return pick(s.name, lang)
		}
		namers.Store(lang, namer)
	}
	region, err := language.ParseRegion(s.ISO2)
	if err != nil {
		return pick(s.name, lang)
	}
	if name := namer.Name(region); name != "" {
		return name
	}
	return pick(s.name, lang)
}

func sortedCopy(list []string) []string {
	out := append([]string(nil), list...)
	sort.Strings(out)
	return out
}
