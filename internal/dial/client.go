package dial

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// Limits of a call.
const (
	callLimit     = 15 * time.Second // all of it
	connectLimit  = 5 * time.Second
	answerDiscard = 1 << 10 // of the body of an answer, which nobody reads
	addressesMax  = 8       // to which a name leads and that are tried
)

// Caller calls addresses within what the operator allows. It is safe for
// concurrent use.
type Caller struct {
	allow  Allow
	lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	http   *http.Client
}

// NewCaller makes a caller.
func NewCaller(a Allow) *Caller {
	c := &Caller{allow: a, lookup: func(ctx context.Context, host string) ([]netip.Addr, error) {
		return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	}}
	c.http = &http.Client{
		Timeout: callLimit,
		// Where a redirect leads was not chosen by the person.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: c.connect, TLSHandshakeTimeout: connectLimit, ResponseHeaderTimeout: callLimit, MaxResponseHeaderBytes: 32 << 10,
			ForceAttemptHTTP2: true, DisableCompression: true, MaxIdleConnsPerHost: 2, MaxIdleConns: 20, IdleConnTimeout: 30 * time.Second,
			Proxy: nil, // a proxy would look names up by itself
		},
	}
	return c
}

// connect looks a name up once and connects to the very address that was
// allowed, so that the name cannot lead elsewhere in between. If one of its
// addresses is not allowed none is called.
func (c *Caller) connect(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	list := []netip.Addr{}
	if ip, err := netip.ParseAddr(host); err == nil {
		list = append(list, ip)
	} else if list, err = c.lookup(ctx, host); err != nil {
		return nil, err
	}
	for _, ip := range list {
		if !c.allow.Address(host, ip) {
			return nil, ErrForbidden
		}
	}
	d := net.Dialer{Timeout: connectLimit}
	err = errors.New("dial: the name leads nowhere")
	for _, ip := range list[:min(len(list), addressesMax)] {
		var conn net.Conn
		if conn, err = d.DialContext(ctx, network, net.JoinHostPort(ip.Unmap().String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// Send sends a request and answers the status; the body of the answer is not
// read. An address that is not allowed is ErrForbidden.
func (c *Caller) Send(r *http.Request) (status int, err error) {
	if err := c.allow.URL(r.URL); err != nil {
		return 0, err
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, answerDiscard) // so that the connection can be used again
	return resp.StatusCode, nil
}

// Close closes connections that wait to be used again.
func (c *Caller) Close() { c.http.CloseIdleConnections() }
