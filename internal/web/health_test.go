package web

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/listen"
	"paiza/internal/obs"
	"paiza/internal/store"
)

// watched is a node whose site, desk and log are as `paiza serve` makes them,
// at log level debug.
func watched(t *testing.T, format string) (*node, *obs.Metrics) {
	t.Helper()
	return watchedAt(t, format, filepath.Join(t.TempDir(), "node.paiza"))
}

func watchedAt(t *testing.T, format, file string) (*node, *obs.Metrics) {
	t.Helper()
	st, err := store.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{log: &bytes.Buffer{}}
	log, m := obs.NewLogger(n.log, "debug", format), obs.NewMetrics("test")
	st.Measure(m)
	if n.desk, err = desk.Open(t.Context(), desk.Options{Store: st, Log: log}); err != nil {
		t.Fatal(err)
	}
	n.site = New(n.desk, Options{Log: log, Metrics: m, Proxies: listen.Proxies{netip.MustParsePrefix("127.0.0.0/8")}})
	n.Server = httptest.NewServer(n.site)
	t.Cleanup(func() {
		n.Server.Close()
		n.desk.Close()
		st.Close()
	})
	return n, m
}

// TestNothingInTheLog: a person works, makes mistakes and is attacked, with the
// log at its most talkative. Nothing that was written, no password, no cookie,
// no token, no name and no query is in it.
func TestNothingInTheLog(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			n, m := watched(t, format)
			const marker, token = "Marker7Place", "tok3nOfAnother9NodeXyzAbc"
			setup, err := n.desk.SetupLink(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			b := n.browser(t)
			form := url.Values{"token": {setup}, "login": {"root"}, "name": {"All Roles Person"}, "agency_name": {"Central Police"}, "agency_kind": {"police"}, "password": {password}, "again": {password}}
			if r := b.post("/setup", form); r.StatusCode != http.StatusSeeOther {
				t.Fatalf("setup: %s", r.Status)
			}
			b = n.as(t, "root")
			if r := n.browser(t).post("/sign-in", url.Values{"login": {"root"}, "password": {password + "wrong"}}); r.StatusCode != http.StatusUnprocessableEntity {
				t.Fatalf("a wrong password: %s", r.Status)
			}
			record := b.page("/seizures/new").fields("form.card")
			for key, value := range map[string]string{"date": "2026-01-31", "country": "Казахстан", "substance": "Героин", "amount": "2,5", "unit": "kg",
				"place": marker, "reason": marker + " reason", "routing": string(paiza.RoutingInbound)} {
				record.Set(key, value)
			}
			r := b.post("/seizures", record)
			if r.StatusCode != http.StatusSeeOther || !strings.Contains(b.page(r.Header.Get("Location")).text("main"), marker) {
				t.Fatalf("record: %s", r.Status)
			}
			record.Set("date", marker)
			if r := b.post("/seizures", record); r.StatusCode != http.StatusUnprocessableEntity {
				t.Fatalf("a bad date: %s", r.Status)
			}
			var file bytes.Buffer
			mp := multipart.NewWriter(&file)
			part, _ := mp.CreateFormFile("file", marker+".csv")
			part.Write([]byte("date,country,division,place,routing,substance,amount,unit\n2024-02-03,KAZ,," + marker + ",,Heroin,x" + marker + ",kg\n"))
			mp.Close()
			r = b.do("POST", "/uploads", &file, mp.FormDataContentType())
			if r.StatusCode != http.StatusSeeOther {
				t.Fatalf("upload: %s", r.Status)
			}
			at := r.Header.Get("Location")
			run := b.page(at).fields("form[action$='/check']")
			run.Set("reason", marker)
			b.finished(b.post(at+"/run", run).Header.Get("Location"))
			b.get("/seizures?q=" + marker + "&token=" + token)
			b.get("/" + marker + "/" + token + "?token=" + token)
			b.get("/seizures?cursor=" + token)
			b.header.Set("Origin", "https://"+marker+".example")
			b.header.Set("Sec-Fetch-Site", "cross-site")
			b.header.Set("Authorization", "Bearer "+token)
			if r := b.post("/seizures", record); r.StatusCode != http.StatusForbidden {
				t.Fatalf("from another site: %s", r.Status)
			}
			address, _ := url.Parse(n.URL)
			cookie := b.client.Jar.Cookies(address)[0].Value
			n.Server.Close()
			for what, secret := range map[string]string{"content": marker, "password": password, "cookie": cookie, "token": token, "link": setup,
				"name": "All Roles Person", "query": "q=", "question mark": "?"} {
				if strings.Contains(n.log.String(), secret) {
					t.Errorf("the log holds a %s:\n%s", what, n.log)
				}
			}
			for _, want := range []string{"/seizures/{id}", "/uploads", "/sign-in", "422", "403"} {
				if !strings.Contains(n.log.String(), want) {
					t.Errorf("the log lacks %s, which an operator needs:\n%s", want, n.log)
				}
			}
			w := httptest.NewRecorder()
			m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
			for _, secret := range []string{marker, token} {
				if strings.Contains(w.Body.String(), secret) {
					t.Error("a figure has what a client wrote as a label")
				}
			}
			for _, want := range []string{"paiza_sign_in_refused_total 1", `paiza_http_requests_total{class="3xx",method="POST",route="/seizures"} 1`} {
				if !strings.Contains(w.Body.String(), want) {
					t.Errorf("no %s in the figures", want)
				}
			}
			if !strings.Contains(w.Body.String(), "paiza_store_write_seconds_count ") || strings.Contains(w.Body.String(), "paiza_store_write_seconds_count 0\n") {
				t.Error("no transaction was measured")
			}
		})
	}
}

