package main

import (
	"paiza/wire"
)

type releaseCmd struct {
	List    releaseListCmd    `cmd:"" help:"List the releases of the node's own agency, the open ones first."`
	Propose releaseProposeCmd `cmd:"" help:"Propose that a record leaves the agency."`
	Confirm releaseConfirmCmd `cmd:"" help:"Confirm what another person proposed."`
	Refuse  releaseRefuseCmd  `cmd:"" help:"Refuse a proposal."`
	File    releaseFileCmd    `cmd:"" help:"Take out the record of a confirmed release, with its limits."`
}

type releaseListCmd struct{}

func (c *releaseListCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		list, err := n.Releases(a.ctx)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(list.Releases)
		}
		rows := make([][]string, len(list.Releases))
		for i, one := range list.Releases {
			rows[i] = []string{one.ID, one.Subject, one.Audience, one.State, printable(one.ProposedBy), printable(one.Reason), printable(one.DecidedBy)}
		}
		return table(a.out, []string{"id", "subject", "audience", "state", "proposed by", "reason", "decided by"}, rows)
	})
}

type releaseProposeCmd struct {
	Subject  string `arg:"" help:"Record: seizure/12."`
	Audience string `help:"public, or a state by code or name." required:"" placeholder:"WHO"`
	Reason   string `help:"Why, for the second person and the ledger." required:"" placeholder:"TEXT"`
}

func (c *releaseProposeCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		one, err := n.ProposeRelease(a.ctx, wire.NewRelease{Subject: c.Subject, Audience: c.Audience, Reason: c.Reason})
		if err != nil {
			return err
		}
		return a.release(one)
	})
}

type releaseConfirmCmd struct {
	ID   string `arg:"" help:"Release, as the list shows it."`
	Note string `help:"Note for the ledger." placeholder:"TEXT"`
}

func (c *releaseConfirmCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		one, err := n.ConfirmRelease(a.ctx, c.ID, c.Note)
		if err != nil {
			return err
		}
		return a.release(one)
	})
}

type releaseRefuseCmd struct {
	ID     string `arg:"" help:"Release, as the list shows it."`
	Reason string `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

func (c *releaseRefuseCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		one, err := n.RefuseRelease(a.ctx, c.ID, c.Reason)
		if err != nil {
			return err
		}
		return a.release(one)
	})
}

type releaseFileCmd struct {
	ID string `arg:"" help:"Release, as the list shows it."`
}

func (c *releaseFileCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		body, err := n.ReleasedFile(a.ctx, c.ID)
		if err != nil {
			return err
		}
		_, err = a.out.Write(body)
		return err
	})
}

func (a *app) release(one wire.Release) error {
	if a.cli.JSON {
		return a.printJSON(one)
	}
	return pairs(a.out, "id", one.ID, "subject", one.Subject, "audience", one.Audience, "state", one.State)
}
