package main

import (
	"fmt"
	"strconv"

	"paiza/wire"
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
	cat, err := a.catalogue()
	if err != nil {
		return err
	}
	list, err := cat.Resolve(a.ctx, c.Text, c.Country)
	if err != nil {
		return err
	}
	found := list.Resolutions
	if a.cli.JSON {
		if err := a.printJSON(list); err != nil {
			return err
		}
		return resolved(found)
	}
	for _, r := range found {
		if r.Code == "" {
			continue
		}
		fmt.Fprintf(a.out, "%s: %s — %s (%s)\n", r.Kind, r.Code, r.Name, r.How)
		if r.Group != "" {
			fmt.Fprintf(a.out, "  %s; %s\n", a.loc.T("group."+r.Group), a.loc.T("class."+r.Class))
		}
		for _, s := range r.Steps {
			fmt.Fprintf(a.out, "  · %s\n", s)
		}
	}
	if resolved(found) != nil {
		fmt.Fprintln(a.out, a.loc.T("cli.resolve.none"))
		for _, r := range found {
			if r.Reason != "" {
				fmt.Fprintf(a.out, "  %s: %s\n", r.Kind, r.Reason)
			}
		}
	}
	return resolved(found)
}

// resolved ends the verb with "not found" when no kind knows the text.
func resolved(found []wire.Resolution) error {
	for _, r := range found {
		if r.Code != "" {
			return nil
		}
	}
	return errExit(exitNotFound)
}

type catalogSubstancesCmd struct{}

func (c *catalogSubstancesCmd) Run(a *app) error {
	cat, err := a.catalogue()
	if err != nil {
		return err
	}
	list, err := cat.Substances(a.ctx)
	if err != nil {
		return err
	}
	if a.cli.JSON {
		return a.printJSON(list.Substances)
	}
	rows := make([][]string, len(list.Substances))
	for i, s := range list.Substances {
		rows[i] = []string{s.Code, s.Name[a.loc.Tag()], s.Group, s.Class}
	}
	return table(a.out, []string{"code", "name", "group", "class"}, rows)
}

type catalogUnitsCmd struct{}

func (c *catalogUnitsCmd) Run(a *app) error {
	cat, err := a.catalogue()
	if err != nil {
		return err
	}
	list, err := cat.Units(a.ctx)
	if err != nil {
		return err
	}
	if a.cli.JSON {
		return a.printJSON(list.Units)
	}
	rows := make([][]string, len(list.Units))
	for i, u := range list.Units {
		rows[i] = []string{u.Code, u.Name[a.loc.Tag()], u.Dim, strconv.FormatInt(u.Num, 10) + "/" + strconv.FormatInt(u.Den, 10), u.Source}
	}
	return table(a.out, []string{"code", "name", "measures", ">base", "source"}, rows)
}

type catalogFactorsCmd struct{}

func (c *catalogFactorsCmd) Run(a *app) error {
	cat, err := a.catalogue()
	if err != nil {
		return err
	}
	list, err := cat.Factors(a.ctx)
	if err != nil {
		return err
	}
	if a.cli.JSON {
		return a.printJSON(list.Factors)
	}
	rows := make([][]string, len(list.Factors))
	for i, f := range list.Factors {
		rows[i] = []string{f.ID, strconv.FormatInt(f.Micrograms, 10), f.Source}
	}
	return table(a.out, []string{"id", ">µg per base", "source"}, rows)
}
