package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"paiza"
	"paiza/wire"
)

// TestCursorElsewhere: the cursor of one list is not good for another.
func TestCursorElsewhere(t *testing.T) {
	n := small(t, Options{})
	n.load(t, someSeizures)
	first := n.ask(t, "GET", "/seizures?country=KAZ&limit=1", "", bearer(n.token)...)
	var list wire.SeizureList
	if err := json.Unmarshal([]byte(first.body), &list); err != nil || list.Next == "" {
		t.Fatalf("%s: %v", first.body, err)
	}
	link := first.Header.Values("Link")
	if len(link) != 2 || !strings.Contains(link[1], "after="+list.Next) || !strings.HasSuffix(link[1], `rel="next"`) {
		t.Errorf("Link %q", link)
	}
	if r := n.ask(t, "GET", "/seizures?country=KAZ&limit=5&after="+list.Next, "", bearer(n.token)...); r.StatusCode != http.StatusOK {
		t.Errorf("on its own list: %s", r.body)
	}
	if r := n.ask(t, "GET", "/seizures?country=UZB&after="+list.Next, "", bearer(n.token)...); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("on another list: %s", r.Status)
	}
}

// TestRate: a program that asks too often is told when to come back, and so is
// who tries tokens.
func TestRate(t *testing.T) {
	n := small(t, Options{PerMinute: 3})
	for i := range 3 {
		r := n.ask(t, "GET", "/account", "", bearer(n.token)...)
		if want := fmt.Sprintf(`"minute";r=%d;t=%d`, 2-i, 20*(i+1)); r.StatusCode != http.StatusOK || r.Header.Get("RateLimit") != want {
			t.Errorf("request %d: %s, RateLimit %q, want %q", i, r.Status, r.Header.Get("RateLimit"), want)
		}
	}
	r := n.ask(t, "GET", "/account", "", bearer(n.token)...)
	if r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Retry-After") != "20" {
		t.Errorf("one too many: %s, Retry-After %q", r.Status, r.Header.Get("Retry-After"))
	}
	n.clock.forward(time.Minute)
	if r := n.ask(t, "GET", "/account", "", bearer(n.token)...); r.StatusCode != http.StatusOK {
		t.Errorf("a minute later: %s", r.Status)
	}
	for range 30 {
		n.ask(t, "GET", "/account", "", bearer("paiza_x")...)
	}
	if r := n.ask(t, "GET", "/account", "", bearer("paiza_x")...); r.StatusCode != http.StatusTooManyRequests {
		t.Errorf("after thirty refused tokens: %s", r.Status)
	}
	if r := n.ask(t, "GET", "/account", "", bearer(n.token)...); r.StatusCode != http.StatusOK {
		t.Errorf("a good token from the same address: %s", r.Status)
	}
}

// TestUploadWhole: a file that is not what was announced, or breaks off, leaves
// nothing.
func TestUploadWhole(t *testing.T) {
	engines(t, func(t *testing.T, n *testNode) {
		wrong := strings.Repeat("0", 64)
		r := n.ask(t, "POST", "/uploads?name=f.csv&sha256="+wrong, someSeizures, bearer(n.token)...)
		if r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.body, "api.digest_differs") {
			t.Errorf("another digest: %s %s", r.Status, r.body)
		}
		for _, form := range []string{"xyz", "00"} {
			if r := n.ask(t, "POST", "/uploads?name=f.csv&sha256="+form, someSeizures, bearer(n.token)...); !strings.Contains(r.body, "api.digest_form") {
				t.Errorf("digest %q: %s", form, r.body)
			}
		}
		if r := n.ask(t, "POST", "/uploads?name=f.csv", "x", append(bearer(n.token), "Idempotency-Key", "k")...); !strings.Contains(r.body, "api.digest_needed") {
			t.Errorf("a key without a digest: %s", r.body)
		}
		if r := n.ask(t, "POST", "/uploads", "x", bearer(n.token)...); r.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("without a name: %s", r.Status)
		}
		list, err := n.desk.Ledger(t.Context(), paiza.Operator("test"), 0, 50)
		if err != nil || len(list) == 0 {
			t.Fatal(err)
		}
		for _, act := range list {
			if act.Action == "import.upload" {
				t.Errorf("kept: %+v", act)
			}
		}
	})
}
