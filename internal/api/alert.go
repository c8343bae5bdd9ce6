package api

import (
	"context"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"paiza"
	"paiza/wire"
)

type listAlertsInput struct {
	Kind      []string `query:"kind,explode" doc:"substance, adulterant, route, concealment, other; may repeat."`
	Urgency   []string `query:"urgency,explode" doc:"routine, priority, immediate; may repeat."`
	Label     []string `query:"label,explode" doc:"TLP labels; may repeat."`
	Origin    string   `query:"origin" doc:"own, others, or the name of a node."`
	Withdrawn string   `query:"withdrawn" doc:"only lists what your agency withdrew."`
	Limit     int      `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many at most."`
	After     string   `query:"after" doc:"Cursor: next of the page before."`

	query  url.Values
	filter paiza.AlertFilter
}

// Resolve reads the parameters.
func (in *listAlertsInput) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	in.query = u.Query()
	var err error
	if in.filter, err = wire.ParseAlerts(in.query); err != nil {
		return []error{err}
	}
	return nil
}

type alertListOutput struct {
	Link []string `header:"Link"`
	Body wire.AlertList
}

func (a *API) listAlerts(ctx context.Context, in *listAlertsInput) (*alertListOutput, error) {
	after, err := parseCursor("alerts", in.query, in.After)
	if err != nil {
		return nil, err
	}
	list, err := a.desk.Alerts(ctx, who(ctx), in.filter, after, in.Limit)
	if err != nil {
		return nil, err
	}
	next := ""
	if n := len(list); n == in.Limit {
		next = formatCursor("alerts", in.query, list[n-1].ID)
	}
	return &alertListOutput{Link: links("/alerts", in.query, next), Body: wire.FromAlertList(list, next)}, nil
}

type alertOutput struct {
	Location string `header:"Location"`
	Body     wire.Alert
}

// alert answers with an alert or the refusal of an act on it.
func alert(z paiza.Alert, err error) (*alertOutput, error) {
	if err != nil {
		return nil, err
	}
	return &alertOutput{Body: wire.FromAlert(&z)}, nil
}

func (a *API) getAlert(ctx context.Context, in *IDInput) (*alertOutput, error) {
	d, err := a.desk.Alert(ctx, who(ctx), in.ID)
	return alert(d.Alert, err)
}

func (a *API) getAlertHistory(ctx context.Context, in *IDInput) (*historyOutput, error) {
	d, err := a.desk.Alert(ctx, who(ctx), in.ID)
	return history(d.History, err)
}

func (a *API) getAlertVersion(ctx context.Context, in *earlierInput) (*alertOutput, error) {
	return alert(a.desk.AlertAt(ctx, who(ctx), in.ID, in.Version))
}

func (a *API) raiseAlert(ctx context.Context, in *struct{ Body wire.NewAlert }) (*alertOutput, error) {
	out, err := alert(a.desk.RaiseAlert(ctx, who(ctx), in.Body.ToNewAlert()))
	if err == nil {
		out.Location = Prefix + "/alerts/" + out.Body.ID
	}
	return out, err
}

type correctAlertInput struct {
	VersionInput
	Body wire.NewAlert
}

func (a *API) correctAlert(ctx context.Context, in *correctAlertInput) (*alertOutput, error) {
	if err := handlingApart(in.Body.Handling); err != nil {
		return nil, err
	}
	return alert(a.desk.CorrectAlert(ctx, who(ctx), in.ID, in.expect(ctx), in.Body.ToNewAlert()))
}

func (a *API) relabelAlert(ctx context.Context, in *relabelInput) (*alertOutput, error) {
	return alert(a.desk.RelabelAlert(ctx, who(ctx), in.ID, in.expect(ctx), in.Body.Handling.ToNewHandling(), in.Body.Reason))
}

func (a *API) withdrawAlert(ctx context.Context, in *withdrawInput) (*alertOutput, error) {
	return alert(a.desk.WithdrawAlert(ctx, who(ctx), in.ID, in.expect(ctx), in.Body.Reason))
}
