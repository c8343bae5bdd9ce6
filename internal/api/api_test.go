package api

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"paiza"
	"paiza/client"
	"paiza/internal/desk"
	"paiza/internal/ledger"
	"paiza/internal/locale"
	"paiza/internal/picture"
	"paiza/wire"
)

func disable(t *testing.T, n *testNode, who paiza.Actor) {
	t.Helper()
	_, err := n.desk.UpdatePerson(t.Context(), paiza.Operator("test"), who.ID, desk.PersonChange{Name: who.Name, Roles: who.Roles, Disabled: true})
	if err != nil {
		t.Fatal(err)
	}
}

// TestJourney does with the client what an analyst's program does: a file in,
// the picture out, the file taken back, and the ledger that proves it.
func TestJourney(t *testing.T) {
	engines(t, func(t *testing.T, n *testNode) {
		ctx, c := t.Context(), n.as(t, n.token)
		var sent int64
		up, err := c.Upload(ctx, "seizures.csv", strings.NewReader(someSeizures), func(s, size int64) { sent = s })
		if err != nil {
			t.Fatal(err)
		}
		if up.Size != int64(len(someSeizures)) || sent != up.Size {
			t.Errorf("%d bytes sent, %d kept of %d", sent, up.Size, len(someSeizures))
		}
		lay, err := c.Layout(ctx, up.ID, "")
		if err != nil || !lay.Recognised || lay.Profile != "paiza" || len(lay.Columns) != 11 {
			t.Fatalf("layout: %+v, %v", lay, err)
		}
		dry, err := c.DryRun(ctx, wire.Take{Upload: up.ID})
		if err != nil {
			t.Fatal(err)
		}
		if dry.Imported != 5 || dry.Refused != 1 || len(dry.Errors) != 1 || dry.Errors[0].Value != "2024-13-01" || len(dry.Sample) != 5 {
			t.Errorf("dry run: %+v", dry)
		}
		imp, err := c.TakeIn(ctx, wire.Take{Upload: up.ID, Reason: "monthly report"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if imp.State != "done" || imp.Counts != dry.Counts || imp.SHA256 != up.SHA256 {
			t.Errorf("the import is %+v, the dry run said %+v", imp, dry.Counts)
		}
		for e, err := range c.ImportErrors(ctx, imp.ID) {
			if err != nil || e.Row != 5 || e.Kind != "refused" {
				t.Errorf("refused row: %+v, %v", e, err)
			}
		}
		list, err := c.Seizures(ctx, paiza.SeizureFilter{Text: "алматы"}, paiza.Page{Size: 10})
		if err != nil || len(list.Seizures) != 1 || *list.Count != 1 {
			t.Fatalf("search: %+v, %v", list, err)
		}
		z := list.Seizures[0]
		if z.Kilograms != "1.5" || *z.Micrograms != 1_500_000_000 || z.Date != "2024-02-03" || z.TLP != "amber" {
			t.Errorf("the row is %+v", z)
		}
		row, err := c.SourceRow(ctx, z.ID)
		if err != nil || row.Cells[7] != "kg" || row.Row != 2 {
			t.Errorf("its source: %+v, %v", row, err)
		}
		history, err := c.SeizureHistory(ctx, z.ID)
		if err != nil || len(history.Acts) == 0 || history.Acts[len(history.Acts)-1].Action != "import.run" && history.Acts[0].Action != "import.run" {
			t.Errorf("its history: %+v, %v", history, err)
		}
		again, err := c.TakeIn(ctx, wire.Take{Upload: up.ID}, nil)
		if !errors.Is(err, paiza.ErrNotFound) {
			t.Errorf("the upload is used up: %+v, %v", again, err)
		}
		typed, err := c.RecordSeizure(ctx, wire.NewSeizure{Date: "2024-05", Country: "Kazakhstan", Substance: "героин", Amount: "0,5", Unit: "kg", Reason: "by hand"})
		if err != nil || typed.Country != "KAZ" || typed.Substance != "heroin" || typed.Micrograms == nil || *typed.Micrograms != 500_000_000 {
			t.Fatalf("typed in: %+v, %v", typed, err)
		}
		samePicture(t, n, c)
		exports(t, c)
		if _, err := c.Undo(ctx, imp.ID, ""); !errors.Is(err, paiza.ErrInvalid) {
			t.Errorf("undone without a reason: %v", err)
		}
		if imp, err = c.Undo(ctx, imp.ID, "wrong file"); err != nil || imp.State != "undone" {
			t.Errorf("undone: %+v, %v", imp, err)
		}
		market, err := c.Market(ctx, paiza.Slice{}, paiza.ByYear, "substance")
		if err != nil || market.Total.Kilograms != "0.5" {
			t.Errorf("afterwards: %+v, %v", market.Total, err)
		}
		proof, err := c.Prove(ctx, client.Proving{Subject: "import/" + imp.ID})
		if err != nil {
			t.Fatal(err)
		}
		head, err := c.Checkpoint(ctx)
		if err != nil {
			t.Fatal(err)
		}
		p, err := ledger.ParseProof(proof)
		if err != nil {
			t.Fatal(err)
		}
		acts, _, err := p.Verify(ledger.Trust{Key: head.Key})
		if err != nil || acts[len(acts)-1].Action != "import.undo" || acts[len(acts)-1].Reason != "wrong file" {
			t.Errorf("the proof shows %+v, %v", acts, err)
		}
		seen := int64(0)
		for act, err := range c.AllActs(ctx) {
			if err != nil || seen != 0 && act.Seq != seen-1 {
				t.Fatalf("after %d: %+v, %v", seen, act, err)
			}
			seen = act.Seq
		}
		if seen != 1 {
			t.Errorf("the ledger ends at %d", seen)
		}
		if sound, err := c.Fsck(ctx); err != nil || !sound.Sound {
			t.Errorf("fsck: %+v, %v", sound, err)
		}
	})
}

// samePicture: what the API shows is what the desk shows.
func samePicture(t *testing.T, n *testNode, c *client.Client) {
	t.Helper()
	ctx := t.Context()
	s := paiza.Slice{Countries: []paiza.Country{"KAZ", "UZB"}, Period: paiza.Period{From: 20230000}}
	shape := Shape{Print: locale.For("en"), Catalog: n.api.catalog}
	m, _ := n.desk.Market(ctx, n.root, s, paiza.ByMonth, picture.ByGroup)
	b, _ := n.desk.Balance(ctx, n.root, s, paiza.ByYear, picture.BySubstance)
	r, _ := n.desk.Routes(ctx, n.root, s, 1)
	k, _ := n.desk.Calendar(ctx, n.root, s)
	v, _ := n.desk.Coverage(ctx, n.root, s)
	gm, err1 := c.Market(ctx, s, paiza.ByMonth, "group")
	gb, err2 := c.Balance(ctx, s, paiza.ByYear, "substance")
	gr, err3 := c.Routes(ctx, s, 1)
	gk, err4 := c.Calendar(ctx, s)
	gv, err5 := c.Coverage(ctx, s)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		t.Fatal(err)
	}
	if len(gm.Rows) == 0 || len(gb.Rows) == 0 || len(gr.Rows) == 0 || len(gk.Rows) == 0 || len(gv.Rows) == 0 {
		t.Fatal("a view is empty")
	}
	for name, pair := range map[string][2]any{"market": {shape.Market(m), gm}, "balance": {shape.Balance(b), gb}, "routes": {shape.Routes(r), gr},
		"calendar": {shape.Calendar(k), gk}, "coverage": {shape.Coverage(v), gv}} {
		if diff := cmp.Diff(pair[0], pair[1], cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-desk +API):\n%s", name, diff)
		}
	}
}

