package api

import (
	"context"

	"paiza/internal/desk"
	"paiza/wire"
)

type sessionListOutput struct{ Body wire.SessionList }

func sessions(list []desk.Session, err error) (*sessionListOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &sessionListOutput{wire.SessionList{Sessions: make([]wire.Session, len(list))}}
	for i, s := range list {
		out.Body.Sessions[i] = wire.Session{ID: s.ID, Kind: s.Kind, Created: s.Created.UTC(), LastSeen: s.LastSeen.UTC(), Address: s.Address, Agent: s.Agent}
	}
	return out, nil
}

func (a *API) listSessions(ctx context.Context, _ *struct{}) (*sessionListOutput, error) {
	return sessions(a.desk.Sessions(ctx, who(ctx), who(ctx).ID))
}

func (a *API) endSession(ctx context.Context, in *IDInput) (*struct{}, error) {
	return nil, a.desk.EndSession(ctx, who(ctx), in.ID)
}

func (a *API) listSessionsOf(ctx context.Context, in *IDInput) (*sessionListOutput, error) {
	if _, err := a.desk.Person(ctx, who(ctx), in.ID); err != nil {
		return nil, err
	}
	return sessions(a.desk.Sessions(ctx, who(ctx), in.ID))
}

type endSessionsInput struct {
	IDInput
	Reason string `query:"reason" maxLength:"1000" doc:"Why, for the ledger."`
}

func (a *API) endSessionsOf(ctx context.Context, in *endSessionsInput) (*struct{ Body wire.Ended }, error) {
	n, err := a.desk.EndSessionsOf(ctx, who(ctx), in.ID, in.Reason)
	if err != nil {
		return nil, err
	}
	return &struct{ Body wire.Ended }{wire.Ended{Sessions: n}}, nil
}
