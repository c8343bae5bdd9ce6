package main

import (
	"slices"
	"strconv"
	"strings"

	"paiza"
	"paiza/wire"
)

type seizuresCmd struct {
	List     seizureListCmd     `cmd:"" default:"withargs" help:"List seizures."`
	Record   seizureRecordCmd   `cmd:"" help:"Record a seizure."`
	Correct  seizureCorrectCmd  `cmd:"" help:"Correct a seizure that was typed in: what is not given stays."`
	Relabel  seizureRelabelCmd  `cmd:"" help:"Change how a seizure is handled."`
	Withdraw seizureWithdrawCmd `cmd:"" help:"Take a seizure out of every list and figure."`
}

type seizureListCmd struct {
	sliceFlags
	Text      string   `short:"t" help:"Words to find, in any script." placeholder:"WORDS"`
	Limit     int      `help:"How many rows." default:"50"`
	After     string   `help:"Cursor of the page before." placeholder:"CURSOR"`
	Label     []string `help:"TLP label: clear, green, amber, amber+strict, red; repeat for several." placeholder:"LABEL"`
	Case      string   `help:"Only records of this case, by id." placeholder:"ID"`
	Withdrawn bool     `help:"What was withdrawn, and nothing else."`
}

// tlps are labels as a person types them.
func tlps(names []string) ([]paiza.TLP, error) {
	var out []paiza.TLP
	for _, name := range names {
		l := paiza.TLP(strings.TrimPrefix(strings.ToLower(name), "tlp:"))
		if !slices.Contains(paiza.TLPs(), l) {
			return nil, paiza.Invalid("error.choice_unknown", paiza.Args{"value": name})
		}
		out = append(out, l)
	}
	return out, nil
}

func (c *seizureListCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		slice, err := c.slice(a)
		if err != nil {
			return err
		}
		labels, err := tlps(c.Label)
		if err != nil {
			return err
		}
		list, err := n.Seizures(a.ctx, paiza.SeizureFilter{Slice: slice, Text: c.Text, TLPs: labels, Case: c.Case, Withdrawn: c.Withdrawn}, paiza.Page{Size: c.Limit, After: c.After})
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(list)
		}
		rows := make([][]string, len(list.Seizures))
		for i, z := range list.Seizures {
			rows[i] = []string{z.ID, z.Date, z.Country, z.Place, z.Routing, z.AsWritten, z.Amount + " " + z.Unit, z.Kilograms, z.TLP}
		}
		return table(a.out, []string{">id", "date", "country", "place", "routing", "substance", ">as written", ">kg", "tlp"}, rows)
	})
}

// seizureFields are what a seizure says, each as a registrar would type it.
type seizureFields struct {
	Date         string `help:"2026-01-31, 2026-01 or 2026." placeholder:"DATE"`
	Country      string `help:"State, by code or name." placeholder:"STATE"`
	Division     string `placeholder:"TEXT" help:"Region of the state."`
	Place        string `placeholder:"TEXT" help:"Place, as written."`
	Routing      string `placeholder:"KIND" help:"Kind of place with respect to the border."`
	Substance    string `placeholder:"NAME" help:"Substance, by any name."`
	Amount       string `placeholder:"NUMBER" help:"Amount."`
	Unit         string `placeholder:"UNIT" help:"Unit."`
	Producing    string `placeholder:"STATE" help:"Where it was made."`
	Departure    string `placeholder:"STATE" help:"State that the consignment left."`
	Via          string `placeholder:"STATE" help:"Transit state."`
	Destination  string `placeholder:"STATE" help:"Where it was to go."`
	Transport    string `placeholder:"CODE" help:"How it was carried."`
	Hiding       string `placeholder:"CODE" help:"How it was hidden."`
	Installation string `placeholder:"CODE" help:"Kind of installation."`
	Packaging    string `placeholder:"TEXT" help:"Packaging, as written."`
	Agency       string `placeholder:"TEXT" help:"Authority that the source names."`
	Reference    string `placeholder:"TEXT" help:"The authority's own number."`
	Exhibit      string `placeholder:"TEXT" help:"Laboratory exhibit number."`
	Persons      string `placeholder:"NUMBER" help:"Persons held: a count."`
	Caveat       string `placeholder:"TEXT" help:"What must be observed besides label and purpose."`
}