// exports: the three files hold the same rows as the list.
func exports(t *testing.T, c *client.Client) {
	t.Helper()
	ctx := t.Context()
	f := paiza.SeizureFilter{Slice: paiza.Slice{Countries: []paiza.Country{"KAZ"}}}
	var want, got []wire.Seizure
	for z, err := range c.AllSeizures(ctx, f) {
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, z)
	}
	for z, err := range c.EachSeizure(ctx, f) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, z)
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) != 5 {
		t.Errorf("%d rows, NDJSON (-list +file):\n%s", len(want), diff)
	}
	body, err := c.ExportSeizures(ctx, f, "csv")
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	rows, err := csv.NewReader(body).ReadAll()
	if err != nil || len(rows) != 6 || rows[0][0] != "id" || rows[1][0] != want[0].ID {
		t.Errorf("CSV: %d rows, %v", len(rows), err)
	}
	book, err := c.ExportSeizures(ctx, f, "xlsx")
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if raw, err := io.ReadAll(book); err != nil || !bytes.HasPrefix(raw, []byte("PK")) {
		t.Errorf("XLSX: %d bytes, %v", len(raw), err)
	}
	if _, err := c.ExportSeizures(ctx, f, "pdf"); !errors.Is(err, paiza.ErrNotFound) {
		t.Errorf("PDF: %v", err)
	}
}

