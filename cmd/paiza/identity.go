package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/wire"
)

// nodeCmd is this node among others: its keys and its peers.
type nodeCmd struct {
	Init      nodeInitCmd      `cmd:"" help:"Give this node its name, its keys and its card."`
	Card      nodeCardCmd      `cmd:"" help:"Print this node's card, to give to others."`
	Renew     nodeRenewCmd     `cmd:"" help:"Make the next card: another name or address, agencies that have changed."`
	Rotate    nodeRotateCmd    `cmd:"" help:"Change this node's keys."`
	Revoke    nodeRevokeCmd    `cmd:"" help:"Say that a former key of this node counts no more."`
	Pair      nodePairCmd      `cmd:"" help:"Take the card of another node and print the words to compare by voice."`
	Confirm   nodeConfirmCmd   `cmd:"" help:"Say that the words agree on both sides."`
	Peers     nodePeersCmd     `cmd:"" help:"List the other nodes and how the exchange with each goes."`
	Pause     nodePauseCmd     `cmd:"" help:"Stop the exchange with a peer; what is written for it waits."`
	Resume    nodeResumeCmd    `cmd:"" help:"Go on after a pause."`
	End       nodeEndCmd       `cmd:"" help:"End the exchange with a peer for good."`
	Via       nodeViaCmd       `cmd:"" help:"Have everything for a peer go by way of another node, or directly again."`
	Admit     nodeAdmitCmd     `cmd:"" help:"Print the card of another node with this node's signature."`
	Directory nodeDirectoryCmd `cmd:"" help:"Take a version of the trust directory."`
}

type nodeInitCmd struct {
	Name    string            `arg:"" help:"Name of the node, in English."`
	State   string            `help:"State by ISO 3166-1 (three letters), or a body of states." required:"" placeholder:"CODE"`
	Address []string          `help:"Where other nodes reach this one; repeat for several." placeholder:"https://HOST:PORT"`
	Names   map[string]string `help:"Names in other languages." placeholder:"ru=NAME"`
}

func (c *nodeInitCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		card, err := d.InitNode(a.ctx, who, paiza.NewNode{Name: c.Name, Body: c.State, Addresses: c.Address, Names: c.Names})
		if err != nil {
			return err
		}
		return a.card(card, "cli.node.init")
	})
}

// card prints a card that was made.
func (a *app) card(c *wire.Card, said string) error {
	if a.cli.JSON {
		return a.printJSON(cardJSON(c))
	}
	fmt.Fprintln(a.out, a.loc.T(said, "node", c.Node.String(), "date", c.NotAfter.Format(time.DateOnly)))
	_, err := fmt.Fprint(a.out, wire.Armour(desk.CardTitle, c.Bytes()))
	return err
}

func cardJSON(c *wire.Card) map[string]any {
	return map[string]any{"node": c.Node.String(), "serial": c.Serial, "name": c.Title("en"), "state": c.Body, "addresses": c.Addresses, "key": c.Signing().String(),
		"valid_until": c.NotAfter, "hash": c.Hash().String(), "card": wire.Armour(desk.CardTitle, c.Bytes())}
}

type nodeCardCmd struct{}

func (c *nodeCardCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		card, text, err := d.Card(a.ctx, who)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(cardJSON(card))
		}
		_, err = fmt.Fprint(a.out, text)
		return err
	})
}

