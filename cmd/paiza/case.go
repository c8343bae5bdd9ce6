package main

import (
	"paiza"
	"paiza/internal/desk"
)

type caseCmd struct {
	List caseListCmd `cmd:"" help:"List the cases of the node."`
}

type caseListCmd struct{}

func (c *caseListCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		list, err := d.Cases(a.ctx, who)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			out := make([]map[string]any, len(list))
			for i, one := range list {
				out[i] = map[string]any{"id": one.ID, "reference": one.Reference, "title": one.Title, "owner": one.Owner, "closed": one.Closed, "created": one.Created}
			}
			return a.printJSON(out)
		}
		rows := make([][]string, len(list))
		for i, one := range list {
			state := "open"
			if one.Closed {
				state = "closed"
			}
			rows[i] = []string{one.ID, printable(one.Reference), printable(one.Title), one.Owner, state, a.loc.Time(one.Created)}
		}
		return table(a.out, []string{"id", "reference", "title", "owner", "state", "opened"}, rows)
	})
}
