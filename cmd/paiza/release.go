package main

import (
	"paiza"
	"paiza/internal/desk"
)

type releaseCmd struct {
	List    releaseListCmd    `cmd:"" help:"List the releases of the node's own agency, the open ones first."`
	Confirm releaseConfirmCmd `cmd:"" help:"Confirm what another person proposed."`
	Refuse  releaseRefuseCmd  `cmd:"" help:"Refuse a proposal."`
}

type releaseListCmd struct{}

func (c *releaseListCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		list, err := d.Releases(a.ctx, who)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			out := make([]map[string]any, len(list))
			for i, one := range list {
				out[i] = releaseJSON(one)
			}
			return a.printJSON(out)
		}
		rows := make([][]string, len(list))
		for i, one := range list {
			rows[i] = []string{one.ID, one.Subject, one.Audience, string(one.State), printable(one.ProposerName), printable(one.Reason), printable(one.DeciderName)}
		}
		return table(a.out, []string{"id", "subject", "audience", "state", "proposed by", "reason", "decided by"}, rows)
	})
}

type releaseConfirmCmd struct {
	ID   string `arg:"" help:"Release, as the list shows it."`
	Note string `help:"Note for the ledger." placeholder:"TEXT"`
}

func (c *releaseConfirmCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		one, err := d.ConfirmRelease(a.ctx, who, c.ID, c.Note)
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
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		one, err := d.RefuseRelease(a.ctx, who, c.ID, c.Reason)
		if err != nil {
			return err
		}
		return a.release(one)
	})
}

func (a *app) release(one paiza.Release) error {
	if a.cli.JSON {
		return a.printJSON(releaseJSON(one))
	}
	return pairs(a.out, "id", one.ID, "subject", one.Subject, "audience", one.Audience, "state", string(one.State))
}

func releaseJSON(one paiza.Release) map[string]any {
	out := map[string]any{"id": one.ID, "subject": one.Subject, "version": one.Version, "audience": one.Audience, "sha256": one.Digest, "state": one.State,
		"proposed_by": one.ProposerName, "proposed": one.Proposed, "reason": one.Reason}
	if one.Decider != "" {
		out["decided_by"], out["decided"], out["note"] = one.DeciderName, one.Decided, one.Note
	}
	return out
}
