package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"paiza"
	"paiza/internal/listen"
)

// TestPageRate: a person who asks for pages as a machine does is told in his
// language when to come back, from whichever of his sessions; others go on, and
// so does he a moment later.
func TestPageRate(t *testing.T) {
	n := inhabited(t)
	n.account(t, paiza.RoleViewer)
	b, again := n.as(t, "root"), n.as(t, "root")
	now := n.site.now() // which goes on by itself, and here must not
	n.site.pages = listen.NewRate(20, func() time.Time { return now })
	for i := range 20 {
		one := b
		if i%2 == 1 {
			one = again
		}
		if r := one.get("/account"); r.StatusCode != http.StatusOK {
			t.Fatalf("page %d: %s", i, r.Status)
		}
	}
	for _, one := range []*browser{b, again} {
		r := one.get("/account")
		if r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Retry-After") != "3" || !strings.Contains(r.text("p.reason"), "Too many requests") {
			t.Errorf("one too many: %s, Retry-After %q, %q", r.Status, r.Header.Get("Retry-After"), r.text("p.reason"))
		}
	}
	other := n.as(t, string(paiza.RoleViewer))
	if r := other.get("/account"); r.StatusCode != http.StatusOK {
		t.Errorf("another person: %s", r.Status)
	}
	now = now.Add(3 * time.Second)
	if r := b.get("/account"); r.StatusCode != http.StatusOK {
		t.Errorf("a moment later: %s", r.Status)
	}
}
