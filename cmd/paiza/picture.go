package main

import (
	"fmt"
	"strconv"

	"paiza"
	"paiza/internal/catalog"
	"paiza/internal/desk"
	"paiza/internal/picture"
)

type pictureCmd struct {
	Market   marketCmd   `cmd:"" help:"Structure of what was seized, by period and substance."`
	Balance  balanceCmd  `cmd:"" help:"Inland, border and transit, by period."`
	Routes   routesCmd   `cmd:"" help:"Where consignments came from and went to."`
	Calendar calendarCmd `cmd:"" help:"Who reported when; gaps are shown as gaps."`
	Coverage coverageCmd `cmd:"" help:"Seizures beside official totals."`
}

// levelFlags say how finely a market or a balance is told apart.
type levelFlags struct {
	By    string `help:"Step of time: year or month." enum:"year,month" default:"year"`
	Level string `help:"substance or group." enum:"substance,group" default:"substance"`
}

// figureJSON is what market and balance have in common. Kilograms are measured
// mass; the equivalent adds volumes and counts at published factors.
type figureJSON struct {
	Seizures      int64   `json:"seizures"`
	Kilograms     string  `json:"kilograms"`
	Share         float64 `json:"share"`
	ShareSeizures float64 `json:"share_seizures"`
	Equivalent    string  `json:"kilograms_equivalent"`
	Litres        string  `json:"litres"`
	Units         string  `json:"units"`
	Rows          int64   `json:"rows"`
	Doubtful      string  `json:"kilograms_doubtful"`
}

func figure(f picture.Figure) figureJSON {
	return figureJSON{Seizures: f.Seizures, Kilograms: paiza.Kilograms(f.Micrograms), Share: f.ShareWeight, ShareSeizures: f.ShareSeizures,
		Equivalent: paiza.Kilograms(f.Equivalent), Litres: paiza.Litres(f.Microlitre), Units: paiza.Units(f.Milliunits), Rows: f.Rows,
		Doubtful: paiza.Kilograms(f.DoubtfulMicrograms)}
}

type marketRow struct {
	Period    string `json:"period"`
	Substance string `json:"substance"`
	Name      string `json:"name"`
	Group     string `json:"group"`
	figureJSON
}

type balanceRow struct {
	Period    string `json:"period"`
	Routing   string `json:"routing"`
	Substance string `json:"substance"`
	Name      string `json:"name"`
	Group     string `json:"group"`
	figureJSON
}

// name is what a person calls a substance, or a group where there is none.
func (a *app) name(substance string, group paiza.Group) string {
	switch substance {
	case "":
		return a.loc.T("group." + string(group))
	case paiza.SubstanceUnknown:
		return a.loc.T("cli.picture.unknown")
	}
	return catalog.Default().Name("substance", substance, a.loc.Tag())
}

type marketCmd struct {
	sliceFlags
	levelFlags
}

// Help is shown under the usage.
func (marketCmd) Help() string {
	return `Examples:
  paiza picture market --store node.paiza --country RUS --from 2011 --to 2015
  paiza picture market --store node.paiza --group opioids --by month --json`
}

func (c *marketCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		s, err := c.slice(a)
		if err != nil {
			return err
		}
		m, err := d.Market(a.ctx, who, s, paiza.Grain(c.By), picture.Level(c.Level))
		if err != nil {
			return err
		}
		if a.cli.JSON {
			out := make([]marketRow, len(m.Rows))
			for i, r := range m.Rows {
				out[i] = marketRow{r.Period.String(), r.Substance, a.name(r.Substance, r.Group), string(r.Group), figure(r.Figure)}
			}
			return a.printJSON(out)
		}
		rows := make([][]string, 0, len(m.Rows)+1)
		for _, r := range m.Rows {
			rows = append(rows, append([]string{r.Period.String(), a.name(r.Substance, r.Group), string(r.Group)}, a.figures(r.Figure)...))
		}
		rows = append(rows, append([]string{a.loc.T("cli.picture.total"), "", ""}, a.figures(m.Total)...))
		return table(a.out, []string{"period", "substance", "group", ">seizures", ">kg", ">% kg", ">% seizures", ">kg doubtful"}, rows)
	})
}

