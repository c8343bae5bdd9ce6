package desk

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/store"
)

// Seizures lists the rows that the actor may read, newest first.
func (d *Desk) Seizures(ctx context.Context, who paiza.Actor, f paiza.SeizureFilter, p paiza.Page) (paiza.SeizureList, error) {
	if err := allow(who, paiza.RightReadSeizure); err != nil {
		return paiza.SeizureList{}, err
	}
	f, none := d.narrow(f)
	if none {
		return paiza.SeizureList{}, nil
	}
	p.Counted = p.Counted || p.After == "" && inCells(f)
	list, err := d.store.Seizures(ctx, f, p, d.may(who, paiza.RightReadSeizure))
	if err == nil && p.After == "" && inCells(f) {
		list.Count, err = d.countRows(ctx, who, f.Slice)
	}
	if err != nil {
		return list, err
	}
	return list, d.sawRedSeizures(ctx, who, list.Seizures...)
}

// inCells reports whether the cells know all that a filter asks for: then its
// rows are counted in memory, which a long list feels.
func inCells(f paiza.SeizureFilter) bool {
	return f.Text == "" && f.Flags == 0 && len(f.TLPs) == 0 && !f.WithoutRed && !f.Withdrawn && f.Route == nil && f.Via == "" &&
		f.Period.From == f.Period.From.MonthOf() && f.Period.To == f.Period.To.MonthOf()
}

// countRows counts the rows of a slice that the actor may read.
func (d *Desk) countRows(ctx context.Context, who paiza.Actor, s paiza.Slice) (int64, error) {
	cube, err := d.snapshot(ctx)
	if err != nil {
		return 0, err
	}
	open, err := d.opened(ctx, who, paiza.RightReadSeizure)
	return cube.Open(open).Rows(s), err
}

// EachSeizure gives every row that matches, for an export. The export is an act.
func (d *Desk) EachSeizure(ctx context.Context, who paiza.Actor, f paiza.SeizureFilter, fn func(paiza.Seizure) error) error {
	if err := allow(who, paiza.RightExport); err != nil {
		return err
	}
	if err := d.exported(ctx, who, "seizure.export", f.Slice); err != nil {
		return err
	}
	f, none := d.narrow(f)
	if none {
		return nil
	}
	return d.store.EachSeizure(ctx, f, d.may(who, paiza.RightExport), fn)
}

// sawRed writes into the ledger that the actor was shown TLP:RED records of a
// kind, before he is.
func (d *Desk) sawRed(ctx context.Context, who paiza.Actor, kind string, red []string) error {
	if len(red) == 0 {
		return nil
	}
	return d.act(ctx, who, func(*store.Tx) (entry, error) {
		e := entry{action: kind + ".read_red", subject: kind + "/" + red[0]}
		if len(red) > 1 {
			e.subject, e.detail = "", kind+"/"+strings.Join(red, " "+kind+"/")
		}
		return e, nil
	})
}

func (d *Desk) sawRedSeizures(ctx context.Context, who paiza.Actor, list ...paiza.Seizure) error {
	var red []string
	for _, z := range list {
		if z.Handling.TLP == paiza.TLPRed {
			red = append(red, z.ID)
		}
	}
	return d.sawRed(ctx, who, "seizure", red)
}

// exported writes the ledger entry of an export: what was taken out is named by
// its slice, without words that a person searched for.
func (d *Desk) exported(ctx context.Context, who paiza.Actor, action string, s paiza.Slice) error {
	detail, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return d.act(ctx, who, func(*store.Tx) (entry, error) {
		return entry{action: action, detail: string(detail)}, nil
	})
}

// narrow turns groups into their substances, which is what rows hold. none says
// that nothing can match.
func (d *Desk) narrow(f paiza.SeizureFilter) (_ paiza.SeizureFilter, none bool) {
	if len(f.Groups) == 0 {
		return f, false
	}
	var codes []string
	for _, s := range d.cat.Substances() {
		if slices.Contains(f.Groups, s.Group) && (len(f.Substances) == 0 || slices.Contains(f.Substances, s.Code)) {
			codes = append(codes, s.Code)
		}
	}
	if slices.Contains(f.Groups, paiza.GroupUnknown) && !slices.Contains(codes, paiza.SubstanceUnknown) &&
		(len(f.Substances) == 0 || slices.Contains(f.Substances, paiza.SubstanceUnknown)) {
		codes = append(codes, paiza.SubstanceUnknown)
	}
	f.Groups, f.Substances = nil, codes
	return f, len(codes) == 0
}

