package api

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"paiza"
	"paiza/client"
	"paiza/internal/desk"
	"paiza/internal/store"
	"paiza/internal/store/pgtest"
)

// cutting is a line that breaks after so many bytes of each answer.
type cutting struct {
	after  int
	cuts   int
	opened func() // when the first answer begins
}

func (c *cutting) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		if c.cuts++; c.cuts == 1 {
			c.opened()
		}
		resp.Body = &cutBody{resp.Body, c.after}
	}
	return resp, err
}

type cutBody struct {
	io.ReadCloser
	left int
}

func (b *cutBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// raise raises alerts that every agency may read, and one in three that only
// one person may read. The answer is the subjects of the former.
func raise(t *testing.T, n *testNode, count int) (open []string) {
	t.Helper()
	for i := range count {
		in := paiza.NewAlert{Title: "A new route", Handling: paiza.NewHandling{TLP: "green"}}
		if i%3 == 2 {
			in.Handling.TLP = "red"
		}
		a, err := n.desk.RaiseAlert(t.Context(), n.root, in)
		if err != nil {
			t.Error(err)
			return open
		}
		if i%3 != 2 {
			open = append(open, "alert/"+a.ID)
		}
	}
	return open
}

// TestEventsComeOnce: a reader whose line breaks again and again, while another
// process of the node writes, gets every event that he may know of once and in
// order, beginning with the first after he came.
func TestEventsComeOnce(t *testing.T) {
	target := pgtest.New(t)
	a := newNode(t, target, Options{})
	other := another(t, a, target)
	raise(t, a, 4) // before he comes: not for him
	const count = 30
	wrote := make(chan []string, 1)
	line := &cutting{after: 900, opened: func() {
		go func() { wrote <- append(raise(t, other, count/2), raise(t, a, count/2)...) }()
	}}
	c, err := client.New(a.URL, client.Options{Token: a.token, HTTP: &http.Client{Transport: line}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var got []string
	for e, err := range c.Events(ctx, "", "alert") {
		if err != nil {
			t.Fatalf("after %d events: %v", len(got), err)
		}
		if e.Type != "alert.raise" || e.TLP != "green" {
			t.Errorf("an event that was not asked for: %+v", e)
		}
		if got = append(got, e.Subject); len(got) == count*2/3 {
			break
		}
	}
	if diff := cmp.Diff(<-wrote, got); diff != "" {
		t.Error(diff)
	}
	if line.cuts < 3 {
		t.Errorf("the line broke %d times: this tests nothing", line.cuts)
	}
}

// another is a second process of a node, in this one.
func another(t *testing.T, n *testNode, target string) *testNode {
	t.Helper()
	st, err := store.Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	d, err := desk.Open(t.Context(), desk.Options{Store: st})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close(); st.Close() })
	return &testNode{desk: d, root: n.root}
}

// stream opens a stream and reads it line by line.
func (n *testNode) stream(t *testing.T, query string, header ...string) (*http.Response, *bufio.Scanner) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", n.URL+Prefix+"/events"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp, bufio.NewScanner(resp.Body)
}

// TestStreamEnds: a stream ends in order when its token is revoked, when its
// owner's account is closed and when the node stops; and coming back is refused.
func TestStreamEnds(t *testing.T) {
	until, stop := context.WithCancel(t.Context())
	n := small(t, Options{Until: until})
	n.api.beat = 50 * time.Millisecond
	k, revoked := n.made(t, n.root, rightsOf(n.root), nil)
	gone := n.person(t, "gone", paiza.RoleAnalyst)
	for _, tt := range []struct {
		name, token string
		end         func()
	}{
		{"revoked", revoked, func() {
			if err := n.desk.RevokeToken(t.Context(), n.root, k.ID, "test"); err != nil {
				t.Error(err)
			}
		}},
		{"closed account", n.tokenFor(t, gone, []paiza.Right{paiza.RightReadAlert}, nil), func() { disable(t, n, gone) }},
	} {
		endsAfter(t, n, tt.name, tt.token, tt.end)
		if r := n.ask(t, "GET", "/events", "", bearer(tt.token)...); r.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: coming back: %s", tt.name, r.Status)
		}
	}
	endsAfter(t, n, "node stops", n.token, stop)
}