// TestClientInLedger: the ledger has the address of the client that a trusted
// proxy names.
func TestClientInLedger(t *testing.T) {
	n, _ := watched(t, "text")
	setup, err := n.desk.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	root, err := n.desk.Setup(t.Context(), setup, paiza.NewPerson{Login: "root", Name: "All Roles", Password: password, Language: "en"}, desk.Home{Name: "Headquarters", Kind: paiza.AgencyCoordination}, "test")
	if err != nil {
		t.Fatal(err)
	}
	b := n.browser(t)
	b.header.Set("X-Forwarded-For", "203.0.113.9, 198.51.100.7")
	if r := b.post("/sign-in", url.Values{"login": {"root"}, "password": {password}}); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	who, _, err := n.desk.Actor(t.Context(), root.ID, "test")
	if err != nil {
		t.Fatal(err)
	}
	acts, err := n.desk.Ledger(t.Context(), who, 0, 1)
	if err != nil || len(acts) != 1 || acts[0].Actor.From != "198.51.100.7" {
		t.Errorf("the sign-in came from %v, %v", acts, err)
	}
}

// TestProbes: anybody may ask, the answer names checks and nothing else, and a
// node that stops is alive and not ready.
func TestProbes(t *testing.T) {
	n, _ := watched(t, "text")
	b := n.browser(t)
	ask := func(path string) (int, map[string]bool) {
		t.Helper()
		r := b.get(path)
		var answer struct{ Checks []desk.Check }
		if err := json.Unmarshal(r.body, &answer); err != nil {
			t.Fatalf("%s: %v: %s", path, err, r.body)
		}
		if len(r.Header.Values("Set-Cookie")) > 0 {
			t.Errorf("%s sets a cookie", path)
		}
		holds := map[string]bool{}
		for _, c := range answer.Checks {
			holds[c.Name] = c.Holds
		}
		return r.StatusCode, holds
	}
	code, checks := ask("/readyz")
	if code != http.StatusOK {
		t.Errorf("ready: %d %v", code, checks)
	}
	for _, name := range []string{"store", "migrations", "ledger", "disk"} {
		if !checks[name] {
			t.Errorf("check %s does not hold: %v", name, checks)
		}
	}
	n.site.stopping.Store(true)
	if code, _ := ask("/readyz"); code != http.StatusServiceUnavailable {
		t.Errorf("a node that stops says %d", code)
	}
	if code, _ := ask("/healthz"); code != http.StatusOK {
		t.Errorf("a node that stops is alive: %d", code)
	}
}

// TestDamagedNode: a ledger that was changed past the program makes the node
// not ready. The answer names the check; the reason stands in the log.
func TestDamagedNode(t *testing.T) {
	file := filepath.Join(t.TempDir(), "node.paiza")
	n, _ := watchedAt(t, "text", file)
	if _, err := n.desk.SetupLink(t.Context()); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE act SET reason = 'x' WHERE seq = 1"); err != nil {
		t.Fatal(err)
	}
	r := n.browser(t).get("/readyz")
	want := `{"checks":[{"check":"store","holds":true},{"check":"migrations","holds":true},{"check":"ledger","holds":false},{"check":"disk","holds":true}],"ready":false}`
	if got := strings.TrimSpace(string(r.body)); r.StatusCode != http.StatusServiceUnavailable || got != want {
		t.Errorf("%s %s", r.Status, got)
	}
	n.Server.Close()
	if log := n.log.String(); !strings.Contains(log, "check=ledger") || !strings.Contains(log, "changed") {
		t.Errorf("the log does not say why: %s", log)
	}
}
