package api

import (
	"context"

	"paiza/wire"
)

type tokensInput struct {
	Person string `query:"person" maxLength:"100" doc:"Another person's, for who may manage people."`
}

type tokenListOutput struct{ Body wire.TokenList }

func (a *API) listTokens(ctx context.Context, in *tokensInput) (*tokenListOutput, error) {
	list, err := a.desk.Tokens(ctx, who(ctx), in.Person)
	if err != nil {
		return nil, err
	}
	out := &tokenListOutput{wire.TokenList{Tokens: make([]wire.Token, len(list))}}
	for i, k := range list {
		out.Body.Tokens[i] = wire.FromToken(k)
	}
	return out, nil
}

type newTokenInput struct{ Body wire.NewToken }

type madeTokenOutput struct{ Body wire.MadeToken }

func (a *API) createToken(ctx context.Context, in *newTokenInput) (*madeTokenOutput, error) {
	k, text, err := a.desk.CreateToken(ctx, who(ctx), in.Body.ToNewToken())
	if err != nil {
		return nil, err
	}
	return &madeTokenOutput{wire.MadeToken{Token: wire.FromToken(k), Secret: text}}, nil
}

type revokeTokenInput struct {
	IDInput
	Reason string `query:"reason" maxLength:"1000" doc:"Why, for the ledger."`
}

func (a *API) revokeToken(ctx context.Context, in *revokeTokenInput) (*struct{}, error) {
	return nil, a.desk.RevokeToken(ctx, who(ctx), in.ID, in.Reason)
}
