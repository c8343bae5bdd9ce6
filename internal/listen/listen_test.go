package listen

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"paiza"
)

func TestClientAddress(t *testing.T) {
	p := Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for _, tt := range []struct {
		name, peer string
		forwarded  []string
		want       string
	}{
		{"no proxy", "192.0.2.7:5000", nil, "192.0.2.7"},
		{"a stranger claims", "192.0.2.7:5000", []string{"198.51.100.1"}, "192.0.2.7"},
		{"one proxy", "10.0.0.1:5000", []string{"198.51.100.1"}, "198.51.100.1"},
		{"the client lied to the proxy", "10.0.0.1:5000", []string{"203.0.113.9, 198.51.100.1"}, "198.51.100.1"},
		{"two proxies", "10.0.0.1:5000", []string{"203.0.113.9, 198.51.100.1", "10.0.0.2"}, "198.51.100.1"},
		{"nonsense", "10.0.0.1:5000", []string{"198.51.100.1, <script>"}, "10.0.0.1"},
		{"no header", "10.0.0.1:5000", nil, "10.0.0.1"},
		{"address of the sixth kind", "[::1]:5000", []string{"[2001:db8::1]:443"}, "2001:db8::1"},
		{"mapped", "[::ffff:10.0.0.1]:5000", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.peer
		r.Header["X-Forwarded-For"] = tt.forwarded
		var got string
		p.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got, _, _ = net.SplitHostPort(r.RemoteAddr) })).
			ServeHTTP(httptest.NewRecorder(), r)
		if got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

// FuzzClientAddress: whatever a header holds, the answer is an address, and a
// stranger's header changes nothing.
func FuzzClientAddress(f *testing.F) {
	f.Add("198.51.100.1, 10.0.0.2", "10.0.0.1:80")
	f.Add("[2001:db8::1%eth0]:443", "[fe80::1%lo]:80")
	f.Fuzz(func(t *testing.T, forwarded, peer string) {
		p := Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fe80::/10")}
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = peer
		r.Header["X-Forwarded-For"] = []string{forwarded}
		a, ok := p.client(r)
		if ok && !a.IsValid() {
			t.Fatal("no address")
		}
		if at, err := netip.ParseAddrPort(peer); ok && (err != nil || !p.trusted(at.Addr())) {
			t.Fatal("a stranger is believed")
		}
	})
}

// pair writes a certificate with its key, for a number by which it is known.
func pair(t *testing.T, certFile, keyFile string, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "node"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Duration(serial) * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	put(t, certFile, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	put(t, keyFile, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
}

// put replaces a file as a renewal does: the name never stands for half a file.
func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
}

// TestRenewal: a new pair is served to new connections without a restart; a
// broken one is reported and the old one stays; HTTP/2 and TLS 1.3 are spoken.
func TestRenewal(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	pair(t, certFile, keyFile, 100)
	broken := make(chan error, 10)
	c, err := LoadCertificate(certFile, keyFile, func(err error) { broken <- err })
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{TLSConfig: c.Config("1.3"), ErrorLog: log.New(io.Discard, "", 0),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(r.Proto)) })}
	go srv.ServeTLS(l, "", "")
	defer srv.Close()
	address := l.Addr().String()
	client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	resp, err := client.Get("https://" + address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.ProtoMajor != 2 {
		t.Errorf("spoken is %s", resp.Proto)
	}

	serial := func() int64 {
		conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		s := conn.ConnectionState()
		if s.Version != tls.VersionTLS13 {
			t.Fatalf("version %x", s.Version)
		}
		return s.PeerCertificates[0].SerialNumber.Int64()
	}
	if got := serial(); got != 100 {
		t.Fatalf("serial %d", got)
	}
	if _, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12}); err == nil {
		t.Error("TLS 1.2 is taken")
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	taken, again := make(chan time.Time, 10), make(chan os.Signal, 1)
	go c.Watch(ctx, 10*time.Millisecond, again, func(expiry time.Time) { taken <- expiry })

	put(t, certFile, "no certificate")
	if err := <-broken; err == nil || serial() != 100 {
		t.Errorf("a broken pair: %v, serial %d", err, serial())
	}
	pair(t, certFile, keyFile, 200)
	if <-taken; serial() != 200 {
		t.Errorf("after the renewal serial %d", serial())
	}
	again <- os.Interrupt
	<-taken
	if left := time.Until(c.Expiry()); left < 199*time.Hour {
		t.Errorf("expires in %s", left)
	}
}

func TestBrokenPair(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	pair(t, certFile, keyFile, 1)
	pair(t, filepath.Join(dir, "other.pem"), keyFile, 2)
	_, err := LoadCertificate(certFile, keyFile, nil)
	if !errors.Is(err, paiza.ErrInvalid) || !strings.Contains(err.Error(), "node.tls.pair") {
		t.Errorf("a key of another certificate: %v", err)
	}
}
