package web

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"paiza"
	"paiza/internal/arch/matrix"
	"paiza/internal/locale"
)

// leaving are routes that end the visit or need a browser's ceremony: they are
// asked as nobody only.
var leaving = []string{"POST /sign-out", "POST /step-up/code"}

// TestMatrix asks every route about every object in every state, as nobody and as
// each role of the agency that owns it and of another one, and compares the answer
// with what package access says of that object. Forms are sent empty. Lists show
// exactly what may be read, and to have been shown TLP:RED stands in the ledger.
func TestMatrix(t *testing.T) {
	n := inhabited(t)
	w := matrix.Make(t, n.desk)
	rows, asked, mux := map[string]bool{}, 0, n.site.mux()
	// The visit of each person is made here: signing in eighteen people costs more
	// than all the rest, and TestRefusals does it.
	signed := func(who paiza.Actor, r *http.Request) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		next := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			v := &visit{Actor: who, Person: paiza.Person{ID: who.ID, Name: who.Name, Agency: who.Agency, Roles: who.Roles}, Print: locale.For("en"), Session: "none"}
			mux.ServeHTTP(rw, v.into(r))
		})
		n.site.sessions.LoadAndSave(next).ServeHTTP(rec, r)
		return rec
	}
	for _, row := range routes() {
		route := row.method + " " + row.pattern
		rows[route] = true
		want, ok := matrix.Web[route]
		if !ok || want.Needs != row.needs {
			t.Errorf("%s needs %s; internal/arch/matrix/row.go declares %q", route, row.needs, want.Needs)
			continue
		}
		for _, item := range w.Of(want.Opens) {
			path := filled(row.pattern)
			if item != nil {
				path = strings.NewReplacer("{id}", item.ID, "{version}", "1").Replace(row.pattern)
			}
			request := func() *http.Request {
				r := httptest.NewRequest(row.method, path, nil)
				if row.method == http.MethodPost {
					r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				}
				return r
			}
			rec := httptest.NewRecorder()
			n.site.ServeHTTP(rec, request())
			if got := classOf(rec, row.needs == public, item); row.needs != public && got != matrix.SignIn {
				t.Errorf("%s by nobody: %d is %s", route, rec.Code, got)
			}
			if slices.Contains(leaving, route) {
				continue
			}
			for _, who := range w.People {
				who.Via, who.StepUp = paiza.ViaPage, time.Now()
				before := 0
				if item.Red() {
					before = n.entries(t, who)
				}
				r := signed(who, request())
				asked++
				if got, expect := classOf(r, row.needs == public, item), want.Expect(who, item, time.Now()); got != expect {
					t.Errorf("%s: %d is %s, want %s", matrix.Name(route, who, item), r.Code, got, expect)
				}
				if item.Red() && r.Code == http.StatusOK && row.method == http.MethodGet && n.entries(t, who) == before {
					t.Errorf("%s: TLP:RED was shown and the ledger does not say so", matrix.Name(route, who, item))
				}
				if want.Lists != "" && r.Code == http.StatusOK {
					shows(t, matrix.Name(route, who, nil), r.Body.String(), w, want, who)
				}
			}
		}
	}
	for route := range matrix.Web {
		if !rows[route] {
			t.Errorf("%s is declared and is no route", route)
		}
	}
	if strings.Contains(n.log.String(), "level=ERROR") {
		t.Errorf("the log: %.2000s", n.log)
	}
	t.Logf("%d questions", asked)
}

// classOf is the kind of an answer.
func classOf(r *httptest.ResponseRecorder, public bool, item *matrix.Item) matrix.Class {
	switch {
	case public && r.Code < 500:
		return matrix.Allowed // the page of the first account leads to that of signing in
	case r.Code == http.StatusSeeOther && strings.HasPrefix(r.Header().Get("Location"), "/sign-in"):
		return matrix.SignIn
	case r.Code == http.StatusForbidden, r.Code == http.StatusSeeOther && strings.HasPrefix(r.Header().Get("Location"), "/step-up"):
		return matrix.Forbidden
	case r.Code == http.StatusNotFound && item != nil:
		return matrix.NotFound
	case r.Code < 500:
		return matrix.Allowed
	}
	return matrix.Class(http.StatusText(r.Code))
}

// entries counts what somebody did.
func (n *node) entries(t *testing.T, who paiza.Actor) int {
	t.Helper()
	list, err := n.desk.LedgerWhere(t.Context(), paiza.Operator("test"), paiza.ActFilter{Person: who.ID}, 0, 500)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

var listed = regexp.MustCompile(`href="/([a-z]+)s/([^"/]+)"`)

// shows compares a list with what the actor may read.
func shows(t *testing.T, name, body string, w *matrix.World, row matrix.Row, who paiza.Actor) {
	t.Helper()
	got := map[string]bool{}
	_, main, _ := strings.Cut(body, "<main")
	for _, m := range listed.FindAllStringSubmatch(main, -1) {
		got[m[1]+"/"+m[2]] = true
	}
	for _, item := range w.Of(row.Lists) {
		if shown, want := got[item.Kind+"/"+item.ID], row.Listed(who, item, time.Now()); shown != want {
			t.Errorf("%s: %s (%s) in the list is %v, want %v", name, item.Kind, item.State, shown, want)
		}
	}
}