// TestListEqualsDesk: whatever is asked for, the pages of the API together are
// the list of the desk, in its order.
func TestListEqualsDesk(t *testing.T) {
	n := small(t, Options{})
	var b strings.Builder
	b.WriteString("date,country,division,place,routing,substance,amount,unit\n")
	for i := range 300 {
		fmt.Fprintf(&b, "20%02d-%02d-%02d,%s,,Place %d,,%s,%d.5,%s\n", 10+i%7, 1+i%12, 1+i%28, []string{"KAZ", "UZB", "RUS"}[i%3], i%11,
			[]string{"Heroin", "Cocaine", "Cannabis herb", "unheard of"}[i%4], i, []string{"kg", "g", "tablet"}[i%3])
	}
	n.load(t, b.String())
	c := n.as(t, n.token)
	rapid.Check(t, func(rt *rapid.T) {
		f := paiza.SeizureFilter{Slice: paiza.Slice{
			Countries:       rapid.SliceOfNDistinct(rapid.SampledFrom([]paiza.Country{"KAZ", "UZB", "RUS", "AFG"}), 0, 2, rapid.ID).Draw(rt, "countries"),
			Groups:          rapid.SliceOfNDistinct(rapid.SampledFrom([]paiza.Group{paiza.GroupOpioids, paiza.GroupCannabis, paiza.GroupUnknown}), 0, 2, rapid.ID).Draw(rt, "groups"),
			WithoutDoubtful: rapid.Bool().Draw(rt, "sure")}}
		if rapid.Bool().Draw(rt, "period") {
			f.Period.From = paiza.NewDate(rapid.IntRange(2009, 2017).Draw(rt, "year"), 0, 0)
		}
		if rapid.Bool().Draw(rt, "words") {
			f.Text = "place " + fmt.Sprint(rapid.IntRange(0, 12).Draw(rt, "place"))
		}
		size := rapid.IntRange(1, 120).Draw(rt, "size")
		want, err := n.desk.Seizures(t.Context(), n.root, f, paiza.Page{Size: 1000})
		if err != nil {
			rt.Fatal(err)
		}
		var got []string
		for after := ""; ; {
			page, err := c.Seizures(t.Context(), f, paiza.Page{Size: size, After: after})
			if err != nil {
				rt.Fatal(err)
			}
			if after == "" && (page.Count == nil || *page.Count != want.Count) {
				rt.Fatalf("count %v, want %d", page.Count, want.Count)
			}
			for _, z := range page.Seizures {
				got = append(got, z.ID)
			}
			if after = page.Next; after == "" {
				break
			}
		}
		var ids []string
		for _, z := range want.Seizures {
			ids = append(ids, z.ID)
		}
		if diff := cmp.Diff(ids, got); diff != "" {
			rt.Fatalf("%+v (-desk +API):\n%s", f, diff)
		}
	})
}

