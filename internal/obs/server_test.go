package obs_test

import (
	"bytes"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"paiza/internal/obs"
)

// TestServerLog: a handshake that fails is told at the level info with where it
// came from and why; a storm of them is told as a number; what networks do
// besides is told to whoever asks for it.
func TestServerLog(t *testing.T) {
	var out bytes.Buffer
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	server := obs.ServerLog(obs.NewLogger(&out, "info", "text"), func() time.Time { return now })
	for range 25 {
		server.Print("http: TLS handshake error from 10.0.0.9:4711: remote error: tls: bad certificate")
	}
	server.Print("http: URL query contains semicolon")
	if got := strings.Count(out.String(), "TLS handshake failed"); got != 10 || !strings.Contains(out.String(), "address=10.0.0.9:4711") || !strings.Contains(out.String(), "bad certificate") {
		t.Errorf("%d lines:\n%s", got, out.String())
	}
	if strings.Contains(out.String(), "semicolon") {
		t.Error("what networks do is told at info")
	}
	out.Reset()
	now = now.Add(time.Minute)
	server.Print("http: TLS handshake error from 10.0.0.9:4712: EOF")
	if !strings.Contains(out.String(), "n=15") || !strings.Contains(out.String(), "4712") {
		t.Errorf("a minute later:\n%s", out.String())
	}
}

// TestServerLogHandshake: the sentence is the one that the library writes.
func TestServerLogHandshake(t *testing.T) {
	lines := make(chan string, 1)
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ErrorLog = obs.ServerLog(obs.NewLogger(told(lines), "info", "text"), time.Now)
	srv.StartTLS()
	defer srv.Close()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := tls.Client(conn, &tls.Config{ServerName: "node.example"}).Handshake(); err == nil {
		t.Fatal("an unknown certificate was taken")
	}
	conn.Close()
	if got := <-lines; !strings.Contains(got, "TLS handshake failed") || !strings.Contains(got, conn.LocalAddr().String()) {
		t.Errorf("told: %s", got)
	}
}

// told passes each write on.
type told chan string

func (c told) Write(b []byte) (int, error) {
	c <- string(b)
	return len(b), nil
}
