package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"paiza/internal/exchange"
	"paiza/internal/link"
	"paiza/wire"
)

// rogue plays the process of a node in this test: it has the node's keys and
// store, and says what it likes.
type rogue struct {
	*member
	link  *link.Link
	inner http.Handler
	asks  atomic.Pointer[func(exchange.Verb, []byte) []byte] // what becomes of what it asks
	says  atomic.Pointer[func(exchange.Verb, []byte) []byte] // and of what it answers
}

// play has the people at the desk of a node that is not running be joined by a
// rogue.
func play(t *testing.T, m *member, with *member) *rogue {
	t.Helper()
	m.sit()
	r := &rogue{member: m}
	var err error
	if r.link, err = link.New(m.desk, link.Options{Between: func(t exchange.Transport) exchange.Transport { return crooked{t, r} }}); err != nil {
		t.Fatal(err)
	}
	r.inner = r.link.Node().Handler()
	l, err := net.Listen("tcp", m.exchange)
	if err != nil {
		t.Fatal(err)
	}
	x := m.desk.Exchange()
	server := &http.Server{TLSConfig: exchange.ServerTLS(x.Certificate, x), Handler: r}
	go server.ServeTLS(l, "", "")
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		r.link.Node().Run(ctx, with.id)
		close(ended)
	}()
	x.OnGrown(r.link.Node().Wake)
	t.Cleanup(func() {
		stop()
		<-ended
		server.Close()
	})
	return r
}

// crooked is the way of a rogue's requests.
type crooked struct {
	exchange.Transport
	r *rogue
}

func (c crooked) Call(ctx context.Context, peer wire.NodeID, verb exchange.Verb, body []byte) ([]byte, error) {
	if f := c.r.asks.Load(); f != nil {
		body = (*f)(verb, body)
	}
	return c.Transport.Call(ctx, peer, verb, body)
}

func (r *rogue) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	f := r.says.Load()
	if f == nil {
		r.inner.ServeHTTP(w, q)
		return
	}
	k := &kept{ResponseWriter: w, status: http.StatusOK}
	r.inner.ServeHTTP(k, q)
	out := k.body.Bytes()
	if k.status == http.StatusOK {
		out = (*f)(exchange.Verb(q.URL.Path[len(exchange.Path):]), out)
	}
	w.WriteHeader(k.status)
	w.Write(out)
}

// kept is an answer that is not given yet.
type kept struct {
	http.ResponseWriter
	body   bytes.Buffer
	status int
}

func (k *kept) Write(b []byte) (int, error) { return k.body.Write(b) }
func (k *kept) WriteHeader(status int)      { k.status = status }
func (k *kept) Unwrap() http.ResponseWriter { return k.ResponseWriter }

// client is how a rogue asks a node by hand.
func (r *rogue) client(of *member) *http.Client {
	x := r.desk.Exchange()
	c := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: exchange.ClientTLS(x.Certificate, x, of.id)}}
	r.t.Cleanup(c.CloseIdleConnections)
	return c
}
