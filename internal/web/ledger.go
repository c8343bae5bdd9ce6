package web

import (
	"net/http"
	"strconv"
	"strings"

	"paiza"
)

// ledgerView is a page of the record of acts, newest first.
type ledgerView struct {
	Acts  []actView
	First bool
	Older string
}

// actView is one act with a link to what it was done to, where that has a page.
type actView struct {
	paiza.Act
	Link string
}

func (s *Site) ledger(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	list, err := s.desk.Ledger(r.Context(), v.Actor, before, listSize)
	if err != nil {
		return err
	}
	view := ledgerView{First: before <= 0}
	for _, a := range list {
		view.Acts = append(view.Acts, actView{a, subjectLink(v, a.Subject)})
	}
	if n := len(list); n == listSize && list[n-1].Seq > 1 {
		view.Older = "/ledger?before=" + strconv.FormatInt(list[n-1].Seq, 10)
	}
	return s.render(w, r, http.StatusOK, "ledger/list", view)
}

// subjectLink is the page of what an act was done to, for a person who may
// open it.
func subjectLink(v *visit, subject string) string {
	kind, id, ok := strings.Cut(subject, "/")
	if !ok || id == "" {
		return ""
	}
	switch {
	case kind == "seizure" && v.can(paiza.RightReadSeizure):
		return "/seizures/" + id
	case kind == "import" && v.can(paiza.RightReadSeizure):
		return "/imports/" + id
	case kind == "person" && v.can(paiza.RightManagePeople):
		return "/people/" + id
	case kind == "job" && v.can(paiza.RightOperate):
		return "/node/jobs/" + id
	}
	return ""
}
