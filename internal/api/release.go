package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"paiza"
	"paiza/wire"
)

func (a *API) listReleases(ctx context.Context, _ *struct{}) (*struct{ Body wire.ReleaseList }, error) {
	list, err := a.desk.Releases(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	return &struct{ Body wire.ReleaseList }{wire.FromReleaseList(list)}, nil
}

type releaseOutput struct {
	Location string `header:"Location"`
	Body     wire.Release
}

func release(r paiza.Release, err error) (*releaseOutput, error) {
	if err != nil {
		return nil, err
	}
	return &releaseOutput{Body: wire.FromRelease(r)}, nil
}

func (a *API) getRelease(ctx context.Context, in *IDInput) (*struct{ Body wire.ReleaseDetail }, error) {
	d, err := a.desk.Release(ctx, who(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body wire.ReleaseDetail }{wire.ReleaseDetail{Release: wire.FromRelease(d.Release), Changed: d.Changed, Rule: d.Rule}}, nil
}

func (a *API) proposeRelease(ctx context.Context, in *struct{ Body wire.NewRelease }) (*releaseOutput, error) {
	out, err := release(a.desk.ProposeRelease(ctx, who(ctx), in.Body.ToNewRelease()))
	if err == nil {
		out.Location = Prefix + "/releases/" + out.Body.ID
	}
	return out, err
}

type confirmInput struct {
	IDInput
	Body wire.Note
}

func (a *API) confirmRelease(ctx context.Context, in *confirmInput) (*releaseOutput, error) {
	return release(a.desk.ConfirmRelease(ctx, who(ctx), in.ID, in.Body.Note))
}

func (a *API) refuseRelease(ctx context.Context, in *whyInput) (*releaseOutput, error) {
	return release(a.desk.RefuseRelease(ctx, who(ctx), in.ID, in.Body.Reason))
}

func (a *API) getReleasedFile(ctx context.Context, in *IDInput) (*huma.StreamResponse, error) {
	body, err := a.desk.ReleasedFile(ctx, who(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return a.sent("release.json", "application/json", body), nil
}
