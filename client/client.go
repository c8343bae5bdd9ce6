// Package client asks a Paiza node over its API: what the command line does with
// --node, and what programs of an authority do.
//
//	c, err := client.New("https://node.example", client.Options{Token: token})
//	market, err := c.Market(ctx, paiza.Slice{Countries: []paiza.Country{"KAZ"}}, paiza.ByYear, "group")
//
// Answers have the shapes of package wire. A refusal is a *Problem with the
// node's own sentence; errors.Is finds its kind among the five of package paiza,
// and errors.As a *paiza.Error. What may be sent again is sent again when the
// node does not answer or is too busy: reads, and acts, which carry a key by
// which the node does each once.
//
// Read client.go first; each subject has its calls in a file of its name.
package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	mrand "math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"paiza"
	"paiza/wire"
)

// Prefix is where a node answers programs.
const Prefix = "/api/v1"

// Options say how to ask.
type Options struct {
	Token    string
	Language string       // of sentences and names: en, ru, zh; empty lets the node choose
	HTTP     *http.Client // nil means one without a limit of time: contexts limit
	Tries    int          // how often a call is sent at most; 0 means 5
	// PlainHTTP allows a token to travel unencrypted to another machine.
	PlainHTTP bool
}

// Client asks one node. It is safe for concurrent use.
type Client struct {
	base  *url.URL
	opt   Options
	pause func(ctx context.Context, d time.Duration) error
}

// New makes a client for the node at an address such as https://node.example.
func New(address string, opt Options) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return nil, paiza.Invalid("api.address", paiza.Args{"value": address})
	}
	if u.Scheme == "http" && opt.Token != "" && !opt.PlainHTTP && !loopback(u.Hostname()) {
		return nil, paiza.Invalid("api.plain_http", nil)
	}
	if opt.HTTP == nil {
		opt.HTTP = &http.Client{}
	}
	if opt.Tries == 0 {
		opt.Tries = 5
	}
	// A redirect would take the token elsewhere.
	own := *opt.HTTP
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	opt.HTTP = &own
	return &Client{base: &url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimSuffix(u.Path, "/")}, opt: opt, pause: pause}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// call is one request.
type call struct {
	method, path string
	query        url.Values
	header       http.Header
	body         any                              // as JSON
	open         func() (io.Reader, int64, error) // or bytes, made anew for each try
	again        bool                             // it may be sent again
}

// newKey names an act, so that it is done once.
func newKey() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// get reads one answer.
func (c *Client) get(ctx context.Context, path string, q url.Values, out any) error {
	return c.into(ctx, call{method: http.MethodGet, path: path, query: q, again: true}, out)
}

// post does one act, with a key under which the node does it once.
func (c *Client) post(ctx context.Context, path string, in, out any) error {
	return c.into(ctx, call{method: http.MethodPost, path: path, body: in, header: http.Header{"Idempotency-Key": {newKey()}}, again: true}, out)
}

// into sends a call and reads its JSON.
func (c *Client) into(ctx context.Context, in call, out any) error {
	resp, err := c.send(ctx, in)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if out == nil || resp.StatusCode == http.StatusNoContent {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return c.strange(err)
	}
	return nil
}

// send sends a call, again where that may help, and answers a success.
func (c *Client) send(ctx context.Context, in call) (*http.Response, error) {
	var raw []byte
	if in.body != nil {
		var err error
		if raw, err = json.Marshal(in.body); err != nil {
			return nil, err
		}
	}
	for try := 1; ; try++ {
		resp, err := c.once(ctx, in, raw)
		if err == nil || !in.again || try >= c.opt.Tries || !worth(err, try) {
			return resp, err
		}
		if werr := c.pause(ctx, wait(err, try)); werr != nil {
			return nil, errors.Join(werr, err)
		}
	}
}

