package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"paiza"
	"paiza/internal/arch/matrix"
)

// TestMatrix asks every operation about every object in every state, as nobody
// and as each role of the agency that owns it and of another one, and compares the
// answer with what package access says of that object. Lists show exactly what
// may be read, and to have been shown TLP:RED stands in the ledger.
func TestMatrix(t *testing.T) {
	n := small(t, Options{})
	w := matrix.Make(t, n.desk)
	tokens := map[string]string{}
	for _, who := range w.People {
		tokens[who.ID] = n.tokenFor(t, who, rightsOf(who), nil)
	}
	ask := func(method, path, body, token string) *httptest.ResponseRecorder {
		if token == "" {
			return through(n.api, method, path, body, nil)
		}
		return through(n.api, method, path, body, bearer(token))
	}
	asked := 0
	rows := map[string]bool{}
	for _, row := range routes() {
		route := row.method + " " + row.path
		rows[route] = true
		want, ok := matrix.API[route]
		if !ok || want.Needs != row.needs {
			t.Errorf("%s needs %s; internal/arch/matrix/row.go declares %q", route, row.needs, want.Needs)
			continue
		}
		for _, item := range w.Of(want.Opens) {
			path := filled(row.path)
			if item != nil {
				path = strings.NewReplacer("{id}", item.ID, "{version}", "1").Replace(row.path)
			}
			if got := classOf(ask(row.method, path, want.Body, ""), want, item); got != want.Expect(paiza.Actor{}, item, n.clock.now()) {
				t.Errorf("%s by nobody: %s", route, got)
			}
			for _, who := range w.People {
				who.Via = paiza.ViaToken
				before := 0
				if item.Red() {
					before = n.entries(t, who)
				}
				r := ask(row.method, path, want.Body, tokens[who.ID])
				asked++
				if got, expect := classOf(r, want, item), want.Expect(who, item, n.clock.now()); got != expect {
					t.Errorf("%s: %d is %s, want %s: %.300s", matrix.Name(route, who, item), r.Code, got, expect, r.Body)
				}
				if item.Red() && r.Code == http.StatusOK && row.method == http.MethodGet && n.entries(t, who) == before {
					t.Errorf("%s: TLP:RED was shown and the ledger does not say so", matrix.Name(route, who, item))
				}
				if want.Lists != "" && r.Code == http.StatusOK {
					shows(t, matrix.Name(route, who, nil), r.Body.String(), w, want, who, n)
				}
			}
		}
	}
	for route := range matrix.API {
		if !rows[route] {
			t.Errorf("%s is declared and is no operation", route)
		}
	}
	t.Logf("%d questions", asked)
}

// through asks the API without a network; header are names and values in turn.
func through(a *API, method, path, body string, header []string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, Prefix+path, strings.NewReader(body))
	if path == "/events" { // the answer has no end of its own
		ctx, stop := context.WithTimeout(r.Context(), 50*time.Millisecond)
		defer stop()
		r = r.WithContext(ctx)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	a.ServeHTTP(rec, r)
	return rec
}

// classOf is the kind of an answer.
func classOf(r *httptest.ResponseRecorder, row matrix.Row, item *matrix.Item) matrix.Class {
	switch {
	case r.Code == http.StatusUnauthorized:
		return matrix.SignIn
	case r.Code == http.StatusForbidden:
		return matrix.Forbidden
	case r.Code == http.StatusNotFound && item != nil && !(row.Lacks && strings.Contains(r.Body.String(), "import")):
		return matrix.NotFound
	case r.Code < 400, r.Code == http.StatusNotFound, r.Code == http.StatusConflict, r.Code == http.StatusUnprocessableEntity, r.Code == http.StatusBadRequest,
		r.Code == http.StatusUnsupportedMediaType:
		return matrix.Allowed
	}
	return matrix.Class(http.StatusText(r.Code))
}

// entries counts what somebody did.
func (n *testNode) entries(t *testing.T, who paiza.Actor) int {
	t.Helper()
	list, err := n.desk.LedgerWhere(t.Context(), paiza.Operator("test"), paiza.ActFilter{Person: who.ID}, 0, 500)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

var (
	listedID     = regexp.MustCompile(`"id": ?"([^"]+)"`)
	listedImport = regexp.MustCompile(`"import": ?"([^"]+)"`)
)

// shows compares a list with what the actor may read.
func shows(t *testing.T, name, body string, w *matrix.World, row matrix.Row, who paiza.Actor, n *testNode) {
	t.Helper()
	var got []string
	id := listedID
	if row.Lists == "import" {
		id = listedImport
	}
	for _, m := range id.FindAllStringSubmatch(body, -1) {
		got = append(got, m[1])
	}
	for _, item := range w.Of(row.Lists) {
		if shown, want := slices.Contains(got, item.ID), row.Listed(who, item, n.clock.now()); shown != want {
			t.Errorf("%s: %s (%s) in the list is %v, want %v", name, item.Kind, item.State, shown, want)
		}
	}
}
