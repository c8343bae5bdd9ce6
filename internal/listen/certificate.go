// Package listen is how a node is reached: certificates that are renewed while
// it runs, and proxies whose word on a client's address is believed. Every door
// that listens uses it. It opens no address itself.
//
// Read certificate.go and proxy.go; they do not need each other.
package listen

import (
	"context"
	"crypto/tls"
	"os"
	"sync"
	"time"

	"paiza"
)

// Certificate is a certificate and its key in two PEM files. It is safe for
// concurrent use.
type Certificate struct {
	certFile, keyFile string
	failed            func(error) // told of a new pair that cannot be used

	mu    sync.RWMutex
	pair  *tls.Certificate
	state [2]fileState // of the files when they were last looked at
}

// fileState is what tells a new file from the one before: a renewal may put a
// file with an older time in place, or change a link.
type fileState struct {
	time time.Time
	size int64
	info os.FileInfo
}

// LoadCertificate reads a pair. It is an error of kind ErrInvalid when the two
// do not work together. failed may be nil.
func LoadCertificate(certFile, keyFile string, failed func(error)) (*Certificate, error) {
	if failed == nil {
		failed = func(error) {}
	}
	c := &Certificate{certFile: certFile, keyFile: keyFile, failed: failed}
	c.state = c.look()
	if err := c.read(); err != nil {
		return nil, &paiza.Error{Kind: paiza.ErrInvalid, Key: "node.tls.pair", Err: err}
	}
	return c, nil
}

func (c *Certificate) look() (s [2]fileState) {
	for i, file := range []string{c.certFile, c.keyFile} {
		if st, err := os.Stat(file); err == nil {
			s[i] = fileState{st.ModTime(), st.Size(), st}
		}
	}
	return s
}

func (f fileState) same(g fileState) bool {
	if f.info == nil || g.info == nil {
		return f.info == nil && g.info == nil
	}
	return f.time.Equal(g.time) && f.size == g.size && os.SameFile(f.info, g.info)
}

func (c *Certificate) read() error {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pair = &pair
	return nil
}

// Reload reads the files if they have changed since they were last looked at,
// or always when asked to. A pair that does not work leaves the old one in
// place. It reports whether a new one was taken.
func (c *Certificate) Reload(always bool) (bool, error) {
	now := c.look()
	c.mu.Lock()
	unchanged := now[0].same(c.state[0]) && now[1].same(c.state[1])
	c.state = now
	c.mu.Unlock()
	if unchanged && !always {
		return false, nil
	}
	if err := c.read(); err != nil {
		return false, err
	}
	return true, nil
}

// Watch looks at the files every so often, and at once when again is received
// from, until the context ends. taken is told of every new pair.
//
// A renewal that writes the two files one after the other is seen half done for
// a moment: that counts as failed only when it is still so at the next look.
func (c *Certificate) Watch(ctx context.Context, every time.Duration, again <-chan os.Signal, taken func(expiry time.Time)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	pending := false
	for {
		asked := false
		select {
		case <-ctx.Done():
			return
		case <-again:
			asked = true
		case <-tick.C:
		}
		fresh, err := c.Reload(asked || pending)
		switch {
		case err != nil && (asked || pending):
			c.failed(err)
			pending = false
		case err != nil:
			pending = true
		case fresh:
			pending = false
			taken(c.Expiry())
		}
	}
}

// Expiry is when the certificate runs out.
func (c *Certificate) Expiry() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.pair.Leaf == nil {
		return time.Time{}
	}
	return c.pair.Leaf.NotAfter
}

// Config is for a server: the pair that holds at each handshake, and no version
// of TLS below the least ("1.2"; everything else is 1.3). HTTP/2 is offered.
func (c *Certificate) Config(least string) *tls.Config {
	version := uint16(tls.VersionTLS13)
	if least == "1.2" {
		version = tls.VersionTLS12
	}
	return &tls.Config{MinVersion: version, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			c.mu.RLock()
			defer c.mu.RUnlock()
			return c.pair, nil
		}}
}
