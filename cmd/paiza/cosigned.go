package main

import (
	"fmt"
	"strings"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/store"
	"paiza/wire"
)

// sendCheckpoint shows the head of the ledger to every peer.
func (a *app) sendCheckpoint() error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		n, err := d.SendCheckpoint(a.ctx, who)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(map[string]int{"sent": n})
		}
		if n == 0 {
			return a.said(nil, "cli.ledger.sent_none")
		}
		return a.said(nil, "cli.ledger.sent", "n", int64(n))
	})
}

// cosigners lists who cosigned the ledger of a store, which is opened without a
// desk when it may be damaged.
func cosigners(a *app, st *store.Store) ([]wire.Cosigner, error) {
	list, err := st.Cosigned(a.ctx)
	out := []wire.Cosigner{}
	for _, c := range list {
		out = append(out, wire.Cosigner{Node: c.Node, Name: c.Name, Entries: c.Size, At: c.Signed})
	}
	return out, err
}

func (a *app) cosignedIn(st *store.Store, entries int64) error {
	by, err := cosigners(a, st)
	if err != nil {
		return err
	}
	return a.printCosigned(wire.Cosigned{Entries: entries, By: by})
}

func (a *app) printCosigned(c wire.Cosigned) error {
	if len(c.By) == 0 {
		_, err := fmt.Fprintln(a.out, a.loc.T("cli.ledger.cosigned_none"))
		return err
	}
	rows := make([][]string, len(c.By))
	for i, by := range c.By {
		c.Upto = max(c.Upto, by.Entries)
		rows[i] = []string{by.Node, printable(by.Name), fmt.Sprint(by.Entries), a.loc.Time(by.At)}
	}
	fmt.Fprintln(a.out, a.loc.T("cli.ledger.cosigned", "n", c.Entries, "upto", c.Upto))
	return table(a.out, []string{a.loc.T("cli.ledger.cosigner"), a.loc.T("cli.peers.name"), ">" + a.loc.T("cli.ledger.entries"), a.loc.T("ledger.when")}, rows)
}

type ledgerCosignedCmd struct{}

func (c *ledgerCosignedCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		list, err := n.Cosigned(a.ctx)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(list)
		}
		return a.printCosigned(list)
	})
}

type ledgerShownCmd struct{}

func (c *ledgerShownCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		list, err := n.ShownLedgers(a.ctx)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(list)
		}
		if len(list.Ledgers) == 0 {
			_, err := fmt.Fprintln(a.out, a.loc.T("cli.ledger.shown_none"))
			return err
		}
		rows := make([][]string, len(list.Ledgers))
		for i, l := range list.Ledgers {
			why := ""
			if l.Aside != nil {
				why = a.reason(wire.Reason(l.Aside.Reason))
			}
			rows[i] = []string{l.Node, printable(l.Name), fmt.Sprint(l.Entries), a.loc.Time(l.At), why}
		}
		return table(a.out, []string{a.loc.T("cli.peers.node"), a.loc.T("cli.peers.name"), ">" + a.loc.T("cli.ledger.entries"), a.loc.T("ledger.when"), a.loc.T("cli.peers.refused")}, rows)
	})
}

type ledgerAcceptCmd struct {
	peerArg
	Reason string `help:"Why, and how it was asked, for the ledger." required:"" placeholder:"TEXT"`
}

// Help is shown under the usage.
func (ledgerAcceptCmd) Help() string {
	return strings.TrimSpace(`
A head that does not continue what the node showed before is set aside: after the node came back from a backup, or after
somebody rewrote its ledger. Ask its authority. Once accepted, later heads are held against this one.`)
}

func (c *ledgerAcceptCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		return a.said(d.AcceptLedger(a.ctx, who, c.Node, c.Reason), "cli.ledger.accepted", "node", c.Node)
	})
}
