package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"paiza"
	"paiza/chem"
	"paiza/internal/desk"
	"paiza/internal/locale"
	"paiza/wire"
)

// alertsView is the list of alerts.
type alertsView struct {
	Rows                     []alertRow
	Kinds, Urgencies, Labels []option
	Origins                  []option // of what other nodes gave; empty while there are none
	Set                      bool     // a filter narrows the list
	Problem                  string
	CanRaise                 bool
	OnlyWithdrawn            bool
	First, Older             string // addresses, empty where there is no such page
}

// alertRow is one alert with names.
type alertRow struct {
	paiza.Alert
	Owner string // name of the agency, or of the node that it came from
	From  string // name of the node that it came from; empty for this one
}

// alertPage is how many alerts a page of the list has.
const alertPage = 50

func (s *Site) alerts(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	q := r.URL.Query()
	f, problem := wire.ParseAlerts(q)
	view := alertsView{CanRaise: v.can(paiza.RightRaiseAlert), OnlyWithdrawn: f.Withdrawn, Set: len(f.Kinds)+len(f.Urgencies)+len(f.TLPs) > 0 || f.Origin != ""}
	any := option{Name: v.Print.T("filter.any")}
	view.Kinds, view.Urgencies, view.Labels = []option{any}, []option{any}, []option{any}
	for _, k := range paiza.AlertKinds() {
		view.Kinds = append(view.Kinds, option{Value: string(k), Name: v.Print.T("alert.kind." + string(k)), Selected: slices.Contains(f.Kinds, k)})
	}
	for _, u := range slices.Backward(paiza.Urgencies()) {
		view.Urgencies = append(view.Urgencies, option{Value: string(u), Name: v.Print.T("alert.urgency." + string(u)), Selected: slices.Contains(f.Urgencies, u)})
	}
	for _, l := range paiza.TLPs() {
		view.Labels = append(view.Labels, option{Value: string(l), Name: "TLP:" + v.Print.T("tlp."+string(l)), Selected: slices.Contains(f.TLPs, l)})
	}
	if origins, err := s.originOptions(r, f.Origin); err != nil {
		return err
	} else if len(origins) > 2 || f.Origin != "" {
		view.Origins = append([]option{any}, origins...)
	}
	if problem != nil {
		code, _ := statusOf(problem)
		view.Problem = v.Print.Error(problem)
		return s.render(w, r, code, "alert/list", view)
	}
	list, err := s.desk.Alerts(r.Context(), v.Actor, f, q.Get(keyAfter), alertPage)
	if err != nil {
		return err
	}
	if view.Rows, err = s.alertRows(r, list); err != nil {
		return err
	}
	asked := wire.FormatAlerts(f)
	if q.Get(keyAfter) != "" {
		view.First = address("/alerts", asked)
	}
	if n := len(list); n == alertPage {
		asked.Set(keyAfter, list[n-1].ID)
		view.Older = address("/alerts", asked)
	}
	return s.render(w, r, http.StatusOK, "alert/list", view)
}

func (s *Site) alertRows(r *http.Request, list []paiza.Alert) ([]alertRow, error) {
	names, err := s.agencyNames(r)
	if err != nil {
		return nil, err
	}
	var c community
	if slices.ContainsFunc(list, func(a paiza.Alert) bool { return a.Handling.Origin != "" }) {
		if c, err = s.community(r); err != nil {
			return nil, err
		}
	}
	var out []alertRow
	for _, a := range list {
		row := alertRow{Alert: a, Owner: names[a.Handling.Owner]}
		if a.Handling.Origin != "" {
			row.Owner = c.name(a.Handling.Origin)
			row.From = row.Owner
		}
		out = append(out, row)
	}
	return out, nil
}

// alertView is one alert.
type alertView struct {
	desk.AlertDetail
	Owner     string
	Structure moleculeView
	Handling  handledView
	Acts      []actView
	Proof     proofView
	By        string // name of who raised it
	Timeline  *timelineView
}

// CanChange, CanPropose and CanRelabel show or leave out buttons.
func (v alertView) CanChange() bool  { return slices.Contains(v.May, paiza.RightRaiseAlert) }
func (v alertView) CanPropose() bool { return slices.Contains(v.May, paiza.RightProposeRelease) }
func (v alertView) CanRelabel() bool { return slices.Contains(v.May, paiza.RightRelabel) }

// Link is the alert's page.
func (v alertView) Link() string { return "/alerts/" + v.ID }

// moleculeView is a structure in figures; empty for none.
type moleculeView struct{ SMILES, Formula, Mass string }

