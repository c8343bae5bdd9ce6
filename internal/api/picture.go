package api

import (
	"context"

	"paiza"
	"paiza/internal/picture"
	"paiza/wire"
)

type levelInput struct {
	SliceInput
	By    string `query:"by" enum:"year,month" default:"year" doc:"Step of time."`
	Level string `query:"level" enum:"substance,group" default:"substance" doc:"How finely substances are told apart."`
}

type marketOutput struct{ Body wire.Market }

func (a *API) market(ctx context.Context, in *levelInput) (*marketOutput, error) {
	m, err := a.desk.Market(ctx, who(ctx), in.slice, paiza.Grain(in.By), picture.Level(in.Level))
	if err != nil {
		return nil, err
	}
	return &marketOutput{a.shape(callerOf(ctx)).Market(m)}, nil
}

type balanceOutput struct{ Body wire.Balance }

func (a *API) balance(ctx context.Context, in *levelInput) (*balanceOutput, error) {
	b, err := a.desk.Balance(ctx, who(ctx), in.slice, paiza.Grain(in.By), picture.Level(in.Level))
	if err != nil {
		return nil, err
	}
	return &balanceOutput{a.shape(callerOf(ctx)).Balance(b)}, nil
}

type routesInput struct {
	SliceInput
	Limit int `query:"limit" minimum:"0" default:"0" doc:"How many routes; 0 is all."`
}

type routesOutput struct{ Body wire.Routes }

func (a *API) routes(ctx context.Context, in *routesInput) (*routesOutput, error) {
	r, err := a.desk.Routes(ctx, who(ctx), in.slice, in.Limit)
	if err != nil {
		return nil, err
	}
	return &routesOutput{a.shape(callerOf(ctx)).Routes(r)}, nil
}

type calendarOutput struct{ Body wire.Calendar }

func (a *API) calendar(ctx context.Context, in *SliceInput) (*calendarOutput, error) {
	c, err := a.desk.Calendar(ctx, who(ctx), in.slice)
	if err != nil {
		return nil, err
	}
	return &calendarOutput{a.shape(callerOf(ctx)).Calendar(c)}, nil
}

type coverageOutput struct{ Body wire.Coverage }

func (a *API) coverage(ctx context.Context, in *SliceInput) (*coverageOutput, error) {
	c, err := a.desk.Coverage(ctx, who(ctx), in.slice)
	if err != nil {
		return nil, err
	}
	return &coverageOutput{a.shape(callerOf(ctx)).Coverage(c)}, nil
}
