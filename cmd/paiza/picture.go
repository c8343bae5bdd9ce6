package main

import (
	"fmt"
	"strconv"
	"strings"

	"paiza"
	"paiza/internal/catalog"
	"paiza/wire"
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
	return a.withNode(func(n workplace) error {
		s, err := c.slice(a)
		if err != nil {
			return err
		}
		m, err := n.Market(a.ctx, s, paiza.Grain(c.By), c.Level)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(m.Rows)
		}
		rows := make([][]string, 0, len(m.Rows)+1)
		for _, r := range m.Rows {
			rows = append(rows, append([]string{r.Period, r.Name, r.Group}, a.figures(r.Figure)...))
		}
		rows = append(rows, append([]string{a.loc.T("cli.picture.total"), "", ""}, a.figures(m.Total)...))
		return table(a.out, []string{"period", "substance", "group", ">seizures", ">kg", ">% kg", ">% seizures", ">kg doubtful"}, rows)
	})
}

func (a *app) figures(f wire.Figure) []string {
	return []string{a.loc.Number(f.Seizures), a.kg(f.Kilograms), a.loc.Percent(f.Share), a.loc.Percent(f.ShareSeizures), a.doubt(f.Doubtful)}
}

// kg is a mass for reading: three decimals.
func (a *app) kg(kilograms string) string { return a.loc.Decimal(kilograms, 3) }

func (a *app) doubt(kilograms string) string {
	if kilograms == "0" {
		return ""
	}
	return a.kg(kilograms)
}

type balanceCmd struct {
	sliceFlags
	levelFlags
}

func (c *balanceCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		s, err := c.slice(a)
		if err != nil {
			return err
		}
		b, err := n.Balance(a.ctx, s, paiza.Grain(c.By), c.Level)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(b.Rows)
		}
		var rows [][]string
		for _, p := range append(b.Periods, b.Overall) {
			label := p.Period
			if p.Period == "" {
				label = a.loc.T("cli.picture.total")
			}
			for _, r := range p.Routings {
				rows = append(rows, append([]string{label, a.loc.T("routing." + r.Routing)}, a.figures(r.Figure)...))
			}
		}
		return table(a.out, []string{"period", "routing", ">seizures", ">kg", ">% kg", ">% seizures", ">kg doubtful"}, rows)
	})
}

type routesCmd struct {
	sliceFlags
	Limit int `help:"How many routes; 0 is all." default:"0"`
}

func (c *routesCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		s, err := c.slice(a)
		if err != nil {
			return err
		}
		r, err := n.Routes(a.ctx, s, c.Limit)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(r.Rows)
		}
		state := func(c string) string {
			if c == "" {
				return a.loc.T("cli.picture.unknown")
			}
			return catalog.Default().Name(catalog.KindCountry, c, a.loc.Tag())
		}
		var rows [][]string
		for _, x := range r.Rows {
			via := ""
			if x.Via != "" {
				via = state(x.Via)
			}
			rows = append(rows, []string{state(x.Origin), via, state(x.Destination), a.loc.Number(x.Seizures), a.kg(x.Kilograms), x.Basis})
		}
		rows = append(rows, []string{a.loc.T("cli.picture.others") + " (" + strconv.Itoa(r.OtherRows) + ")", "", "", a.loc.Number(r.Others.Seizures), a.kg(r.Others.Kilograms), ""},
			[]string{a.loc.T("cli.picture.not_stated"), "", "", a.loc.Number(r.NotStated.Seizures), a.kg(r.NotStated.Kilograms), ""})
		return table(a.out, []string{"origin", "via", "destination", ">seizures", ">kg", "basis"}, rows)
	})
}

type calendarCmd struct{ sliceFlags }

func (c *calendarCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		s, err := c.slice(a)
		if err != nil {
			return err
		}
		cal, err := n.Calendar(a.ctx, s)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(cal.Rows)
		}
		rows := make([][]string, len(cal.Rows))
		for i, r := range cal.Rows {
			rows[i] = []string{r.Country, r.First, r.Last, a.loc.Number(r.Seizures), strconv.Itoa(len(r.Gaps)), strip(cal.From, cal.To, r)}
		}
		if err := table(a.out, []string{"state", "first", "last", ">seizures", ">gaps", cal.From + " … " + cal.To}, rows); err != nil {
			return err
		}
		_, err = fmt.Fprintln(a.out, "· = "+a.loc.T("cli.picture.gap"))
		return err
	})
}

// strip draws the months of a calendar's row: reported, gap, only the year, and
// outside of its reports.
func strip(from, to string, r wire.CalendarRow) string {
	first, err1 := paiza.ParseDate(from)
	last, err2 := paiza.ParseDate(to)
	if err1 != nil || err2 != nil {
		return ""
	}
	sign := map[string]string{}
	for _, m := range r.Months {
		sign[m.Month] = "█"
	}
	for _, m := range r.Gaps {
		sign[m] = "·"
	}
	for _, m := range r.YearOnly {
		sign[m] = "~"
	}
	var b strings.Builder
	for d := first; d <= last; {
		if s := sign[d.String()]; s != "" {
			b.WriteString(s)
		} else {
			b.WriteString(" ")
		}
		if d += 100; d.Month() > 12 {
			d = paiza.NewDate(d.Year()+1, 1, 0)
		}
	}
	return b.String()
}

type coverageCmd struct{ sliceFlags }

func (c *coverageCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		s, err := c.slice(a)
		if err != nil {
			return err
		}
		cov, err := n.Coverage(a.ctx, s)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(cov.Rows)
		}
		rows := make([][]string, len(cov.Rows))
		for i, r := range cov.Rows {
			seizures, kg, official, ratio := "", "", "", ""
			if r.Seizures != nil {
				seizures, kg = a.loc.Number(*r.Seizures), a.kg(*r.Equivalent)
			}
			if r.Official != nil {
				official = a.kg(*r.Official)
			}
			if r.Ratio != nil {
				ratio = a.loc.Percent(*r.Ratio)
			}
			rows[i] = []string{r.Country, strconv.Itoa(r.Year), a.name(r.Substance, paiza.Group(r.Group)), seizures, kg, official, ratio}
		}
		return table(a.out, []string{"state", ">year", "substance", ">seizures", ">kg of seizures", ">kg official", ">covered"}, rows)
	})
}
