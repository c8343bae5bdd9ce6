package ingest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"paiza"
)

func sortPhrases(p []phrase) {
	slices.SortStableFunc(p, func(a, b phrase) int { return cmp.Compare(len(b.text), len(a.text)) })
}

// shape is what the values of a column look like.
type shape struct {
	filled, dates, exact, numbers, whole, years, months int
	negative                                            bool
}

func (s shape) share(n int) float64 { return float64(n) / float64(max(s.filled, 1)) }

// shapeOf looks at the values of one column in the probe.
func shapeOf(t *table, col int) shape {
	var s shape
	for _, r := range t.probe[t.header+1:] {
		if col >= len(r.cells) || !t.likeRow(r.cells) {
			continue
		}
		text := collapse(r.cells[col])
		if text == "" || meansNothing(text) {
			continue
		}
		s.filled++
		if d, ok := parseDate(text, orderDMY); ok {
			s.dates++
			if d.date.Month() > 0 {
				s.exact++
			}
		} else if _, ok := parseDate(text, orderMDY); ok {
			s.dates++
			s.exact++
		}
		if monthOf(text) > 0 {
			s.months++
		}
		if yearOf(text) > 0 {
			s.years++
		}
		d, ok := parseNumber(text, t.comma)
		if !ok {
			d, ok = typedAmount(text, t.comma)
		}
		if ok {
			s.numbers++
			if n, ok := d.Times(1, 1); ok && (paiza.Decimal{Coef: n}).Canonical() == d.Canonical() {
				s.whole++
			}
			s.negative = s.negative || d.Coef < 0
		}
	}
	return s
}

// typedAmount reads "1,5 кг", where the unit is one that headings use too.
func typedAmount(text string, comma bool) (paiza.Decimal, bool) {
	at := strings.LastIndexAny(text, "0123456789")
	if at < 0 || headingUnits[strings.Trim(foldHeader(text[at+1:]), " .")] == "" {
		return paiza.Decimal{}, false
	}
	return parseNumber(text[:at+1], comma)
}

// likeRow leaves out of the guessing what will be set aside: totals, remarks,
// the header once more, the numbers of the columns.
func (t *table) likeRow(cells []string) bool {
	filled, asHeading, asNumber := 0, 0, 0
	for i, c := range cells {
		c = collapse(c)
		if c == "" {
			continue
		}
		if filled == 0 && totalText(c, nil) != totalNot {
			return false
		}
		filled++
		if i < len(t.heading) && foldHeader(c) == foldHeader(t.heading[i]) {
			asHeading++
		}
		if c == strconv.Itoa(i+1) {
			asNumber++
		}
	}
	return filled > 1 && asHeading*2 < filled && (asNumber < filled || filled < 3)
}

// guess is one reading of one column.
type guess struct {
	col        int
	field      Field
	confidence float64
	reason     paiza.Note
}

// Propose guesses what the columns of an unknown layout mean from their
// headings and values, with a confidence and a reason for each. What it cannot
// tell it leaves out, so that Profile.Validate names it: a state is never
// guessed. Files with the same headings get the same series.
func (f *File) Propose() *Profile {
	t := f.main
	series := seriesOf(t.heading)
	p := &Profile{Name: series, Title: f.Name, Source: series, Kind: paiza.KindSeizures, Version: 1,
		Constant: map[Field]string{}, Proposed: true}
	for _, h := range t.heading {
		if h != "" && !slices.Contains(p.Recognise, h) {
			p.Recognise = append(p.Recognise, h)
		}
	}
	shapes := make([]shape, len(t.heading))
	var all []guess
	for i, h := range t.heading {
		shapes[i] = shapeOf(t, i)
		all = append(all, guesses(i, h, shapes[i])...)
	}
	slices.SortStableFunc(all, func(a, b guess) int { return cmp.Compare(b.confidence, a.confidence) })
	taken := make([]*guess, len(t.heading))
	used := map[Field]bool{}
	for i := range all {
		g := &all[i]
		if taken[g.col] == nil && (!used[g.field] || g.field == FieldDerived) {
			taken[g.col], used[g.field] = g, true
		}
	}
	f.proposeWide(p, t, shapes, taken, used)
	proposeByValues(t, shapes, taken, used, p.Pivot != nil)
	f.proposeConstants(p, t, taken, used)
	proposeCarryDown(p, t, taken)
	for i, h := range t.heading {
		if h == "" || slices.Contains(t.heading[:i], h) || p.Pivot != nil && slices.Contains(p.Pivot.Columns, h) {
			continue
		}
		c := Column{Header: []string{h}, Field: FieldSource, Optional: true,
			Reason: paiza.Note{Key: "ingest.propose.none"}}
		if g := taken[i]; g != nil {
			c.Field, c.Confidence, c.Reason, c.Optional = g.field, g.confidence, g.reason, false
		}
		p.Columns = append(p.Columns, c)
	}
	// Yearly figures with an amount are official totals, not events.
	yearly := !used[FieldDate] && !used[FieldMonth] && (used[FieldYear] || p.Constant[FieldYear] != "")
	if yearly && used[FieldAmount] && !used[FieldCount] && !used[FieldPlace] && !used[FieldDivision] {
		p.Kind = paiza.KindTotals
		p.Revised = []Field{FieldAmount}
	}
	if len(p.Constant) == 0 {
		p.Constant = nil
	}
	return p
}