func (a *app) figures(f picture.Figure) []string {
	return []string{a.loc.Number(f.Seizures), a.kg(f.Micrograms), a.loc.Percent(f.ShareWeight), a.loc.Percent(f.ShareSeizures), a.doubt(f.DoubtfulMicrograms)}
}

// kg is a mass for reading: three decimals.
func (a *app) kg(micrograms int64) string { return a.loc.Decimal(paiza.Kilograms(micrograms), 3) }

func (a *app) doubt(micrograms int64) string {
	if micrograms == 0 {
		return ""
	}
	return a.kg(micrograms)
}

type balanceCmd struct {
	sliceFlags
	levelFlags
}

func (c *balanceCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		s, err := c.slice(a)
		if err != nil {
			return err
		}
		b, err := d.Balance(a.ctx, who, s, paiza.Grain(c.By), picture.Level(c.Level))
		if err != nil {
			return err
		}
		if a.cli.JSON {
			out := make([]balanceRow, len(b.Rows))
			for i, r := range b.Rows {
				out[i] = balanceRow{r.Period.String(), string(r.Routing), r.Substance, a.name(r.Substance, r.Group), string(r.Group), figure(r.Figure)}
			}
			return a.printJSON(out)
		}
		var rows [][]string
		for _, p := range append(b.Periods, b.Overall) {
			label := p.Period.String()
			if p.Period == 0 {
				label = a.loc.T("cli.picture.total")
			}
			for _, r := range p.Routings {
				rows = append(rows, append([]string{label, a.loc.T("routing." + string(r.Routing))}, a.figures(r.Figure)...))
			}
		}
		return table(a.out, []string{"period", "routing", ">seizures", ">kg", ">% kg", ">% seizures", ">kg doubtful"}, rows)
	})
}

type routesCmd struct {
	sliceFlags
	Limit int `help:"How many routes; 0 is all." default:"0"`
}

type routeRow struct {
	Origin      string `json:"origin"`
	Via         string `json:"via"`
	Destination string `json:"destination"`
	Seizures    int64  `json:"seizures"`
	Kilograms   string `json:"kilograms"`
	Equivalent  string `json:"kilograms_equivalent"`
	Basis       string `json:"basis"`
	Country     string `json:"country"`
	Producing   string `json:"producing"`
	First       int    `json:"first_year"`
	Last        int    `json:"last_year"`
}

func (c *routesCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		s, err := c.slice(a)
		if err != nil {
			return err
		}
		r, err := d.Routes(a.ctx, who, s, c.Limit)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			out := make([]routeRow, len(r.Rows))
			for i, x := range r.Rows {
				out[i] = routeRow{string(x.Origin), string(x.Via), string(x.Destination), x.Seizures, paiza.Kilograms(x.Micrograms),
					paiza.Kilograms(x.Equivalent), string(x.Basis), string(x.Country), string(x.Stated.Producing), x.First, x.Last}
			}
			return a.printJSON(out)
		}
		state := func(c paiza.Country) string {
			if c == "" {
				return a.loc.T("cli.picture.unknown")
			}
			return catalog.Default().Name("country", string(c), a.loc.Tag())
		}
		var rows [][]string
		for _, x := range r.Rows {
			via := ""
			if x.Via != "" {
				via = state(x.Via)
			}
			rows = append(rows, []string{state(x.Origin), via, state(x.Destination), a.loc.Number(x.Seizures), a.kg(x.Micrograms), string(x.Basis)})
		}
		rows = append(rows, []string{a.loc.T("cli.picture.others") + " (" + strconv.Itoa(r.OtherRows) + ")", "", "", a.loc.Number(r.Others.Seizures), a.kg(r.Others.Micrograms), ""},
			[]string{a.loc.T("cli.picture.not_stated"), "", "", a.loc.Number(r.NotStated.Seizures), a.kg(r.NotStated.Micrograms), ""})
		return table(a.out, []string{"origin", "via", "destination", ">seizures", ">kg", "basis"}, rows)
	})
}

