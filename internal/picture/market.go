package picture

import (
	"cmp"
	"slices"

	"paiza"
)

// Level is how finely substances are told apart.
type Level string

// The levels.
const (
	BySubstance Level = "substance"
	ByGroup     Level = "group"
)

// MarketRow is one substance or group in one period.
type MarketRow struct {
	// Period is a year or a month. Among months, a year stands for the rows
	// whose month is not stated: they are never spread.
	Period    paiza.Date
	Substance string // catalog code; empty at the level of groups
	Group     paiza.Group
	Figure
}

// PeriodTotal is all that was seized in one period.
type PeriodTotal struct {
	Period paiza.Date
	Figure
	// Entered are the substances (or groups) that the slice meets for the first
	// time in this period; Left those that it met before and meets neither in
	// this period nor later, told once. See moves.
	Entered, Left []string
}

// Market is the structure of what was seized.
type Market struct {
	Grain   paiza.Grain
	Level   Level
	Rows    []MarketRow // by period, then by weight, the heaviest first
	Periods []PeriodTotal
	Total   Figure
}

// Market adds the slice up by period and substance or group. Routes are not
// asked: Via of the slice has no effect.
func (c *Cube) Market(s paiza.Slice, grain paiza.Grain, by Level) Market {
	l := c.names.level(by)
	g := c.grid(grain, l.size)
	c.eachCell(c.sieve(s), func(k *cellKey, s *sums) {
		g.figure(k.month, l.at[k.substance]).cell(s, k.doubtful)
	})
	rows := g.rows(func(a, b row) int {
		if d := heaviest(a, b); d != 0 {
			return d
		}
		return l.compare(a.number, b.number)
	})
	m := Market{Grain: grain, Level: by, Rows: make([]MarketRow, len(rows))}
	for i, x := range rows {
		r := &m.Rows[i]
		r.Period, r.Figure = g.periods[x.period], *x.Figure
		r.Substance, r.Group = l.of(x.number)
		if i == 0 || rows[i-1].period != x.period {
			m.Periods = append(m.Periods, PeriodTotal{Period: r.Period})
		}
		m.Periods[len(m.Periods)-1].add(&r.Figure)
	}
	at := 0
	for i := range m.Periods {
		p := &m.Periods[i]
		for ; at < len(m.Rows) && m.Rows[at].Period == p.Period; at++ {
			m.Rows[at].of(&p.Figure)
		}
		p.of(&p.Figure)
		m.Total.add(&p.Figure)
	}
	m.Total.of(&m.Total)
	m.moves()
	return m
}

func heaviest(a, b row) int {
	if d := cmp.Compare(b.Micrograms, a.Micrograms); d != 0 {
		return d
	}
	return cmp.Compare(b.Seizures, a.Seizures)
}

// level tells into which rows substances fall.
type level struct {
	names *names
	by    Level
	at    []int32 // of a substance's number
	size  int
}

func (n *names) level(by Level) level {
	if by == ByGroup {
		return level{n, by, n.group, len(n.groups)}
	}
	at := make([]int32, len(n.substances))
	for i := range at {
		at[i] = int32(i)
	}
	return level{n, by, at, len(at)}
}

// of names a row: at the level of groups without a substance.
func (l *level) of(number int32) (substance string, group paiza.Group) {
	if l.by == ByGroup {
		return "", l.names.groups[number]
	}
	return l.names.substances[number], l.names.groups[l.names.group[number]]
}

func (l *level) compare(a, b int32) int {
	if l.by == ByGroup {
		return cmp.Compare(a, b)
	}
	return cmp.Compare(l.names.substances[a], l.names.substances[b])
}

// moves finds what entered and what left.
//
// Nothing enters in the first period, for nobody knows what was before it, and
// nothing is said of a period that names no month or no date. Among months, a
// year without months may lie anywhere in that year: a substance seen in it
// enters in no later month of the year and leaves only after its end. Unknown
// is no substance and neither enters nor leaves.
func (m *Market) moves() {
	type span struct {
		first, last paiza.Date
		vague       bool // the first may be later within its year
	}
	seen := map[string]*span{}
	for i := range m.Rows {
		r := &m.Rows[i]
		name := r.Substance
		if m.Level == ByGroup {
			name = string(r.Group)
		}
		if r.Period == 0 || name == paiza.SubstanceUnknown || name == string(paiza.GroupUnknown) {
			continue
		}
		s := seen[name]
		if s == nil {
			s = &span{first: 1 << 30}
			seen[name] = s
		}
		from, to, vague := r.Period, r.Period, m.vague(r.Period)
		if vague {
			from, to = r.Period+100, r.Period+1200
		}
		if from < s.first || from == s.first && !vague {
			s.first, s.vague = from, vague
		}
		s.last = max(s.last, to)
	}
	var before paiza.Date
	for i := range m.Periods {
		p := &m.Periods[i]
		if p.Period == 0 || m.vague(p.Period) {
			continue
		}
		for name, s := range seen {
			if before != 0 && s.first == p.Period && !s.vague {
				p.Entered = append(p.Entered, name)
			}
			if before != 0 && s.last >= before && s.last < p.Period {
				p.Left = append(p.Left, name)
			}
		}
		slices.Sort(p.Entered)
		slices.Sort(p.Left)
		before = p.Period
	}
}

// vague reports whether a period among months is a year without months.
func (m *Market) vague(p paiza.Date) bool { return m.Grain == paiza.ByMonth && p.Month() == 0 }
