package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"paiza"
	"paiza/client"
	"paiza/internal/desk"
	"paiza/wire"
)

// importer is how a file of this machine is taken in, where the verb works.
type importer interface {
	layout(ctx context.Context, file string, in wire.Take) (wire.Layout, error)
	dryRun(ctx context.Context, file string, in wire.Take, each func(wire.RowError) error) (wire.DryRun, error)
	take(ctx context.Context, file string, in wire.Take, show func(paiza.Progress)) (wire.Import, error)
	errors(ctx context.Context, id string, each func(wire.RowError) error) error
}

func (a *app) withImporter(fn func(importer) error) error {
	if a.cli.Node != "" {
		c, err := a.client()
		if err != nil {
			return err
		}
		return fn(&far{c})
	}
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error { return fn(&here{d, who, a.shape()}) })
}

func reading(file string, in wire.Take) desk.ImportRequest {
	return desk.ImportRequest{Path: file, Profile: in.Profile, Mapping: []byte(in.Mapping), Accept: in.Accept, Handling: in.Handling.ToNewHandling(), Reason: in.Reason}
}

func (h *here) layout(ctx context.Context, file string, in wire.Take) (wire.Layout, error) {
	rec, err := h.d.RecogniseFile(ctx, h.who, reading(file, in))
	if err != nil {
		return wire.Layout{}, err
	}
	return h.shape.Layout(rec), nil
}

func (h *here) dryRun(ctx context.Context, file string, in wire.Take, each func(wire.RowError) error) (wire.DryRun, error) {
	req := reading(file, in)
	if each != nil {
		req.Each = func(e paiza.RowError) error { return each(wire.FromRowError(e, h.shape.Print)) }
	}
	run, err := h.d.DryRun(ctx, h.who, req)
	return h.shape.DryRun(run), err
}

func (h *here) take(ctx context.Context, file string, in wire.Take, show func(paiza.Progress)) (wire.Import, error) {
	imp, err := h.d.Import(ctx, h.who, reading(file, in), show)
	return wire.FromImport(imp, h.shape.Print), err
}

func (h *here) errors(ctx context.Context, id string, each func(wire.RowError) error) error {
	return h.d.ImportErrors(ctx, h.who, id, func(e paiza.RowError) error { return each(wire.FromRowError(e, h.shape.Print)) })
}

// far is a node that is given the file first.
type far struct{ c *client.Client }

func (f *far) upload(ctx context.Context, file string, in wire.Take, show func(paiza.Progress)) (wire.Take, error) {
	r, err := os.Open(file)
	if err != nil {
		return in, err
	}
	defer r.Close()
	start := time.Now()
	var tell func(sent, size int64)
	if show != nil {
		tell = func(sent, size int64) {
			show(paiza.Progress{Bytes: sent, Size: size, Started: start, Updated: time.Now()})
		}
	}
	up, err := f.c.Upload(ctx, filepath.Base(file), r, tell)
	in.Upload = up.ID
	return in, err
}

func (f *far) layout(ctx context.Context, file string, in wire.Take) (wire.Layout, error) {
	in, err := f.upload(ctx, file, in, nil)
	if err != nil {
		return wire.Layout{}, err
	}
	return f.c.Layout(ctx, in.Upload, in.Profile)
}

func (f *far) dryRun(ctx context.Context, file string, in wire.Take, each func(wire.RowError) error) (wire.DryRun, error) {
	in, err := f.upload(ctx, file, in, nil)
	if err != nil {
		return wire.DryRun{}, err
	}
	run, err := f.c.DryRun(ctx, in)
	if err != nil || each == nil {
		return run, err
	}
	for _, e := range run.Errors {
		if err := each(e); err != nil {
			return run, err
		}
	}
	return run, nil
}

func (f *far) take(ctx context.Context, file string, in wire.Take, show func(paiza.Progress)) (wire.Import, error) {
	in, err := f.upload(ctx, file, in, show)
	if err != nil {
		return wire.Import{}, err
	}
	return f.c.TakeIn(ctx, in, func(m wire.Import) {
		if p := m.Progress; p != nil && show != nil {
			show(paiza.Progress{Rows: p.Rows, Bytes: p.Bytes, Size: p.Size, Started: m.Started, Updated: time.Now(), Finishing: p.Finishing})
		}
	})
}

func (f *far) errors(ctx context.Context, id string, each func(wire.RowError) error) error {
	for e, err := range f.c.ImportErrors(ctx, id) {
		if err == nil {
			err = each(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
