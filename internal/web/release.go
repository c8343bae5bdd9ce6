package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/locale"
)

// releasesView is the list of releases.
type releasesView struct {
	Releases []releaseRow
}

// releaseRow is one release with its audience in words.
type releaseRow struct {
	paiza.Release
	Audience string
	Record   string // address of the seizure or alert
	Name     string // what it is, with its version
	Mine     bool
}

func (s *Site) releaseRow(v *visit, c community, one paiza.Release) releaseRow {
	kind, id, _ := strings.Cut(one.Subject, "/")
	out := releaseRow{Release: one, Record: "/" + kind + "s/" + id, Mine: one.Proposer == v.Actor.ID}
	out.Name = v.Print.T("release.of_"+kind, "id", id, "n", strconv.FormatInt(one.Version, 10))
	out.Audience = v.Print.T("release.audience.public")
	if !one.Public() {
		out.Audience = c.audience(one.Audience)
		if out.Audience == "" {
			out.Audience = s.countryName(v.Print, paiza.Country(one.Audience))
		}
	}
	return out
}

func (s *Site) releases(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	list, err := s.desk.Releases(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	c, err := s.community(r)
	if err != nil {
		return err
	}
	var view releasesView
	for _, one := range list {
		view.Releases = append(view.Releases, s.releaseRow(v, c, one))
	}
	return s.render(w, r, http.StatusOK, "release/list", view)
}

// releaseView is one release beside its record as it is now.
type releaseView struct {
	desk.ReleaseDetail
	released
	Row     releaseRow
	To      []recipient // nodes to which it travels; none for a file or the public
	Form    form
	Open    bool
	Confirm bool   // the person may confirm it, at least after proving that it is he
	StepUp  string // address where he proves it; empty when that is not needed
	Why     string // why he may not
	Refuse  bool
	File    string // address of the file of a confirmed release to a state
}

// released is a record of which a release is: a seizure or an alert.
type released struct {
	Path     string // its address
	Number   string
	List     string // address of the list that it stands in
	Title    string // it in one line
	Facts    []fact // what travels
	Handling handledView
	tlp      paiza.TLP
}

// released describes a seizure, or an alert where there is no seizure.
func (s *Site) released(r *http.Request, z paiza.Seizure, a paiza.Alert) (released, error) {
	p := visitOf(r).Print
	if z.ID == "" {
		out := released{Path: "/alerts/" + a.ID, Number: a.ID, List: "/alerts", Title: a.Title, Facts: s.alertFacts(p, a), tlp: a.Handling.TLP}
		var err error
		out.Handling, err = s.handled(r, a.Handling, a.Caveat)
		return out, err
	}
	out := released{Path: "/seizures/" + z.ID, Number: z.ID, List: "/seizures", Facts: s.facts(p, z), tlp: z.Handling.TLP}
	said := []string{s.substanceName(p, z.Substance)}
	names, err := s.agencyNames(r)
	if err != nil {
		return out, err
	}
	if row := s.row(visitOf(r), names, z); row.Weight {
		weight := p.T("amount.mass", "value", p.Decimal(paiza.Kilograms(z.Equivalent), -1))
		if row.Converted {
			weight = "≈ " + weight
		}
		said = append(said, weight)
	}
	said = append(said, p.Date(z.Date))
	if z.Country != "" {
		said = append(said, s.countryName(p, z.Country))
	}
	out.Title = strings.Join(said, " · ")
	out.Handling, err = s.handled(r, z.Handling, z.Caveat)
	return out, err
}

func (s *Site) release(w http.ResponseWriter, r *http.Request) error {
	return s.releasePage(w, r, http.StatusOK, form{})
}

func (s *Site) releasePage(w http.ResponseWriter, r *http.Request, code int, f form) error {
	v := visitOf(r)
	detail, err := s.desk.Release(r.Context(), v.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	c, err := s.community(r)
	if err != nil {
		return err
	}
	view := releaseView{ReleaseDetail: detail, Row: s.releaseRow(v, c, detail.Release), Form: f}
	if view.released, err = s.released(r, detail.Seizure, detail.Alert); err != nil {
		return err
	}
	view.To = c.recipients(detail.Audience)
	view.Open = detail.State == paiza.ReleaseProposed
	if view.Open {
		view.Refuse = view.Row.Mine || v.can(paiza.RightConfirmRelease)
		switch detail.Rule {
		case "":
			view.Confirm = true
		case ruleStepUp:
			view.Confirm, view.StepUp = true, stepUpLink("/releases/"+detail.ID)
		default:
			view.Why = v.Print.T("error.rule." + detail.Rule)
		}
	}
	if detail.State == paiza.ReleaseConfirmed && !detail.Public() && v.can(paiza.RightProposeRelease) {
		view.File = "/releases/" + detail.ID + "/file"
	}
	return s.render(w, r, code, "release/detail", view)
}

// ruleStepUp is the rule by which who decides has just proved that it is he.
const ruleStepUp = "step-up"

// stepUpLink is where a person proves that it is he and comes back.
func stepUpLink(back string) string { return "/step-up?next=" + url.QueryEscape(back) }

func (s *Site) confirmRelease(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	one, err := s.desk.ConfirmRelease(r.Context(), visitOf(r).Actor, r.PathValue("id"), f.Get("note"))
	return s.releaseDecided(w, r, f, one, "release.confirmed", err)
}

func (s *Site) refuseRelease(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	one, err := s.desk.RefuseRelease(r.Context(), visitOf(r).Actor, r.PathValue("id"), f.Get("reason"))
	said := "release.refused"
	if one.State == paiza.ReleaseTakenBack {
		said = "release.taken_back"
	}
	return s.releaseDecided(w, r, f, one, said, err)
}

func (s *Site) releaseDecided(w http.ResponseWriter, r *http.Request, f form, one paiza.Release, said string, err error) error {
	if errors.Is(err, paiza.ErrInvalid) || errors.Is(err, paiza.ErrConflict) {
		code, _ := statusOf(err)
		return s.releasePage(w, r, code, f.failed(visitOf(r).Print, err))
	}
	if err != nil {
		return err
	}
	s.flash(r, said)
	http.Redirect(w, r, "/releases/"+one.ID, http.StatusSeeOther)
	return nil
}

func (s *Site) releaseFile(w http.ResponseWriter, r *http.Request) error {
	body, err := s.desk.ReleasedFile(r.Context(), visitOf(r).Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	return sendFile(w, "release-"+r.PathValue("id")+".json", "application/json", body)
}

// proposeView is the form of a proposal.
type proposeView struct {
	released
	Form      form
	Public    bool   // may be proposed for the public
	WhyNot    string // why not
	Countries []option
	Nodes     []option // partners as headed groups with their desks
	Groups    []option
	Stays     string // why nothing may travel to a node; empty when it may
}

// proposeForm answers with the form of a proposal for a kind of record.
func proposeForm(kind string) func(*Site, http.ResponseWriter, *http.Request) error {
	return func(s *Site, w http.ResponseWriter, r *http.Request) error {
		return s.proposePage(w, r, http.StatusOK, kind, form{values: url.Values{}})
	}
}

func (s *Site) proposePage(w http.ResponseWriter, r *http.Request, code int, kind string, f form) error {
	v := visitOf(r)
	of, err := s.desk.ReleaseFor(r.Context(), v.Actor, kind+"/"+r.PathValue("id"))
	if err != nil {
		return err
	}
	view := proposeView{Form: f}
	if view.released, err = s.released(r, of.Seizure, of.Alert); err != nil {
		return err
	}
	view.Public = of.Rule == "" && view.tlp != paiza.TLPClear
	switch {
	case of.Rule != "":
		view.WhyNot = v.Print.T("error.rule." + of.Rule)
	case !view.Public:
		view.WhyNot = v.Print.T("release.clear_already")
	}
	c, err := s.community(r)
	if err != nil {
		return err
	}
	view.Countries = s.stateOptions(v.Print, f.Get("state"))
	view.Nodes, view.Groups = c.nodeOptions(f.Get("node")), c.groupOptions(f.Get("group"))
	if view.tlp == paiza.TLPRed || view.tlp == paiza.TLPAmberStrict {
		view.Stays = v.Print.T("exchange.label_stays")
	}
	return s.render(w, r, code, "release/propose", view)
}

func (s *Site) stateOptions(p *locale.Printer, chosen string) []option {
	out := []option{{Value: "", Name: "—"}}
	for _, c := range s.catalog.Countries() {
		if !c.Former {
			out = append(out, option{Value: string(c.Code), Name: s.countryName(p, c.Code), Selected: string(c.Code) == chosen})
		}
	}
	rest := out[1:]
	locale.SortBy(p, rest, func(o option) string { return o.Name })
	return out
}

// propose proposes a record of a kind for release.
func propose(kind string) func(*Site, http.ResponseWriter, *http.Request) error {
	return func(s *Site, w http.ResponseWriter, r *http.Request) error {
		f := readForm(r)
		audience := f.Get("audience")
		switch audience {
		case "state":
			audience = f.Get("state")
		case "node":
			audience = "node:" + f.Get("node")
		case "group":
			audience = "group:" + f.Get("group")
		}
		one, err := s.desk.ProposeRelease(r.Context(), visitOf(r).Actor, paiza.NewRelease{Subject: kind + "/" + r.PathValue("id"), Audience: audience, Reason: f.Get("reason")})
		if errors.Is(err, paiza.ErrInvalid) || errors.Is(err, paiza.ErrConflict) {
			code, _ := statusOf(err)
			return s.proposePage(w, r, code, kind, f.failed(visitOf(r).Print, err))
		}
		if err != nil {
			return err
		}
		s.flash(r, "release.is_proposed")
		http.Redirect(w, r, "/releases/"+one.ID, http.StatusSeeOther)
		return nil
	}
}

// waiting is how many releases wait for the person, for the navigation and the
// first page.
func (s *Site) waiting(r *http.Request) int {
	n, err := s.desk.WaitingReleases(r.Context(), visitOf(r).Actor)
	if err != nil {
		s.log.Error("waiting releases not counted", "err", err)
	}
	return n
}
