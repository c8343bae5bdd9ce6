package main

import (
	"fmt"
	"strings"

	"paiza"
	"paiza/internal/desk"
)

// groupCmd is the groups of nodes.
type groupCmd struct {
	List   groupListCmd   `cmd:"" help:"List the groups that this node keeps or is in."`
	Create groupCreateCmd `cmd:"" help:"Make a group."`
	Change groupChangeCmd `cmd:"" help:"Make the next version of a group: its name, its members."`
}

type groupListCmd struct{}

func (c *groupListCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		list, err := d.Groups(a.ctx, who)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(list)
		}
		rows := make([][]string, len(list))
		for i, g := range list {
			rows[i] = []string{g.ID, fmt.Sprint(g.Version), g.Name, strings.Join(g.Members, " ")}
		}
		return table(a.out, []string{a.loc.T("cli.group.id"), ">" + a.loc.T("cli.group.version"), a.loc.T("cli.group.name"), a.loc.T("cli.group.members")}, rows)
	})
}

type groupCreateCmd struct {
	Name   string   `arg:"" help:"Name; the members alone learn it."`
	Member []string `help:"Member, by its node's name; repeat for several." placeholder:"NODE"`
	Reason string   `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

func (c *groupCreateCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		g, err := d.CreateGroup(a.ctx, who, c.Name, c.Member, c.Reason)
		if err != nil {
			return err
		}
		return a.group(g)
	})
}

func (a *app) group(g paiza.NodeGroup) error {
	if a.cli.JSON {
		return a.printJSON(g)
	}
	_, err := fmt.Fprintln(a.out, a.loc.T("cli.group.done", "id", g.ID, "version", g.Version, "n", int64(len(g.Members))))
	return err
}

type groupChangeCmd struct {
	ID     string   `arg:"" help:"The group."`
	Name   string   `help:"New name."`
	Member []string `help:"All members from now on, by their nodes' names; none for nobody." placeholder:"NODE"`
	Reason string   `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

func (c *groupChangeCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		g, err := d.ChangeGroup(a.ctx, who, c.ID, c.Name, c.Member, c.Reason)
		if err != nil {
			return err
		}
		return a.group(g)
	})
}
