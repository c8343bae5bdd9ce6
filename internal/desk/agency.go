package desk

import (
	"context"
	"slices"
	"strings"

	"paiza"
	"paiza/internal/store"
)

// Agencies lists the agencies of the node. Whoever works here may know them: a
// record names them.
func (d *Desk) Agencies(ctx context.Context, who paiza.Actor) ([]paiza.Agency, error) {
	if who.Anonymous() {
		return nil, paiza.Forbidden(paiza.RightReadCatalog)
	}
	return d.store.Agencies(ctx)
}

// Agency reads one agency.
func (d *Desk) Agency(ctx context.Context, who paiza.Actor, id string) (paiza.Agency, error) {
	if who.Anonymous() {
		return paiza.Agency{}, paiza.Forbidden(paiza.RightReadCatalog)
	}
	return d.store.Agency(ctx, id)
}

// CreateAgency adds an agency.
func (d *Desk) CreateAgency(ctx context.Context, who paiza.Actor, in paiza.NewAgency) (paiza.Agency, error) {
	if err := allow(who, paiza.RightManageAgencies); err != nil {
		return paiza.Agency{}, err
	}
	a := paiza.Agency{ID: newID(), Created: d.now()}
	if err := d.fillAgency(ctx, &a, in); err != nil {
		return a, err
	}
	err := d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "agency.create", subject: "agency/" + a.ID, reason: in.Reason, detail: agencyText(a)}, t.InsertAgency(a)
	})
	return a, err
}

// UpdateAgency changes an agency. The people of a closed one are out at once;
// its records stay as they are handled.
func (d *Desk) UpdateAgency(ctx context.Context, who paiza.Actor, id string, in paiza.NewAgency) (paiza.Agency, error) {
	if err := allow(who, paiza.RightManageAgencies); err != nil {
		return paiza.Agency{}, err
	}
	a, err := d.store.Agency(ctx, id)
	if err != nil {
		return a, err
	}
	if err := d.fillAgency(ctx, &a, in); err != nil {
		return a, err
	}
	if a.Closed && a.ID == who.Agency {
		return a, paiza.Conflict("agency.own_closed", nil)
	}
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "agency.update", subject: "agency/" + a.ID, reason: in.Reason, detail: agencyText(a)}, t.UpdateAgency(a)
	})
	return a, err
}

func (d *Desk) fillAgency(ctx context.Context, a *paiza.Agency, in paiza.NewAgency) error {
	in.Name = strings.TrimSpace(in.Name)
	all, err := d.store.Agencies(ctx)
	if err != nil {
		return err
	}
	var known []string
	for _, other := range all {
		if other.ID != a.ID {
			known = append(known, other.ID)
		}
	}
	if err := in.Validate(known); err != nil {
		return err
	}
	slices.Sort(in.Shares)
	a.Name, a.Kind, a.Shares, a.Closed = in.Name, in.Kind, slices.Compact(in.Shares), in.Closed
	return nil
}

func agencyText(a paiza.Agency) string {
	text := a.Name + "; " + string(a.Kind)
	if len(a.Shares) > 0 {
		text += "; shares with " + strings.Join(a.Shares, " ")
	}
	if a.Closed {
		text += "; closed"
	}
	return text
}
