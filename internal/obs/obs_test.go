package obs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"paiza"
	"paiza/wire"
)

// TestWithheld: whatever code hands to the log, neither content nor secret
// comes out, and what an operator needs does.
func TestWithheld(t *testing.T) {
	const marker = "Marker7Text"
	cause := fmt.Errorf("dial tcp 192.0.2.1:5432: connect: connection refused; value %q", marker)
	for _, tt := range []struct {
		name string
		log  func(*slog.Logger)
		want string // must be there
	}{
		{"a key nobody listed", func(l *slog.Logger) { l.Info("x", "name", marker) }, "name=[withheld]"},
		{"in a group", func(l *slog.Logger) { l.Info("x", slog.Group("g", "login", marker, "n", 5)) }, "g.n=5"},
		{"with", func(l *slog.Logger) { l.With("login", marker).WithGroup("g").Info("x", "status", 200) }, "g.status=200"},
		{"a value that is made late", func(l *slog.Logger) { l.Info("x", "person", late(marker)) }, "person="},
		{"arguments of a refusal", func(l *slog.Logger) {
			l.Info("x", "err", &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.date", Args: paiza.Args{"value": marker}, Err: cause,
				Fields: []paiza.FieldError{{Field: "date", Key: "error.date", Args: paiza.Args{"value": marker}}}})
		}, "connection refused"},
		{"what a library quotes", func(l *slog.Logger) { l.Error("x", "error", errors.Join(errors.New("other"), cause)) }, "192.0.2.1:5432"},
		{"a panic", func(l *slog.Logger) { l.Error("x", "panic", fmt.Sprintf("cannot take %q", marker)) }, "cannot take"},
		{"a struct", func(l *slog.Logger) { l.Error("x", "file", struct{ A string }{"password=" + marker}) }, "file="},
		{"an address of a database", func(l *slog.Logger) { l.Error("x", "err", errors.New("postgres://paiza:"+marker+"@db/paiza is away")) }, "@db/paiza"},
		{"a query", func(l *slog.Logger) { l.Error("GET /seizures?q=" + marker + "&page=2 failed") }, "/seizures?[withheld]"},
		{"a header", func(l *slog.Logger) { l.Error("Authorization: Bearer " + marker) }, "Authorization: [withheld]"},
		{"a cookie", func(l *slog.Logger) { l.Error("Cookie: __Host-paiza=" + marker) }, "Cookie"},
		{"what a peer is refused for", func(l *slog.Logger) {
			l.Info("x", "peer", wire.NodeID{1, 2, 3}, "refused", wire.ReasonFork, "detail", marker)
		}, "peer=aebagaaa refused=fork detail=[withheld]"},
		{"a token alone", func(l *slog.Logger) { l.Error("x", "file", "eyJhbGciOiJIUzI1NiJ9"+marker+"0123456789") }, "file="},
	} {
		for _, format := range []string{"text", "json"} {
			var b bytes.Buffer
			tt.log(NewLogger(&b, "debug", format))
			if strings.Contains(b.String(), marker) {
				t.Errorf("%s: %s", tt.name, b.String())
			}
			if format == "text" && !strings.Contains(b.String(), tt.want) {
				t.Errorf("%s: no %q in %s", tt.name, tt.want, b.String())
			}
		}
	}
}

type late string

func (l late) LogValue() slog.Value { return slog.AnyValue([]string{"token=" + string(l)}) }

// FuzzRedact: a secret in the usual places does not come through, whatever
// stands around it.
func FuzzRedact(f *testing.F) {
	f.Add("before ", " after")
	f.Add("a=b&", "&c=d")
	f.Add("\"", "'")
	f.Fuzz(func(t *testing.T, before, after string) {
		const secret = "s3cretValueOfTheNode42xyz"
		if strings.Contains(before+after, secret) {
			t.Skip()
		}
		for _, form := range []string{"password=%s", "Bearer %s", "/x?token=%s", "postgres://u:%s@h/d"} {
			if got := redact(before + " " + fmt.Sprintf(form, secret) + " " + after); strings.Contains(got, secret) {
				t.Fatalf("%q comes through: %q", form, got)
			}
		}
	})
}

// TestRequests: a request is one line and one count, under the pattern of its
// route; the address that the client chose stands nowhere.
func TestRequests(t *testing.T) {
	var b bytes.Buffer
	m := NewMetrics("test")
	h := Requests(NewLogger(&b, "info", "json"), m, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/probe":
			NoteRoute(r.Context(), "/probe")
		case "/sign-in":
			NoteRoute(r.Context(), "/sign-in")
			w.WriteHeader(http.StatusUnprocessableEntity)
		default:
			NoteRoute(r.Context(), "/seizures/{id}")
			NotePerson(r.Context(), "p1")
			io.WriteString(w, "hello")
		}
	}), "/probe")
	srv := httptest.NewServer(h)
	defer srv.Close()
	for _, path := range []string{"/seizures/77?q=marker", "/probe"} {
		if _, err := http.Get(srv.URL + path); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := http.Post(srv.URL+"/sign-in", "text/plain", nil); err != nil {
		t.Fatal(err)
	}
	srv.Close()
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines:\n%s", len(lines), b.String())
	}
	var line map[string]any
	if err := json.Unmarshal([]byte(lines[0]), &line); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{"method": "GET", "route": "/seizures/{id}", "status": 200.0, "bytes": 5.0, "person": "p1", "msg": "answered"} {
		if line[key] != want {
			t.Errorf("%s: got %v, want %v", key, line[key], want)
		}
	}
	if strings.Contains(b.String(), "marker") || strings.Contains(b.String(), "/77") {
		t.Errorf("the address is in the log:\n%s", b.String())
	}
	text := scrape(t, m)
	for _, want := range []string{`paiza_http_requests_total{class="2xx",method="GET",route="/seizures/{id}"} 1`, "paiza_sign_in_refused_total 1",
		`paiza_http_request_seconds_count{route="/sign-in"} 1`, "paiza_http_requests_open 0"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
}

func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// TestState: what a node does not know is absent from a scrape, not zero; the
// checks stand there also when the rest cannot be asked.
func TestState(t *testing.T) {
	m := NewMetrics("test")
	var fault error
	m.Watch(func(context.Context) (State, error) {
		return State{Checks: map[string]bool{"store": fault == nil, "ledger": true}, LedgerEntries: 7, ImportsRunning: 1, ImportAt: time.Now().Add(-time.Hour)}, fault
	})
	text := scrape(t, m)
	for _, want := range []string{"paiza_ledger_entries 7", `paiza_check_ok{check="store"} 1`, "paiza_backup_last_timestamp_seconds 0"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	for _, absent := range []string{"paiza_store_disk_free_bytes", "paiza_ledger_last_timestamp_seconds"} {
		if strings.Contains(text, absent) {
			t.Errorf("%s is made up", absent)
		}
	}
	fault = os.ErrDeadlineExceeded
	text = scrape(t, m)
	if !strings.Contains(text, `paiza_check_ok{check="store"} 0`) || strings.Contains(text, "paiza_ledger_entries") {
		t.Errorf("of a node that is away:\n%s", text)
	}
	names, err := m.Names()
	if err != nil || !slices.Contains(names, "paiza_build_info") {
		t.Errorf("names: %v, %v", names, err)
	}
}
