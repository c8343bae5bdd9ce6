package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/locale"
	"paiza/wire"
)

// ledgerView is a page of the record of acts, newest first.
type ledgerView struct {
	Acts    []actView
	First   string // address of the newest, empty on it
	Older   string
	Filter  ledgerFilter
	Problem string
	Key     string // of the node's ledger
	By      desk.Cosigned
}

// ledgerFilter is the bar over the ledger.
type ledgerFilter struct {
	Subject, From, To         string
	Actions, People, Agencies []option
	Set                       bool
}

// actView is one act with a link to what it was done to, where that has a page.
type actView struct {
	paiza.Act
	Link    string
	Version string // address of the version that the act made, empty without one
	Agency  string // name
}

// acts are acts with their links and the names of agencies.
func (s *Site) acts(v *visit, agencies map[string]string, list []paiza.Act) []actView {
	var out []actView
	for _, a := range list {
		one := actView{Act: a, Link: subjectLink(v, a.Subject), Agency: agencies[a.Actor.Agency]}
		kind, _, _ := strings.Cut(a.Subject, "/")
		if (kind == "seizure" || kind == "alert") && a.Version > 0 && one.Link != "" {
			one.Version = one.Link + "/versions/" + strconv.FormatInt(a.Version, 10)
		}
		out = append(out, one)
	}
	return out
}

// The query parameters of the ledger are those of package wire.
const (
	keySubject = wire.KeySubject
	keyPerson  = wire.KeyPerson
	keyAgency  = wire.KeyAgency
	keyAction  = wire.KeyAction
	keyBefore  = wire.KeyBefore
)

func (s *Site) ledger(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	q := r.URL.Query()
	filter, problem := wire.ParseActs(q)
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	view := ledgerView{}
	if view.Filter, err = s.ledgerFilter(r, names); err != nil {
		return err
	}
	if view.Key, err = s.desk.LedgerKey(r.Context(), v.Actor); err != nil {
		return err
	}
	if view.By, err = s.desk.Cosigned(r.Context(), v.Actor); err != nil {
		return err
	}
	if problem != nil {
		code, _ := statusOf(problem)
		view.Problem = v.Print.Error(problem)
		return s.render(w, r, code, "ledger/list", view)
	}
	before, _ := strconv.ParseInt(q.Get(keyBefore), 10, 64)
	list, err := s.desk.LedgerWhere(r.Context(), v.Actor, filter, before, listSize)
	if err != nil {
		return err
	}
	view.Acts = s.acts(v, names, list)
	asked := clone(q)
	asked.Del(keyBefore)
	if before > 0 {
		view.First = address("/ledger", asked)
	}
	if n := len(list); n == listSize && list[n-1].Seq > 1 {
		asked.Set(keyBefore, strconv.FormatInt(list[n-1].Seq, 10))
		view.Older = address("/ledger", asked)
	}
	return s.render(w, r, http.StatusOK, "ledger/list", view)
}

func (s *Site) ledgerFilter(r *http.Request, agencies map[string]string) (ledgerFilter, error) {
	v := visitOf(r)
	p, q := v.Print, r.URL.Query()
	out := ledgerFilter{Subject: q.Get(keySubject), From: q.Get(keyFrom), To: q.Get(keyTo)}
	staff, err := s.desk.LedgerPeople(r.Context(), v.Actor)
	if err != nil {
		return out, err
	}
	list := func(key string, named []option) []option {
		locale.SortBy(p, named, func(o option) string { return o.Name })
		for i := range named {
			named[i].Selected = named[i].Value == q.Get(key)
		}
		return append([]option{{Value: "", Name: p.T("filter.any")}}, named...)
	}
	var actions, people, houses []option
	for _, key := range p.Keys() {
		if name, ok := strings.CutPrefix(key, "action."); ok {
			actions = append(actions, option{Value: name, Name: actionName(p, name)})
		}
	}
	for _, one := range staff {
		people = append(people, option{Value: one.ID, Name: one.Name})
	}
	for id, name := range agencies {
		houses = append(houses, option{Value: id, Name: name})
	}
	out.Actions, out.People, out.Agencies = list(keyAction, actions), list(keyPerson, people), list(keyAgency, houses)
	out.Set = slices.ContainsFunc([]string{keySubject, keyPerson, keyAgency, keyAction, keyFrom, keyTo}, func(key string) bool { return q.Get(key) != "" })
	return out, nil
}

// entryView is one entry of the ledger.
type entryView struct {
	Act   actView
	Proof proofView
	// Whole says that the file shows the particulars too.
	Whole bool
}

func (s *Site) entry(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	seq, _ := strconv.ParseInt(r.PathValue("seq"), 10, 64)
	a, err := s.desk.Act(r.Context(), v.Actor, seq)
	if err != nil {
		return err
	}
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	number := strconv.FormatInt(seq, 10)
	view := entryView{Act: s.acts(v, names, []paiza.Act{a})[0], Whole: a.Version == 0}
	if view.Proof, err = s.proofView(r, "/ledger/"+number+"/proof", "entry-"+number+".proof"); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "ledger/entry", view)
}

// subjectLink is the page of what an act was done to, for a person who may
// open it.
func subjectLink(v *visit, subject string) string {
	kind, id, ok := strings.Cut(subject, "/")
	if !ok || id == "" {
		return ""
	}
	for _, page := range []struct {
		kind, path string
		needs      paiza.Right
	}{
		{"seizure", "/seizures/", paiza.RightReadSeizure}, {"import", "/imports/", paiza.RightReadSeizure}, {"case", "/cases/", paiza.RightReadCase},
		{"alert", "/alerts/", paiza.RightReadAlert},
		{"person", "/people/", paiza.RightManagePeople}, {"agency", "/agencies/", paiza.RightManageAgencies},
		{"job", "/node/jobs/", paiza.RightOperate},
		{"peer", "/partners/", paiza.RightManagePeers}, {"group", "/groups/", paiza.RightManagePeers}, {"note", "/messages/", paiza.RightReadMessage},
	} {
		if page.kind == kind && v.can(page.needs) {
			return page.path + id
		}
	}
	return ""
}
