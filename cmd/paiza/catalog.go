package main

import (
	"fmt"
	"strconv"

	"paiza"
	"paiza/internal/catalog"
)

type catalogCmd struct {
	Resolve    catalogResolveCmd    `cmd:"" help:"Explain what a text means: substance, unit, state, division, routing …"`
	Substances catalogSubstancesCmd `cmd:"" help:"List substances."`
	Units      catalogUnitsCmd      `cmd:"" help:"List units with their conversions and sources."`
	Factors    catalogFactorsCmd    `cmd:"" help:"List factors that turn volumes and counts into a mass for comparison."`
}

type catalogResolveCmd struct {
	Text    string `arg:"" help:"The text as a file writes it."`
	Country string `help:"State, when the text is one of its divisions." placeholder:"ISO3"`
}

// Help is shown under the usage.
func (catalogResolveCmd) Help() string {
	return `Examples:
  paiza catalog resolve "Cocaine HCL"
  paiza catalog resolve "героин"
  paiza catalog resolve --country RUS "Новосибиркая область"`
}

func (c *catalogResolveCmd) Run(a *app) error {
	cat := catalog.Default()
	found := cat.Resolve(c.Text)
	if c.Country != "" {
		r := cat.ResolveCountry(c.Country)
		if r.Code == "" {
			return paiza.Invalid("error.country_unknown", paiza.Args{"value": c.Country})
		}
		found = append([]catalog.Resolution{cat.ResolveDivision(paiza.Country(r.Code), c.Text)}, found...)
	}
	if a.cli.JSON {
		out := make([]map[string]any, len(found))
		for i, r := range found {
			steps := make([]string, len(r.Steps))
			for j, s := range r.Steps {
				steps[j] = s.String()
			}
			out[i] = map[string]any{"text": r.Text, "kind": r.Kind, "code": r.Code, "how": r.How, "reason": catalog.ReasonText(r.Reason),
				"candidates": r.Candidates, "steps": steps, "name": cat.Name(r.Kind, r.Code, a.loc.Tag())}
		}
		if err := a.printJSON(map[string]any{"catalog": cat.Version(), "resolutions": out}); err != nil {
			return err
		}
		return resolved(found)
	}
	for _, r := range found {
		if r.Code == "" {
			continue
		}
		fmt.Fprintf(a.out, "%s: %s — %s (%s)\n", r.Kind, r.Code, cat.Name(r.Kind, r.Code, a.loc.Tag()), r.How)
		if r.Kind == catalog.Kind("substance") {
			if s, ok := cat.Substance(r.Code); ok {
				fmt.Fprintf(a.out, "  %s; %s\n", a.loc.T("group."+string(s.Group)), a.loc.T("class."+string(s.Class)))
			}
		}
		for _, s := range r.Steps {
			fmt.Fprintf(a.out, "  · %s\n", s)
		}
	}
	if resolved(found) != nil {
		fmt.Fprintln(a.out, a.loc.T("cli.resolve.none"))
		for _, r := range found {
			if r.Reason != "" {
				fmt.Fprintf(a.out, "  %s: %s\n", r.Kind, catalog.ReasonText(r.Reason))
			}
		}
	}
	return resolved(found)
}

// resolved ends the verb with "not found" when no kind knows the text.
func resolved(found []catalog.Resolution) error {
	for _, r := range found {
		if r.Code != "" {
			return nil
		}
	}
	return errExit(exitNotFound)
}

type catalogSubstancesCmd struct{}

func (c *catalogSubstancesCmd) Run(a *app) error {
	list := catalog.Default().Substances()
	if a.cli.JSON {
		out := make([]map[string]any, len(list))
		for i, s := range list {
			out[i] = map[string]any{"code": s.Code, "name": s.Name, "group": s.Group, "class": s.Class, "generic": s.Generic}
		}
		return a.printJSON(out)
	}
	rows := make([][]string, len(list))
	for i, s := range list {
		rows[i] = []string{s.Code, s.Name[a.loc.Tag()], string(s.Group), string(s.Class)}
	}
	return table(a.out, []string{"code", "name", "group", "class"}, rows)
}

type catalogUnitsCmd struct{}

func (c *catalogUnitsCmd) Run(a *app) error {
	list := catalog.Default().Units()
	if a.cli.JSON {
		out := make([]map[string]any, len(list))
		for i, u := range list {
			out[i] = map[string]any{"code": u.Code, "name": u.Name, "dimension": u.Dim, "num": u.Num, "den": u.Den, "source": u.Source}
		}
		return a.printJSON(out)
	}
	rows := make([][]string, len(list))
	for i, u := range list {
		rows[i] = []string{u.Code, u.Name[a.loc.Tag()], string(u.Dim), strconv.FormatInt(u.Num, 10) + "/" + strconv.FormatInt(u.Den, 10), u.Source}
	}
	return table(a.out, []string{"code", "name", "measures", ">base", "source"}, rows)
}

type catalogFactorsCmd struct{}

func (c *catalogFactorsCmd) Run(a *app) error {
	list := catalog.Default().Factors()
	if a.cli.JSON {
		return a.printJSON(list)
	}
	rows := make([][]string, len(list))
	for i, f := range list {
		rows[i] = []string{f.ID, strconv.FormatInt(f.Micrograms, 10), f.Source}
	}
	return table(a.out, []string{"id", ">µg per base", "source"}, rows)
}