func (c *Client) once(ctx context.Context, in call, raw []byte) (*http.Response, error) {
	to := *c.base
	to.Path += Prefix + in.path
	to.RawQuery = in.query.Encode()
	var body io.Reader
	size := int64(-1)
	switch {
	case in.open != nil:
		var err error
		if body, size, err = in.open(); err != nil {
			return nil, err
		}
	case raw != nil:
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, in.method, to.String(), body)
	if err != nil {
		return nil, err
	}
	for name, values := range in.header {
		req.Header[name] = values
	}
	if size >= 0 {
		req.ContentLength = size
	}
	if raw != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.opt.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.opt.Token)
	}
	if c.opt.Language != "" {
		req.Header.Set("Accept-Language", c.opt.Language)
	}
	resp, err := c.opt.HTTP.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &paiza.Error{Kind: paiza.ErrUnavailable, Key: "api.unreachable", Args: paiza.Args{"address": c.base.String()}, Err: err}
	}
	if resp.StatusCode/100 == 2 {
		return resp, nil
	}
	defer resp.Body.Close()
	return nil, c.refused(resp)
}

// Problem is a refusal of the node.
type Problem struct {
	wire.Problem
	After time.Duration // when to try again; 0 where the node does not say
}

// Error is the node's sentence, and those about fields, each on its line.
func (p *Problem) Error() string {
	text := p.Detail
	for _, f := range p.Errors {
		if f.Detail == p.Detail {
			continue
		}
		where := f.Parameter
		if where == "" {
			where = strings.TrimPrefix(f.Pointer, "#/")
		}
		text += "\n" + where + ": " + f.Detail
	}
	return text
}

// Unwrap gives the refusal as package paiza knows it: its kind, the name of its
// sentence and of each field. A fault of the node is none.
func (p *Problem) Unwrap() error {
	kind := p.Kind()
	if kind == nil {
		return nil
	}
	e := &paiza.Error{Kind: kind, Key: p.Code}
	for _, f := range p.Errors {
		field := f.Parameter
		if field == "" {
			field = strings.TrimPrefix(f.Pointer, "#/")
		}
		e.Fields = append(e.Fields, paiza.FieldError{Field: field, Key: f.Code})
	}
	return e
}

// maxProblem bounds what is read of a refusal.
const maxProblem = 1 << 20

func (c *Client) refused(resp *http.Response) error {
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxProblem))
	p := &Problem{}
	kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	if err != nil || kind != "application/problem+json" || json.Unmarshal(raw, &p.Problem) != nil || p.Detail == "" {
		if resp.StatusCode == http.StatusBadGateway || resp.StatusCode == http.StatusServiceUnavailable || resp.StatusCode == http.StatusGatewayTimeout {
			// A proxy before the node says that the node is away.
			return &paiza.Error{Kind: paiza.ErrUnavailable, Key: "api.unreachable", Args: paiza.Args{"address": c.base.String()}, Err: errors.New(resp.Status)}
		}
		return c.strange(errors.New(resp.Status))
	}
	p.Status = resp.StatusCode
	if n, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && n > 0 {
		p.After = time.Duration(n) * time.Second
	}
	return p
}

// strange is an answer that no node of this version gives.
func (c *Client) strange(err error) error {
	return &paiza.Error{Kind: paiza.ErrUnavailable, Key: "api.strange", Args: paiza.Args{"address": c.base.String()}, Err: err}
}

// maxWait is the longest pause between two tries.
const maxWait = 20 * time.Second

// worth reports whether an error may pass by itself.
func worth(err error, try int) bool {
	var p *Problem
	if errors.As(err, &p) {
		switch {
		case p.Status == http.StatusTooManyRequests, p.Status == http.StatusServiceUnavailable:
			return p.After <= time.Minute
		case p.Code == "api.repeat_at_work":
			return try > 1 // our own first try is still at work
		}
		return false
	}
	var e *paiza.Error
	return errors.As(err, &e) && e.Key == "api.unreachable"
}

// wait is the pause before the next try: what the node asks for, or else twice
// as long each time, with chance, so that many callers do not come back at once.
func wait(err error, try int) time.Duration {
	var p *Problem
	if errors.As(err, &p) && p.After > 0 {
		return p.After + mrand.N(250*time.Millisecond)
	}
	return mrand.N(min(200*time.Millisecond<<try, maxWait)) + 50*time.Millisecond
}
