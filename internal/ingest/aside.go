package ingest

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"paiza"
)

// totalWords begin a total row or a total column, folded: in English, Russian,
// Spanish, Portuguese, French, German and Chinese.
var totalWords = []string{"total", "totals", "grand total", "subtotal", "sub total", "sum", "overall total",
	"итого", "всего", "подытог", "итог", "общий итог", "suma", "suma total", "gesamt", "somme", "totaux",
	"合计", "总计", "小计", "共计", "总数", "总量", "合計", "總計"}

// totalPhrases are whole texts that mean all of something.
var totalPhrases = map[string]bool{"all drugs": true, "all substances": true, "all": true, "all forces": true,
	"все наркотики": true, "все виды": true, "всего наркотиков": true, "todas las drogas": true,
	"todas as drogas": true, "toutes drogues": true, "world": true, "england and wales": true}

// totalKind is how much of a text says total.
type totalKind int

const (
	totalNot   totalKind = iota
	totalBegin           // begins with the word: "Total Class A"
	totalWhole           // says nothing else: "TOTAL", "Итого:"
)

// totalText reads a label; extra are the profile's own markers.
func totalText(s string, extra []string) totalKind {
	if s == "" || len(s) > 120 {
		return totalNot
	}
	f := strings.Trim(foldHeader(s), " :.=()")
	for _, w := range extra {
		if f == foldHeader(w) {
			return totalWhole
		}
	}
	if totalPhrases[f] {
		return totalWhole
	}
	for _, w := range totalWords {
		w = unaccent(w)
		rest, found := strings.CutPrefix(f, w)
		switch {
		case !found:
		case rest == "":
			return totalWhole
		case strings.HasPrefix(rest, " "), strings.HasPrefix(rest, ":"), w[0] >= 0xe0:
			if w != "sum" {
				return totalBegin
			}
		}
	}
	return totalNot
}

// totalHeading reports that a column of a wide table is a sum of others: "All
// drugs", "Total Class A", and "All cannabis" where "Herbal cannabis" stands
// beside it; where nothing does, it is the only figure for cannabis.
func totalHeading(s string, among []string) bool {
	if totalText(s, nil) != totalNot {
		return true
	}
	f := foldHeader(s)
	for _, all := range []string{"all ", "все ", "todas las ", "todos los ", "所有"} {
		of, found := strings.CutPrefix(f, all)
		if !found || of == "" {
			continue
		}
		for _, h := range among {
			if h = foldHeader(h); h != f && strings.Contains(h, of) {
				return true
			}
		}
	}
	return false
}

// maybeTotal is a quick look at the first letter, so that the rest is asked for
// few cells.
func (r *reader) maybeTotal(s string) bool {
	if s == "" {
		return false
	}
	if len(r.p.Totals) > 0 || s[0] >= 0x80 {
		return true
	}
	switch s[0] | 0x20 {
	case 't', 'g', 's', 'o', 'a', 'w', 'e', '(', '=':
		return true
	}
	return false
}

// totalRow finds out whether the row is a total of others, and by which column
// it is known. A word alone decides in the columns that say when, where or
// what; in columns with free text only when the row has no date or substance.
func (r *reader) totalRow(v *values) (int, bool) {
	look := func(col int, weak bool) bool {
		text := v.cell[col]
		if !r.maybeTotal(text) {
			return false
		}
		kind := r.total.get(text)
		return kind == totalWhole || (kind == totalBegin && !weak)
	}
	for _, s := range []slot{slotDate, slotYear, slotFiscalYear, slotMonth, slotCountry, slotSubstance} {
		for _, col := range r.plan.of[s] {
			if look(col, false) {
				return col, true
			}
		}
	}
	for _, col := range r.plan.of[slotDivision] {
		if look(col, true) || (!v.dated && look(col, false)) {
			return col, true
		}
	}
	loose := !v.dated || v.text[slotSubstance] == "" || len(r.plan.pivots) > 0
	if !loose {
		return 0, false
	}
	if col, ok := r.bareTotal(v); ok {
		return col, true
	}
	for i := range r.plan.columns {
		c := &r.plan.columns[i]
		if c.pivot || c.slot == slotAmount && c.filled {
			continue
		}
		if look(i, false) {
			return i, true
		}
	}
	return 0, false
}

// bareTotal finds a total row without a word: nothing in it but numbers, and
// the first of them is the sum of the rows above.
func (r *reader) bareTotal(v *values) (int, bool) {
	if v.dated || len(r.summed) == 0 {
		return 0, false
	}
	for i, c := range v.cell {
		if c != "" && !slices.Contains(r.summed, i) {
			return 0, false
		}
	}
	for _, col := range r.summed {
		claim, ok := parseNumber(v.cell[col], r.comma)
		sum := r.sums.all[col]
		if ok && claim.Coef != 0 && sum != nil && !sum.lost && agree(claim, sum.rat()) {
			return col, true
		}
	}
	return 0, false
}

// totalMemo remembers what labels say.
type totalMemo struct {
	m     map[string]totalKind
	extra []string
}

func (t *totalMemo) get(s string) totalKind {
	k, ok := t.m[s]
	if !ok {
		k = totalText(s, t.extra)
		if t.m == nil || len(t.m) > memoSize {
			t.m = map[string]totalKind{}
		}
		t.m[strings.Clone(s)] = k
	}
	return k
}

// running are the sums that total rows are checked against, for each column
// with numbers: of the whole table so far and since the last total row.
type running struct{ all, section map[int]*exact }

