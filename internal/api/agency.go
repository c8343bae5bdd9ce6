package api

import (
	"context"

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
