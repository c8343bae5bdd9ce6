package main

import (
	"strconv"

	"paiza"
	"paiza/wire"
)

type alertsCmd struct {
	List     alertListCmd     `cmd:"" help:"List alerts, newest first."`
	Raise    alertRaiseCmd    `cmd:"" help:"Raise an alert."`
	Withdraw alertWithdrawCmd `cmd:"" help:"Take an alert back."`
}

type alertListCmd struct {
	Kind      []string `help:"substance, adulterant, route, concealment, other; repeat for several." placeholder:"KIND"`
	Urgency   []string `help:"routine, priority, immediate; repeat for several." placeholder:"URGENCY"`
	Label     []string `help:"TLP label; repeat for several." placeholder:"LABEL"`
	Withdrawn bool     `help:"What was withdrawn, and nothing else."`
	Limit     int      `help:"How many." default:"50"`
	After     string   `help:"Cursor of the page before." placeholder:"CURSOR"`
}

func (c *alertListCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		q := wire.FormatAlerts(paiza.AlertFilter{Withdrawn: c.Withdrawn})
		wire.AddQuery(q, wire.KeyKind, c.Kind)
		wire.AddQuery(q, wire.KeyUrgency, c.Urgency)
		f, err := wire.ParseAlerts(q)
		if err != nil {
			return err
		}
		if f.TLPs, err = tlps(c.Label); err != nil {
			return err
		}
		list, err := n.Alerts(a.ctx, f, c.After, c.Limit)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(list)
		}
		rows := make([][]string, len(list.Alerts))
		for i, one := range list.Alerts {
			mark := ""
			if one.Exercise {
				mark = "exercise"
			}
			rows[i] = []string{one.ID, one.Urgency, one.Kind, printable(one.Title), printable(one.Substance), one.Country, one.Date, one.TLP, mark}
		}
		return table(a.out, []string{">id", "urgency", "kind", "title", "substance", "country", "date", "tlp", ""}, rows)
	})
}

// handlingFlags say how a record is handled.
type handlingFlags struct {
	Label   string   `help:"TLP label: clear, green, amber, amber+strict, red; amber when not given." placeholder:"LABEL"`
	Purpose string   `help:"statistics, intelligence, investigation, evidence; statistics when not given." placeholder:"PURPOSE"`
	Case    string   `help:"Case to whose members it is limited, by id." placeholder:"ID"`
	Share   []string `help:"Agency that may read it when it is amber, by id or name; repeat for several." placeholder:"AGENCY"`
	Name    []string `help:"Person who may read it when it is red, by id; repeat for several." placeholder:"ID"`
}

func (f *handlingFlags) marking(a *app, n workplace) (wire.NewMarking, error) {
	out := wire.NewMarking{Purpose: f.Purpose, Case: f.Case, Persons: f.Name}
	if f.Label != "" {
		list, err := tlps([]string{f.Label})
		if err != nil {
			return out, err
		}
		out.TLP = string(list[0])
	}
	var err error
	out.Agencies, err = a.agencyIDs(n, f.Share)
	return out, err
}

type alertRaiseCmd struct {
	Title     string `arg:"" help:"What it warns of, in one line."`
	Kind      string `help:"substance, adulterant, route, concealment, other." default:"substance" placeholder:"KIND"`
	Urgency   string `help:"routine, priority (the same day), immediate." default:"routine" placeholder:"URGENCY"`
	Text      string `help:"What was seen and how it is recognised." placeholder:"TEXT"`
	Substance string `help:"Substance, as written." placeholder:"NAME"`
	Structure string `help:"Structure as SMILES." placeholder:"SMILES"`
	Country   string `help:"Where it was seen, by code or name." placeholder:"STATE"`
	Date      string `help:"When: 2026-01-31, 2026-01 or 2026." placeholder:"DATE"`
	Caveat    string `help:"What must be observed besides label and purpose." placeholder:"TEXT"`
	Exercise  bool   `help:"It is not real."`
	Reason    string `help:"Why, for the ledger." placeholder:"TEXT"`
	handlingFlags
}

func (c *alertRaiseCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		handling, err := c.marking(a, n)
		if err != nil {
			return err
		}
		one, err := n.RaiseAlert(a.ctx, wire.NewAlert{Kind: c.Kind, Urgency: c.Urgency, Title: c.Title, Text: c.Text, Substance: c.Substance, Structure: c.Structure,
			Country: c.Country, Date: c.Date, Caveat: c.Caveat, Exercise: c.Exercise, Handling: handling, Reason: c.Reason})
		if err != nil {
			return err
		}
		return a.alert(one)
	})
}

type alertWithdrawCmd struct {
	ID     string `arg:"" help:"Alert, as the list shows it."`
	Reason string `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

func (c *alertWithdrawCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		now, err := n.Alert(a.ctx, c.ID)
		if err != nil {
			return err
		}
		one, err := n.WithdrawAlert(a.ctx, c.ID, now.Version, c.Reason)
		if err != nil {
			return err
		}
		return a.alert(one)
	})
}

func (a *app) alert(one wire.Alert) error {
	if a.cli.JSON {
		return a.printJSON(one)
	}
	return pairs(a.out, "id", one.ID, "title", one.Title, "urgency", one.Urgency, "tlp", one.TLP, "version", strconv.FormatInt(one.Version, 10))
}
