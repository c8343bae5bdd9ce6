package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"paiza"
	"paiza/internal/desk"
	"paiza/wire"
)

type ledgerInput struct {
	Subject string `query:"subject" maxLength:"200" example:"import/1" doc:"Only acts on this subject."`
	Before  int64  `query:"before" minimum:"0" doc:"Only entries before this number."`
	Limit   int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many at most."`
	After   string `query:"after" doc:"Cursor: next of the page before."`

	query url.Values
}

// Resolve keeps the parameters, for the cursor.
func (in *ledgerInput) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	in.query = u.Query()
	return nil
}

type actListOutput struct {
	Link []string `header:"Link"`
	Body wire.ActList
}

func (a *API) listActs(ctx context.Context, in *ledgerInput) (*actListOutput, error) {
	after, err := parseCursor("ledger", in.query, in.After)
	if err != nil {
		return nil, err
	}
	before := in.Before
	if after != "" {
		if before, err = strconv.ParseInt(after, 10, 64); err != nil || before <= 0 {
			return nil, paiza.Invalid("api.cursor", nil)
		}
	}
	var list []paiza.Act
	if in.Subject != "" {
		list, err = a.desk.LedgerOn(ctx, who(ctx), in.Subject, before, in.Limit)
	} else {
		list, err = a.desk.Ledger(ctx, who(ctx), before, in.Limit)
	}
	if err != nil {
		return nil, err
	}
	out := a.shape(callerOf(ctx)).Acts(list, in.Limit)
	if out.Before > 0 {
		out.Next = formatCursor("ledger", in.query, strconv.FormatInt(out.Before, 10))
	}
	return &actListOutput{Link: links("/ledger", in.query, out.Next), Body: out}, nil
}

type headOutput struct{ Body wire.Head }

func (a *API) checkpoint(ctx context.Context, _ *struct{}) (*headOutput, error) {
	signed, key, err := a.desk.Checkpoint(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	if signed == "" {
		return nil, &paiza.Error{Kind: paiza.ErrNotFound, Key: "cli.ledger.empty"}
	}
	return &headOutput{wire.Head{Checkpoint: signed, Key: key}}, nil
}

// maxCheckpoint bounds an earlier checkpoint in an address.
const maxCheckpoint = 4 << 10

type proveInput struct {
	Subject string `query:"subject" maxLength:"200" doc:"What the acts were done to."`
	Seq     int64  `query:"seq" minimum:"0" doc:"One entry by its number."`
	Detail  bool   `query:"detail" doc:"With the particulars of the acts. Without it the file only commits to them."`
	Since   string `query:"since" doc:"A checkpoint that the receiver has: the ledger is proved to continue it."`
}

// prove answers the file that anybody checks with paiza ledger verify.
func (a *API) prove(ctx context.Context, in *proveInput) (*huma.StreamResponse, error) {
	if (in.Subject == "") == (in.Seq <= 0) {
		return nil, paiza.Invalid("cli.ledger.one_of", nil)
	}
	if len(in.Since) > maxCheckpoint {
		return nil, missing("since")
	}
	p, err := a.desk.Prove(ctx, who(ctx), desk.ProofOf{Subject: in.Subject, Seq: in.Seq, Show: in.Detail, Since: in.Since})
	if err != nil {
		return nil, err
	}
	return a.streamed(func(w http.ResponseWriter, r *http.Request) error {
		out := &file{w: w, r: r, kind: "text/plain; charset=utf-8", name: "acts.proof"}
		if _, err := out.Write(p.Bytes()); err != nil {
			return err
		}
		return out.end()
	}), nil
}

type fsckOutput struct{ Body wire.Fsck }

func (a *API) fsck(ctx context.Context, _ *struct{}) (*fsckOutput, error) {
	r, err := a.desk.Fsck(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	return &fsckOutput{a.shape(callerOf(ctx)).Fsck(r)}, nil
}
