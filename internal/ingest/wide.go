package ingest

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"paiza"
)

// valueColumn is a column of a wide table that may hold values.
type valueColumn struct {
	at   int
	kind Field // what its heading is; empty when the heading tells nothing
}

// proposeWide finds value columns: several columns of numbers whose headings
// name no field. Their headings are substances, years, other periods, months,
// or, when a column names the substance, divisions.
func (f *File) proposeWide(p *Profile, t *table, shapes []shape, taken []*guess, used map[Field]bool) {
	var cols []valueColumn
	count, fractions := map[Field]int{}, false
	for i, h := range t.heading {
		s := shapes[i]
		kind := headingKind(h)
		// A column under a year may be almost empty, and is a column of the
		// table all the same.
		if h == "" || kind != FieldYear && s.filled == 0 || s.filled > 0 && s.share(s.numbers) < 0.8 {
			continue
		}
		if (taken[i] != nil && kind != FieldSubstance && kind != FieldYear) || totalHeading(h, t.heading) {
			continue
		}
		cols = append(cols, valueColumn{i, kind})
		count[kind]++
		fractions = fractions || s.whole < s.numbers
	}
	v := &Pivot{Value: FieldAmount}
	enough := func(f Field, least int) bool { return count[f] >= least && count[f]*2 > len(cols) }
	switch {
	case len(cols) >= 3 && count[FieldSubstance]*3 >= len(cols) && !used[FieldSubstance]:
		v.Label = FieldSubstance
	case enough(FieldYear, 2):
		v.Label = FieldYear
	case enough(FieldFiscalYear, 2):
		v.Label = FieldFiscalYear
	case enough(FieldDate, 2):
		v.Label = FieldDate
	case enough(FieldMonth, 3):
		v.Label = FieldMonth
	case len(cols) >= 5 && used[FieldSubstance] && !used[FieldAmount] && !used[FieldDivision]:
		v.Label = FieldDivision
	default:
		return
	}
	about := foldHeader(f.Name + " " + strings.Join(f.Titles, " "))
	for _, w := range []string{"count", "number", "seizures", "reports", "cases", "число", "количество случаев", "案件", "casos", "saisies"} {
		if !fractions && strings.Contains(about, w) {
			v.Value = FieldCount
		}
	}
	whole := v.Label == FieldSubstance || v.Label == FieldDivision
	for _, c := range cols {
		h := t.heading[c.at]
		// 2011-12 is a fiscal year among others, and a month among months.
		month := v.Label == FieldDate && c.kind == FieldFiscalYear && dateHeading(h)
		if !whole && c.kind != v.Label && !month || slices.Contains(v.Columns, h) {
			continue
		}
		v.Columns = append(v.Columns, h)
		if unit := unitOfHeading(h); unit != "" && v.Value == FieldAmount {
			if v.Units == nil {
				v.Units = map[string]string{}
			}
			v.Units[h] = unit
		}
		if taken[c.at] != nil {
			delete(used, taken[c.at].field)
			taken[c.at] = nil
		}
	}
	used[v.Label], used[v.Value] = true, true
	p.Pivot = v
	p.Reasons = append(p.Reasons, paiza.Note{Key: "ingest.propose.wide",
		Args: paiza.Args{"n": len(v.Columns), "field": string(v.Label)}})
}

// headingKind says what the heading of a value column is: a substance, a year
// ("2014", "2014 г.", "2014年"), a fiscal year ("FY2014", "2014/15"), another
// period ("2014 Q1", "Jan 2014"), or a month.
func headingKind(h string) Field {
	folded := foldHeader(h)
	if slices.ContainsFunc(drugWords, func(w string) bool { return strings.Contains(folded, w) }) {
		return FieldSubstance
	}
	bare := strings.TrimSpace(brackets.ReplaceAllString(h, " "))
	switch {
	case yearHeading.MatchString(bare):
		return FieldYear
	case fiscalHeading.MatchString(folded) && yearOf(bare) > 0:
		return FieldFiscalYear
	case monthNames[unaccent(strings.ToLower(bare))] > 0, strings.HasSuffix(bare, "月") && monthOf(bare) > 0:
		return FieldMonth
	}
	if dateHeading(bare) {
		return FieldDate
	}
	return ""
}

func dateHeading(s string) bool {
	_, ok := parseDate(s, orderDMY)
	return ok && strings.ContainsFunc(s, unicode.IsDigit)
}

var fiscalHeading = regexp.MustCompile(`^(fy ?\d\d(\d\d)?|(19|20)\d\d)( ?[/–-]? ?\d\d(\d\d)?)?$`)

var yearHeading = regexp.MustCompile(`^(19|20)\d\d ?(г|г\.|год|年|年度)?$`)

// unitOfHeading is the unit that a heading names: "Heroin (kg)", "Гашиш, кг".
func unitOfHeading(h string) string {
	at := strings.IndexAny(h, "(,[（，")
	if at < 0 {
		return ""
	}
	unit := ""
	for _, w := range strings.FieldsFunc(foldHeader(h[at:]), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if u := headingUnits[w]; u != "" {
			unit = u
		}
	}
	return unit
}

// proposeCarryDown finds labels that are written once for several rows, as a
// report or merged cells do: columns on the left in which no label follows
// itself, the first row has one, and rows without one have all else.
func proposeCarryDown(p *Profile, t *table, taken []*guess) {
	for i, g := range taken {
		if g == nil || !carries(g.field) || i >= len(t.heading) || t.heading[i] == "" {
			break
		}
		if !labelledOnce(t, i, p.Pivot != nil) {
			break
		}
		p.CarryDown = append(p.CarryDown, t.heading[i])
		p.Reasons = append(p.Reasons, paiza.Note{Key: "ingest.propose.carry_down", Args: paiza.Args{"column": t.heading[i]}})
	}
}

func carries(f Field) bool {
	switch f {
	case FieldCountry, FieldDivision, FieldPlace, FieldSubstance, FieldYear, FieldFiscalYear, FieldMonth, FieldDate, FieldAgency, FieldRouting:
		return true
	}
	return false
}

func labelledOnce(t *table, col int, wide bool) bool {
	rows, blanks, labels, last := 0, 0, 0, ""
	for _, r := range t.probe[t.header+1:] {
		if col >= len(r.cells) {
			continue
		}
		text := collapse(r.cells[col])
		if filled := len(nonEmpty(r.cells)); filled < 2 || text != "" && totalText(text, nil) != totalNot {
			continue
		}
		rows++
		switch {
		case text == "" && labels == 0:
			return false
		case text == "":
			blanks++
		case text == last:
			return false
		default:
			labels++
			last = text
		}
	}
	if wide {
		return blanks > 0 && blanks*4 >= rows
	}
	// In a list of events a blank may as well mean that nobody knows.
	return labels > 1 && blanks*2 >= rows && rows >= 6
}
