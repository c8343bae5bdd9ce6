package ingest

import (
	"slices"
	"strconv"
	"strings"

	"paiza"
)

// slot is a field in the order in which a row keeps its working values.
type slot int

// The slots. They mirror the fields; FieldSource and FieldDerived have none.
const (
	slotDate slot = iota
	slotYear
	slotFiscalYear
	slotMonth
	slotDay
	slotUntil
	slotCountry
	slotDivision
	slotPlace
	slotRouting
	slotSubstance
	slotAmount
	slotUnit
	slotCount
	slotPersons
	slotProducing
	slotDeparture
	slotVia
	slotDestination
	slotTransport
	slotHiding
	slotInstallation
	slotPackaging
	slotAgency
	slotReference
	slotExhibit
	slots
)

// state reports that the slot holds a country.
func (s slot) state() bool {
	return s == slotCountry || s == slotProducing || s == slotDeparture || s == slotVia || s == slotDestination
}

// slotOf gives the slot of a field; false for source and derived.
func slotOf(f Field) (slot, bool) {
	i := slices.Index(Fields(), f)
	if i < 0 || slot(i) >= slots {
		return 0, false
	}
	return slot(i), true
}

// column is one column of the file under the profile.
type column struct {
	heading string
	field   Field
	slot    slot
	filled  bool // slot is set
	profile *Column
	carry   bool
	pivot   bool   // a value column of the pivot
	unit    string // of a pivot column
	tag     string // in the key
	rank    int    // among columns of the same field: place in the profile
}

// plan is a profile fitted to the header of a file.
type plan struct {
	p        *Profile
	series   string
	columns  []column // by position in the file
	of       [slots][]int
	constant [slots]string
	hasConst [slots]bool
	keyOrder []int // columns that make up the key, in the order of their tags
	revised  [slots]bool
	pivots   []int
	label    slot // what the headings of the pivot are
	value    slot // what its cells are
	unmapped []string
	totals   []string // headings left out of a pivot because they are totals
	identify bool
}

// fit finds the columns of the profile in the header.
func fit(p *Profile, header []string) (*plan, error) {
	pl := &plan{p: p, series: p.Series(), columns: make([]column, len(header)), identify: len(p.Revised) > 0}
	at := map[string]int{}
	for i := len(header) - 1; i >= 0; i-- { // the first of equal headings wins
		pl.columns[i] = column{heading: header[i], field: FieldSource}
		if folded := foldHeader(header[i]); folded != "" {
			at[folded] = i
		}
	}
	taken := map[int]bool{}
	for rank := range p.Columns {
		c := &p.Columns[rank]
		found := -1
		for _, h := range c.Header {
			if i, ok := at[foldHeader(h)]; ok && !taken[i] {
				found = i
				break
			}
		}
		if found < 0 {
			if !c.Optional {
				return nil, fail("ingest.profile.column_missing", paiza.Args{"column": c.Header[0], "profile": p.Name})
			}
			continue
		}
		taken[found] = true
		col := &pl.columns[found]
		col.field, col.profile, col.rank = c.Field, c, rank
		col.slot, col.filled = slotOf(c.Field)
		if col.filled {
			pl.of[col.slot] = append(pl.of[col.slot], found)
		}
	}
	for field, text := range p.Constant {
		if s, ok := slotOf(field); ok {
			pl.constant[s], pl.hasConst[s] = text, true
		}
	}
	for _, h := range p.CarryDown {
		if i, ok := at[foldHeader(h)]; ok {
			pl.columns[i].carry = true
		}
	}
	for _, field := range p.Revised {
		if s, ok := slotOf(field); ok {
			pl.revised[s] = true
		}
	}
	if err := pl.pivot(header, at, taken); err != nil {
		return nil, err
	}
	for i, c := range pl.columns {
		if !taken[i] && !c.pivot && c.heading != "" && !slices.Contains(pl.totals, c.heading) {
			pl.unmapped = append(pl.unmapped, c.heading)
		}
	}
	pl.tags()
	return pl, nil
}

// pivot marks the value columns of a wide table.
func (pl *plan) pivot(header []string, at map[string]int, taken map[int]bool) error {
	v := pl.p.Pivot
	if v == nil {
		return nil
	}
	pl.label, _ = slotOf(v.Label)
	pl.value, _ = slotOf(v.Value)
	take := func(i int) {
		c := &pl.columns[i]
		c.pivot = true
		c.unit = v.Units[c.heading]
		pl.pivots = append(pl.pivots, i)
		taken[i] = true
	}
	if len(v.Columns) > 0 {
		for _, h := range v.Columns {
			i, ok := at[foldHeader(h)]
			if !ok {
				return fail("ingest.profile.column_missing", paiza.Args{"column": h, "profile": pl.p.Name})
			}
			take(i)
		}
		return nil
	}
	for i, c := range pl.columns {
		switch {
		case taken[i] || c.heading == "":
		case totalHeading(c.heading, header):
			pl.totals = append(pl.totals, c.heading)
		default:
			take(i)
		}
	}
	if len(pl.pivots) == 0 {
		return fail("ingest.profile.no_pivot", paiza.Args{"profile": pl.p.Name})
	}
	return nil
}

// tags names each column in the key by what it means, so that neither the order
// of columns nor a new heading for a known column changes a key.
func (pl *plan) tags() {
	seen := map[string]int{}
	order := make([]int, 0, len(pl.columns))
	for i := range pl.columns {
		if c := &pl.columns[i]; !c.pivot && c.field != FieldDerived {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return pl.columns[a].rank - pl.columns[b].rank
	})
	for _, i := range order {
		c := &pl.columns[i]
		switch {
		case c.filled:
			c.tag = string(c.field)
		case c.profile != nil:
			c.tag = "source:" + foldHeader(c.profile.Header[0])
		default:
			c.tag = "source:" + foldHeader(c.heading)
		}
		seen[c.tag]++
		if n := seen[c.tag]; n > 1 {
			c.tag += "#" + strconv.Itoa(n)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(pl.columns[a].tag, pl.columns[b].tag) })
	pl.keyOrder = order
}

// heading is the heading of the first column of a slot, for messages.
func (pl *plan) heading(s slot) string {
	if len(pl.of[s]) > 0 {
		return pl.columns[pl.of[s][0]].heading
	}
	return string(Fields()[s])
}

// Fits says why the profile cannot read this file; nil when it can.
func (f *File) Fits(p *Profile) error {
	_, _, err := f.fitTable(f.main, p)
	return err
}

// fitTable fits the profile to the header that was found, or else to another
// record near the top: a person may know better which profile it is.
func (f *File) fitTable(t *table, p *Profile) (*plan, int, error) {
	pl, err := fit(p, t.heading)
	if err == nil {
		return pl, t.header, nil
	}
	for i, r := range t.probe {
		if i >= headerWithin {
			break
		}
		if i == t.header {
			continue
		}
		if pl, e := fit(p, tidyHeader(r.cells)); e == nil {
			return pl, i, nil
		}
	}
	return nil, 0, err
}