type calendarCmd struct{ sliceFlags }

type calendarRow struct {
	Country  string   `json:"country"`
	First    string   `json:"first"`
	Last     string   `json:"last"`
	Seizures int64    `json:"seizures"`
	Undated  int64    `json:"rows_without_month"`
	Gaps     []string `json:"gaps"`
	Months   []month  `json:"months"`
}

type month struct {
	Month    string `json:"month"`
	Seizures int64  `json:"seizures"`
}

func (c *calendarCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		s, err := c.slice(a)
		if err != nil {
			return err
		}
		cal, err := d.Calendar(a.ctx, who, s)
		if err != nil {
			return err
		}
		out := make([]calendarRow, len(cal.Rows))
		for i, r := range cal.Rows {
			out[i] = calendarRow{Country: string(r.Country), First: r.First.String(), Last: r.Last.String(), Seizures: r.Seizures, Undated: r.Undated, Gaps: []string{}, Months: []month{}}
			for _, m := range r.Months {
				switch m.State {
				case picture.Gap:
					out[i].Gaps = append(out[i].Gaps, m.Month.String())
				case picture.Reported:
					out[i].Months = append(out[i].Months, month{m.Month.String(), m.Seizures})
				}
			}
		}
		if a.cli.JSON {
			return a.printJSON(out)
		}
		rows := make([][]string, len(out))
		for i, r := range out {
			strip := ""
			for _, m := range cal.Rows[i].Months {
				strip += map[picture.MonthState]string{picture.Reported: "█", picture.Gap: "·", picture.YearOnly: "~", picture.Outside: " "}[m.State]
			}
			rows[i] = []string{r.Country, r.First, r.Last, a.loc.Number(r.Seizures), strconv.Itoa(len(r.Gaps)), strip}
		}
		if err := table(a.out, []string{"state", "first", "last", ">seizures", ">gaps", cal.From.String() + " … " + cal.To.String()}, rows); err != nil {
			return err
		}
		_, err = fmt.Fprintln(a.out, "· = "+a.loc.T("cli.picture.gap"))
		return err
	})
}

type coverageCmd struct{ sliceFlags }

type coverageRow struct {
	Country    string  `json:"country"`
	Year       int     `json:"year"`
	Group      string  `json:"group"`
	Substance  string  `json:"substance"`
	State      string  `json:"state"`
	Seizures   int64   `json:"seizures"`
	Kilograms  string  `json:"kilograms"`
	Equivalent string  `json:"kilograms_equivalent"`
	Official   string  `json:"official_kilograms"`
	Ratio      float64 `json:"ratio"`
	Conflicts  int     `json:"conflicting_totals"`
}

func (c *coverageCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		s, err := c.slice(a)
		if err != nil {
			return err
		}
		cov, err := d.Coverage(a.ctx, who, s)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			out := make([]coverageRow, len(cov.Rows))
			for i, r := range cov.Rows {
				out[i] = coverageRow{string(r.Country), r.Year, string(r.Group), r.Substance, string(r.State), r.Seizures, paiza.Kilograms(r.Measured),
					paiza.Kilograms(r.Equivalent), paiza.Kilograms(r.Official), r.Ratio, len(r.Others)}
			}
			return a.printJSON(out)
		}
		rows := make([][]string, len(cov.Rows))
		for i, r := range cov.Rows {
			ratio := ""
			if r.State == picture.BothSides {
				ratio = a.loc.Percent(r.Ratio)
			}
			rows[i] = []string{string(r.Country), strconv.Itoa(r.Year), a.name(r.Substance, r.Group), a.loc.Number(r.Seizures), a.kg(r.Equivalent), a.kg(r.Official), ratio}
		}
		return table(a.out, []string{"state", ">year", "substance", ">seizures", ">kg of seizures", ">kg official", ">covered"}, rows)
	})
}
