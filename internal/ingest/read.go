package ingest

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"paiza"
)

// Options of a Read.
type Options struct {
	Day      paiza.Date // today: later dates are flagged; 0 flags none
	Batch    int        // rows in a batch; 0 is 2000
	Progress func(rows, bytes int64)
}

// Batch is some rows in the order of the file. Every batch and all it points to
// is freshly allocated: the receiver may keep it and pass it to another
// goroutine.
type Batch struct {
	Rows  []Row
	Bytes int64 // of the file as given, read so far
}

// Row is one row of the source, or one value of a row in a wide table. Exactly
// one of Seizure, Total and Err is set.
type Row struct {
	Sheet string
	Line  int      // as a person counts, from 1
	Cells []string // the source row as written
	// Key is the same for the same row of the same series in any file: hash of
	// series, canonical cells and the number of the occurrence in this file.
	Key [16]byte
	// Identity is the hash of everything but the values that later vintages
	// revise; zero when the profile names none. Rows of one file that share it
	// stand side by side; together they replace those of an earlier file.
	Identity [16]byte

	Seizure *paiza.Seizure // FlagIdentical stands on every one but the first of equal rows
	Total   *paiza.Total
	Err     *paiza.RowError // refused, or set aside
}

// TotalCheck compares a total row with the rows that it may be the sum of.
type TotalCheck struct {
	Sheet  string
	Row    int
	Column string // heading
	Claims string // decimal
	Sum    string // decimal: of all rows above, or of those since the last total
	Agrees bool
}

// Report is the outcome of a Read. Read = Accepted + Refused + SetAside.
type Report struct {
	Read, Accepted, Refused, SetAside int64
	Identical                         int64 // accepted and equal to an earlier row of the file
	Header                            []string
	First, Last                       paiza.Date // of the accepted rows
	Checks                            []TotalCheck
	Notes                             []paiza.Note
}

// reader is one Read in progress.
type reader struct {
	ctx    context.Context
	f      *File
	p      *Profile
	cat    Catalog
	opt    Options
	emit   func(*Batch) error
	plan   *plan
	first  *plan // of the header under which a table begins
	comma  bool
	order  string // of the parts of a date
	report Report
	sheet  string
	before int64 // bytes of the tables that are done

	look     []*lookup      // by column
	bare     [slots]*lookup // by slot, for constants and headings of a pivot
	fixed    [slots]string  // codes of the constants
	fixedOn  paiza.Date     // constant date
	fixedEnd paiza.Date     // and the end of its period
	routing  *lookup        // joined text of the routing columns
	division map[divisionKey]string
	agency   *lookup // texts that name an agency
	dates    map[string]dated
	total    totalMemo
	summed   []int // columns with numbers that totals are checked for
	sums     running

	seen    occurrences
	key     keyWriter
	months  months
	missing map[string]bool
	v       values
	carried []string

	batch    *Batch
	arena    []string
	seizures []paiza.Seizure
	totals   []paiza.Total
}

// Read streams the rows of f through the profile. It calls emit with each
// batch and stops at its error. An error of Read means that the file as a whole
// cannot be used; nothing of it should be kept.
func Read(ctx context.Context, f *File, p *Profile, cat Catalog, opt Options, emit func(*Batch) error) (Report, error) {
	if opt.Batch <= 0 {
		opt.Batch = 2000
	}
	if err := p.Validate(); err != nil {
		return Report{}, err
	}
	pl, at, err := f.fitTable(f.main, p)
	if err != nil {
		return Report{}, err
	}
	r := &reader{ctx: ctx, f: f, p: p, cat: cat, opt: opt, emit: emit, plan: pl, first: pl}
	r.report.Header = tidyHeader(f.main.probe[at].cells)
	if err := r.prepare(); err != nil {
		return r.report, err
	}
	for i, t := range f.tables {
		if !f.Sheets[i].Used {
			r.note("ingest.note.sheet_passed_over", paiza.Args{"sheet": t.name})
			continue
		}
		head := t.probe[t.header].line
		if t == f.main {
			head = t.probe[at].line
		}
		if err := r.table(t, head); err != nil {
			return r.report, err
		}
	}
	if err := r.flush(); err != nil {
		return r.report, err
	}
	r.finish()
	return r.report, nil
}

// prepare settles what holds for the whole file: constants, decimal sign, order
// of dates.
func (r *reader) prepare() error {
	r.comma = r.f.DecimalComma
	if r.p.Decimal != "" {
		r.comma = r.p.Decimal == "comma"
	}
	r.missing = map[string]bool{}
	for _, m := range r.p.Missing {
		r.missing[foldHeader(m)] = true
	}
	r.use(r.plan)
	for s := range slots {
		if r.plan.hasConst[s] && r.bare[s] != nil {
			r.fixed[s] = r.bare[s].get(r.plan.constant[s])
		}
	}
	bad := func(s slot) error {
		return fail("ingest.profile.constant", paiza.Args{"field": string(Fields()[s]), "value": r.plan.constant[s]})
	}
	if r.plan.hasConst[slotCountry] && r.fixed[slotCountry] == "" {
		return bad(slotCountry)
	}
	for _, s := range []slot{slotDate, slotYear, slotFiscalYear} {
		if !r.plan.hasConst[s] || r.fixedOn != 0 {
			continue
		}
		text := r.plan.constant[s]
		switch s {
		case slotFiscalYear:
			got := fiscalDate(yearOf(text), 0, r.p.FiscalStart)
			r.fixedOn, r.fixedEnd = got.date, got.until
		default:
			got, _ := parseDate(text, orderDMY)
			r.fixedOn, r.fixedEnd = got.date, got.until
		}
		if !r.fixedOn.Valid() {
			return bad(s)
		}
	}
	return r.settleOrder()
}

