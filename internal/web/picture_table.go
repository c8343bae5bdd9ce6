package web

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"paiza"
	"paiza/internal/locale"
)

// measure is what the figures of a view count. The chart, the table and the
// file all show the same one.
type measure string

const (
	byMass     measure = "mass"     // kilograms, measured or converted
	byWeighed  measure = "weighed"  // kilograms of rows that state a mass
	bySeizures measure = "seizures" // events
	byUnits    measure = "units"    // tablets, doses, plants
	byLitres   measure = "litres"
)

// tally is what rows of the picture add up to, whatever the view.
type tally struct {
	Rows, Seizures, Weighed, Micrograms, Equivalent, Microlitre, Milliunits int64
}

func (t *tally) add(o tally) {
	t.Rows += o.Rows
	t.Seizures += o.Seizures
	t.Weighed += o.Weighed
	t.Micrograms += o.Micrograms
	t.Equivalent += o.Equivalent
	t.Microlitre += o.Microlitre
	t.Milliunits += o.Milliunits
}

// base is the measured number in its smallest unit, and text the same as a
// decimal of the unit that people read.
func (m measure) base(t tally) int64 {
	switch m {
	case bySeizures:
		return t.Seizures
	case byWeighed:
		return t.Micrograms
	case byUnits:
		return t.Milliunits
	case byLitres:
		return t.Microlitre
	}
	return t.Equivalent
}

func (m measure) text(base int64) string {
	switch m {
	case bySeizures:
		return strconv.FormatInt(base, 10)
	case byUnits:
		return paiza.Units(base)
	case byLitres:
		return paiza.Litres(base)
	}
	return paiza.Kilograms(base)
}

// places is how many decimals a column of figures has, from its largest.
func (m measure) places(largest int64) int {
	if m == bySeizures {
		return 0
	}
	whole, _, _ := strings.Cut(m.text(largest), ".")
	switch n := len(whole); {
	case n >= 5:
		return 0
	case n >= 4:
		return 1
	case n >= 2:
		return 2
	}
	return 3
}

// pivot is a table of the picture: series as rows, periods as columns. The
// chart over it reads it (assets/src/source.js), so nothing is drawn that does
// not stand here.
type pivot struct {
	ID       string
	Head     string // of the first column
	Caption  string
	Columns  []pivotColumn
	Rows     []pivotRow
	Total    pivotRow
	Aside    []pivotRow // shown apart under the total, never in it
	Wide     bool       // many columns: the sums stand before them
	Words    bool       // the columns have words for headings, not periods
	NoSums   bool       // neither a total nor sums: the rows must not be added up
	WholeKey string     // the column of sums is one that a chart may draw, by this key
	Share    bool       // figures are shares of their column
	Spark    bool
	Change   string // heading of the change between the last two periods, or empty
}

type pivotColumn struct {
	Key    string // as in an address: 2014 or 2014-02
	Name   string
	Colour string // where the columns are series
	Gap    bool   // no rows at all: drawn as a gap, not as nought
}

type pivotRow struct {
	Key    string
	Name   string
	Colour string // name of a colour of picture.css, with -n for a shade
	Note   string
	Link   string // narrows the view to this series
	Cells  []pivotCell
	Sum    pivotCell
	Part   string // share of the total
	Change string
	Up     bool
	Down   bool
	Points string // of the sparkline
	Folded int    // how many series the row adds up

	HasChange, HasSpark bool // the table has these columns
	SumData             bool // the sum is a figure that a chart may draw

	// Of the map: the stations of a route and whether the source states it; where
	// a state lies.
	Path, Basis, At string
}

// Swatch is the classes of the colour for a style sheet without style
// attributes.
func (r pivotRow) Swatch() string {
	name, shade, ok := strings.Cut(r.Colour, "-")
	if ok {
		return "pic-c-" + name + " pic-shade-" + shade
	}
	return "pic-c-" + name
}

type pivotCell struct {
	Value string // decimal text for the chart and the file; empty for a gap
	Text  string // for people
	Exact string // for people who ask, when Text is rounded
	Href  string
	base  int64
}

