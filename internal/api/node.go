package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"paiza/internal/locale"
	"paiza/wire"
)

type nodeOutput struct{ Body wire.Node }

func (a *API) node(ctx context.Context, _ *struct{}) (*nodeOutput, error) {
	demo, err := a.desk.Demo(ctx)
	if err != nil {
		return nil, err
	}
	out := &nodeOutput{wire.Node{Version: a.opt.Version, Catalog: a.catalog.Version(), Demonstration: demo, Languages: locale.Languages()}}
	for _, t := range tags {
		out.Body.Capabilities = append(out.Body.Capabilities, t.name)
	}
	return out, nil
}

// Document is the OpenAPI 3.1 description of the API, indented.
func (a *API) Document() []byte {
	raw, err := a.huma.OpenAPI().MarshalJSON()
	if err != nil {
		panic(err) // made from our own types
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		panic(err)
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// document answers the description of the API.
func (a *API) document(context.Context, *struct{}) (*huma.StreamResponse, error) {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		ctx.SetHeader("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
		ctx.SetStatus(http.StatusOK)
		_, _ = ctx.BodyWriter().Write(a.doc())
	}}, nil
}
