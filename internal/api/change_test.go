package api

import (
	"encoding/json"
	"fmt"
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

// TestUnchanged: of two who send the tag of what they read, at two processes on
// one database, one changes it. The processes share nothing else, and each
// comparison has passed before either act begins.
func TestUnchanged(t *testing.T) {
	engines(t, func(t *testing.T, n *testNode) {
		ctx := t.Context()
		person := n.person(t, "clerk", paiza.RoleViewer)
		c, err := n.desk.CreateCase(ctx, n.root, paiza.NewCase{Reference: "2026-18", Members: []string{n.root.ID}})
		if err != nil {
			t.Fatal(err)
		}
		agency, err := n.desk.CreateAgency(ctx, n.root, paiza.NewAgency{Name: "Customs", Kind: paiza.AgencyCustoms})
		if err != nil {
			t.Fatal(err)
		}
		imp := n.load(t, someSeizures)
		second := n.beside(t)
		for _, tt := range []struct{ method, path, look, body string }{
			{"PUT", "/people/" + person.ID, "", `{"name":"%s","roles":["viewer"],"disabled":false,"reason":"x"}`},
			{"PUT", "/cases/" + c.ID, "", `{"reference":"2026-18","title":"%s","members":["` + n.root.ID + `"]}`},
			{"PUT", "/agencies/" + agency.ID, "", `{"name":"%s","kind":"customs"}`},
			{"POST", "/imports/" + imp.ID + "/relabel", "/imports/" + imp.ID, `{"handling":{"tlp":"TLP"},"reason":"%s"}`},
		} {
			if tt.look == "" {
				tt.look = tt.path
			}
			for round := range 5 {
				body := strings.Replace(tt.body, "TLP", []string{"green", "amber"}[round%2], 1) // a label that it has is no change
				header := append(bearer(n.token), "If-Match", n.ask(t, "GET", tt.look, "", bearer(n.token)...).Header.Get("ETag"))
				doors := []*API{n.api, second, n.api, second, n.api, second}
				codes, said := make([]int, len(doors)), make([]string, len(doors))
				var wg sync.WaitGroup
				for i, door := range doors {
					wg.Go(func() {
						r := through(door, tt.method, tt.path, strings.Replace(body, "%s", fmt.Sprintf("by %d in round %d", i, round), 1), header)
						codes[i], said[i] = r.Code, r.Body.String()
					})
				}
				wg.Wait()
				won := 0
				for i, code := range codes {
					if code == http.StatusOK {
						won++
					} else if code != http.StatusPreconditionFailed && !strings.Contains(said[i], "handling.same") { // whoever reads it a moment later
						t.Errorf("%s: %d %s", tt.path, code, said[i])
					}
				}
				if won != 1 {
					t.Errorf("%s: %d of %v changed what they read", tt.path, won, codes)
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
