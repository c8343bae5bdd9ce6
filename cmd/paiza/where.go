package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"paiza"
	"paiza/client"
	"paiza/internal/api"
	"paiza/internal/catalog"
	"paiza/internal/desk"
	"paiza/internal/picture"
	"paiza/wire"
)

// workplace is where a verb works: a store that this process opens, or a node that
// runs, over its API. Both answer in the shapes of package wire, so that what is
// printed is the same.
type workplace interface {
	records
	Seizures(ctx context.Context, f paiza.SeizureFilter, p paiza.Page) (wire.SeizureList, error)
	Market(ctx context.Context, s paiza.Slice, by paiza.Grain, level string) (wire.Market, error)
	Balance(ctx context.Context, s paiza.Slice, by paiza.Grain, level string) (wire.Balance, error)
	Routes(ctx context.Context, s paiza.Slice, limit int) (wire.Routes, error)
	Calendar(ctx context.Context, s paiza.Slice) (wire.Calendar, error)
	Coverage(ctx context.Context, s paiza.Slice) (wire.Coverage, error)

	Imports(ctx context.Context) (wire.ImportList, error)
	Undo(ctx context.Context, id, reason string) (wire.Import, error)

	People(ctx context.Context) (wire.PersonList, error)
	CreatePerson(ctx context.Context, in wire.NewPerson) (wire.Person, error)
	UpdatePerson(ctx context.Context, id string, in wire.PersonChange) (wire.Person, error)
	ResetPassword(ctx context.Context, id string, in wire.NewPassword) error

	Acts(ctx context.Context, subject string, before int64, n int) (wire.ActList, error)
	Checkpoint(ctx context.Context) (wire.Head, error)
	Cosigned(ctx context.Context) (wire.Cosigned, error)
	ShownLedgers(ctx context.Context) (wire.ShownLedgerList, error)
	Prove(ctx context.Context, of client.Proving) ([]byte, error)
	Fsck(ctx context.Context) (wire.Fsck, error)
}

// catalogue is reference data: the program's own, or that of a node.
type catalogue interface {
	Resolve(ctx context.Context, text, country string) (wire.ResolutionList, error)
	Substances(ctx context.Context) (wire.SubstanceList, error)
	Units(ctx context.Context) (wire.UnitList, error)
	Factors(ctx context.Context) (wire.FactorList, error)
}

var (
	_ workplace = (*client.Client)(nil)
	_ catalogue = (*client.Client)(nil)
)

// withNode gives a verb the place where it works.
func (a *app) withNode(fn func(n workplace) error) error {
	if a.cli.Node != "" {
		c, err := a.client()
		if err != nil {
			return err
		}
		return fn(c)
	}
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error { return fn(&here{d, who, a.shape()}) })
}

func (a *app) shape() api.Shape { return api.Shape{Print: a.loc, Catalog: catalog.Default()} }

// catalogue is the node's reference data, or the program's own: that needs no
// store.
func (a *app) catalogue() (catalogue, error) {
	if a.cli.Node != "" {
		return a.client()
	}
	return builtIn{a.shape()}, nil
}

func (a *app) client() (*client.Client, error) {
	token := a.cli.Token
	if a.cli.TokenFile != "" {
		raw, err := readSmall(a.cli.TokenFile, 4<<10)
		if err != nil {
			return nil, err
		}
		token = string(raw)
	}
	return client.New(a.cli.Node, client.Options{Token: strings.TrimSpace(token), Language: a.loc.Tag(), PlainHTTP: a.cli.InsecureHTTP})
}

// place decides between --store and --node. What is given on the command line
// wins over the environment; both at once are not understood.
func (c *cli) place() error {
	node := c.Node != "" && c.Node != os.Getenv("PAIZA_NODE")
	switch {
	case c.Store != "" && node, c.Store == "" && !node && c.Node != "" && os.Getenv("PAIZA_STORE") != "":
		return errors.New("--store and --node exclude each other: name the one that is meant")
	case c.Store != "":
		c.Node = ""
	}
	return nil
}

// notOverNode refuses a verb that works on the machine of the store only.
func (a *app) notOverNode() error {
	if a.cli.Node == "" {
		return nil
	}
	return paiza.Invalid("cli.not_over_node", nil)
}

// here is a store that this process opened, at the hands of its operator.
type here struct {
	d     *desk.Desk
	who   paiza.Actor
	shape api.Shape
}

func (h *here) Seizures(ctx context.Context, f paiza.SeizureFilter, p paiza.Page) (wire.SeizureList, error) {
	list, err := h.d.Seizures(ctx, h.who, f, p)
	return wire.FromSeizureList(list, list.Next), err
}

