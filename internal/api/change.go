package api

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"paiza"
	"paiza/wire"
)

// Acts on a record that exists: which version the caller has before him, and
// what every kind of record has besides.

// VersionInput names a record and the version that the caller read.
type VersionInput struct {
	IDInput
	Version int64 `query:"version" minimum:"0" doc:"The version that you read: refused with 409 when it is another one now. With If-Match it is the version of the tag, and the refusal 412."`
}

// expect is the version that the act is for: the one that the caller names, or
// that his If-Match was compared with. The act compares it again in its own
// transaction, so that no process of the node can come between. 0 is any.
func (in *VersionInput) expect(ctx context.Context) int64 {
	if in.Version != 0 {
		return in.Version
	}
	return callerOf(ctx).expect
}

type relabelInput struct {
	VersionInput
	Body wire.Relabel
}

type withdrawInput struct {
	VersionInput
	Body wire.Why
}

type earlierInput struct {
	IDInput
	Version int64 `path:"version" minimum:"1"`
}

// handlingApart refuses a correction that says how the record is handled: that is
// another act with another right, and is not dropped in silence.
func handlingApart(m wire.NewMarking) error {
	if reflect.DeepEqual(m, wire.NewMarking{}) {
		return nil
	}
	return &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: []paiza.FieldError{{Field: "handling", Key: "api.handling_apart"}}}
}

// history gives the acts on a record their shape.
func history(list []paiza.Act, err error) (*historyOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &historyOutput{wire.Acts{Acts: []wire.Act{}}}
	for _, t := range list {
		out.Body.Acts = append(out.Body.Acts, wire.FromAct(t, false))
	}
	return out, nil
}

// proveSubject answers the proof of the history of a record of a kind.
func proveSubject(kind string) func(*API, context.Context, *IDInput) (*huma.StreamResponse, error) {
	return func(a *API, ctx context.Context, in *IDInput) (*huma.StreamResponse, error) {
		p, err := a.desk.ProveSubject(ctx, who(ctx), kind+"/"+in.ID)
		if err != nil {
			return nil, err
		}
		return a.sent(kind+"-"+strings.ReplaceAll(in.ID, `"`, "")+".proof", kindProof, p.Bytes()), nil
	}
}

// kindProof is the media type of a proof.
const kindProof = "text/plain; charset=utf-8"

// sent answers with a file that is whole already.
func (a *API) sent(name, kind string, body []byte) *huma.StreamResponse {
	return a.streamed(func(w http.ResponseWriter, r *http.Request) error {
		out := &file{w: w, r: r, kind: kind, name: name}
		if _, err := out.Write(body); err != nil {
			return err
		}
		return out.end()
	})
}
