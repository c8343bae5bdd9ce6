package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paiza/internal/exchange"
)

// mostMemory is how far the memory of a node may grow over what it took before,
// whatever a peer sends: what is answered at once, and as much again for what the
// collector has not got to.
const mostMemory = 256 << 20

// TestFlood: a peer sends ten gigabytes (a part of them in the short form), with
// and without saying so before, many requests at once, and one byte a second;
// strangers open connections and say nothing, or half a word. The node's memory
// stays small, each of it ends, and an honest peer is served meanwhile.
func TestFlood(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	t.Parallel()
	a, b, c := newMember(t, "a", "XAA", ""), newMember(t, "b", "XBB", ""), newMember(t, "c", "XCC", "")
	pair(a, b)
	pair(a, c)
	a.open()
	c.open()
	r := play(t, b, a)
	quiet(t, a, b)
	quiet(t, a, c)
	before := most(t, a, true)
	end := chat(2000, a, c)
	var work sync.WaitGroup
	work.Go(func() { r.slow(a) })
	work.Go(func() { silent(t, a, 200) })
	bytes := int64(256) << 20
	if rounds(0) > 0 {
		bytes = 10 << 30
	}
	r.flood(a, bytes)
	quietWhile(t, a, c)
	work.Wait()
	end()
	if peak := most(t, a, false); peak > before+mostMemory {
		t.Errorf("the node takes %d MiB, and took %d before", peak>>20, before>>20)
	} else {
		t.Logf("the node takes %d MiB at most, and took %d before", peak>>20, before>>20)
	}
	judge(t, a, c)
	a.write(b, 300)
	b.write(a, 300)
	judge(t, a, b) // he sends what one should, and is served again
}

// quietWhile holds that what is written while it lasts gets there.
func quietWhile(t *testing.T, a, c *member) {
	t.Helper()
	title := a.write(c, 300)
	until(t, "an honest peer is served", func() bool { return c.notes(false)[title] == 1 })
}

// most is how much memory a node takes at most since it was last asked to
// begin anew.
func most(t *testing.T, m *member, anew bool) int64 {
	t.Helper()
	folder := fmt.Sprintf("/proc/%d/", m.pid())
	if anew {
		if err := os.WriteFile(folder+"clear_refs", []byte("5"), 0); err != nil {
			t.Skipf("memory is not measured here: %v", err)
		}
	}
	f, err := os.Open(folder + "status")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n << 10
		}
	}
	t.Fatal("the system does not say how much memory a process takes")
	return 0
}

// endless is a body without an end.
type endless struct {
	taken *atomic.Int64
	size  int
	pause time.Duration
}

func (e endless) Read(b []byte) (int, error) {
	time.Sleep(e.pause)
	n := min(len(b), e.size)
	e.taken.Add(int64(n))
	return n, nil
}

// ask posts a body, and gives the status; 0 when there was no answer.
func (r *rogue) ask(k *http.Client, of *member, verb exchange.Verb, size int64, body io.Reader) int {
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, "https://"+of.exchange+exchange.Path+string(verb), body)
	if err != nil {
		r.t.Error(err)
		return 0
	}
	req.ContentLength = size
	res, err := k.Do(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

// flood sends so many bytes, by sixteen at once.
func (r *rogue) flood(at *member, bytes int64) {
	var taken, refused atomic.Int64
	var work sync.WaitGroup
	for i := range 16 {
		k := r.client(at)
		work.Go(func() {
			for n := i; taken.Load() < bytes; n++ {
				size, verb := int64(10<<30), exchange.VerbBatch
				if n%2 == 0 {
					size = -1
				}
				if n%3 == 0 {
					verb = exchange.VerbHello
				}
				switch status := r.ask(k, at, verb, size, endless{taken: &taken, size: 64 << 10}); status {
				case http.StatusRequestEntityTooLarge, http.StatusServiceUnavailable:
					refused.Add(1)
				case 0: // cut off
				default:
					r.t.Errorf("a request without an end was answered with %d", status)
				}
			}
		})
	}
	work.Wait()
	if refused.Load() == 0 {
		r.t.Error("no request was refused in words")
	}
	r.t.Logf("%d MiB were taken off the sender, %d requests refused in words", taken.Load()>>20, refused.Load())
}

// slow sends a byte a second in many requests, until the node has ended them
// all.
func (r *rogue) slow(at *member) {
	var work sync.WaitGroup
	var taken atomic.Int64
	for range 3 {
		k := r.client(at)
		for range 10 {
			work.Go(func() {
				if status := r.ask(k, at, exchange.VerbBatch, -1, endless{taken: &taken, size: 1, pause: time.Second}); status != http.StatusServiceUnavailable && status != 0 {
					r.t.Errorf("a request of a byte a second was answered with %d", status)
				}
			})
		}
	}
	work.Wait()
	if n := taken.Load(); n > 30*60 {
		r.t.Errorf("%d bytes were taken at one a second: nobody ended it", n)
	}
}

// silent opens connections without a key, half of them saying nothing and half
// of them the beginning of a greeting, and waits until the node has closed all.
func silent(t *testing.T, at *member, n int) {
	var work sync.WaitGroup
	for i := range n {
		work.Go(func() {
			c, err := net.Dial("tcp", at.exchange)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			if i%2 == 0 {
				c.Write([]byte{22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3}) // a ClientHello of 512 bytes begins so
			}
			c.SetReadDeadline(time.Now().Add(time.Minute))
			if _, err := io.Copy(io.Discard, c); os.IsTimeout(err) {
				t.Error("a connection on which nothing is said stays open")
			}
		})
	}
	work.Wait()
	stranger := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13, NextProtos: []string{"h2"}}
	if c, err := tls.Dial("tcp", at.exchange, stranger); err == nil {
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("who has no key is let in")
		}
		c.Close()
	}
}
