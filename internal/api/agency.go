package api

import (
	"context"

	"paiza"
	"paiza/wire"
)

type agencyListOutput struct{ Body wire.AgencyList }

func (a *API) listAgencies(ctx context.Context, _ *struct{}) (*agencyListOutput, error) {
	list, err := a.desk.Agencies(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	return &agencyListOutput{wire.FromAgencyList(list)}, nil
}

type agencyOutput struct {
	Location string `header:"Location"`
	Body     wire.Agency
}

func agency(one paiza.Agency, err error) (*agencyOutput, error) {
	if err != nil {
		return nil, err
	}
	return &agencyOutput{Body: wire.FromAgency(one)}, nil
}

func (a *API) getAgency(ctx context.Context, in *IDInput) (*agencyOutput, error) {
	return agency(a.desk.Agency(ctx, who(ctx), in.ID))
}

func (a *API) createAgency(ctx context.Context, in *struct{ Body wire.NewAgency }) (*agencyOutput, error) {
	out, err := agency(a.desk.CreateAgency(ctx, who(ctx), in.Body.ToNewAgency()))
	if err == nil {
		out.Location = Prefix + "/agencies/" + out.Body.ID
	}
	return out, err
}

type changeAgencyInput struct {
	IDInput
	Body wire.NewAgency
}

func (a *API) updateAgency(ctx context.Context, in *changeAgencyInput) (*agencyOutput, error) {
	return agency(a.desk.UpdateAgency(ctx, who(ctx), in.ID, in.Body.ToNewAgency()))
}
