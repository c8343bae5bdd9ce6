package catalog

import (
	"strings"
	"testing"
	"time"

	"paiza"
)

// TestDefaultIsCheap holds reading the tables to what a start of the program
// can bear: the least of several runs, since the machine does other things.
func TestDefaultIsCheap(t *testing.T) {
	least := time.Hour
	for range 7 {
		start := time.Now()
		load()
		least = min(least, time.Since(start))
	}
	t.Logf("read in %v", least)
	if least > 15*time.Millisecond && !raceEnabled {
		t.Errorf("reading the tables takes %v, want at most 15 ms", least)
	}
}

// TestNoClash holds the tables to one meaning per spelling.
func TestNoClash(t *testing.T) {
	c := Default()
	for kind, ix := range c.index {
		for _, clash := range ix.clashes {
			t.Errorf("%s: %s", kind, clash)
		}
	}
	for country, s := range c.divisions.states {
		for _, clash := range s.load().ix.clashes {
			t.Errorf("%s: %s", country, clash)
		}
	}
}

// TestNamesAreComplete: whatever a page can show has a name in every language,
// and nobody reads English in a Russian or Chinese page by oversight.
func TestNamesAreComplete(t *testing.T) {
	c := Default()
	check := func(kind Kind, code string, name map[string]string) {
		t.Helper()
		for _, lang := range languages {
			if strings.TrimSpace(name[lang]) == "" {
				t.Errorf("%s %s: no name in %s", kind, code, lang)
			}
			if name[lang] != strings.TrimSpace(name[lang]) {
				t.Errorf("%s %s: blanks around the name in %s", kind, code, lang)
			}
		}
	}
	groups := map[paiza.Group]bool{}
	for _, g := range paiza.Groups() {
		groups[g] = true
	}
	for _, s := range c.Substances() {
		check(KindSubstance, s.Code, s.Name)
		if !groups[s.Group] {
			t.Errorf("%s: group %q", s.Code, s.Group)
		}
		switch s.Class {
		case paiza.ClassNarcotic, paiza.ClassPsychotropic, paiza.ClassPrecursor, paiza.ClassNew, paiza.ClassOther:
		default:
			t.Errorf("%s: class %q", s.Code, s.Class)
		}
		if fold(s.Code) == "" || s.Code != strings.ToLower(s.Code) || strings.ContainsAny(s.Code, " _,") {
			t.Errorf("code %q is not lower case with hyphens", s.Code)
		}
		if s.Code != paiza.SubstanceUnknown {
			if r := c.ResolveSubstance(s.Code); r.Code != s.Code {
				t.Errorf("the code %s resolves to %q (%s)", s.Code, r.Code, r.Reason)
			}
		}
	}
	for _, u := range c.Units() {
		check(KindUnit, u.Code, u.Name)
		if u.Source == "" {
			t.Errorf("unit %s has no source", u.Code)
		}
	}
	for _, s := range c.Countries() {
		check(KindCountry, string(s.Code), s.name)
		for _, lang := range languages {
			if n := c.Name(KindCountry, string(s.Code), lang); n == "" || n == string(s.Code) {
				t.Errorf("country %s: name in %s is %q", s.Code, lang, n)
			}
		}
		if s.Region == "" || c.RegionName(c.Region(s.Code), "ru") == s.Sub {
			t.Errorf("country %s: region %q, %q", s.Code, s.Region, s.Sub)
		}
	}
	for _, kind := range []Kind{KindRouting, KindTransport, KindHiding, KindInstallation} {
		for _, e := range c.Entries(kind) {
			check(kind, e.Code, e.Name)
		}
	}
	for _, r := range paiza.Routings() {
		if c.Name(KindRouting, string(r), "ru") == string(r) {
			t.Errorf("routing %s has no name", r)
		}
	}
	for _, iso3 := range []paiza.Country{"RUS", "KAZ", "KGZ", "TJK", "UZB", "BLR", "ARM", "UKR", "CHN", "AFG", "COL"} {
		for _, d := range c.Divisions(iso3) {
			check(KindDivision, d.Code, d.Name)
		}
	}
	for m49 := range c.regions {
		for _, lang := range languages {
			if c.RegionName(m49, lang) == "" {
				t.Errorf("region %s: no name in %s", m49, lang)
			}
		}
	}
}

// TestSources: no factor and no bound without what it rests on, and none for
// codes that do not exist.
func TestSources(t *testing.T) {
	c := Default()
	seen := map[string]bool{}
	for _, f := range c.Factors() {
		if f.Source == "" || f.ID == "" || seen[f.ID] {
			t.Errorf("factor %q: source %q, or twice", f.ID, f.Source)
		}
		seen[f.ID] = true
		if _, ok := c.Substance(f.Substance); f.Substance != "" && !ok {
			t.Errorf("factor %s: substance %s", f.ID, f.Substance)
		}
		for _, u := range f.Units {
			if _, ok := c.Unit(u); !ok {
				t.Errorf("factor %s: unit %s", f.ID, u)
			}
		}
	}
	for _, l := range c.Limits() {
		if _, ok := c.Substance(l.Substance); l.Substance != "" && !ok || l.Reason == "" {
			t.Errorf("bound of %q: unknown, or no reason", l.Substance)
		}
	}
	for kind, ix := range c.index {
		for text, o := range ix.known {
			for _, code := range o.candidates {
				if c.Name(kind, code, "en") == code {
					t.Errorf("%s %q: candidate %s is not in the catalog", kind, text, code)
				}
			}
		}
	}
}
