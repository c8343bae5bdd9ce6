package web

import (
	"bufio"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"paiza"
	"paiza/internal/api"
	"paiza/internal/desk"
)

// TestStreamOfSession: a browser that is signed in reads the stream of events
// through the whole chain of the site; it ends when the session is ended
// elsewhere, and nothing is sent any more.
func TestStreamOfSession(t *testing.T) {
	n := settle(t, bareWith(t, Options{}, desk.Options{}))
	opt := n.site.opt
	opt.API = api.New(n.desk, api.Options{Session: Visitor, Again: VisitorAgain(n.desk), Log: slog.New(slog.DiscardHandler)})
	n.Config.Handler = New(n.desk, opt)
	b := n.as(t, "root")
	b.client.Timeout = 0
	alert := func() {
		t.Helper()
		if _, err := n.desk.RaiseAlert(t.Context(), n.root, paiza.NewAlert{Title: "A new route"}); err != nil {
			t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), "GET", n.URL+"/api/v1/events?types=alert", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s %v", resp.Status, resp.Header)
	}
	lines := bufio.NewScanner(resp.Body)
	seen := 0
	next := func() bool {
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "data: ") {
				seen++
				return true
			}
		}
		return false
	}
	alert()
	if !next() {
		t.Fatalf("nothing came: %v", lines.Err())
	}
	who := n.root
	who.StepUp = n.site.now()
	if _, err := n.desk.EndSessionsOf(t.Context(), who, who.ID, "test"); err != nil {
		t.Fatal(err)
	}
	alert()
	if next() {
		t.Error("an event came after the session was ended")
	}
	if err := lines.Err(); err != nil {
		t.Errorf("the stream was cut off: %v", err)
	}
}
