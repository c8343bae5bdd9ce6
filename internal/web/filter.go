package web

import (
	"net/http"
	"net/url"
	"slices"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/locale"
)

// filterView is the bar of filters that the list of seizures and the views of
// the picture share: template "filter".
type filterView struct {
	Action   string // path of the page itself
	From, To string
	Text     string
	List     bool // the list of seizures has words and flags too
	Picks    []pick
	Keep     []keep // parameters that the bar does not show but must not lose
	Chips    []chip
	Clear    string // the page without filters
	Sure     bool   // rows with implausible amounts are left out
	Problem  string // what was wrong with the address
	Set      bool   // any filter is set
}

// pick is one list of choices, several of which may be ticked.
type pick struct {
	Key     string
	Label   string
	Summary string // what is chosen, in words
	On      bool
	Single  bool // one choice only
	Options []option
}

// keep is a hidden field.
type keep struct{ Name, Value string }

// chip is one filter that is set, with the address without it.
type chip struct{ Text, Link string }

// filterBar makes the bar for a page at path whose address has asked for f;
// keepKeys are parameters of the page's own that must survive (by, level). An
// error of parseFilter or parseSlice is shown in the bar.
func (s *Site) filterBar(r *http.Request, path string, f paiza.SeizureFilter, problem error, keepKeys ...string) (filterView, error) {
	v := visitOf(r)
	facets, err := s.desk.Facets(r.Context(), v.Actor)
	if err != nil {
		return filterView{}, err
	}
	p := v.Print
	view := filterView{Action: path, From: f.Period.From.String(), To: f.Period.To.String(), Text: f.Text, List: path == "/seizures", Sure: f.WithoutDoubtful}
	if problem != nil {
		view.Problem = p.Error(problem)
	}
	origins, err := s.originOptions(r, f.Origin)
	if err != nil {
		return view, err
	}
	view.Picks = s.picks(p, f, facets, origins, view.List)
	q := r.URL.Query()
	for _, key := range append(keepKeys, keyOrigin, keyCase, keyRed, keyWithdrawn, keyDivision, keyImport, keyProducing, keyDeparture, keyThrough, keyDestination) {
		for _, value := range q[key] {
			if !slices.ContainsFunc(view.Picks, func(p pick) bool { return p.Key == key }) {
				view.Keep = append(view.Keep, keep{key, value})
			}
		}
	}
	if f.Text != "" && !view.List {
		view.Keep = append(view.Keep, keep{keyText, f.Text})
	}
	own := url.Values{}
	for _, key := range keepKeys {
		if q.Has(key) {
			own[key] = q[key]
		}
	}
	view.Clear = address(path, own)
	view.Chips = s.chips(r, p, path, f, own, facets, origins)
	view.Set = len(view.Chips) > 0
	return view, nil
}

// picks are the lists of choices, made of what the store has.
func (s *Site) picks(p *locale.Printer, f paiza.SeizureFilter, facets desk.Facets, origins []option, list bool) []pick {
	countries := options(p, facets.Countries, f.Countries, func(c paiza.Country) string { return s.countryName(p, c) }, true)
	groups := options(p, facets.Groups, f.Groups, func(g paiza.Group) string { return p.T("group." + string(g)) }, false)
	substances := options(p, facets.Substances, f.Substances, func(c string) string { return s.substanceName(p, c) }, true)
	routings := options(p, paiza.Routings(), f.Routings, func(r paiza.Routing) string { return p.T("routing." + string(r)) }, false)
	picks := []pick{
		newPick(p, keyCountry, countries), newPick(p, keyGroup, groups),
		newPick(p, keySubstance, substances), newPick(p, keyRouting, routings),
	}
	// Thousands of divisions are no list: those of the chosen states are.
	divisions := slices.Clone(f.Divisions)
	if len(f.Countries) <= 3 {
		for _, c := range f.Countries {
			for _, d := range s.catalog.Divisions(c) {
				divisions = append(divisions, d.Code)
			}
		}
	}
	if len(divisions) > 0 {
		list := newPick(p, keyDivision, options(p, divisions, f.Divisions, func(c string) string { return s.divisionName(p, c) }, true))
		picks = slices.Insert(picks, 1, list)
	}
	if len(facets.Imports) > 0 {
		name := map[string]string{}
		var ids []string
		for _, i := range facets.Imports {
			name[i.ID] = i.File + " · " + p.Date(paiza.DateOf(i.Started.Local()))
			ids = append(ids, i.ID)
		}
		picks = append(picks, newPick(p, keyImport, options(p, ids, f.Imports, func(id string) string { return name[id] }, false)))
	}
	via := []paiza.Country{}
	if f.Via != "" {
		via = append(via, f.Via)
	}
	one := newPick(p, keyVia, options(p, facets.Countries, via, func(c paiza.Country) string { return s.countryName(p, c) }, true))
	one.Single = true
	picks = append(picks, one)
	if list {
		if len(origins) > 2 || f.Origin != "" {
			from := newPick(p, keyOrigin, origins)
			from.Single = true
			picks = append(picks, from)
		}
		picks = append(picks, newPick(p, keyLabel, options(p, paiza.TLPs(), f.TLPs, func(l paiza.TLP) string { return "TLP:" + p.T("tlp."+string(l)) }, false)))
		var names, chosen []string
		for _, flag := range paiza.AllFlags() {
			names = append(names, flagName(flag))
		}
		for _, flag := range f.Flags.Each() {
			chosen = append(chosen, flagName(flag))
		}
		picks = append(picks, newPick(p, keyFlag, options(p, names, chosen, func(n string) string { return p.T("flag." + n) }, false)))
	}
	return picks
}