// totalsShown is how many official figures a list shows.
const totalsShown = 2000

// Totals lists the official figures of a slice, newest year first; at most two
// thousand of them.
func (d *Desk) Totals(ctx context.Context, who paiza.Actor, s paiza.Slice) ([]paiza.Total, error) {
	if err := allow(who, paiza.RightReadSeizure); err != nil {
		return nil, err
	}
	f, none := d.narrow(paiza.SeizureFilter{Slice: s})
	if none {
		return nil, nil
	}
	return d.store.Totals(ctx, f.Slice, totalsShown, d.may(who, paiza.RightReadSeizure))
}

// SeizureDetail is a seizure with where it came from.
type SeizureDetail struct {
	paiza.Seizure
	Header   []string      // headings of the source file
	Cells    []string      // the source row as written
	Import   *paiza.Import // nil for a row typed in, and where the reader may not read the import
	History  []paiza.Act
	Releases []paiza.Release
	May      []paiza.Right // what the reader may do to it
}

// Seizure reads one seizure with its source row and its history. One that was
// withdrawn is still read by its agency.
func (d *Desk) Seizure(ctx context.Context, who paiza.Actor, id string) (SeizureDetail, error) {
	z, err := d.seizureFor(ctx, who, paiza.RightReadSeizure, id, d.when())
	if err != nil {
		return SeizureDetail{}, err
	}
	if err := d.sawRedSeizures(ctx, who, z); err != nil {
		return SeizureDetail{}, err
	}
	if z.Handling.Origin != "" {
		if err := d.openedItem(ctx, who, "seizure", z.ID); err != nil {
			return SeizureDetail{}, err
		}
	}
	out := SeizureDetail{Seizure: z, May: d.mayDoTo(who, z)}
	if out.History, err = d.store.History(ctx, "seizure/"+z.ID); err != nil {
		return out, err
	}
	if z.Source.Import != "" {
		if out.Header, out.Cells, err = d.store.SourceRow(ctx, z); err != nil {
			return out, err
		}
		if err := d.addImport(ctx, who, &out); err != nil {
			return out, err
		}
	}
	// What an agency deliberates to release is its own affair.
	if z.Handling.Owner == who.Agency || who.Via == paiza.ViaConsole {
		out.Releases, err = d.store.ReleasesOf(ctx, "seizure/"+z.ID)
	}
	return out, err
}

// addImport adds the import that a row came with and its history, where the
// actor may read that too: a row may be shared and its file not.
func (d *Desk) addImport(ctx context.Context, who paiza.Actor, z *SeizureDetail) error {
	imp, _, err := d.importFor(ctx, who, paiza.RightReadSeizure, z.Source.Import)
	if isNotFound(err, "import") {
		return nil
	}
	if err != nil {
		return err
	}
	before, err := d.store.History(ctx, "import/"+imp.ID)
	z.Import, z.History = &imp, append(before, z.History...)
	return err
}

// mayDoTo lists what the actor may do to a seizure. Rows of an import are
// corrected by their source.
func (d *Desk) mayDoTo(who paiza.Actor, z paiza.Seizure) []paiza.Right {
	rights := []paiza.Right{paiza.RightRelabel, paiza.RightWithdrawSeizure, paiza.RightProposeRelease}
	if z.Source.Import == "" {
		rights = append(rights, paiza.RightCorrectSeizure)
	}
	return d.mayDo(who, objectOf(z), d.when(), rights...)
}

// SeizureFor reads a seizure for the form of an act: it is refused as the act
// would be.
func (d *Desk) SeizureFor(ctx context.Context, who paiza.Actor, right paiza.Right, id string) (paiza.Seizure, error) {
	z, err := d.seizureFor(ctx, who, right, id, d.when())
	if err != nil {
		return z, err
	}
	return z, d.sawRedSeizures(ctx, who, z)
}

// seizureFor reads a seizure for an act.
func (d *Desk) seizureFor(ctx context.Context, who paiza.Actor, right paiza.Right, id string, c access.Context) (paiza.Seizure, error) {
	if err := allow(who, right); err != nil {
		return paiza.Seizure{}, err
	}
	z, err := d.store.Seizure(ctx, id)
	if err != nil {
		return z, err
	}
	return z, d.decide(who, right, objectOf(z), c, "seizure", id)
}

// objectOf is a seizure as a decision sees it.
func objectOf(z paiza.Seizure) access.Object {
	return access.Object{Kind: access.KindSeizure, Handling: z.Handling, Withdrawn: z.Withdrawn}
}