// use makes the plan the one that rows are read by.
func (r *reader) use(pl *plan) {
	r.plan = pl
	r.v.cell = make([]string, len(pl.columns))
	r.carried = make([]string, len(pl.columns))
	r.summed = nil
	for _, s := range []slot{slotAmount, slotCount, slotPersons} {
		r.summed = append(r.summed, pl.of[s]...)
	}
	r.summed = append(r.summed, pl.pivots...)
	r.sums.reset()
	r.lookups()
}

// settleOrder finds out in which order the parts of dates stand, when the
// profile leaves it open: from the first date that can be read in one way
// only, wherever it is in the file.
func (r *reader) settleOrder() error {
	r.order = r.p.DateOrder
	cols := append(slices.Clone(r.plan.of[slotDate]), r.plan.of[slotUntil]...)
	if r.order != "" || len(cols) == 0 {
		return nil
	}
	r.order = orderDMY
	open := false // whether a date was seen whose order matters
	vote := func(cells []string) string {
		for _, c := range cols {
			if c >= len(cells) {
				continue
			}
			text := collapse(cells[c])
			if _, ok := isoDate(text); ok {
				continue
			}
			if v := dateVote(text); v != "" {
				return v
			}
			a, okA := parseDate(text, orderDMY)
			b, okB := parseDate(text, orderMDY)
			open = open || (okA && okB && a.date != b.date)
		}
		return ""
	}
	for _, rec := range r.f.main.probe[r.f.main.header+1:] {
		if v := vote(rec.cells); v != "" {
			r.order = v
			return nil
		}
	}
	if !open {
		return nil
	}
	rows, err := r.f.main.open()
	if err != nil {
		return err
	}
	defer rows.close()
	var cells []string
	for n := 0; ; n++ {
		if cells, _, err = rows.next(cells[:0]); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		if v := vote(cells); v != "" {
			r.order = v
			return nil
		}
		if n%1000 == 0 && r.ctx.Err() != nil {
			return r.ctx.Err()
		}
	}
	r.note("ingest.note.date_order", nil)
	return nil
}

// table reads one table from under its header.
func (r *reader) table(t *table, head int) error {
	rows, err := t.open()
	if err != nil {
		return err
	}
	defer rows.close()
	r.sheet = t.name
	r.use(r.first)
	for {
		if r.batch == nil {
			r.begin()
		}
		from := len(r.arena)
		if cap(r.arena)-from < len(r.plan.columns)+8 {
			r.arena = make([]string, 0, r.opt.Batch*(len(r.plan.columns)+2)/4+64)
			from = 0
		}
		grown, line, err := rows.next(r.arena)
		if err == io.EOF {
			break
		}
		if IsAbort(err) { // not the file's fault, nor the caller's: the disk's
			return unreadable(err)
		}
		if err != nil {
			return err
		}
		r.arena = grown
		cells := slices.Clip(grown[from:])
		if line <= head || blank(cells) {
			r.arena = grown[:from]
			continue
		}
		r.row(cells, line)
		if r.report.Read > r.f.limits.MaxRows {
			return fail("ingest.too_many_rows", paiza.Args{"limit": r.f.limits.MaxRows})
		}
		r.batch.Bytes = r.before + rows.read()
		if len(r.batch.Rows) >= r.opt.Batch {
			if err := r.flush(); err != nil {
				return err
			}
		}
	}
	r.batch.Bytes = r.before + rows.read()
	if t.format != "xlsx" { // all sheets of a workbook are one file
		r.before += rows.read()
	}
	return nil
}

func (r *reader) begin() {
	n := r.opt.Batch
	r.batch = &Batch{Rows: make([]Row, 0, n)}
	r.arena = make([]string, 0, n*(len(r.plan.columns)+1)/4+64)
	if r.p.Kind == paiza.KindTotals {
		r.totals = make([]paiza.Total, 0, n)
	} else {
		r.seizures = make([]paiza.Seizure, 0, n)
	}
}

// flush hands the batch over.
func (r *reader) flush() error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	b := r.batch
	if b == nil {
		return nil
	}
	r.batch = nil
	if r.opt.Progress != nil {
		r.opt.Progress(r.report.Read, b.Bytes)
	}
	if len(b.Rows) == 0 {
		return nil
	}
	return r.emit(b)
}

// note adds a remark about the whole file.
func (r *reader) note(key string, args paiza.Args) {
	if len(r.report.Notes) < maxNotes {
		r.report.Notes = append(r.report.Notes, paiza.Note{Key: key, Args: args})
	}
}

// finish adds what only the end of the file tells.
func (r *reader) finish() {
	if len(r.plan.unmapped) > 0 {
		r.note("ingest.note.unmapped", paiza.Args{"columns": strings.Join(r.plan.unmapped, ", "), "n": len(r.plan.unmapped)})
	}
	if len(r.plan.totals) > 0 {
		r.note("ingest.note.total_columns", paiza.Args{"columns": strings.Join(r.plan.totals, ", "), "n": len(r.plan.totals)})
	}
	if r.report.Identical > 0 {
		r.note("ingest.note.identical", paiza.Args{"n": r.report.Identical})
	}
	if r.p.Kind == paiza.KindSeizures {
		for _, n := range r.months.notes() {
			r.note(n.Key, n.Args)
		}
	}
	r.report.First, r.report.Last = r.months.first, r.months.last
}

// IsAbort reports that an error of Read came from the caller (its context or
// its emit) and not from the file.
func IsAbort(err error) bool {
	var e *paiza.Error
	return err != nil && !errors.As(err, &e)
}