// molecule reads the structure of an alert. One that cannot be read, from
// another node, is shown as it is written.
func molecule(p *locale.Printer, smiles string) moleculeView {
	out := moleculeView{SMILES: smiles}
	if smiles == "" {
		return out
	}
	if m, err := chem.Parse(smiles); err == nil {
		out.Formula = m.Formula()
		out.Mass = p.T("alert.grams", "value", p.Decimal(strconv.FormatFloat(m.Mass(), 'f', 2, 64), 2))
	}
	return out
}

func (s *Site) alert(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	detail, err := s.desk.Alert(r.Context(), v.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	view := alertView{AlertDetail: detail, Owner: names[detail.Alert.Handling.Owner], Structure: molecule(v.Print, detail.Alert.Structure),
		Acts: s.acts(v, names, detail.History)}
	for _, a := range detail.History {
		if a.Action == "alert.raise" {
			view.By = a.Actor.Name
		}
	}
	if view.Handling, err = s.handled(r, detail.Alert.Handling, detail.Caveat); err != nil {
		return err
	}
	if view.Proof, err = s.proofView(r, "/alerts/"+detail.ID+"/proof", "alert-"+detail.ID+".proof"); err != nil {
		return err
	}
	if view.Timeline, err = s.timeline(r, "alert/"+detail.ID); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "alert/detail", view)
}

// alertVersionView is an alert as an earlier version said it.
type alertVersionView struct {
	Then, Now paiza.Alert
	Facts     []fact
	Since     []difference // from then to now
	Handling  handledView
}

func (s *Site) alertVersion(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	version, err := strconv.ParseInt(r.PathValue("version"), 10, 64)
	if err != nil {
		return paiza.NotFound("version", "")
	}
	now, err := s.desk.AlertFor(r.Context(), v.Actor, paiza.RightReadAlert, r.PathValue("id"))
	if err != nil {
		return err
	}
	then, err := s.desk.AlertAt(r.Context(), v.Actor, now.ID, version)
	if err != nil {
		return err
	}
	view := alertVersionView{Then: then, Now: now, Facts: s.alertFacts(v.Print, then), Since: s.alertDifferences(v.Print, then, now)}
	if view.Handling, err = s.handled(r, then.Handling, then.Caveat); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "alert/version", view)
}

// alertFacts are what an alert says, for comparing versions.
func (s *Site) alertFacts(p *locale.Printer, a paiza.Alert) []fact {
	return []fact{{"field.title", a.Title}, {"field.kind", p.T("alert.kind." + string(a.Kind))}, {"field.urgency", p.T("alert.urgency." + string(a.Urgency))},
		{"field.text", a.Text}, {"field.substance", a.Substance}, {"field.structure", a.Structure}, {"field.country", s.countryName(p, a.Country)},
		{"field.date", p.Date(a.Date)}}
}

func (s *Site) alertDifferences(p *locale.Printer, before, after paiza.Alert) []difference {
	all := func(a paiza.Alert) []fact {
		return append(s.alertFacts(p, a), fact{"field.tlp", "TLP:" + p.T("tlp."+string(a.Handling.TLP))},
			fact{"field.purpose", p.T("purpose." + string(a.Handling.Purpose))}, fact{"field.caveat", a.Caveat})
	}
	old := all(before)
	var out []difference
	for i, now := range all(after) {
		if old[i].Text != now.Text {
			out = append(out, difference{now.Field, old[i].Text, now.Text})
		}
	}
	return out
}

// newAlert is what a person typed.
func newAlert(f form) paiza.NewAlert {
	return paiza.NewAlert{Kind: f.Get("kind"), Urgency: f.Get("urgency"), Title: f.Get("title"), Text: f.Get("text"), Substance: f.Get("substance"),
		Structure: f.Get("structure"), Country: f.Get("country"), Date: f.Get("date"), Caveat: f.Get("caveat"), Exercise: f.Get("exercise") != "",
		Handling: newHandling(f), Reason: f.Get("reason")}
}

// alertValues are the fields of the form as they would have been typed.
func (s *Site) alertValues(p *locale.Printer, a paiza.Alert) url.Values {
	q := url.Values{}
	for key, value := range map[string]string{"kind": string(a.Kind), "urgency": string(a.Urgency), "title": a.Title, "text": a.Text, "substance": a.Substance,
		"structure": a.Structure, "country": s.countryName(p, a.Country), "date": a.Date.String(), "caveat": a.Caveat} {
		wire.SetQuery(q, key, value)
	}
	return q
}
