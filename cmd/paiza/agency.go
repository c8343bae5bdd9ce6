package main

import (
	"slices"
	"strings"

	"paiza"
	"paiza/wire"
)

type agencyCmd struct {
	List agencyListCmd `cmd:"" help:"List the agencies of the node."`
	Add  agencyAddCmd  `cmd:"" help:"Add an agency."`
	Set  agencySetCmd  `cmd:"" help:"Change name, kind or shares; close and open."`
}

type agencyListCmd struct{}

func (c *agencyListCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		list, err := n.Agencies(a.ctx)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(list.Agencies)
		}
		rows := make([][]string, len(list.Agencies))
		for i, one := range list.Agencies {
			state := ""
			if one.Closed {
				state = "closed"
			}
			rows[i] = []string{one.ID, printable(a.agencyName(one)), one.Kind, strings.Join(one.Shares, " "), state}
		}
		return table(a.out, []string{"id", "name", "kind", "shares with", "state"}, rows)
	})
}

type agencyAddCmd struct {
	Name   string   `arg:"" help:"Official name."`
	Kind   string   `help:"police, customs, border_guard, laboratory, prosecution, coordination, health, press." required:"" placeholder:"KIND"`
	Share  []string `help:"Agency that its TLP:AMBER records are usually shared with, by id or name; repeat for several." placeholder:"AGENCY"`
	Reason string   `help:"Why, for the ledger." placeholder:"TEXT"`
}

func (c *agencyAddCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		shares, err := a.agencyIDs(n, c.Share)
		if err != nil {
			return err
		}
		one, err := n.CreateAgency(a.ctx, wire.NewAgency{Name: c.Name, Kind: c.Kind, Shares: shares, Reason: c.Reason})
		if err != nil {
			return err
		}
		return a.agency(one)
	})
}

type agencySetCmd struct {
	Agency string   `arg:"" help:"Agency, by id or name."`
	Name   string   `help:"Official name."`
	Kind   string   `help:"Kind." placeholder:"KIND"`
	Share  []string `help:"Agencies that it usually shares with, replacing the present ones." placeholder:"AGENCY"`
	Close  bool     `help:"Close it: its people are out at once." xor:"state"`
	Open   bool     `help:"Open it again." xor:"state"`
	Reason string   `help:"Why, for the ledger." placeholder:"TEXT"`
}

func (c *agencySetCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		id, err := a.agencyID(n, c.Agency)
		if err != nil {
			return err
		}
		one, err := n.Agency(a.ctx, id)
		if err != nil {
			return err
		}
		in := wire.NewAgency{Name: one.Name, Kind: one.Kind, Shares: one.Shares, Closed: (one.Closed || c.Close) && !c.Open, Reason: c.Reason}
		set(&in.Name, c.Name)
		set(&in.Kind, c.Kind)
		if len(c.Share) > 0 {
			if in.Shares, err = a.agencyIDs(n, c.Share); err != nil {
				return err
			}
		}
		if one, err = n.UpdateAgency(a.ctx, id, in); err != nil {
			return err
		}
		return a.agency(one)
	})
}

// set changes what a flag names.
func set(to *string, given string) {
	if given != "" {
		*to = given
	}
}

// agencyID finds an agency by its id or its name; empty stays empty.
func (a *app) agencyID(n workplace, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	all, err := n.Agencies(a.ctx)
	if err != nil {
		return "", err
	}
	list := all.Agencies
	i := slices.IndexFunc(list, func(one wire.Agency) bool { return one.ID == text || strings.EqualFold(one.Name, text) })
	if i < 0 {
		return "", paiza.NotFound("agency", text)
	}
	return list[i].ID, nil
}

func (a *app) agencyIDs(n workplace, texts []string) ([]string, error) {
	var out []string
	for _, text := range texts {
		id, err := a.agencyID(n, text)
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, nil
}

func (a *app) agencyName(one wire.Agency) string {
	if one.Name == "" {
		return a.loc.T("agency.unnamed")
	}
	return one.Name
}

func (a *app) agency(one wire.Agency) error {
	if a.cli.JSON {
		return a.printJSON(one)
	}
	return pairs(a.out, "id", one.ID, "name", one.Name, "kind", one.Kind, "shares with", strings.Join(one.Shares, " "))
}
