package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"paiza"
	"paiza/internal/backup"
	"paiza/internal/desk"
)

// backed is a node with a plan for backups and the jobs of package jobs; the
// test does their work itself, with the claims that a runner would take.
func backed(t *testing.T) (n *node, folder string) {
	t.Helper()
	folder = t.TempDir()
	to, err := backup.NewKeyFile(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	n = settle(t, bareWith(t, Options{}, desk.Options{Backup: desk.BackupPlan{Folder: folder, Recipients: []string{to}, Keep: 3}}))
	daily := paiza.Schedule{Daily: true, Hour: 2, Minute: 30}
	if err := n.desk.PutJobs(t.Context(), []desk.JobKind{{Name: "backup", Schedule: daily}, {Name: "check", Schedule: daily}}); err != nil {
		t.Fatal(err)
	}
	return n, folder
}

// work does a job that somebody asked for.
func (n *node) work(t *testing.T, name string, do func(context.Context) (string, error)) {
	t.Helper()
	c, err := n.desk.ClaimJob(t.Context(), name)
	if err != nil || c == nil {
		t.Fatalf("the job %s was not asked for: %v", name, err)
	}
	detail, err := do(t.Context())
	if err := c.End(t.Context(), detail, err); err != nil {
		t.Fatal(err)
	}
}

// TestNode walks the way of an operator: no plan, a first backup, a comparison, a
// damaged file, a paused job.
func TestNode(t *testing.T) {
	empty := inhabited(t)
	r := empty.as(t, "root").page("/node")
	if got := r.text(".notes"); !strings.Contains(got, "Backups are not set up") {
		t.Errorf("a node without a plan says %q", got)
	}

	n, folder := backed(t)
	b := n.as(t, "root")
	if got := b.page("/node").text(".notes"); !strings.Contains(got, "no good backup yet") {
		t.Errorf("a node without a backup says %q", got)
	}
	if r := b.post("/node/jobs/backup/run", nil); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("asked for: %s", r.Status)
	}
	if r := b.page("/node"); r.doc.Find("meta[http-equiv=refresh]").Length() != 1 || !strings.Contains(r.text("table.jobs"), "asked for") {
		t.Errorf("a job that was asked for: %q", r.text("table.jobs"))
	}
	var made paiza.Backup
	n.work(t, "backup", func(ctx context.Context) (_ string, err error) {
		made, err = n.desk.BackUpAsPlanned(ctx)
		return made.Name, err
	})
	r = b.page("/node")
	if got := r.text("section[aria-labelledby=backups] tbody"); !strings.Contains(got, "good") || !strings.Contains(got, made.Name) {
		t.Errorf("the backup is listed as %q", got)
	}
	if got := r.text(".alert.good"); !strings.Contains(got, "All is in order") {
		t.Errorf("a node in order says %q; %q", got, r.text(".notes"))
	}
	verify := r.doc.Find("form[action$='/verify']").AttrOr("action", "")
	if r := b.post(verify, nil); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("comparison: %s", r.Status)
	}
	if got := b.page("/node").text(".flash"); !strings.Contains(got, "unchanged") {
		t.Errorf("comparison says %q", got)
	}
	file := filepath.Join(folder, made.Name)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	b.post(verify, nil)
	if got := b.page("/node").text(".notes"); !strings.Contains(got, made.Name) {
		t.Errorf("a changed file: %q", got)
	}

	if r := b.post("/node/jobs/check/pause", url.Values{"reason": {" "}}); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.text("table.jobs"), "Give the reason") {
		t.Errorf("a pause without a reason: %s %q", r.Status, r.text("table.jobs"))
	}
	b.post("/node/jobs/check/pause", url.Values{"reason": {"the disk is exchanged"}})
	if got := b.page("/node").text(".notes"); !strings.Contains(got, "the disk is exchanged") {
		t.Errorf("a paused job: %q", got)
	}
	b.post("/node/jobs/check/resume", nil)
	b.post("/node/jobs/check/run", nil)
	n.work(t, "check", func(context.Context) (string, error) { return "", errors.New("secret /var/lib") })
	r = b.page("/node/jobs/check")
	if got := r.text("tbody"); !strings.Contains(got, "All Roles") || !strings.Contains(got, "A fault inside the program") || strings.Contains(got, "secret") {
		t.Errorf("the history says %q", got)
	}
	if got := b.page("/ledger").text("tbody"); !strings.Contains(got, "Backup written and verified") || !strings.Contains(got, "Job paused") {
		t.Errorf("the ledger says %q", got)
	}
}

// TestNodeInBrowser: the page fits a phone, its forms work by keyboard, and
// nothing in it is stopped by the policy of contents.
func TestNodeInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	n, _ := backed(t)
	if _, err := n.desk.BackUpAsPlanned(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx := chromium(t)
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
		}
	}
	do(chromedp.Navigate(n.URL+"/node"), chromedp.SendKeys("#login", "root"), chromedp.SendKeys("#password", password),
		chromedp.Click("main form button"), chromedp.WaitVisible("#jobs"))
	for _, width := range []int64{390, 820, 1440} {
		do(chromedp.EmulateViewport(width, 900), chromedp.Navigate(n.URL+"/node"), chromedp.WaitVisible("#jobs"))
		fits, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("document.documentElement.scrollWidth <= innerWidth"))
		if err != nil || !fits {
			t.Errorf("the page is wider than a screen of %d: %v", width, err)
		}
	}
	do(chromedp.Focus("table.jobs details summary"), chromedp.KeyEvent("\r"), chromedp.WaitVisible("#reason-backup"),
		chromedp.SendKeys("#reason-backup", "the disk is exchanged\r"), chromedp.WaitVisible(".flash"))
	list, err := n.desk.Jobs(t.Context(), n.root, 1)
	if err != nil || !list[0].Paused || list[0].Reason != "the disk is exchanged" || time.Since(list[0].Next) > 0 {
		t.Errorf("after a pause by keyboard: %+v, %v", list, err)
	}
}
