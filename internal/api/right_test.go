package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/listen"
)

// ownTests are operations that may refuse who has their right: some ask for a
// proof of presence, which a token is not, and one asks for any of several rights.
var ownTests = map[string]bool{"createToken": true, "createWebhook": true, "endSession": true, "endSessionsOf": true, "listColleagues": true}

// filled is the path with something in its wildcards.
func filled(path string) string {
	return strings.NewReplacer("{id}", "1", "{seq}", "1", "{version}", "1").Replace(path)
}

// TestRefusals is made from the table of routes: every operation refuses who has
// no token, each role that lacks its right, a token whose scope lacks it, and
// every token that is no longer good or comes from elsewhere; and none refuses a
// role that has the right.
func TestRefusals(t *testing.T) {
	n := small(t, Options{})
	roles := map[paiza.Role]string{}
	for _, role := range paiza.Roles() {
		who := n.person(t, string(role), role)
		roles[role] = n.tokenFor(t, who, rightsOf(who), nil)
	}
	all := rightsOf(n.root)
	narrow := map[paiza.Right]string{}
	for _, right := range all {
		narrow[right] = n.tokenFor(t, n.root, slices.DeleteFunc(slices.Clone(all), func(r paiza.Right) bool { return r == right }), nil)
	}
	k, revoked := n.made(t, n.root, all, nil)
	if err := n.desk.RevokeToken(t.Context(), n.root, k.ID, "test"); err != nil {
		t.Fatal(err)
	}
	out := n.person(t, "gone", paiza.Roles()...)
	bad := map[string]string{"revoked": revoked, "wrong address": n.tokenFor(t, n.root, all, []string{"192.0.2.0/24"}), "unknown": "paiza_" + strings.Repeat("a", 59),
		"no token": "x", "closed account": n.tokenFor(t, out, all, nil)}
	disable(t, n, out)
	check := func(r reply, name string, want bool) {
		t.Helper()
		if refused := r.StatusCode == http.StatusForbidden; refused != want {
			t.Errorf("%s: %s, refused should be %v: %s", name, r.Status, want, r.body)
		}
		if r.StatusCode >= 500 || r.StatusCode == http.StatusUnauthorized {
			t.Errorf("%s: %s %s\n%s", name, r.Status, r.body, n.log)
		}
	}
	ask := func(row route, token string) reply {
		return n.ask(t, row.method, filled(row.path), "", bearer(token)...)
	}
	for _, row := range routes() {
		name := row.method + " " + row.path
		if r := n.ask(t, row.method, filled(row.path), ""); (r.StatusCode == http.StatusUnauthorized) == (row.needs == public) {
			t.Errorf("%s without a token: %s", name, r.Status)
		} else if row.needs != public && (r.Header.Get("WWW-Authenticate") == "" || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/problem+json")) {
			t.Errorf("%s without a token: %v", name, r.Header)
		}
		n.api.failed = listen.NewRate(30, n.api.now)
		for why, token := range bad {
			if r := ask(row, token); r.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s with a token that is %s: %s", name, why, r.Status)
			}
		}
		for _, role := range paiza.Roles() {
			may := row.needs == public || row.needs == signedIn || access.Allow(paiza.Actor{ID: "x", Roles: []paiza.Role{role}}, row.needs) == nil
			if !ownTests[row.id] {
				check(ask(row, roles[role]), name+" as "+string(role), !may)
			}
		}
		if token := narrow[row.needs]; token != "" {
			check(ask(row, token), name+" without the scope", true)
		}
	}
	if r := n.ask(t, "POST", "/tokens", `{"name":"x","scopes":["export"],"days":1}`, bearer(n.token)...); r.StatusCode != http.StatusForbidden || !strings.Contains(r.body, "signin.step_up") {
		t.Errorf("a token makes a token: %s %s", r.Status, r.body)
	}
	// All at once when they expire.
	n.clock.forward(31 * 24 * time.Hour)
	for _, row := range routes() {
		n.api.failed = listen.NewRate(30, n.api.now)
		if r := ask(row, n.token); r.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s %s with an expired token: %s", row.method, row.path, r.Status)
		}
	}
}
