package web

import (
	"net/http"
	"sync"
	"time"

	"paiza"
	"paiza/internal/desk"
)

// homeView is the first page: what the node holds and what waits for a person.
type homeView struct {
	CanRead   bool // seizures and the picture
	CanImport bool
	CanManage bool
	Empty     bool
	Overview  desk.Overview
	Glance    []glanceRow
	GlanceOf  paiza.Period
	Attention []attention
	Against   []attention // partners that contradict themselves, for who looks after them
	Alerts    []alertRow  // the newest
	Waiting   int         // releases that wait for the person
	Withheld  bool        // there are records that these figures do not count
}

// glanceRow is one group in the glance at the market.
type glanceRow struct {
	Group     paiza.Group
	Seizures  int64
	Kilograms int64 // micrograms
	Share     float64
	Link      string
}

// attention is one thing that a person should look at.
type attention struct {
	Text string
	Link string
	Act  string
}

func (s *Site) home(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	view := homeView{CanRead: v.can(paiza.RightReadSeizure), CanImport: v.can(paiza.RightImport),
		CanManage: v.can(paiza.RightManagePeople)}
	var err error
	if view.Attention, err = s.concerned(r); err != nil {
		return err
	}
	if view.CanRead {
		if view.Overview, err = s.desk.Overview(r.Context(), v.Actor); err != nil {
			return err
		}
		view.Empty = view.Overview.Rows == 0
		if n := s.waiting(r); n > 0 {
			view.Waiting = n
			view.Attention = append(view.Attention, attention{v.Print.T("release.waiting", "n", n), "/releases", v.Print.T("home.look")})
		}
		if n := s.unread(r); n > 0 {
			view.Attention = append(view.Attention, attention{v.Print.T("inbox.unread", "n", n), "/messages?only=unread", v.Print.T("home.look")})
		}
		if view.Withheld, err = s.desk.Withheld(r.Context(), v.Actor); err != nil {
			return err
		}
		if !view.Empty {
			if err := s.glance(r, &view); err != nil {
				return err
			}
			s.attend(r, &view)
		}
	}
	if v.can(paiza.RightManagePeers) {
		against, err := s.desk.Contradicting(r.Context(), v.Actor)
		if err != nil {
			return err
		}
		for _, p := range against {
			view.Against = append(view.Against, attention{v.Print.T("shown.attention", "name", p.Name), "/partners/" + p.Node, v.Print.T("home.look")})
		}
	}
	if v.can(paiza.RightReadAlert) {
		list, err := s.desk.Alerts(r.Context(), v.Actor, homeFilter, "", homeAlerts)
		if err != nil {
			return err
		}
		if view.Alerts, err = s.alertRows(r, list); err != nil {
			return err
		}
	}
	return s.render(w, r, http.StatusOK, "home/home", view)
}

// homeAlerts is how many alerts the first page shows.
const homeAlerts = 5

// homeFilter leaves out TLP:RED: to be shown one is an act, and opening the first
// page is not meant to be one.
var homeFilter = paiza.AlertFilter{TLPs: []paiza.TLP{paiza.TLPClear, paiza.TLPGreen, paiza.TLPAmber, paiza.TLPAmberStrict}}

// attend lists what waits for a person.
func (s *Site) attend(r *http.Request, view *homeView) {
	v := visitOf(r)
	if n := view.Overview.Doubtful; n > 0 {
		view.Attention = append(view.Attention, attention{v.Print.T("home.doubtful", "n", n),
			figureLink(paiza.SeizureFilter{Flags: paiza.FlagImplausible}), v.Print.T("home.look")})
	}
	for _, i := range view.Overview.Imports {
		link := "/imports/" + i.ID
		switch {
		case i.State == paiza.StateFailed:
			view.Attention = append(view.Attention, attention{v.Print.T("home.failed", "file", i.File), link, v.Print.T("home.look")})
		case i.State == paiza.StateRunning:
			view.Attention = append(view.Attention, attention{v.Print.T("home.running", "file", i.File), link, v.Print.T("home.look")})
		case i.State == paiza.StateDone && i.Counts.Refused > 0:
			view.Attention = append(view.Attention, attention{v.Print.T("home.refused", "n", i.Counts.Refused, "file", i.File), link, v.Print.T("home.look")})
		}
	}
}

// demo remembers for a little while whether the store holds demonstration
// data: every page asks.
type demo struct {
	mu    sync.Mutex
	known time.Time
	value bool
}

func (s *Site) isDemo(r *http.Request) bool {
	s.demo.mu.Lock()
	defer s.demo.mu.Unlock()
	if now := s.now(); s.demo.known.IsZero() || now.Sub(s.demo.known) > 10*time.Second {
		value, err := s.desk.Demo(r.Context())
		if err != nil {
			s.log.Error("demonstration data not asked", "err", err)
			return s.demo.value
		}
		s.demo.value, s.demo.known = value, now
	}
	return s.demo.value
}
