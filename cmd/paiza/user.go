package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"paiza"
	"paiza/internal/desk"

	"golang.org/x/term"
)

type userCmd struct {
	Add      userAddCmd      `cmd:"" help:"Open an account; the password is asked for or read from standard input."`
	List     userListCmd     `cmd:"" help:"List accounts."`
	Set      userSetCmd      `cmd:"" help:"Change name, roles, or disable and enable."`
	Password userPasswordCmd `cmd:"" help:"Give an account a new password."`
}

type userAddCmd struct {
	Login  string   `arg:"" help:"Login."`
	Name   string   `help:"Full name." required:""`
	Role   []string `help:"Role; repeat for several: viewer, registrar, analyst, chemist, prosecutor, duty_officer, press_officer, auditor, administrator." required:"" placeholder:"ROLE"`
	Lang   string   `name:"language" help:"Language of his pages." default:"en"`
	Agency string   `help:"Agency that he works for, by id or name; the node's own when not given." placeholder:"AGENCY"`
}

func (c *userAddCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		password, err := a.readPassword()
		if err != nil {
			return err
		}
		agency, err := a.agencyID(d, who, c.Agency)
		if err != nil {
			return err
		}
		p, err := d.CreatePerson(a.ctx, who, paiza.NewPerson{Login: c.Login, Name: c.Name, Agency: agency, Roles: roles(c.Role), Language: c.Lang, Password: password})
		if err != nil {
			return err
		}
		return a.person(p)
	})
}

type userListCmd struct{}

func (c *userListCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		people, err := d.People(a.ctx, who)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			out := make([]map[string]any, len(people))
			for i, p := range people {
				out[i] = personJSON(p)
			}
			return a.printJSON(out)
		}
		rows := make([][]string, len(people))
		for i, p := range people {
			state := ""
			if p.Disabled {
				state = "disabled"
			}
			rows[i] = []string{p.Login, p.Name, roleList(p.Roles), p.Agency, p.Language, state, a.loc.Time(p.LastSeen)}
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
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		p, err := a.byLogin(d, who, c.Login)
		if err != nil {
			return err
		}
		ch := desk.PersonChange{Name: p.Name, Roles: p.Roles, Disabled: (p.Disabled || c.Disable) && !c.Enable, Reason: c.Reason}
		if c.Name != "" {
			ch.Name = c.Name
		}
		if len(c.Role) > 0 {
			ch.Roles = roles(c.Role)
		}
		if ch.Agency, err = a.agencyID(d, who, c.Agency); err != nil {
			return err
		}
		if p, err = d.UpdatePerson(a.ctx, who, p.ID, ch); err != nil {
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
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		p, err := a.byLogin(d, who, c.Login)
		if err != nil {
			return err
		}
		password, err := a.readPassword()
		if err != nil {
			return err
		}
		if err := d.ResetPassword(a.ctx, who, p.ID, password, c.Reason); err != nil {
			return err
		}
		return a.person(p)
	})
}

func (a *app) byLogin(d *desk.Desk, who paiza.Actor, login string) (paiza.Person, error) {
	people, err := d.People(a.ctx, who)
	if err != nil {
		return paiza.Person{}, err
	}
	for _, p := range people {
		if p.Login == strings.ToLower(login) {
			return p, nil
		}
	}
	return paiza.Person{}, paiza.NotFound("person", login)
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

func (a *app) person(p paiza.Person) error {
	if a.cli.JSON {
		return a.printJSON(personJSON(p))
	}
	return pairs(a.out, "login", p.Login, "name", p.Name, "roles", roleList(p.Roles))
}

func personJSON(p paiza.Person) map[string]any {
	return map[string]any{"id": p.ID, "login": p.Login, "name": p.Name, "roles": p.Roles, "agency": p.Agency, "language": p.Language, "disabled": p.Disabled}
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