func (s *running) reset() { s.all, s.section = map[int]*exact{}, map[int]*exact{} }

func (s *running) add(col int, d paiza.Decimal) {
	if s.all[col] == nil {
		s.all[col], s.section[col] = &exact{}, &exact{}
	}
	s.all[col].add(d)
	s.section[col].add(d)
}

// asideTotal sets a total row aside and checks what it claims.
func (r *reader) asideTotal(v *values, by int) *paiza.RowError {
	e := &paiza.RowError{Column: r.plan.columns[by].heading, Value: v.cell[by], Key: "ingest.row.total", Aside: true,
		Args: paiza.Args{"claims": "", "sum": ""}}
	for _, col := range r.summed {
		claim, ok := parseNumber(v.cell[col], r.comma)
		if !ok {
			continue
		}
		all, section := r.sums.all[col], r.sums.section[col]
		if all == nil {
			all, section = &exact{}, &exact{}
		}
		if all.lost {
			continue
		}
		sum := section.rat()
		agrees := section.any && agree(claim, sum)
		if !agrees {
			sum = all.rat()
			agrees = agree(claim, sum)
		}
		check := TotalCheck{Sheet: r.sheet, Row: v.line, Column: r.plan.columns[col].heading,
			Claims: ratText(ratOf(claim)), Sum: ratText(sum), Agrees: agrees}
		if len(r.report.Checks) < maxChecks {
			r.report.Checks = append(r.report.Checks, check)
		}
		if e.Args["claims"] == "" || !agrees {
			e.Args = paiza.Args{"claims": check.Claims, "sum": check.Sum}
		}
		if !agrees {
			e.Key = "ingest.row.total_differs"
			r.note("ingest.note.total_differs", paiza.Args{"row": v.line, "column": check.Column,
				"claims": check.Claims, "sum": check.Sum})
		}
	}
	if e.Args["claims"] == "" {
		e.Key, e.Args = "ingest.row.total_empty", nil
	}
	for _, s := range r.sums.section {
		*s = exact{}
	}
	return e
}

// maxChecks and maxNotes bound the report of a hostile file.
const (
	maxChecks = 1000
	maxNotes  = 100
)

// headerAgain reports that the row repeats the header.
func (r *reader) headerAgain(v *values) bool {
	same, filled := 0, 0
	for i := range r.plan.columns {
		c := v.cell[i]
		if c == "" {
			continue
		}
		h := r.plan.columns[i].heading
		if filled++; strings.EqualFold(c, h) || len(c) <= 2*len(h)+8 && c[0]|0x20 == first(h)|0x20 && foldHeader(c) == foldHeader(h) {
			same++
		} else if same == 0 {
			return false
		}
	}
	return same >= 2 && same*10 >= filled*8
}

// stacked reports that the row begins another table under the first: in a wide
// table, texts where numbers should be (the states of the next page); in any
// other, the first heading again with the known headings in other places. The
// rows that follow are read under its headings.
func (r *reader) stacked(v *values) bool {
	if len(r.plan.pivots) == 0 {
		if len(r.plan.columns) < 3 || v.dated || v.cell[0] == "" || foldHeader(v.cell[0]) != foldHeader(r.plan.columns[0].heading) {
			return false
		}
		head := tidyHeader(v.cells)
		return likeHeader(nonEmpty(head)) && r.restart(r.p, head, v.line)
	}
	texts := 0
	for _, col := range r.plan.pivots {
		c := v.cell[col]
		if c == "" {
			continue
		}
		if c[0] >= '0' && c[0] <= '9' {
			return false
		}
		texts++
	}
	if texts < 3 {
		return false
	}
	head := tidyHeader(v.cells)
	if !likeHeader(nonEmpty(head)) {
		return false
	}
	// Columns that are mapped keep their place and their heading: sheets write
	// "Drug" on one page and "State" on the next.
	for i := range head {
		if i < len(r.plan.columns) && r.plan.columns[i].profile != nil {
			head[i] = r.plan.columns[i].heading
		}
	}
	p, pivot := *r.p, *r.p.Pivot
	pivot.Columns = nil
	p.Pivot = &pivot
	return r.restart(&p, head, v.line)
}

func (r *reader) restart(p *Profile, head []string, line int) bool {
	next, err := fit(p, head)
	if err != nil {
		return false
	}
	r.note("ingest.note.stacked", paiza.Args{"row": line})
	r.use(next)
	return true
}

func first(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

// columnNumbers reports the row "1, 2, 3 …" that forms have under the header.
func columnNumbers(v *values) bool {
	n := 0
	for i, c := range v.cell {
		if c == "" {
			continue
		}
		if c != strconv.Itoa(i+1) {
			return false
		}
		n++
	}
	return n >= 3
}

// loneText reports a remark under or inside the table: one cell of text alone
// in a row of a table with several columns.
func (r *reader) loneText(v *values) bool {
	if len(r.plan.columns) < 3 {
		return false
	}
	at := -1
	for i, c := range v.cell {
		if c == "" {
			continue
		}
		if at >= 0 {
			return false
		}
		at = i
	}
	if at < 0 || r.plan.columns[at].pivot {
		return false
	}
	if c := &r.plan.columns[at]; c.filled && c.slot <= slotUntil {
		return !v.dated && strings.ContainsFunc(v.cell[at], unicode.IsLetter)
	}
	_, number := parseNumber(v.cell[at], r.comma)
	return !number
}
