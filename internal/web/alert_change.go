package web

import (
	"errors"
	"net/http"
	"net/url"

	"paiza"
	"paiza/internal/catalog"
)

// alertActView is the form of an act on an alert, and of a new one.
type alertActView struct {
	Alert     paiza.Alert
	Form      form
	Expect    int64        // the version that the person has before him
	Since     []difference // what changed while he filled in the form
	Handling  handlingForm
	Kind      inputView
	Urgencies []handlingChoice
	Countries []string
}

// alertRecord is what the acts on an alert have in common. It and they are functions: pages ask
// the table of routes, which asks the acts.
func alertRecord() record[paiza.Alert] {
	return record[paiza.Alert]{list: "/alerts", version: func(a paiza.Alert) int64 { return a.Version }, show: (*Site).alertActPage,
		read: func(s *Site, r *http.Request, right paiza.Right, id string) (paiza.Alert, error) {
			return s.desk.AlertFor(r.Context(), visitOf(r).Actor, right, id)
		}}
}

func correctingAlert() act[paiza.Alert] {
	return act[paiza.Alert]{of: alertRecord(), page: "alert/correct", right: paiza.RightRaiseAlert, said: "alert.corrected",
		fill: func(s *Site, r *http.Request, a paiza.Alert) url.Values { return s.alertValues(visitOf(r).Print, a) },
		do: func(s *Site, r *http.Request, id string, expect int64, f form) error {
			_, err := s.desk.CorrectAlert(r.Context(), visitOf(r).Actor, id, expect, newAlert(f))
			return err
		}}
}

func relabellingAlert() act[paiza.Alert] {
	return act[paiza.Alert]{of: alertRecord(), page: "alert/relabel", right: paiza.RightRelabel, said: "alert.relabelled",
		fill: func(_ *Site, _ *http.Request, a paiza.Alert) url.Values { return handlingValues(a.Handling) },
		do: func(s *Site, r *http.Request, id string, expect int64, f form) error {
			_, err := s.desk.RelabelAlert(r.Context(), visitOf(r).Actor, id, expect, newHandling(f), f.Get("reason"))
			return err
		}}
}

func withdrawingAlert() act[paiza.Alert] {
	return act[paiza.Alert]{of: alertRecord(), page: "alert/withdraw", right: paiza.RightRaiseAlert, said: "alert.is_withdrawn",
		do: func(s *Site, r *http.Request, id string, expect int64, f form) error {
			_, err := s.desk.WithdrawAlert(r.Context(), visitOf(r).Actor, id, expect, f.Get("reason"))
			return err
		}}
}

// alertActPage answers with the form of an act on an alert, or of a new one.
func (s *Site) alertActPage(w http.ResponseWriter, r *http.Request, code int, page string, now paiza.Alert, seen int64, f form) error {
	v := visitOf(r)
	view := s.alertActView(r, f)
	view.Alert, view.Expect = now, now.Version
	var err error
	view.Since, err = since(now, now.Version, seen, func(version int64) (paiza.Alert, error) { return s.desk.AlertAt(r.Context(), v.Actor, now.ID, version) },
		func(before, after paiza.Alert) []difference { return s.alertDifferences(v.Print, before, after) })
	if err != nil {
		return err
	}
	if page == "alert/new" || page == "alert/relabel" {
		if view.Handling, err = s.handlingForm(r, f); err != nil {
			return err
		}
	}
	return s.render(w, r, code, page, view)
}

// alertActView offers the choices of the form.
func (s *Site) alertActView(r *http.Request, f form) alertActView {
	p := visitOf(r).Print
	out := alertActView{Form: f, Kind: inputView{Name: "kind", ID: "kind", Label: p.FieldName("kind"), Bad: f.Bad("kind")}}
	kind, urgency := f.Get("kind"), f.Get("urgency")
	if kind == "" {
		kind = string(paiza.AlertSubstance)
	}
	if urgency == "" {
		urgency = string(paiza.UrgencyRoutine)
	}
	for _, k := range paiza.AlertKinds() {
		out.Kind.Options = append(out.Kind.Options, option{Value: string(k), Name: p.T("alert.kind." + string(k)), Selected: string(k) == kind})
	}
	for _, u := range paiza.Urgencies() {
		out.Urgencies = append(out.Urgencies, handlingChoice{string(u), p.T("alert.urgency." + string(u)), p.T("alert.urgency_text." + string(u)), string(u) == urgency})
	}
	for _, c := range s.catalog.Countries() {
		out.Countries = append(out.Countries, s.catalog.Name(catalog.KindCountry, string(c.Code), p.Tag()))
	}
	return out
}

func (s *Site) raiseForm(w http.ResponseWriter, r *http.Request) error {
	return s.alertActPage(w, r, http.StatusOK, "alert/new", paiza.Alert{}, 0, form{values: url.Values{}})
}

func (s *Site) raise(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f := readForm(r)
	a, err := s.desk.RaiseAlert(r.Context(), v.Actor, newAlert(f))
	if errors.Is(err, paiza.ErrInvalid) || errors.Is(err, paiza.ErrConflict) {
		code, _ := statusOf(err)
		return s.alertActPage(w, r, code, "alert/new", paiza.Alert{}, 0, f.failed(v.Print, err))
	}
	if err != nil {
		return err
	}
	s.flash(r, "alert.raised")
	http.Redirect(w, r, "/alerts/"+a.ID, http.StatusSeeOther)
	return nil
}
