package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"paiza"
	"paiza/wire"
)

// TestExpected: of many who correct the version that they read, at two processes
// of one node, one wins and the others are told, whether they name the version or
// send its tag.
func TestExpected(t *testing.T) {
	engines(t, func(t *testing.T, n *testNode) {
		other := New(n.desk, Options{PerMinute: 1e6}) // another lock over the same store
		z, err := n.desk.RecordSeizure(t.Context(), n.root, paiza.NewSeizure{Date: "2026-02-03", Country: "KAZ", Substance: "heroin", Amount: "1", Unit: "kg"})
		if err != nil {
			t.Fatal(err)
		}
		a, err := n.desk.RaiseAlert(t.Context(), n.root, paiza.NewAlert{Title: "x"})
		if err != nil {
			t.Fatal(err)
		}
		seizure := `{"date":"2026-02-03","country":"KAZ","substance":"heroin","amount":"2","unit":"kg","reason":"weighed again"}`
		for _, tt := range []struct{ path, body string }{{"/seizures/" + z.ID, seizure}, {"/alerts/" + a.ID, `{"title":"y","reason":"wording"}`}} {
			for _, how := range []struct {
				name string
				lost int
			}{{"tag", http.StatusPreconditionFailed}, {"version", http.StatusConflict}} {
				now := n.ask(t, "GET", tt.path, "", bearer(n.token)...)
				var at struct{ Version int64 }
				if err := json.Unmarshal([]byte(now.body), &at); err != nil {
					t.Fatal(err)
				}
				path, header := tt.path, bearer(n.token)
				if how.name == "tag" {
					header = append(header, "If-Match", now.Header.Get("ETag"))
				} else {
					path += "?version=" + string(rune('0'+at.Version))
				}
				codes := make([]int, 12)
				var wg sync.WaitGroup
				for i := range codes {
					wg.Go(func() {
						if i%2 == 0 {
							codes[i] = n.ask(t, "PUT", path, tt.body, header...).StatusCode
						} else {
							codes[i] = through(other, "PUT", path, tt.body, header).Code
						}
					})
				}
				wg.Wait()
				won := 0
				for _, code := range codes {
					switch code {
					case http.StatusOK:
						won++
					case how.lost:
					default:
						t.Errorf("%s by %s: %d", tt.path, how.name, code)
					}
				}
				if won != 1 {
					t.Errorf("%s by %s: %d corrections of one version were taken", tt.path, how.name, won)
				}
			}
		}
	})
}

// TestRecordJourney: a record is corrected, shared, released and withdrawn by
// programs; each step can be read back, and its history proved.
func TestRecordJourney(t *testing.T) {
	n := small(t, Options{})
	c, ctx := n.as(t, n.token), t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	z, err := c.RecordSeizure(ctx, wire.NewSeizure{Date: "2026-02-03", Country: "KAZ", Substance: "heroin", Amount: "1", Unit: "kg"})
	must(err)
	if _, err := c.CorrectSeizure(ctx, z.ID, 1, wire.NewSeizure{Date: "2026-02-03", Country: "KAZ", Substance: "heroin", Amount: "2", Unit: "kg", Reason: "x",
		Handling: wire.NewMarking{TLP: "green"}}); err == nil || !strings.Contains(err.Error(), "handling") {
		t.Errorf("a correction that says how the record is handled: %v", err)
	}
	z, err = c.CorrectSeizure(ctx, z.ID, 1, wire.NewSeizure{Date: "2026-02-03", Country: "KAZ", Substance: "heroin", Amount: "2", Unit: "kg", Reason: "weighed again"})
	must(err)
	z, err = c.RelabelSeizure(ctx, z.ID, z.Version, wire.Relabel{Handling: wire.NewMarking{TLP: "green"}, Reason: "for all"})
	must(err)
	if was, err := c.SeizureAt(ctx, z.ID, 1); err != nil || was.Kilograms != "1" || was.TLP != "amber" || z.TLP != "green" || z.Version != 3 {
		t.Errorf("version 1 is %+v, now %+v: %v", was, z, err)
	}
	r, err := c.ProposeRelease(ctx, wire.NewRelease{Subject: "seizure/" + z.ID, Audience: "KGZ", Reason: "request 118"})
	must(err)
	second := n.tokenFor(t, n.person(t, "second", paiza.Roles()...), rightsOf(n.root), nil)
	if _, err := n.as(t, second).ConfirmRelease(ctx, r.ID, ""); err == nil || !strings.Contains(err.Error(), "you") {
		t.Errorf("a token confirms a release: %v", err)
	}
	if back, err := c.RefuseRelease(ctx, r.ID, "not yet"); err != nil || back.State != string(paiza.ReleaseTakenBack) {
		t.Errorf("taking a release back: %+v, %v", back, err)
	}
	proof, err := c.ProveSubject(ctx, "seizures", z.ID)
	if err != nil || !strings.Contains(string(proof), "seizure.relabel") {
		t.Errorf("the proof: %v", err)
	}
	_, err = c.WithdrawSeizure(ctx, z.ID, z.Version, "entered twice")
	must(err)
	for list, want := range map[bool]int{false: 0, true: 1} {
		if got, err := c.Seizures(ctx, paiza.SeizureFilter{Withdrawn: list}, paiza.Page{}); err != nil || len(got.Seizures) != want {
			t.Errorf("withdrawn %v: %d rows, %v", list, len(got.Seizures), err)
		}
	}
	one, err := c.OpenCase(ctx, wire.NewCase{Reference: "2026-17"})
	must(err)
	one, err = c.ChangeCase(ctx, one.ID, wire.NewCase{Reference: "2026-17", Title: "By rail", Members: one.Members, Closed: true})
	if err != nil || !one.Closed || one.Title != "By rail" {
		t.Errorf("the case is %+v: %v", one, err)
	}
	if list, err := c.Jobs(ctx); err != nil || list.Jobs == nil {
		t.Errorf("jobs: %v", err)
	}
	if k, err := c.Condition(ctx); err != nil || k.Engine == "" || k.Entries == 0 {
		t.Errorf("the condition is %+v: %v", k, err)
	}
}
