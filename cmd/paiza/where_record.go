package main

import (
	"context"

	"paiza"
	"paiza/wire"
)

// records is the part of a workplace that has records, and what they belong to.
type records interface {
	Seizure(ctx context.Context, id string) (wire.Seizure, error)
	RecordSeizure(ctx context.Context, in wire.NewSeizure) (wire.Seizure, error)
	CorrectSeizure(ctx context.Context, id string, version int64, in wire.NewSeizure) (wire.Seizure, error)
	RelabelSeizure(ctx context.Context, id string, version int64, in wire.Relabel) (wire.Seizure, error)
	WithdrawSeizure(ctx context.Context, id string, version int64, reason string) (wire.Seizure, error)

	Alerts(ctx context.Context, f paiza.AlertFilter, after string, n int) (wire.AlertList, error)
	Alert(ctx context.Context, id string) (wire.Alert, error)
	RaiseAlert(ctx context.Context, in wire.NewAlert) (wire.Alert, error)
	WithdrawAlert(ctx context.Context, id string, version int64, reason string) (wire.Alert, error)

	Agencies(ctx context.Context) (wire.AgencyList, error)
	Agency(ctx context.Context, id string) (wire.Agency, error)
	CreateAgency(ctx context.Context, in wire.NewAgency) (wire.Agency, error)
	UpdateAgency(ctx context.Context, id string, in wire.NewAgency) (wire.Agency, error)

	Cases(ctx context.Context) (wire.CaseList, error)
	Case(ctx context.Context, id string) (wire.Case, error)
	OpenCase(ctx context.Context, in wire.NewCase) (wire.Case, error)
	ChangeCase(ctx context.Context, id string, in wire.NewCase) (wire.Case, error)

	Releases(ctx context.Context) (wire.ReleaseList, error)
	ProposeRelease(ctx context.Context, in wire.NewRelease) (wire.Release, error)
	ConfirmRelease(ctx context.Context, id, note string) (wire.Release, error)
	RefuseRelease(ctx context.Context, id, reason string) (wire.Release, error)
	ReleasedFile(ctx context.Context, id string) ([]byte, error)
}

func (h *here) Seizure(ctx context.Context, id string) (wire.Seizure, error) {
	d, err := h.d.Seizure(ctx, h.who, id)
	return wire.FromSeizure(&d.Seizure), err
}

func (h *here) RecordSeizure(ctx context.Context, in wire.NewSeizure) (wire.Seizure, error) {
	z, err := h.d.RecordSeizure(ctx, h.who, in.ToNewSeizure())
	return wire.FromSeizure(&z), err
}

func (h *here) CorrectSeizure(ctx context.Context, id string, version int64, in wire.NewSeizure) (wire.Seizure, error) {
	z, err := h.d.CorrectSeizure(ctx, h.who, id, version, in.ToNewSeizure())
	return wire.FromSeizure(&z), err
}

func (h *here) RelabelSeizure(ctx context.Context, id string, version int64, in wire.Relabel) (wire.Seizure, error) {
	z, err := h.d.RelabelSeizure(ctx, h.who, id, version, in.Handling.ToNewHandling(), in.Reason)
	return wire.FromSeizure(&z), err
}

func (h *here) WithdrawSeizure(ctx context.Context, id string, version int64, reason string) (wire.Seizure, error) {
	z, err := h.d.WithdrawSeizure(ctx, h.who, id, version, reason)
	return wire.FromSeizure(&z), err
}

// Alerts gives the id of the last alert as the cursor of the next page.
func (h *here) Alerts(ctx context.Context, f paiza.AlertFilter, after string, n int) (wire.AlertList, error) {
	list, err := h.d.Alerts(ctx, h.who, f, after, n)
	next := ""
	if len(list) == n && n > 0 {
		next = list[n-1].ID
	}
	return wire.FromAlertList(list, next), err
}

func (h *here) Alert(ctx context.Context, id string) (wire.Alert, error) {
	d, err := h.d.Alert(ctx, h.who, id)
	return wire.FromAlert(&d.Alert), err
}

func (h *here) RaiseAlert(ctx context.Context, in wire.NewAlert) (wire.Alert, error) {
	one, err := h.d.RaiseAlert(ctx, h.who, in.ToNewAlert())
	return wire.FromAlert(&one), err
}

func (h *here) WithdrawAlert(ctx context.Context, id string, version int64, reason string) (wire.Alert, error) {
	one, err := h.d.WithdrawAlert(ctx, h.who, id, version, reason)
	return wire.FromAlert(&one), err
}

func (h *here) Agencies(ctx context.Context) (wire.AgencyList, error) {
	list, err := h.d.Agencies(ctx, h.who)
	return wire.FromAgencyList(list), err
}

func (h *here) Agency(ctx context.Context, id string) (wire.Agency, error) {
	one, err := h.d.Agency(ctx, h.who, id)
	return wire.FromAgency(one), err
}

func (h *here) CreateAgency(ctx context.Context, in wire.NewAgency) (wire.Agency, error) {
	one, err := h.d.CreateAgency(ctx, h.who, in.ToNewAgency())
	return wire.FromAgency(one), err
}

func (h *here) UpdateAgency(ctx context.Context, id string, in wire.NewAgency) (wire.Agency, error) {
	one, err := h.d.UpdateAgency(ctx, h.who, id, in.ToNewAgency())
	return wire.FromAgency(one), err
}

func (h *here) Cases(ctx context.Context) (wire.CaseList, error) {
	list, err := h.d.Cases(ctx, h.who)
	return wire.FromCaseList(list), err
}

func (h *here) Case(ctx context.Context, id string) (wire.Case, error) {
	d, err := h.d.Case(ctx, h.who, id)
	return wire.FromCase(d.Case), err
}

func (h *here) OpenCase(ctx context.Context, in wire.NewCase) (wire.Case, error) {
	one, err := h.d.CreateCase(ctx, h.who, in.ToNewCase())
	return wire.FromCase(one), err
}

func (h *here) ChangeCase(ctx context.Context, id string, in wire.NewCase) (wire.Case, error) {
	one, err := h.d.UpdateCase(ctx, h.who, id, in.ToNewCase())
	return wire.FromCase(one), err
}

func (h *here) Releases(ctx context.Context) (wire.ReleaseList, error) {
	list, err := h.d.Releases(ctx, h.who)
	return wire.FromReleaseList(list), err
}

func (h *here) ProposeRelease(ctx context.Context, in wire.NewRelease) (wire.Release, error) {
	one, err := h.d.ProposeRelease(ctx, h.who, in.ToNewRelease())
	return wire.FromRelease(one), err
}

func (h *here) ConfirmRelease(ctx context.Context, id, note string) (wire.Release, error) {
	one, err := h.d.ConfirmRelease(ctx, h.who, id, note)
	return wire.FromRelease(one), err
}

func (h *here) RefuseRelease(ctx context.Context, id, reason string) (wire.Release, error) {
	one, err := h.d.RefuseRelease(ctx, h.who, id, reason)
	return wire.FromRelease(one), err
}

func (h *here) ReleasedFile(ctx context.Context, id string) ([]byte, error) {
	return h.d.ReleasedFile(ctx, h.who, id)
}