// fill sets what is given.
func (c *seizureFields) fill(in *wire.NewSeizure) {
	for _, f := range []struct {
		to    *string
		given string
	}{{&in.Date, c.Date}, {&in.Country, c.Country}, {&in.Division, c.Division}, {&in.Place, c.Place}, {&in.Routing, c.Routing},
		{&in.Substance, c.Substance}, {&in.Amount, c.Amount}, {&in.Unit, c.Unit}, {&in.Producing, c.Producing}, {&in.Departure, c.Departure},
		{&in.Via, c.Via}, {&in.Destination, c.Destination}, {&in.Transport, c.Transport}, {&in.Hiding, c.Hiding}, {&in.Installation, c.Installation},
		{&in.Packaging, c.Packaging}, {&in.Agency, c.Agency}, {&in.Reference, c.Reference}, {&in.Exhibit, c.Exhibit}, {&in.Persons, c.Persons},
		{&in.Caveat, c.Caveat}} {
		set(f.to, f.given)
	}
}

type seizureRecordCmd struct {
	seizureFields
	Reason string `help:"Why, for the ledger." placeholder:"TEXT"`
	handlingFlags
}

func (c *seizureRecordCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		in := wire.NewSeizure{Reason: c.Reason}
		c.fill(&in)
		var err error
		if in.Handling, err = c.marking(a, n); err != nil {
			return err
		}
		z, err := n.RecordSeizure(a.ctx, in)
		if err != nil {
			return err
		}
		return a.seizure(z)
	})
}

type seizureCorrectCmd struct {
	ID string `arg:"" help:"Seizure, as the list shows it."`
	seizureFields
	Reason string `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

func (c *seizureCorrectCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		now, err := n.Seizure(a.ctx, c.ID)
		if err != nil {
			return err
		}
		in := typed(now)
		in.Reason = c.Reason
		c.fill(&in)
		z, err := n.CorrectSeizure(a.ctx, c.ID, now.Version, in)
		if err != nil {
			return err
		}
		return a.seizure(z)
	})
}

// typed is what a registrar would have typed to make the seizure.
func typed(z wire.Seizure) wire.NewSeizure {
	in := wire.NewSeizure{Date: z.Date, Country: z.Country, Division: z.DivisionAsWritten, Place: z.Place, Substance: z.AsWritten, Amount: z.Amount, Unit: z.Unit,
		Producing: z.Producing, Departure: z.Departure, Via: z.Via, Destination: z.Destination, Transport: z.Transport, Hiding: z.Hiding,
		Installation: z.Installation, Packaging: z.Packaging, Agency: z.Agency, Reference: z.Reference, Exhibit: z.Exhibit, Caveat: z.Caveat}
	if z.Routing != string(paiza.RoutingUnknown) && z.RoutingBasis == string(paiza.BasisStated) {
		in.Routing = z.Routing
	}
	if z.Persons != nil {
		in.Persons = strconv.Itoa(*z.Persons)
	}
	return in
}

type seizureRelabelCmd struct {
	ID     string `arg:"" help:"Seizure, as the list shows it."`
	Reason string `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
	handlingFlags
}

func (c *seizureRelabelCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		now, err := n.Seizure(a.ctx, c.ID)
		if err != nil {
			return err
		}
		handling, err := c.marking(a, n)
		if err != nil {
			return err
		}
		z, err := n.RelabelSeizure(a.ctx, c.ID, now.Version, wire.Relabel{Handling: handling, Reason: c.Reason})
		if err != nil {
			return err
		}
		return a.seizure(z)
	})
}

type seizureWithdrawCmd struct {
	ID     string `arg:"" help:"Seizure, as the list shows it."`
	Reason string `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

func (c *seizureWithdrawCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		now, err := n.Seizure(a.ctx, c.ID)
		if err != nil {
			return err
		}
		z, err := n.WithdrawSeizure(a.ctx, c.ID, now.Version, c.Reason)
		if err != nil {
			return err
		}
		return a.seizure(z)
	})
}

func (a *app) seizure(z wire.Seizure) error {
	if a.cli.JSON {
		return a.printJSON(z)
	}
	return pairs(a.out, "id", z.ID, "substance", z.AsWritten, "as written", z.Amount+" "+z.Unit, "tlp", z.TLP, "version", strconv.FormatInt(z.Version, 10))
}
