package desk

import (
	"context"
	"time"

	"paiza"
	"paiza/internal/picture"
)

// snapshot is the cube as the store has it now. The store's revision says
// whether anything changed since this process last looked; only cells that
// changed are read. Another process on the same database does the same.
func (d *Desk) snapshot(ctx context.Context) (*picture.Cube, error) {
	rev, err := d.store.Revision(ctx)
	if err != nil {
		return nil, err
	}
	d.cubeMu.Lock()
	defer d.cubeMu.Unlock()
	if rev <= d.rev {
		return d.cube, nil
	}
	ch, err := d.store.ChangesSince(ctx, d.rev)
	if err != nil {
		return nil, err
	}
	d.cube, d.rev = d.cube.Apply(ch.Cells, ch.Routes, ch.Totals), ch.Rev
	return d.cube, nil
}

// Warm reads the cells before the first person asks.
func (d *Desk) Warm(ctx context.Context) {
	start := time.Now()
	if _, err := d.snapshot(ctx); err != nil {
		d.log.Warn("the picture is not ready yet", "error", err)
		return
	}
	d.log.Debug("the picture is ready", "took", time.Since(start))
}

// seen is what occurs in the store of what the actor may count. It is read from
// the cube and not from the store: while some record and many read, every page
// finds a new revision.
func (d *Desk) seen(ctx context.Context, who paiza.Actor) (picture.Seen, error) {
	cube, err := d.look(ctx, who)
	if err != nil {
		return picture.Seen{}, err
	}
	return cube.Seen(), nil
}

// look is the cube as the actor may see it: what he may not count is not in it.
func (d *Desk) look(ctx context.Context, who paiza.Actor) (*picture.Cube, error) {
	if err := allow(who, paiza.RightReadPicture); err != nil {
		return nil, err
	}
	cube, err := d.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	open, err := d.opened(ctx, who, paiza.RightReadPicture)
	return cube.Open(open), err
}

// Withheld reports whether the node holds records that are in no figure which
// the actor sees: TLP:RED ones, and those that others keep to themselves.
func (d *Desk) Withheld(ctx context.Context, who paiza.Actor) (bool, error) {
	cube, err := d.look(ctx, who)
	if err != nil {
		return false, err
	}
	return cube.Withholds(), nil
}

// Market is the structure of what was seized, by period.
func (d *Desk) Market(ctx context.Context, who paiza.Actor, s paiza.Slice, grain paiza.Grain, by picture.Level) (picture.Market, error) {
	cube, err := d.look(ctx, who)
	if err != nil {
		return picture.Market{}, err
	}
	return cube.Market(s, grain, by), nil
}

// Balance is how much was seized inland, at the border and in transit.
func (d *Desk) Balance(ctx context.Context, who paiza.Actor, s paiza.Slice, grain paiza.Grain, by picture.Level) (picture.Balance, error) {
	cube, err := d.look(ctx, who)
	if err != nil {
		return picture.Balance{}, err
	}
	return cube.Balance(s, grain, by), nil
}

// Routes is where consignments came from and went to; at most limit of them.
func (d *Desk) Routes(ctx context.Context, who paiza.Actor, s paiza.Slice, limit int) (picture.Routes, error) {
	cube, err := d.look(ctx, who)
	if err != nil {
		return picture.Routes{}, err
	}
	return cube.Routes(s, limit), nil
}

// Calendar is who reported when, with the gaps.
func (d *Desk) Calendar(ctx context.Context, who paiza.Actor, s paiza.Slice) (picture.Calendar, error) {
	cube, err := d.look(ctx, who)
	if err != nil {
		return picture.Calendar{}, err
	}
	return cube.Calendar(s), nil
}

// Coverage sets incidents beside official totals.
func (d *Desk) Coverage(ctx context.Context, who paiza.Actor, s paiza.Slice) (picture.Coverage, error) {
	cube, err := d.look(ctx, who)
	if err != nil {
		return picture.Coverage{}, err
	}
	return cube.Coverage(s), nil
}

// ExportPicture is asked before a view of the picture leaves as a file. The view
// is its name: market, balance, routes, calendar, coverage.
func (d *Desk) ExportPicture(ctx context.Context, who paiza.Actor, view string, s paiza.Slice) error {
	if err := allow(who, paiza.RightExport); err != nil {
		return err
	}
	return d.exported(ctx, who, "picture.export."+view, s)
}

// Facets are what the store has, for the choices of a filter.
type Facets struct {
	Years      []int
	Countries  []paiza.Country
	Substances []string
	Groups     []paiza.Group
	Imports    []paiza.Import
}

// Facets lists the values that occur in the store.
func (d *Desk) Facets(ctx context.Context, who paiza.Actor) (Facets, error) {
	if err := allow(who, paiza.RightReadPicture); err != nil {
		return Facets{}, err
	}
	seen, err := d.seen(ctx, who)
	if err != nil {
		return Facets{}, err
	}
	f := Facets{Years: seen.Years, Countries: seen.Countries, Substances: seen.Substances}
	groups := map[paiza.Group]bool{}
	for _, s := range seen.Substances {
		groups[d.cat.Group(s)] = true
	}
	for _, g := range paiza.Groups() {
		if groups[g] {
			f.Groups = append(f.Groups, g)
		}
	}
	all, err := d.store.Imports(ctx, 500, d.may(who, paiza.RightReadSeizure))
	if err != nil {
		return f, err
	}
	for _, m := range all {
		if m.State == paiza.StateDone {
			f.Imports = append(f.Imports, m)
		}
	}
	return f, nil
}

// Overview is what the node holds, for its first page.
type Overview struct {
	Rows       int64 // rows of seizures
	Seizures   int64 // events
	Countries  int
	Substances int
	From, To   paiza.Date
	Imports    []paiza.Import // the last five
	Doubtful   int64          // rows whose amount is implausible
}

// Overview says what the node holds.
func (d *Desk) Overview(ctx context.Context, who paiza.Actor) (Overview, error) {
	if err := allow(who, paiza.RightReadPicture); err != nil {
		return Overview{}, err
	}
	seen, err := d.seen(ctx, who)
	if err != nil {
		return Overview{}, err
	}
	o := Overview{Rows: seen.Rows, Seizures: seen.Seizures, Countries: len(seen.Countries), Substances: len(seen.Substances),
		From: seen.From, To: seen.To, Doubtful: seen.Doubtful}
	o.Imports, err = d.store.Imports(ctx, 5, d.may(who, paiza.RightReadSeizure))
	return o, err
}