func endsAfter(t *testing.T, n *testNode, name, token string, end func()) {
	t.Helper()
	resp, lines := n.stream(t, "", append(bearer(token), "Accept-Encoding", "gzip")...)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Encoding") != "" || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s: %s %v", name, resp.Status, resp.Header)
	}
	// Signs of life come before the end.
	for lines.Scan() && lines.Text() != ":" {
	}
	end()
	for lines.Scan() {
	}
	if err := lines.Err(); err != nil {
		t.Errorf("%s: the stream was cut off: %v", name, err)
	}
}

// TestStreamRefusals: what is no id, no type, and one stream too many.
func TestStreamRefusals(t *testing.T) {
	n := small(t, Options{})
	for _, query := range []string{"?after=-1", "?after=1x", "?after=01", "?types=seizure,nonsense", "?what=1"} {
		if r := n.ask(t, "GET", "/events"+query, "", bearer(n.token)...); r.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %s %s", query, r.Status, r.body)
		}
	}
	for i := range maxStreams {
		if resp, _ := n.stream(t, "", bearer(n.token)...); resp.StatusCode != http.StatusOK {
			t.Fatalf("stream %d: %s", i, resp.Status)
		}
	}
	if r := n.ask(t, "GET", "/events", "", bearer(n.token)...); r.StatusCode != http.StatusTooManyRequests {
		t.Errorf("one more: %s", r.Status)
	}
}

// TestStreamDecidesNow: an event of a record that is narrowed before it is read
// is not sent, and a browser's Last-Event-ID goes before the query.
func TestStreamDecidesNow(t *testing.T) {
	n := small(t, Options{})
	open := raise(t, n, 2)
	_, err := n.desk.RelabelAlert(t.Context(), n.root, strings.TrimPrefix(open[0], "alert/"), 0, paiza.NewHandling{TLP: "red"}, "narrower")
	if err != nil {
		t.Fatal(err)
	}
	_, lines := n.stream(t, "?after=999999&types=alert", append(bearer(n.token), "Last-Event-ID", "0")...)
	var data []string
	for len(data) == 0 && lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			data = append(data, text)
		}
	}
	if len(data) != 1 || !strings.Contains(data[0], `"subject":"`+open[1]+`"`) {
		t.Errorf("the first event is %q, want one of %s", data, open[1])
	}
}

// TestStreamHTTP2: over HTTP/2 a stream lives, and one connection carries it and
// other requests.
func TestStreamHTTP2(t *testing.T) {
	n := small(t, Options{})
	n.api.beat = 50 * time.Millisecond
	srv := httptest.NewUnstartedServer(n.api)
	srv.EnableHTTP2 = true
	srv.StartTLS()
	t.Cleanup(srv.Close) // after the streams: it waits for them
	ask := func(path string) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), "GET", srv.URL+Prefix+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+n.token)
		resp, err := srv.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { resp.Body.Close() })
		return resp
	}
	resp := ask("/events?after=0&types=alert")
	lines := bufio.NewScanner(resp.Body)
	for beats := 0; beats < 3 && lines.Scan(); {
		if lines.Text() == ":" {
			beats++
		}
	}
	if resp.ProtoMajor != 2 || lines.Err() != nil {
		t.Fatalf("%s, %v", resp.Proto, lines.Err())
	}
	if other := ask("/node"); other.StatusCode != http.StatusOK || other.ProtoMajor != 2 {
		t.Errorf("beside it: %s", other.Status)
	}
	want := raise(t, n, 1)
	for lines.Scan() {
		if strings.Contains(lines.Text(), want[0]) {
			return
		}
	}
	t.Errorf("the event did not come: %v", lines.Err())
}
