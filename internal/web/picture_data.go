package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"

	"paiza"
	"paiza/internal/picture"
)

// What the views ask of the desk. This is the only file of the pages that
// knows the types of package picture.

func tallyOf(f picture.Figure) tally {
	return tally{f.Rows, f.Seizures, f.Weighed, f.Micrograms, f.Equivalent, f.Microlitre, f.Milliunits}
}

func routeTally(f picture.RouteFigure) tally {
	return tally{Rows: f.Rows, Seizures: f.Seizures, Micrograms: f.Micrograms, Equivalent: f.Equivalent}
}

// less takes the figures of a part away from those of the whole.
func (t tally) less(o tally) tally {
	return tally{t.Rows - o.Rows, t.Seizures - o.Seizures, t.Weighed - o.Weighed, t.Micrograms - o.Micrograms,
		t.Equivalent - o.Equivalent, t.Microlitre - o.Microlitre, t.Milliunits - o.Milliunits}
}

// countsDoubtful reports whether rows with an implausible amount belong to the
// figures: as seizures they happened, as an amount they would drown the rest.
func (m measure) countsDoubtful() bool { return m == bySeizures }

func levelOf(level string) picture.Level {
	if level == "substance" {
		return picture.BySubstance
	}
	return picture.ByGroup
}

func seriesOf(substance string, group paiza.Group) string {
	if substance != "" {
		return substance
	}
	return string(group)
}

// marketData asks for the market; where amounts are shown, the implausible
// ones come apart.
func (s *Site) marketData(r *http.Request, a asked) (timeline, error) {
	who := visitOf(r).Actor
	m, err := s.desk.Market(r.Context(), who, a.slice, a.grain, levelOf(a.level))
	if err != nil {
		return timeline{}, err
	}
	d := timeline{grain: a.grain, rows: m.Total.Rows}
	for _, t := range m.Periods {
		d.period = widen(d.period, t.Period)
	}
	if n := len(m.Periods); n > 0 {
		d.entered, d.left = m.Periods[n-1].Entered, m.Periods[n-1].Left
	}
	clean := m
	if !a.measure.countsDoubtful() && m.Total.DoubtfulSeizures > 0 {
		slice := a.slice
		slice.WithoutDoubtful = true
		if clean, err = s.desk.Market(r.Context(), who, slice, a.grain, levelOf(a.level)); err != nil {
			return timeline{}, err
		}
		d.apart = true
	}
	for _, row := range clean.Rows {
		d.points = append(d.points, point{row.Period, seriesOf(row.Substance, row.Group), tallyOf(row.Figure)})
	}
	sound := map[paiza.Date]tally{}
	for _, t := range clean.Periods {
		sound[t.Period] = tallyOf(t.Figure)
	}
	for _, t := range m.Periods {
		if rest := tallyOf(t.Figure).less(sound[t.Period]); rest.Rows > 0 {
			d.doubtful = append(d.doubtful, point{t.Period, "doubtful", rest})
		}
	}
	return d, nil
}

// balanceData asks for the balance, likewise.
func (s *Site) balanceData(r *http.Request, a asked) ([]balancePoint, timeline, error) {
	who := visitOf(r).Actor
	b, err := s.desk.Balance(r.Context(), who, a.slice, a.grain, levelOf(a.level))
	if err != nil {
		return nil, timeline{}, err
	}
	d := timeline{grain: a.grain, rows: b.Overall.Total.Rows}
	clean := b
	if !a.measure.countsDoubtful() && b.Overall.Total.DoubtfulSeizures > 0 {
		slice := a.slice
		slice.WithoutDoubtful = true
		if clean, err = s.desk.Balance(r.Context(), who, slice, a.grain, levelOf(a.level)); err != nil {
			return nil, timeline{}, err
		}
		d.apart = true
	}
	var points []balancePoint
	for _, row := range clean.Rows {
		points = append(points, balancePoint{row.Period, row.Routing, seriesOf(row.Substance, row.Group), tallyOf(row.Figure)})
		d.points = append(d.points, point{row.Period, string(row.Routing), tallyOf(row.Figure)})
	}
	sound := map[paiza.Date]tally{}
	for _, t := range clean.Periods {
		sound[t.Period] = tallyOf(t.Total)
	}
	for _, t := range b.Periods {
		d.period = widen(d.period, t.Period)
		if rest := tallyOf(t.Total).less(sound[t.Period]); rest.Rows > 0 {
			d.doubtful = append(d.doubtful, point{t.Period, "doubtful", rest})
		}
	}
	for _, f := range b.Overall.Routings {
		if f.Routing == paiza.RoutingUnknown {
			d.unknown = f.Rows
		}
	}
	return points, d, nil
}

