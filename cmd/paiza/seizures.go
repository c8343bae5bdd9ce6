package main

import "paiza"

type seizuresCmd struct {
	sliceFlags
	Text  string `short:"t" help:"Words to find, in any script." placeholder:"WORDS"`
	Limit int    `help:"How many rows." default:"50"`
	After string `help:"Cursor of the page before." placeholder:"CURSOR"`
}

func (c *seizuresCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		slice, err := c.slice(a)
		if err != nil {
			return err
		}
		list, err := n.Seizures(a.ctx, paiza.SeizureFilter{Slice: slice, Text: c.Text}, paiza.Page{Size: c.Limit, After: c.After})
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(list)
		}
		rows := make([][]string, len(list.Seizures))
		for i, z := range list.Seizures {
			rows[i] = []string{z.ID, z.Date, z.Country, z.Place, z.Routing, z.AsWritten, z.Amount + " " + z.Unit, z.Kilograms}
		}
		if err := table(a.out, []string{">id", "date", "country", "place", "routing", "substance", ">as written", ">kg"}, rows); err != nil {
			return err
		}
		return nil
	})
}
