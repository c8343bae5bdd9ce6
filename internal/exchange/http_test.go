package exchange_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paiza/internal/exchange"
	"paiza/internal/exchange/exchangetest"
	"paiza/internal/exchange/memory"
	"paiza/wire"
)

func certificate(t testing.TB) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	in := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, in, in, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// site is a node that is reached over real connections.
type site struct {
	*memory.Node
	id       wire.NodeID
	exchange *exchange.Node
	cert     *tls.Certificate
	url      string
}

func newSite(t testing.TB, seed string, change ...func(*exchange.Limits)) *site {
	t.Helper()
	s := &site{cert: certificate(t)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.url = "https://" + l.Addr().String()
	ident := exchangetest.NewIdentity(t, seed, time.Now(), func(c *wire.CardBody) {
		c.Pins, c.Addresses = []wire.Hash{exchange.Pin(s.cert.Leaf)}, []string{s.url}
	})
	s.Node, s.id = memory.New(ident, time.Now), ident.Card().Node
	own := func() *tls.Certificate { return s.cert }
	transport := exchange.NewHTTP(own, s.Node)
	limits := exchange.Limits{Slow: 300 * time.Millisecond}
	for _, f := range change {
		f(&limits)
	}
	s.exchange = exchange.New(exchange.Config{Identity: s.Identity, Trust: s, Outbox: s, Withholder: s, Past: s, Inbox: s, Archive: s,
		Transport: transport, Limits: limits})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- s.exchange.Listen(ctx, l, &http.Server{TLSConfig: exchange.ServerTLS(own, s.Node)})
	}()
	t.Cleanup(func() {
		stop()
		transport.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s
}

// meet pairs two sites and lets them talk until the test ends.
func meet(t testing.TB, a, b *site) {
	a.Pair(b.Identity().Card())
	b.Pair(a.Identity().Card())
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	go a.exchange.Run(ctx, b.id)
	go b.exchange.Run(ctx, a.id)
}

// await waits until the receiver has the sender's log and the sender knows it.
func await(t testing.TB, from, to *site) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		state, err := from.State(context.Background(), to.id)
		if err != nil {
			t.Fatal(err)
		}
		if state.Proven == state.Head {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("after 30 s %+v is not proven to its head; %+v", state, from.exchange.State(to.id))
		}
	}
}

