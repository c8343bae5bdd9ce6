package main

import (
	"slices"
	"strings"

	"paiza"
)

type seizuresCmd struct {
	sliceFlags
	Text      string   `short:"t" help:"Words to find, in any script." placeholder:"WORDS"`
	Limit     int      `help:"How many rows." default:"50"`
	After     string   `help:"Cursor of the page before." placeholder:"CURSOR"`
	Label     []string `help:"TLP label: clear, green, amber, amber+strict, red; repeat for several." placeholder:"LABEL"`
	Case      string   `help:"Only records of this case, by id." placeholder:"ID"`
	Withdrawn bool     `help:"What was withdrawn, and nothing else."`
}

// tlps are labels as a person types them.
func tlps(names []string) ([]paiza.TLP, error) {
	var out []paiza.TLP
	for _, name := range names {
		l := paiza.TLP(strings.TrimPrefix(strings.ToLower(name), "tlp:"))
		if !slices.Contains(paiza.TLPs(), l) {
			return nil, paiza.Invalid("error.choice_unknown", paiza.Args{"value": name})
		}
		out = append(out, l)
	}
	return out, nil
}

func (c *seizuresCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		slice, err := c.slice(a)
		if err != nil {
			return err
		}
		labels, err := tlps(c.Label)
		if err != nil {
			return err
		}
		list, err := n.Seizures(a.ctx, paiza.SeizureFilter{Slice: slice, Text: c.Text, TLPs: labels, Case: c.Case, Withdrawn: c.Withdrawn}, paiza.Page{Size: c.Limit, After: c.After})
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(list)
		}
		rows := make([][]string, len(list.Seizures))
		for i, z := range list.Seizures {
			rows[i] = []string{z.ID, z.Date, z.Country, z.Place, z.Routing, z.AsWritten, z.Amount + " " + z.Unit, z.Kilograms, z.TLP}
		}
		if err := table(a.out, []string{">id", "date", "country", "place", "routing", "substance", ">as written", ">kg", "tlp"}, rows); err != nil {
			return err
		}
		return nil
	})
}