type nodeChange struct {
	Name    string   `help:"New name of the node, in English."`
	Address []string `help:"New addresses, replacing the present ones." placeholder:"https://HOST:PORT"`
	Reason  string   `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

func (c *nodeChange) in() paiza.NewNode {
	return paiza.NewNode{Name: c.Name, Addresses: c.Address, Reason: c.Reason}
}

type nodeRenewCmd struct{ nodeChange }

func (c *nodeRenewCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		card, err := d.RenewCard(a.ctx, who, c.in())
		if err != nil {
			return err
		}
		return a.card(card, "cli.node.renewed")
	})
}

type nodeRotateCmd struct{ nodeChange }

func (c *nodeRotateCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		card, err := d.RotateKeys(a.ctx, who, c.in())
		if err != nil {
			return err
		}
		return a.card(card, "cli.node.renewed")
	})
}

type nodeRevokeCmd struct {
	Key    string    `arg:"" help:"The former signing key, as paiza node card --json names it."`
	From   time.Time `help:"From when its signatures count no more; now when not given." placeholder:"TIME"`
	Reason string    `help:"Why, for the ledger and for the peers." required:"" placeholder:"TEXT"`
}

func (c *nodeRevokeCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		return a.said(d.Revoke(a.ctx, who, c.Key, c.From, c.Reason), "cli.node.revoked", "key", c.Key)
	})
}

// said prints that an act is done, or gives its error.
func (a *app) said(err error, key string, args ...any) error {
	if err != nil {
		return err
	}
	if a.cli.JSON {
		return a.printJSON(map[string]bool{"done": true})
	}
	_, err = fmt.Fprintln(a.out, a.loc.T(key, args...))
	return err
}

type nodePairCmd struct {
	File string `arg:"" optional:"" help:"File with the card of the other node; standard input when not given." type:"existingfile"`
}

func (c *nodePairCmd) Run(a *app) error {
	text, err := a.text(c.File, wire.MaxArmour)
	if err != nil {
		return err
	}
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		p, err := d.Pair(a.ctx, who, string(text))
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(map[string]any{"node": p.Peer.Node, "name": p.Peer.Name, "state": p.Peer.Body,
				"words": p.Fingerprint.Words(language(a.cli.Lang)), "digits": p.Fingerprint.Digits()})
		}
		fmt.Fprintln(a.out, a.loc.T("cli.node.compare", "name", p.Peer.Name, "state", p.Peer.Body))
		words := p.Fingerprint.Words(language(a.cli.Lang))
		for i := 0; i < len(words); i += 4 {
			fmt.Fprintln(a.out, "  "+strings.Join(words[i:min(i+4, len(words))], "  "))
		}
		fmt.Fprintln(a.out, "  "+p.Fingerprint.Digits())
		_, err = fmt.Fprintln(a.out, a.loc.T("cli.node.confirm", "command", "paiza node confirm "+p.Peer.Node))
		return err
	})
}

// text reads a file, or standard input, up to a limit.
func (a *app) text(file string, limit int64) ([]byte, error) {
	if file != "" {
		return readSmall(file, limit)
	}
	return io.ReadAll(io.LimitReader(a.in, limit+1))
}

type peerArg struct {
	Node string `arg:"" help:"The peer, by its node's name."`
}

type nodeConfirmCmd struct {
	peerArg
	Reason string `help:"How they were compared, for the ledger." placeholder:"TEXT"`
}

func (c *nodeConfirmCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		return a.said(d.ConfirmPair(a.ctx, who, c.Node, c.Reason), "cli.node.paired", "node", c.Node)
	})
}

type nodePeersCmd struct{}

func (c *nodePeersCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		h, err := d.PeersHealth(a.ctx, who)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(h)
		}
		rows := make([][]string, len(h.Peers))
		for i, p := range h.Peers {
			rows[i] = []string{p.Node, p.Name, p.Body, a.loc.T("peer.status_" + string(p.Status)), a.loc.Time(p.Contact), p.Via, fmt.Sprint(p.Waiting), fmt.Sprint(p.SetAside), a.reason(wire.Reason(p.Refused))}
		}
		if h.Standing != "" && h.Standing != wire.StandingFresh {
			fmt.Fprintln(a.err, a.loc.T("cli.node.directory_"+string(h.Standing), "date", h.Expires.Format(time.DateOnly)))
		}
		var head []string
		for _, k := range []string{"node", "name", "state", "status", "contact", "via", "waiting", "set_aside", "refused"} {
			head = append(head, a.loc.T("cli.peers."+k))
		}
		head[6], head[7] = ">"+head[6], ">"+head[7]
		return table(a.out, head, rows)
	})
}

type nodePauseCmd struct {
	peerArg
	Reason string `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

func (c *nodePauseCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		return a.said(d.PausePeer(a.ctx, who, c.Node, true, c.Reason), "cli.node.paused", "node", c.Node)
	})
}

type nodeResumeCmd struct {
	peerArg
	Reason string `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

func (c *nodeResumeCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		return a.said(d.PausePeer(a.ctx, who, c.Node, false, c.Reason), "cli.node.resumed", "node", c.Node)
	})
}

type nodeEndCmd struct {
	peerArg
	Reason string `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

func (c *nodeEndCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		return a.said(d.EndPeer(a.ctx, who, c.Node, c.Reason), "cli.node.ended", "node", c.Node)
	})
}

type nodeAdmitCmd struct {
	File   string `arg:"" help:"File with the card of the other node." type:"existingfile"`
	Reason string `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

func (c *nodeAdmitCmd) Run(a *app) error {
	text, err := readSmall(c.File, wire.MaxArmour)
	if err != nil {
		return err
	}
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		signed, err := d.Admit(a.ctx, who, string(text), c.Reason)
		if err != nil {
			return err
		}
		_, err = fmt.Fprint(a.out, signed)
		return err
	})
}

type nodeDirectoryCmd struct {
	File   string `arg:"" help:"The directory." type:"existingfile"`
	Reason string `help:"Why, and how its hash was compared, for the ledger." required:"" placeholder:"TEXT"`
}

func (c *nodeDirectoryCmd) Run(a *app) error {
	raw, err := readSmall(c.File, wire.MaxDirectory)
	if err != nil {
		return err
	}
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		dir, err := d.ImportDirectory(a.ctx, who, raw, c.Reason)
		if err != nil {
			return err
		}
		return a.said(nil, "cli.node.directory", "version", int64(dir.Version), "n", int64(len(dir.Cards)), "hash", dir.Hash().String())
	})
}

// create opens a new file for writing; one that exists is left alone.
func create(file string) (*os.File, error) {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, &paiza.Error{Kind: paiza.ErrConflict, Key: "backup.exists", Args: paiza.Args{"file": file}, Err: err}
	}
	return f, nil
}