// routesData asks for the routes of every year of the slice, and for where the
// seizures were made. The desk answers single years; they are asked for at the
// same time.
func (s *Site) routesData(r *http.Request, a asked) (ways, error) {
	ctx, who := r.Context(), visitOf(r).Actor
	d := ways{places: map[paiza.Country]map[int]tally{}}
	slice := a.slice
	var err error
	if !a.measure.countsDoubtful() && !slice.WithoutDoubtful {
		if d.doubtful, err = s.doubtfulRoutes(ctx, who, slice); err != nil {
			return d, err
		}
		slice.WithoutDoubtful = true
	}
	years, err := s.years(ctx, who, slice.Period)
	if err != nil || len(years) == 0 {
		return d, err
	}
	slice.Period = paiza.Period{From: paiza.NewDate(years[0], 0, 0), To: paiza.NewDate(years[len(years)-1], 0, 0)}
	var cover picture.Coverage
	single := make([]picture.Routes, len(years))
	asks := []func() error{func() (err error) { cover, err = s.desk.Coverage(ctx, who, slice); return err }}
	for i, year := range years {
		asks = append(asks, func() (err error) {
			single[i], err = s.desk.Routes(ctx, who, within(slice, paiza.NewDate(year, 0, 0)), 0)
			return err
		})
	}
	if err := together(asks); err != nil {
		return d, err
	}
	for _, row := range cover.Rows {
		if slice.Via == "" && row.Substance == "" && row.State != picture.OnlyOfficial {
			d.place(row.Country, row.Year, tally{Rows: 1, Seizures: row.Seizures, Micrograms: row.Measured, Equivalent: row.Equivalent})
		}
	}
	lines := map[lineKey]int{}
	for i, year := range years {
		one := single[i]
		if one.Total.Rows == 0 {
			continue
		}
		d.none.add(routeTally(one.NotStated))
		d.rows += one.Total.Rows
		d.period = widen(d.period, paiza.NewDate(year, 0, 0))
		d.years = append(d.years, year)
		for _, row := range one.Rows {
			k := lineKey{row.Stated, row.Country, row.Stated.Destination == "" && row.Destination != ""}
			at, known := lines[k]
			if !known {
				at = len(d.lines)
				lines[k] = at
				d.lines = append(d.lines, line{key: k, from: row.Origin, via: row.Via, to: row.Destination,
					inferred: row.Basis == paiza.BasisInferred, years: map[int]tally{}})
			}
			d.lines[at].years[year] = routeTally(row.RouteFigure)
			if slice.Via != "" {
				d.place(row.Country, year, routeTally(row.RouteFigure))
			}
		}
		if slice.Via != "" && one.NotStated.Rows > 0 {
			// Without a stated route only the state of seizure can be the one asked for.
			d.place(slice.Via, year, routeTally(one.NotStated))
		}
	}
	return d, nil
}

// place counts what was seized in a state in a year.
func (d *ways) place(c paiza.Country, year int, t tally) {
	if d.places[c] == nil {
		d.places[c] = map[int]tally{}
	}
	sum := d.places[c][year]
	sum.add(t)
	d.places[c][year] = sum
}

// doubtfulRoutes adds up the rows whose amount is implausible.
func (s *Site) doubtfulRoutes(ctx context.Context, who paiza.Actor, slice paiza.Slice) (tally, error) {
	if slice.Via == "" { // only the routes know the states they touch; anything else is quicker to ask
		all, err := s.desk.Market(ctx, who, slice, paiza.ByYear, picture.ByGroup)
		if err != nil || all.Total.DoubtfulSeizures == 0 {
			return tally{}, err
		}
	}
	all, err := s.desk.Routes(ctx, who, slice, 1)
	if err != nil {
		return tally{}, err
	}
	slice.WithoutDoubtful = true
	sound, err := s.desk.Routes(ctx, who, slice, 1)
	return routeTally(all.Total).less(routeTally(sound.Total)), err
}