// TestConditions: an answer that the caller has is not sent again, and a change
// to what has changed since is refused.
func TestConditions(t *testing.T) {
	n := small(t, Options{})
	imp := n.load(t, someSeizures)
	auth := bearer(n.token)
	first := n.ask(t, "GET", "/picture/market", "", auth...)
	tag := first.Header.Get("ETag")
	if tag == "" || first.StatusCode != http.StatusOK {
		t.Fatalf("%s, ETag %q", first.Status, tag)
	}
	if r := n.ask(t, "GET", "/picture/market", "", append(auth, "If-None-Match", `"other", `+tag)...); r.StatusCode != http.StatusNotModified || r.body != "" {
		t.Errorf("the same again: %s, %d bytes", r.Status, len(r.body))
	}
	small := n.ask(t, "GET", "/picture/market", "", append(auth, "Accept-Encoding", "gzip")...)
	if small.Header.Get("Content-Encoding") != "gzip" || len(small.body) >= len(first.body) {
		t.Errorf("compressed: %v, %d of %d bytes", small.Header, len(small.body), len(first.body))
	}
	if r := n.ask(t, "GET", "/picture/market", "", append(auth, "If-None-Match", small.Header.Get("ETag"))...); r.StatusCode != http.StatusNotModified {
		t.Errorf("the tag of the compressed form: %s", r.Status)
	}
	if r := n.ask(t, "HEAD", "/picture/market", "", auth...); r.body != "" || r.Header.Get("ETag") != tag || r.ContentLength != int64(len(first.body)) {
		t.Errorf("HEAD: %v", r.Header)
	}
	before := acts(t, n)
	if r := n.ask(t, "HEAD", "/exports/seizures.csv", "", auth...); r.StatusCode != http.StatusOK || acts(t, n) != before {
		t.Errorf("HEAD of an export: %s; it exported", r.Status)
	}
	path := "/imports/" + imp.ID
	was := n.ask(t, "GET", path, "", auth...).Header.Get("ETag")
	why := `{"reason":"wrong file"}`
	if r := n.ask(t, "POST", path+"/undo", why, append(auth, "If-Match", `"0123"`)...); r.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("with a tag of another state: %s %s", r.Status, r.body)
	}
	if r := n.ask(t, "POST", path+"/undo", why, append(auth, "If-Match", was)...); r.StatusCode != http.StatusOK {
		t.Errorf("with the tag that was read: %s %s", r.Status, r.body)
	}
	if r := n.ask(t, "GET", "/picture/market", "", append(auth, "If-None-Match", tag)...); r.StatusCode != http.StatusOK {
		t.Errorf("after the change: %s", r.Status)
	}
	person := "/people/" + n.root.ID
	read := n.ask(t, "GET", person, "", auth...)
	roles, err := json.Marshal(n.root.Roles) // other roles would ask for a proof of presence
	if err != nil {
		t.Fatal(err)
	}
	change := `{"name":"Every Role","roles":` + string(roles) + `,"disabled":false}`
	if r := n.ask(t, "PUT", person, change, append(auth, "If-Match", read.Header.Get("ETag"))...); r.StatusCode != http.StatusOK {
		t.Errorf("account: %s %s", r.Status, r.body)
	}
	if r := n.ask(t, "PUT", person, change, append(auth, "If-Match", read.Header.Get("ETag"))...); r.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("account, with the old tag: %s", r.Status)
	}
}

func acts(t *testing.T, n *testNode) int64 {
	t.Helper()
	list, err := n.desk.Ledger(t.Context(), paiza.Operator("test"), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	return list[0].Seq
}

// TestRepeated: a named request is done once, however often and however many at
// a time it comes.
func TestRepeated(t *testing.T) {
	engines(t, func(t *testing.T, n *testNode) {
		body := `{"date":"2024-01-02","country":"KAZ","substance":"heroin","amount":"1","unit":"kg"}`
		ask := func(key, body string) reply {
			return n.ask(t, "POST", "/seizures", body, append(bearer(n.token), "Idempotency-Key", key)...)
		}
		first := ask("a-1", body)
		again := ask(`"a-1"`, body)
		if first.StatusCode != http.StatusCreated || again.StatusCode != http.StatusCreated || first.body != again.body ||
			again.Header.Get("Location") != first.Header.Get("Location") || again.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s %s\nagain %s %s %v", first.Status, first.body, again.Status, again.body, again.Header)
		}
		if r := ask("a-1", strings.Replace(body, `"1"`, `"2"`, 1)); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.body, "api.repeat_differs") {
			t.Errorf("another body: %s %s", r.Status, r.body)
		}
		for _, key := range []string{"a b", strings.Repeat("x", 201), "ключ"} {
			if r := ask(key, body); r.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("key %q: %s", key, r.Status)
			}
		}
		if r := n.ask(t, "POST", "/people", `{}`, append(bearer(n.token), "Idempotency-Key", "p")...); !strings.Contains(r.body, "api.repeat_secret") {
			t.Errorf("a password under a key: %s", r.body)
		}
		var wg sync.WaitGroup
		codes := make([]int, 8)
		for i := range codes {
			wg.Go(func() { codes[i] = ask("many", body).StatusCode })
		}
		wg.Wait()
		for _, code := range codes {
			if code != http.StatusCreated && code != http.StatusConflict {
				t.Errorf("at the same time: %d", code)
			}
		}
		list, err := n.desk.Seizures(t.Context(), n.root, paiza.SeizureFilter{}, paiza.Page{Size: 100})
		if err != nil || len(list.Seizures) != 2 {
			t.Errorf("%d rows for two keys, %v", len(list.Seizures), err)
		}
		n.clock.forward(25 * time.Hour)
		if r := ask("a-1", strings.Replace(body, `"1"`, `"2"`, 1)); r.StatusCode != http.StatusCreated {
			t.Errorf("a day later: %s %s", r.Status, r.body)
		}
	})
}