// guesses are the readings of one column by its heading, each held against the
// values.
func guesses(col int, heading string, s shape) []guess {
	folded := foldHeader(heading)
	if folded == "" {
		return nil
	}
	// The unit in brackets is no part of the name: "Quantidade (Kg)".
	bare := strings.TrimSpace(brackets.ReplaceAllString(folded, " "))
	var out []guess
	seen := map[Field]bool{}
	for _, ph := range phrases {
		if seen[ph.field] {
			continue
		}
		var confidence float64
		switch {
		case folded == ph.text || bare == ph.text:
			confidence = 0.95
		case ph.in(folded):
			confidence = 0.55 + 0.35*float64(len(ph.text))/float64(len(folded))
		default:
			continue
		}
		seen[ph.field] = true
		fit := fits(ph.field, s)
		if fit < 0.5 && s.filled > 0 {
			continue
		}
		key := "ingest.propose.both"
		if s.filled == 0 {
			key, confidence = "ingest.propose.heading", confidence*0.6
		} else {
			confidence *= 0.5 + fit/2
		}
		out = append(out, guess{col, ph.field, confidence, paiza.Note{Key: key, Args: paiza.Args{"word": ph.text}}})
	}
	return out
}

var brackets = regexp.MustCompile(`[(\[（][^)\]）]*[)\]）]|,.*$`)

// fits is the share of the values that the field can have.
func fits(f Field, s shape) float64 {
	switch f {
	case FieldDate, FieldUntil:
		return s.share(s.dates)
	case FieldYear, FieldFiscalYear:
		return s.share(s.years)
	case FieldMonth:
		return s.share(s.months)
	case FieldAmount:
		return s.share(s.numbers)
	case FieldDay, FieldCount, FieldPersons:
		return s.share(s.whole)
	case FieldReference, FieldExhibit, FieldDerived:
		return 1
	}
	return 1 - s.share(s.numbers)
}

// proposeByValues reads columns whose headings say nothing.
func proposeByValues(t *table, shapes []shape, taken []*guess, used map[Field]bool, wide bool) {
	for i := range t.heading {
		s := shapes[i]
		if taken[i] != nil || s.filled == 0 || t.heading[i] == "" {
			continue
		}
		dated := used[FieldDate] || used[FieldYear] || used[FieldFiscalYear]
		switch {
		case !dated && s.share(s.exact) > 0.9:
			taken[i] = &guess{i, FieldDate, 0.6 * s.share(s.exact), paiza.Note{Key: "ingest.propose.dates"}}
		case !dated && s.share(s.years) > 0.95:
			taken[i] = &guess{i, FieldYear, 0.5, paiza.Note{Key: "ingest.propose.years"}}
		case !wide && !used[FieldAmount] && s.share(s.numbers) > 0.9 && s.whole < s.numbers && !s.negative:
			taken[i] = &guess{i, FieldAmount, 0.4, paiza.Note{Key: "ingest.propose.numbers"}}
		default:
			continue
		}
		used[taken[i].field] = true
	}
}

// proposeConstants takes the unit from the heading of the amount, and the year
// from the title or the name of the file when no column has one.
func (f *File) proposeConstants(p *Profile, t *table, taken []*guess, used map[Field]bool) {
	for i, g := range taken {
		if g == nil || g.field != FieldAmount || used[FieldUnit] {
			continue
		}
		for _, w := range strings.FieldsFunc(foldHeader(t.heading[i]), func(r rune) bool {
			return !unicode.IsLetter(r)
		}) {
			if unit := headingUnits[w]; unit != "" {
				p.Constant[FieldUnit] = unit
				p.Reasons = append(p.Reasons, paiza.Note{Key: "ingest.propose.unit",
					Args: paiza.Args{"unit": unit, "column": t.heading[i]}})
			}
		}
	}
	if used[FieldDate] || used[FieldYear] || used[FieldFiscalYear] {
		return
	}
	name := strings.TrimSuffix(filepath.Base(f.Name), filepath.Ext(f.Name))
	year := ""
	for _, text := range append(slices.Clone(f.Titles), name) {
		if year = yearIn.FindString(text); year != "" {
			break
		}
	}
	if m := yearPair.FindStringSubmatch(name); year == "" && m != nil {
		from, _ := strconv.Atoi(m[1])
		if to, _ := strconv.Atoi(m[2]); to == from+1 {
			year = strconv.Itoa(fullYear(from, 2)) + "/" + m[2]
		}
	}
	if year != "" {
		p.Constant[FieldYear] = year
		p.Reasons = append(p.Reasons, paiza.Note{Key: "ingest.propose.date", Args: paiza.Args{"year": year}})
	}
}

var (
	yearIn   = regexp.MustCompile(`(19|20)\d\d`)
	yearPair = regexp.MustCompile(`(\d\d)[-_](\d\d)$`)
)

// seriesOf names a layout by its headings, whatever their order.
func seriesOf(heading []string) string {
	folded := make([]string, 0, len(heading))
	for _, h := range heading {
		folded = append(folded, foldHeader(h))
	}
	slices.Sort(folded)
	sum := sha256.Sum256([]byte(strings.Join(folded, "\x00")))
	return "layout-" + hex.EncodeToString(sum[:5])
}
