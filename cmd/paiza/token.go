package main

import (
	"fmt"

	"paiza"
	"paiza/internal/desk"
	"paiza/wire"
)

type tokenCmd struct {
	Add    tokenAddCmd    `cmd:"" help:"Make a token for somebody's program and print it this once."`
	List   tokenListCmd   `cmd:"" help:"List somebody's tokens."`
	Revoke tokenRevokeCmd `cmd:"" help:"End a token at once."`
}

type tokenAddCmd struct {
	Login  string   `arg:"" help:"Login of the account for which the program acts."`
	Name   string   `help:"What it is for." required:"" placeholder:"TEXT"`
	Scope  []string `help:"Right; repeat for several: seizure.read, picture.read, export …" required:"" placeholder:"RIGHT"`
	From   []string `help:"Address or range that it may be used from; repeat for several." placeholder:"CIDR"`
	Days   int      `help:"Until it expires, at most 365." default:"90"`
	Reason string   `help:"Why, for the ledger." placeholder:"TEXT"`
}

// Help is shown under the usage.
func (tokenAddCmd) Help() string {
	return `At the machine of the store. A person makes his own on the page of his account.
  paiza token add --store node.paiza --name "nightly figures" --scope picture.read duty > token
  paiza picture market --node https://node.example --token-file token`
}

// owner finds an account by its login.
func (a *app) owner(d *desk.Desk, who paiza.Actor, login string) (wire.Person, error) {
	return a.byLogin(&here{d, who, a.shape()}, login)
}

func (c *tokenAddCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		p, err := a.owner(d, who, c.Login)
		if err != nil {
			return err
		}
		in := paiza.NewToken{Owner: p.ID, Name: c.Name, Networks: c.From, Days: c.Days, Reason: c.Reason}
		for _, s := range c.Scope {
			in.Scopes = append(in.Scopes, paiza.Right(s))
		}
		k, text, err := d.CreateToken(a.ctx, who, in)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(wire.MadeToken{Token: wire.FromToken(k), Secret: text})
		}
		_, err = fmt.Fprintln(a.out, text)
		return err
	})
}

type tokenListCmd struct {
	Login string `arg:"" help:"Login of the owner."`
}

func (c *tokenListCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		p, err := a.owner(d, who, c.Login)
		if err != nil {
			return err
		}
		list, err := d.Tokens(a.ctx, who, p.ID)
		if err != nil {
			return err
		}
		shown, rows := make([]wire.Token, len(list)), make([][]string, len(list))
		for i, k := range list {
			shown[i] = wire.FromToken(k)
			used, ended := a.loc.T("token.never"), ""
			if !k.LastUsed.IsZero() {
				used = a.loc.Time(k.LastUsed) + " " + k.LastFrom
			}
			if !k.Revoked.IsZero() {
				ended = a.loc.T("token.state_revoked")
			}
			rows[i] = []string{k.ID, printable(k.Name), a.loc.Time(k.Expires), used, ended}
		}
		if a.cli.JSON {
			return a.printJSON(shown)
		}
		return table(a.out, []string{"id", "name", "expires", "last used", "state"}, rows)
	})
}

type tokenRevokeCmd struct {
	ID     string `arg:"" help:"Id of the token (see: paiza token list)."`
	Reason string `help:"Why, for the ledger." placeholder:"TEXT"`
}

func (c *tokenRevokeCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		if err := d.RevokeToken(a.ctx, who, c.ID, c.Reason); err != nil {
			return err
		}
		fmt.Fprintln(a.out, a.loc.T("token.revoke_done"))
		return nil
	})
}