// originOptions are the nodes from which records may have come.
func (s *Site) originOptions(r *http.Request, chosen string) ([]option, error) {
	p := visitOf(r).Print
	out := []option{{Value: paiza.OriginOwn, Name: p.T("filter.origin_own"), Selected: chosen == paiza.OriginOwn},
		{Value: paiza.OriginOthers, Name: p.T("filter.origin_others"), Selected: chosen == paiza.OriginOthers}}
	c, err := s.community(r)
	for _, one := range c.peers {
		if one.Status != paiza.PeerInvited || one.Node == chosen {
			out = append(out, option{Value: one.Node, Name: peerName(p, one), Selected: one.Node == chosen})
		}
	}
	return out, err
}

// options lists values with the chosen ones first; what is chosen and not in
// the store is listed too, or the bar would drop it.
func options[T ~string](p *locale.Printer, values, chosen []T, name func(T) string, sorted bool) []option {
	var on, off []option
	for _, v := range chosen {
		on = append(on, option{Value: string(v), Name: name(v), Selected: true})
	}
	for _, v := range values {
		if v != "" && !slices.Contains(chosen, v) {
			off = append(off, option{Value: string(v), Name: name(v)})
		}
	}
	if sorted {
		locale.SortBy(p, on, func(o option) string { return o.Name })
		locale.SortBy(p, off, func(o option) string { return o.Name })
	}
	return append(on, off...)
}

func newPick(p *locale.Printer, key string, list []option) pick {
	out := pick{Key: key, Label: p.T("filter." + key), Summary: p.T("filter.any"), Options: list}
	n := 0
	for _, o := range list {
		if o.Selected {
			if n == 0 {
				out.Summary = o.Name
			}
			n++
		}
	}
	out.On = n > 0
	if n > 1 {
		out.Summary = p.T("filter.chosen", "n", n)
	}
	return out
}

// chips name each filter that is set, with the address that leaves it out.
func (s *Site) chips(r *http.Request, p *locale.Printer, path string, f paiza.SeizureFilter, own url.Values, facets desk.Facets, origins []option) []chip {
	all := formatFilter(f)
	var out []chip
	drop := func(text, key, value string) {
		q := url.Values{}
		for k, list := range all {
			for _, v := range list {
				if k != key && !(key == keyDeparture && isRouteEnd(k)) || value != "" && v != value {
					q.Add(k, v)
				}
			}
		}
		for k, list := range own {
			q[k] = list
		}
		out = append(out, chip{text, address(path, q)})
	}
	if f.Period.From != 0 {
		drop(p.T("date.since", "from", p.Date(f.Period.From)), keyFrom, "")
	}
	if f.Period.To != 0 {
		drop(p.T("date.until", "to", p.Date(f.Period.To)), keyTo, "")
	}
	for _, c := range f.Countries {
		drop(s.countryName(p, c), keyCountry, string(c))
	}
	for _, d := range f.Divisions {
		drop(s.divisionName(p, d), keyDivision, d)
	}
	for _, g := range f.Groups {
		drop(p.T("group."+string(g)), keyGroup, string(g))
	}
	for _, c := range f.Substances {
		drop(s.substanceName(p, c), keySubstance, c)
	}
	for _, one := range f.Routings {
		drop(p.T("filter.chip.routing", "name", p.T("routing."+string(one))), keyRouting, string(one))
	}
	for _, id := range f.Imports {
		name := id
		for _, i := range facets.Imports {
			if i.ID == id {
				name = i.File
			}
		}
		drop(p.T("filter.chip.import", "name", name), keyImport, id)
	}
	if f.Via != "" {
		drop(p.T("filter.chip.via", "name", s.countryName(p, f.Via)), keyVia, "")
	}
	if f.WithoutDoubtful {
		drop(p.T("filter.chip.without_doubtful"), keyDoubtful, "")
	}
	if f.Text != "" {
		drop(p.T("filter.chip.text", "text", f.Text), keyText, "")
	}
	for _, flag := range f.Flags.Each() {
		drop(p.T(flag.Key()), keyFlag, flagName(flag))
	}
	for _, l := range f.TLPs {
		drop("TLP:"+p.T("tlp."+string(l)), keyLabel, string(l))
	}
	if f.Case != "" {
		drop(p.T("filter.chip.case", "name", s.caseTitle(r, f.Case)), keyCase, "")
	}
	for _, o := range origins {
		if o.Selected {
			drop(p.T("filter.chip.origin", "name", o.Name), keyOrigin, "")
		}
	}
	if f.WithoutRed {
		drop(p.T("filter.chip.without_red"), keyRed, "")
	}
	if f.Withdrawn {
		drop(p.T("filter.chip.withdrawn"), keyWithdrawn, "")
	}
	if f.Route != nil {
		drop(p.T("filter.chip.route", "route", s.routeText(p, *f.Route)), keyDeparture, "")
	}
	return out
}

func isRouteEnd(key string) bool {
	return key == keyProducing || key == keyDeparture || key == keyThrough || key == keyDestination
}

// routeText is a route in words: the stated ends in the order of travel.
func (s *Site) routeText(p *locale.Printer, r paiza.Route) string {
	end := func(c paiza.Country) string {
		if c == "" {
			return p.T("filter.not_stated")
		}
		return s.countryName(p, c)
	}
	text := end(r.Departure) + " → "
	if r.Via != "" {
		text += end(r.Via) + " → "
	}
	text += end(r.Destination)
	if r.Producing != "" {
		text += " (" + p.T("filter.made_in", "name", end(r.Producing)) + ")"
	}
	return text
}