// TestProblems: a refusal says what is wrong and where, in the caller's
// language, and nothing of the inside.
func TestProblems(t *testing.T) {
	n := small(t, Options{})
	en, ru := locale.For("en"), locale.For("ru")
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
		code, pointer, parameter string
	}{
		{"field", "POST", "/seizures", `{"date":"2024-13","country":"KAZ","substance":"heroin","amount":"1","unit":"kg"}`, 422, "error.form", "#/date", ""},
		{"missing", "POST", "/seizures", `{"date":"2024-01"}`, 422, "error.form", "#/country", ""},
		{"unknown field", "POST", "/seizures", `{"date":"2024-01-02","country":"KAZ","substance":"heroin","amount":"1","unit":"kg","colour":"red"}`, 422, "error.form", "#/colour", ""},
		{"no JSON", "POST", "/seizures", `{"date":`, 400, "api.body_form", "", ""},
		{"parameter", "GET", "/seizures?country=Atlantis", "", 422, "error.filter.title", "", "country"},
		{"unknown parameter", "GET", "/picture/market?contry=KAZ", "", 422, "error.form", "", "contry"},
		{"limit", "GET", "/seizures?limit=100000", "", 422, "error.form", "", "limit"},
		{"cursor", "GET", "/seizures?after=MTIz", "", 422, "api.cursor", "", "after"},
		{"not found", "GET", "/imports/99", "", 404, "error.not_found", "", ""},
		{"no address", "GET", "/nothing", "", 404, "error.not_found", "", ""},
		{"no method", "PATCH", "/imports/1", "", 405, "api.no_method", "", ""},
		{"large", "POST", "/seizures", `{"date":"` + strings.Repeat("1", maxBody) + `"}`, 413, "error.too_large", "", ""},
		{"no upload", "POST", "/imports", `{"upload":"nowhere"}`, 404, "error.not_found", "", ""},
	} {
		for _, p := range []*locale.Printer{en, ru} {
			r := n.ask(t, tt.method, tt.path, tt.body, append(bearer(n.token), "Accept-Language", p.Tag())...)
			var got wire.Problem
			if err := json.Unmarshal([]byte(r.body), &got); err != nil || r.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s: %v, %s: %s", tt.name, err, r.Header.Get("Content-Type"), r.body)
				continue
			}
			if r.StatusCode != tt.status || got.Status != tt.status || got.Code != tt.code || got.Title == "" || !strings.HasPrefix(got.Type, wire.ProblemType) {
				t.Errorf("%s: %s %+v", tt.name, r.Status, got)
			}
			if p == ru && !strings.ContainsAny(got.Detail+got.Title, "абвгдежзиклмнопрст") {
				t.Errorf("%s is not in Russian: %+v", tt.name, got)
			}
			if tt.pointer+tt.parameter == "" {
				continue
			}
			found := false
			for _, f := range got.Errors {
				found = found || f.Pointer == tt.pointer && f.Parameter == tt.parameter && f.Detail != ""
			}
			if !found {
				t.Errorf("%s names %+v", tt.name, got.Errors)
			}
		}
	}
	if n.log.Len() > 0 {
		t.Errorf("the operator's log has %s", n.log)
	}
}
