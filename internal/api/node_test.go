package api

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"paiza"
	"paiza/client"
	"paiza/internal/desk"
	"paiza/internal/obs"
	"paiza/internal/store"
	"paiza/internal/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// testNode is a real desk over a real store with its API on loopback.
type testNode struct {
	*httptest.Server
	api   *API
	desk  *desk.Desk
	root  paiza.Actor // an account with every role
	store string      // its address
	token string      // of root, with every right that a role has
	log   *bytes.Buffer
	clock *clock
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = t
}

func (c *clock) forward(d time.Duration) { c.set(c.now().Add(d)) }

// engines runs a test on a node over each database.
func engines(t *testing.T, fn func(t *testing.T, n *testNode)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, newNode(t, filepath.Join(t.TempDir(), "node.paiza"), Options{})) })
	t.Run("postgres", func(t *testing.T) { fn(t, newNode(t, pgtest.New(t), Options{})) })
}

// small is a node on SQLite.
func small(t testing.TB, opt Options) *testNode {
	return newNode(t, filepath.Join(t.TempDir(), "node.paiza"), opt)
}

func newNode(t testing.TB, target string, opt Options) *testNode {
	t.Helper()
	st, err := store.Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	n := &testNode{store: target, log: &bytes.Buffer{}, clock: &clock{at: time.Now()}}
	if n.desk, err = desk.Open(t.Context(), desk.Options{Store: st, Now: n.clock.now}); err != nil {
		t.Fatal(err)
	}
	opt.Log, opt.Now, opt.Version = slog.New(slog.NewTextHandler(n.log, nil)), n.clock.now, "test"
	if opt.PerMinute == 0 {
		opt.PerMinute = 1e6
	}
	n.api = New(n.desk, opt)
	n.Server = httptest.NewServer(n.api)
	t.Cleanup(func() {
		n.Server.Close()
		n.desk.Close()
		st.Close()
	})
	n.root = n.person(t, "root", paiza.Roles()...)
	n.token = n.tokenFor(t, n.root, rightsOf(n.root), nil)
	return n
}

// beside is the API of another process of the node.
func (n *testNode) beside(t *testing.T) *API {
	t.Helper()
	st, err := store.Open(t.Context(), n.store)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	d, err := desk.Open(t.Context(), desk.Options{Store: st, Now: n.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return New(d, Options{Log: slog.New(slog.DiscardHandler), Now: n.clock.now, PerMinute: 1e6})
}

// person opens an account.
func (n *testNode) person(t testing.TB, login string, roles ...paiza.Role) paiza.Actor {
	t.Helper()
	p, err := n.desk.CreatePerson(t.Context(), paiza.Operator("test"), paiza.NewPerson{Login: login, Name: "The " + login, Roles: roles, Password: "tablets of the relay"})
	if err != nil {
		t.Fatal(err)
	}
	who, _, err := n.desk.Actor(t.Context(), p.ID, "test")
	if err != nil {
		t.Fatal(err)
	}
	return who
}

// rightsOf are the rights that somebody has.
func rightsOf(who paiza.Actor) []paiza.Right {
	var out []paiza.Right
	for _, right := range paiza.Rights() {
		if permit(who, right) == nil {
			out = append(out, right)
		}
	}
	return out
}

func (n *testNode) tokenFor(t testing.TB, who paiza.Actor, scopes []paiza.Right, networks []string) string {
	t.Helper()
	_, text := n.made(t, who, scopes, networks)
	return text
}

func (n *testNode) made(t testing.TB, who paiza.Actor, scopes []paiza.Right, networks []string) (paiza.Token, string) {
	t.Helper()
	k, text, err := n.desk.CreateToken(t.Context(), paiza.Operator("test"), paiza.NewToken{Owner: who.ID, Name: "test", Scopes: scopes, Networks: networks, Days: 30})
	if err != nil {
		t.Fatal(err)
	}
	return k, text
}

// as is a client with a token. It does not wait between tries.
func (n *testNode) as(t *testing.T, token string) *client.Client {
	t.Helper()
	c, err := client.New(n.URL, client.Options{Token: token, Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// load takes a file in.
func (n *testNode) load(t *testing.T, text string) paiza.Import {
	t.Helper()
	file := filepath.Join(t.TempDir(), "seizures.csv")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	imp, err := n.desk.Import(t.Context(), n.root, desk.ImportRequest{Path: file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return imp
}

// reply is an answer that was read whole.
type reply struct {
	*http.Response
	body string
}

// ask sends one request as it is; header are names and values in turn.
func (n *testNode) ask(t *testing.T, method, path, body string, header ...string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, n.URL+Prefix+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "identity")
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.Header.Get("Content-Type") == kindEvents {
		return reply{resp, ""} // it does not end
	}
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp, string(raw)}
}

// bearer is the header of a token.
func bearer(token string) []string { return []string{"Authorization", "Bearer " + token} }

const someSeizures = `date,country,division,place,routing,substance,amount,unit,producing,departure,destination
2024-02-03,KAZ,,Алматы,Border - inbound,Heroin,1.5,kg,Afghanistan,Tajikistan,Kazakhstan
2024-02-10,KAZ,,Астана,,Cocaine,200,g,,,
2024-03-01,KAZ,,Жетысу,,Heroin,2000,tablet,,,
2024-13-01,KAZ,,Астана,,Heroin,1,kg,,,
2024-04-11,KAZ,,Кордай,Border - transit/free trade zone,Heroin,2,kg,Afghanistan,Afghanistan,Russian Federation
2023-07-01,UZB,,Ташкент,Inland,Cannabis herb,40,kg,,,
`

// TestLoggedRoute: the log of requests names the row of the API that answered and
// who asked, and no address.
func TestLoggedRoute(t *testing.T) {
	n := newNode(t, filepath.Join(t.TempDir(), "node.paiza"), Options{})
	var log bytes.Buffer
	h := obs.Requests(obs.NewLogger(&log, "info", "json"), nil, n.api)
	r := httptest.NewRequest("GET", Prefix+"/seizures/918273645", nil)
	r.Header.Set("Authorization", "Bearer "+n.token)
	h.ServeHTTP(httptest.NewRecorder(), r)
	var line struct{ Route, Person string }
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if line.Route != "/api/v1/seizures/{id}" || line.Person == "" || strings.Contains(log.String(), "918273645") {
		t.Errorf("the log says %s", &log)
	}
}
