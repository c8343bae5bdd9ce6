package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"paiza"
	"paiza/wire"
)

// SliceQuery are the parameters that lists, exports and the picture share with
// the pages. They are named here for the document and read by package wire.
type SliceQuery struct {
	From      string   `query:"from" example:"2014" doc:"First year, month or day."`
	To        string   `query:"to" example:"2015-06" doc:"Last year, month or day."`
	Country   []string `query:"country,explode" doc:"ISO 3166-1 alpha-3; may repeat."`
	Division  []string `query:"division,explode" doc:"ISO 3166-2; may repeat."`
	Substance []string `query:"substance,explode" doc:"Catalog code; may repeat."`
	Group     []string `query:"group,explode" doc:"Drug group; may repeat."`
	Routing   []string `query:"routing,explode" doc:"Kind of place; may repeat."`
	Import    []string `query:"import,explode" doc:"Id of an import; may repeat."`
	Via       string   `query:"via" doc:"A state that the route touches in any part."`
	Doubtful  string   `query:"doubtful" doc:"without leaves out rows whose amount is implausible."`
}

// SliceInput is a part of the picture.
type SliceInput struct {
	SliceQuery

	query url.Values
	slice paiza.Slice
}

// Resolve reads the parameters.
func (in *SliceInput) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	in.query = u.Query()
	var err error
	if in.slice, err = wire.ParseSlice(in.query); err != nil {
		return []error{err}
	}
	return nil
}

// FilterInput adds what only a list of rows knows.
type FilterInput struct {
	SliceQuery
	Text        string   `query:"q" doc:"Words, in any script."`
	Flag        []string `query:"flag,explode" doc:"Rows with any of these flags; may repeat."`
	Producing   string   `query:"producing" doc:"With departure, through and destination: exactly this route. An end that is missing, or -, is one that the source leaves out."`
	Departure   string   `query:"departure"`
	Through     string   `query:"through"`
	Destination string   `query:"destination"`
	Label       []string `query:"label,explode" doc:"TLP labels: clear, green, amber, amber+strict, red; may repeat."`
	Case        string   `query:"case" doc:"Id of a case."`
	Red         string   `query:"red" doc:"without leaves out TLP:RED rows, which no figure counts."`
	Withdrawn   string   `query:"withdrawn" doc:"only lists what your agency withdrew."`

	query  url.Values
	filter paiza.SeizureFilter
}

// Resolve reads the parameters.
func (in *FilterInput) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	in.query = u.Query()
	var err error
	if in.filter, err = wire.ParseFilter(in.query); err != nil {
		return []error{err}
	}
	return nil
}

// PageInput says which part of a list.
type PageInput struct {
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"50" doc:"How many at most."`
	After string `query:"after" doc:"Cursor: next of the page before."`
}

type listSeizuresInput struct {
	FilterInput
	PageInput
}

type seizureListOutput struct {
	Link []string `header:"Link"`
	Body wire.SeizureList
}

func (a *API) listSeizures(ctx context.Context, in *listSeizuresInput) (*seizureListOutput, error) {
	after, err := parseCursor("seizures", in.query, in.After)
	if err != nil {
		return nil, err
	}
	list, err := a.desk.Seizures(ctx, who(ctx), in.filter, paiza.Page{Size: in.Limit, After: after})
	if err != nil {
		return nil, err
	}
	next := formatCursor("seizures", in.query, list.Next)
	return &seizureListOutput{Link: links("/seizures", in.query, next), Body: wire.FromSeizureList(list, next)}, nil
}

// IDInput names one subject.
type IDInput struct {
	ID string `path:"id" maxLength:"100"`
}

type seizureOutput struct {
	Location string `header:"Location"`
	Body     wire.Seizure
}

func (a *API) getSeizure(ctx context.Context, in *IDInput) (*seizureOutput, error) {
	d, err := a.desk.Seizure(ctx, who(ctx), in.ID)
	return seizure(d.Seizure, err)
}

// seizure answers with a seizure or the refusal of an act on it.
func seizure(z paiza.Seizure, err error) (*seizureOutput, error) {
	if err != nil {
		return nil, err
	}
	return &seizureOutput{Body: wire.FromSeizure(&z)}, nil
}

func (a *API) getSeizureVersion(ctx context.Context, in *earlierInput) (*seizureOutput, error) {
	return seizure(a.desk.SeizureAt(ctx, who(ctx), in.ID, in.Version))
}

type correctSeizureInput struct {
	VersionInput
	Body wire.NewSeizure
}

func (a *API) correctSeizure(ctx context.Context, in *correctSeizureInput) (*seizureOutput, error) {
	if err := handlingApart(in.Body.Handling); err != nil {
		return nil, err
	}
	return seizure(a.desk.CorrectSeizure(ctx, who(ctx), in.ID, in.expect(ctx), in.Body.ToNewSeizure()))
}

func (a *API) relabelSeizure(ctx context.Context, in *relabelInput) (*seizureOutput, error) {
	return seizure(a.desk.RelabelSeizure(ctx, who(ctx), in.ID, in.expect(ctx), in.Body.Handling.ToNewHandling(), in.Body.Reason))
}

func (a *API) withdrawSeizure(ctx context.Context, in *withdrawInput) (*seizureOutput, error) {
	return seizure(a.desk.WithdrawSeizure(ctx, who(ctx), in.ID, in.expect(ctx), in.Body.Reason))
}

type recordSeizureInput struct{ Body wire.NewSeizure }

func (a *API) recordSeizure(ctx context.Context, in *recordSeizureInput) (*seizureOutput, error) {
	z, err := a.desk.RecordSeizure(ctx, who(ctx), in.Body.ToNewSeizure())
	if err != nil {
		return nil, err
	}
	return &seizureOutput{Location: Prefix + "/seizures/" + z.ID, Body: wire.FromSeizure(&z)}, nil
}

type sourceRowOutput struct{ Body wire.SourceRow }

func (a *API) getSourceRow(ctx context.Context, in *IDInput) (*sourceRowOutput, error) {
	d, err := a.desk.Seizure(ctx, who(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	if d.Import == nil {
		return nil, paiza.NotFound("import", "") // typed in: there is no file
	}
	return &sourceRowOutput{wire.SourceRow{Import: d.Import.ID, File: d.Import.File, SHA256: d.Import.SHA256, Sheet: d.Source.Sheet,
		Row: d.Source.Row, Columns: slices.Concat([]string{}, d.Header), Cells: slices.Concat([]string{}, d.Cells)}}, nil
}

type historyOutput struct{ Body wire.Acts }

func (a *API) getHistory(ctx context.Context, in *IDInput) (*historyOutput, error) {
	d, err := a.desk.Seizure(ctx, who(ctx), in.ID)
	return history(d.History, err)
}

type totalListOutput struct{ Body wire.TotalList }

// totalsMost is how many official figures the desk lists.
const totalsMost = 2000

func (a *API) listTotals(ctx context.Context, in *SliceInput) (*totalListOutput, error) {
	list, err := a.desk.Totals(ctx, who(ctx), in.slice)
	if err != nil {
		return nil, err
	}
	out := &totalListOutput{wire.TotalList{Totals: make([]wire.Total, len(list)), More: len(list) == totalsMost}}
	for i := range list {
		out.Body.Totals[i] = wire.FromTotal(&list[i])
	}
	return out, nil
}

// streamed is an answer that is made while it is sent.
func (a *API) streamed(send func(w http.ResponseWriter, r *http.Request) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		r, w := unwrap(ctx)
		if err := send(w, r); err != nil {
			a.cut(w, r, err)
		}
	}}
}
