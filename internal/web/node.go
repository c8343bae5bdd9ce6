package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"time"

	"paiza"
	"paiza/internal/backup"
	"paiza/internal/desk"
	"paiza/internal/locale"
)

// nodeView is the node's own page: how it stands, and what its operator can do.
type nodeView struct {
	desk.Condition
	Attention []attention
	Jobs      []jobView
	Backups   []backupView
	Backup    *jobView      // the job that makes backups; nil when it is not set up
	LastGood  *paiza.Backup // the newest good one; nil for none
	Age       time.Duration // of LastGood
	Keep      int
	Version   string
	Go        string
	Pause     form   // a refused form of a pause
	PauseOf   string // and whose it is
	Used      float64
	again     bool
}

func (v nodeView) refresh() int {
	if v.again {
		return 4
	}
	return 0
}

// jobView is a job with what its row shows.
type jobView struct {
	desk.JobState
	State   string // under_way, asked, paused, failed, waiting, off
	When    string // its schedule, in words
	Last    *paiza.JobRun
	Took    time.Duration
	Dormant bool
}

// backupView is a backup with the fingerprints of its recipients.
type backupView struct {
	paiza.Backup
	Fingerprints []string
	CanVerify    bool
}

const (
	// oldBackup is the age of the last good backup from which the page warns.
	oldBackup = 50 * time.Hour
	// endsSoon is how long before its end a certificate is a warning.
	endsSoon = 30 * 24 * time.Hour
	// shownBackups is how many backups the page lists.
	shownBackups = 30
)

func (s *Site) node(w http.ResponseWriter, r *http.Request) error {
	return s.nodePage(w, r, http.StatusOK, "", form{})
}

