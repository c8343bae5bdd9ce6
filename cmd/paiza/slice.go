package main

import (
	"slices"
	"strings"

	"paiza"
	"paiza/internal/catalog"
	"paiza/internal/locale"
)

// sliceFlags narrow what is shown; the same flags everywhere.
type sliceFlags struct {
	Country   []string `help:"State, by ISO code or name in any language; repeat for several." placeholder:"ISO3"`
	Division  []string `help:"Administrative division, by ISO 3166-2 code." placeholder:"CODE"`
	From      string   `help:"First year or month." placeholder:"YYYY[-MM]"`
	To        string   `help:"Last year or month." placeholder:"YYYY[-MM]"`
	Substance []string `help:"Substance, by code or any name of it; repeat for several." placeholder:"NAME"`
	Group     []string `help:"Drug group: cannabis, cocaine, opioids, ats …; repeat for several." placeholder:"NAME"`
	Routing   []string `help:"inland, inbound, outbound, border, transit, international, other, unknown." placeholder:"KIND"`
	Import    []string `help:"Only rows of this import." placeholder:"ID"`
	Touching  string   `help:"Only routes that touch this state." placeholder:"ISO3"`
	NoDoubt   bool     `name:"without-doubtful" help:"Leave out rows whose amount is implausible."`
}

// slice resolves the flags through the catalog.
func (f *sliceFlags) slice(a *app) (paiza.Slice, error) {
	cat := catalog.Default()
	s := paiza.Slice{Divisions: f.Division, Imports: f.Import, WithoutDoubtful: f.NoDoubt}
	var err error
	if f.From != "" {
		if s.Period.From, err = paiza.ParseDate(f.From); err != nil {
			return s, err
		}
	}
	if f.To != "" {
		if s.Period.To, err = paiza.ParseDate(f.To); err != nil {
			return s, err
		}
	}
	if s.Period.From != 0 && s.Period.To != 0 && s.Period.From.First() > s.Period.To.Last() {
		return s, paiza.Invalid("error.filter.period", nil)
	}
	country := func(text string) (paiza.Country, error) {
		r := cat.ResolveCountry(text)
		if r.Code == "" {
			return "", paiza.Invalid("error.country_unknown", paiza.Args{"value": text})
		}
		return paiza.Country(r.Code), nil
	}
	for _, text := range f.Country {
		c, err := country(text)
		if err != nil {
			return s, err
		}
		s.Countries = append(s.Countries, c)
	}
	if f.Touching != "" {
		if s.Via, err = country(f.Touching); err != nil {
			return s, err
		}
	}
	for _, text := range f.Substance {
		code := strings.ToLower(text)
		if _, ok := cat.Substance(code); !ok && code != paiza.SubstanceUnknown {
			if code = cat.ResolveSubstance(text).Code; code == "" {
				return s, paiza.Invalid("cli.unknown.substance", paiza.Args{"value": text})
			}
		}
		s.Substances = append(s.Substances, code)
	}
	for _, text := range f.Group {
		g, err := group(a, text)
		if err != nil {
			return s, err
		}
		s.Groups = append(s.Groups, g)
	}
	for _, text := range f.Routing {
		r := paiza.Routing(strings.ToLower(text))
		if !slices.Contains(paiza.Routings(), r) {
			return s, paiza.Invalid("error.choice_unknown", paiza.Args{"value": text})
		}
		s.Routings = append(s.Routings, r)
	}
	return s, nil
}

// group finds a drug group by its code or by its name in any language.
func group(a *app, text string) (paiza.Group, error) {
	for _, g := range paiza.Groups() {
		if strings.EqualFold(string(g), text) {
			return g, nil
		}
		for _, name := range groupNames(g) {
			if strings.EqualFold(name, text) {
				return g, nil
			}
		}
	}
	return "", paiza.Invalid("cli.unknown.group", paiza.Args{"value": text, "choices": groupChoices()})
}

func groupChoices() string {
	var out []string
	for _, g := range paiza.Groups() {
		out = append(out, string(g))
	}
	return strings.Join(out, ", ")
}

// groupNames are the names of a group in every language of the pages.
func groupNames(g paiza.Group) []string {
	var out []string
	for _, tag := range locale.Languages() {
		out = append(out, locale.For(tag).T("group."+string(g)))
	}
	return out
}