func (h *here) Market(ctx context.Context, s paiza.Slice, by paiza.Grain, level string) (wire.Market, error) {
	m, err := h.d.Market(ctx, h.who, s, by, picture.Level(level))
	return h.shape.Market(m), err
}

func (h *here) Balance(ctx context.Context, s paiza.Slice, by paiza.Grain, level string) (wire.Balance, error) {
	b, err := h.d.Balance(ctx, h.who, s, by, picture.Level(level))
	return h.shape.Balance(b), err
}

func (h *here) Routes(ctx context.Context, s paiza.Slice, limit int) (wire.Routes, error) {
	r, err := h.d.Routes(ctx, h.who, s, limit)
	return h.shape.Routes(r), err
}

func (h *here) Calendar(ctx context.Context, s paiza.Slice) (wire.Calendar, error) {
	c, err := h.d.Calendar(ctx, h.who, s)
	return h.shape.Calendar(c), err
}

func (h *here) Coverage(ctx context.Context, s paiza.Slice) (wire.Coverage, error) {
	c, err := h.d.Coverage(ctx, h.who, s)
	return h.shape.Coverage(c), err
}

func (h *here) Imports(ctx context.Context) (wire.ImportList, error) {
	list, err := h.d.Imports(ctx, h.who)
	return h.shape.Imports(list), err
}

func (h *here) Undo(ctx context.Context, id, reason string) (wire.Import, error) {
	imp, err := h.d.Undo(ctx, h.who, id, reason)
	return wire.FromImport(imp, h.shape.Print), err
}

func (h *here) People(ctx context.Context) (wire.PersonList, error) {
	list, err := h.d.People(ctx, h.who)
	return h.shape.People(list), err
}

func (h *here) CreatePerson(ctx context.Context, in wire.NewPerson) (wire.Person, error) {
	p, err := h.d.CreatePerson(ctx, h.who, paiza.NewPerson{Login: in.Login, Name: in.Name, Agency: in.Agency, Roles: in.Roles, Language: in.Language, Password: in.Password})
	return wire.FromPerson(p), err
}

func (h *here) UpdatePerson(ctx context.Context, id string, in wire.PersonChange) (wire.Person, error) {
	p, err := h.d.UpdatePerson(ctx, h.who, id, desk.PersonChange{Name: in.Name, Agency: in.Agency, Roles: in.Roles, Disabled: in.Disabled, Reason: in.Reason})
	return wire.FromPerson(p), err
}

func (h *here) ResetPassword(ctx context.Context, id string, in wire.NewPassword) error {
	return h.d.ResetPassword(ctx, h.who, id, in.Password, in.Reason)
}

func (h *here) Acts(ctx context.Context, subject string, before int64, n int) (wire.ActList, error) {
	var list []paiza.Act
	var err error
	if subject != "" {
		list, err = h.d.LedgerOn(ctx, h.who, subject, before, n)
	} else {
		list, err = h.d.Ledger(ctx, h.who, before, n)
	}
	return h.shape.Acts(list, n), err
}

func (h *here) Checkpoint(ctx context.Context) (wire.Head, error) {
	signed, key, err := h.d.Checkpoint(ctx, h.who)
	if err == nil && signed == "" {
		err = &paiza.Error{Kind: paiza.ErrNotFound, Key: "cli.ledger.empty"}
	}
	return wire.Head{Checkpoint: signed, Key: key}, err
}

func (h *here) Cosigned(ctx context.Context) (wire.Cosigned, error) {
	c, err := h.d.Cosigned(ctx, h.who)
	return h.shape.Cosigned(c), err
}

func (h *here) ShownLedgers(ctx context.Context) (wire.ShownLedgerList, error) {
	list, err := h.d.ShownLedgers(ctx, h.who)
	return h.shape.ShownLedgers(list), err
}

func (h *here) Prove(ctx context.Context, of client.Proving) ([]byte, error) {
	p, err := h.d.Prove(ctx, h.who, desk.ProofOf{Subject: of.Subject, Seq: of.Seq, Show: of.Detail, Since: of.Since})
	if err != nil {
		return nil, err
	}
	return p.Bytes(), nil
}

func (h *here) Fsck(ctx context.Context) (wire.Fsck, error) {
	r, err := h.d.Fsck(ctx, h.who)
	return h.shape.Fsck(r), err
}

// builtIn is the program's own catalog.
type builtIn struct{ shape api.Shape }

func (b builtIn) Resolve(_ context.Context, text, country string) (wire.ResolutionList, error) {
	return b.shape.Resolve(text, country)
}
func (b builtIn) Substances(context.Context) (wire.SubstanceList, error) {
	return b.shape.Substances(), nil
}
func (b builtIn) Units(context.Context) (wire.UnitList, error)     { return b.shape.Units(), nil }
func (b builtIn) Factors(context.Context) (wire.FactorList, error) { return b.shape.Factors(), nil }
