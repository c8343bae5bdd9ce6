package main

import (
	"fmt"

	"paiza"
	"paiza/internal/desk"
	"paiza/wire"
)

// relayCmd is what this node carries for others.
type relayCmd struct {
	Allow relayAllowCmd `cmd:"" help:"Carry parcels between two peers, in both directions."`
	End   relayEndCmd   `cmd:"" help:"Carry them no longer; what waits goes back to its senders."`
	List  relayListCmd  `cmd:"" help:"List for whom parcels are carried, and what is here."`
}

// relayPair are the two nodes, or all of the trust directory.
type relayPair struct {
	A         string `arg:"" optional:"" help:"One node, by its name."`
	B         string `arg:"" optional:"" help:"The other node."`
	Directory bool   `help:"Instead of two nodes: all members of the trust directory among each other."`
	Reason    string `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

// check refuses half a pair, and a pair beside all.
func (c *relayPair) check() error {
	if c.Directory == (c.A != "" || c.B != "") || (c.A == "") != (c.B == "") {
		return paiza.Invalid("cli.relay.pair", nil)
	}
	return nil
}

type relayAllowCmd struct{ relayPair }

func (c *relayAllowCmd) Run(a *app) error {
	if err := c.check(); err != nil {
		return err
	}
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		return a.said(d.AllowRelay(a.ctx, who, c.A, c.B, c.Reason), "cli.relay.allowed")
	})
}

type relayEndCmd struct{ relayPair }

func (c *relayEndCmd) Run(a *app) error {
	if err := c.check(); err != nil {
		return err
	}
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		return a.said(d.EndRelay(a.ctx, who, c.A, c.B, c.Reason), "cli.relay.ended")
	})
}

type relayListCmd struct{}

func (c *relayListCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		s, err := d.Relayed(a.ctx, who)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(s)
		}
		for _, p := range s.Pairs {
			if p.A == "" {
				fmt.Fprintln(a.out, a.loc.T("cli.relay.directory", "reason", p.Reason))
				continue
			}
			fmt.Fprintln(a.out, a.loc.T("cli.relay.between", "a", p.A, "b", p.B, "reason", p.Reason))
		}
		rows := make([][]string, len(s.Flows))
		for i, f := range s.Flows {
			rows[i] = []string{f.From, f.To, fmt.Sprint(f.Parcels), fmt.Sprint(f.Bytes), fmt.Sprint(f.Waiting), fmt.Sprint(f.Size), a.loc.Time(f.Oldest),
				fmt.Sprint(f.Failed), fmt.Sprint(f.Refused), a.reason(wire.Reason(f.Reason))}
		}
		var head []string
		for _, k := range []string{"from", "to", "parcels", "bytes", "waiting", "size", "oldest", "failed", "refused", "reason"} {
			head = append(head, a.loc.T("cli.relay."+k))
		}
		for _, i := range []int{2, 3, 4, 5, 7, 8} {
			head[i] = ">" + head[i]
		}
		return table(a.out, head, rows)
	})
}

type nodeViaCmd struct {
	peerArg
	Relay  string `arg:"" optional:"" help:"The node that carries, by its name; directly again when not given."`
	Reason string `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

func (c *nodeViaCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		said := "cli.node.direct"
		if c.Relay != "" {
			said = "cli.node.via"
		}
		return a.said(d.SetVia(a.ctx, who, c.Node, c.Relay, c.Reason), said, "node", c.Node, "relay", c.Relay)
	})
}
