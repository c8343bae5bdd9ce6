package main

import (
	"slices"
	"strings"

	"paiza"
	"paiza/internal/desk"
)

type seizuresCmd struct {
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

// seizureJSON is one row as --json prints it.
type seizureJSON struct {
	ID           string   `json:"id"`
	Date         string   `json:"date"`
	Country      string   `json:"country"`
	Division     string   `json:"division,omitempty"`
	Place        string   `json:"place,omitempty"`
	Routing      string   `json:"routing"`
	RoutingBasis string   `json:"routing_basis"`
	Substance    string   `json:"substance"`
	AsWritten    string   `json:"substance_as_written"`
	Amount       string   `json:"amount"`
	Unit         string   `json:"unit"`
	Kilograms    string   `json:"kilograms,omitempty"`
	Equivalent   string   `json:"kilograms_equivalent,omitempty"`
	Factor       string   `json:"factor,omitempty"`
	Count        int64    `json:"count"`
	Producing    string   `json:"producing,omitempty"`
	Departure    string   `json:"departure,omitempty"`
	Via          string   `json:"via,omitempty"`
	Destination  string   `json:"destination,omitempty"`
	Flags        []string `json:"flags,omitempty"`
	TLP          string   `json:"tlp"`
	Purpose      string   `json:"purpose"`
	Owner        string   `json:"owner"`
	Version      int64    `json:"version"`
	Withdrawn    bool     `json:"withdrawn,omitempty"`
	Import       string   `json:"import,omitempty"`
	Row          int      `json:"row,omitempty"`
}

func (c *seizuresCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		slice, err := c.slice(a)
		if err != nil {
			return err
		}
		labels, err := tlps(c.Label)
		if err != nil {
			return err
		}
		list, err := d.Seizures(a.ctx, who, paiza.SeizureFilter{Slice: slice, Text: c.Text, TLPs: labels, Case: c.Case, Withdrawn: c.Withdrawn}, paiza.Page{Size: c.Limit, After: c.After})
		if err != nil {
			return err
		}
		if a.cli.JSON {
			rows := make([]seizureJSON, len(list.Seizures))
			for i := range list.Seizures {
				rows[i] = rowJSON(&list.Seizures[i])
			}
			return a.printJSON(map[string]any{"count": list.Count, "seizures": rows, "next": list.Next})
		}
		rows := make([][]string, len(list.Seizures))
		for i, z := range list.Seizures {
			kg := ""
			if z.Amount.Dim == paiza.DimMass {
				kg = paiza.Kilograms(z.Amount.Base)
			}
			rows[i] = []string{z.ID, z.Date.String(), string(z.Country), z.Place, string(z.Routing), z.SubstanceText, z.AmountText + " " + z.UnitText, kg, string(z.Handling.TLP)}
		}
		if err := table(a.out, []string{">id", "date", "country", "place", "routing", "substance", ">as written", ">kg", "tlp"}, rows); err != nil {
			return err
		}
		return nil
	})
}

func rowJSON(z *paiza.Seizure) seizureJSON {
	r := seizureJSON{ID: z.ID, Date: z.Date.String(), Country: string(z.Country), Division: z.Division, Place: z.Place,
		Routing: string(z.Routing), RoutingBasis: string(z.RoutingBasis), Substance: z.Substance, AsWritten: z.SubstanceText,
		Amount: z.AmountText, Unit: z.UnitText, Factor: z.Factor, Count: z.Count,
		Producing: string(z.Route.Producing), Departure: string(z.Route.Departure), Via: string(z.Route.Via), Destination: string(z.Route.Destination),
		TLP: string(z.Handling.TLP), Purpose: string(z.Handling.Purpose), Owner: z.Handling.Owner, Version: z.Version, Withdrawn: z.Withdrawn, Import: z.Source.Import, Row: z.Source.Row}
	if z.Amount.Dim == paiza.DimMass {
		r.Kilograms = paiza.Kilograms(z.Amount.Base)
	}
	if z.Factor != "" {
		r.Equivalent = paiza.Kilograms(z.Equivalent)
	}
	for _, f := range z.Flags.Each() {
		r.Flags = append(r.Flags, f.Key()[len("flag."):])
	}
	return r
}
