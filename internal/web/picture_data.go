package web

import (
	"net/http"
	"slices"

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
// seizures were made.
func (s *Site) routesData(r *http.Request, a asked) (ways, error) {
	ctx, who := r.Context(), visitOf(r).Actor
	slice := a.slice
	var d ways
	if !a.measure.countsDoubtful() && !slice.WithoutDoubtful {
		all, err := s.desk.Routes(ctx, who, slice, 1)
		if err != nil {
			return d, err
		}
		slice.WithoutDoubtful = true
		d.doubtful = routeTally(all.Total)
	}
	whole, err := s.desk.Routes(ctx, who, slice, 0)
	if err != nil {
		return d, err
	}
	if d.doubtful.Rows > 0 {
		d.doubtful = d.doubtful.less(routeTally(whole.Total))
	}
	d.none, d.rows = routeTally(whole.NotStated), whole.Total.Rows
	first, last := 0, 0
	d.places = map[paiza.Country]map[int]tally{}
	place := func(c paiza.Country, year int, t tally) {
		if d.places[c] == nil {
			d.places[c] = map[int]tally{}
		}
		sum := d.places[c][year]
		sum.add(t)
		d.places[c][year] = sum
		if first == 0 || year < first {
			first = year
		}
		last = max(last, year)
	}
	cover, err := s.desk.Coverage(ctx, who, slice)
	if err != nil {
		return d, err
	}
	for _, row := range cover.Rows {
		if slice.Via == "" && row.Substance == "" && row.State != picture.OnlyOfficial {
			place(row.Country, row.Year, tally{Rows: 1, Seizures: row.Seizures, Micrograms: row.Measured, Equivalent: row.Equivalent})
		}
	}
	for _, row := range whole.Rows {
		if first == 0 || row.First < first {
			first = row.First
		}
		last = max(last, row.Last)
	}
	lines := map[lineKey]int{}
	for year := first; year != 0 && year <= last; year++ {
		one, err := s.desk.Routes(ctx, who, within(slice, paiza.NewDate(year, 0, 0)), 0)
		if err != nil {
			return d, err
		}
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
				place(row.Country, year, routeTally(row.RouteFigure))
			}
		}
		if slice.Via != "" && one.NotStated.Rows > 0 {
			// Without a stated route only the state of seizure can be the one asked for.
			place(slice.Via, year, routeTally(one.NotStated))
		}
	}
	if first != 0 {
		d.period = paiza.Period{From: paiza.NewDate(first, 0, 0), To: paiza.NewDate(last, 0, 0)}
	}
	return d, nil
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
	c, err := s.desk.Coverage(r.Context(), visitOf(r).Actor, slice)
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
