package api

import (
	"context"
	"net/url"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"paiza"
	"paiza/internal/desk"
	"paiza/wire"
)

type ledgerInput struct {
	Subject string `query:"subject" maxLength:"100" example:"import/1" doc:"Only acts on this subject."`
	Person  string `query:"person" maxLength:"100" doc:"Only acts of this account."`
	Agency  string `query:"agency" maxLength:"100" doc:"Only acts of this agency."`
	Action  string `query:"action" maxLength:"100" example:"import.run" doc:"Only acts of this kind."`
	From    string `query:"from" example:"2026-01" doc:"First day, month or year, in UTC."`
	To      string `query:"to" example:"2026-01-31" doc:"Last day, month or year, in UTC."`
	Before  int64  `query:"before" minimum:"0" doc:"Only entries before this number."`
	Limit   int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many at most."`
	After   string `query:"after" doc:"Cursor: next of the page before."`

	query  url.Values
	filter paiza.ActFilter
}

// Resolve reads the parameters.
func (in *ledgerInput) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	in.query = u.Query()
	var err error
	if in.filter, err = wire.ParseActs(in.query); err != nil {
		return []error{err}
	}
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
	list, err := a.desk.LedgerWhere(ctx, who(ctx), in.filter, before, in.Limit)
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
	return a.sent("acts.proof", kindProof, p.Bytes()), nil
}

type seqInput struct {
	Seq int64 `path:"seq" minimum:"1" doc:"Number of the entry."`
}

func (a *API) getAct(ctx context.Context, in *seqInput) (*struct{ Body wire.Act }, error) {
	t, err := a.desk.Act(ctx, who(ctx), in.Seq)
	if err != nil {
		return nil, err
	}
	return &struct{ Body wire.Act }{wire.FromAct(t, false)}, nil
}

func (a *API) proveAct(ctx context.Context, in *seqInput) (*huma.StreamResponse, error) {
	p, err := a.desk.ProveEntry(ctx, who(ctx), in.Seq)
	if err != nil {
		return nil, err
	}
	return a.sent("entry-"+strconv.FormatInt(in.Seq, 10)+".proof", kindProof, p.Bytes()), nil
}

func (a *API) ledgerKey(ctx context.Context, _ *struct{}) (*struct{ Body wire.LedgerKey }, error) {
	key, err := a.desk.LedgerKey(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	return &struct{ Body wire.LedgerKey }{wire.LedgerKey{Key: key}}, nil
}

type cosignedOutput struct{ Body wire.Cosigned }

func (a *API) cosigned(ctx context.Context, _ *struct{}) (*cosignedOutput, error) {
	c, err := a.desk.Cosigned(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	return &cosignedOutput{a.shape(callerOf(ctx)).Cosigned(c)}, nil
}

type shownOutput struct{ Body wire.ShownLedgerList }

func (a *API) shownLedgers(ctx context.Context, _ *struct{}) (*shownOutput, error) {
	list, err := a.desk.ShownLedgers(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	return &shownOutput{a.shape(callerOf(ctx)).ShownLedgers(list)}, nil
}

type colleagueListOutput struct{ Body wire.ColleagueList }

func (a *API) ledgerPeople(ctx context.Context, _ *struct{}) (*colleagueListOutput, error) {
	list, err := a.desk.LedgerPeople(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	return &colleagueListOutput{wire.FromColleagues(list)}, nil
}

type fsckOutput struct{ Body wire.Fsck }

func (a *API) fsck(ctx context.Context, _ *struct{}) (*fsckOutput, error) {
	r, err := a.desk.Fsck(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	return &fsckOutput{a.shape(callerOf(ctx)).Fsck(r)}, nil
}