// withoutChange leaves out the change between the last two columns: they are no
// periods.
func (p *pivot) withoutChange() {
	p.Change = ""
	p.Total.HasChange = false
	for i := range p.Rows {
		p.Rows[i].HasChange = false
	}
}

// builder makes a pivot out of tallies.
type builder struct {
	print   *locale.Printer
	measure measure
	columns []pivotColumn
	series  []string
	cells   map[[2]string]tally // series, column; see add
	link    func(series, column string) string
	folded  int
}

func newBuilder(p *locale.Printer, m measure, link func(series, column string) string) *builder {
	return &builder{print: p, measure: m, cells: map[[2]string]tally{}, link: link}
}

// add counts the tally in its cell and in every sum over it: an empty series or
// column stands for all of them.
func (b *builder) add(series, column string, t tally) {
	if _, known := b.cells[[2]string{series, ""}]; !known {
		b.series = append(b.series, series)
	}
	for _, k := range [][2]string{{series, column}, {series, ""}, {"", column}, {"", ""}} {
		sum := b.cells[k]
		sum.add(t)
		b.cells[k] = sum
	}
}

// sum is the tally of a series in a column; empty stands for all.
func (b *builder) sum(series, column string) tally { return b.cells[[2]string{series, column}] }

// sortBySize puts the largest series first and what is not known last.
func (b *builder) sortBySize() {
	slices.SortFunc(b.series, func(x, y string) int {
		if xLast, yLast := x == paiza.SubstanceUnknown, y == paiza.SubstanceUnknown; xLast != yLast {
			if xLast {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(b.measure.base(b.sum(y, "")), b.measure.base(b.sum(x, ""))), cmp.Compare(x, y))
	})
}

// restSeries is the row that adds up what is too small to be shown.
const restSeries = "rest"

// fold keeps the first n series and adds the others up into one; what is not
// known stays by itself. It reports whether there was anything to fold.
func (b *builder) fold(n int) bool {
	known := b.series
	var last []string
	if k := len(known) - 1; k >= 0 && known[k] == paiza.SubstanceUnknown {
		known, last = known[:k], known[k:]
	}
	if len(known) <= n+1 {
		return false
	}
	for _, s := range known[n:] {
		for _, c := range append(b.columns, pivotColumn{}) {
			sum := b.sum(restSeries, c.Key)
			sum.add(b.sum(s, c.Key))
			b.cells[[2]string{restSeries, c.Key}] = sum
		}
	}
	b.folded = len(known) - n
	b.series = slices.Concat(known[:n], []string{restSeries}, last)
	return true
}

// build makes the rows in the order of series.
func (b *builder) build(share bool) pivot {
	out := pivot{Columns: b.columns, Share: share, Wide: len(b.columns) > 12, Spark: len(b.columns) > 2}
	totals := make([]int64, len(b.columns))
	var largest int64
	for i, c := range b.columns {
		t := b.sum("", c.Key)
		totals[i] = b.measure.base(t)
		out.Columns[i].Gap = t.Rows == 0
		largest = max(largest, totals[i])
	}
	all := b.measure.base(b.sum("", ""))
	places := b.measure.places(largest)
	for _, s := range b.series {
		row := pivotRow{Key: s}
		if s == restSeries {
			row.Folded = b.folded
		}
		values := make([]int64, len(b.columns))
		for i, c := range b.columns {
			values[i] = b.measure.base(b.sum(s, c.Key))
			row.Cells = append(row.Cells, b.cell(values[i], totals[i], places, share, out.Columns[i].Gap, b.href(s, c.Key)))
		}
		sum := b.measure.base(b.sum(s, ""))
		row.Sum = b.cell(sum, all, places, false, false, b.href(s, ""))
		row.Part = b.part(sum, all)
		b.change(&row, values, out.Columns)
		row.Points = spark(values, out.Columns)
		out.Rows = append(out.Rows, row)
	}
	for i, c := range b.columns {
		out.Total.Cells = append(out.Total.Cells, b.cell(totals[i], totals[i], places, share, out.Columns[i].Gap, b.href("", c.Key)))
	}
	out.Total.Sum = b.cell(all, all, places, false, false, b.href("", ""))
	out.Total.Part = b.part(all, all)
	b.change(&out.Total, totals, out.Columns)
	out.Total.Points = spark(totals, out.Columns)
	return out
}

// named sets what only the view knows, and the heading of the change; every row
// learns which columns the table has.
func (p pivot) named(id, head, caption string, print *locale.Printer) pivot {
	p.ID, p.Head, p.Caption = id, head, caption
	if n := len(p.Columns); n > 1 && !p.Columns[n-1].Gap && !p.Columns[n-2].Gap {
		p.Change = print.T("picture.change.text", "from", p.Columns[n-2].Name, "to", p.Columns[n-1].Name)
	}
	mark := func(r *pivotRow) { r.HasChange, r.HasSpark = p.Change != "", p.Spark }
	mark(&p.Total)
	for i := range p.Rows {
		mark(&p.Rows[i])
	}
	for i := range p.Aside {
		mark(&p.Aside[i])
	}
	return p
}

func (b *builder) href(series, column string) string {
	if b.link == nil || series == restSeries {
		return ""
	}
	return b.link(series, column)
}

func (b *builder) cell(v, of int64, places int, share, gap bool, href string) pivotCell {
	if gap {
		return pivotCell{Text: b.print.T("picture.gap")}
	}
	text := b.measure.text(v)
	c := pivotCell{Value: text, Text: b.print.Decimal(text, places), Exact: b.print.Decimal(text, -1), Href: href, base: v}
	if share {
		c.Exact += " " + b.print.T("picture.unit."+string(b.measure))
		c.Text = b.part(v, of)
	}
	if v == 0 {
		c.Text, c.Exact, c.Href = "·", "", ""
	}
	return c
}

// part is a share in words; of nothing there is none.
func (b *builder) part(v, of int64) string {
	if of <= 0 {
		return "—"
	}
	f, _ := new(big.Rat).SetFrac64(v, of).Float64()
	return b.print.Percent(f)
}

// change compares the last two periods that have rows.
func (b *builder) change(row *pivotRow, values []int64, columns []pivotColumn) {
	n := len(values)
	if n < 2 || columns[n-1].Gap || columns[n-2].Gap {
		return
	}
	was, is := values[n-2], values[n-1]
	switch {
	case was == 0 && is == 0:
	case was == 0:
		row.Change, row.Up = b.print.T("picture.change.new"), true
	case is == 0:
		row.Change, row.Down = b.print.T("picture.change.none"), true
	default:
		f, _ := new(big.Rat).SetFrac64(is-was, was).Float64()
		row.Up, row.Down = f > 0, f < 0
		switch {
		case f >= 9.995:
			row.Change = "×\u2009" + b.print.Decimal(strconv.FormatFloat(f+1, 'f', 0, 64), 0)
		default:
			sign := ""
			if f > 0 {
				sign = "+"
			}
			row.Change = sign + b.print.Decimal(strconv.FormatFloat(f*100, 'f', 0, 64), 0) + "\u2009%"
		}
	}
}

// The box of a sparkline.
const sparkWidth, sparkHeight = 72, 16

// spark is the path of a sparkline; a gap lifts the pen.
func spark(values []int64, columns []pivotColumn) string {
	top := slices.Max(append([]int64{1}, values...))
	if len(values) < 3 {
		return ""
	}
	var b strings.Builder
	pen := "M"
	for i, v := range values {
		if columns[i].Gap {
			pen = "M"
			continue
		}
		x := 1 + float64(i)*(sparkWidth-2)/float64(len(values)-1)
		y := sparkHeight - 1.5 - float64(v)/float64(top)*(sparkHeight-3)
		fmt.Fprintf(&b, "%s%.1f %.1f", pen, x, y)
		pen = "L"
	}
	return b.String()
}
