package api

import (
	"context"

	"paiza"
	"paiza/wire"
)

func (a *API) listCases(ctx context.Context, _ *struct{}) (*struct{ Body wire.CaseList }, error) {
	list, err := a.desk.Cases(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	return &struct{ Body wire.CaseList }{wire.FromCaseList(list)}, nil
}

type caseOutput struct {
	Location string `header:"Location"`
	Body     wire.Case
}

func casefile(c paiza.Case, err error) (*caseOutput, error) {
	if err != nil {
		return nil, err
	}
	return &caseOutput{Body: wire.FromCase(c)}, nil
}

func (a *API) getCase(ctx context.Context, in *IDInput) (*caseOutput, error) {
	d, err := a.desk.Case(ctx, who(ctx), in.ID)
	return casefile(d.Case, err)
}

func (a *API) getCaseHistory(ctx context.Context, in *IDInput) (*historyOutput, error) {
	d, err := a.desk.Case(ctx, who(ctx), in.ID)
	return history(d.History, err)
}

func (a *API) openCase(ctx context.Context, in *struct{ Body wire.NewCase }) (*caseOutput, error) {
	out, err := casefile(a.desk.CreateCase(ctx, who(ctx), in.Body.ToNewCase()))
	if err == nil {
		out.Location = Prefix + "/cases/" + out.Body.ID
	}
	return out, err
}

type changeCaseInput struct {
	IDInput
	Body wire.NewCase
}

func (a *API) changeCase(ctx context.Context, in *changeCaseInput) (*caseOutput, error) {
	return casefile(a.desk.UpdateCase(ctx, who(ctx), in.ID, in.Body.ToNewCase()))
}
