package api

import (
	"context"

	"paiza/wire"
)

type substancesOutput struct{ Body wire.SubstanceList }

func (a *API) substances(ctx context.Context, _ *struct{}) (*substancesOutput, error) {
	return &substancesOutput{a.shape(callerOf(ctx)).Substances()}, nil
}

type unitsOutput struct{ Body wire.UnitList }

func (a *API) units(ctx context.Context, _ *struct{}) (*unitsOutput, error) {
	return &unitsOutput{a.shape(callerOf(ctx)).Units()}, nil
}

type countriesOutput struct{ Body wire.StateList }

func (a *API) countries(ctx context.Context, _ *struct{}) (*countriesOutput, error) {
	return &countriesOutput{a.shape(callerOf(ctx)).Countries()}, nil
}

type factorsOutput struct{ Body wire.FactorList }

func (a *API) factors(ctx context.Context, _ *struct{}) (*factorsOutput, error) {
	return &factorsOutput{a.shape(callerOf(ctx)).Factors()}, nil
}

type resolveInput struct {
	Text    string `query:"text" required:"true" maxLength:"300" example:"героин" doc:"The text as a file writes it."`
	Country string `query:"country" maxLength:"100" doc:"The state, when the text may be one of its divisions: code or name."`
}

type resolveOutput struct{ Body wire.ResolutionList }

func (a *API) resolve(ctx context.Context, in *resolveInput) (*resolveOutput, error) {
	list, err := a.shape(callerOf(ctx)).Resolve(in.Text, in.Country)
	if err != nil {
		return nil, err
	}
	return &resolveOutput{list}, nil
}
