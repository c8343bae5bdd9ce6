package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/exchange"
	"paiza/internal/link"
	"paiza/wire"
)

// courierCmd carries traffic on a medium instead of a network.
type courierCmd struct {
	Export courierExportCmd `cmd:"" help:"Write what a peer lacks into a file for a courier, sealed for him."`
	Import courierImportCmd `cmd:"" help:"Take a courier's file in."`
}

type courierExportCmd struct {
	Peer string `help:"The peer, by its node's name." required:"" placeholder:"NODE"`
	All  bool   `help:"The whole log, and not only what no receipt of the peer speaks of."`
	Bare bool   `help:"Without the files beside messages."`
	Size int64  `help:"Most megabytes of one file; what is more goes into FILE.2, FILE.3 and so on." placeholder:"MB"`
	File string `arg:"" help:"New file to write."`
}

// part is the name of one of the files.
func (c *courierExportCmd) part(n int) string {
	if n == 1 {
		return c.File
	}
	return fmt.Sprintf("%s.%d", c.File, n)
}

// synced is a file that is on its medium when it is closed.
type synced struct{ *os.File }

// Close writes it out and closes it.
func (f synced) Close() error { return errors.Join(f.Sync(), f.File.Close()) }

func (c *courierExportCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) (err error) {
		peer, after, err := d.CourierFrom(a.ctx, who, c.Peer, c.All)
		if err != nil {
			return err
		}
		r, err := link.New(d, link.Options{})
		if err != nil {
			return err
		}
		made := 0
		out, err := r.Node().Load(a.ctx, peer, exchange.Cargo{After: after, Bare: c.Bare, Size: c.Size << 20, Open: func(n int) (io.WriteCloser, error) {
			f, err := create(c.part(n))
			if err == nil {
				made = n
			}
			return synced{f}, err
		}})
		if err != nil {
			err = a.refusedBy(err)
			for n := range made {
				err = errors.Join(err, os.Remove(c.part(n+1)))
			}
			return err
		}
		if err := d.CourierSent(a.ctx, who, c.Peer, after, out.End, out.Files); err != nil {
			return err
		}
		if out.Parts > 1 {
			return a.said(nil, "cli.courier.exported_parts", "file", c.File, "last", c.part(out.Parts), "node", c.Peer, "number", int64(out.End.Seq), "n", int64(out.Files))
		}
		return a.said(nil, "cli.courier.exported", "file", c.File, "node", c.Peer, "number", int64(out.End.Seq), "n", int64(out.Files))
	})
}

type courierImportCmd struct {
	File string `arg:"" help:"The courier's file." type:"existingfile"`
}

func (c *courierImportCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		if err := d.MayCourier(who); err != nil {
			return err
		}
		r, err := link.New(d, link.Options{})
		if err != nil {
			return err
		}
		f, err := os.Open(c.File)
		if err != nil {
			return &paiza.Error{Kind: paiza.ErrNotFound, Key: "cli.ledger.no_file", Args: paiza.Args{"file": c.File}, Err: err}
		}
		defer f.Close()
		got, err := r.Node().Import(a.ctx, f)
		if err != nil {
			return a.refusedBy(err)
		}
		if err := d.CourierTaken(a.ctx, who, got.From.String(), got.Have, got.Chunks); err != nil {
			return err
		}
		if got.Missing > 0 {
			fmt.Fprintln(a.err, a.loc.T("cli.courier.missing", "n", int64(got.Missing)))
		}
		return a.said(nil, "cli.courier.imported", "number", int64(got.Have.Seq), "n", int64(got.Chunks))
	})
}

// refusedBy makes a sentence of a refusal of package wire.
func (a *app) refusedBy(err error) error {
	why := wire.ReasonOf(err)
	if why == "" {
		return err
	}
	kind := paiza.ErrInvalid
	for _, k := range []error{paiza.ErrForbidden, paiza.ErrConflict, paiza.ErrNotFound, paiza.ErrUnavailable} {
		if errors.Is(err, k) {
			kind = k
		}
	}
	return &paiza.Error{Kind: kind, Key: "exchange.refused", Args: paiza.Args{"reason": a.reason(why)}, Err: err}
}

// reason is a reason in the person's language; one that is not known here as it
// came.
func (a *app) reason(why wire.Reason) string {
	if why == "" || !a.loc.Has(why.Key()) {
		return string(why)
	}
	return a.loc.T(why.Key())
}
