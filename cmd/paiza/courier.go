package main

import (
	"errors"
	"io"
	"os"

	"paiza"
	"paiza/internal/desk"
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
	File string `arg:"" help:"New file to write."`
}

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
		f, err := create(c.File)
		if err != nil {
			return err
		}
		end, err := r.Node().Export(a.ctx, peer, after, f)
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			return errors.Join(a.refusedBy(err), os.Remove(c.File))
		}
		if err := d.CourierSent(a.ctx, who, c.Peer, after, end); err != nil {
			return err
		}
		return a.said(nil, "cli.courier.exported", "file", c.File, "node", c.Peer, "number", int64(end.Seq))
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
		head, err := wire.NewCourierReader(f)
		if err != nil {
			return a.refusedBy(err)
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		have, err := r.Node().Import(a.ctx, f)
		if err != nil {
			return a.refusedBy(err)
		}
		if err := d.CourierTaken(a.ctx, who, head.From.String(), have); err != nil {
			return err
		}
		return a.said(nil, "cli.courier.imported", "number", int64(have.Seq))
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
