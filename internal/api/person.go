package api

import (
	"context"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/desk"
	"paiza/wire"
)

type accountOutput struct{ Body wire.Account }

// account answers who asks and what he may do.
func (a *API) account(ctx context.Context, _ *struct{}) (*accountOutput, error) {
	c := callerOf(ctx)
	out := &accountOutput{wire.Account{Person: wire.FromPerson(c.Person), Via: string(c.Actor.Via), Token: c.Actor.Token, Rights: []paiza.Right{}}}
	for _, right := range paiza.Rights() {
		if access.Allow(c.Actor, right) == nil {
			out.Body.Rights = append(out.Body.Rights, right)
		}
	}
	return out, nil
}

type personListOutput struct{ Body wire.PersonList }

func (a *API) listPeople(ctx context.Context, _ *struct{}) (*personListOutput, error) {
	list, err := a.desk.People(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	return &personListOutput{a.shape(callerOf(ctx)).People(list)}, nil
}

type personOutput struct {
	Location string `header:"Location"`
	Body     wire.Person
}

func (a *API) getPerson(ctx context.Context, in *IDInput) (*personOutput, error) {
	p, err := a.desk.Person(ctx, who(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &personOutput{Body: wire.FromPerson(p)}, nil
}

type newPersonInput struct{ Body wire.NewPerson }

func (a *API) createPerson(ctx context.Context, in *newPersonInput) (*personOutput, error) {
	b := in.Body
	p, err := a.desk.CreatePerson(ctx, who(ctx), paiza.NewPerson{Login: b.Login, Name: b.Name, Agency: b.Agency, Roles: b.Roles,
		Language: b.Language, Password: b.Password})
	if err != nil {
		return nil, err
	}
	return &personOutput{Location: Prefix + "/people/" + p.ID, Body: wire.FromPerson(p)}, nil
}

type personChangeInput struct {
	IDInput
	Body wire.PersonChange
}

func (a *API) updatePerson(ctx context.Context, in *personChangeInput) (*personOutput, error) {
	b := in.Body
	p, err := a.desk.UpdatePerson(ctx, who(ctx), in.ID, desk.PersonChange{Name: b.Name, Agency: b.Agency, Roles: b.Roles, Disabled: b.Disabled, Reason: b.Reason})
	if err != nil {
		return nil, err
	}
	return &personOutput{Body: wire.FromPerson(p)}, nil
}

type newPasswordInput struct {
	IDInput
	Body wire.NewPassword
}

func (a *API) resetPassword(ctx context.Context, in *newPasswordInput) (*struct{}, error) {
	return nil, a.desk.ResetPassword(ctx, who(ctx), in.ID, in.Body.Password, in.Body.Reason)
}

// colleagues answers who can be named in a record or a case.
func (a *API) colleagues(ctx context.Context, _ *struct{}) (*colleagueListOutput, error) {
	list, err := a.desk.Colleagues(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	return &colleagueListOutput{wire.FromColleagues(list)}, nil
}
