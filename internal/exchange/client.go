package exchange

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"paiza/wire"
)

// HTTP reaches peers at the addresses on their cards.
type HTTP struct {
	own   func() *tls.Certificate
	trust Trust

	mu      sync.Mutex
	clients map[wire.NodeID]*http.Client
	used    wire.Hash              // the key with which they speak
	good    map[wire.NodeID]string // the address that answered last
}

// NewHTTP makes the transport; own gives this node's certificate.
func NewHTTP(own func() *tls.Certificate, trust Trust) *HTTP {
	return &HTTP{own: own, trust: trust, clients: map[wire.NodeID]*http.Client{}, good: map[wire.NodeID]string{}}
}

// Close closes what is open.
func (h *HTTP) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.clients {
		c.CloseIdleConnections()
	}
}

func (h *HTTP) client(peer wire.NodeID) *http.Client {
	key := h.key()
	h.mu.Lock()
	defer h.mu.Unlock()
	// A connection speaks with the key of its beginning, which after a change of
	// keys is on no card any more.
	if h.used != key {
		for _, c := range h.clients {
			c.CloseIdleConnections()
		}
		h.clients, h.used = map[wire.NodeID]*http.Client{}, key
	}
	c := h.clients[peer]
	if c == nil {
		c = &http.Client{
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport: &http.Transport{
				DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
				TLSClientConfig:        ClientTLS(h.own, h.trust, peer),
				TLSHandshakeTimeout:    10 * time.Second,
				ResponseHeaderTimeout:  time.Minute,
				IdleConnTimeout:        5 * time.Minute,
				MaxResponseHeaderBytes: headerBytes,
				ForceAttemptHTTP2:      true,
				DisableCompression:     true, // what is sealed does not shrink
				HTTP2:                  &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second},
			},
		}
		h.clients[peer] = c
	}
	return c
}

// key is that with which this node speaks TLS now.
func (h *HTTP) key() wire.Hash {
	cert := h.own()
	if cert == nil || cert.Leaf == nil {
		return wire.Hash{}
	}
	return Pin(cert.Leaf)
}

// addresses are those on the peer's card, the one that answered last first.
func (h *HTTP) addresses(ctx context.Context, peer wire.NodeID) ([]string, error) {
	history, err := h.trust.History(ctx, peer)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	good := h.good[peer]
	h.mu.Unlock()
	var out []string
	for _, a := range history.Latest().Addresses {
		if a == good {
			out = append([]string{a}, out...)
		} else {
			out = append(out, a)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("the peer's card has no address: he has to call")
	}
	return out, nil
}

// Call implements Transport. It tries the addresses of the peer in order until
// one answers.
func (h *HTTP) Call(ctx context.Context, peer wire.NodeID, verb Verb, body []byte) ([]byte, error) {
	addresses, err := h.addresses(ctx, peer)
	if err != nil {
		return nil, err
	}
	for _, a := range addresses {
		var out []byte
		var refused *wire.Refusal
		out, refused, err = h.post(ctx, peer, strings.TrimSuffix(a, "/")+Path+string(verb), body, limits[verb][1])
		if err == nil {
			h.mu.Lock()
			h.good[peer] = a
			h.mu.Unlock()
			if refused != nil {
				return nil, refused
			}
			return out, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, err
}

// post gives the peer's answer, or his refusal; an error when he did not answer.
func (h *HTTP) post(ctx context.Context, peer wire.NodeID, url string, body []byte, most int64) ([]byte, *wire.Refusal, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Content-Type", mediaType)
	res, err := h.client(peer).Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, most+1))
	switch {
	case err != nil:
		return nil, nil, err
	case int64(len(raw)) > most:
		return nil, nil, errors.New("the answer is larger than any can be")
	case res.StatusCode == http.StatusOK:
		return raw, nil, nil
	}
	r, err := wire.ParseRefusal(raw)
	if err != nil {
		return nil, nil, errors.New("what answers is not a node: " + res.Status)
	}
	return nil, r, nil
}