func (s *Site) nodePage(w http.ResponseWriter, r *http.Request, code int, pauseOf string, pause form) error {
	v := visitOf(r)
	view := nodeView{Version: s.opt.Version, Go: runtime.Version(), Pause: pause, PauseOf: pauseOf}
	var err error
	if view.Condition, err = s.desk.Condition(r.Context(), v.Actor); err != nil {
		return err
	}
	view.Keep = cmp.Or(view.Plan.Keep, desk.KeepBackups)
	if view.Disk > 0 {
		view.Used = 1 - float64(view.Free)/float64(view.Disk)
	}
	states, err := s.desk.Jobs(r.Context(), v.Actor, 1)
	if err != nil {
		return err
	}
	for _, j := range states {
		view.Jobs = append(view.Jobs, s.jobView(v.Print, j))
	}
	// What is not set up stands last.
	slices.SortStableFunc(view.Jobs, func(a, b jobView) int { return cmp.Compare(bool01(a.Dormant), bool01(b.Dormant)) })
	for i := range view.Jobs {
		j := &view.Jobs[i]
		if j.Name == "backup" && !j.Dormant {
			view.Backup = j
		}
		view.again = view.again || j.State == "under_way" || j.State == "asked"
	}
	list, err := s.desk.Backups(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	s.fillBackups(&view, list)
	view.Attention = s.nodeAttention(v.Print, &view, list)
	return s.render(w, r, code, "node/node", view)
}

func bool01(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (s *Site) jobView(p *locale.Printer, j desk.JobState) jobView {
	out := jobView{JobState: j, Dormant: j.Schedule == paiza.Schedule{}, When: p.T("job.no_schedule")}
	switch {
	case j.Schedule.Daily:
		out.When = p.T("job.daily", "time", fmt.Sprintf("%02d:%02d", j.Schedule.Hour, j.Schedule.Minute))
	case j.Schedule.Every > 0:
		out.When = p.T("job.every", "time", j.Schedule.Every)
	}
	if len(j.Runs) > 0 {
		out.Last = &j.Runs[0]
		if !out.Last.Finished.IsZero() {
			out.Took = out.Last.Finished.Sub(out.Last.Started)
		}
	}
	switch {
	case out.Dormant:
		out.State = "off"
	case j.Run != 0:
		out.State = "under_way"
	case j.Asked != "":
		out.State = "asked"
	case j.Paused:
		out.State = "paused"
	case j.Failures > 0:
		out.State = "failed"
	default:
		out.State = "waiting"
	}
	return out
}

func (s *Site) fillBackups(view *nodeView, list []paiza.Backup) {
	for i, b := range list {
		if view.LastGood == nil && b.State == paiza.BackupGood {
			view.LastGood, view.Age = &list[i], s.now().Sub(b.Made)
		}
		if i >= shownBackups {
			continue
		}
		row := backupView{Backup: b, CanVerify: b.State == paiza.BackupGood || b.State == paiza.BackupChanged}
		for _, key := range b.Recipients {
			row.Fingerprints = append(row.Fingerprints, backup.Fingerprint(key))
		}
		view.Backups = append(view.Backups, row)
	}
}

// nodeAttention lists what the operator should look at, the worst first.
func (s *Site) nodeAttention(p *locale.Printer, view *nodeView, list []paiza.Backup) []attention {
	var out []attention
	add := func(key string, args ...any) { out = append(out, attention{Text: p.T(key, args...)}) }
	if !view.Check.At.IsZero() && !view.Check.Sound {
		add("node.warn.unsound", "time", view.Check.At)
	}
	if view.Disk > 0 && view.Free < max(view.Size.Bytes(), view.Disk/20) {
		add("node.warn.disk", "free", p.Bytes(view.Free))
	}
	switch {
	case !view.Plan.Set():
		add("node.warn.no_plan")
	case view.LastGood == nil:
		add("node.warn.no_backup")
	case view.Age > oldBackup:
		add("node.warn.old_backup", "age", view.Age)
	}
	for _, b := range list {
		if b.State == paiza.BackupChanged {
			add("node.warn.changed", "file", b.Name)
		}
	}
	for _, j := range view.Jobs {
		switch j.State {
		case "failed":
			add("node.warn.failing", "job", p.T("job.name."+j.Name), "n", j.Failures)
		case "paused":
			add("node.warn.paused", "job", p.T("job.name."+j.Name), "name", j.PausedBy, "reason", j.Reason)
		}
	}
	if c := view.Certificate; c != nil {
		switch left := c.Until.Sub(s.now()); {
		case c.Broken:
			add("node.warn.certificate_broken")
		case left <= 0:
			add("node.warn.certificate_over", "time", c.Until)
		case left < endsSoon:
			add("node.warn.certificate_soon", "time", c.Until)
		}
	}
	return out
}

// jobHistoryView is a job with its runs.
type jobHistoryView struct {
	Job  jobView
	Runs []runView
}

type runView struct {
	paiza.JobRun
	Took time.Duration
}

func (s *Site) jobHistory(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	list, err := s.desk.Jobs(r.Context(), v.Actor, 50)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(j desk.JobState) bool { return j.Name == r.PathValue("id") })
	if i < 0 {
		return paiza.NotFound("job", r.PathValue("id"))
	}
	view := jobHistoryView{Job: s.jobView(v.Print, list[i])}
	for _, run := range list[i].Runs {
		row := runView{JobRun: run}
		if !run.Finished.IsZero() {
			row.Took = run.Finished.Sub(run.Started)
		}
		view.Runs = append(view.Runs, row)
	}
	return s.render(w, r, http.StatusOK, "node/job", view)
}

func (s *Site) runJob(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("id")
	if err := s.desk.RunJob(r.Context(), visitOf(r).Actor, name); err != nil {
		return err
	}
	return s.backToNode(w, r, "node.done.asked", name)
}

func (s *Site) pauseJob(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	name, f := r.PathValue("id"), readForm(r)
	err := s.desk.PauseJob(r.Context(), v.Actor, name, f.Get("reason"))
	if errors.Is(err, paiza.ErrInvalid) {
		code, _ := statusOf(err)
		return s.nodePage(w, r, code, name, f.failed(v.Print, err))
	}
	if err != nil {
		return err
	}
	return s.backToNode(w, r, "node.done.paused", name)
}

func (s *Site) resumeJob(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("id")
	if err := s.desk.ResumeJob(r.Context(), visitOf(r).Actor, name, readForm(r).Get("reason")); err != nil {
		return err
	}
	return s.backToNode(w, r, "node.done.resumed", name)
}

func (s *Site) verifyBackup(w http.ResponseWriter, r *http.Request) error {
	b, err := s.desk.VerifyBackup(r.Context(), visitOf(r).Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	key := "node.done.same"
	if b.State != paiza.BackupGood {
		key = "node.done.changed"
	}
	s.flash(r, key, "file", b.Name)
	http.Redirect(w, r, "/node#backups", http.StatusSeeOther)
	return nil
}

func (s *Site) backToNode(w http.ResponseWriter, r *http.Request, key, job string) error {
	s.flash(r, key, "job", visitOf(r).Print.T("job.name."+job))
	http.Redirect(w, r, "/node#jobs", http.StatusSeeOther)
	return nil
}