// TestHTTP is two nodes over mutual TLS on the loopback.
func TestHTTP(t *testing.T) {
	a, b := newSite(t, "a"), newSite(t, "b")
	meet(t, a, b)
	for i := range 2000 {
		if err := a.Send([]wire.NodeID{b.id}, fmt.Sprintf("seizure/%d", i), bytes.Repeat([]byte{byte(i)}, 2000)); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Send([]wire.NodeID{a.id}, "seizure/1", []byte("and back")); err != nil {
		t.Fatal(err)
	}
	a.exchange.Wake(b.id)
	b.exchange.Wake(a.id)
	await(t, a, b)
	await(t, b, a)
	if n := len(b.Received(a.id)); n != 2000 {
		t.Errorf("%d messages arrived", n)
	}
	if v, body := a.Subject(b.id, "seizure/1"); v != 1 || string(body) != "and back" {
		t.Errorf("version %d %q", v, body)
	}
}

// counted counts what is read of an endless body.
type counted struct {
	n     atomic.Int64
	pause time.Duration
	size  int
}

func (c *counted) Read(b []byte) (int, error) {
	time.Sleep(c.pause)
	n := min(len(b), c.size)
	c.n.Add(int64(n))
	return n, nil
}

// TestHTTPHostile is what a peer, and who is none, can do to the door.
func TestHTTPHostile(t *testing.T) {
	a, b := newSite(t, "a"), newSite(t, "b")
	a.Pair(b.Identity().Card())
	client := func(cert *tls.Certificate, most uint16) *http.Client {
		c := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MaxVersion: most,
			Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS12}}}
		t.Cleanup(c.CloseIdleConnections)
		return c
	}
	post := func(c *http.Client, verb string, body io.Reader) (int, wire.Reason, error) {
		res, err := c.Post(a.url+exchange.Path+verb, "application/vnd.paiza", body)
		if err != nil {
			return 0, "", err
		}
		defer func() { _ = res.Body.Close() }()
		raw, err := io.ReadAll(res.Body)
		if err != nil {
			return res.StatusCode, "", err
		}
		r, err := wire.ParseRefusal(raw)
		if err != nil {
			return res.StatusCode, "", nil
		}
		return res.StatusCode, r.Reason, nil
	}
	peer := client(b.cert, tls.VersionTLS13)
	if code, reason, err := post(peer, "hello", strings.NewReader("nonsense")); code != 400 || reason != wire.ReasonMalformed {
		t.Errorf("nonsense: %d %q %v", code, reason, err)
	}
	if code, reason, err := post(peer, "other", nil); code != 404 || reason != wire.ReasonAbsent {
		t.Errorf("no verb: %d %q %v", code, reason, err)
	}
	if _, _, err := post(client(certificate(t), tls.VersionTLS13), "hello", nil); err == nil {
		t.Error("a key that is on no card got an answer")
	}
	if _, _, err := post(client(b.cert, tls.VersionTLS12), "hello", nil); err == nil {
		t.Error("TLS 1.2 got an answer")
	}
	endless := &counted{size: 64 << 10}
	code, reason, err := post(peer, "batch", endless)
	if n := endless.n.Load(); n > 4*wire.MaxBatch || (err == nil && reason != wire.ReasonLimit) {
		t.Errorf("an endless body: %d bytes were taken, %d %q %v", n, code, reason, err)
	}
	slow := &counted{size: 1, pause: 20 * time.Millisecond}
	code, reason, err = post(peer, "batch", slow)
	if n := slow.n.Load(); n > 4<<10 || (err == nil && reason != wire.ReasonBusy) {
		t.Errorf("a body a byte at a time: %d bytes were taken, %d %q %v", n, code, reason, err)
	}
	if err := b.Send([]wire.NodeID{a.id}, "seizure/1", []byte("still there")); err != nil {
		t.Fatal(err)
	}
	meet(t, a, b)
	await(t, b, a)
}

// TestHTTPGreedy is a peer who begins many large requests and brings each of them
// as slowly as he may: another peer is answered all the same, and none of them
// lasts longer than a request may.
func TestHTTPGreedy(t *testing.T) {
	a := newSite(t, "a", func(l *exchange.Limits) { l.Call = 3 * time.Second })
	b, c := newSite(t, "b"), newSite(t, "c")
	for _, n := range []*site{b, c} {
		a.Pair(n.Identity().Card())
		n.Pair(a.Identity().Card())
	}
	own := func() *tls.Certificate { return b.cert }
	var asked sync.WaitGroup
	var begun atomic.Int64
	began := time.Now()
	for i := range 6 {
		greedy := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: exchange.ClientTLS(own, b, a.id)}}
		defer greedy.CloseIdleConnections()
		for range 12 {
			asked.Go(func() {
				body := &counted{size: 4 << 10, pause: 100 * time.Millisecond}
				req, err := http.NewRequest(http.MethodPost, a.url+exchange.Path+"batch", body)
				if err != nil {
					t.Error(err)
					return
				}
				if i > 0 { // the first ones do not say how long they are, the others fill what is left
					req.ContentLength = 128 << 10
				}
				res, err := greedy.Do(req)
				if err == nil {
					_ = res.Body.Close()
				}
				if body.n.Load() > 32<<10 {
					begun.Add(1) // it was not refused at once
				}
			})
		}
		time.Sleep(100 * time.Millisecond)
	}
	for range 10 {
		transport := exchange.NewHTTP(func() *tls.Certificate { return c.cert }, c)
		_, err := transport.Call(t.Context(), a.id, exchange.VerbHello, make([]byte, 1<<20))
		transport.Close()
		if wire.ReasonOf(err) != wire.ReasonMalformed {
			t.Errorf("another peer is told %v", err)
		}
	}
	asked.Wait()
	if begun.Load() < 5 || time.Since(began) > 15*time.Second {
		t.Errorf("%d requests of the greedy peer were begun, and they lasted %v", begun.Load(), time.Since(began))
	}
}

