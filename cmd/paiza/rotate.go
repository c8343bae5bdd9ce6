package main

import (
	"fmt"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/store"
)

type secretCmd struct {
	New    secretNewCmd    `cmd:"" help:"Print a new secret, for a vault that keeps it."`
	Rotate secretRotateCmd `cmd:"" help:"Seal everything anew under another secret."`
}

type secretNewCmd struct{}

func (secretNewCmd) Run(a *app) error {
	_, err := fmt.Fprintln(a.out, store.NewSecret())
	return err
}

type secretRotateCmd struct {
	Prepared bool   `help:"Take the second secret of the file, which a vault put there, and leave the file alone."`
	Reason   string `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

// Help is shown under the usage.
func (secretRotateCmd) Help() string {
	return `The file of the secret is written anew. A node that serves on this machine goes on; with PostgreSQL, processes on other
machines have to be stopped first, and get the new file before they start. A plain backup opens with the secret of its
time only: keep a copy of the former file away from the node as long as you keep such a backup. A sealed backup carries its
own.`
}

func (c *secretRotateCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		return a.said(d.RotateSecret(a.ctx, who, c.Prepared, c.Reason), "secret.rotated")
	})
}

type ledgerRotateCmd struct {
	Reason string `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

// Help is shown under the usage.
func (ledgerRotateCmd) Help() string {
	return `The former key hands the ledger over to the new one in a statement that both sign. Checkpoints and proofs that are out
stay good. Whoever holds the former key learns the new one from any proof file that is made from now on.`
}

func (c *ledgerRotateCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		key, err := d.RotateLedger(a.ctx, who, c.Reason)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(map[string]string{"key": key})
		}
		_, err = fmt.Fprintln(a.out, a.loc.T("cli.ledger.rotated")+"\n"+key)
		return err
	})
}