// years lists the years of a period in which there are seizures.
func (s *Site) years(ctx context.Context, who paiza.Actor, period paiza.Period) ([]int, error) {
	facets, err := s.desk.Facets(ctx, who)
	if err != nil {
		return nil, err
	}
	var out []int
	for _, y := range facets.Years {
		if y > 0 && (period.From == 0 || y >= period.From.Year()) && (period.To == 0 || y <= period.To.Year()) {
			out = append(out, y)
		}
	}
	slices.Sort(out)
	return out, nil
}

// together asks several things at once and gives the first error.
func together(asks []func() error) error {
	errs := make([]error, len(asks))
	var wait sync.WaitGroup
	for i, ask := range asks {
		wait.Go(func() { errs[i] = ask() })
	}
	wait.Wait()
	return errors.Join(errs...)
}

// lineKey is what makes a route one route: what is stated, the state of
// seizure, and whether the seizure at its inward border tells the destination.
type lineKey struct {
	stated  paiza.Route
	country paiza.Country
	inbound bool
}

// filter is the rows under a route.
func (k lineKey) filter(s paiza.Slice, m measure) paiza.SeizureFilter {
	stated := k.stated
	s.Countries = some(k.country)
	s.WithoutDoubtful = s.WithoutDoubtful || !m.countsDoubtful()
	if stated.Destination == "" {
		allowed := s.Routings
		if len(allowed) == 0 {
			allowed = paiza.Routings()
		}
		s.Routings = nil
		for _, r := range allowed {
			if (r == paiza.RoutingInbound) == k.inbound {
				s.Routings = append(s.Routings, r)
			}
		}
	}
	return paiza.SeizureFilter{Slice: s, Route: &stated}
}

// coverageData asks for incidents beside official totals. Years in which
// nobody reported incidents are left out: official series are decades long.
func (s *Site) coverageData(r *http.Request, a asked) ([]pairOf, paiza.Period, error) {
	slice := a.slice
	slice.WithoutDoubtful = true
	who := visitOf(r).Actor
	known, err := s.years(r.Context(), who, slice.Period)
	if err != nil {
		return nil, paiza.Period{}, err
	}
	if n := len(known); n > 0 && slice.Period.From == 0 {
		slice.Period.From = paiza.NewDate(known[0], 0, 0)
	}
	if n := len(known); n > 0 && slice.Period.To == 0 {
		slice.Period.To = paiza.NewDate(known[n-1], 0, 0)
	}
	c, err := s.desk.Coverage(r.Context(), who, slice)
	if err != nil {
		return nil, paiza.Period{}, err
	}
	years := map[int]bool{}
	for _, row := range c.Rows {
		if row.State != picture.OnlyOfficial && row.Year > 0 {
			years[row.Year] = true
		}
	}
	var out []pairOf
	var period paiza.Period
	for _, row := range c.Rows {
		if (row.Substance != "") != (a.level == "detail") || len(years) > 0 && !years[row.Year] || row.Year == 0 {
			continue
		}
		pair := pairOf{year: row.Year, country: row.Country, group: row.Group, substance: row.Substance,
			incidents: row.Equivalent, official: row.Official,
			hasIncidents: row.State != picture.OnlyOfficial, hasOfficial: row.State != picture.OnlyIncidents}
		for _, other := range row.Others {
			pair.others = append(pair.others, other.Micrograms)
		}
		out = append(out, pair)
		period = widen(period, paiza.NewDate(row.Year, 0, 0))
	}
	return out, period, nil
}

// ignored lists the filters that a view cannot act on, and takes them out of
// the slice, so that the figures, their links and what the page says agree.
func (a *asked) ignored(route bool) []string {
	var out []string
	if route {
		if len(a.slice.Divisions) > 0 {
			a.slice.Divisions = nil
			out = append(out, keyDivision)
		}
		year := paiza.Period{From: a.slice.Period.From.YearOf(), To: a.slice.Period.To.YearOf()}
		if year != a.slice.Period {
			a.slice.Period = year
			out = append(out, "month")
		}
		return out
	}
	if a.slice.Via != "" {
		a.slice.Via = ""
		out = append(out, keyVia)
	}
	// The picture is kept by month: a part of a month cannot be cut out.
	month := paiza.Period{From: a.slice.Period.From.MonthOf(), To: a.slice.Period.To.MonthOf()}
	if month != a.slice.Period {
		a.slice.Period = month
		out = append(out, "day")
	}
	return slices.Clip(out)
}
