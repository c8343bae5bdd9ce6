package main

import (
	"strings"

	"paiza/wire"
)

type caseCmd struct {
	List caseListCmd `cmd:"" help:"List the cases of the node; with --node, your own."`
	Open caseOpenCmd `cmd:"" help:"Open a case."`
	Set  caseSetCmd  `cmd:"" help:"Change number, title or members; close and open."`
}

type caseListCmd struct{}

func (c *caseListCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		list, err := n.Cases(a.ctx)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(list.Cases)
		}
		rows := make([][]string, len(list.Cases))
		for i, one := range list.Cases {
			state := "open"
			if one.Closed {
				state = "closed"
			}
			rows[i] = []string{one.ID, printable(one.Reference), printable(one.Title), one.Owner, state, a.loc.Time(one.Created)}
		}
		return table(a.out, []string{"id", "reference", "title", "owner", "state", "opened"}, rows)
	})
}

type caseOpenCmd struct {
	Reference string   `arg:"" help:"The authority's own number."`
	Title     string   `help:"A few words for the members." placeholder:"TEXT"`
	Member    []string `help:"Account that is a member, by id; repeat for several. With --node you are one." placeholder:"ID"`
	Reason    string   `help:"Why, for the ledger." placeholder:"TEXT"`
}

func (c *caseOpenCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		one, err := n.OpenCase(a.ctx, wire.NewCase{Reference: c.Reference, Title: c.Title, Members: c.Member, Reason: c.Reason})
		if err != nil {
			return err
		}
		return a.casefile(one)
	})
}

type caseSetCmd struct {
	ID        string   `arg:"" help:"Case, as the list shows it."`
	Reference string   `help:"The authority's own number." placeholder:"TEXT"`
	Title     string   `help:"A few words for the members." placeholder:"TEXT"`
	Member    []string `help:"Members by id, replacing the present ones." placeholder:"ID"`
	Close     bool     `help:"Close it: nothing new is put into it." xor:"state"`
	Open      bool     `help:"Open it again." xor:"state"`
	Reason    string   `help:"Why, for the ledger." placeholder:"TEXT"`
}

func (c *caseSetCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		one, err := n.Case(a.ctx, c.ID)
		if err != nil {
			return err
		}
		in := wire.NewCase{Reference: one.Reference, Title: one.Title, Members: one.Members, Closed: (one.Closed || c.Close) && !c.Open, Reason: c.Reason}
		set(&in.Reference, c.Reference)
		set(&in.Title, c.Title)
		if len(c.Member) > 0 {
			in.Members = c.Member
		}
		if one, err = n.ChangeCase(a.ctx, c.ID, in); err != nil {
			return err
		}
		return a.casefile(one)
	})
}

func (a *app) casefile(one wire.Case) error {
	if a.cli.JSON {
		return a.printJSON(one)
	}
	return pairs(a.out, "id", one.ID, "reference", one.Reference, "members", strings.Join(one.Members, " "))
}