// TestHTTPAnswers is a peer whose answers have no end, or come a byte at a time.
func TestHTTPAnswers(t *testing.T) {
	a, b := newSite(t, "a"), newSite(t, "b")
	a.Pair(b.Identity().Card())
	b.Pair(a.Identity().Card())
	for name, answer := range map[string]*counted{"without an end": {size: 64 << 10}, "a byte at a time": {size: 1, pause: 50 * time.Millisecond}} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			server := &http.Server{TLSConfig: exchange.ServerTLS(func() *tls.Certificate { return b.cert }, b),
				Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(http.StatusOK)
					for buf := make([]byte, answer.size); ; {
						n, _ := answer.Read(buf)
						if _, err := w.Write(buf[:n]); err != nil {
							return
						}
						_ = http.NewResponseController(w).Flush()
					}
				})}
			go func() { _ = server.ServeTLS(l, "", "") }()
			defer server.Close()
			moved := exchangetest.NewIdentity(t, "b", time.Now(), func(k *wire.CardBody) {
				k.Pins, k.Addresses = []wire.Hash{exchange.Pin(b.cert.Leaf)}, []string{"https://" + l.Addr().String()}
			})
			other := memory.New(a.Identity(), time.Now)
			other.Pair(moved.Card())
			transport := exchange.NewHTTP(func() *tls.Certificate { return a.cert }, other)
			defer transport.Close()
			node := exchange.New(exchange.Config{Identity: a.Identity, Trust: other, Outbox: other, Past: other, Inbox: other, Archive: other, Transport: transport,
				Limits: exchange.Limits{Call: time.Second, Backoff: time.Hour, MaxBackoff: time.Hour}})
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			go node.Run(ctx, b.id)
			for end := time.Now().Add(20 * time.Second); node.State(b.id).Detail == ""; time.Sleep(5 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("after %d bytes the node has not given up", answer.n.Load())
				}
			}
			if n := answer.n.Load(); n > 8*wire.MaxHello {
				t.Errorf("%d bytes of an answer were taken: %s", n, node.State(b.id).Detail)
			}
		})
	}
}

// TestHTTPImpostor is another key at the peer's address.
func TestHTTPImpostor(t *testing.T) {
	a, b, c := newSite(t, "a"), newSite(t, "b"), newSite(t, "c")
	c.Pair(b.Identity().Card())
	moved := exchangetest.NewIdentity(t, "a", time.Now(), func(k *wire.CardBody) {
		k.Pins, k.Addresses = []wire.Hash{exchange.Pin(a.cert.Leaf)}, []string{c.url}
	})
	b.Pair(moved.Card())
	transport := exchange.NewHTTP(func() *tls.Certificate { return b.cert }, b)
	defer transport.Close()
	_, err := transport.Call(t.Context(), a.id, exchange.VerbHello, nil)
	if wire.ReasonOf(err) != wire.ReasonSender {
		t.Errorf("the impostor was taken for the peer: %v", err)
	}
}

// BenchmarkHTTP carries messages of 2 KB between two nodes over mutual TLS,
// sealed, signed and receipted, kept in memory: one operation is one message.
func BenchmarkHTTP(b *testing.B) {
	x, y := newSite(b, "a"), newSite(b, "b")
	body := bytes.Repeat([]byte{7}, 2000)
	for i := range b.N {
		if err := x.Send([]wire.NodeID{y.id}, fmt.Sprintf("seizure/%d", i), body); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(body)))
	b.ResetTimer()
	meet(b, x, y)
	await(b, x, y)
}
