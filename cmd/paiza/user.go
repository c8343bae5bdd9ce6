package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"paiza"
	"paiza/internal/desk"
	"paiza/wire"

	"golang.org/x/term"
)

type userCmd struct {
	Add      userAddCmd      `cmd:"" help:"Open an account; the password is asked for or read from standard input."`
	List     userListCmd     `cmd:"" help:"List accounts."`
	Set      userSetCmd      `cmd:"" help:"Change name, roles, or disable and enable."`
	Password userPasswordCmd `cmd:"" help:"Give an account a new password."`
	Recover  userRecoverCmd  `cmd:"" help:"Make a one-time code for a person who lost every means of sign-in."`
}

type userAddCmd struct {
	Login  string   `arg:"" help:"Login."`
	Name   string   `help:"Full name." required:""`
	Role   []string `help:"Role; repeat for several: viewer, registrar, analyst, chemist, prosecutor, duty_officer, press_officer, auditor, administrator." required:"" placeholder:"ROLE"`
	Lang   string   `name:"language" help:"Language of his pages." default:"en"`
	Agency string   `help:"Agency that he works for, by id or name; the node's own when not given." placeholder:"AGENCY"`
}

func (c *userAddCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		password, err := a.readPassword()
		if err != nil {
			return err
		}
		agency, err := a.agencyID(n, c.Agency)
		if err != nil {
			return err
		}
		p, err := n.CreatePerson(a.ctx, wire.NewPerson{Login: c.Login, Name: c.Name, Agency: agency, Roles: roles(c.Role), Language: c.Lang, Password: password})
		if err != nil {
			return err
		}
		return a.person(p)
	})
}

type userListCmd struct{}

func (c *userListCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		list, err := n.People(a.ctx)
		if err != nil {
			return err
		}
		people := list.People
		if a.cli.JSON {
			return a.printJSON(people)
		}
		rows := make([][]string, len(people))
		for i, p := range people {
			state := ""
			if p.Disabled {
				state = "disabled"
			}
			seen := ""
			if p.LastSeen != nil {
				seen = a.loc.Time(*p.LastSeen)
			}
			rows[i] = []string{p.Login, p.Name, roleList(p.Roles), p.Agency, p.Language, state, seen}
		}
		return table(a.out, []string{"login", "name", "roles", "agency", "language", "state", "last seen"}, rows)
	})
}

type userSetCmd struct {
	Login   string   `arg:"" help:"Login."`
	Name    string   `help:"Full name."`
	Role    []string `help:"Roles, replacing the present ones." placeholder:"ROLE"`
	Agency  string   `help:"Agency that he works for, by id or name." placeholder:"AGENCY"`
	Disable bool     `help:"Close the account." xor:"state"`
	Enable  bool     `help:"Open it again." xor:"state"`
	Reason  string   `help:"Why, for the ledger." placeholder:"TEXT"`
}

func (c *userSetCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		p, err := a.byLogin(n, c.Login)
		if err != nil {
			return err
		}
		ch := wire.PersonChange{Name: p.Name, Roles: p.Roles, Disabled: (p.Disabled || c.Disable) && !c.Enable, Reason: c.Reason}
		if c.Name != "" {
			ch.Name = c.Name
		}
		if len(c.Role) > 0 {
			ch.Roles = roles(c.Role)
		}
		if ch.Agency, err = a.agencyID(n, c.Agency); err != nil {
			return err
		}
		if p, err = n.UpdatePerson(a.ctx, p.ID, ch); err != nil {
			return err
		}
		return a.person(p)
	})
}

type userPasswordCmd struct {
	Login  string `arg:"" help:"Login."`
	Reason string `help:"Why, for the ledger." placeholder:"TEXT"`
}

func (c *userPasswordCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		p, err := a.byLogin(n, c.Login)
		if err != nil {
			return err
		}
		password, err := a.readPassword()
		if err != nil {
			return err
		}
		if err := n.ResetPassword(a.ctx, p.ID, wire.NewPassword{Password: password, Reason: c.Reason}); err != nil {
			return err
		}
		return a.person(p)
	})
}

type userRecoverCmd struct {
	Login  string `arg:"" help:"Login."`
	Reason string `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

// Help is shown under the usage.
func (userRecoverCmd) Help() string {
	return `On the pages this takes two administrators. Here it takes one: who runs this command holds the store's files.
The person chooses a password or a passkey with the code; his earlier ones, his links and his sessions end then.`
}

func (c *userRecoverCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		p, err := a.byLogin(&here{d, who, a.shape()}, c.Login)
		if err != nil {
			return err
		}
		code, until, err := d.RecoverAtConsole(a.ctx, who, p.ID, c.Reason)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(map[string]any{"login": p.Login, "code": code, "until": until})
		}
		fmt.Fprintln(a.out, a.loc.T("cli.recover.code", "code", code))
		fmt.Fprintln(a.out, a.loc.T("cli.recover.use", "time", until))
		return nil
	})
}

func (a *app) byLogin(n workplace, login string) (wire.Person, error) {
	list, err := n.People(a.ctx)
	if err != nil {
		return wire.Person{}, err
	}
	for _, p := range list.People {
		if p.Login == strings.ToLower(login) {
			return p, nil
		}
	}
	return wire.Person{}, paiza.NotFound("person", login)
}

// readPassword asks on a terminal without showing it, or reads one line.
func (a *app) readPassword() (string, error) {
	if f, ok := a.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(a.err, a.loc.T("cli.user.password")+" ")
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(a.err)
		return string(b), err
	}
	line, err := bufio.NewReader(a.in).ReadString('\n')
	if err == io.EOF {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}

func (a *app) person(p wire.Person) error {
	if a.cli.JSON {
		return a.printJSON(p)
	}
	return pairs(a.out, "login", p.Login, "name", p.Name, "roles", roleList(p.Roles))
}

func roles(names []string) []paiza.Role {
	out := make([]paiza.Role, len(names))
	for i, n := range names {
		out[i] = paiza.Role(n)
	}
	return out
}

func roleList(rs []paiza.Role) string {
	out := make([]string, len(rs))
	for i, r := range rs {
		out[i] = string(r)
	}
	return strings.Join(out, ", ")
}
